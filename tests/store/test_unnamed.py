"""Objects that turn out to be what an intent without an id made."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.support.orders import NOW, ORDER, charge, charge_id, refund, refund_id

from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Unnamed
from azpay_tui.store.cache.unnamed import without_objects

MADE = Unnamed("refund", charge_id(), Money(10_00, "USD"), NOW)
KNOWN = replace(refund(10_00), created=NOW)


def left(*objects: object, own: frozenset[str] = frozenset(), made: tuple[Unnamed, ...] = (MADE,)) -> int:
    return len(without_objects(made, own, objects))  # type: ignore[arg-type]


def test_an_object_of_the_same_kind_and_amount_is_what_was_made() -> None:
    assert left(KNOWN) == 0
    assert left() == 1


def test_an_object_stands_for_one_of_them() -> None:
    assert left(KNOWN, made=(MADE, MADE)) == 1
    assert left(KNOWN, replace(KNOWN, id=refund_id(2)), made=(MADE, MADE)) == 0


def test_what_amazon_declined_in_the_end_was_made_all_the_same() -> None:
    declined = replace(KNOWN, id=refund_id(2), state="Declined")
    assert left(declined) == 0
    assert left(declined, KNOWN, made=(MADE, MADE)) == 0
    other = Unnamed("refund", charge_id(), Money(10_00, "USD"), NOW + timedelta(hours=1))
    assert left(declined, replace(KNOWN, created=NOW + timedelta(hours=2)), made=(MADE, other)) == 0


def test_what_something_else_here_made_is_another_one() -> None:
    assert left(KNOWN, own=frozenset({KNOWN.id})) == 1


def test_what_was_there_before_or_of_another_amount_or_charge_is_another_one() -> None:
    assert left(replace(KNOWN, created=NOW - timedelta(minutes=6))) == 1
    assert left(replace(KNOWN, created=NOW - timedelta(minutes=4))) == 0
    assert left(replace(KNOWN, created=None)) == 0
    assert left(replace(KNOWN, amount=Money(10_01, "USD"))) == 1
    assert left(replace(KNOWN, charge_id=charge_id(2))) == 1


def test_an_authorization_is_a_charge_and_no_refund() -> None:
    held = Unnamed("authorize", ORDER, Money(10_00, "USD"), NOW)
    assert left(KNOWN, made=(held,)) == 1
    assert left(replace(charge("Authorized", amount=10_00), created=NOW), made=(held,)) == 0
    assert left(replace(charge("Authorized", amount=10_00), created=NOW)) == 1
    assert left(replace(charge("Declined", amount=10_00), created=NOW), made=(held,)) == 0
