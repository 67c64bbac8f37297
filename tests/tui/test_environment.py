"""Live, sandbox and simulator are told apart by word, by colour and by border, on every screen and dialog."""

from dataclasses import replace

import pytest
from tests.tui.desk import MemoryDesk
from tests.tui.pilot import driven
from textual.app import App, ComposeResult
from textual.screen import Screen

from azpay_tui.tui import theme
from azpay_tui.tui.dialogs.action import ActionDialog
from azpay_tui.tui.dialogs.help import HelpScreen
from azpay_tui.tui.widgets.environment import PlaceLine, headed, mark, profile_of

WORDS = {"simulator": "SIMULATOR", "sandbox": "SANDBOX", "live": "PROD"}
CORNERS = {"simulator": "┏╍", "sandbox": "┌─", "live": "╔═"}


@pytest.mark.parametrize("environment", WORDS)
@pytest.mark.parametrize("size", [(60, 15), (80, 24), (120, 36)], ids=str)
async def test_the_word_is_on_the_list_and_on_the_frame_of_every_dialog(
    environment: str, size: tuple[int, int]
) -> None:
    word = WORDS[environment]
    async with driven(MemoryDesk(environment=environment), size) as console:
        assert console.lines[0].startswith(f" {word} ")
        await console.press("question_mark")
        assert isinstance(console.app.screen, HelpScreen)
        assert f" {word}  HELP " in console.text
        await console.press("escape")
        await console.until(lambda: console.app.screen is console.screen)
        await console.press("2", "a", "c")
        await console.until(lambda: isinstance(console.app.screen, ActionDialog))
        assert f" {word}  CAPTURE" in console.text


@pytest.mark.parametrize("environment", WORDS)
async def test_the_border_tells_without_colour(environment: str) -> None:
    async with driven(MemoryDesk(environment=environment), (120, 36)) as console:
        await console.press("question_mark")
        assert any(CORNERS[environment] in line for line in console.lines)


def test_colours_differ() -> None:
    assert len({style.color for style in theme.ENVIRONMENTS.values()}) == len(theme.ENVIRONMENTS)


class OwnScreen(Screen[None]):
    """A screen as any part of the console may add one."""

    def compose(self) -> ComposeResult:
        profile = profile_of(self.app)
        assert profile is not None
        yield PlaceLine(profile, "JOBS", id="place")

    def on_mount(self) -> None:
        mark(self, profile_of(self.app))


async def test_a_screen_of_its_own_shows_where_one_is_and_that_nothing_can_be_sent() -> None:
    desk = MemoryDesk(environment="live")
    async with driven(desk) as console:
        console.app.push_screen(OwnScreen())
        await console.pilot.pause()
        screen = console.app.screen
        assert screen.has_class("-live")
        line = console.lines[0]
        assert line.startswith(" PROD ")
        assert line.endswith("JOBS")
        assert " RO" not in line
        screen.query_one(PlaceLine).now(replace(desk.profile, writable=False, read_only_reason="read-only"))
        await console.pilot.pause()
        assert "  RO" in console.lines[0]


def test_an_app_without_a_profile_has_a_plain_frame() -> None:
    assert profile_of(App()) is None
    assert headed(None, "HELP") == " HELP "
