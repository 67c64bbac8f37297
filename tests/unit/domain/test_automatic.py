"""Which step is taken without a person: over every row of the matrix only where it says yes and nothing is in doubt."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.orders import HOUR, LIMIT, NOW, SITUATIONS, charge, permission, repaired_later
from tests.support.policies import EVERY_ROW, raised
from tests.support.random_orders import orders

from azpay_tui.domain.automatic import MOST_UNSENT, Pause, Step, next_step, verbs_of
from azpay_tui.domain.intent import MONEY_VERBS, Verb
from azpay_tui.domain.marks import Marks, Note, Reminder, Review, Standing, Trouble
from azpay_tui.domain.matrix import offers
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import LocalDecline, Order, ShopFacts
from azpay_tui.domain.policies import PRESETS, Settings, chosen
from azpay_tui.domain.policy import Policy
from azpay_tui.domain.status import attention
from azpay_tui.domain.switch import POLICY, Act, Switch
from azpay_tui.domain.switching import WARNINGS, cannot, mode_of, parts_of, resting, sign, warnings_of

ALL = "authorize-and-capture+close"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
MODES = ("authorize", "authorize-and-capture", "close", "authorize+close", ALL)
OPEN = EVERY_ROW["2 open"]
HELD = EVERY_ROW["4 authorized"]
TAKEN = raised(replace(SITUATIONS["8 part captured"](), charges=(charge("Captured", captured=LIMIT),)))
"""Captured in full, with 18.00 left of its permission."""
TAKEN = replace(TAKEN, permission=permission(limit=138_00, balance=18_00))


def judged(made: Order, mode: str = ALL, *acts: Act, marks: Marks = Marks(), policy: Policy = Policy()) -> Any:  # noqa: B008
    return next_step(made, policy, mode, LONG_AGO, NOW, acts, marks)


def why(made: Order, mode: str = ALL, *acts: Act, **more: Any) -> str:
    found = judged(made, mode, *acts, **more)
    assert isinstance(found, Pause), found
    return found.why


def plainly_due(made: Order, step: Step, policy: Policy = Policy()) -> bool:  # noqa: B008
    offer = next(one for one in offers(made, policy, NOW) if (one.verb, one.target) == (step.verb, step.target))
    within = step.amount is None or (offer.minimum is not None and offer.minimum <= step.amount <= offer.maximum)  # type: ignore[operator]
    return offer.verdict == "yes" and within


@pytest.mark.parametrize("mode", MODES)
def test_of_all_rows_only_three_get_a_step_each_in_its_mode(mode: str) -> None:
    """S3.17, S3.34, S4.22: a new order, a live authorization of the whole, a full capture that is still open."""
    rows = {**EVERY_ROW, "captured, open": TAKEN}
    found = {name: step.verb for name, made in rows.items() if isinstance(step := judged(made, mode), Step)}
    due = {"2 open": Verb.AUTHORIZE, "4 authorized": Verb.CAPTURE, "captured, open": Verb.CLOSE}
    assert found == {name: verb for name, verb in due.items() if verb in verbs_of(mode)}


@pytest.mark.parametrize("name", [*EVERY_ROW, "captured, open"])
def test_never_anything_that_the_matrix_does_not_say_yes_to(name: str) -> None:
    made = TAKEN if name == "captured, open" else EVERY_ROW[name]
    for preset in PRESETS:
        for own in ({}, {"whole_amounts": True}, {"overcharge": "none"}, {"payment_action": "review"}):
            policy = Policy(chosen(preset, own))
            step = judged(made, ALL, policy=policy)
            if isinstance(step, Step):
                assert plainly_due(made, step, policy)
                assert policy.stands_still is None
    assert not isinstance(judged(made, ALL, policy=Policy(read_only="Read-only.")), Step)


@given(orders(), st.sampled_from(MODES), st.timedeltas(timedelta(days=-40), timedelta(days=40)))
def test_whatever_the_order_a_step_is_plainly_due_for_the_whole_total(made: Order, mode: str, ago: timedelta) -> None:
    step = next_step(made, Policy(), mode, NOW - ago, NOW)
    if not isinstance(step, Step):
        return
    assert step.verb in verbs_of(mode)
    assert plainly_due(made, step)
    assert made.permission is not None
    assert made.permission.created is not None
    assert made.permission.created > NOW - ago
    assert step.amount in (None, made.shop.amount)
    assert made.shop.amount is not None
    assert not made.intents


def test_an_order_made_before_the_switch_was_turned_is_none_of_its_business() -> None:
    made = OPEN.permission.created  # type: ignore[union-attr]
    assert made is not None
    for since in (made, made + timedelta(seconds=1)):
        assert next_step(OPEN, Policy(), ALL, since, NOW) is None
    assert isinstance(next_step(OPEN, Policy(), ALL, made - timedelta(microseconds=1), NOW), Step)
    undated = replace(OPEN, permission=replace(OPEN.permission, created=None))  # type: ignore[type-var]
    assert judged(undated) is None


def told(**changes: object) -> Order:
    return replace(OPEN, shop=replace(OPEN.shop, **changes))  # type: ignore[arg-type]


def held(**changes: object) -> Order:
    return replace(HELD, shop=replace(HELD.shop, **changes))  # type: ignore[arg-type]


DOUBTS: dict[str, tuple[Order, str]] = {
    "no total": (told(amount=None), "did not name its total"),
    "other currency": (told(amount=Money(LIMIT, "EUR")), "does not let its total"),
    "more than the limit": (told(amount=Money(138_01, "USD")), "does not let its total"),
    "nothing": (told(amount=Money(0, "USD")), "does not let its total"),
    "canceled in the shop": (told(claim="canceled"), "The shop says that it is canceled."),
    "failed in the shop": (told(claim="failed"), "The shop says that it is failed."),
    "paid in the shop": (told(claim="paid", asked=True), "The shop says that it is paid."),
    "shared number": (told(shared=(("1001", "S01-9999999-9999999"),)), "gives the number 1001"),
    "waits": (told(waits=True), "not read from Amazon again"),
    "unread": (replace(OPEN, unread=frozenset({f"{OPEN.id}-C000009"})), "Not all of it was read"),
    "partly known": (told(complete=False), "Not all charges"),
    "declined at once": (replace(OPEN, declines=(LocalDecline(NOW, None, "SoftDeclined"),)), "It is DECLINED"),
    "balance used": (
        replace(OPEN, permission=permission(limit=138_00, balance=120_00)), "does not fit the charges known here"
    ),
    "held for less": (held(amount=Money(LIMIT + 1, "USD")), "120.00 USD is authorized, and its total is 120.01 USD"),
    "held for more": (held(amount=Money(LIMIT - 1, "USD")), "120.00 USD is authorized, and its total is 119.99 USD"),
    "held twice": (
        replace(HELD, charges=(*HELD.charges, charge("Authorized", number=2, amount=10_00))), "charged more than once"
    ),
    "held and canceled in the shop": (held(claim="canceled"), "The shop says that it is canceled."),
    "stop shipment": (
        replace(HELD, charges=(replace(HELD.charges[0], reason="StopShipmentAtypicalAuth"),)), "not to ship"
    ),
    "guarantee over": (EVERY_ROW["5 authorized, aged"], "no longer guaranteed"),
    "closed by somebody": (EVERY_ROW["10 closed, authorized"], "blocked or closed"),
    "payment method": (EVERY_ROW["11 suspended, authorized"], "blocked or closed"),
}  # fmt: skip


@pytest.mark.parametrize("name", DOUBTS)
def test_in_doubt_it_is_left_to_a_person_with_the_reason(name: str) -> None:
    made, reason = DOUBTS[name]
    assert reason in why(made)


def test_a_message_that_did_not_arrive_stands_in_the_way_of_no_step() -> None:
    untold = replace(OPEN, untold=("M-000001-0a1b2c3d",))
    assert judged(untold) == judged(OPEN)
    assert isinstance(judged(untold), Step)


def test_a_payment_method_that_was_repaired_is_no_reason_to_wait_for_a_person() -> None:
    """The buyer was told that it is tried again by itself."""
    mended = repaired_later(replace(OPEN, asked=NOW - 2 * HOUR))
    assert attention(mended, NOW) == ("repaired",)
    assert judged(mended) == judged(OPEN)


def test_a_shop_that_was_not_told_yet_is_no_reason_to_leave_an_order_open() -> None:
    """S4.22: its word is behind; of all that it may disagree on, this alone does not stand in the way of closing."""
    behind = replace(TAKEN, shop=replace(TAKEN.shop, claim="authorized"))
    assert isinstance(judged(behind), Step)
    assert "did not go back" in why(replace(TAKEN, shop=replace(TAKEN.shop, claim="canceled")))


@pytest.mark.parametrize("state", ["declined", "refused", "unknown", "attention", "sent", "intent"])
@pytest.mark.parametrize(("made", "verb"), [(OPEN, "authorize"), (HELD, "capture"), (TAKEN, "close")])
def test_each_verb_is_tried_once(made: Order, verb: str, state: str) -> None:
    assert f"The {verb} was tried once ({state})" in why(made, ALL, Act(verb, POLICY, state))


@pytest.mark.parametrize("state", ["succeeded", "accepted"])
@pytest.mark.parametrize(("made", "verb"), [(OPEN, "authorize"), (HELD, "capture"), (TAKEN, "close")])
def test_what_was_done_and_does_not_show_is_read_again_and_not_done_again(made: Order, verb: str, state: str) -> None:
    found = judged(made, ALL, Act(verb, POLICY, state))
    assert found == Pause(f"The {verb} was done ({state}), and what was read last does not show it.", stale=True)


def test_what_never_left_may_be_tried_again_a_few_times() -> None:
    unsent = [Act("authorize", POLICY, "abandoned")] * (MOST_UNSENT - 1)
    assert isinstance(judged(OPEN, ALL, *unsent), Step)
    assert "could not be sent 5 times" in why(OPEN, ALL, *unsent, unsent[0])
    other = [Act("authorize", POLICY, "abandoned")] * MOST_UNSENT
    assert isinstance(judged(HELD, ALL, *other, Act("authorize", POLICY, "succeeded")), Step)


@pytest.mark.parametrize("verb", MONEY_VERBS)
@pytest.mark.parametrize("state", ["succeeded", "abandoned", "declined"])
def test_whoever_acted_on_an_order_has_it_in_hand(verb: Verb, state: str) -> None:
    act = Act(str(verb), "ops", state)
    assert "ops has it in hand" in why(OPEN, ALL, act)
    assert "ops has it in hand" in why(HELD, ALL, act)
    done = verb in (Verb.AUTHORIZE, Verb.CAPTURE) and state == "succeeded"
    assert isinstance(judged(TAKEN, ALL, act), Step) is done


MARKS: dict[str, tuple[Marks, bool]] = {
    "reviewed": (Marks(Standing(review=Review(Trouble(), NOW, "ops"))), False),
    "put off": (Marks(Standing(reminder=Reminder(NOW, Trouble(), NOW, "ops"))), False),
    "tagged": (Marks(Standing(tags=("gift",))), True),
    "noted": (Marks(notes=(Note(1, NOW, "ops", "wait"),)), True),
}


@pytest.mark.parametrize("name", MARKS)
def test_a_mark_leaves_it_to_people(name: str) -> None:
    """A note or a tag keeps money where it is; the end of an order that is paid does not hang on one."""
    marks, closes = MARKS[name]
    assert "A person" in why(OPEN, ALL, marks=marks)
    assert "A person" in why(HELD, ALL, marks=marks)
    assert isinstance(judged(TAKEN, ALL, marks=marks), Step) is closes


def test_amounts_that_cannot_be_added_up_are_left_to_a_person() -> None:
    foreign = replace(HELD, charges=(HELD.charges[0], charge("Captured", number=2, currency="EUR")))
    assert isinstance(judged(foreign), Pause)


def test_an_order_nobody_read_yet_waits() -> None:
    assert judged(Order(OPEN.id, shop=ShopFacts(amount=Money(LIMIT, "USD"), complete=True))) is None


# The switch

WANTS = {
    ("manual", "remind"): "",
    ("manual", "automatic"): "close",
    ("authorize", "never"): "authorize",
    ("authorize", "automatic"): "authorize+close",
    ("authorize-and-capture", "remind"): "authorize-and-capture",
    ("authorize-and-capture", "automatic"): ALL,
    ("review", "automatic"): "",
}


def wants(action: str, closing: str = "remind") -> Settings:
    return chosen("amazon", {"payment_action": action, "close_after_capture": closing})


@pytest.mark.parametrize(("settings", "mode"), WANTS.items())
def test_the_mode_is_named_by_what_is_done(settings: tuple[str, str], mode: str) -> None:
    """S3.16."""
    assert mode_of(wants(*settings)) == mode
    assert {str(verb) for verb in verbs_of(mode)} <= {"authorize", "capture", "close"}


def test_the_warnings_name_digital_goods_same_day_shipping_and_the_allow_list() -> None:
    """S3.32."""
    said = " ".join(warnings_of(ALL))
    for word in ("digital goods", "same day", "allow-listing", "closed at Amazon"):
        assert word in said
    assert {part for mode in WANTS.values() for part in parts_of(mode)} == set(WARNINGS)


def test_only_the_very_mode_that_was_switched_on_is_on() -> None:
    settings = wants("authorize")
    on = Switch("on", "authorize", NOW, "ops")
    assert resting(settings, on, None, None) is None
    assert sign(settings, on, None, None) == "AUTO"
    rests: list[tuple[Settings, Switch | None, str | None, str | None, str, str]] = [
        (settings, None, None, None, "never switched on", ""),
        (settings, replace(on, position="off"), None, None, "was switched off by ops on 2026-03-02 12:00 UTC", ""),
        (settings, replace(on, position="stopped", why="Five."), None, None, "It stopped", "AUTO STOPPED"),
        (wants("authorize-and-capture"), on, None, None, "for authorize by ops", "AUTO NOT HERE"),
        (settings, on, "web", None, "source web captures by itself", "AUTO NOT HERE"),
        (settings, on, None, "Read-only.", "Read-only.", "AUTO NOT HERE"),
        (wants("manual"), on, None, None, "nothing done by itself", "AUTO NOT HERE"),
    ]
    for wanted, switch, capturing, read_only, said, word in rests:
        told = resting(wanted, switch, capturing, read_only) or ""
        assert said in told
        assert ("goes on with authorize until azpay policy switch-off." in told) == (switch == on)
        assert sign(wanted, switch, capturing, read_only) == word


def test_a_shop_that_captures_by_itself_stands_in_the_way_of_money_and_not_of_closing() -> None:
    """S3.32."""
    assert cannot(wants("manual", "automatic"), "web", None) is None
    assert "source web" in (cannot(wants("authorize"), "web", None) or "")


def test_review_says_no_to_every_verb_and_names_the_setting() -> None:
    """S3.16: what the extension calls ERP mode."""
    for made in EVERY_ROW.values():
        for offer in offers(made, Policy(wants("review")), NOW):
            if offer.verb is not Verb.REFRESH:
                assert offer.verdict == "no"
        plain = {(one.verb, one.target): one.verdict for one in offers(made, Policy(), NOW)}
        for offer in offers(made, Policy(wants("review")), NOW):
            if offer.verb is not Verb.REFRESH and plain[offer.verb, offer.target] != "no":
                assert 'payment_action = "review", set in the profile' in (offer.policy or "")
