"""Marks: what stays out of sight and until when, what is refused, and how words are read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.support.orders import ORDER, refund

from azpay_tui.domain.marks import (
    MOST_TAGS,
    NOTE_LIMIT,
    MarkChange,
    MarkError,
    Marks,
    Note,
    Standing,
    Trouble,
    apply,
    clean_note,
    clean_tag,
    needs_person,
    parse_tags,
    trouble_of,
    words,
)
from azpay_tui.domain.order import LocalDecline, Order, Permission

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday
DECLINED = Trouble(("declined=1",))


def after(change: MarkChange, trouble: Trouble = DECLINED, marks: Marks | None = None, at: datetime = NOW) -> Marks:
    marks = marks or Marks()
    return Marks(apply(change, "S01-1", marks, trouble, at, "ops").after, marks.notes)


def needs(marks: Marks, trouble: Trouble, at: datetime = NOW) -> bool:
    return needs_person(trouble.codes, words(marks, trouble, at))


@pytest.mark.parametrize(
    ("later", "back"),
    [
        (DECLINED, False),
        (Trouble(), False),
        (Trouble(("declined=1", "diverged=1")), True),
        (Trouble(("suspended=1",)), True),
        (Trouble(("declined=2",)), True),  # another charge was declined
        (Trouble(("unknown=1",)), True),
    ],
)
def test_what_was_reviewed_stays_away_until_something_new_happens(later: Trouble, back: bool) -> None:
    marks = after(MarkChange(reviewed=True))
    assert needs(marks, later) is back
    assert ("reviewed" in words(marks, later, NOW)) is (bool(later.codes) and not back)


def test_a_code_is_told_from_an_earlier_one_of_its_kind() -> None:
    permission = Permission("S01-1234567-0000001", "NonChargeable", "OneTime", updated=NOW)
    order = Order("S01-1234567-0000001", permission=permission)
    codes = ("suspended", "declined", "lapses-soon", "stuck", "refund-late", "diverged")
    seen = trouble_of(order, codes, NOW)
    assert seen.codes == codes
    assert seen.covers(trouble_of(order, codes[1:], NOW))
    assert not seen.covers(trouble_of(order, codes, NOW + timedelta(days=23)))
    assert order.permission is not None
    again = replace(order, permission=replace(order.permission, updated=NOW + timedelta(days=1)))
    assert not seen.covers(trouble_of(again, ("suspended",), NOW))
    assert seen.covers(trouble_of(again, ("declined",), NOW))
    declined = replace(order, declines=(LocalDecline(NOW, None, "HardDeclined"),))
    assert not seen.covers(trouble_of(declined, ("declined",), NOW))
    assert seen.covers(trouble_of(declined, ("refund-late",), NOW))
    assert trouble_of(Order("S01-1234567-0000001"), ("lapses-soon", "suspended"), None).about == (
        "lapses-soon=",
        "suspended=",
    )


def test_another_declined_refund_is_news_and_one_that_is_made_is_none() -> None:
    codes = ("refund-declined",)
    lost = [refund(30_00, "Declined", number=number) for number in (1, 2)]
    before = [Order(ORDER, refunds=tuple(refunds)) for refunds in ([lost[0]], [lost[0], refund(5_00, number=3)])]
    seen = trouble_of(before[0], codes, None)
    assert seen.covers(trouble_of(before[1], codes, None))
    assert not seen.covers(trouble_of(Order(ORDER, refunds=tuple(lost)), codes, None))


def test_reviewed_can_be_taken_back() -> None:
    marks = after(MarkChange(reviewed=False), marks=after(MarkChange(reviewed=True)))
    assert marks == Marks()
    assert needs(marks, DECLINED)


def test_put_off_comes_back_in_time_or_with_something_new() -> None:
    until = NOW + timedelta(hours=2)
    marks = after(MarkChange(remind=until))
    assert words(marks, DECLINED, NOW) == ("later",)
    assert not needs(marks, DECLINED)
    assert needs(marks, Trouble(("declined=1", "lapsed=1")))
    assert needs(marks, DECLINED, until)
    assert words(marks, DECLINED, until) == ("due",)
    assert needs(marks, Trouble(), until)  # also when the trouble is over by then
    seen = after(MarkChange(reviewed=True), marks=marks, at=until)
    assert words(seen, DECLINED, until) == ("reviewed",)
    assert seen.standing.reminder is None


def test_a_reminder_without_any_trouble_does_not_hide_a_later_one() -> None:
    marks = after(MarkChange(remind=NOW + timedelta(days=1)), Trouble())
    assert words(marks, Trouble(), NOW) == ("later",)
    assert not needs(marks, Trouble())
    assert needs(marks, Trouble(("lapses-soon=1",)))


def test_a_reminder_that_is_due_of_an_order_without_trouble_ends_by_reviewing_it() -> None:
    quiet = Trouble()
    marks = after(MarkChange(remind=NOW + timedelta(hours=1)), quiet)
    late = NOW + timedelta(hours=1)
    assert needs(marks, quiet, late)
    assert after(MarkChange(reviewed=True), quiet, marks, late) == Marks()


def test_a_review_keeps_a_reminder_that_is_still_to_come() -> None:
    marks = after(MarkChange(reviewed=True), marks=after(MarkChange(remind=NOW + timedelta(hours=1))))
    assert words(marks, DECLINED, NOW) == ("reviewed", "later")
    assert needs(marks, DECLINED, NOW + timedelta(hours=1))


@pytest.mark.parametrize("change", [MarkChange(reviewed=True), MarkChange(remind=NOW + timedelta(hours=1))])
def test_an_unknown_outcome_stays_in_sight(change: MarkChange) -> None:
    with pytest.raises(MarkError, match=r"outcome of an action on S01-1 is unknown.*journal resume"):
        after(change, Trouble(("unknown=1", "declined=1")))


def test_where_nothing_is_wrong_nothing_can_be_reviewed() -> None:
    with pytest.raises(MarkError, match="S01-1 needs nobody"):
        after(MarkChange(reviewed=True), Trouble())


def test_a_note_shows_and_hides_nothing() -> None:
    marks = Marks(notes=(Note(1, NOW, "ops", "stock confirmed"),))
    assert words(marks, DECLINED, NOW) == ("note",)
    assert needs(marks, DECLINED)


def test_tags_add_up_and_one_person_is_assigned() -> None:
    marks = after(MarkChange(tags=("fraud", "@ann")))
    marks = after(MarkChange(tags=("@bob", "vip"), untags=("fraud", "never-there")), marks=marks)
    assert marks.standing.tags == ("@bob", "vip")
    many = Marks(Standing(tags=tuple(f"t{n}" for n in range(MOST_TAGS))))
    with pytest.raises(MarkError, match="at most 10 fit"):
        after(MarkChange(tags=("more",)), marks=many)
    assert len(after(MarkChange(tags=("t3",)), marks=many).standing.tags) == MOST_TAGS


def test_an_edit_knows_whether_it_changes_anything() -> None:
    marks = after(MarkChange(tags=("vip",)))
    assert not apply(MarkChange(tags=("vip",)), "S01-1", marks, DECLINED, NOW, "ops").changes
    assert apply(MarkChange(note="x"), "S01-1", marks, DECLINED, NOW, "ops").changes


def test_a_note_is_one_line_of_a_fair_length() -> None:
    assert clean_note("  called\n the\tbuyer ") == "called the buyer"
    assert len(clean_note("x" * NOTE_LIMIT)) == NOTE_LIMIT
    for text, words_ in (("  \n", "is empty"), ("x" * (NOTE_LIMIT + 1), f"at most {NOTE_LIMIT} fit")):
        with pytest.raises(MarkError, match=words_):
            clean_note(text)


@pytest.mark.parametrize("text", ["", "@", "-x", "two words", "a/b", "x" * 21, "\x1b[31m", "_x", "@@a"])
def test_a_tag_is_a_short_word(text: str) -> None:
    with pytest.raises(MarkError):
        clean_tag(text)


def test_tags_are_read_with_signs() -> None:
    assert parse_tags("Fraud, @Ann -old zoë.b-2") == (("fraud", "@ann", "zoë.b-2"), ("old",))
