"""Live, sandbox and simulator are told apart on every screen and dialog: by word, colour, border and directory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.style import Style
from tests.hostile.screens import WAYS, desk_of, go_to
from tests.support.figures import size, tell
from tests.tui.pilot import Driven, driven
from tests.tui.test_gallery import screens

from azpay_tui.cli.confirm import facts
from azpay_tui.domain.intent import Verb, Wish
from azpay_tui.paths import data_directory
from azpay_tui.tui.dialogs.dialog import Dialog
from azpay_tui.tui.levers import Levers, Palette

WORDS = {"simulator": "SIMULATOR", "sandbox": "SANDBOX", "live": "PROD"}
EDGES = {"simulator": "╍", "sandbox": "─", "live": "═"}
SIZES = ((80, 24), (60, 15), (120, 36))
PALETTES: tuple[Palette, ...] = ("dark", "mono", "light", "high-contrast")


@dataclass(frozen=True)
class Place:
    """What a screen says of where one is."""

    words: frozenset[str]
    """The words for environments that stand in the line which names it."""
    colour: str
    """Of that word, or of the border it stands in."""
    edge: str
    """The sign the border is made of; empty on a screen of its own, which has none."""


def place(console: Driven) -> Place:
    """Read the first line that names an environment; of a dialog only what is its own, not what it lies upon."""
    screen = console.app.screen
    own = screen.query_one("#box").region if isinstance(screen, Dialog) else screen.region
    for whole in screen._compositor.render_strips()[own.y : own.bottom]:
        strip = whole.crop(own.x, own.right)
        text = "".join(segment.text for segment in strip)
        words = frozenset(word for word in WORDS.values() if word in text.split())
        if words:
            marked = next(s for s in strip if any(word in s.text.split() for word in words))
            style = marked.style or Style()
            edges = "".join(sorted({edge for edge in EDGES.values() if edge in text}))
            if not edges and isinstance(screen, Dialog):
                edges = "lacking"
            return Place(words, str(style.color.name if style.color else ""), edges)
    return Place(frozenset(), "", "")


def combinations() -> Iterator[tuple[tuple[int, int], Palette]]:
    """Yield the terminals to look at; the slice has the usual one, with colours and without."""
    for each in SIZES[: size(1, len(SIZES))]:
        for palette in PALETTES[: size(1, len(PALETTES))]:
            yield each, palette


@pytest.mark.always
def test_every_screen_has_a_way_to_it() -> None:
    assert {screen.__name__ for screen in screens()} == set(WAYS)


@pytest.mark.parametrize(("terminal", "palette"), combinations(), ids=str)
async def test_every_screen_and_dialog_says_where_one_is(terminal: tuple[int, int], palette: Palette) -> None:
    places: dict[str, dict[str, Place]] = {name: {} for name in WAYS}
    for environment in WORDS:
        async with driven(desk_of(environment), terminal, levers=Levers(palette)) as console:
            for name in WAYS:
                await go_to(console, name)
                places[name][environment] = place(console)
    wrong = [f"{name}: {found}" for name, found in places.items() if not _told_apart(found, palette)]
    says = f"{len(WAYS)} screens and dialogs x {len(WORDS)} environments at {terminal[0]}x{terminal[1]}, {palette}"
    tell("S6", len(WAYS) * len(WORDS), len(wrong), says=says)
    assert not wrong


def _told_apart(found: dict[str, Place], palette: Palette) -> bool:
    words = all(found[environment].words == {word} for environment, word in WORDS.items())
    colours = {each.colour for each in found.values()}
    edges = [each.edge for each in found.values()]
    # A dialog has a border of its own for each environment; a screen has none and needs the word alone.
    bordered = edges == list(EDGES.values()) or not any(edges)
    return words and bordered and (len(colours) == len(WORDS) or palette in ("mono", "high-contrast"))


def test_each_environment_has_a_directory_of_its_own() -> None:
    places = {data_directory(environment, "shop") for environment in WORDS}
    tell("S6", len(WORDS), len(WORDS) - len(places), says="directories")
    assert len(places) == len(WORDS)
    assert all(
        isinstance(each, Path) and not each.is_relative_to(other) for each in places for other in places - {each}
    )


@pytest.mark.parametrize("environment", WORDS)
def test_the_question_of_the_command_line_begins_with_the_environment(environment: str) -> None:
    desk = desk_of(environment)
    order = next(
        o for o in desk.orders.values() if any(v.verb is Verb.CAPTURE and v.verdict == "yes" for v in desk.offers(o))
    )
    charge = order.charges[0]
    ready = desk.check(Wish(Verb.CAPTURE, order.id, charge.id, charge.amount))
    label, said = facts(desk.profile, ready)[0]
    assert label == "Environment"
    assert said.startswith(f"{environment.upper()} /")
