"""Words, glyphs and times that every widget shows alike."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from azpay_tui.backoffice.errors import BackOfficeError
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.moments import rewritten
from azpay_tui.domain.order import ORDER_ID_LENGTH, Order, kind_of
from azpay_tui.tui.display import display, hidden

GLYPHS: Final[dict[str, str]] = {
    "UNKNOWN": "?",
    "NEW": "?",
    "NOT FOUND": "?",
    "UNRECOGNISED": "?",
    "CAPTURING": "~",
    "REFUNDING": "~",
    "PENDING": "~",
    "AUTHORIZED": "+",
    "REFUNDED": "<",
    "PART-REFUNDED": "<",
    "PART-CAPTURED": "$",
    "CAPTURED": "$",
    "SUSPENDED": "!",
    "CANCELED": "-",
    "DECLINED": "x",
    "VOIDED": "-",
    "EXPIRED": "!",
    "CLOSED": "-",
    "OPEN": "o",
}
"""One ASCII sign per status word; the word carries the meaning, the sign helps the eye."""

LETTERS: Final[dict[Verb, str]] = {
    Verb.AUTHORIZE: "a",
    Verb.CAPTURE: "c",
    Verb.VOID: "v",
    Verb.REFUND: "f",
    Verb.CANCEL: "k",
    Verb.CLOSE: "x",
    Verb.REFRESH: "r",
}
"""The letter of each verb after the leader."""

NAMES: Final[dict[Verb, str]] = {
    Verb.AUTHORIZE: "Authorize",
    Verb.CAPTURE: "Capture",
    Verb.VOID: "Void authorization",
    Verb.REFUND: "Refund",
    Verb.CANCEL: "Cancel order",
    Verb.CLOSE: "Close order",
    Verb.REFRESH: "Refresh",
}

ENVIRONMENTS: Final[dict[Literal["simulator", "sandbox", "live"], str]] = {
    "simulator": "SIMULATOR",
    "sandbox": "SANDBOX",
    "live": "PROD",
}
"""The word that says where one is, on every screen and dialog."""

HIDDEN: Final = "(has hidden characters)"


def glyph(status: str) -> str:
    """Return the sign of a status word; a word this version does not know gets `?`."""
    return GLYPHS.get(status, "?")


def outside(text: str | None, limit: int = 200) -> str:
    """Return outside text made safe, followed by a note when something in it could not be shown."""
    if not text:
        return ""
    shown = display(text, limit)
    return f"{shown} {HIDDEN}" if hidden(text) else shown


def zone(name: str) -> tzinfo:
    """Return a time zone by its IANA name; the machine's own when the name is not known."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return datetime.now().astimezone().tzinfo or ZoneInfo("UTC")


def span(length: timedelta) -> str:
    """Return a length of time in its two largest units, whole minutes: `4d 19h`, `3h 05m`, `12m`."""
    minutes = max(0, int(length.total_seconds()) // 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days:
        return f"{days}d {hours:02d}h"
    return f"{hours}h {minutes:02d}m" if hours else f"{minutes}m"


def relative(at: datetime, now: datetime) -> str:
    """Return how far a moment is from now: `in 4d 19h`, `3h 05m ago`, `now` within a minute."""
    if abs(at - now) < timedelta(minutes=1):
        return "now"
    return f"in {span(at - now)}" if at > now else f"{span(now - at)} ago"


def absolute(at: datetime, where: tzinfo) -> str:
    """Return a moment in a time zone, with the zone: `2026-11-27 05:58 CET`."""
    return f"{at.astimezone(where):%Y-%m-%d %H:%M %Z}"


def local(sentence: str, where: tzinfo) -> str:
    """Return a sentence of this program with every moment in it put into a time zone."""
    return rewritten(sentence, lambda at: absolute(at, where))


def refused(error: BackOfficeError, where: tzinfo) -> str:
    """Return why the back office refused something, and until when where time decides."""
    when = f" Changes {absolute(error.changes_at, where)}." if error.changes_at else ""
    return f"{local(error.message, where)}{when}"


def keys_of(verb: Verb) -> str:
    """Return the keys of a verb, wherever one is: `a c`."""
    return f"a {LETTERS[verb]}"


def short(object_id: str) -> str:
    """Return what tells an object from its order: `C000001`; the order's own id stays whole."""
    return object_id if kind_of(object_id) in (None, "permission") else object_id[ORDER_ID_LENGTH + 1 :]


def object_name(object_id: str | None) -> str:
    """Name an object for a person: `charge C000001`, `refund R000002`, `order S01-…`."""
    if object_id is None:
        return "order"
    kind = kind_of(object_id)
    name = display(short(object_id), 40)
    return f"{kind} {name}" if kind in ("charge", "refund") else f"order {name}"


def order_name(order: Order) -> str:
    """Name an order by id and, when it has one, the shop's number."""
    number = f"  #{outside(order.number, 40)}" if order.number else ""
    return f"{display(order.id, 40)}{number}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun."""
    return f"{count} {one if count == 1 else many or one + 's'}"
