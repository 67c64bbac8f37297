"""The detail says everything that is known of an order, and nothing that is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.tui.desk import HOSTILE, NOW, MemoryDesk, sample_orders
from tests.tui.host import an_order, captured
from textual.app import App, ComposeResult

from azpay_tui.cli.wording import meaning, way
from azpay_tui.domain import states
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Buyer, LocalDecline, OpenIntent, Order
from azpay_tui.domain.reasons import About, Explanation, explain, meanings
from azpay_tui.domain.rows import TimelineEntry
from azpay_tui.domain.status import ship, status_of
from azpay_tui.tui.display import hidden
from azpay_tui.tui.widgets.charges import plain_reason
from azpay_tui.tui.widgets.detail import DetailView
from azpay_tui.tui.widgets.people import mask_email
from azpay_tui.tui.widgets.words import keys_of, local

ORDERS = sample_orders(rounds=1)


class DetailApp(App[None]):
    """One detail."""

    def __init__(self, order: Order | None, *, masked: bool = False) -> None:
        super().__init__()
        self.order = order
        self.masked = masked
        self.desk = MemoryDesk([order] if order else [])

    def compose(self) -> ComposeResult:
        yield DetailView(timezone="Europe/Berlin", masked=self.masked)

    def on_mount(self) -> None:
        self.show()
        self.view.focus()

    def show(self) -> None:
        order = self.order
        offers = self.desk.offers(order) if order else ()
        timeline = self.desk.reader.timeline(order.id) if order else ()
        self.view.show(order, offers, timeline, None, NOW)

    @property
    def view(self) -> DetailView:
        return self.query_one(DetailView)


async def text_of(order: Order | None, *, masked: bool = False, size: tuple[int, int] = (80, 24)) -> str:
    app = DetailApp(order, masked=masked)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        return app.view.text


@pytest.mark.parametrize("order", ORDERS, ids=[f"{i:02d}" for i in range(len(ORDERS))])
async def test_every_situation_shows_status_ship_verdict_objects_and_age(order: Order) -> None:
    """S2.3: all that there is of its payment."""
    text = await text_of(order)
    assert order.id in text
    assert status_of(order, NOW) in text
    assert f"{ship(order, NOW).word}: {local(ship(order, NOW).reason, ZoneInfo('Europe/Berlin'))}" in text
    for item in (*order.charges, *order.refunds):
        assert item.id[20:] in text
        assert str(item.amount) in text
    assert "Read from Amazon 3m ago" in text or "Never read" in text
    assert not hidden(text.replace("\n", " "))


async def test_charges_and_refunds_stand_as_a_tree() -> None:
    """S3.3: the order, below it its charges, below each its refunds."""
    order = captured(refunds=((states.REFUNDED, 30), (states.REFUND_INITIATED, 20)))
    lines = (await text_of(order)).splitlines()
    at = lines.index("CHARGES AND REFUNDS")
    first, last = order.refunds
    assert lines[at + 1].startswith("order   ")
    assert lines[at + 2] == f"`- charge {order.charges[0].id[20:]}  Captured  {order.charges[0].amount}"
    assert lines[at + 3].startswith("   |  captured ")
    assert lines[at + 4] == f"   |- refund {first.id[20:]}  Refunded  {first.amount}"
    assert lines[at + 5] == f"   `- refund {last.id[20:]}  RefundInitiated  {last.amount}"


async def test_an_order_says_how_it_was_paid() -> None:
    """S0.1, S1.1."""
    order = an_order()
    assert order.permission is not None
    assert "order   Chargeable  Amazon Pay\n" in await text_of(order)
    recurring = replace(order, permission=replace(order.permission, kind="Recurring"))
    assert "order   Chargeable  Amazon Pay (Recurring)\n" in await text_of(recurring)


async def test_sums_add_up() -> None:
    order = captured(refunds=((states.REFUNDED, 30), (states.REFUND_INITIATED, 20)))
    lines = {line[:18].strip(): line[18:].strip() for line in (await text_of(order)).splitlines()}
    assert order.amount is not None
    assert lines["Order amount"] == str(order.amount)
    assert lines["Captured"] == str(order.charges[0].captured)
    assert lines["Refunded"] == str(order.refunds[0].amount)
    assert lines["In flight"] == str(order.refunds[1].amount)


async def test_currencies_are_never_added() -> None:
    order = an_order()
    euro = replace(order.charges[0], id=f"{order.id}-C000002", amount=Money(500, "EUR"))
    text = await text_of(replace(order, charges=(*order.charges, euro)))
    assert "different currencies" in text
    assert "Authorized        not known" in " ".join(text.split("\n")) or "not known" in text


async def test_a_balance_that_does_not_fit_is_said() -> None:
    order = an_order()
    assert order.permission is not None
    odd = replace(order, permission=replace(order.permission, balance=Money(1, "USD")))
    assert "does not fit the charges" in await text_of(odd)


async def test_reasons_are_in_plain_words() -> None:
    text = await text_of(an_order(states.DECLINED, reason="SoftDeclined"))
    assert "another try may succeed" in text
    odd = await text_of(an_order(states.DECLINED, reason="BrandNewReason"))
    assert "BrandNewReason" in odd


async def test_a_reason_tells_the_money_and_the_next_step_with_its_keys() -> None:
    soft = await text_of(an_order(states.DECLINED, reason="SoftDeclined"))
    assert "No money was taken and none is held. Next: Authorize again (a a);" in soft
    # What needs a person stands above everything else, in full and once.
    assert soft.index("Next: Authorize again (a a);") < soft.index("SUMS")
    assert soft.count("No money was taken") == 1
    assert soft.count("SoftDeclined: Declined for now") == 2
    closed = await text_of(an_order(states.DECLINED, reason="SoftDeclined", permission=states.CLOSED))
    assert "(a a)" not in closed
    suspended = await text_of(an_order(permission=states.NON_CHARGEABLE, permission_reason="PaymentMethodInvalid"))
    assert "a live authorization can still be captured. Next: Ask the buyer" in suspended


async def test_a_decline_that_left_no_charge_is_explained_too() -> None:
    gone = replace(an_order(None), declines=(LocalDecline(NOW, Money(8990, "USD"), "HardDeclined"),))
    text = await text_of(gone)
    assert "x an authorization of 89.90 USD was declined now: HardDeclined: Declined for good;" in text
    assert text.index("refresh, then authorize again (a a).") < text.index("SUMS")
    assert "Next: Ask the buyer for another payment method, refresh, then authorize again (a a)." in text


async def test_deadlines_are_relative_and_absolute_in_the_profiles_zone() -> None:
    order = an_order(age=timedelta(days=2))
    text = await text_of(order)
    assert "7-day guarantee" in text
    assert "ends in 4d 23h" in text
    assert "CET" in text
    assert "ends in 177d" in text
    late = await text_of(an_order(age=timedelta(days=9)))
    assert "7-day guarantee  ended 2d" in late


async def test_an_order_without_a_deadline_has_no_empty_heading() -> None:
    order = an_order()
    assert order.permission is not None
    assert "DEADLINES" in await text_of(order)
    over = replace(order, charges=(), permission=replace(order.permission, state=states.CLOSED, expires=None))
    assert "DEADLINES" not in await text_of(over)


async def test_personal_data_is_hidden_until_asked_for() -> None:
    order = an_order()
    app = DetailApp(order, masked=True)
    async with app.run_test() as pilot:
        await pilot.pause()
        for secret in ("jane@example.com", "1 Main St", "555-0100", "Springfield"):
            assert secret not in app.view.text
        assert "j***@example.com" in app.view.text
        app.view.masked = False
        await pilot.pause()
        assert "jane@example.com" in app.view.text
        assert "1 Main St" in app.view.text


def test_an_odd_address_is_masked_whole() -> None:
    assert mask_email("nonsense") == "***"
    assert mask_email("@x") == "***@x"


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_names_are_plain_and_marked(name: str) -> None:
    order = an_order()
    assert order.permission is not None
    text = await text_of(replace(order, permission=replace(order.permission, buyer=Buyer(name, name))))
    assert not hidden(text.replace("\n", " "))
    assert ("(has hidden characters)" in text) == hidden(name)


async def test_where_the_buyer_stood_it_says_since_when_nobody_does() -> None:
    order = an_order()
    assert order.permission is not None
    nobody = replace(order, permission=replace(order.permission, buyer=None, shipping=None))
    assert "Buyer    not known (Amazon shows it for 30 days)" in await text_of(nobody)
    assert "Buyer    personal data removed on 2026-03-01" in await text_of(
        replace(nobody, purged_at=datetime(2026, 3, 1, 23, 59, tzinfo=UTC))
    )


async def test_what_is_not_known_is_said() -> None:
    order = replace(an_order(), unread=frozenset({"S01-7730001-0000001-R000001"}), missing=frozenset({"x\x1b"}))
    text = await text_of(order)
    assert "S01-7730001-0000001-R000001: not read" in text
    assert "Amazon does not know this id" in text
    assert await text_of(None) == "No order is chosen."


async def test_an_open_intent_is_at_the_top() -> None:
    order = an_order()
    intent = OpenIntent(
        "I7", "capture", order.charges[0].id, "unknown", Money(100, "USD"), NOW - timedelta(hours=6), "ops"
    )
    text = await text_of(replace(order, intents=(intent,)))
    assert "? capture 1.00 USD, charge C000001: unknown, confirmed by ops 6h 00m ago (I7)" in text
    assert text.index("I7") < text.index("SUMS")
    assert "Do not repeat it: it is read back by itself; a r looks now." in text
    due = replace(intent, next_due=NOW + timedelta(minutes=7))
    assert "read back by itself, next in 7m;" in await text_of(replace(order, intents=(due,)))
    asked = replace(intent, state="attention")
    assert "decide with a s (azpay journal settle I7)." in await text_of(replace(order, intents=(asked,)))


async def test_the_timeline_is_as_given_newest_first() -> None:
    order = an_order()
    app = DetailApp(order)
    async with app.run_test() as pilot:
        entries = (TimelineEntry(NOW, "us", "refund [x]", None, None), TimelineEntry(NOW, "amazon", "made", None, None))
        app.view.show(order, (), entries, None, NOW)
        await pilot.pause()
        assert app.view.text.index("refund [x]") < app.view.text.index("made")
        assert "2026-11-20 13:00 CET" in app.view.text


async def test_keys_scroll_and_another_order_starts_at_the_top() -> None:
    order = captured(refunds=((states.DECLINED, 20),) * 6)
    app = DetailApp(order)
    async with app.run_test(size=(60, 15)) as pilot:
        await pilot.pause()
        await pilot.press("j", "down")
        assert app.view.scroll_offset.y == 2
        await pilot.press("k")
        assert app.view.scroll_offset.y == 1
        await pilot.press("G")
        assert app.view.scroll_offset.y == app.view.max_scroll_y
        await pilot.press("g")
        assert app.view.scroll_offset.y == 0
        await pilot.press("pagedown")
        app.order = replace(order, id="S01-7730009-0000009")
        app.desk = MemoryDesk([app.order])
        app.show()
        await pilot.pause()
        assert app.view.scroll_offset.y == 0


async def test_a_repeated_show_keeps_the_place() -> None:
    app = DetailApp(captured(refunds=((states.DECLINED, 20),) * 6))
    async with app.run_test(size=(60, 15)) as pilot:
        await pilot.pause()
        await pilot.press("j", "j", "j")
        app.show()
        await pilot.pause()
        assert app.view.scroll_offset.y == 3


@pytest.mark.parametrize("width", [60, 80])
async def test_nothing_is_cut_at_small_widths(width: int) -> None:
    order = captured(refunds=((states.DECLINED, 20),), reason=None)
    app = DetailApp(order)
    async with app.run_test(size=(width, 200)) as pilot:
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        painted = "".join("".join(segment.text for segment in strip) for strip in strips)
        for word in app.view.text.split():
            assert word in painted


async def test_why_an_order_needs_a_person_is_in_plain_words() -> None:
    soon = await text_of(an_order(age=timedelta(days=5, hours=10)))
    assert "lapses-soon: The 7-day guarantee or the authorization ends within 48 hours." in soon
    assert "Next: Capture it (a c), or authorize anew before you ship." in soon
    lapsed = await text_of(an_order(states.CANCELED, reason="ExpiredUnused", age=timedelta(days=31)))
    assert "ExpiredUnused: The authorization lapsed without a capture." in lapsed
    assert "lapsed: The authorization ended" not in lapsed
    odd = await text_of(an_order("Teleported"))
    assert "unrecognised: Amazon says something that this version does not know." in odd


@pytest.mark.parametrize(("code", "of", "known"), meanings())
def test_the_console_and_the_command_line_say_of_a_code_the_same_and_their_own_way_on(
    code: str, of: About | None, known: Explanation
) -> None:  # fmt: skip
    said = of or "charge"
    if explain(code, said) is not known:
        return  # a charge has words of its own
    valid = [step.command for step in known.steps if step.command]
    shown, printed = plain_reason(code, said, valid), meaning(code, said, "S01-1", valid)
    for text in (shown, printed):
        assert text.startswith(f"{code}: {known.sentence} {known.money} ")
        assert not hidden(text)
    best = known.steps[0]
    assert shown.endswith(best.write(keys_of))
    assert printed.endswith(best.write(way("S01-1")))
