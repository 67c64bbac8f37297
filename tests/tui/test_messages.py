"""The console tells the shop in the background, and shows what did not arrive and what the shop knows of an order."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.office import open_office
from tests.tui.desk import NOW, MemoryDesk, MemoryMessages
from tests.tui.pilot import Driven, driven

from azpay_tui.domain.intent import Verb
from azpay_tui.domain.messages import Delivered, Message, MessageDraft, MessageState, Outcome, Refused
from azpay_tui.tui.app import Console
from azpay_tui.tui.screens import page


def message(desk: MemoryDesk, number: int, state: MessageState, why: str = "") -> Message:
    order_id = next(iter(desk.orders))
    draft = MessageDraft("shop", "webhook", order_id, "AUTHORIZED to CAPTURED\x1b[2J", "{}")
    made, due = NOW - timedelta(hours=2), NOW + timedelta(minutes=5) if state == "waiting" else None
    return Message(f"M-{number:06}-0a1b2c3d", number, draft, made, "ops", state, 2, 2, due, None, why)


async def test_what_did_not_arrive_stands_with_the_jobs_and_leads_to_its_order() -> None:
    desk = MemoryDesk()
    desk.messages.kept = [message(desk, 2, "waiting"), message(desk, 1, "failed", "the shop is down")]
    async with driven(desk, (100, 30)) as console:
        await console.press("exclamation_mark")
        await console.until(lambda: "MESSAGES TO BE SENT  1" in console.text)
        text = console.text
        assert text.index("MESSAGES THAT DID NOT ARRIVE  1") < text.index("MESSAGES TO BE SENT  1")
        assert "! FAILED" in text
        assert "the shop is down. It is not tried again by itself" in text  # of the line under the cursor
        assert "azpay messages retry M-000001-0a1b2c3d" in " ".join(text.split())
        await console.press("j")
        await console.until(lambda: "It is sent again" in console.text)
        await console.press("enter")
        await console.until(lambda: console.app.screen is console.screen)
        assert console.at == next(iter(desk.orders))


async def test_a_message_is_sent_again_or_dropped_where_it_stands() -> None:
    desk = MemoryDesk()
    desk.messages.kept = [message(desk, 2, "failed", "gone"), message(desk, 1, "failed", "the shop is down")]
    async with driven(desk, (100, 30)) as console:
        await console.press("exclamation_mark")
        await console.until(lambda: "MESSAGES THAT DID NOT ARRIVE  2" in console.text)
        await console.press("t")
        await console.until(lambda: "MESSAGES TO BE SENT  1" in console.text)
        assert [one.state for one in desk.messages.kept] == ["waiting", "failed"]
        await console.press("g", "g", "d")
        await console.until(lambda: "MESSAGES THAT DID NOT ARRIVE" not in console.text)
        assert [one.state for one in desk.messages.kept] == ["waiting", "dropped"]
        assert "azpay messages retry M-000001-0a1b2c3d sends it after all" in " ".join(console.text.split())


async def test_where_nothing_may_be_written_no_message_is_changed() -> None:
    desk = MemoryDesk(writable=False)
    desk.messages.kept = [message(desk, 1, "failed", "gone")]
    async with driven(desk, (100, 30)) as console:
        await console.press("exclamation_mark")
        await console.until(lambda: "MESSAGES THAT DID NOT ARRIVE  1" in console.text)
        await console.press("t", "d")
        assert [one.state for one in desk.messages.kept] == ["failed"]


async def test_why_nothing_may_be_written_passes_the_door() -> None:
    desk = MemoryDesk(writable=False)
    desk._profile = replace(desk._profile, read_only_reason="Read-only: /srv/a" + "\u0301" * 50)
    desk.messages.kept = [message(desk, 1, "failed", "gone")]
    async with driven(desk, (100, 30)) as console:
        await console.press("exclamation_mark")
        await console.until(lambda: "MESSAGES THAT DID NOT ARRIVE  1" in console.text)
        await console.press("t")
        await console.until(lambda: "Read-only: /srv/á" in console.text)
        assert "\u0301" * 3 not in console.text


class Quick(MemoryMessages):
    """Delivers what is sent again at once."""

    def retry(self, name: str, seen: Message | None = None) -> Message:
        return self._move(name, "delivered")


@pytest.mark.parametrize(("key", "state"), [("t", "delivered"), ("d", "dropped")])
async def test_a_key_held_down_does_it_once_and_the_cursor_stays_near(key: str, state: MessageState) -> None:
    desk = MemoryDesk()
    desk.messages = Quick()
    desk.messages.kept = [message(desk, number, "failed", "gone") for number in (4, 3, 2, 1)]

    def states() -> list[MessageState]:
        return [one.state for one in desk.messages.kept]

    async with driven(desk, (100, 30)) as console:
        await console.press("exclamation_mark")
        await console.until(lambda: "MESSAGES THAT DID NOT ARRIVE  4" in console.text)
        at = time.monotonic()
        await console.press("j", at=at)
        for moment in (0.0, 0.6, 0.63, 0.66):
            await console.press(key, at=at + moment)
        assert states() == ["failed", state, "failed", "failed"]
        await console.press(key, at=at + 10)
        assert states() == ["failed", state, state, "failed"]
        await console.press("j", key, at=at + 20)
        await console.press(key, at=at + 30)
        assert states() == [state] * 4


@dataclass
class Slow:
    """A courier that is refused for good once, then delivers as soon as it may."""

    repeatable: bool = False
    asked: int = 0
    go: threading.Event = field(default_factory=threading.Event)
    arrived: list[str] = field(default_factory=list)

    def deliver(self, message: Message, stop: threading.Event) -> Outcome:
        self.asked += 1
        if self.asked == 1:
            return Refused("It was refused.", permanent=True)
        self.go.wait(60)
        self.arrived.append(message.id)
        return Delivered()


async def test_what_was_delivered_since_the_page_looked_is_not_sent_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow()
    with open_office(tmp_path, couriers={"webhook": slow}) as office:
        office.desk.sync_once()
        order_id = office.make("authorized", number="1001")
        office.act(order_id, Verb.VOID)
        office.desk.sync_once()
        monkeypatch.setattr(page, "CALM", 600.0)
        monkeypatch.setattr(page, "LOOK", 600.0)
        app = Console(office.desk)
        async with app.run_test(size=(160, 60)) as pilot:
            console = Driven(app, office.desk, pilot)  # type: ignore[arg-type]
            await console.until(lambda: "6:All 1" in console.text)
            await console.press("exclamation_mark")
            await console.until(lambda: "MESSAGES THAT DID NOT ARRIVE  1" in console.text)
            (message,) = office.desk.messages.list()
            await console.press("t")
            await console.until(lambda: "MESSAGES TO BE SENT  1" in console.text)
            slow.go.set()
            await console.until(lambda: office.desk.messages.show(message.id)[0].state == "delivered")
            await console.press("t", at=time.monotonic() + 10)
            await console.until(lambda: f"{message.id} is delivered by now: nothing was changed." in console.text)
            assert office.desk.messages.show(message.id)[0].state == "delivered"
        office.desk.messages.send()
        assert slow.arrived == [message.id]


class Shop:
    """A courier to a shop that is down three times."""

    repeatable = True

    def __init__(self) -> None:
        self.downs = 3
        self.arrived: list[str] = []

    def deliver(self, message: Message, stop: threading.Event) -> Outcome:
        if self.downs:
            self.downs -= 1
            return Refused(f"The shop was down, {self.downs} to come.")
        self.arrived.append(message.id)
        return Delivered()


async def test_a_hook_that_fails_three_times_is_delivered_once_in_the_end_by_the_console(tmp_path: Path) -> None:
    shop = Shop()
    with open_office(tmp_path, couriers={"webhook": shop}) as office:
        office.desk.sync_once()
        order_id = office.make("authorized", number="1001")
        app = Console(office.desk)
        async with app.run_test(size=(160, 60)) as pilot:
            console = Driven(app, office.desk, pilot)  # type: ignore[arg-type]
            await console.until(lambda: "6:All 1" in console.text)
            office.act(order_id, Verb.VOID)
            await console.press("exclamation_mark")
            await console.until(lambda: "MESSAGES TO BE SENT  1" in console.text)
            await console.press("k")
            for left in (2, 1, 0):
                await console.until(lambda left=left: f"The shop was down, {left} to come." in console.text)
                assert "MESSAGES TO BE SENT  1" in console.text
                office.local.advance(hours=1)
            await console.until(lambda: "MESSAGES TO BE SENT" not in console.text)
            (message,) = office.desk.messages.list()
            assert shop.arrived == [message.id]
            tries = office.desk.messages.show(message.id)[1]
            assert [each.result for each in tries] == ["refused"] * 3 + ["delivered"]
            await console.press("escape", "6", "enter")
            await console.until(lambda: "webhook: AUTHORIZED to VOIDED" in console.text)
