"""From an order to the row that lists show, sort and find, and back to what a list shows of it.

Everything is derived here, before it is asked for. A value that lists are to show as well is a field of `RowValues`,
filled in `project` and given back by `to_list_row`; `migrations/cache_versions` adds its column to older files.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, Final, cast

from azpay_tui.domain import states
from azpay_tui.domain.deadlines import lapses
from azpay_tui.domain.disagreements import CODES, ORPHANS
from azpay_tui.domain.divergence import differences
from azpay_tui.domain.filters import shop_words
from azpay_tui.domain.lapses import Lapse
from azpay_tui.domain.limits import captured_total, nothing_in, refunded_total
from azpay_tui.domain.marks import Marks, needs_person, trouble_of, words
from azpay_tui.domain.money import AmountError, Money
from azpay_tui.domain.order import Order
from azpay_tui.domain.owing import cancelled_whole
from azpay_tui.domain.retention import ended_at
from azpay_tui.domain.rows import ListRow
from azpay_tui.domain.status import ATTENTION_CODES, STATUS_WORDS, attention, changes_at, expires_at, ship, status_of
from azpay_tui.store.cache.lapses import from_lapses, to_lapses
from azpay_tui.store.cache.search import fold
from azpay_tui.store.cache.shop import money
from azpay_tui.store.times import from_micros, storable, to_micros

NEVER: Final = (1 << 63) - 1
"""Sort key of a missing time: behind every other."""
LAST: Final = "\U0010ffff"
"""Sort key of a missing text."""
_URGENCY: Final = (
    "lapses-soon",
    "unknown",
    "stop-shipment",
    "stuck",
    "diverged",
    "charged-after-cancel",
    "refund-declined",
    "repaired",
    "refund-due",
    "cancel-open",
    "declined",
    "suspended",
    "lapsed",
    "refund-late",
    "unrecognised",
)
"""Attention codes, the most urgent first: money about to lapse, then doubt, then what waits for a person."""
UNPAID: Final = frozenset({"NEW", "OPEN", "PENDING", "DECLINED", "EXPIRED", "VOIDED", "SUSPENDED"})
"""Status words of orders for which money may still come, if nothing was captured and they are open."""
_EDITION: Final = 1
"""Raise it when a row comes out differently though neither its columns nor one of the words above changed."""
_DIGITS: Final = re.compile(r"[0-9]+")
_AGAIN: Final = timedelta(minutes=1)
_UNMARKED: Final = Marks()


@dataclass(frozen=True, slots=True)
class RowValues:
    """The columns of a list row in their order, without its number and revision."""

    order_id: str
    number: str | None
    status: str
    amount_minor: int | None
    amount_currency: str | None
    amount_exponent: int | None
    captured_minor: int | None
    captured_currency: str | None
    captured_exponent: int | None
    refunded_minor: int | None
    refunded_currency: str | None
    refunded_exponent: int | None
    buyer: str | None
    created: int | None
    expires: int | None
    refreshed_at: int | None
    ship: str
    attention: str
    changes_at: int | None
    search_text: str
    number_folded: str
    in_attention: int
    in_to_capture: int
    in_unpaid: int
    in_refunds: int
    in_unknown: int
    k_newest: int
    k_expires: int
    k_currency: str
    k_amount: int
    k_number: str
    k_rank: int
    k_trouble: int
    marks: str
    tags: str
    shop_status: str | None
    shop_claim: str | None
    shop_words: str
    shop_named: int
    differs: str
    in_orphans: int
    in_diverged: int
    ended_at: int | None
    lapses: str
    """JSON: of each deadline its mark, moment, minor units, currency and exponent."""

    def values(self) -> tuple[str | int | None, ...]:
        """Return the columns as SQL takes them."""
        return cast(tuple[str | int | None, ...], _IN_ORDER(self))

    def shown(self) -> tuple[str | int | None, ...]:
        """Return the columns that `to_list_row` takes."""
        return tuple(getattr(self, name) for name in _SHOWN)


COLUMNS: Final = tuple(field.name for field in fields(RowValues))
_IN_ORDER: Final = attrgetter(*COLUMNS)
"""Copies nothing, unlike `astuple`, which took a sixth of all the time of a write."""
_SHOWN: Final = (
    "order_id", "number", "status",
    "amount_minor", "amount_currency", "amount_exponent",
    "captured_minor", "captured_currency", "captured_exponent",
    "refunded_minor", "refunded_currency", "refunded_exponent",
    "buyer", "created", "expires", "refreshed_at", "ship", "attention", "marks", "tags",
    "shop_status", "shop_claim", "differs", "lapses",
)  # fmt: skip
SHOWN: Final = ", ".join(f"r.{name}" for name in _SHOWN)
"""What a list reads of a row `r`, as `to_list_row` takes it."""
WIDTH: Final = len(_SHOWN)
_RULES_OF: Final = (_EDITION, COLUMNS, STATUS_WORDS, ATTENTION_CODES, _URGENCY, sorted(UNPAID), CODES)
RULES: Final = f"{zlib.crc32(repr(_RULES_OF).encode()):08x}"
"""Names the rules by which rows are made here: a cache made by others has every row made anew when it is opened."""
VIEW_COLUMNS: Final = {
    "attention": "in_attention",
    "to-capture": "in_to_capture",
    "unpaid": "in_unpaid",
    "refunds": "in_refunds",
    "unknown": "in_unknown",
    "orphans": "in_orphans",
    "diverged": "in_diverged",
}


def to_list_row(row: tuple[Any, ...], cursor: str) -> ListRow:
    """Return what a list shows of the columns `SHOWN`; `cursor` is the row's place in the list's order."""
    return ListRow(
        id=row[0],
        number=row[1],
        status=row[2],
        amount=money(row[3], row[4], row[5]),
        captured=money(row[6], row[7], row[8]),
        refunded=money(row[9], row[10], row[11]),
        buyer=row[12],
        created=from_micros(row[13]),
        expires=from_micros(row[14]),
        refreshed_at=from_micros(row[15]),
        ship=row[16],
        attention=tuple(row[17].split()),
        cursor=cursor,
        marks=tuple(row[18].split()),
        tags=tuple(row[19].split()),
        shop_status=row[20],
        claim=row[21],
        differs=tuple(row[22].split()),
        lapses=from_lapses(row[23]),
    )


@dataclass(frozen=True, slots=True)
class _Derived:
    status: str
    codes: tuple[str, ...]
    ship: str
    expires: datetime | None
    changes: datetime | None
    captured: Money | None
    refunded: Money | None
    differs: tuple[str, ...]
    lapses: tuple[Lapse, ...] = ()


def _derive(order: Order, now: datetime) -> _Derived:
    if _is_fresh(order):
        nothing = nothing_in(order)
        differs = tuple(difference.code for difference in differences(order, now, "NEW"))
        return _Derived("NEW", (), "HOLD", None, None, nothing, nothing, differs)
    try:
        word = status_of(order, now)
        changes = changes_at(order, now)
        return _Derived(
            status=word,
            codes=attention(order, now),
            ship=ship(order, now).word,
            expires=expires_at(order, now),
            changes=now + _AGAIN if changes is not None and changes <= now else changes,
            captured=captured_total(order),
            refunded=refunded_total(order),
            differs=tuple(difference.code for difference in differences(order, now, word)),
            lapses=lapses(order, now),
        )
    except AmountError:  # currencies that cannot be added up: shown as they are, judged by nobody
        return _Derived("UNRECOGNISED", ("unrecognised",), "HOLD", None, None, None, None, ())


def _is_fresh(order: Order) -> bool:
    """Whether an order was heard of and nothing else happened: a bulk import is made of such orders."""
    return not (
        order.permission
        or order.charges
        or order.refunds
        or order.missing
        or order.intents
        or order.declines
        or order.canceled_here
        or order.cancelled
    )


@dataclass(frozen=True, slots=True)
class Acts:
    """What the journal did with an order."""

    heard_at: datetime | None = None
    """When it learnt of the order; dates one whose own time is not known yet."""
    acted_at: datetime | None = None
    """When the last wish on it was confirmed or settled."""


def project(order: Order, now: datetime, acts: Acts, marks: Marks = _UNMARKED) -> RowValues:
    """Make the row of an order as it is at `now`."""
    derived, amount = _derive(order, now), order.amount
    reminder = marks.standing.reminder
    shown: tuple[str, ...] = ()
    if derived.codes or marks != _UNMARKED:
        shown = words(marks, trouble_of(order, derived.codes, derived.expires), now)
    changes = [derived.changes, reminder.until if reminder is not None and reminder.until > now else None]
    created = to_micros(order.created)
    newest = -(created if created is not None else to_micros(acts.heard_at) or 0)
    number = None if order.number is None else storable(order.number)
    rank = min((_URGENCY.index(code) for code in derived.codes if code in _URGENCY), default=len(_URGENCY))
    k_expires = NEVER if derived.expires is None else to_micros(derived.expires)
    refunding = any(intent.verb == "refund" for intent in order.intents)
    return RowValues(
        order.id,
        number,
        derived.status,
        *_columns(amount),
        *_columns(derived.captured),
        *_columns(derived.refunded),
        None if order.buyer_name is None else storable(order.buyer_name),
        created,
        to_micros(derived.expires),
        to_micros(order.refreshed_at),
        derived.ship,
        " ".join(derived.codes),
        to_micros(min((at for at in changes if at is not None), default=None)),
        _search_text(order, marks.standing.tags),
        fold(number or "").strip(),
        int(needs_person(derived.codes, shown)),
        int(_to_capture(order, derived.status, now)),
        int(_unpaid(order, derived.status, derived.captured)),
        int(bool(order.refunds) or bool(derived.refunded) or refunding),
        int(derived.status in ("UNKNOWN", "UNRECOGNISED") or "unrecognised" in derived.codes),
        newest,
        k_expires,
        LAST if amount is None else amount.currency,
        0 if amount is None else _clamped(amount.minor),
        natural(number) if number else LAST,
        rank,
        k_expires if rank == 0 else newest,
        " ".join(shown),
        " ".join(marks.standing.tags),
        order.shop.status,
        order.shop.claim,
        " ".join(shop_words(order.shop.status, order.shop.claim)),
        int(order.shop.named),
        " ".join(derived.differs),
        int(not ORPHANS.isdisjoint(derived.differs)),
        int(not ORPHANS.issuperset(derived.differs)),
        to_micros(_ended(order, now, acts, derived.codes if "reviewed" not in shown else (), marks)),
        to_lapses(derived.lapses),
    )


def _ended(order: Order, now: datetime, acts: Acts, codes: tuple[str, ...], marks: Marks) -> datetime | None:
    """Return since when nothing is due with an order whose buyer is still known here."""
    if order.purged_at is not None:
        return None
    reminder = marks.standing.reminder is not None
    return ended_at(order, now, acts.heard_at, acts.acted_at, codes, reminder=reminder)


def _clamped(number: int) -> int:
    return max(-NEVER, min(NEVER, number))


def _columns(amount: Money | None) -> tuple[int | None, str | None, int | None]:
    """Return the three columns of an amount; one too large for a column is left out of the list, not of the facts."""
    if amount is None or _clamped(amount.minor) != amount.minor:
        return None, None, None
    return amount.minor, storable(amount.currency), amount.exponent


def natural(number: str) -> str:
    """Make a text key by which `A-9` comes before `A-10`."""

    def padded(digits: re.Match[str]) -> str:
        plain = digits[0].lstrip("0") or "0"
        return f"{min(len(plain), 999):03d}{plain}"

    return _DIGITS.sub(padded, fold(number))


def _search_text(order: Order, tags: tuple[str, ...]) -> str:
    reference = order.permission.reference if order.permission else None
    found = [order.id, order.number, reference, order.shop.number, order.buyer_name, order.buyer_email]
    found += [order.shop.buyer_name, order.shop.buyer_email]
    found += [charge.id for charge in order.charges] + [refund.id for refund in order.refunds]
    found += sorted(order.unread)
    found += [sighting.number for sighting in order.shop.sightings]
    found += tags
    # Folding letter by letter is what costs; most shops write nothing but ASCII.
    plain = "\n".join(dict.fromkeys(" ".join(text.split()) for text in found if text))
    if plain.isascii():
        return fold(plain)
    return "\n".join(dict.fromkeys(" ".join(fold(text).split()) for text in found if text))


def _to_capture(order: Order, status: str, now: datetime) -> bool:
    """Whether something can be captured: authorized, or an authorization lives beside something in flight."""
    if status in ("NEW", "NOT FOUND", "UNRECOGNISED") or cancelled_whole(order):
        return False
    live = (c for c in order.charges if c.state == states.AUTHORIZED)
    return status == "AUTHORIZED" or any(c.expires is None or c.expires > now for c in live)


def _unpaid(order: Order, status: str, captured: Money | None) -> bool:
    """Whether nothing was captured, nothing waits to be captured, and money may still come."""
    closed = order.permission is not None and order.permission.state == states.CLOSED
    return status in UNPAID and not captured and not closed
