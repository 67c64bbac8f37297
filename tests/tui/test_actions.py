"""The pane offers exactly what is valid and says why the rest is not."""

from __future__ import annotations

import re
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from tests.tui.desk import NOW, Maker, MemoryDesk, sample_orders
from tests.tui.host import an_order, captured, until
from textual.app import App, ComposeResult
from textual.widgets import OptionList

from azpay_tui.domain import states
from azpay_tui.domain.intent import MONEY_VERBS, Verb
from azpay_tui.domain.order import Order
from azpay_tui.tui.dialogs.pick import PickDialog
from azpay_tui.tui.widgets.actions import ActionsPane
from azpay_tui.tui.widgets.peek import offers_text
from azpay_tui.tui.widgets.words import LETTERS, NAMES, local, object_name

ORDERS = sample_orders(rounds=1)


class PaneApp(App[None]):
    """One pane and what was chosen in it."""

    CSS = "ActionsPane { height: 1fr; }"

    def __init__(self, order: Order, *, writable: bool = True) -> None:
        super().__init__()
        self.order = order
        self.desk = MemoryDesk([order], writable=writable)
        self.chosen: list[tuple[Verb, str | None]] = []

    def compose(self) -> ComposeResult:
        yield ActionsPane(timezone="Europe/Berlin")

    def on_mount(self) -> None:
        self.show()

    def show(self) -> None:
        self.pane.show(self.order, self.desk.offers(self.order), NOW)
        self.pane.focus()

    @property
    def pane(self) -> ActionsPane:
        return self.query_one(ActionsPane)

    @property
    def lines(self) -> list[str]:
        return [str(option.prompt) for option in self.pane.options]

    def on_actions_pane_chosen(self, event: ActionsPane.Chosen) -> None:
        self.chosen.append((event.offer.verb, event.offer.target))


def two_charges() -> Order:
    order = an_order()
    return replace(order, charges=(*order.charges, replace(order.charges[0], id=f"{order.id}-C000002")))


@pytest.mark.parametrize("order", ORDERS, ids=[f"{i:02d}" for i in range(len(ORDERS))])
async def test_a_verb_is_shown_if_and_only_if_it_is_valid(order: Order) -> None:
    """S0.3, S1.2: and of the others why not."""
    app = PaneApp(order)
    async with app.run_test(size=(80, 50)) as pilot:
        await pilot.pause()
        lines = app.lines
        for offer in app.desk.offers(order):
            valid = [line for line in lines if f"a {LETTERS[offer.verb]}  {NAMES[offer.verb]}" in line]
            refused = [line for line in lines if line.startswith(f"- {NAMES[offer.verb]}")]
            if offer.verdict == "no":
                assert offer.reason
                assert any(local(offer.reason, ZoneInfo("Europe/Berlin"))[:60] in line for line in refused)
            else:
                assert valid
                assert valid[0].startswith("!") == (offer.verdict == "warn")
                assert all(name in valid[0] for name in offer.warnings)


@pytest.mark.parametrize("order", ORDERS, ids=[f"{i:02d}" for i in range(len(ORDERS))])
async def test_a_letter_chooses_what_is_valid_and_explains_what_is_not(order: Order) -> None:
    app = PaneApp(order)
    async with app.run_test(notifications=True) as pilot:
        await pilot.pause()
        for verb in (*MONEY_VERBS, Verb.REFRESH):
            app.chosen.clear()
            said = len(app._notifications)
            await pilot.press(LETTERS[verb])
            await until(pilot, lambda: bool(app.chosen) or len(app._notifications) > said)  # noqa: B023
            offers = [o for o in app.desk.offers(order) if o.verb is verb]
            if any(o.verdict != "no" for o in offers):
                assert app.chosen == [(verb, next(o.target for o in offers if o.verdict != "no"))]
            else:
                assert app.chosen == []
                assert len(app._notifications) == said + 1


async def test_the_section_is_called_as_shops_call_it() -> None:
    """S0.2, S1.2: exactly so, also when nothing can be done, and then it says why."""
    app = PaneApp(an_order(permission=states.CLOSED, charge=None), writable=False)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        assert app.pane.border_title == "Amazon Pay available order actions"
        assert [line for line in app.lines if " a " in line[:4]] == ["  a r  Refresh"]
        assert len([line for line in app.lines if re.match(r"- [A-Z]", line)]) == len(MONEY_VERBS)


async def test_the_leader_may_stand_before_a_letter_and_is_dropped_by_any_other_key() -> None:
    order = an_order()
    permission = order.permission
    assert permission is not None
    app = PaneApp(replace(order, permission=replace(permission, balance=order.amount)))
    async with app.run_test() as pilot:
        await pilot.pause()
        for letter, verb in (("c", Verb.CAPTURE), ("a", Verb.AUTHORIZE), ("v", Verb.VOID)):
            app.chosen.clear()
            await pilot.press("a", letter)
            await until(pilot, lambda: bool(app.chosen))
            assert [chosen[0] for chosen in app.chosen] == [verb]
        await pilot.press("a", "down")
        assert app.pane._leading is None
        await pilot.press("a")
        app.show()
        assert app.pane._leading is not None
        app.pane.show(None, (), NOW)
        assert app.pane._leading is None
        await pilot.press("a", "tab")
        app.set_focus(None)
        await pilot.pause()
        assert app.pane._leading is None
        assert [chosen[0] for chosen in app.chosen] == [Verb.VOID]


async def test_actions_are_grouped_by_charge_and_name_object_and_amount() -> None:
    app = PaneApp(two_charges())
    async with app.run_test(size=(80, 50)) as pilot:
        await pilot.pause()
        lines = app.lines
        first, second = (lines.index(next(li for li in lines if li.startswith(f"charge C00000{n}"))) for n in (1, 2))
        order_line = next(i for i, line in enumerate(lines) if line.startswith("order "))
        assert first < second < order_line
        assert f"Capture {app.order.charges[0].amount}" in lines[first + 1]


async def test_reasons_are_folded_where_there_is_no_room_and_open_on_enter() -> None:
    app = PaneApp(an_order())
    async with app.run_test(size=(80, 10)) as pilot:
        await pilot.pause()
        assert app.lines[-1] == "- 2 not available: press Enter to see why"
        await pilot.press("end", "enter")
        await until(pilot, lambda: any("Nothing was captured" in line for line in app.lines[-2:]))
        await pilot.press("enter")
        await until(pilot, lambda: app.lines[-1].endswith("see why"))
        await pilot.press("home", "enter")
        await until(pilot, lambda: app.chosen == [(Verb.CAPTURE, app.order.charges[0].id)])


async def test_reasons_open_by_themselves_where_there_is_room() -> None:
    app = PaneApp(an_order())
    async with app.run_test(size=(80, 40)) as pilot:
        await until(pilot, lambda: any("Nothing was captured" in line for line in app.lines[-2:]))


async def test_a_refusal_that_time_decides_names_the_date_in_the_profiles_zone() -> None:
    app = PaneApp(an_order())
    async with app.run_test(size=(80, 40)) as pilot:
        offer = replace(app.desk.offers(app.order)[0], verdict="no", reason="Not before.", warnings=(), changes_at=NOW)
        app.pane.show(app.order, (offer,), NOW)
        await pilot.pause()
        assert "Changes 2026-11-20 13:00 CET." in app.lines[-1]


async def test_several_charges_open_a_choice_without_a_default() -> None:
    app = PaneApp(two_charges())
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, PickDialog))
        assert app.screen.query_one(OptionList).highlighted is None
        await pilot.press("enter")
        assert app.chosen == []
        await pilot.press("j", "down", "k", "j", "enter")
        await until(pilot, lambda: app.chosen == [(Verb.CAPTURE, app.order.charges[1].id)])


async def test_read_only_offers_nothing_but_refresh() -> None:
    app = PaneApp(an_order(), writable=False)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        assert [line for line in app.lines if " a " in line[:4]] == ["  a r  Refresh"]
        assert any("Read-only" in line for line in app.lines)


async def test_the_same_facts_repaint_nothing_and_keep_the_cursor() -> None:
    app = PaneApp(captured())
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press("down")
        at = app.pane.highlighted
        before = app.pane.options
        app.show()
        await pilot.pause()
        assert app.pane.options == before
        assert app.pane.highlighted == at


async def test_outside_text_is_plain() -> None:
    order = an_order("Tele[/oops]\x1b[31m")
    app = PaneApp(order)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        assert not any("\x1b" in line for line in app.lines)


def test_objects_are_named() -> None:
    order = an_order()
    assert object_name(order.charges[0].id) == "charge C000001"
    assert object_name(order.id) == f"order {order.id}"
    assert order.charges[0].state == states.AUTHORIZED


def test_the_peek_says_an_amount_with_all_of_its_digits() -> None:
    order = an_order(currency="JPY")
    said = offers_text(order, MemoryDesk([order]).offers(order), NOW, ZoneInfo("Europe/Berlin"))
    amount = str(order.charges[0].amount)
    assert "," in amount
    assert said.startswith(f"a c Capture {amount}  ")


def test_of_what_waits_for_a_connection_that_reason_is_told_and_not_why_the_rest_is_over() -> None:
    order = Maker().add(charge=states.CAPTURED, captured=100, permission=states.CLOSED)
    away = "Amazon cannot be reached: connection refused."
    offered = [
        offer if offer.verdict == "no" else replace(offer, verdict="no", reason=away, warnings=(), waits=True)
        for offer in MemoryDesk([order]).offers(order)
    ]
    assert offered[0].reason != away
    assert offers_text(order, offered, NOW, ZoneInfo("UTC")) == f"- no action: {away}"


def test_the_peek_says_read_only_where_that_is_what_most_actions_lack() -> None:
    order = an_order()
    desk = MemoryDesk([order], writable=False)
    offered = desk.offers(order)
    assert offered[0].reason != desk.profile.read_only_reason
    assert offers_text(order, offered, NOW, ZoneInfo("UTC")) == f"- no action: {desk.profile.read_only_reason}"
