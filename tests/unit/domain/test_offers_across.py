"""The rules that cut across the rows of the matrix."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.orders import (
    DAY,
    HOUR,
    LIMIT,
    NOW,
    ORDER,
    SITUATIONS,
    busy,
    captured,
    charge,
    charge_id,
    intent,
    order,
    permission,
    refund,
    refund_id,
)
from tests.support.random_orders import orders

from azpay_tui.domain import limits, refund_limits
from azpay_tui.domain.intent import MONEY_VERBS, OPEN_STATES, Verb
from azpay_tui.domain.matrix import offers
from azpay_tui.domain.money import Money
from azpay_tui.domain.offer import Offer
from azpay_tui.domain.order import LocalDecline, Order, ShopFacts
from azpay_tui.domain.policy import Policy
from azpay_tui.domain.reasons import WARNINGS

READ_ONLY = Policy(read_only="This profile is read-only: set writable = true to act.")
STRICTNESS = {"yes": 0, "warn": 1, "no": 2}


def judge(made: Order, now: object = NOW) -> dict[tuple[Verb, str | None], Offer]:
    assert now is NOW
    return {(offer.verb, offer.target): offer for offer in offers(made, Policy(), NOW)}


def one(made: Order, verb: Verb, target: str | None = ORDER) -> Offer:
    return judge(made)[(verb, target)]


def word(offer: Offer) -> str:
    return " ".join([offer.verdict, *offer.warnings])


# Several charges


@pytest.mark.parametrize(
    ("charges", "cancel", "close", "authorize"),
    [
        # one captured charge forbids cancel, one running capture makes authorize wait
        (["Captured", "Authorized"], "no", "warn leaves-authorization", "warn second-hold"),
        (["Authorized", "Captured"], "no", "warn leaves-authorization", "warn second-hold"),
        (["Captured", "AuthorizationInitiated"], "no", "warn leaves-pending", "warn decision-under-way"),
        (["Captured", "CaptureInitiated"], "no", "warn leaves-pending", "no"),
        (["CaptureInitiated", "Authorized"], "no", "warn leaves-pending leaves-authorization", "no"),
        (["Authorized", "Authorized"], "yes", "warn leaves-authorization", "warn second-hold"),
        (
            ["AuthorizationInitiated", "Authorized"],
            "yes",
            "warn leaves-pending leaves-authorization",
            "warn decision-under-way second-hold",
        ),
        (["Captured", "Captured"], "no", "yes", "yes"),
    ],
)
def test_what_belongs_to_the_order_takes_the_strictest_row(
    charges: list[str], cancel: str, close: str, authorize: str
) -> None:
    made = order(*(charge(state, number=number, amount=30_00) for number, state in enumerate(charges, 1)))
    assert word(one(made, Verb.CANCEL)) == cancel
    assert word(one(made, Verb.CLOSE)) == close
    assert word(one(made, Verb.AUTHORIZE)) == authorize


def test_each_charge_keeps_its_own_row() -> None:
    made = order(
        charge("Captured", number=1, amount=20_00),
        charge("Authorized", number=2, amount=30_00),
        charge("AuthorizationInitiated", number=3, amount=10_00, age=HOUR),
        charge("Declined", "SoftDeclined", number=4, amount=10_00),
    )
    found = judge(made)
    verdicts = {
        (verb.value, number): found[(verb, charge_id(number))].verdict
        for verb in (Verb.CAPTURE, Verb.VOID, Verb.REFUND)
        for number in (1, 2, 3, 4)
    }
    assert {key for key, verdict in verdicts.items() if verdict != "no"} == {
        ("refund", 1),
        ("capture", 2),
        ("void", 2),
        ("void", 3),
    }
    assert found[(Verb.CAPTURE, charge_id(2))].maximum == Money(30_00, "USD")


@pytest.mark.parametrize(
    ("last", "reason", "close", "authorize"),
    [
        # the warning "nothing was charged" would be untrue once a part was captured
        ("Canceled", "ExpiredUnused", "yes", "yes"),
        ("Canceled", "MerchantCanceled", "yes", "yes"),
        ("Declined", "SoftDeclined", "yes", "yes"),
        ("Declined", "HardDeclined", "yes", "warn same-card"),
    ],
)
def test_an_ended_charge_after_a_captured_one(last: str, reason: str, close: str, authorize: str) -> None:
    made = order(charge("Captured", amount=50_00), charge(last, reason, number=2, amount=70_00))
    assert word(one(made, Verb.CLOSE)) == close
    assert word(one(made, Verb.AUTHORIZE)) == authorize
    assert one(made, Verb.CANCEL).verdict == "no"


def test_attempts_are_counted_also_beside_a_captured_charge() -> None:
    made = order(
        charge("Captured", amount=50_00),
        charge("Declined", "SoftDeclined", number=2, amount=70_00),
        charge("Declined", "SoftDeclined", number=3, amount=70_00),
    )
    assert "Declined so far: 2" in (one(made, Verb.AUTHORIZE).reason or "")


def test_a_later_charge_supersedes_an_ended_one() -> None:
    hard, soft = charge("Declined", "HardDeclined"), charge("Declined", "SoftDeclined", number=2)
    assert word(one(order(hard), Verb.AUTHORIZE)) == "warn same-card"
    assert word(one(order(hard, soft), Verb.AUTHORIZE)) == "yes"
    live = charge("Authorized", number=2)
    assert word(one(order(hard, live), Verb.AUTHORIZE)) == "warn second-hold"


@pytest.mark.parametrize(
    ("reason", "authorize", "close"),
    [
        ("SoftDeclined", "yes", "warn nothing-charged"),
        ("HardDeclined", "warn same-card", "yes"),
        ("MFANotCompleted", "warn same-card", "yes"),
        ("AmazonRejected", "no", "yes"),
    ],
)
def test_a_decline_known_from_the_journal_counts_like_a_declined_charge(
    reason: str, authorize: str, close: str
) -> None:
    made = replace(order(), declines=(LocalDecline(NOW - HOUR, Money(LIMIT, "USD"), reason),))
    assert word(one(made, Verb.AUTHORIZE)) == authorize
    assert word(one(made, Verb.CLOSE)) == close
    after = replace(made, charges=(charge("Canceled", "MerchantCanceled", age=timedelta(minutes=5)),))
    assert word(one(after, Verb.AUTHORIZE)) == "yes"


# NonChargeable because a charge is in progress


@pytest.mark.parametrize("name", ["3 pending", "4 authorized", "5 authorized, aged"])
def test_a_charge_in_progress_names_when_waiting_ends(name: str) -> None:
    made = busy(SITUATIONS[name]())
    offer = one(made, Verb.AUTHORIZE)
    assert offer.verdict == "no"
    assert "ChargeInProgress" in (offer.reason or "")
    expected = None if name == "3 pending" else limits.authorization_end(made.charges[0])
    assert offer.changes_at == expected


def test_a_charge_in_progress_that_is_unknown_here_still_forbids_authorize_alone() -> None:
    made = order(state="NonChargeable", codes=["ChargeInProgress"])
    assert one(made, Verb.AUTHORIZE).verdict == "no"
    assert word(one(made, Verb.CANCEL)) == "yes"
    assert word(one(made, Verb.CLOSE)) == "warn nothing-charged"


# Partly known orders


@pytest.mark.parametrize(
    ("name", "cancel", "close", "authorize"),
    [
        ("2 open", "warn partly-known", "warn nothing-charged partly-known", "warn partly-known"),
        ("3 pending", "warn partly-known", "warn leaves-pending partly-known", "warn decision-under-way partly-known"),
        (
            "4 authorized",
            "warn partly-known",
            "warn leaves-authorization partly-known",
            "warn second-hold partly-known",
        ),
        ("7 capturing", "no", "warn leaves-pending partly-known", "no"),
        ("8 part captured", "no", "warn partly-known", "warn partly-known"),
        ("10 closed, authorized", "no", "no", "no"),
        ("12 suspended", "warn partly-known", "warn partly-known", "no"),
        ("14 declined hard", "warn partly-known", "warn partly-known", "warn same-card partly-known"),
    ],
)
def test_partly_known_orders_warn_before_what_belongs_to_the_order(
    name: str, cancel: str, close: str, authorize: str
) -> None:
    whole = SITUATIONS[name]()
    part = replace(whole, shop=ShopFacts())
    assert word(one(part, Verb.CANCEL)) == cancel
    assert word(one(part, Verb.CLOSE)) == close
    assert word(one(part, Verb.AUTHORIZE)) == authorize
    for key, offer in judge(whole).items():
        if key[0] in (Verb.CAPTURE, Verb.VOID, Verb.REFUND) and key[1] is not None:
            assert judge(part)[key] == offer


def test_a_balance_that_does_not_fit_makes_an_order_partly_known() -> None:
    made = replace(order(charge("Captured", amount=40_00)), permission=permission(balance=50_00))
    assert word(one(made, Verb.AUTHORIZE)) == "warn partly-known"
    assert word(one(made, Verb.CLOSE)) == "warn partly-known"


def test_known_captures_that_explain_a_balance_of_zero_make_it_fully_known() -> None:
    made = order(charge("Captured"), complete=False)
    assert word(one(made, Verb.CLOSE)) == "yes"


def test_without_a_known_charge_a_partly_known_order_does_not_claim_there_is_none() -> None:
    made = order(complete=False)
    for verb in (Verb.CAPTURE, Verb.VOID, Verb.REFUND):
        assert "known here" in (one(made, verb, None).reason or "")


# Objects known by id and never read


def test_an_unread_charge_forbids_what_it_could_change() -> None:
    made = replace(order(charge("Authorized")), unread=frozenset({charge_id(2)}))
    for verb in (Verb.AUTHORIZE, Verb.CANCEL, Verb.CLOSE):
        assert one(made, verb).verdict == "no"
        assert "refresh first" in (one(made, verb).reason or "")
    for verb in (Verb.CAPTURE, Verb.VOID, Verb.REFUND):
        assert one(made, verb, charge_id(2)).verdict == "no"
    assert one(made, Verb.CAPTURE, charge_id(1)).verdict == "yes"


def test_an_unread_refund_forbids_refunds_unless_it_is_our_own() -> None:
    unread = replace(captured(), unread=frozenset({refund_id(1)}))
    assert one(unread, Verb.REFUND, charge_id()).verdict == "no"
    own = replace(unread, intents=(intent("refund", "accepted", amount=20_00, result=refund_id(1)),))
    offer = one(own, Verb.REFUND, charge_id())
    assert word(offer) == "warn refund-under-way"
    assert offer.maximum == Money(118_00, "USD")


@pytest.mark.parametrize("made", [Order(ORDER), Order(ORDER, missing=frozenset({ORDER}))])
def test_what_was_never_read_or_is_not_found_has_no_verbs_but_refresh(made: Order) -> None:
    found = offers(made, Policy(), NOW)
    assert [(offer.verb, offer.target, offer.verdict) for offer in found] == [
        *((verb, None, "no") for verb in MONEY_VERBS),
        (Verb.REFRESH, ORDER, "yes"),
    ]
    assert all("refresh" in (offer.reason or "") for offer in found[:-1])


# Kinds of permission


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("Recurring", "recurring charges are not made here yet"),
        ("PaymentMethodOnFile", "recurring charges are not made here yet"),
        ("Lease", "'Lease'"),
    ],
)
@pytest.mark.parametrize("name", ["2 open", "4 authorized", "8 part captured", "16 voided"])
def test_other_kinds_are_handled_but_not_charged(kind: str, said: str, name: str) -> None:
    made = SITUATIONS[name]()
    assert made.permission is not None
    other = replace(made, permission=replace(made.permission, kind=kind))
    found, table = judge(other), judge(made)
    assert found[(Verb.AUTHORIZE, ORDER)].verdict == "no"
    assert said in (found[(Verb.AUTHORIZE, ORDER)].reason or "")
    assert kind in (found[(Verb.AUTHORIZE, ORDER)].reason or "")
    for key, offer in table.items():
        if key[0] is not Verb.AUTHORIZE:
            assert found[key] == offer


# Counts and ages


@pytest.mark.parametrize(("count", "verdict"), [(24, "yes"), (25, "no"), (26, "no")])
def test_at_most_twenty_five_charges(count: int, verdict: str) -> None:
    made = order(*(charge("Captured", number=number, amount=1_00) for number in range(1, count + 1)))
    offer = one(made, Verb.AUTHORIZE)
    assert offer.verdict == verdict
    assert verdict == "yes" or "25" in (offer.reason or "")
    assert one(made, Verb.CLOSE).verdict == "yes"


def test_a_one_time_order_ends_after_180_days() -> None:
    young, old = order(age=180 * DAY - timedelta(seconds=1)), order(age=180 * DAY)
    assert one(young, Verb.AUTHORIZE).verdict == "yes"
    assert one(young, Verb.AUTHORIZE).changes_at == NOW + timedelta(seconds=1)
    assert one(old, Verb.AUTHORIZE).verdict == "no"
    assert "2026-03-02 12:00 UTC" in (one(old, Verb.AUTHORIZE).reason or "")
    said = replace(old, permission=permission(age=200 * DAY, expires=NOW + DAY))
    assert one(said, Verb.AUTHORIZE).changes_at == NOW + DAY


def test_age_moves_an_authorization_through_rows_4_to_6() -> None:
    made = order(charge("Authorized", age=timedelta(0)))
    second = timedelta(seconds=1)
    for age, verdict, said in (
        (7 * DAY - second, "yes", None),
        (7 * DAY, "yes", "declined"),
        (30 * DAY - second, "yes", "declined"),
        (30 * DAY, "no", "lapsed"),
    ):
        found = {offer.verb: offer for offer in offers(made, Policy(), NOW + age)}
        assert found[Verb.CAPTURE].verdict == verdict
        assert (found[Verb.CAPTURE].reason is None) if said is None else (said in (found[Verb.CAPTURE].reason or ""))
        assert word(found[Verb.AUTHORIZE]) == ("warn second-hold" if verdict == "yes" else "yes")
        assert word(found[Verb.CLOSE]) == f"warn {'leaves-authorization' if verdict == 'yes' else 'nothing-charged'}"


def test_verdicts_that_time_changes_say_when() -> None:
    made = order(charge("Authorized", age=3 * DAY))
    end = NOW + 27 * DAY
    for verb, target in (
        (Verb.CAPTURE, charge_id()),
        (Verb.VOID, charge_id()),
        (Verb.CLOSE, ORDER),
        (Verb.AUTHORIZE, ORDER),
    ):
        assert one(made, verb, target).changes_at == end
    assert one(made, Verb.CANCEL).changes_at is None
    waiting = order(charge("AuthorizationInitiated", age=5 * HOUR))
    assert one(waiting, Verb.CAPTURE, charge_id()).changes_at == NOW + 19 * HOUR


# Amounts


def test_amounts_are_bounded_by_one_minor_unit_and_by_the_object() -> None:
    made = order(charge("Captured", amount=50_00), charge("Authorized", number=2, amount=30_00), amount=90_00)
    least = Money(1, "USD")
    capture, authorize = one(made, Verb.CAPTURE, charge_id(2)), one(made, Verb.AUTHORIZE)
    assert (capture.minimum, capture.maximum) == (least, Money(30_00, "USD"))
    assert (authorize.minimum, authorize.maximum) == (least, Money(70_00, "USD"))
    given_back = one(made, Verb.REFUND, charge_id(1))
    assert (given_back.minimum, given_back.maximum) == (least, Money(57_50, "USD"))
    for verb, target in ((Verb.VOID, charge_id(2)), (Verb.CANCEL, ORDER), (Verb.CLOSE, ORDER)):
        offer = one(made, verb, target)
        assert offer.minimum is offer.maximum is None


@pytest.mark.parametrize(("currency", "largest"), [("USD", 150_000_00), ("EUR", 150_000_00), ("JPY", 10_000_000)])
def test_no_amount_is_above_what_amazon_allows_at_once(currency: str, largest: int) -> None:
    huge = largest * 3
    made = order(
        charge("Authorized", amount=huge, currency=currency),
        charge("Captured", number=2, amount=huge, currency=currency),
        limit=huge * 5,
        currency=currency,
    )
    for verb, target in ((Verb.CAPTURE, charge_id(1)), (Verb.REFUND, charge_id(2)), (Verb.AUTHORIZE, ORDER)):
        assert one(made, verb, target).maximum == Money(largest, currency)


def test_nothing_is_authorized_when_nothing_is_left() -> None:
    made = replace(order(charge("Captured")), permission=permission(balance=0))
    offer = one(made, Verb.AUTHORIZE)
    assert offer.verdict == "no"
    assert "balance is zero" in (offer.reason or "")


def test_without_a_balance_the_limit_bounds_and_without_both_nothing_is_authorized() -> None:
    limited = replace(order(), permission=permission(balance=None))
    assert one(limited, Verb.AUTHORIZE).maximum == Money(LIMIT, "USD")
    part = replace(order(charge("Captured", amount=50_00)), permission=permission(balance=None))
    assert one(part, Verb.AUTHORIZE).maximum == Money(70_00, "USD")
    worth_more = replace(limited, shop=ShopFacts(amount=Money(LIMIT * 2, "USD"), complete=True))
    assert limits.chargeable_left(worth_more, NOW) == Money(LIMIT, "USD")
    unlimited = replace(order(), permission=permission(limit=None, balance=None))
    offer = one(unlimited, Verb.AUTHORIZE)
    assert (offer.verdict, offer.maximum) == ("no", None)


@pytest.mark.parametrize(
    ("currency", "captured_", "given", "verdict", "largest"),
    [
        ("USD", 100_00, 100_00, "warn beyond-capture", 15_00),
        ("EUR", 1_000_00, 1_000_00, "warn beyond-capture", 75_00),
        ("JPY", 100_000, 100_000, "warn beyond-capture", 8_400),
        ("CHF", 100_00, 99_99, "yes", 1),
        ("CHF", 100_00, 100_00, "no", None),  # no surplus is known outside the ledger currencies
        ("SEK", 100_00, 100_00, "no", None),
    ],
)
def test_the_refund_cap_by_currency(
    currency: str, captured_: int, given: int, verdict: str, largest: int | None
) -> None:
    made = order(
        charge("Captured", amount=captured_, currency=currency),
        refunds=[refund(given, currency=currency)],
        limit=captured_,
        currency=currency,
    )
    offer = one(made, Verb.REFUND, charge_id())
    assert word(offer) == verdict
    assert offer.maximum == (None if largest is None else Money(largest, currency))


# Unknown words and currencies


def test_an_unknown_currency_switches_the_verbs_of_the_order_off() -> None:
    odd = Money(10_000, "KWD", 3)
    made = Order(
        ORDER,
        shop=ShopFacts(complete=True),
        permission=replace(permission(), limit=odd, balance=odd),
        charges=(replace(charge("Authorized"), amount=odd),),
    )
    for verb, target in [(v, charge_id()) for v in (Verb.CAPTURE, Verb.VOID, Verb.REFUND)] + [
        (v, ORDER) for v in (Verb.AUTHORIZE, Verb.CANCEL, Verb.CLOSE)
    ]:
        offer = one(made, verb, target)
        assert offer.verdict == "no"
        assert "'KWD'" in (offer.reason or "")


def test_a_charge_in_another_currency_than_its_order_is_not_touched() -> None:
    made = order(charge("Authorized"), charge("Authorized", number=2, currency="EUR"))
    assert one(made, Verb.CAPTURE, charge_id(1)).verdict == "yes"
    offer = one(made, Verb.CAPTURE, charge_id(2))
    assert offer.verdict == "no"
    assert "EUR" in (offer.reason or "")
    assert one(made, Verb.CANCEL).verdict == "no"


def test_an_unknown_charge_is_off_and_so_is_what_belongs_to_the_order() -> None:
    made = order(charge("Authorized"), charge("PartiallySettled", number=2))
    assert one(made, Verb.CAPTURE, charge_id(1)).verdict == "yes"
    for verb, target in ((Verb.VOID, charge_id(2)), (Verb.AUTHORIZE, ORDER), (Verb.CANCEL, ORDER), (Verb.CLOSE, ORDER)):
        assert one(made, verb, target).verdict == "no"
        assert "'PartiallySettled'" in (one(made, verb, target).reason or "")


@pytest.mark.parametrize("word_", ["{0}", "{reasons}", "{x!r:>999999999}", "%s", "\x1b[31m"])
def test_words_from_outside_are_never_read_as_instructions(word_: str) -> None:
    for made in (
        order(charge("Declined", word_)),
        order(state="NonChargeable", codes=[word_]),
        order(state="Closed", codes=[word_]),
        order(charge(word_)),
        order(state=word_),
    ):
        assert all(offer.reason is None or len(offer.reason) < 400 for offer in judge(made).values())


# The journal's lock


@pytest.mark.parametrize("state", sorted(OPEN_STATES))
@pytest.mark.parametrize("verb", ["refund", "close"])
def test_an_open_intent_locks_every_verb_of_its_order(state: str, verb: str) -> None:
    free = order(charge("Authorized"), charge("Captured", number=2, amount=20_00))
    made = replace(free, intents=(intent(verb, state, amount=20_00),))
    found = offers(made, Policy(), NOW)
    assert [(offer.verb, offer.target) for offer in found] == [
        (offer.verb, offer.target) for offer in offers(free, Policy(), NOW)
    ]
    for offer in found:
        if offer.verb is Verb.REFRESH:
            assert offer.verdict == "yes"
            continue
        assert offer.verdict == "no"
        assert offer.maximum is None
        for part in (verb, "20.00 USD", "ops", "2026-03-02 11:59 UTC", state, "I1"):
            assert part in (offer.reason or "")


def test_an_accepted_intent_locks_nothing() -> None:
    made = order(charge("Authorized"))
    assert judge(replace(made, intents=(intent("void", "accepted"),))) == judge(made)


# The policy


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_read_only_profile_says_no_to_everything_but_refresh(name: str) -> None:
    made = SITUATIONS[name]()
    for free, bound in zip(offers(made, Policy(), NOW), offers(made, READ_ONLY, NOW), strict=True):
        assert (free.verb, free.target) == (bound.verb, bound.target)
        if free.verb is Verb.REFRESH or free.verdict == "no":
            assert bound == free
        else:
            assert (bound.verdict, bound.reason, bound.warnings) == ("no", READ_ONLY.read_only, ())


@given(orders())
def test_a_policy_never_widens(made: Order) -> None:
    for free, bound in zip(offers(made, Policy(), NOW), offers(made, READ_ONLY, NOW), strict=True):
        assert STRICTNESS[bound.verdict] >= STRICTNESS[free.verdict]


# Whatever comes


@given(orders())
def test_offers_are_well_formed_for_every_order(made: Order) -> None:
    found = offers(made, Policy(), NOW)
    assert len({(offer.verb, offer.target) for offer in found}) == len(found)
    assert {offer.verb for offer in found} == set(Verb)
    for offer in found:
        assert offer.verdict in STRICTNESS
        assert (offer.verdict == "warn") == bool(offer.warnings)
        assert set(offer.warnings) <= set(WARNINGS)
        assert offer.verdict == "yes" or (offer.reason or "").strip()
        assert offer.changes_at is None or offer.changes_at > NOW
        bounded = offer.verb in (Verb.AUTHORIZE, Verb.CAPTURE, Verb.REFUND) and offer.verdict != "no"
        assert (offer.minimum is not None) == (offer.maximum is not None) == bounded
        if offer.minimum is not None and offer.maximum is not None:
            assert offer.minimum.minor == 1
            assert offer.verb is Verb.CAPTURE or offer.minimum <= offer.maximum
            assert offer.maximum <= limits.single_maximum(offer.maximum.currency)


@given(orders())
def test_what_is_suggested_is_never_above_the_largest_amount(made: Order) -> None:
    for offer in offers(made, Policy(), NOW):
        if offer.maximum is None:
            continue
        target = made.charge(offer.target or "")
        if offer.verb is Verb.AUTHORIZE:
            left = limits.chargeable_left(made, NOW)
            assert left is None or left <= offer.maximum
        elif offer.verb is Verb.REFUND and target is not None:
            assert refund_limits.refundable(made, target) <= offer.maximum
        elif offer.verb is Verb.CAPTURE and target is not None:
            assert target.amount <= offer.maximum


@given(orders(), st.floats(0, 1))
def test_no_verdict_changes_by_time_before_it_says_so(made: Order, part: float) -> None:
    for before in offers(made, Policy(), NOW):
        change = before.changes_at
        span = timedelta(days=400) if change is None else change - NOW - timedelta(microseconds=1)
        after = next(
            offer
            for offer in offers(made, Policy(), NOW + span * part)
            if (offer.verb, offer.target) == (before.verb, before.target)
        )
        assert word(after) == word(before)


@given(orders())
def test_nothing_moves_on_an_order_that_is_not_understood(made: Order) -> None:
    if made.permission is None or made.permission.state in ("Chargeable", "NonChargeable", "Closed"):
        return
    assert all(o.verdict == "no" for o in offers(made, Policy(), NOW) if o.verb is not Verb.REFRESH)
