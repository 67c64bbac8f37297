"""Pictures of the dialogs through which money moves, of the choice among charges, and of leaving: look at each."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.tui.desk import MemoryDesk
from tests.tui.host import SITUATIONS, an_order, captured
from tests.tui.pictures import (
    LARGE,
    MIDDLE,
    PLAIN,
    SMALL,
    SMALLEST,
    Asking,
    Camera,
    busy_shop,
    honest_order,
    hostile_order,
    long_order,
    settled,
    sized,
    typed,
)
from tests.tui.rest import until
from tests.tui.test_actions import two_charges
from tests.tui.test_lines import of_lines
from tests.tui.test_switching import WANTS
from textual.pilot import Pilot
from textual.widgets import Static

from azpay_tui.backoffice.errors import OfflineError
from azpay_tui.backoffice.records import Ready
from azpay_tui.domain import states
from azpay_tui.domain.intent import MONEY_VERBS, Seen, Verb, Wish
from azpay_tui.domain.order import Order
from azpay_tui.domain.policies import chosen
from azpay_tui.tui.dialogs import armed
from azpay_tui.tui.dialogs.action import ActionDialog
from azpay_tui.tui.dialogs.sale import SaleDialog
from azpay_tui.tui.dialogs.switching import SwitchDialog
from azpay_tui.tui.levers import Levers


def asking(verb: Verb, order: Order | None = None, environment: str = "simulator") -> Asking:
    order = order or honest_order(SITUATIONS[verb]())
    return Asking(MemoryDesk([order], environment=environment), verb, order)


def warned() -> Order:
    """An order the shop has not finished: closing it has warnings."""
    return replace(an_order(), shop=replace(an_order().shop, complete=False))


@pytest.mark.parametrize("verb", MONEY_VERBS)
def test_dialog(picture: Camera, verb: Verb) -> None:
    ask = asking(verb)
    assert picture(ask.desk, "6", ask.opened)


@pytest.mark.parametrize("verb", [Verb.REFUND, Verb.CLOSE])
def test_ready(picture: Camera, verb: Verb) -> None:
    ask = asking(verb)
    name, text = ("last4", ask.order.id[-4:]) if verb is Verb.CLOSE else ("amount", "19.99")
    assert picture(ask.desk, "6", ask.opened, ask.typed(name, text), ask.typed("note", "damaged"), ask.on_commit)


@pytest.mark.parametrize(
    ("environment", "size"),
    [("sandbox", SMALL), ("live", SMALL), ("live", MIDDLE)],
    ids=["sandbox", "live", "live-120x36"],
)
def test_environment(picture: Camera, size: tuple[int, int], environment: str) -> None:
    ask = asking(Verb.CAPTURE, environment=environment)
    assert picture(ask.desk, "6", ask.opened, size=size)


@sized(SMALLEST, SMALL)
def test_warnings(picture: Camera, size: tuple[int, int]) -> None:
    ask = asking(Verb.CLOSE, warned(), "live")
    assert picture(ask.desk, "6", ask.opened, size=size)


def test_a_warning_accepted(picture: Camera) -> None:
    ask = asking(Verb.CLOSE, warned(), "live")
    assert picture(ask.desk, "6", ask.opened, "tab", "space")


@pytest.mark.parametrize("verb", [Verb.REFUND, Verb.CANCEL])
def test_narrow(picture: Camera, verb: Verb) -> None:
    ask = asking(verb)
    assert picture(ask.desk, "6", ask.opened, size=SMALLEST)


def test_wide(picture: Camera) -> None:
    ask = asking(Verb.CAPTURE)
    assert picture(ask.desk, "6", ask.opened, size=LARGE)


def test_too_small(picture: Camera) -> None:
    ask = asking(Verb.REFUND, environment="live")

    async def shrink(pilot: Pilot[None]) -> None:
        await pilot.resize_terminal(50, 12)

    assert picture(ask.desk, "6", ask.opened, shrink, size=(50, 12))


@pytest.mark.parametrize(
    "levers",
    [Levers("mono"), Levers("light"), Levers("high-contrast"), PLAIN],
    ids=["mono", "light", "contrast", "ascii"],
)
def test_terminal(picture: Camera, levers: Levers) -> None:
    ask = asking(Verb.REFUND, environment="live")
    assert picture(ask.desk, "6", ask.opened, ask.typed("amount", "19.99"), ask.on_commit, levers=levers)


# What goes wrong


def test_checking(picture: Camera, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ActionDialog, "_run_check", lambda *asked: None)
    ask = asking(Verb.CAPTURE)
    assert picture(ask.desk, "6", ask.opened)


def test_offline(picture: Camera) -> None:
    ask = asking(Verb.CAPTURE)

    def refuse(wish: Wish, seen: Seen | None = None) -> Ready:
        raise OfflineError("There is no connection to Amazon.")

    ask.desk.check = refuse  # type: ignore[method-assign]
    assert picture(ask.desk, "6", ask.opened)


def test_wrong_amount(picture: Camera) -> None:
    ask = asking(Verb.REFUND)
    assert picture(ask.desk, "6", ask.opened, ask.typed("amount", "9999999"))


def test_too_old(picture: Camera) -> None:
    ask = asking(Verb.CAPTURE)

    async def waits(pilot: Pilot[None]) -> None:
        ask.clock.advance(120)
        pilot.app.screen._paint()  # type: ignore[attr-defined]

    assert picture(ask.desk, "6", ask.opened, waits)


def test_changed_meanwhile(picture: Camera) -> None:
    ask = asking(Verb.CAPTURE)
    ask.desk.change(
        replace(
            ask.order,
            canceled_here=True,
            charges=(replace(ask.order.charges[0], captured=ask.order.amount, state=states.CAPTURED),),
        )
    )
    assert picture(ask.desk, "6", ask.opened)


# Data


@pytest.mark.parametrize("make", [hostile_order, long_order], ids=["hostile", "long"])
def test_data(picture: Camera, make: object) -> None:
    ask = asking(Verb.REFUND, make(captured()))  # type: ignore[operator]
    assert picture(ask.desk, "6", ask.opened)


def test_yen(picture: Camera) -> None:
    ask = asking(Verb.REFUND, honest_order(captured(currency="JPY")))
    assert picture(ask.desk, "6", ask.opened, ask.typed("amount", "12"))


# Which charge, and leaving


@sized(SMALLEST, SMALL)
def test_which_charge(picture: Camera, size: tuple[int, int]) -> None:
    assert picture(MemoryDesk([two_charges()]), "6", "a", "c", "down", size=size)


@pytest.mark.parametrize("levers", [Levers(), PLAIN], ids=["dark", "ascii"])
def test_quit(picture: Camera, levers: Levers) -> None:
    assert picture(busy_shop(), "q", levers=levers)


@sized(SMALL, MIDDLE)
def test_amount_fixed_and_reason_wanted_by_the_policy(picture: Camera, size: tuple[int, int]) -> None:
    order = honest_order(SITUATIONS[Verb.CAPTURE]())
    desk = MemoryDesk([order], policy=chosen("xcart", {"reason_required": True}))
    ask = Asking(desk, Verb.CAPTURE, order)
    assert picture(ask.desk, "6", ask.opened, size=size)


@sized(SMALL, MIDDLE, LARGE)
def test_cancel_sale(picture: Camera, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]) -> None:
    monkeypatch.setattr(armed, "ARM", 0.0)

    async def opened(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: isinstance(pilot.app.screen, SaleDialog), lambda: "the dialog never came")
        dialog = pilot.app.screen
        assert isinstance(dialog, SaleDialog)
        await settled(pilot)
        dialog._paint()
        await settled(pilot)

    order = honest_order(SITUATIONS[Verb.REFUND]())
    assert picture(MemoryDesk([order]), "6", "a", "e", opened, size=size)


@sized(SMALL, MIDDLE)
def test_lines(picture: Camera, size: tuple[int, int]) -> None:
    assert picture(MemoryDesk([of_lines()]), "6", "a", "l", size=size)


def test_lines_of_a_shipment(picture: Camera) -> None:
    order = replace(honest_order(SITUATIONS[Verb.CAPTURE]()), shop=of_lines().shop)
    assert picture(MemoryDesk([order]), "6", "a", "l", size=SMALL)


@sized(SMALL, MIDDLE)
def test_switching_on(picture: Camera, size: tuple[int, int]) -> None:
    async def opened(pilot: Pilot[None]) -> None:
        await settled(pilot)
        await pilot.press("s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SwitchDialog), lambda: "the dialog never came")
        asked = pilot.app.screen.query_one("#why", Static)
        await until(pilot, lambda: "A moment" not in str(asked.content or "A moment"), lambda: "it was never armed")
        await settled(pilot)

    assert picture(busy_shop(policy=WANTS), ":", typed("policy"), "enter", opened, size=size)
