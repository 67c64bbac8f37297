"""The table of disagreements between shop and Amazon: each kind once, and everything that must not be one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from azpay_tui.domain.claims import CLAIMS, Claim
from azpay_tui.domain.disagreements import CODES, KINDS, ORPHANS
from azpay_tui.domain.divergence import JUDGED, RULES, differences
from azpay_tui.domain.goods import ordered
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Charge, Order, Permission, Refund, ShopFacts, Sighting
from azpay_tui.domain.rows import OrderLine
from azpay_tui.domain.sale import Cancelled, Pieces
from azpay_tui.domain.status import STATUS_WORDS, status_of

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ORDER = "S01-1234567-0000001"
CHARGE = f"{ORDER}-C000001"
AMOUNT = Money(12000, "EUR")
PAID = Sighting("web", "shop", "1001", "done", "paid")


def eur(cents: int) -> Money:
    return Money(cents, "EUR")


def permission(captured: int = 0, **changes: object) -> Permission:
    made = Permission(
        ORDER, "Chargeable", "OneTime", limit=AMOUNT, balance=eur(12000 - captured), created=NOW - timedelta(days=2)
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def charge(state: str, captured: int | None = None, refunded: int = 0, **changes: object) -> Charge:
    taken = None if captured is None else eur(captured)
    back = None if captured is None else eur(refunded)
    made = Charge(CHARGE, state, AMOUNT, captured=taken, refunded=back, created=NOW - timedelta(days=2))
    return replace(made, **changes)  # type: ignore[arg-type]


HELD = {"permission": permission(), "charges": (charge("Authorized"),)}
TAKEN = {"permission": permission(12000), "charges": (charge("Captured", 12000),)}
PART = {"permission": permission(5000, state="Closed"), "charges": (charge("Captured", 5000),)}
PART_BACK = {"permission": permission(12000), "charges": (charge("Captured", 12000, 3000),)}
ALL_BACK = {"permission": permission(12000), "charges": (charge("Captured", 12000, 12000),)}
DECLINED = {"permission": permission(), "charges": (charge("Declined", reason="HardDeclined"),)}
EXPIRED = {"permission": permission(), "charges": (charge("Canceled", reason="ExpiredUnused"),)}
VOIDED = {"permission": permission(), "charges": (charge("Canceled", reason="MerchantCanceled"),)}
CLOSED = {"permission": permission(state="Closed")}
NOTHING = {"permission": permission()}
SHOWN = {
    "held": HELD, "taken": TAKEN, "part": PART, "part back": PART_BACK, "all back": ALL_BACK, "declined": DECLINED,
    "expired": EXPIRED, "voided": VOIDED, "closed": CLOSED, "nothing": NOTHING,
}  # fmt: skip


def order(claim: Claim | None, shows: dict[str, object], amount: Money | None = AMOUNT, **shop: object) -> Order:
    sighting = replace(PAID, claim=claim, status=None if claim is None else f"is {claim}")
    facts = ShopFacts(
        number="1001", amount=amount, complete=True, status=sighting.status, claim=claim, sightings=(sighting,),
        asked=True, since=NOW - timedelta(days=90),
    )  # fmt: skip
    return Order(ORDER, shop=replace(facts, **shop), refreshed_at=NOW, **shows)  # type: ignore[arg-type]


def codes(of: Order, now: datetime = NOW) -> tuple[str, ...]:
    return tuple(difference.code for difference in differences(of, now))


FITS: dict[str, str] = {
    "held": "open authorized",
    "taken": "paid shipped",
    "part": "",
    "part back": "paid shipped part-refunded",
    "all back": "open refunded canceled failed",
    "declined": "open refunded canceled failed",
    "expired": "open refunded canceled failed",
    "voided": "open refunded canceled failed",
    "closed": "open refunded canceled failed",
    "nothing": "open refunded canceled failed",
}
"""What Amazon shows -> the shop's words that agree with it."""
DIFFERS: dict[tuple[str, str], str] = {
    ("held", "paid"): "capture-due", ("held", "shipped"): "capture-due", ("held", "part-refunded"): "capture-due",
    ("held", "refunded"): "cancel-held", ("held", "canceled"): "cancel-held", ("held", "failed"): "failed-held",
    ("taken", "open"): "paid-unseen", ("taken", "authorized"): "paid-unseen", ("taken", "failed"): "paid-unseen",
    ("taken", "part-refunded"): "refund-due", ("taken", "refunded"): "refund-due", ("taken", "canceled"): "refund-due",
    ("part", "open"): "paid-unseen", ("part", "authorized"): "paid-unseen", ("part", "failed"): "paid-unseen",
    ("part", "paid"): "captured-less", ("part", "shipped"): "captured-less",
    ("part", "part-refunded"): "refund-due", ("part", "refunded"): "refund-due", ("part", "canceled"): "refund-due",
    ("part back", "open"): "paid-unseen", ("part back", "authorized"): "paid-unseen",
    ("part back", "failed"): "paid-unseen",
    ("part back", "refunded"): "refund-due", ("part back", "canceled"): "refund-due",
    ("all back", "authorized"): "refund-unseen", ("all back", "paid"): "refund-unseen",
    ("all back", "shipped"): "refund-unseen", ("all back", "part-refunded"): "refund-unseen",
    **{
        (shows, claim): "no-money"
        for shows in ("declined", "expired", "voided", "closed", "nothing")
        for claim in ("authorized", "paid", "shipped", "part-refunded")
    },
}  # fmt: skip


@pytest.mark.parametrize("shows", SHOWN)
@pytest.mark.parametrize("claim", CLAIMS)
def test_every_word_of_the_shop_against_everything_amazon_shows(claim: Claim, shows: str) -> None:
    expected = DIFFERS.get((shows, claim))
    assert (expected is None) == (claim in FITS[shows].split()), "the two tables of this test disagree"
    assert codes(order(claim, SHOWN[shows])) == (() if expected is None else (expected,))


def test_a_shop_that_says_nothing_disagrees_about_nothing() -> None:
    assert all(codes(order(None, shows)) == () for shows in SHOWN.values())


@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize(
    "shows",
    [
        {"permission": permission(), "charges": (charge("AuthorizationInitiated"),)},
        {"permission": permission(), "charges": (charge("CaptureInitiated"),)},
        {**TAKEN, "refunds": (Refund(f"{ORDER}-R000002", CHARGE, "RefundInitiated", eur(12000), created=NOW),)},
        {"permission": permission(), "charges": (charge("Teleported"),)},
        {},
        {"permission": permission(), "unread": frozenset({CHARGE})},
    ],
    ids=["pending", "capturing", "refunding", "unrecognised", "new", "a charge never read"],
)
def test_nothing_is_judged_while_something_is_under_way_or_not_known(claim: Claim, shows: dict[str, object]) -> None:
    assert codes(order(claim, shows)) == ()


@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize("shows", SHOWN)
def test_nothing_is_judged_before_amazon_was_read_again(claim: Claim, shows: str) -> None:
    assert codes(order(claim, SHOWN[shows], waits=True)) == ()


def test_amounts_are_compared_with_what_stayed() -> None:
    assert codes(order("paid", TAKEN, eur(10000))) == ("captured-more",)
    assert codes(order("paid", PART_BACK, eur(9000))) == ()
    assert codes(order("paid", TAKEN, eur(12001))) == ("captured-less",)
    assert codes(order("paid", PART, eur(5000))) == ()
    assert codes(order("paid", TAKEN, None)) == ()
    assert codes(order("paid", TAKEN, Money(99, "USD"))) == ()


def test_a_part_captured_beside_a_live_authorization_is_judged_by_what_is_missing() -> None:
    second = replace(charge("Authorized"), id=f"{ORDER}-C000002", amount=eur(7000))
    both = {"permission": permission(5000), "charges": (charge("Captured", 5000), second)}
    assert codes(order("paid", both)) == ("capture-due",)
    assert codes(order("paid", both, eur(5000))) == ()
    assert codes(order("canceled", both)) == ("cancel-held", "refund-due")


def test_an_authorization_that_lapses_by_time_alone_is_money_gone() -> None:
    held = order("paid", HELD)
    assert codes(held) == ("capture-due",)
    assert codes(held, NOW + timedelta(days=29)) == ("no-money",)


def test_a_charge_made_elsewhere_is_said_and_nothing_is_judged_without_it() -> None:
    for claim in CLAIMS:
        assert codes(order(claim, {"permission": permission(4000)})) == ("charged-elsewhere",)


def test_doubt_is_said_where_charges_may_be_missing() -> None:
    [known] = differences(order("paid", VOIDED), NOW)
    [doubtful] = differences(order("paid", VOIDED, complete=False), NOW)
    assert doubtful.sentence == f"{known.sentence} Not every charge of it is known here."


# Who named it


def unnamed(**shop: object) -> Order:
    facts: dict[str, object] = {"asked": True, "since": NOW - timedelta(days=90)}
    return Order(ORDER, shop=ShopFacts(**{**facts, **shop}), permission=permission())  # type: ignore[arg-type]


REPORTED = (Sighting("reports", "amazon"), Sighting("track", "person"), Sighting("us", "us"))


@pytest.mark.parametrize(
    ("of", "orphan"),
    [
        (unnamed(), True),
        (unnamed(sightings=REPORTED), True),
        (unnamed(since=None), True),
        (unnamed(asked=False, since=None), False),
        (unnamed(since=NOW - timedelta(days=1)), False),
        (unnamed(since=NOW - timedelta(days=2)), True),
        (unnamed(sightings=(*REPORTED, PAID)), False),
        (replace(unnamed(), permission=None), True),
        (replace(unnamed(), permission=None, missing=frozenset({ORDER})), False),
    ],
)
def test_an_orphan_is_what_the_shop_could_have_named_and_did_not(of: Order, orphan: bool) -> None:
    assert codes(of) == (("not-in-shop",) if orphan else ())


def test_an_orphan_says_until_when_the_shop_was_asked() -> None:
    [found] = differences(unnamed(asked_at=NOW), NOW)
    assert found.sentence == "Nothing of the shop names this order; it was last asked 2026-03-01 12:00 UTC."


@pytest.mark.parametrize(
    ("shows", "verb"), [(TAKEN, Verb.REFUND), (HELD, Verb.VOID), (ALL_BACK, None), ({}, Verb.REFRESH)]
)  # fmt: skip
def test_an_orphan_is_put_right_by_what_becomes_of_its_money(shows: dict[str, object], verb: Verb | None) -> None:
    [found] = differences(Order(ORDER, shop=ShopFacts(asked=True), **shows), NOW)  # type: ignore[arg-type]
    assert found.steps[0].command is verb
    assert found.steps[-1].command is None


def test_the_reverse_is_an_order_of_the_shop_that_amazon_does_not_know() -> None:
    lost = replace(order("paid", {}), missing=frozenset({ORDER}))
    assert codes(lost) == ("not-at-amazon",)
    assert differences(lost, NOW)[0].sentence == "The shop names this order as 1001; Amazon does not know it here."


@pytest.mark.parametrize("held", [(), (replace(charge("Authorized"), id=f"{ORDER}-C000002"),)])
@pytest.mark.parametrize("claim", ["paid", "shipped"])
def test_money_for_lines_that_were_cancelled_is_not_missing(claim: Claim, held: tuple[Charge, ...]) -> None:
    """Of 120.00 a line of 30.00 was cancelled before anything was captured."""
    lines = (OrderLine("Tea", "3", eur(9000), "TEA"), OrderLine("Cup", "1", eur(3000), "CUP"))
    gone = Pieces((("TEA", 1),), None, False, ordered(lines, AMOUNT).fingerprint)
    code = "capture-due" if held else "captured-less"

    def took(captured: int, pieces: Pieces = gone) -> Order:
        facts = {"permission": permission(captured), "charges": (charge("Captured", captured), *held)}
        cancelled = Cancelled(NOW, "ops", False, "automatic", (), (pieces,))
        return replace(order(claim, facts, lines=lines), cancelled=cancelled)

    assert codes(took(9000)) == ()
    assert codes(took(8999)) == (code,)
    assert codes(took(9000, replace(gone, among="other lines"))) == (code,)
    assert codes(replace(took(9000), cancelled=None)) == (code,)


def test_one_number_of_two_payments_is_said_and_missing_money_is_not() -> None:
    shared = (("1001", "S01-1234567-0000002"), ("1001", "S01-1234567-0000003"))
    assert codes(order("paid", VOIDED, shared=shared)) == ("same-number",)
    assert codes(order("shipped", HELD, shared=shared)) == ("same-number",)
    assert codes(order("canceled", TAKEN, shared=shared)) == ("same-number", "refund-due")
    [found] = differences(order("paid", VOIDED, shared=shared), NOW)
    assert found.sentence == "The shop gives the number 1001 to S01-1234567-0000002 and 1 more as well."


def test_one_payment_of_two_orders_is_judged_only_where_both_say_the_same() -> None:
    def both(claim: Claim) -> tuple[Sighting, ...]:
        return (PAID, replace(PAID, number="1002", claim=claim))

    assert codes(order("paid", TAKEN, sightings=both("canceled"))) == ("two-orders",)
    assert codes(order("canceled", TAKEN, sightings=both("canceled"))) == ("two-orders",)
    assert codes(order("paid", VOIDED, sightings=both("paid"))) == ("two-orders", "no-money")
    other_source = (PAID, replace(PAID, source="import", number="2002"))
    assert codes(order("paid", TAKEN, sightings=other_source)) == ()


def test_a_permission_that_is_charged_again_and_again_pays_for_many_orders() -> None:
    lasting = {"permission": permission(12000, kind="Recurring"), "charges": TAKEN["charges"]}
    several = (PAID, replace(PAID, number="1002"))
    assert codes(order("paid", lasting, eur(100), sightings=several)) == ()
    assert codes(order("canceled", lasting, eur(100), sightings=several)) == ()
    assert codes(order("paid", lasting, eur(100))) == ()
    assert codes(order("canceled", lasting, eur(100))) == ("refund-due",)
    assert codes(order("paid", {}, sightings=several)) == ()


def test_the_shops_own_word_is_quoted_and_explained_where_it_says_something_else() -> None:
    own = differences(order("paid", VOIDED, status="wc-processing"), NOW)[0].sentence
    assert own.startswith('The shop says "wc-processing" (paid); Amazon took and holds nothing (VOIDED).')
    assert differences(order("paid", VOIDED, status="Paid"), NOW)[0].sentence.startswith("The shop says paid; ")
    hostile = order("paid", VOIDED, status="{said} {0} {word.__class__}")
    assert '"{said} {0} {word.__class__}" (paid)' in differences(hostile, NOW)[0].sentence


# The tables themselves


def test_every_kind_has_a_way_out_and_every_rule_a_kind() -> None:
    assert {rule.code for rule in RULES} <= set(KINDS)
    assert set(CODES) >= ORPHANS
    assert all(kind.steps[-1].command in (None, Verb.REFRESH) for kind in KINDS.values())
    assert set(JUDGED) < set(STATUS_WORDS)
    assert {status_of(order(None, shows), NOW) for shows in SHOWN.values()} <= JUDGED
