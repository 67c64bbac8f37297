"""A policy narrows the matrix, whatever preset and settings, and says which setting did it and what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.figures import size
from tests.support.orders import (
    DAY,
    HOUR,
    LIMIT,
    NOW,
    busy,
    captured,
    charge,
    charge_id,
    order,
    refund,
    repaired_later,
)
from tests.support.policies import ALLOWANCES, EVERY_ROW, every_policy, raised
from tests.support.random_orders import orders

from azpay_tui.domain.allowances import Allowance
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.matrix import offers
from azpay_tui.domain.moments import written
from azpay_tui.domain.money import EXPONENTS, Money
from azpay_tui.domain.offer import Offer, valid_verbs
from azpay_tui.domain.order import Order
from azpay_tui.domain.policies import (
    PRESETS,
    SETTINGS,
    SHOP_WORDS,
    PolicyError,
    Settings,
    chosen,
    shop_word,
)
from azpay_tui.domain.policy import Policy
from azpay_tui.domain.status import STATUS_WORDS

STRICTNESS = {"yes": 0, "warn": 1, "no": 2}
EVERY_POLICY = tuple(every_policy())
FREE = Policy(chosen("amazon", {"soft_declines": "limit"}))
"""Amazon's own rules, and nothing else."""


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def judged(made: Order, preset: str = "amazon", verb: Verb = Verb.AUTHORIZE, **own: object) -> Offer:
    """Return the first offer of a verb under a preset with settings of one's own."""
    return next(one for one in offers(made, Policy(chosen(preset, own)), NOW) if one.verb is verb)


def bounds(offer: Offer) -> tuple[int, int] | str:
    if offer.minimum is None or offer.maximum is None:
        return offer.verdict
    return offer.minimum.minor, offer.maximum.minor


def left(offer: Offer) -> tuple[object, ...]:
    """Return what an offer allows."""
    return offer.verdict, offer.warnings, offer.minimum, offer.maximum


def holds_only_what_was_there(free: Offer, bound: Offer) -> None:
    """Hold that an offer under a policy allows nothing that it did not allow without."""
    assert (free.verb, free.target) == (bound.verb, bound.target)
    assert STRICTNESS[bound.verdict] >= STRICTNESS[free.verdict]
    if bound.verdict != "no":
        assert set(bound.warnings) - {"same-card"} == set(free.warnings) - {"same-card"}
        assert set(bound.warnings) >= set(free.warnings)
        assert (bound.minimum is None, bound.maximum is None) == (free.minimum is None, free.maximum is None)
    if bound.verdict != "no" and free.minimum and free.maximum and bound.minimum and bound.maximum:
        assert free.minimum <= bound.minimum
        assert bound.maximum <= free.maximum
    if left(bound) == left(free):
        assert (bound.reason, bound.policy) == (free.reason, None)
    else:  # says which setting it was, and where it comes from
        assert bound.policy is not None
        assert bound.policy in (bound.reason or "")
        assert any(f"({one.name} = " in bound.policy for one in SETTINGS)
        assert "preset " in bound.policy or "set in the profile" in bound.policy
        assert bound.policy.endswith(".")


# Never wider


@pytest.mark.parametrize("name", EVERY_ROW)
def test_no_policy_widens_any_row_of_the_matrix(name: str) -> None:
    """S0.13 to S0.17, S3.43, S3.46: every row, preset and combination of settings."""
    for made in (EVERY_ROW[name], busy(EVERY_ROW[name])):
        free = offers(made, FREE, NOW)
        assert all(one.policy is None and one.needs_note is None for one in free)
        for settings in EVERY_POLICY[:: size(4, 1)]:
            policy = Policy(settings)
            for offer in free:
                holds_only_what_was_there(offer, policy.narrow(offer, made, NOW))


def test_every_row_and_every_preset_is_tried() -> None:
    assert {name.split()[0] for name in EVERY_ROW} == {str(number) for number in range(2, 24)}
    assert {settings.preset for settings in EVERY_POLICY[::4]} == set(PRESETS)
    assert len(set(EVERY_POLICY)) >= len(PRESETS) * 8 * len(ALLOWANCES) ** 2


@given(orders(), st.sampled_from(EVERY_POLICY))
def test_no_policy_widens_whatever_the_order(made: Order, settings: Settings) -> None:
    policy = Policy(settings)
    for offer in offers(made, FREE, NOW):
        holds_only_what_was_there(offer, policy.narrow(offer, made, NOW))


@given(orders(), st.sampled_from(EVERY_POLICY), st.floats(0, 1))
def test_no_narrowed_verdict_changes_by_time_before_it_says_so(made: Order, settings: Settings, part: float) -> None:
    policy = Policy(settings)
    for before in offers(made, policy, NOW):
        change = before.changes_at
        span = timedelta(days=400) if change is None else change - NOW - timedelta(microseconds=1)
        later = offers(made, policy, NOW + span * part)
        after = next(one for one in later if (one.verb, one.target) == (before.verb, before.target))
        assert (after.verdict, after.warnings) == (before.verdict, before.warnings)


def test_the_preset_of_amazon_changes_nothing() -> None:
    for made in EVERY_ROW.values():
        assert offers(made, Policy(PRESETS["amazon"]), NOW) == offers(made, Policy(), NOW) == offers(made, FREE, NOW)


def test_a_read_only_profile_stays_so_under_every_policy() -> None:
    policy = Policy(PRESETS["xcart"], "Read-only.")
    for made in EVERY_ROW.values():
        assert all(one.verdict == "no" for one in offers(made, policy, NOW) if one.verb is not Verb.REFRESH)


# Whole amounts only


def test_whole_amounts_leave_one_amount() -> None:
    """S0.13, S0.14, S0.15, S0.16, S1.9: the amount is fixed."""
    assert bounds(judged(raised(order()), "xcart")) == (LIMIT, LIMIT)
    assert bounds(judged(order(charge("Authorized")), "xcart", Verb.CAPTURE)) == (LIMIT, LIMIT)
    assert bounds(judged(captured(), "xcart", Verb.REFUND)) == (LIMIT, LIMIT)
    assert judged(order(charge("Authorized")), "xcart", Verb.VOID).policy is None


def test_what_narrowed_names_setting_preset_and_what_to_do() -> None:
    """S0.17, S1.10: for a higher or lower amount place the order again with the customer."""
    for made, verb in (
        (order(), Verb.AUTHORIZE),
        (order(charge("Authorized")), Verb.CAPTURE),
        (captured(), Verb.REFUND),
    ):
        said = judged(made, "xcart", verb).policy or ""
        assert "(whole_amounts = true, preset xcart)" in said
        assert re.search("place (it|the order) again with the customer.$", said)
    own = judged(captured(), "amazon", Verb.REFUND, whole_amounts=True)
    assert "(whole_amounts = true, set in the profile)" in (own.policy or "")


def test_no_part_of_an_order_is_authorized_under_whole_amounts() -> None:
    """S0.14: neither beside another authorization nor for the rest of a part-captured order."""
    for made in (order(charge("Authorized")), order(charge("Captured", captured=48_00))):
        assert judged(made, "amazon").verdict != "no"
        assert judged(made, "xcart").verdict == "no"


def test_a_hold_that_lapses_says_when_the_order_can_be_authorized_again() -> None:
    made = order(charge("Authorized", age=3 * DAY))
    assert judged(made, "xcart").changes_at == NOW + 27 * DAY
    assert judged(order(charge("Captured", captured=48_00)), "xcart").changes_at is None


def test_the_rest_of_a_refund_made_elsewhere_is_whole() -> None:
    assert bounds(judged(captured("Closed", refund(36_00)), "xcart", Verb.REFUND)) == (84_00, 84_00)


# One setting each


def test_partial_capture_off_leaves_the_whole_authorization() -> None:
    """S3.43: the extension captures no part; Amazon would."""
    made = order(charge("Authorized"))
    assert bounds(judged(made, "amazon", Verb.CAPTURE)) == (1, LIMIT)
    offer = judged(made, "magento", Verb.CAPTURE)
    assert bounds(offer) == (LIMIT, LIMIT)
    assert "(partial_capture = false, preset magento); to take less, void it" in (offer.policy or "")
    assert bounds(judged(made, "magento", Verb.CAPTURE, partial_capture=True)) == (1, LIMIT)


def test_partial_refund_off_leaves_all_that_is_left() -> None:
    """S3.46: parts are refunded in OXID and Magento, not where the setting forbids it."""
    for preset in ("amazon", "oxid", "magento"):
        assert bounds(judged(captured(), preset, Verb.REFUND)) == (1, 138_00)
        assert bounds(judged(captured(), preset, Verb.REFUND, partial_refund=False)) == (LIMIT, 138_00)


@pytest.mark.parametrize(
    ("total", "setting", "most"),
    [
        (100_00, "15%/75", 115_00),
        (200_00, "15%/75", 230_00),
        (500_00, "15%/75", 575_00),
        (1000_00, "15%/75", 1075_00),
        (33_33, "15%/75", 38_32),
        (200_00, "10%/5", 205_00),
        (200_00, "none", 200_00),
        (200_00, "0%/75", 200_00),
        (200_00, "limit", 2000_00),
    ],
)
def test_what_may_be_charged_above_the_total(total: int, setting: str, most: int) -> None:
    """S4.3, S4.4 (100: 15 more), S4.6, S4.7 (200 to 230, not 230.01)."""
    open_ = order(limit=2000_00, amount=total)
    assert bounds(judged(open_, overcharge=setting)) == (1, most)
    held = order(charge("Authorized", amount=total), limit=2000_00, amount=total)
    difference = 2000_00 if setting == "limit" else most - total
    assert bounds(judged(held, overcharge=setting)) == ((1, difference) if difference else "no")


def test_a_capture_takes_no_more_than_the_policy_lets_be_charged() -> None:
    made = order(charge("Authorized", amount=230_01), limit=2000_00, amount=200_00)
    assert bounds(judged(made, "amazon", Verb.CAPTURE, overcharge="15%/75")) == (1, 230_00)
    running = order(
        charge("CaptureInitiated", amount=200_00),
        charge("Authorized", amount=40_00, number=2),
        limit=2000_00,
        amount=200_00,
    )
    found = offers(running, Policy(chosen("amazon", {"overcharge": "15%/75"})), NOW)
    second = next(one for one in found if one.verb is Verb.CAPTURE and one.target == charge_id(2))
    assert bounds(second) == (1, 30_00)


def test_in_yen_the_amount_is_amazons_sum_for_yen() -> None:
    made = order(limit=1_000_000, amount=100_000, currency="JPY")
    assert bounds(judged(made, overcharge="15%/75")) == (1, 108_400)


@pytest.mark.parametrize("currency", EXPONENTS)
def test_no_allowance_is_more_than_amazons(currency: str) -> None:
    for base in (1, 99, 10_000, 10_000_000):
        whole = Allowance(15, 75).of(Money(base, currency))
        assert whole is not None
        for allowance in (Allowance(15, 10), Allowance(3, 75), Allowance(0, 75), Allowance(15, 0)):
            given_ = allowance.of(Money(base, currency))
            assert given_ is not None
            assert 0 <= given_.minor <= whole.minor <= base * 15 // 100


def test_an_order_whose_total_is_not_known_is_not_charged_under_a_limit_on_it() -> None:
    made = order(charge("Authorized"))
    assert made.permission is not None
    unknown = replace(made, permission=replace(made.permission, limit=None))
    for verb in (Verb.AUTHORIZE, Verb.CAPTURE):
        assert judged(unknown, "amazon", verb).verdict != "no"
        assert judged(unknown, "amazon", verb, overcharge="none").verdict == "no"


def test_what_may_be_refunded_above_the_capture() -> None:
    """S2.10: up to Amazon's limit, unless the setting draws it closer."""
    assert bounds(judged(captured(), "oxid", Verb.REFUND)) == (1, 138_00)
    assert bounds(judged(captured(), "oxid", Verb.REFUND, refund_above="10%/5")) == (1, 125_00)
    assert bounds(judged(captured(), "oxid", Verb.REFUND, refund_above="none")) == (1, LIMIT)
    given_back = captured("Closed", refund(LIMIT))
    assert judged(given_back, "oxid", Verb.REFUND).verdict == "warn"
    assert judged(given_back, "oxid", Verb.REFUND, refund_above="none").verdict == "no"


def softly(tries: int, age: timedelta = 5 * HOUR) -> Order:
    """An order whose payment was declined softly so often in a row, an hour apart, the first one that long ago."""
    return order(*(charge("Declined", "SoftDeclined", number=n, age=age - (n - 1) * HOUR) for n in range(1, tries + 1)))


def test_after_three_soft_declines_another_try_is_warned_of() -> None:
    """S3.26: they are counted; after so many the buyer is asked for another payment method."""
    assert judged(softly(2)).verdict == "yes"
    offer = judged(softly(3))
    assert (offer.verdict, offer.warnings, bounds(offer)) == ("warn", ("same-card",), (1, LIMIT))
    assert 'in a row (soft_declines = "3", preset amazon): ask the buyer for another payment' in (offer.policy or "")
    assert "Declined so far: 3." in (offer.reason or "")
    assert valid_verbs([offer]) == set(), "what is next is the buyer's"
    assert judged(softly(3), soft_declines="limit").verdict == "yes"
    assert judged(softly(1), soft_declines="1").verdict == "warn"
    assert judged(repaired_later(softly(3))).verdict == "yes", "the buyer did something meanwhile"
    hard = order(*softly(3).charges, charge("Declined", "HardDeclined", number=4, age=HOUR))
    assert judged(hard) == judged(hard, soft_declines="limit")


def test_with_hours_another_try_is_not_offered_before_they_have_passed() -> None:
    made = softly(4)
    offer = judged(made, soft_declines="3/24h")
    assert (offer.verdict, offer.maximum, offer.warnings) == ("no", None, ())
    until = NOW + 20 * HOUR
    assert offer.changes_at == until, "the oldest of the last three was decided four hours ago"
    assert f"not tried again before {written(until)}; ask the buyer for another payment method." in (offer.reason or "")
    assert '4 times in a row (soft_declines = "3/24h", set in the profile)' in (offer.policy or "")
    policy = Policy(chosen("amazon", {"soft_declines": "3/24h"}))
    before, after = (offers(made, policy, until - span)[0] for span in (timedelta(microseconds=1), timedelta()))
    assert (before.verdict, after.verdict, after.warnings) == ("no", "warn", ("same-card",))
    assert judged(softly(2), soft_declines="3/24h").verdict == "yes"
    found = {one.verb: one for one in offers(made, policy, NOW)}
    assert found[Verb.CANCEL] == judged(made, verb=Verb.CANCEL), "nothing but another try waits"


def test_a_decline_of_unknown_time_is_warned_of_and_waits_for_nothing() -> None:
    undated = order(*(replace(one, created=None, updated=None) for one in softly(3).charges))
    assert judged(undated, soft_declines="3/24h").verdict == "warn"


def test_a_reason_is_asked_for_whatever_moves_or_ends_something() -> None:
    found = offers(order(charge("Authorized")), Policy(chosen("amazon", {"reason_required": True})), NOW)
    for offer in found:
        asked = offer.verdict != "no" and offer.verb is not Verb.REFRESH
        assert (offer.needs_note is not None) == asked
        assert not asked or "(reason_required = true, set in the profile)" in (offer.needs_note or "")


# The settings


def test_every_setting_is_named_and_explained() -> None:
    assert [one.name for one in SETTINGS] == [field.name for field in fields(Settings)][1:-1]
    for settings in PRESETS.values():
        for one in SETTINGS:
            assert one.says.endswith(".")
            shown = settings.shown(one.name).partition(" = ")[2]
            assert shown in one.values or one.values[-1].startswith("such as")


def test_presets_say_what_the_manuals_say() -> None:
    """S2.14, S2.15, S3.56, S4.22, S4.23."""
    assert {name: preset.cancel_sale for name, preset in PRESETS.items()} == {
        "amazon": "automatic",
        "xcart": "automatic",
        "oxid": "automatic",
        "magento": "refuse",
    }
    assert {preset.close_after_capture for preset in PRESETS.values()} == {"remind"}
    assert [name for name, preset in PRESETS.items() if preset.whole_amounts] == ["xcart"]
    assert all(name == preset.preset for name, preset in PRESETS.items())


@pytest.mark.parametrize(
    ("preset", "own", "said"),
    [
        ("amazon", {"overcharge": "20%/75"}, 'overcharge = "20%/75" would widen'),
        ("amazon", {"overcharge": "15%/76"}, 'overcharge = "15%/76" would widen'),
        ("oxid", {"refund_above": "50%/500"}, 'refund_above = "50%/500" would widen'),
        ("xcart", {"partial_refund": True}, "partial_refund = true would widen whole_amounts = true (preset xcart)"),
        ("xcart", {"refund_above": "limit"}, 'refund_above = "limit" would widen'),
        ("amazon", {"whole_amounts": True, "partial_capture": True}, "(set in the profile)"),
        ("amazon", {"overcharge": "all"}, 'overcharge must be "limit" or "none" or such as "15%/75"'),
        ("amazon", {"overcharge": "12.5%/50"}, "in whole numbers"),
        ("amazon", {"overcharge": 15}, "overcharge must be"),
        ("amazon", {"overcharge": "-1%/5"}, "overcharge must be"),
        ("amazon", {"overcharge": "١٥%/75"}, "overcharge must be"),
        ("amazon", {"soft_declines": "26"}, 'soft_declines = "26" would widen'),
        ("amazon", {"soft_declines": "3/4321h"}, 'soft_declines = "3/4321h" would widen'),
        ("amazon", {"soft_declines": "0"}, 'soft_declines must be "limit" or "3" or such as "3/24h", in whole numbers'),
        ("amazon", {"soft_declines": 3}, "soft_declines must be"),
        ("amazon", {"soft_declines": "3/1d"}, "soft_declines must be"),
        ("amazon", {"soft_declines": "٣"}, "soft_declines must be"),
        ("amazon", {"partial_capture": "yes"}, "partial_capture must be true or false without quotes."),
        ("amazon", {"partial_capture": 1}, "partial_capture must be true or false without quotes."),
        ("amazon", {"cancel_sale": "later"}, 'cancel_sale must be "automatic" or "manual" or "refuse".'),
        ("amazon", {"shop_words": "shopware"}, "shop_words must be"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(preset: str, own: Mapping[str, object], said: str) -> None:
    with pytest.raises(PolicyError) as refused:
        chosen(preset, own)
    assert said in str(refused.value)
    assert str(refused.value).endswith(".")


def test_settings_of_a_profile_go_before_those_of_the_preset() -> None:
    own = chosen("xcart", {"whole_amounts": False, "partial_refund": True, "overcharge": "15%/75"})
    assert (own.partial_refund, own.partial_capture, str(own.overcharge)) == (True, False, "15%/75")
    assert own.origin("partial_refund") == "set in the profile"
    assert own.origin("partial_capture") == "preset xcart"
    assert str(own) == 'xcart, whole_amounts = false, partial_refund = true, overcharge = "15%/75"'
    implied = chosen("oxid", {"whole_amounts": True})
    assert (implied.partial_refund, str(implied.refund_above)) == (False, "none")
    assert implied.origin("partial_refund") == "by whole_amounts = true, set in the profile"


@pytest.mark.parametrize("text", ["limit", "none", "15%/75", "1%/1"])
def test_an_allowance_is_written_as_it_is_read(text: str) -> None:
    assert str(Allowance.parse(text)) == text


@pytest.mark.parametrize("text", ["limit", "1", "25", "3/24h", "25/4320h"])
def test_tries_are_written_as_they_are_read(text: str) -> None:
    assert str(chosen("amazon", {"soft_declines": text}).soft_declines) == text


def test_shop_words_belong_to_status_words() -> None:
    """S0.6, S1.5, S2.4, S2.6, S2.7, S3.11, S3.19: the word an admin knows stands beside ours."""
    for words in SHOP_WORDS.values():
        assert set(words) <= set(STATUS_WORDS)
    assert shop_word(PRESETS["xcart"], "CAPTURED") == "X-Cart: Processed"
    assert shop_word(PRESETS["xcart"], "VOIDED") == "X-Cart: Voided"
    assert shop_word(PRESETS["magento"], "AUTHORIZED") == "Magento: Processing"
    assert shop_word(PRESETS["magento"], "OPEN") == "Magento: Pending"
    oxid = [shop_word(PRESETS["oxid"], status) for status in ("CAPTURED", "REFUNDED", "CANCELED")]
    assert oxid == ["OXID: Captured", "OXID: Refunded", "OXID: Canceled"]
    assert shop_word(PRESETS["amazon"], "CAPTURED") == shop_word(PRESETS["xcart"], "OPEN") == ""


def test_an_order_of_nothing_is_not_authorized_in_whole() -> None:
    assert judged(order(amount=0), "xcart").verdict == "no"
