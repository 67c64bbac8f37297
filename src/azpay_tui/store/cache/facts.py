"""Domain facts as JSON and back; short names, money as a list, times as microseconds."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import datetime
from typing import Final, TypeVar, cast, get_args, get_type_hints

from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Address, Buyer, Charge, Fact, Permission, Reason, Refund
from azpay_tui.store.times import from_micros, storable, to_micros

_Json = str | int | bool | None | list["_Json"] | dict[str, "_Json"]
_KINDS: Final[dict[str, type[Permission] | type[Charge] | type[Refund]]] = {
    "permission": Permission,
    "charge": Charge,
    "refund": Refund,
}
_Part = TypeVar("_Part", Address, Buyer)


def _fields_of(kind: type) -> frozenset[str]:
    """Return the names of the facts' fields that hold a type, or None."""
    found = (hint for made in _KINDS.values() for hint in get_type_hints(made).items())
    return frozenset(name for name, hint in found if kind in (hint, *get_args(hint)))


_MONEY: Final = _fields_of(Money)
_TIMES: Final = _fields_of(datetime)


def kind_name(fact: Fact) -> str:
    """Return `permission`, `charge` or `refund`."""
    return type(fact).__name__.lower()


def to_json(fact: Fact) -> str:
    """Write a fact; what is None or empty is left out, so that equal facts have equal texts."""
    values: dict[str, _Json] = {"is": kind_name(fact)}
    for field in fields(fact):
        value = _plain(getattr(fact, field.name))
        if value not in (None, []):
            values[field.name] = value
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def _plain(value: object) -> _Json:
    match value:
        case str():
            return storable(value)
        case Money():
            return [value.minor, value.currency, value.exponent]
        case datetime():
            return to_micros(value)
        case Address() | Buyer():
            return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        case tuple():
            return [[_plain(reason.code), _plain(reason.description)] for reason in value if isinstance(reason, Reason)]
    return None


def from_json(text: str) -> Fact:
    """Read what `to_json` wrote."""
    values = cast(dict[str, _Json], json.loads(text))
    made = _KINDS[str(values.pop("is"))]
    return made(**{name: _rich(name, value) for name, value in values.items()})  # type: ignore[arg-type]


def _rich(name: str, value: _Json) -> object:
    if name in _MONEY:
        minor, currency, exponent = cast(tuple[int, str, int], value)
        return Money(minor, currency, exponent)
    if name in _TIMES:
        return from_micros(cast(int, value))
    if name == "reasons":
        pairs = cast(list[tuple[str, str | None]], value)
        return tuple(Reason(code, description) for code, description in pairs)
    if name == "buyer":
        return _part(Buyer, value)
    return _part(Address, value) if name in ("shipping", "billing") else value


def _part(made: type[_Part], value: _Json) -> _Part:
    return made(**cast(dict[str, str | None], value))
