"""A sale is cancelled by keyboard, on the simulator: planned live, read to its end, confirmed once."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.support.office import Office, open_office
from tests.support.orders import charge_id
from tests.tui.pilot import Driven, driven
from tests.tui.test_news import intent

from azpay_tui.backoffice.records import SaleDone
from azpay_tui.domain.cancelling import Wanted
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.money import Money
from azpay_tui.domain.status import attention, status_of
from azpay_tui.domain.unwinding import Step
from azpay_tui.tui.commands.selling import read_wanted
from azpay_tui.tui.dialogs.sale import Ends, SaleDialog
from azpay_tui.tui.dialogs.settle import SettleDialog
from azpay_tui.tui.ending import how_it_went


@asynccontextmanager
async def shown(office: Office, situation: str, size: tuple[int, int] = (100, 40)) -> AsyncIterator[tuple[Driven, str]]:
    """The console stands on an order in a situation."""
    order_id = office.make(situation)
    async with driven(office.desk, size) as console:
        await console.press("6")
        await console.until(lambda: order_id in console.text)
        yield console, order_id


def stands(office: Office, order_id: str) -> tuple[str, tuple[str, ...]]:
    order = office.order(order_id)
    return status_of(order, office.desk.now()), attention(order, office.desk.now())


async def opened(console: Driven, *keys: str) -> None:
    await console.press(*keys)
    await console.until(lambda: isinstance(console.app.screen, SaleDialog))
    for _ in range(4):
        await console.press("pagedown")
    await console.until(lambda: "A moment" not in console.text and "Read all of it" not in console.text)


async def confirm(console: Driven, typed: str) -> None:
    console.app.screen.query_one("#typed").focus()
    await console.press(*typed)
    await console.until(lambda: "Ready" in console.text)
    console.app.screen.query_one("#commit").focus()
    await console.press("enter", at=time.monotonic() + 1)
    await console.until(lambda: not isinstance(console.app.screen, SaleDialog))


async def test_a_captured_sale_is_cancelled_and_refunded_by_keyboard(tmp_path: Path) -> None:
    """S2.9, S2.15, S2.17."""
    with open_office(tmp_path) as office:
        async with shown(office, "captured") as (console, order_id):
            await opened(console, "a", "e")
            assert "refund 120.00 USD, charge C" in console.text
            assert "Type 120.00." in console.text
            await confirm(console, "120.00")
            await console.until(lambda: stands(office, order_id)[0] == "REFUNDING")
            await console.until(lambda: "the sale is cancelled" in console.text)
        assert [(operation, amount) for operation, _, amount in office.effects()] == [("refund", "120.00")]


async def test_a_captured_sale_is_cancelled_with_the_refund_left_to_a_person(tmp_path: Path) -> None:
    """S2.13, S2.16."""
    with open_office(tmp_path) as office:
        async with shown(office, "captured") as (console, order_id):
            await opened(console, ":", *"cancel", "space", *"sale", "space", *"manual", "enter")
            assert "REFUND DUE 120.00 USD" in console.text
            await confirm(console, order_id[-4:])
            await console.until(lambda: stands(office, order_id) == ("CANCELED", ("refund-due",)))
        assert office.effects() == []


async def test_nothing_happens_when_the_order_is_kept(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        async with shown(office, "captured") as (console, order_id):
            await opened(console, "a", "o")
            assert "Cannot be fulfilled" in console.text
            await console.press("enter", at=time.monotonic() + 1)
            await console.until(lambda: not isinstance(console.app.screen, SaleDialog))
            assert office.order(order_id).cancelled is None
        assert office.effects() == []


async def test_an_order_is_cancelled_at_amazon_then_deleted_by_keyboard(tmp_path: Path) -> None:
    """S0.18, S2.12, S3.57, S4.16."""
    with open_office(tmp_path) as office:
        async with shown(office, "authorized") as (console, order_id):
            await opened(console, ":", *"delete", "enter")
            assert "Amazon tells the buyer" in " ".join(console.text.split())
            assert "No import brings it back" in console.text
            await confirm(console, order_id[-4:])
            await console.until(lambda: office.desk.reader.order(order_id) is None)
            await console.until(lambda: "is deleted" in console.text)
        assert [operation for operation, _, _ in office.effects()] == ["cancel"]


async def settle_as_refused(console: Driven) -> None:
    """Somebody looked in Seller Central: the cancel did not happen."""
    await console.press("a", "s")
    await console.until(
        lambda: isinstance(console.app.screen, SettleDialog) and "Reading the order" not in console.text
    )
    for _ in range(3):
        await console.press("pagedown")
    console.app.screen.query_one("#refused").focus()
    await console.press("space")
    console.app.screen.query_one("#note").focus()
    await console.press(*"looked")
    await console.until(lambda: "Ready:" in console.text)
    console.app.screen.query_one("#commit").focus()
    await console.press("enter", at=time.monotonic() + 1)
    await console.until(lambda: not isinstance(console.app.screen, SettleDialog))


async def test_an_authorization_that_lapses_under_a_local_cancel_stays_cancelled_on_the_screen(tmp_path: Path) -> None:
    """S2.7, S2.11, S4.17: nobody knows whether the cancel got through, then the hold lapses; nothing revives it."""
    with open_office(tmp_path) as office:
        async with shown(office, "authorized", (200, 60)) as (console, order_id):
            office.fault("cancel", "close-before", times=50)
            await opened(console, "a", "e")
            await confirm(console, order_id[-4:])
            await console.until(lambda: stands(office, order_id)[0] == "UNKNOWN")
            await console.until(lambda: "What became of cancel is not known yet" in " ".join(console.text.split()))
            office.sim("DELETE", "/_sim/faults")
            office.world(hours=1)
            office.sim("POST", "/_sim/acts", {"act": "expire", "id": office.order(order_id).charges[0].id})
            await console.press("a", "r")
            await console.until(lambda: office.order(order_id).charges[0].reason == "ExpiredUnused")
            await settle_as_refused(console)
            await console.until(lambda: stands(office, order_id) == ("CANCELED", ("cancel-open",)))
            await console.until(lambda: "CANCELED   HOLD: The order was" in console.text)
            assert "! needs you: cancel-open" in console.text
            assert "Authorize 120.00 USD (! sale-cancelled)" in " ".join(console.text.replace("│", " ").split())
            assert "ExpiredUnused: The authorization lapsed" in console.text
            assert "Authorize again" not in console.text
            await opened(console, "a", "e")
            await confirm(console, order_id[-4:])
            await console.until(lambda: stands(office, order_id) == ("CANCELED", ()))
        assert [operation for operation, _, _ in office.effects()] == ["cancel"]


@pytest.mark.parametrize(
    ("ends", "again"), [("cancel", ":cancel-sale"), ("unfulfilled", ":cancel-sale"), ("delete", ":delete")]
)
def test_what_is_left_goes_on_with_the_command_that_began_it(ends: Ends, again: str) -> None:
    """Also of an order that was to be deleted: another command would leave it in the lists."""
    doubtful = intent("unknown", None, Verb.REFUND)
    assert f" Then {again} goes on." in how_it_went("S01-1", ends, SaleDone((doubtful,), (), None))
    left = (Step(Verb.REFUND, charge_id(), None, "It was captured."),)
    assert f" {again} goes on with it." in how_it_went("S01-1", ends, SaleDone((), left, None))


def test_what_is_typed_behind_the_command_says_how() -> None:
    """S2.8, S2.10."""
    assert read_wanted("manual extra=5.00", "EUR") == Wanted("manual", Money(500, "EUR"))
    assert read_wanted("TEA=2 shipping=1.50", "USD") == Wanted(None, None, {"TEA": 2}, Money(150, "USD"))
    assert read_wanted("TEA=2 shipping=half", "USD").shipping == "half"
    for wrong in ("perhaps", "extra=-1", "TEA=1.5", "=2", "shipping=third", "TEA=1 TEA=2"):
        with pytest.raises(ValueError, match=r"none of|amount|quantity|piece|Shipping|named twice"):
            read_wanted(wrong, "USD")
