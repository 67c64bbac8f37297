"""Every state is readable in every palette and in ASCII, and nothing else leaves."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.segment import Segment
from rich.style import Style
from tests.tui.desk import MemoryDesk
from tests.tui.pilot import driven
from textual.color import Color

from azpay_tui.tui import theme
from azpay_tui.tui.display import width
from azpay_tui.tui.levers import Levers
from azpay_tui.tui.palette import PaletteFilter, ascii_text, recoloured

BACKGROUND = Color(0, 0, 0)
STYLES = [theme.PLAIN, theme.CURSOR, theme.CURSOR_AWAY, theme.WARNING, *theme.ENVIRONMENTS.values()]


@pytest.mark.parametrize(
    "text", ["┌─┐│└┘", "╔═╗║╚╝", "┏╍┓╏┗┛", "▁▂▃▄▅▆▇█", "cut…", "山田 太郎", "Zoë", "e\u0301", "\ufffd", "plain"]
)
def test_a_text_in_ascii_is_as_wide_as_it_was(text: str) -> None:
    shown = ascii_text(text)
    assert shown.isascii()
    assert shown.isprintable()
    assert width(shown) == width(text)


def test_borders_of_the_environments_differ_in_ascii_too() -> None:
    assert len({ascii_text(line) for line in ("╍╍", "──", "══")}) == 3


def test_without_colour_nothing_is_coloured_and_backgrounds_are_reversed() -> None:
    for style in (*STYLES, Style(color="red", bgcolor="blue"), Style(bgcolor="yellow")):
        shown = recoloured(style, "mono")
        assert shown.color is None or shown.color.is_default
        assert shown.bgcolor is None or shown.bgcolor.is_default
        if style.reverse or style.bgcolor is not None:
            assert shown.reverse


def test_on_a_light_background_nothing_is_yellow_or_cyan() -> None:
    for style in STYLES:
        shown = recoloured(style, "light")
        assert shown.color is None or shown.color.name not in ("yellow", "cyan")


def test_high_contrast_is_white_on_black_or_black_on_white_and_never_dim() -> None:
    for style in (*STYLES, theme.KEYS, Style(color="green"), Style(color="default", bgcolor="blue")):
        shown = recoloured(style, "high-contrast")
        assert not shown.dim
        assert {shown.color.name if shown.color else "", shown.bgcolor.name if shown.bgcolor else ""} == {
            "black",
            "bright_white",
        }


@pytest.mark.parametrize("palette", ["dark", "light", "high-contrast", "mono"])
def test_nothing_is_italic(palette: str) -> None:
    assert not recoloured(Style(italic=True), palette).italic  # type: ignore[arg-type]


def test_control_segments_stay_as_they_are() -> None:
    kept = PaletteFilter("dark", ascii=True).apply([Segment("…", None, [])], BACKGROUND)
    assert kept[0].text == "…"


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)], ids=str)
async def test_in_ascii_every_screen_is_ascii(size: tuple[int, int]) -> None:
    desk = MemoryDesk()
    async with driven(desk, size, levers=Levers(ascii=True)) as console:
        for keys in (("6", "j"), ("enter",), ("tab",), ("question_mark",), ("escape",), ("escape",), ("2", "a", "c")):
            for key in keys:
                await console.press(key)
            assert console.text.isascii()
        await console.until(lambda: "Ready:" in console.text)
        assert console.text.isascii()
        assert "+" in console.text


async def test_states_are_told_without_colour() -> None:
    async with driven(levers=Levers("mono")) as console:
        await console.press("6", "space")
        strips = console.app.screen._compositor.render_strips()
        for strip in strips:
            for segment in strip:
                style = segment.style or Style()
                assert style.color is None or style.color.is_default
        text = console.text
        assert "> " in text
        assert "* + AUTHORIZED" in text
        assert "~ CAPTURING" in text
        cursor = next(strip for strip in strips if strip.text.startswith("> "))
        assert all(segment.style is not None and segment.style.reverse for segment in cursor if segment.text.strip())


async def test_colours_change_at_a_key_and_by_name() -> None:
    async with driven() as console:

        def colours() -> set[str]:
            strips = console.app.screen._compositor.render_strips()
            return {s.style.color.name for strip in strips for s in strip if s.style and s.style.color}

        await console.press("6")
        assert "yellow" in colours()
        await console.press("T")
        assert "Colours: light" in console.said
        assert "yellow" not in colours()
        await console.press("T")
        assert colours() <= {"bright_white", "black"}
        await console.press("T")
        assert colours() <= {"default"}
        await console.press("T")
        assert "yellow" in colours()
        command = next(c for c in console.screen.commands if c.id == "theme")
        console.screen.run_command(command, "mono")
        await console.pilot.pause()
        assert colours() <= {"default"}
        console.screen.run_command(command, "pink")
        assert "there are dark, light, high-contrast, mono" in console.said


async def test_read_only_is_in_the_header_and_its_reason_on_every_verb() -> None:
    desk = MemoryDesk(writable=False)
    desk_profile = replace(desk.profile)
    assert not desk_profile.writable
    async with driven(desk, (200, 50)) as console:
        assert "  RO" in console.lines[0]
        await console.press("2")
        await console.until(lambda: "follow" not in console.screen.alarms)
        assert "ead-only" in console.text
        await console.press("a", "c")
        assert "not available" in console.said
        assert "ead-only" in console.said
        assert console.app.screen is console.screen
