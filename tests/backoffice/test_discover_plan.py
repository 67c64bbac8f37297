"""Which reports are asked for: what is missing of a time, cut as Amazon wants it; every moment is in one of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from azpay_tui.backoffice.discover.planning import (
    NARROWER,
    OVERLAP,
    Span,
    gaps,
    holds_nothing_new,
    narrower,
    pieces,
)
from azpay_tui.domain.reports import ASKED, CANCELLED, COMPLETED, FAILED, IN_PROGRESS, ORDERS, KnownReport

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def known(
    start: int, end: int, state: str = COMPLETED, *, harvested: bool = True, asked: int | None = None
) -> KnownReport:
    """A report over some days before now."""
    at = NOW - (end if asked is None else asked) * DAY
    return KnownReport(
        f"{start}-{end}-{state}",
        ORDERS,
        NOW - start * DAY,
        NOW - end * DAY,
        state,
        "d" if state == COMPLETED else None,
        at,
        NOW if harvested else None,
    )


def wanted(days: int) -> Span:
    return Span(NOW - days * DAY, NOW)


def days(spans: tuple[Span, ...]) -> list[tuple[float, float]]:
    return [((NOW - span.start) / DAY, (NOW - span.end) / DAY) for span in spans]


def test_nothing_known_is_one_gap() -> None:
    assert gaps(wanted(90), [], NOW) == (wanted(90),)


def test_what_is_harvested_is_left_out_but_for_its_last_day() -> None:
    assert days(gaps(wanted(90), [known(90, 3)], NOW)) == [(4, 0)]
    assert days(gaps(wanted(90), [known(60, 30)], NOW)) == [(90, 60), (31, 0)]
    assert days(gaps(wanted(3), [known(4, 3), known(3, 2), known(2, 1)], NOW)) == [(2, 0)]
    assert gaps(wanted(30), [known(40, 0)], NOW) == ()


def test_what_is_still_to_come_is_waited_for_and_not_asked_for_again() -> None:
    assert gaps(wanted(90), [known(90, 0, IN_PROGRESS, harvested=False)], NOW) == ()
    assert gaps(wanted(90), [known(90, 0, ASKED, harvested=False)], NOW) == ()
    assert gaps(wanted(90), [known(90, 0, COMPLETED, harvested=False)], NOW) == ()
    half = [known(90, 45, IN_PROGRESS, harvested=False, asked=0)]
    assert days(gaps(wanted(90), half, NOW)) == [(46, 0)]


def test_what_came_to_nothing_is_asked_for_again() -> None:
    assert gaps(wanted(90), [known(90, 0, FAILED)], NOW) == (wanted(90),)
    assert gaps(wanted(90), [known(90, 0, CANCELLED)], NOW) == (wanted(90),)
    assert gaps(wanted(90), [known(90, 2, IN_PROGRESS, harvested=False)], NOW) == (wanted(90),)


def test_a_report_that_a_later_one_holds_is_not_read() -> None:
    old, new = known(5, 4, harvested=False), known(90, 0)
    assert holds_nothing_new(old, [old, new])
    assert not holds_nothing_new(old, [old, known(4, 0)])
    assert not holds_nothing_new(old, [old, known(90, 0, harvested=False)])
    assert not holds_nothing_new(new, [old, new])
    earlier = known(90, 0, asked=10)
    assert not holds_nothing_new(old, [old, earlier])


def test_widths_become_smaller_until_there_is_none() -> None:
    widths = [timedelta(days=90)]
    while (width := narrower(widths[-1])) is not None:
        widths.append(width)
    assert tuple(widths[1:]) == NARROWER


@given(
    st.integers(1, 400),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400), st.sampled_from([COMPLETED, IN_PROGRESS, CANCELLED]))),
    st.sampled_from(NARROWER),
)
def test_every_moment_is_in_a_piece_or_in_a_report(
    back: int, spans: list[tuple[int, int, str]], width: timedelta
) -> None:
    there = [known(max(a, b), min(a, b), state, asked=0) for a, b, state in spans]
    found = gaps(wanted(back), there, NOW)
    cut = [piece for gap in found for piece in pieces(gap, width)]
    assert all(timedelta() < piece.end - piece.start <= width for piece in cut)
    assert all(wanted(back).start <= piece.start and piece.end <= NOW for piece in cut)
    holding = [Span(one.start, one.end) for one in there if one.state != CANCELLED and one.start and one.end]
    for day in range(back):
        moment = NOW - day * DAY - timedelta(hours=12)
        assert any(one.start <= moment < one.end for one in (*cut, *holding))
    assert sum(((gap.end - gap.start) for gap in found), timedelta()) <= back * DAY + len(found) * OVERLAP
