"""What a shop writes beside Amazon's ids: amounts, times and order lines in the forms that exports use."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final, get_args
from zoneinfo import ZoneInfo

from azpay_tui.domain.moments import believable
from azpay_tui.domain.money import EXPONENTS, AmountError, Money, parse_wire
from azpay_tui.domain.paths import follow
from azpay_tui.domain.rows import LineKind, OrderLine

LONGEST: Final = 500
"""Characters of one label."""
_MOST_LINES: Final = 200
_KINDS: Final[tuple[LineKind, ...]] = get_args(LineKind)
_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)
_PLAIN: Final = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,8})?", re.ASCII)
_ANGLO: Final = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]{1,4}|[0-9]{1,3}(?:,[0-9]{3}){2,}", re.ASCII)
_CONTINENTAL: Final = re.compile(
    r"[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]{1,4}|[0-9]{1,3}(?:\.[0-9]{3}){2,}|[0-9]{1,12},[0-9]{1,2}", re.ASCII
)
_SECONDS: Final = re.compile(r"[0-9]{9,10}", re.ASCII)
_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?: ?(?:[Zz]|UTC|[+-][0-9]{2}:?[0-9]{2}))?)?",
    re.ASCII,
)
_NO_TIME: Final = ("0000-00-00", "0")
_TIMES: Final = re.compile(r"([0-9]+(?:[.,][0-9]+)?) ?[x\u00d7] (.+)", re.ASCII)
_SKU: Final = re.compile(r"(.+) \(([^()]{1,100})\)")


class LabelError(ValueError):
    """A label that cannot be read; the text is one sentence."""


def quoted(text: str) -> str:
    """Return outside text for a sentence, cut to what a line can hold."""
    return repr(text if len(text) <= 60 else text[:60] + "...")


def currency_of(text: str) -> str:
    """Read a currency code, in capitals or not; raises `LabelError`."""
    code = text.upper()
    if not _CURRENCY.fullmatch(code):
        raise LabelError(f"The currency is {quoted(text)}, which is no code such as EUR.")
    return code


@lru_cache(maxsize=4096)
def money_of(text: str, currency: str) -> Money:
    """Read an amount, grouped in thousands only where that can be told from decimals; raises `LabelError`.

    Zeros beyond the currency's decimals (`475.4500`) are tolerated; a currency that is not known here keeps the
    decimals it came with.
    """
    plain = text
    if not _PLAIN.fullmatch(text):
        if _ANGLO.fullmatch(text):
            plain = text.replace(",", "")
        elif _CONTINENTAL.fullmatch(text):
            plain = text.replace(".", "").replace(",", ".")
        else:
            raise LabelError(f"The amount is {quoted(text)}, which is not certain; such as 1234.50 would be.")
    try:
        if currency not in EXPONENTS:
            return parse_wire(plain, currency)
        whole, _, decimals = plain.partition(".")
        kept = decimals[: EXPONENTS[currency]]
        if decimals[len(kept) :].strip("0"):
            raise LabelError(f"The amount is {quoted(text)}, which is finer than {currency} has decimals.")
        return parse_wire(f"{whole}.{kept}" if kept else whole, currency)
    except AmountError as error:
        raise LabelError(f"The amount is {quoted(text)} {currency}, which cannot be read.") from error


def zone_of(name: str) -> tzinfo:
    """Return a zone by its IANA name; raises `LabelError` when there is none."""
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ValueError, KeyError, OSError) as error:
        raise LabelError(f"There is no time zone {quoted(name)}.") from error


@lru_cache(maxsize=4096)
def time_of(text: str, zone: tzinfo) -> datetime | None:
    """Read a time as UTC: RFC 3339, a date with or without a time of `zone`, seconds since 1970; None for a blank one.

    Raises `LabelError`.
    """
    found = _moment(text, zone)
    if found is not None and not believable(found):
        raise LabelError(f"The time is {quoted(text)}, which no order can have.")
    return found


def _moment(text: str, zone: tzinfo) -> datetime | None:
    if len(text) == 19 and text[4] == text[7] == "-" and text[13] == ":" and zone is UTC:  # as most databases write it
        with contextlib.suppress(ValueError):
            return datetime.fromisoformat(text).replace(tzinfo=UTC)
    if text.startswith(_NO_TIME) and not text.strip("0-: .T"):
        return None
    try:
        if _SECONDS.fullmatch(text):
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(text))
        if _TIME.fullmatch(text):
            plain = text.upper().replace("UTC", "Z")
            found = datetime.fromisoformat(plain.replace(" ", "T", 1).replace(" ", ""))
            return (found if found.tzinfo is not None else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise LabelError(f"The time is {quoted(text)}, which cannot be read; such as 2026-01-31 08:15:00 could be.")


def lines_of(value: object, currency: str | None) -> tuple[OrderLine, ...]:
    """Read an order's lines: a JSON list of objects, or text such as `2 x Tea (SKU-1)`, one to a line or between ` | `.

    What has another form is kept as the line's name; a list that is none raises `LabelError`.
    """
    if isinstance(value, str):
        text = value.strip()
        if not text.startswith("["):
            parts = text.split("\n") if "\n" in text else text.split(" | ")
            return tuple(_line_of(part.strip()) for part in parts[:_MOST_LINES] if part.strip())
        try:
            value = json.loads(text, parse_float=str, parse_int=str)
        except (ValueError, RecursionError) as error:
            raise LabelError("The order's lines are no JSON list that could be read.") from error
    if not isinstance(value, list):
        raise LabelError("The order's lines are no list.")
    return tuple(_item_of(item, currency) for item in value[:_MOST_LINES] if isinstance(item, dict | str))


def shipping_of(text: str | None, tax: str | None, currency: str | None) -> tuple[OrderLine, ...]:
    """Read what an order's shipping costs, without its tax where that is told; nothing when it costs nothing.

    Raises `LabelError`.
    """
    if text is None or currency is None:
        return ()
    price, on_top = money_of(text, currency), None if tax is None else money_of(tax, currency)
    amount = price if on_top is None else price + on_top
    return (OrderLine("", "", amount, None, "shipping", price, on_top),) if amount else ()


def _line_of(text: str) -> OrderLine:
    quantity = ""
    if counted := _TIMES.fullmatch(text):
        quantity, text = counted.groups()
    sku = _SKU.fullmatch(text)
    name = text if sku is None else sku[1]
    return OrderLine(name[:LONGEST], quantity, None, None if sku is None else sku[2])


def _item_of(item: Mapping[str, object] | str, currency: str | None) -> OrderLine:
    if isinstance(item, str):
        return _line_of(item.strip())

    def first(*names: str) -> str:
        for name in names:
            if isinstance(found := item.get(name), str | int) and str(found).strip():
                return str(found).strip()[:LONGEST]
        return ""

    def money(*names: str) -> Money | None:
        text = first(*names)
        if not (text and currency):
            return None
        try:
            return money_of(text.removeprefix("-"), currency)
        except LabelError:
            return None  # a line without its amount is still a line

    written = first("amount", "total", "totalPrice", "row_total", "price")
    amount, tax = money("amount", "total", "totalPrice", "row_total", "price"), money("tax", "total_tax")
    if amount is not None and tax is not None and "total_tax" in item and "amount" not in item:
        amount = amount + tax  # WooCommerce's totals are without tax
    kind: LineKind = next((kind for kind in _KINDS if item.get("kind") == kind), "item")
    if written.startswith("-"):
        kind = "discount"
    name = first("name", "title", "label", "product_name")
    sku = first("sku", "productNumber") or str(follow(item, "payload.productNumber") or "")[:LONGEST]
    unit = money("unit_amount", "unitPrice")
    return OrderLine(name, first("quantity", "qty", "qty_ordered"), amount, sku or None, kind, unit, tax)
