"""Choosing lines by keyboard: what they come to is said all the while, and only the dialog after it moves money."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from tests.support.goods import GOODS, recorded, slip, usd
from tests.support.office import Office, open_office
from tests.tui.desk import HOSTILE, NOW, MemoryDesk
from tests.tui.host import captured
from tests.tui.pilot import Driven, driven
from textual.widgets import Input, Static

from azpay_tui.domain.intent import Verb
from azpay_tui.domain.order import Order
from azpay_tui.domain.rows import OrderLine, TrackedOrder
from azpay_tui.domain.slips import ELSEWHERE
from azpay_tui.tui.app import Console
from azpay_tui.tui.dialogs import action
from azpay_tui.tui.dialogs.action import ActionDialog
from azpay_tui.tui.dialogs.lines import LinesDialog
from azpay_tui.tui.display import hidden

LINES = (
    OrderLine("Tea", "3", usd(10_00), "TEA", tax=usd(1_60)),
    OrderLine("Cup", "1", usd(7_50), "CUP", tax=usd(1_20)),
    OrderLine("Post", "", usd(4_95), None, "shipping", tax=usd(79)),
)


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(action, "DEBOUNCE", 0.01)
    monkeypatch.setattr(action, "TICK", 0.1)


class Fingers:
    """Keys that do not come in one burst, however slow the machine is."""

    def __init__(self, console: Driven) -> None:
        self.console = console
        self._moments = (time.monotonic() + 1 + step for step in count())

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.console.press(key, at=next(self._moments))

    async def fill(self, name: str, text: str) -> None:
        """Go to a field by Tab and type into it what shall stand there."""
        await self.to(name)
        field = self.console.app.screen.query_one(f"#{name}", Input)
        await self.press("end", *("backspace",) * len(field.value), *text)
        assert field.value == text

    async def to(self, name: str) -> None:
        for _ in range(20):
            if self.console.app.focused is not None and self.console.app.focused.id == name:
                return
            await self.press("tab")
        pytest.fail(f"Tab never came to {name}")

    def says(self, name: str) -> str:
        return str(self.console.app.screen.query_one(f"#{name}", Static).visual)


def of_lines() -> Order:
    """A captured order whose lines are known and come to what was captured."""
    order = captured()
    paid = order.charges[0].captured
    assert paid is not None
    rest = OrderLine("Pot", "1", paid - GOODS.total, "POT")
    return replace(order, shop=replace(order.shop, lines=(*LINES, rest)))


def sold(office: Office) -> str:
    """A captured order of three pots of tea, a cup and the post."""
    order = office.make("authorized", amount="22.45")
    office.desk.track([TrackedOrder(order, amount=usd(22_45), lines=LINES, side="shop", source="web")])
    office.act(order, Verb.CAPTURE)
    return order


@asynccontextmanager
async def console_of(office: Office) -> AsyncIterator[Driven]:
    app = Console(office.desk)  # the desk of files and the simulator, not one in memory
    async with app.run_test(size=(80, 24)) as pilot:
        console = Driven(app, office.desk, pilot)  # type: ignore[arg-type]
        await console.until(lambda: "ONLINE" in console.text)
        yield console


async def test_a_refund_of_two_of_three_pieces_and_half_the_shipping(tmp_path: Path) -> None:
    """S3.48 to S3.52: quantities per line, 0 is not refunded, shipping, adjustment, return to stock, one Enter."""
    with open_office(tmp_path) as office:
        order = sold(office)
        async with console_of(office) as console:
            fingers = Fingers(console)
            await fingers.press("6")
            await console.until(lambda: console.at == order)
            await fingers.press("a", "l")
            await console.until(lambda: isinstance(console.app.screen, LinesDialog))
            assert fingers.says("sum") == "Comes to 22.45 USD."
            await fingers.fill("line-0", "2")
            await fingers.fill("line-1", "0")
            await fingers.fill("shipping", "half")
            await fingers.fill("adjustment", "-0.15")
            await fingers.fill("document", "CM-3")
            await fingers.to("restock")
            await fingers.press("space")
            assert fingers.says("sum") == "Comes to 9.00 USD."
            assert office.effects() == [("capture", office.order(order).charges[0].id, "22.45")]
            await fingers.to("go")
            await fingers.press("enter")
            await console.until(lambda: isinstance(console.app.screen, ActionDialog))
            dialog = console.app.screen
            assert isinstance(dialog, ActionDialog)
            await fingers.fill("amount", "9.01")
            assert "The lines come to 9.00 USD" in fingers.says("why")
            await fingers.fill("amount", "9.00")
            await console.until(lambda: dialog._question.ready is not None and dialog._question.checking is None)
            await fingers.press("pagedown", "pagedown")
            await console.until(lambda: dialog._blocked() is None)
            assert "2 x Tea 6.67 USD (TEA); shipping 2.48 USD; adjustment -0.15 USD" in fingers.says("facts").replace(
                "\n" + " " * 15, " "
            )
            await fingers.to("commit")
            await fingers.press("enter")
            await console.until(lambda: len(office.effects()) == 2 and not office.desk.in_flight())
            assert office.effects()[1][::2] == ("refund", "9.00")
            found = office.desk.reader.slips(order)[0]
            assert (found.slip.total, found.slip.document, found.slip.restock) == (usd(9_00), "CM-3", True)
            # S3.4: told with the order, with the refund that it led to.
            await console.until(lambda: f"refund 9.00 USD, {str(found.refund)[20:]}" in console.screen.detail.text)
            assert "   2 x Tea 6.67 USD (TEA)\n   shipping 2.48 USD\n" in console.screen.detail.text


async def test_what_is_wrong_with_lines_is_said_and_goes_no_further() -> None:
    """S3.49: more pieces than there are, or half of one, cannot be chosen; a paste is refused as everywhere."""
    async with with_lines() as (console, fingers):
        await fingers.press("a", "l")
        await console.until(lambda: isinstance(console.app.screen, LinesDialog))
        for typed, said in (
            ("4", "Line TEA: 4 are wanted, 3 are left."),
            ("-1", "The quantity '-1' is below nothing."),
            ("1.5", "The quantity '1.5' is no whole number of pieces."),
        ):
            await fingers.fill("line-0", typed)
            assert fingers.says("sum") == said
            assert console.app.screen.query_one("#go").disabled
        await fingers.press("escape")
        assert console.app.screen is console.screen
        assert console.desk.submitted == []


async def test_an_order_without_lines_says_so() -> None:
    async with driven(MemoryDesk([captured()]), size=(80, 24)) as console:
        await Fingers(console).press("6", "a", "l")
        await console.until(lambda: "No source gave the lines of this order" in console.text.replace("\n", " "))
        assert console.app.screen is console.screen


async def test_a_refund_made_elsewhere_is_always_labelled() -> None:
    """S3.54: it is never shown as done at Amazon."""
    async with with_lines() as (console, _):
        order = console.at or ""
        console.desk.booked = (replace(recorded(order, slip("TEA=1"), "cash"), number=1, at=NOW),)
        console.screen.following.look()
        assert f"1  refund 3.34 USD, C000001: {ELSEWHERE}" in console.screen.detail.text
        assert "   note: cash\n" in console.screen.detail.text


async def test_no_text_of_a_slip_or_a_line_drives_the_terminal() -> None:
    made, odd = slip("TEA=1", restock=True), "".join(HOSTILE)
    lines = tuple(replace(made.goods.lines[0], key=text, name=text) for text in HOSTILE)
    made = replace(made, goods=replace(made.goods, lines=lines), document=odd, carrier=odd, tracking=odd)
    async with with_lines() as (console, fingers):
        booked = replace(recorded(console.at or "", made, odd), number=1, at=NOW, person=odd)
        console.desk.booked = (booked,)
        console.screen.following.look()
        assert not hidden(console.screen.detail.text.replace("\n", " "))
        order = console.desk.orders[console.at or ""]
        named = [replace(one, name=odd, sku=odd) if one.kind == "item" else one for one in order.shop.lines]
        console.desk.booked = ()
        console.desk.orders[order.id] = replace(order, shop=replace(order.shop, lines=tuple(named)))
        await fingers.press("a", "l")
        await console.until(lambda: isinstance(console.app.screen, LinesDialog))
        await fingers.fill("line-1", "9")
        assert not hidden(console.text.replace("\n", " "))


@asynccontextmanager
async def with_lines() -> AsyncIterator[tuple[Driven, Fingers]]:
    """The console on one captured order whose lines are known."""
    order = of_lines()
    async with driven(MemoryDesk([order]), size=(80, 24)) as console:
        fingers = Fingers(console)
        await fingers.press("6")
        await console.until(lambda: console.at == order.id)
        yield console, fingers
