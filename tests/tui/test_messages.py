"""The console tells the shop in the background, and shows what did not arrive and what the shop knows of an order."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

from tests.support.office import open_office
from tests.tui.desk import NOW, MemoryDesk
from tests.tui.pilot import Driven, driven

from azpay_tui.domain.intent import Verb
from azpay_tui.domain.messages import Delivered, Message, MessageDraft, MessageState, Outcome, Refused
from azpay_tui.tui.app import Console


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
