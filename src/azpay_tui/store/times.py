"""Times as they are stored: text with a fixed width in the journal, integer microseconds in the cache; always UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, overload

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


@overload
def to_text(at: datetime) -> str: ...
@overload
def to_text(at: None) -> None: ...
@overload
def to_text(at: datetime | None) -> str | None: ...
def to_text(at: datetime | None) -> str | None:
    """Write an aware time as `2026-01-31T08:15:00.000000Z`, which sorts as text."""
    if at is None:
        return None
    if at.tzinfo is None:
        raise ValueError("A time without a zone cannot be stored.")
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


@overload
def from_text(text: str) -> datetime: ...
@overload
def from_text(text: None) -> None: ...
@overload
def from_text(text: str | None) -> datetime | None: ...
def from_text(text: str | None) -> datetime | None:
    """Read what `to_text` wrote, as aware UTC; raises `ValueError` for anything else."""
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{text!r} is beyond all calendars") from error


@overload
def to_micros(at: datetime) -> int: ...
@overload
def to_micros(at: None) -> None: ...
@overload
def to_micros(at: datetime | None) -> int | None: ...
def to_micros(at: datetime | None) -> int | None:
    """Write an aware time as microseconds since 1970."""
    return None if at is None else (at - _EPOCH) // _MICROSECOND


@overload
def from_micros(micros: int) -> datetime: ...
@overload
def from_micros(micros: None) -> None: ...
@overload
def from_micros(micros: int | None) -> datetime | None: ...
def from_micros(micros: int | None) -> datetime | None:
    """Read microseconds since 1970 as aware UTC."""
    return None if micros is None else _EPOCH + micros * _MICROSECOND


def storable(text: str) -> str:
    """Replace what cannot be stored as UTF-8 (lone surrogates) by question marks."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
