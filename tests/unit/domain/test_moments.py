from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from azpay_tui.domain.moments import rewritten, written

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def test_a_moment_is_written_in_utc_whatever_its_zone() -> None:
    assert written(NOON) == "2026-03-02 12:00 UTC"
    assert written(NOON.astimezone(timezone(timedelta(hours=9)))) == "2026-03-02 12:00 UTC"


def test_every_moment_of_a_sentence_is_put_into_the_readers_zone() -> None:
    sentence = f"From {written(NOON)} until {written(NOON + timedelta(days=7))}."
    shown = rewritten(sentence, lambda at: f"{at.astimezone(timezone(timedelta(hours=1))):%d %H:%M}")
    assert shown == "From 02 13:00 until 09 13:00."


def test_what_only_looks_like_a_moment_stays() -> None:
    for text in ("2026-13-40 12:00 UTC", "12026-03-02 12:00 UTC", "2026-03-02 12:00 UTCX", "2026-03-02", ""):
        assert rewritten(text, lambda at: "found") == text


@given(st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(UTC)))
def test_what_was_written_is_found_again(moment: datetime) -> None:
    found: list[datetime] = []
    rewritten(f"x {written(moment)}.", lambda at: found.append(at) or "")
    assert found == [moment.replace(second=0, microsecond=0)]
