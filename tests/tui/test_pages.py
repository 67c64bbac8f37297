"""The pages: what is on its way and what is unknown, what was said and asked; they only show, and lead to orders."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.tui.desk import NOW, MemoryDesk
from tests.tui.pilot import Driven, driven

from azpay_tui.backoffice.errors import StoreError
from azpay_tui.domain.calls import Call
from azpay_tui.domain.intent import State, Verb, Wish
from azpay_tui.tui.clipboard import MOST, copy
from azpay_tui.tui.dialogs.question import ActionResult
from azpay_tui.tui.display import hidden
from azpay_tui.tui.screens.jobs import JobsScreen
from azpay_tui.tui.screens.log import LogScreen
from azpay_tui.tui.screens.page import PageScreen


def page(console: Driven) -> PageScreen:
    assert isinstance(console.app.screen, PageScreen)
    return console.app.screen


def confirm(console: Driven, number: int) -> str:
    """Confirm a capture of the n-th order of the view; returns its intent."""
    live = [o for o in console.desk.orders.values() if o.charges and o.charges[0].state == "Authorized"]
    order = [o for o in live if o.permission is not None and not o.intents][number]
    wish = Wish(Verb.CAPTURE, order.id, order.charges[0].id, order.charges[0].amount)
    console.app._confirmed(ActionResult(console.desk.check(wish), (), ""))
    return order.id


def settle(desk: MemoryDesk, intent_id: str, state: State, **changes: object) -> None:
    desk.finish(intent_id, state, "Amazon did not answer in time.")
    desk._intents[intent_id] = replace(desk._intents[intent_id], **changes)  # type: ignore[arg-type]


async def with_jobs(console: Driven) -> list[str]:
    orders = [confirm(console, number) for number in range(4)]
    await console.until(lambda: len(console.desk.submitted) == 4)
    by_order = {intent.draft.wish.order_id: intent.id for intent in console.desk.in_flight()}
    settle(console.desk, by_order[orders[1]], "unknown", attempts=2, next_due=NOW + timedelta(minutes=4))
    settle(console.desk, by_order[orders[2]], "attention", settled_by=None)
    settle(console.desk, by_order[orders[3]], "declined", settled_at=NOW)
    return orders


async def test_jobs_say_where_each_stands_when_it_is_checked_next_and_what_to_do() -> None:
    async with driven() as console:
        orders = await with_jobs(console)
        await console.press("exclamation_mark")
        await console.until(lambda: "jobs: 3 open" in console.lines[0])
        text = console.text
        heads = ["OUTCOME UNKNOWN  1", "WAITS FOR A PERSON  1", "ON THE WAY  1", "ENDED LAST  1"]
        assert [text.index(head) for head in heads] == sorted(text.index(head) for head in heads)
        assert all(order_id in text for order_id in orders)
        assert console.lines[3].endswith("2  in 4m")
        assert "12:04:00" in text
        assert "Never do it again by hand. To ask right now: azpay journal resume I0002" in " ".join(text.split())
        await console.press("down")
        await console.until(lambda: "journal settle" in console.text)
        await console.press("y")
        assert console.app.clipboard == "azpay journal show I0003"
        assert console.desk.submitted == console.desk.submitted[:4]


async def test_a_job_leads_to_its_order() -> None:
    async with driven() as console:
        orders = await with_jobs(console)
        await console.press("1", "exclamation_mark")
        await console.until(lambda: "jobs: 3 open" in console.lines[0])
        await console.press("enter")
        await console.until(lambda: console.app.screen is console.screen)
        assert console.at == orders[1]


async def test_jobs_follow_what_happens_with_the_cursor_in_its_place() -> None:
    async with driven() as console:
        await with_jobs(console)
        await console.press("exclamation_mark")
        await console.until(lambda: "jobs: 3 open" in console.lines[0])
        await console.press("j", "j")
        held = page(console).body.choice
        assert held is not None
        assert held.value == "I0001"
        settle(console.desk, "I0001", "succeeded", settled_at=NOW)
        console.desk.change(next(iter(console.desk.orders.values())))
        await console.until(lambda: "jobs: 2 open" in console.lines[0])
        now = page(console).body.choice
        assert now is not None
        assert now.value == "I0001"
        assert "SUCCEEDED" in now.text


async def test_a_page_without_anything_says_so() -> None:
    async with driven() as console:
        await console.press("!")
        await console.until(lambda: "Nothing was sent from here" in console.text)
        await console.press("enter", "y")
        assert console.said == "There is nothing to copy on this line."


@pytest.mark.parametrize("key", ["escape", "q"])
async def test_pages_take_each_others_place_and_lead_back(key: str) -> None:
    async with driven() as console:
        await console.press("2", "j")
        at = console.at
        for opener, kind in (("!", JobsScreen), ("@", LogScreen), ("!", JobsScreen)):
            await console.press(opener)
            assert isinstance(console.app.screen, kind)
        await console.press(key)
        assert console.app.screen is console.screen
        assert (console.orders.view, console.at) == ("to-capture", at)
        assert not console.desk.stopped


async def test_the_log_has_every_message_and_every_call_newest_first() -> None:
    async with driven() as console:
        target = next(iter(console.desk.orders))
        console.desk.called = [
            Call(NOW + timedelta(seconds=10), "get-permission", target, 0.31, 200, "7f3a-1"),
            Call(NOW + timedelta(seconds=20), "capture", f"{target}-C000001", 12.0, None, None, "no \x1b[2Janswer"),
        ]
        console.screen.say("It was declined.", warning=True, unasked=True)
        console.screen.say("last: captured")
        await console.press("@")
        await console.until(lambda: "2 calls" in console.lines[0])
        shown = [choice.text for choice in page(console).body.choices]
        assert "capture" in shown[0]
        assert "none" in shown[0]
        assert "7f3a-1" in shown[1]
        assert shown[2].endswith("last: captured")
        assert shown[3].startswith("!")
        assert not any(hidden(line) for line in console.lines)
        assert "unread" not in console.text
        await console.press("tab")
        await console.until(lambda: "log: messages" in console.lines[0])
        assert len(page(console).body.choices) == 2
        await console.press("tab")
        await console.until(lambda: "log: calls" in console.lines[0])
        await console.press("down", "y")
        assert console.app.clipboard == "7f3a-1"
        await console.press("enter")
        await console.until(lambda: console.app.screen is console.screen)
        assert console.at == target


async def test_a_message_about_no_order_leads_nowhere() -> None:
    async with driven() as console:
        console.screen.say("Hello.")
        await console.press("@")
        await console.until(lambda: "1 message" in console.lines[0])
        await console.press("enter")
        assert console.said == "This line is about no order."
        assert isinstance(console.app.screen, LogScreen)


async def test_find_works_on_a_page() -> None:
    async with driven() as console:
        for text in ("one pear", "two apples", "three pears"):
            console.screen.say(text)
        await console.press("@")
        await console.until(lambda: "3 messages" in console.lines[0])
        await console.press("n")
        assert "press / first" in console.said
        await console.until(lambda: "4 messages" in console.lines[0])
        await console.press("g", "g", "slash", *"pear", "enter")
        at = page(console).body.choice
        assert at is not None
        assert "three pears" in at.text
        await console.press("n")
        at = page(console).body.choice
        assert at is not None
        assert "one pear" in at.text
        await console.press("N", "colon", *"find-line zzz", "enter")
        assert "in no line of this page" in console.said


async def test_what_came_by_itself_is_said_on_a_page_too() -> None:
    async with driven() as console:
        confirm(console, 0)
        await console.until(lambda: bool(console.desk.in_flight()))
        await console.press("@")
        console.desk.finish("I0001", "declined", "HardDeclined")
        await console.until(lambda: "DECLINED" in page(console).message.said)
        assert "! 1 unread" in console.text
        await console.press("q")
        assert "! 1 unread" in console.text


async def test_help_on_a_page_is_about_the_page() -> None:
    async with driven() as console:
        await console.press("@", "?", *"copy")
        assert "Copy what the line is about" in console.text
        assert "refund" not in console.text
        await console.press("ctrl+u", *"all/mess", "enter")
        await console.until(lambda: "log: messages" in console.lines[0])


async def test_a_page_that_cannot_be_read_says_so_once_and_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    async with driven() as console:

        def broken(**named: object) -> object:
            raise StoreError("The journal is locked.")

        monkeypatch.setattr(console.desk, "intents", broken)
        await console.press("!")
        await console.until(lambda: "The journal is locked." in console.text)
        page(console).look_again()
        await console.until(lambda: not page(console)._looking)
        assert sum("locked" in said.text for said in console.app.sitting.said) == 1
        monkeypatch.undo()
        page(console).look_again()
        await console.until(lambda: "Nothing was sent" in console.text)


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (120, 36), (200, 50), (40, 10)])
async def test_pages_fit_every_size(size: tuple[int, int]) -> None:
    async with driven(size=(80, 24)) as console:
        await with_jobs(console)
        await console.press("!")
        await console.until(lambda: "jobs: 3 open" in console.lines[0])
        await console.pilot.resize_terminal(*size)
        await console.pilot.pause()
        if size[0] < 60:
            assert "needs 60x15" in console.text
        else:
            assert "OUTCOME UNKNOWN" in console.text
            assert console.lines[-1].startswith("ONLINE")


async def test_no_key_on_a_page_moves_money() -> None:
    async with driven() as console:
        await with_jobs(console)
        before = len(console.desk.submitted)
        for opener in "!@":
            await console.press(opener)
            for key in "acvfkxrjk RS123eziuyowt,.":
                await console.press(key)
        assert len(console.desk.submitted) == before


async def test_what_is_too_long_for_a_clipboard_names_the_command() -> None:
    async with driven() as console:
        assert "Print it: azpay x" in copy(console.app, "x" * (MOST + 1), "it", "azpay x")
        assert "it, 7 characters" in copy(console.app, "a\nb\x1b[2c", "it", "azpay x")
        assert console.app.clipboard == "a\nb\ufffd[2c"


async def test_the_sync_page_says_what_is_read_next_what_fails_and_why() -> None:
    async with driven() as console:
        orders = list(console.desk.orders)
        console.desk.failing = {f"{orders[3]}-C000001": 4}
        console.desk.set_sync(queue=41, errors=1, since=NOW)
        await console.press("6", "S")
        await console.until(lambda: "sync: 41 due, 1 failing" in console.lines[0])
        assert "this console reads" in console.lines[1]
        assert "budget now: get-charge 12/20 +2/s" in console.text
        shown = [choice.text for choice in page(console).body.choices]
        heads = [text.split("  ")[0] for text in shown if text.isupper() or text.split(" ")[0].isupper()]
        assert heads.index("FAILING") < heads.index("READ NEXT")
        await console.press("slash", *"4 failed", "enter")
        await console.until(lambda: "The last 4 reads failed: Amazon did not answer in time." in console.text)
        await console.press("r")
        assert console.desk.refreshed == [orders[3]]
        await console.press("enter")
        await console.until(lambda: console.app.screen is console.screen)
        assert console.at == orders[3]


async def test_the_sync_page_explains_the_order_one_came_from() -> None:
    async with driven() as console:
        await console.press("6", "j")
        at = console.at
        await console.press("S")
        await console.until(lambda: f"ORDER {at}" in console.text)
        await console.press("r")
        assert console.said == "This line is about no order and no source."
        await console.press("j", "j", "j", "j")
        await console.until(lambda: "Last read" in " ".join(console.text.split()))
        await console.press("y")
        assert console.app.clipboard.startswith(at or "?")
