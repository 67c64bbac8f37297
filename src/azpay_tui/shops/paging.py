"""All pages of a list, however long, and never the same one for ever."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from azpay_tui.shops.errors import ShopError, ShopHeavyError

SIZES: Final = (100, 20)
"""Orders asked for at once: what every shop allows, and what a weak server manages where that was too much."""


@dataclass(frozen=True, slots=True)
class Page:
    """One answer to "the page with this number"."""

    records: list[object]
    more: bool
    """Whether there is a next one."""


def pages(where: str, ask: Callable[[int, int], Page]) -> Iterator[list[object]]:
    """Yield the records of each page that were not seen before, asking by number (from 1) and size.

    While pages are read orders come in at the front and push others back, so a record may come twice. Raises
    `ShopError`, also when further pages bring nothing new.
    """
    size, number = SIZES[0], 1
    seen: set[str] = set()
    barren = 0
    while True:
        try:
            page = ask(number, size)
        except ShopHeavyError:
            if size == SIZES[-1]:
                raise
            number, size = (number - 1) * size // SIZES[-1] + 1, SIZES[-1]
            continue
        fresh = [record for record in page.records if _name(record) not in seen]
        seen.update(map(_name, fresh))
        if fresh:
            yield fresh
        repeated = not fresh and bool(page.records)
        barren = 0 if fresh else barren + 1
        # One alone may be orders that came in meanwhile, but not the last one: there the oldest stand.
        if (repeated and not page.more) or barren == 2:
            raise ShopError(
                f"{where} sends the same page again and again: have whatever caches in front of the shop leave its "
                "interface alone."
            )
        if not page.more:
            return
        number += 1


def _name(record: object) -> str:
    found = record.get("id") if isinstance(record, dict) else None
    return str(found) if isinstance(found, int | str) else repr(record)[:200]
