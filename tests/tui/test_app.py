"""The console as a person uses it: every key, every answer, and what must never happen by a key alone."""

import random
import re
import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.tui.desk import NOW, MemoryDesk, charge_id, sample_orders
from tests.tui.pilot import Driven, driven
from textual import events

from azpay_tui.backoffice.errors import BusyError
from azpay_tui.backoffice.records import Event
from azpay_tui.domain.intent import Verb, Wish
from azpay_tui.domain.rows import VIEWS
from azpay_tui.store.errors import CacheUnavailable
from azpay_tui.tui.commands import COMMANDS, keymap
from azpay_tui.tui.commands.base import Command, KeyMap
from azpay_tui.tui.dialogs.action import ActionDialog, ActionResult
from azpay_tui.tui.dialogs.pick import PickDialog
from azpay_tui.tui.dialogs.question import Question
from azpay_tui.tui.dialogs.quit import QuitDialog
from azpay_tui.tui.display import hidden
from azpay_tui.tui.widgets.views_bar import bar_text

# Keys and commands


def test_every_command_is_documented_and_no_key_is_claimed_twice() -> None:
    keys = keymap()
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)
    for command in COMMANDS:
        assert command.sentence.endswith(".")
        assert command.name
        assert command.way
    assert keys.leaders == {"a", "g"}


def test_clashing_keys_are_refused() -> None:
    down = next(command for command in COMMANDS if command.id == "down")

    class Other(type(down)):  # type: ignore[misc]
        id = "other"

    with pytest.raises(ValueError, match="claim the same keys"):
        KeyMap([down, Other()])

    class Leader(Command):
        id, keys = "leader", (("j", "x"),)

        def run(self, screen: object) -> None:
            """Nothing."""

    with pytest.raises(ValueError, match="begins a sequence"):
        KeyMap([down, Leader()])


async def test_every_view_by_its_digit_and_by_stepping() -> None:
    async with driven() as console:
        for number, view in enumerate(VIEWS, 1):
            await console.press(str(number))
            assert console.orders.view == view
            assert f"[{number}]" in console.lines[1]
        await console.press("equals_sign")
        assert console.orders.view == VIEWS[0]
        await console.press("minus")
        assert console.orders.view == VIEWS[-1]


def test_the_bar_of_views_fits_80_columns_with_large_counts() -> None:
    counts = dict.fromkeys(VIEWS, 1_234_567)
    for active in VIEWS:
        text = bar_text(active, counts, 80)
        assert len(text) <= 80
        assert "1,234,567" in text


async def test_find_goes_from_match_to_match_and_around() -> None:
    async with driven() as console:
        await console.press("6", "slash", *"doe", "enter")
        found = [console.at]
        assert re.search(r"/doe: \d of [34] in the local cache", console.said)
        for _ in range(5):
            await console.press("n")
            found.append(console.at)
        assert len(set(found)) < len(found)
        assert all("Doe" in (console.desk.orders[order or ""].buyer_name or "") for order in found)
        here = console.at
        await console.press("N", "n")
        assert console.at == here


async def test_find_says_where_else_a_text_is() -> None:
    async with driven() as console:
        await console.press("5", "slash", *"#nope", "enter")
        assert "not in this list; 0 in all orders of the local cache." in console.said
        await console.press("slash", *"1001", "enter")
        assert "Press 6, Esc, then n" in console.said
        await console.press("6", "n")
        assert console.at == "S01-7730001-0000001"


async def test_the_prompt_takes_every_key_as_text_and_a_paste_as_one_line() -> None:
    async with driven() as console:
        at = console.at
        await console.press("slash", "a", "c", "q", "1", "space", "j")
        assert "/ acq1 j_" in console.text
        console.screen.post_message(events.Paste("\x1b[31mred\nenter"))
        await console.pilot.pause()
        assert not any(hidden(text) for text in console.lines)
        await console.press("ctrl+u", "x", "backspace", "escape")
        assert "/ " not in console.lines[-2]
        assert console.at == at
        assert console.orders.view == "attention"
        await console.press("n")
        assert "press /" in console.said


async def test_a_paste_outside_the_prompt_does_nothing() -> None:
    async with driven() as console:
        at = console.at
        console.screen.post_message(events.Paste("jjj ac q y"))
        await console.pilot.pause()
        assert console.at == at
        assert console.app.screen is console.screen


async def test_refresh_sync_copy_and_hints() -> None:
    async with driven() as console:
        await console.press("r")
        console.desk.answer(console.at or "")
        await console.until(lambda: "read from Amazon just now" in console.said)
        await console.press("a", "r")
        assert console.desk.refreshed == [console.at, console.at]
        await console.press("ctrl+r")
        assert console.desk.syncs == 1
        await console.press("y", "enter")
        assert console.app.clipboard == console.at
        assert (console.at or "?") in console.said
        await console.press("ctrl+c")
        assert "q quits" in console.said
        await console.press("ctrl+l", "ctrl+z", "f1", "f5", "delete", "left")
        assert console.app.screen is console.screen


async def test_escape_and_q_go_back_before_they_go_out() -> None:
    async with driven() as console:
        await console.press("enter")
        await console.until(lambda: "SUMS" in console.text)
        await console.press("q")
        assert console.app.focused is console.orders
        await console.press("enter")
        await console.press("escape")
        assert console.app.focused is console.orders
        assert console.app.is_running


async def test_the_detail_follows_j_and_k_as_capitals() -> None:
    """S2.3: from the list into an order."""
    async with driven() as console:
        await console.press("6", "enter", "J")
        second = console.at
        await console.until(lambda: (second or "?") in console.lines[3])
        await console.press("K")
        await console.until(lambda: (console.at or "?") in console.lines[3] and console.at != second)


async def test_on_a_wide_screen_the_panes_follow_the_cursor() -> None:
    for size in ((100, 30), (120, 36), (200, 50)):
        async with driven(size=size) as console:
            await console.press("j", "j")
            await console.until(lambda: console.text.count(console.at or "?") >= 2)
            assert "Amazon Pay available order actions" in console.text


# Acting


def asked(console: Driven) -> Question:
    """Return what the open dialog asks."""
    assert isinstance(console.app.screen, ActionDialog)
    return console.app.screen._question


async def test_a_letter_without_the_leader_opens_no_dialog_about_money() -> None:
    async with driven() as console:
        for key in "cvfkxtuzbd":
            await console.press("2", key)
            assert not isinstance(console.app.screen, ActionDialog | PickDialog)
            await console.press("escape", "escape", "escape")
            assert console.app.screen is console.screen
        assert console.desk.submitted == []


@pytest.mark.parametrize(("keys", "verb"), [("ac", Verb.CAPTURE), ("av", Verb.VOID), ("ak", Verb.CANCEL)])
async def test_leader_and_letter_open_the_dialog_of_the_order_under_the_cursor(keys: str, verb: Verb) -> None:
    async with driven() as console:
        await console.press("2", *keys)
        await console.until(lambda: isinstance(console.app.screen, ActionDialog))
        assert asked(console).offer.verb is verb
        await console.until(lambda: (console.at or "?") in console.text)
        await console.press("escape")
        assert console.app.screen is console.screen
        assert console.app.focused is console.orders
        assert console.desk.submitted == []


async def test_the_leader_alone_opens_the_pane_where_the_letters_work() -> None:
    async with driven() as console:
        await console.press("2", "a")
        await console.until(lambda: console.app.focused is console.screen.actions)
        await console.press("c")
        await console.until(lambda: isinstance(console.app.screen, ActionDialog))


async def test_the_keys_on_the_lines_of_the_pane_work_in_the_pane() -> None:
    async with driven() as console:
        await console.press("2", "a", "enter")
        assert console.app.focused is console.screen.actions
        await console.press("a", "c")
        await console.until(lambda: isinstance(console.app.screen, ActionDialog))
        assert asked(console).offer.verb is Verb.CAPTURE


async def test_the_leader_and_enter_open_the_pane_at_once_and_escape_drops_it() -> None:
    async with driven() as console:
        await console.press("2", "a", "enter")
        assert console.app.focused is console.screen.actions
        await console.press("escape")
        await console.press("a", "escape", "c")
        assert console.app.screen is console.screen
        await console.press("a", "z")
        assert "Nothing is on a z" in console.said
        await console.press("a", "down")
        assert console.app.focused is console.screen.actions


async def test_a_verb_that_is_not_valid_says_why() -> None:
    async with driven() as console:
        await console.press("2", "a", "f")
        assert console.app.screen is console.screen
        assert "Refund is not available" in console.said


async def test_several_charges_ask_which_and_choose_none() -> None:
    order = sample_orders()[0]
    second = replace(order.charges[0], id=charge_id(1, 2))
    permission = order.permission
    assert permission is not None
    both = replace(order, charges=(*order.charges, second), permission=replace(permission, balance=order.amount))
    async with driven(MemoryDesk([both])) as console:
        await console.press("6", "a", "c")
        await console.until(lambda: isinstance(console.app.screen, PickDialog))
        await console.press("enter")
        assert isinstance(console.app.screen, PickDialog)
        await console.press("down", "down", "enter")
        await console.until(lambda: isinstance(console.app.screen, ActionDialog))
        assert asked(console).offer.target == second.id


def confirm(console: Driven) -> ActionResult:
    """Return what the dialog returns for a capture of the order under the cursor."""
    order = console.desk.orders[console.at or ""]
    wish = Wish(Verb.CAPTURE, order.id, order.charges[0].id, order.charges[0].amount)
    return ActionResult(console.desk.check(wish), (), "")


@pytest.mark.parametrize(
    ("state", "reason", "words"),
    [
        ("succeeded", None, "captured"),
        ("accepted", None, "accepted. Amazon is taking the money"),
        ("declined", "HardDeclined", "DECLINED. Declined for good; the same card will fail again. No money was taken"),
        (
            "refused",
            "InvalidChargeStatus",
            "REFUSED. The charge's status does not allow it any more. Nothing",
        ),
        ("unknown", None, "UNKNOWN. Whether money moved is not known yet. Next: Do not repeat it."),
        ("abandoned", "The order \x1b[2J changed.", "changed. Nothing was sent. Next: Look at the order"),
        ("attention", None, "NEEDS YOUR DECISION. Whether money moved is not known. Next: Look in Seller Central"),
    ],
)
async def test_the_outcome_of_an_action_is_said_in_words(state: str, reason: str | None, words: str) -> None:
    async with driven() as console:
        await console.press("2")
        console.app._confirmed(confirm(console))
        await console.until(lambda: "1 in flight" in console.text)
        assert "CAPTURING" in console.text
        [intent] = console.desk.in_flight()
        console.desk.finish(intent.id, state, reason)  # type: ignore[arg-type]
        await console.until(lambda: words in console.said)
        await console.until(lambda: "in flight" not in console.text)
        assert not any(hidden(text) for text in console.lines)
        assert len(console.desk.submitted) == 1


async def test_a_wish_the_back_office_refuses_is_said() -> None:
    class Refusing(MemoryDesk):
        def submit(self, *args: object, **named: object) -> object:  # type: ignore[override]
            raise BusyError("Another action on this order is under way.")

    async with driven(Refusing()) as console:
        await console.press("2")
        console.app._confirmed(confirm(console))
        await console.until(lambda: "Another action on this order is under way. Nothing was sent." in console.said)


async def test_nothing_is_submitted_without_a_result() -> None:
    async with driven() as console:
        console.app._confirmed(None)
        await console.pilot.pause()
        assert console.desk.submitted == []


async def test_offline_everything_is_readable_and_verbs_are_off_with_the_reason() -> None:
    async with driven() as console:
        console.desk.set_sync(connection="OFFLINE", since=NOW - timedelta(minutes=108))
        await console.until(lambda: "OFFLINE since 10:12" in console.text)
        await console.press("2", "j", "enter")
        await console.until(lambda: "SUMS" in console.text)
        await console.press("escape")
        await console.press("k", "a", "c")
        assert console.app.screen is console.screen
        assert "no connection" in console.said
        console.desk.set_sync(connection="ONLINE", since=NOW)
        await console.until(lambda: "OFFLINE" not in console.lines[-1])
        await console.press("a", "c")
        await console.until(lambda: isinstance(console.app.screen, ActionDialog))


async def test_times_are_those_of_the_profile() -> None:
    async with driven(MemoryDesk(timezone="Asia/Tokyo")) as console:
        console.desk.set_sync(connection="AUTH FAILED", since=NOW)
        await console.until(lambda: "AUTH FAILED since 21:00" in console.lines[-1])


async def test_old_data_is_called_stale() -> None:
    async with driven() as console:
        assert "STALE" not in console.text
        console.desk.clock += timedelta(minutes=20)
        console.screen.following.tick()
        await console.until(lambda: "STALE" in console.lines[-1])


async def test_read_only_and_the_environment_are_always_named() -> None:
    for environment, word in (("live", "PROD"), ("sandbox", "SANDBOX"), ("simulator", "SIMULATOR")):
        async with driven(MemoryDesk(environment=environment, writable=False)) as console:
            assert console.lines[0].startswith(f" {word} ")
            assert "RO  jump-2" in console.lines[-1]
            await console.press("2", "a", "c")
            assert "Read-only" in console.said


async def test_personal_data_of_a_live_shop_is_hidden_until_asked_for() -> None:
    async with driven(MemoryDesk(environment="live")) as console:
        await console.press("6", "enter", "G")
        assert "@example.com" in console.screen.detail.text
        assert "buyer" not in console.screen.detail.text.split("E-mail")[1].split("\n")[0]
        await console.press("p")
        assert "buyer" in console.screen.detail.text.split("E-mail")[1].split("\n")[0]


# Robustness


async def test_an_unreadable_cache_is_said_and_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with driven() as console:

        def broken(*args: object, **named: object) -> object:
            raise CacheUnavailable("The cache is damaged; it is being rebuilt.")

        for name in ("page", "row", "order", "revision"):
            monkeypatch.setattr(console.desk.reader, name, broken)
        for key in ("2", "j", "G", "enter", "r", "full_stop", "slash", "x", "enter"):
            await console.press(key)
        assert "The cache is damaged" in console.said
        monkeypatch.undo()
        await console.press("escape", "2")
        assert console.at is not None


async def test_events_may_come_from_any_thread_and_in_any_number() -> None:
    async with driven() as console:
        before = threading.active_count()

        def tell() -> None:
            for order in tuple(console.desk.orders.values()):
                console.desk.change(order)
                console.desk.emit(Event("sync"))

        threads = [threading.Thread(target=tell) for _ in range(4)]
        for thread in threads:
            thread.start()
        await console.until(lambda: not any(thread.is_alive() for thread in threads))
        await console.until(lambda: console.screen.following._feed._revision == 4 * len(console.desk.orders))
        assert threading.active_count() <= before


@pytest.mark.parametrize("seed", range(6))
async def test_no_sequence_of_keys_moves_money(seed: int) -> None:
    """Keys at machine speed, as from a paste, a stuck key or the answers of a terminal."""
    choose = random.Random(seed)
    names = ["enter", "escape", "tab", "space", "up", "down", "backspace", "home", "end", "pagedown", "shift+tab"]
    names += [
        "slash",
        "exclamation_mark",
        "at",
        "colon",
        "full_stop",
        "question_mark",
        "ctrl+r",
        "ctrl+c",
        "ctrl+d",
        "semicolon",
        "left_square_bracket",
    ]
    letters = [c for c in "abcdefghijklmnoprstuvwxyzACDJKNPRSTY0123456789"]
    async with driven(MemoryDesk(auto=True), size=choose.choice([(80, 24), (120, 36)])) as console:
        at = time.monotonic()
        for _ in range(20):
            await console.press(*choose.choices(names + letters + ["a", "enter", "tab"], k=30), at=at)
        assert console.desk.submitted == []
        assert console.app._exception is None


# Leaving


async def test_quitting_with_nothing_in_flight_asks_nothing() -> None:
    async with driven() as console:
        await console.press("q")
        await console.until(lambda: bool(console.desk.stopped))
        assert console.app.stopped or console.app.screen is console.screen


async def test_quitting_asks_while_something_is_in_flight() -> None:
    async with driven() as console:
        await console.press("2")
        console.app._confirmed(confirm(console))
        await console.until(lambda: bool(console.desk.in_flight()))
        await console.press("ctrl+q")
        await console.until(lambda: isinstance(console.app.screen, QuitDialog))
        await console.press("escape")
        assert console.desk.stopped == []
        await console.press("q")
        await console.until(lambda: isinstance(console.app.screen, QuitDialog))
        console.app.screen.dismiss(True)
        await console.until(lambda: bool(console.desk.stopped))
    assert console.app.return_code == 0
    assert console.app.left_open == 1


async def test_leaving_twice_stops_once() -> None:
    async with driven() as console:
        console.app.leave(15)
        console.app.leave(1)
        await console.until(lambda: bool(console.desk.stopped))
        await console.pilot.pause()
    assert len(console.desk.stopped) == 1
    assert console.app.return_code == 143


async def test_nothing_is_submitted_while_leaving() -> None:
    async with driven() as console:
        await console.press("2")
        result = confirm(console)
        console.app.leave(15)
        console.app._confirmed(result)
        await console.until(lambda: bool(console.desk.stopped))
    assert console.desk.submitted == []


async def test_a_toast_is_a_message_with_nothing_raw_in_it() -> None:
    async with driven() as console:
        console.app.notify("[red]x [/oops] \x1b[2J", severity="warning", timeout=5)
        await console.pilot.pause()
        assert "[red]x [/oops] \ufffd[2J" in console.text
        assert len(console.app._notifications) == 0


async def test_the_tour_leads_from_key_to_key() -> None:
    async with driven(tour=True) as console:
        for number, keys in enumerate((["j"], ["2"], ["enter"], ["escape", "a", "c"], ["slash", "escape"]), 1):
            assert f"Tour {number}/6" in console.said
            await console.press(*keys)
            if number == 4:
                await console.until(lambda: isinstance(console.app.screen, ActionDialog))
                await console.press("escape")
        assert "Tour 6/6" in console.said


async def test_a_long_message_is_shown_whole_and_gives_its_lines_back() -> None:
    async with driven() as console:
        text = "DECLINED. " + "The payment was declined for good; ask the buyer for another one. " * 3
        console.screen.say(text, warning=True)
        await console.until(lambda: "".join("".join(console.lines[-4:-1]).split()) == "".join(text.split()))
        assert console.lines[-1].startswith("ONLINE")
        assert any(line.startswith("> ") for line in console.lines)
        await console.press("slash", "x")
        assert console.lines[-2].startswith("/ x_")
        await console.press("escape", "escape")
        await console.until(lambda: console.lines[-3].startswith("Enter detail"))
