"""How each source of orders fares: one row of the cache per source, so that every process knows what has been asked."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from azpay_tui.domain.sources import Side, SourceState
from azpay_tui.store.times import from_micros, storable, to_micros

if TYPE_CHECKING:
    from azpay_tui.store.cache.file import CacheFile

_TIMES: Final = ("started_at", "ended_at", "covered_until", "next_at")
_COUNTS: Final = ("lines", "orders", "ids", "bad", "replaced", "runs", "failures")
_COLUMNS: Final = ("name", "kind", "side", *_TIMES, "ok", "message", *_COUNTS)
_SELECT: Final = f"SELECT {', '.join(_COLUMNS)} FROM source ORDER BY name"
_PUT: Final = f"INSERT OR REPLACE INTO source ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"


class SourceBook:
    """Writes the table `source`; safe from any thread. Raises `CacheUnavailable`."""

    def __init__(self, file: CacheFile) -> None:
        """Write into this file."""
        self._file = file

    def put(self, state: SourceState) -> None:
        """Keep what is known of a source now; every process hears that something changed."""
        with self._file.writing() as (cache, _journal):
            cache.execute(_PUT, _values(state))
            cache.execute("UPDATE state SET revision = revision + 1")


def stored(cache: sqlite3.Connection) -> tuple[SourceState, ...]:
    """Return what is known of every source that ever ran, by name; `every` and `running` are not kept."""
    return tuple(_state(row) for row in cache.execute(_SELECT).fetchall())


def _values(state: SourceState) -> list[object]:
    times = [to_micros(getattr(state, name)) for name in _TIMES]
    counts = [getattr(state, name) for name in _COUNTS]
    return [state.name, state.kind, state.side, *times, state.ok, storable(state.message), *counts]


def _state(row: Sequence[Any]) -> SourceState:
    found = dict(zip(_COLUMNS, row, strict=True))
    return SourceState(
        name=found["name"],
        kind=found["kind"],
        side=cast(Side, found["side"]),
        every=timedelta(),
        ok=None if found["ok"] is None else bool(found["ok"]),
        message=found["message"],
        **{name: from_micros(found[name]) for name in _TIMES},
        **{name: found[name] for name in _COUNTS},
    )
