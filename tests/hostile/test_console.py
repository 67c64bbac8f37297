"""Every hostile text in every field, on every screen of the console, in one process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from tests.hostile.corpus import FEW, SEED, TEXTS
from tests.hostile.fields import FILLED, NOT_SHOWN, OWN, records, text_fields
from tests.hostile.screens import go_back
from tests.hostile.witness import Witness
from tests.hostile.world import HostileDesk
from tests.support.figures import full, size, tell
from tests.tui.pilot import driven

from azpay_tui.backoffice.errors import BackOfficeError, ChangedError
from azpay_tui.domain.intent import Intent
from azpay_tui.store.errors import CacheUnavailable

WIDE, USUAL, SMALLEST = (200, 50), (80, 24), (60, 15)
SOME = TEXTS if full() else FEW
"""What goes into the fields."""
PAGES = {
    ("exclamation_mark",): "k",
    ("at",): "k",
    ("S",): "k",
    ("x",): "p",
    ("L",): "tab",
    ("colon", *"policy", "enter"): "s",
}
"""Keys that lead to each page, and one that does something there."""
MENUS = ("y", "question_mark", "ctrl+p", "f", "s", "t", "p", "e", "space")


@pytest.mark.always
def test_every_text_that_is_shown_is_filled_or_known_to_be_ours() -> None:
    """A new field, or a new record, has to say which."""
    for kind in records():
        if any(text_fields(kind)) and kind not in FILLED:
            assert kind.__name__ in NOT_SHOWN, f"{kind.__name__}: fill it, or say in NOT_SHOWN why it is not shown"
    assert {field for kind in FILLED for field in text_fields(kind)} >= OWN


def wanted() -> set[str]:
    return {field for kind in FILLED for field in text_fields(kind)} - OWN


def judged(witness: Witness, runs: int, says: str) -> None:
    """Write the figure down, then hold that nothing was found and that the console lives."""
    tell("S1", runs, len(witness.found), seed=f"corpus {SEED}", says=says)
    assert not witness.found
    assert witness.console.app.crash is None


async def over_the_list(witness: Witness, count: int) -> None:
    """Walk down the list, with the detail following; now and then to the end of the detail."""
    for place in range(count):
        await witness.press("j")
        if place % 16 == 0:
            await witness.press("enter", "G", "g", "escape")


@pytest.mark.parametrize("words", [False, True], ids=["known words", "any word"])
async def test_every_field_of_every_order_in_list_and_detail(words: bool) -> None:
    count = len(SOME)
    desk = HostileDesk(count, SOME, words=words)
    async with driven(desk, WIDE) as console:
        witness = Witness(console)
        await witness.press("6")
        await over_the_list(witness, count)
        filled = sum(desk.fill.filled.values())
        judged(witness, filled, f"texts in {len(desk.fill.filled)} fields of the list, {witness.looks} looks")


@pytest.mark.parametrize("terminal", [USUAL, SMALLEST, WIDE][: size(1, 3)], ids=str)
async def test_every_page_menu_and_help(terminal: tuple[int, int]) -> None:
    desk = HostileDesk(24, SOME)
    async with driven(desk, terminal) as console:
        witness = Witness(console)
        await witness.press("6", "j")
        for keys, own in PAGES.items():
            await witness.press(*keys, "j", "j", "G", "y", own, "slash", "l", "enter", "escape")
            await witness.press("escape", "6")
        for key in MENUS:
            await witness.press(key, "down", "down", "enter")
            await witness.press("escape", "escape", "6")
        judged(witness, witness.looks, f"looks at pages and menus at {terminal[0]}x{terminal[1]}")


@pytest.mark.always
async def test_every_field_is_reached_by_these_walks() -> None:
    """What is filled only when it is read, is read."""
    desk = HostileDesk(24, FEW, words=True)
    async with driven(desk, USUAL) as console:
        await console.press("6", "j", "S")
        desk._profile = desk.fill(replace(desk.profile, read_only_reason=""))
    assert wanted() - set(desk.fill.filled) <= {"Event.problem"}


DIALOGS = (("a", "l"), ("a", "e"), ("a", "w"), ("a", "t", *"UPS", "colon", *"1Z", "enter"))
"""Keys that open a dialog about lines, the whole sale, a letter or a parcel, or say why there is none."""


async def test_every_dialog_of_every_order() -> None:
    """Verbs are valid only where Amazon's words are known; everything else of the order is hostile."""
    count = size(3, 24 * 12)
    desk = HostileDesk(count, SOME)
    async with driven(desk, USUAL) as console:
        witness = Witness(console)
        await witness.press("6")
        opened = 0
        for place in range(count):
            await witness.press("j")
            order = desk.orders[console.at or ""]
            for verb in sorted({offer.verb for offer in desk.offers(order) if offer.verdict != "no" and offer.target}):
                letter = {
                    "authorize": "a",
                    "capture": "c",
                    "void": "v",
                    "refund": "f",
                    "cancel": "k",
                    "close": "x",
                }.get(verb)
                if letter is not None:
                    await witness.press("a", letter, "pagedown", "tab", "escape")
                    opened += 1
            for keys in DIALOGS if place % 3 == 0 else ():
                await witness.press(*keys)
                if console.app.screen is not console.screen:
                    await witness.press("pagedown", "tab")
                    opened += 1
                await witness.press("escape", "escape")
            await witness.press("escape")
        assert opened >= count // 2
        assert not desk.submitted
        judged(witness, opened, f"dialogs of hostile orders, {witness.looks} looks")


def outcomes(desk: HostileDesk) -> Iterator[Intent]:
    """Yield an intent for each way it can end, for ever."""
    while True:
        yield from desk.intents()


async def test_every_text_in_what_is_said_by_itself() -> None:
    """Messages of Amazon, of sources, of the cache and of the journal, on the message line and in the log."""
    desk = HostileDesk(24, SOME)
    async with driven(desk, USUAL) as console:
        witness = Witness(console)
        await witness.press("6", "j")
        order_id = console.at or ""
        ends = outcomes(desk)
        some = SOME
        for text in some:
            desk.refresh([order_id])
            desk.answer(order_id, problem=text)
            desk.set_sync(message=text)
            desk.sourced = [replace(state, name=text, message=text, ok=False) for state in desk.sourced]
            intent = next(ends)
            desk.tell(replace(intent, reason=text, state="refused", request_id=text))
            await console.pilot.pause()
            witness.look()
        await witness.press("at", *"jjj", "escape")
        judged(witness, len(some) * 6, "texts said on the message line")


async def test_every_text_in_what_the_back_office_refuses() -> None:
    desk = HostileDesk(24, SOME)
    async with driven(desk, USUAL) as console:
        witness = Witness(console)
        await witness.press("2")
        some = SOME[:: size(8, 4)]
        for text in some:
            for error in (BackOfficeError(text), ChangedError(text)):
                desk.check = _raising(error)  # type: ignore[method-assign, assignment]
                await witness.press("a", "c", "escape", "escape", "2")
            page, desk.hostile_reader.page = desk.hostile_reader.page, _raising(CacheUnavailable(text))  # type: ignore[method-assign, assignment]
            await witness.press("full_stop", "6", "2")
            desk.hostile_reader.page = page  # type: ignore[method-assign]
        judged(witness, len(some) * 3, "texts in refusals and errors")


def _raising(error: Exception) -> Callable[..., object]:
    def refuse(*arguments: object, **named: object) -> object:
        raise error

    return refuse


PROMPTS = ("slash", "colon", "i", "comma", "z", "number_sign", "w")
"""Keys that open a prompt."""


@pytest.mark.parametrize("key", PROMPTS[: size(3, len(PROMPTS))])
async def test_every_text_pasted_into_a_prompt(key: str) -> None:
    async with driven(HostileDesk(8, SOME), USUAL) as console:
        witness = Witness(console)
        await witness.press("6", "j")
        some = SOME[PROMPTS.index(key) % size(len(PROMPTS), 3) :: size(len(PROMPTS), 3)]  # each text into two or three
        for text in some:
            await witness.press(key)
            await witness.paste(text)
            await witness.press("enter", "escape", "escape")
            await go_back(console)
        assert not console.desk.submitted
        judged(witness, len(some), f"texts pasted into the prompt of {key}")
