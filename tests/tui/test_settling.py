"""A person decides about an outcome that no rule can tell: only after reading everything, and never by accident."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.support.figures import tell
from tests.tui.desk import NOW, MemoryDesk
from tests.tui.host import an_order
from tests.tui.pictures import LARGE, MIDDLE, SMALL, Camera, honest_order, settled, sized
from tests.tui.pilot import Driven, driven
from textual import events
from textual.containers import VerticalScroll
from textual.pilot import Pilot

from azpay_tui.domain.intent import State, Verb, Wish
from azpay_tui.tui.commands import acting
from azpay_tui.tui.dialogs import settle
from azpay_tui.tui.dialogs.settle import SettleDialog


def unsure(state: State = "attention", age: timedelta = timedelta(hours=3)) -> MemoryDesk:
    """A desk with one order, whose capture was sent three times and came to nothing that anybody knows."""
    order = honest_order(an_order())
    made = MemoryDesk([order])
    intent = made.submit(made.check(Wish(Verb.CAPTURE, order.id, order.charges[0].id, order.charges[0].amount)))
    made.finish(intent.id, state, "The outcome could not be learned: a person must look and decide.")
    made.submitted.clear()
    made._intents[intent.id] = replace(
        made._intents[intent.id],
        attempts=3,
        settled_by=None,
        settled_at=None,
        draft=replace(intent.draft, at=NOW - age),
    )
    now = made.orders[order.id]
    made.change(replace(now, intents=tuple(replace(open_, at=NOW - age) for open_ in now.intents)))
    return made


def read_only() -> MemoryDesk:
    made = unsure()
    made._profile = replace(made._profile, writable=False, read_only_reason="Read-only: azpay was started so.")
    return made


@asynccontextmanager
async def asked(desk: MemoryDesk | None = None, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Driven]:
    """The dialog of that intent is open and its live read ended."""
    async with driven(desk or unsure(), size) as console:
        await console.press("6", "a", "s")
        await console.until(lambda: isinstance(console.app.screen, SettleDialog))
        await console.until(lambda: "Reading the order" not in console.text)
        yield console


async def read_all(console: Driven) -> None:
    for _ in range(20):
        await console.press("pagedown")
    await console.until(lambda: "Read all of it first" not in console.text and "A moment" not in console.text)


async def choose(console: Driven, outcome: State, note: str = "seen in Seller Central") -> None:
    console.app.screen.query_one(f"#{outcome}").focus()
    await console.press("space")
    console.app.screen.query_one("#note").focus()
    await console.press(*("space" if letter == " " else letter for letter in note))


async def calm_enter(console: Driven, button: str) -> None:
    console.app.screen.query_one(f"#{button}").focus()
    await console.press("enter", at=time.monotonic() + 1)


def open_dialog(console: Driven) -> bool:
    return isinstance(console.app.screen, SettleDialog)


@pytest.mark.parametrize("outcome", ["succeeded", "refused", "abandoned"])
async def test_a_calm_person_who_read_everything_decides(outcome: State) -> None:
    async with asked() as console:
        await read_all(console)
        await choose(console, outcome)
        await console.until(lambda: "Ready:" in console.text)
        assert f"[ Settle as {outcome} ]" in console.text
        await calm_enter(console, "commit")
        await console.until(lambda: console.desk.settled)
        assert console.desk.settled == [("I0001", outcome, "seen in Seller Central")]
        assert console.desk.submitted == console.desk.resumed == []


async def test_everything_is_there_to_be_read() -> None:
    async with asked(size=(200, 50)) as console:
        shown = str(console.app.screen.query_one("#facts").render())
    for word in (
        "I0001: capture", "by ops", "Request key", "ATTEMPT 3", "HTTP 500", "req-2", "Amazon's date", "61 bytes",
        "e" * 64, "AT AMAZON", "Changed since", "proves neither", "a person must look", "only at a person's word",
        "counts as done", "gets a new key",
    ):  # fmt: skip
        assert word in shown, word


async def test_nothing_works_before_all_of_it_was_read_an_outcome_chosen_and_a_note_typed() -> None:
    async with asked() as console:
        commit, again = console.app.screen.query_one("#commit"), console.app.screen.query_one("#again")
        assert "Read all of it first" in console.text
        assert commit.disabled
        assert again.disabled
        await choose(console, "refused", note="")
        await read_all(console)
        await console.until(lambda: "Say in the note why" in console.text)
        assert commit.disabled
        assert not again.disabled
        await console.press("x", "enter")
        assert console.app.screen.focused is console.app.screen.query_one("#cancel"), (
            "Enter in the field decides nothing"
        )
        await console.until(lambda: not commit.disabled)
    assert console.desk.settled == []


async def test_the_same_request_goes_again_only_by_its_button() -> None:
    async with asked() as console:
        await read_all(console)
        await calm_enter(console, "again")
        await console.until(lambda: console.desk.resumed)
        assert console.desk.resumed == ["I0001"]
        assert console.desk.settled == []


async def test_a_burst_of_keys_a_paste_and_letters_decide_nothing() -> None:
    async with asked() as console:
        await read_all(console)
        await choose(console, "refused")
        await console.until(lambda: "Ready:" in console.text)
        console.app.screen.query_one("#commit").focus()
        now = time.monotonic() + 5
        await console.press("tab", "tab", "tab", "enter", "enter", at=now)
        for letter in "ysrcaf":
            await console.press(letter)
        console.app.screen.query_one("#note").focus()
        console.app.post_message(events.Paste("refused yes please\n"))
        await console.until(lambda: "Paste is refused" in console.text)
        assert console.desk.settled == console.desk.resumed == []


async def test_escape_decides_nothing() -> None:
    async with asked() as console:
        await read_all(console)
        await choose(console, "succeeded")
        await console.press("escape")
        await console.until(lambda: not open_dialog(console))
        assert console.desk.settled == console.desk.resumed == []


async def test_a_terminal_that_is_too_small_decides_nothing() -> None:
    async with asked() as console:
        await read_all(console)
        await choose(console, "succeeded")
        await console.pilot.resize_terminal(50, 10)
        await calm_enter(console, "commit")
        assert console.desk.settled == []


async def test_offline_it_says_so_and_a_person_may_still_decide() -> None:
    desk = unsure()
    desk.offline = True
    async with asked(desk) as console:
        assert "Amazon could not be asked: There is no connection to Amazon." in console.text
        await read_all(console)
        await choose(console, "refused")
        await calm_enter(console, "commit")
        await console.until(lambda: console.desk.settled)


async def test_an_intent_that_went_on_meanwhile_is_not_settled() -> None:
    async with asked() as console:
        await read_all(console)
        await choose(console, "refused")
        await console.until(lambda: "Ready:" in console.text)
        console.desk._intents["I0001"] = replace(console.desk._intents["I0001"], attempts=4)
        await calm_enter(console, "commit")
        await console.until(lambda: "went on meanwhile" in console.text)
        assert console.desk.settled == []


@pytest.mark.parametrize("state", ["attention", "unknown"])
async def test_every_way_to_the_dialog(state: State) -> None:
    async with driven(unsure(state)) as console:
        await console.press("6")

        async def came() -> None:
            await console.until(lambda: open_dialog(console))
            await console.press("escape")
            await console.until(lambda: not open_dialog(console))

        await console.press("a", "s")
        await came()
        console.screen.run_line("settle")
        await came()
        await console.press("a", "enter")
        await console.until(lambda: console.screen.focused is console.screen.actions)
        await console.press("s")
        await came()
        await console.press("escape", "!")
        await console.until(lambda: "jobs: 1 open" in console.lines[0])
        await console.press("s")
        await came()


@pytest.mark.parametrize(
    ("desk", "why"),
    [
        (lambda: unsure("unknown", timedelta(minutes=5)), "Not yet: the outcome is being learned"),
        (read_only, "Read-only: azpay was started so."),
        (lambda: MemoryDesk([honest_order(an_order())]), "There is nothing to settle"),
    ],
    ids=["young", "read-only", "nothing"],
)
async def test_where_nobody_may_decide_the_reason_is_said(desk, why: str) -> None:  # type: ignore[no-untyped-def]
    async with driven(desk()) as console:
        await console.press("6", "a", "s")
        await console.until(lambda: why in console.text)
        assert not open_dialog(console)


@sized(SMALL, MIDDLE, LARGE)
def test_settle_dialog(picture: Camera, size: tuple[int, int]) -> None:
    async def opened(pilot: Pilot[None]) -> None:
        await settled(pilot)
        pilot.app.screen.query_one("#cancel").focus()
        await settled(pilot)

    assert picture(unsure(), "6", "a", "s", opened, size=size)


def test_settle_dialog_ready(picture: Camera, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settle, "ARM", 0.0)

    async def ready(pilot: Pilot[None]) -> None:
        await settled(pilot)
        dialog = pilot.app.screen
        assert isinstance(dialog, SettleDialog)
        area = dialog.query_one("#facts-area", VerticalScroll)
        area.scroll_end(animate=False)
        await settled(pilot)
        dialog.query_one("#refused").focus()
        await pilot.press("space")
        dialog.query_one("#note", settle.TypedInput).value = "seen in Seller Central"
        await settled(pilot)
        dialog._paint()
        dialog.query_one("#commit").focus()
        await settled(pilot)

    assert picture(unsure(), "6", "a", "s", ready)


async def test_a_read_only_console_opens_no_dialog_by_key_name_or_mouse() -> None:
    desk = read_only()
    tried, broken = 0, []
    async with driven(desk, (120, 36)) as console:
        await console.press("6")

        async def came_to_nothing(way: str) -> None:
            nonlocal tried
            tried += 1
            await console.pilot.pause()
            if console.app.screen is not console.screen:
                broken.append(way)
                await console.press("escape")

        for command in acting.COMMANDS:
            if command.id in ("open", "select", "reveal"):
                continue
            for keys in command.keys:
                await console.press(*keys)
                await came_to_nothing(" ".join(keys))
            console.screen.run_line(command.id)
            await came_to_nothing(f":{command.id}")
        console.screen.rooms.focus_actions()
        await console.pilot.pause()
        for y in range(1, 12):
            await console.pilot.click(console.screen.actions, offset=(6, y))
            await came_to_nothing(f"click {y}")
    acted = len(desk.submitted) + len(desk.settled) + len(desk.resumed)
    tell("S9", tried, len(broken) + acted, says="keys, names and clicks of a read-only console", seed=", ".join(broken))
    assert not broken
    assert not acted
