"""From an order to the row that lists show, sort and find: everything is derived here, before it is asked for."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from azpay_tui.domain import states
from azpay_tui.domain.deadlines import lapses
from azpay_tui.domain.disagreements import CODES, ORPHANS
from azpay_tui.domain.divergence import differences
from azpay_tui.domain.filters import shop_words
from azpay_tui.domain.lapses import Lapse
from azpay_tui.domain.limits import captured_total, nothing_in
from azpay_tui.domain.marks import Marks, needs_person, trouble_of, words
from azpay_tui.domain.money import AmountError, Money
from azpay_tui.domain.order import Order
from azpay_tui.domain.owing import cancelled_whole
from azpay_tui.domain.refund_limits import refunded_total
from azpay_tui.domain.retention import ended_at
from azpay_tui.domain.status import ATTENTION_CODES, STATUS_WORDS, attention, changes_at, expires_at, ship, status_of
from azpay_tui.store.cache.lapses import to_lapses
from azpay_tui.store.cache.row import COLUMNS, LAST, NEVER, RowValues
from azpay_tui.store.cache.search import fold
from azpay_tui.store.times import storable, to_micros

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
    "message-failed",
)
"""Attention codes, the most urgent first: money about to lapse, then doubt, then what waits for a person."""
UNPAID: Final = frozenset({"NEW", "OPEN", "PENDING", "DECLINED", "EXPIRED", "VOIDED", "SUSPENDED"})
"""Status words of orders for which money may still come, if nothing was captured and they are open."""
_EDITION: Final = 4
"""Raise it when a row comes out differently though neither its columns nor one of the words above changed."""
_DIGITS: Final = re.compile(r"[0-9]+")
_AGAIN: Final = timedelta(minutes=1)
_UNMARKED: Final = Marks()
_RULES_OF: Final = (_EDITION, COLUMNS, STATUS_WORDS, ATTENTION_CODES, _URGENCY, sorted(UNPAID), CODES)
RULES: Final = f"{zlib.crc32(repr(_RULES_OF).encode()):08x}"
"""Names the rules by which rows are made here: a cache made by others has every row made anew when it is opened."""


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
        or order.untold
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
