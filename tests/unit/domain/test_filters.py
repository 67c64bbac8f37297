"""The little language that narrows a list: what it understands, what it refuses, and what a condition means."""

import contextlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azpay_tui.domain import filters
from azpay_tui.domain.filters import EVERYTHING, FIELDS, FilterError, Narrowed, parse
from azpay_tui.domain.lapses import Lapse
from azpay_tui.domain.matching import matches
from azpay_tui.domain.money import Money
from azpay_tui.domain.rows import ListRow

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ROW = ListRow(
    "S01-1234567-0000001",
    "1001",
    "AUTHORIZED",
    Money(10_000, "EUR"),
    None,
    None,
    "Jane",
    NOW - timedelta(days=5),
    NOW + timedelta(days=2),
    None,
    "SHIP",
    ("lapses-soon",),
    "",
    lapses=(
        Lapse("guarantee", NOW + timedelta(days=2), Money(10_000, "EUR")),
        Lapse("authorization", NOW + timedelta(days=25), Money(10_000, "EUR")),
    ),
)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("status:authorized", "status=AUTHORIZED"),
        ("STATUS=not-found,New", "status=NOT-FOUND,NEW"),
        ("status=part_captured", "status=PART-CAPTURED"),
        ("age<31d", "age<31d"),
        ("age>=2w  age<90m", "age>=14d age<90m"),
        ("age<120m", "age<2h"),
        ("age<90s expires>0d", "age<90s expires>0s"),
        ("amount>=100.50", "amount>=100.50"),
        ("currency=eur,xyz", "currency=EUR,XYZ"),
        ("attention!=any", "attention!=any"),
        ("ship=hold", "ship=HOLD"),
        ("shop=WC_On-Hold,Paid", "shop=wc-on-hold,paid"),
        ("differs!=No-Money", "differs!=no-money"),
        ("tag=Fraud,@ann", "tag=fraud,@ann"),
        ("jane age<1d doe jane", "age<1d jane doe"),
        ("lapses=2026-11-27 guarantee<48h", "lapses=2026-11-27 guarantee<2d"),
        ("a-1", "a-1"),
        ("", ""),
    ],
)
def test_a_filter_is_read_and_written_alike(typed: str, text: str) -> None:
    found = parse(typed)
    assert found.text == text
    assert parse(found.text) == found
    assert bool(found) == bool(text)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("statsu=NEW", "There is no filter 'statsu': did you mean status?"),
        ("colour=red", "There is no filter 'colour': there are status, age, expires,"),
        ("status=AUTHORISED", "The filter status knows no 'AUTHORISED': did you mean AUTHORIZED?"),
        ("status=", "The filter status knows no '': there are UNKNOWN"),
        ("status<NEW", "The filter status takes = !=, not <: write status=AUTHORIZED."),
        ("age=3d", "The filter age takes < <= > >=, not =: write age<31d."),
        ("age<3", "'3' is no length of time: digits and one of s m h d w, so write age<31d."),
        ("age<٣d", "'٣d' is no length of time"),
        ("age<999999d", "'999999d' is no length of time"),
        ("expires!=1d", "The filter expires takes"),
        ("amount>=1,000", "'1,000' is no amount: digits with an optional point, so write amount>=100."),
        ("amount>=-1", "'-1' is no amount"),
        ("amount>=1e3", "'1e3' is no amount"),
        ("amount!=1", "The filter amount takes"),
        ("currency=EURO", "The filter currency knows no 'EURO': did you mean EUR?"),
        ("attention=late", "The filter attention knows no 'late'"),
        ("tag=", "'' is no tag"),
        ("method=invoice", "The filter method knows no 'invoice': there are amazon-pay."),
        ("ship=maybe", "The filter ship knows no 'maybe': there are SHIP, HOLD."),
        ("shop=", "A word of the shop's is missing: write shop=paid."),
        ("differs=no-mony", "The filter differs knows no 'no-mony': did you mean no-money?"),
        ("lapses=2026-02-30", "'2026-02-30' is no day: write lapses<2d or lapses=2026-11-27."),
        ("guarantee=tomorrow", "'tomorrow' is no day: write guarantee<2d or guarantee=2026-11-27."),
        ("closes>3d", "The filter closes takes = <, not >: write closes<30d or closes=2026-11-27."),
        ("lapses<3", "'3' is no length of time"),
        ("x" * 400, "A filter has at most 300 characters, not 400"),
    ],
)
def test_what_is_no_filter_is_refused_in_one_sentence(typed: str, sentence: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse(typed)
    assert str(caught.value).startswith(sentence)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=60))
def test_nothing_that_is_typed_does_anything_but_narrow_or_be_refused(text: str) -> None:
    with contextlib.suppress(FilterError):
        found = parse(text)
        assert parse(found.text) == found


@pytest.mark.parametrize(
    ("typed", "holds"),
    [
        ("status=AUTHORIZED", True),
        ("status!=AUTHORIZED", False),
        ("age<6d", True),
        ("age<5d", False),
        ("age<=5d", True),
        ("age>5d", False),
        ("expires<2d", False),
        ("expires<=2d", True),
        ("expires>1d", True),
        ("amount>=100", True),
        ("amount>100", False),
        ("amount=100", True),
        ("amount<100.01", True),
        ("currency=USD", False),
        ("currency!=USD", True),
        ("attention=any", True),
        ("attention=none", False),
        ("attention=lapses-soon", True),
        ("attention=declined,unknown", False),
        ("tag=none", True),
        ("method=amazon-pay", True),
        ("method!=amazon-pay", False),
        ("ship=SHIP age<6d", True),
        ("ship=SHIP age<1d", False),
        ("lapses<26d", True),
        ("lapses<25d", False),
        ("lapses=2026-12-15", True),
        ("lapses=2026-12-14", False),
        ("guarantee<3d", True),
        ("guarantee=2026-11-22", True),
        ("guarantee=2026-12-15", False),
        ("closes<999d", False),
    ],
)
def test_a_condition_means_what_it_says(typed: str, holds: bool) -> None:
    assert matches(Narrowed(parse(typed), NOW), ROW) is holds


def test_a_day_is_that_of_the_lists_time_zone() -> None:
    late = replace(ROW, lapses=(Lapse("authorization", datetime(2026, 12, 14, 23, 30, tzinfo=UTC), None),))
    narrowed = Narrowed(parse("lapses=2026-12-15"), NOW)
    assert not matches(narrowed, late)
    assert matches(replace(narrowed, where=ZoneInfo("Europe/Berlin")), late)
    assert not matches(replace(narrowed, at=late.lapses[0].at, where=ZoneInfo("Europe/Berlin")), late)


def test_amounts_are_compared_in_each_orders_own_currency() -> None:
    yen = replace(ROW, amount=Money(100, "JPY"))
    assert matches(Narrowed(parse("amount=100"), NOW), yen)
    assert matches(Narrowed(parse("amount=100"), NOW), ROW)
    assert not matches(Narrowed(parse("amount>=100"), NOW), replace(ROW, amount=Money(100, "USD")))
    assert not matches(Narrowed(parse("amount>=0"), NOW), replace(ROW, amount=None))


def test_what_is_not_known_is_neither_young_nor_near() -> None:
    bare = replace(ROW, created=None, expires=None, amount=None, attention=())
    for typed in ("age<9d", "age>0m", "expires<9d", "expires>0m", "currency=EUR", "attention=any"):
        assert not matches(Narrowed(parse(typed), NOW), bare), typed
    assert not matches(Narrowed(parse("expires<9d"), NOW), replace(ROW, expires=NOW - timedelta(hours=1)))


def test_what_was_reviewed_needs_nobody_and_tags_are_found() -> None:
    seen = replace(ROW, marks=("reviewed",), tags=("fraud", "@ann"))
    assert not matches(Narrowed(parse("attention=any"), NOW), seen)
    assert not matches(Narrowed(parse("attention=lapses-soon"), NOW), seen)
    assert matches(Narrowed(parse("attention!=lapses-soon"), NOW), seen)
    assert matches(Narrowed(parse("tag=@ann,other"), NOW), seen)
    assert not matches(Narrowed(parse("tag=fra"), NOW), seen)
    assert matches(Narrowed(parse("tag=any tag!=other"), NOW), seen)


def test_one_field_is_changed_without_touching_the_others() -> None:
    found = parse("status=NEW age<3d age>1d jane")
    assert found.without("age").text == "status=NEW jane"
    assert found.having(parse("age<9d").conditions[0], "age").text == "status=NEW age<9d jane"
    assert found.having(None, "status").text == "age<3d age>1d jane"
    assert [condition.text for condition in found.of("age")] == ["age<3d", "age>1d"]
    assert not EVERYTHING
    assert set(FIELDS) >= {condition.field for condition in found.conditions}


def test_amounts_are_exact() -> None:
    [condition] = parse("amount>=0.1").conditions
    assert condition.amount == Decimal("0.1")
    assert filters.LONGEST >= 300
