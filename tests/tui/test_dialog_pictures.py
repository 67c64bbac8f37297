"""Pictures of the dialogs, the pane and the detail, for eyes that look at every change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.tui.desk import HOSTILE, NOW, MemoryDesk
from tests.tui.host import Bench, Host, an_order, captured, checked
from tests.tui.test_actions import two_charges
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from azpay_tui.domain import states
from azpay_tui.domain.intent import MONEY_VERBS, Verb
from azpay_tui.domain.order import Address, Buyer, Order
from azpay_tui.tui.dialogs.pick import PickDialog
from azpay_tui.tui.dialogs.quit import QuitDialog
from azpay_tui.tui.widgets.actions import ActionsPane
from azpay_tui.tui.widgets.detail import DetailView

Compare = Callable[..., bool]


def settle(bench: Bench) -> Callable[[Pilot[None]], Any]:
    async def run(pilot: Pilot[None]) -> None:
        await checked(pilot, bench)
        bench.dialog._paint()
        await pilot.pause()

    return run


@pytest.mark.parametrize("verb", MONEY_VERBS)
def test_dialog(verb: Verb, snap_compare: Compare) -> None:
    bench = Bench(verb)
    assert snap_compare(bench.app, terminal_size=(80, 24), run_before=settle(bench))


def test_dialog_with_warnings_in_production(snap_compare: Compare) -> None:
    order = replace(an_order(), shop=replace(an_order().shop, complete=False))
    bench = Bench(Verb.CLOSE, order, environment="live")
    assert snap_compare(bench.app, terminal_size=(80, 24), run_before=settle(bench))


def test_dialog_without_colour(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    bench = Bench(Verb.REFUND)
    assert snap_compare(bench.app, terminal_size=(80, 24), run_before=settle(bench))


def test_dialog_narrow(snap_compare: Compare) -> None:
    bench = Bench(Verb.REFUND)
    assert snap_compare(bench.app, terminal_size=(60, 15), run_before=settle(bench))


def test_dialog_wide(snap_compare: Compare) -> None:
    bench = Bench(Verb.CAPTURE)
    assert snap_compare(bench.app, terminal_size=(120, 36), run_before=settle(bench))


def test_quit(snap_compare: Compare) -> None:
    bench = Bench(Verb.CAPTURE)
    intent = bench.desk.submit(bench.desk.check(bench.wish))
    assert snap_compare(Host(lambda: QuitDialog(lambda: [intent])), terminal_size=(80, 24))


def test_pick(snap_compare: Compare) -> None:
    order = two_charges()
    offers = [offer for offer in MemoryDesk([order]).offers(order) if offer.verb is Verb.CAPTURE]
    assert snap_compare(Host(lambda: PickDialog(offers, order)), terminal_size=(80, 24))


class OrderApp(App[None]):
    """The detail above the pane of actions."""

    CSS = "ActionsPane { height: 9; }"

    def __init__(self, order: Order) -> None:
        super().__init__(ansi_color=True)
        self.theme = "ansi-dark"
        self.order = order

    def compose(self) -> ComposeResult:
        yield DetailView(timezone="Europe/Berlin")
        yield ActionsPane(timezone="Europe/Berlin")

    def on_mount(self) -> None:
        desk = MemoryDesk([self.order])
        offers = desk.offers(self.order)
        timeline = desk.reader.timeline(self.order.id)
        self.query_one(DetailView).show(self.order, offers, timeline, None, NOW)
        self.query_one(ActionsPane).show(self.order, offers, NOW)
        self.query_one(ActionsPane).focus()


def long_order() -> Order:
    order = captured(refunds=(*((states.REFUNDED, 9),) * 8, (states.DECLINED, 5)))
    assert order.permission is not None
    place = Address("W" * 60, *("Long street name " * 4,) * 3, city="Llanfairpwllgwyngyll", country="GB")
    return replace(
        order, permission=replace(order.permission, shipping=place, buyer=Buyer("N" * 120, "e" * 90 + "@x.com"))
    )


def hostile_order() -> Order:
    order = an_order()
    assert order.permission is not None
    nasty = Address(*HOSTILE[:4], city=HOSTILE[4], country=HOSTILE[5])
    buyer = Buyer("".join(HOSTILE[:3]), HOSTILE[3])
    return replace(
        order,
        permission=replace(order.permission, shipping=nasty, buyer=buyer, reference=HOSTILE[8]),
        shop=replace(order.shop, number=HOSTILE[1]),
    )


@pytest.mark.parametrize(
    ("order", "size"),
    [
        (an_order(), (80, 40)),
        (long_order(), (80, 60)),
        (hostile_order(), (80, 48)),
        (captured(refunds=((states.REFUND_INITIATED, 20),)), (60, 48)),
        (captured(refunds=((states.REFUNDED, 20),)), (48, 60)),
    ],
    ids=["normal", "long", "hostile", "narrow", "pane"],
)
def test_order(order: Order, size: tuple[int, int], snap_compare: Compare) -> None:
    assert snap_compare(OrderApp(order), terminal_size=size)


def test_order_without_colour(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(OrderApp(an_order()), terminal_size=(80, 40))
