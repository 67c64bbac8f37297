"""Amazon's answers changed in every way one can think of, and what a changed one literally says.

`literal` shares no code with the product: it reads with the standard library and decimal arithmetic, and takes nothing
that does not stand there.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

Body = dict[str, Any]

STATES: Final = {
    "permission": frozenset({"Chargeable", "NonChargeable", "Closed"}),
    "charge": frozenset(
        {"AuthorizationInitiated", "Authorized", "CaptureInitiated", "Captured", "Canceled", "Declined"}
    ),
    "refund": frozenset({"RefundInitiated", "Refunded", "Declined"}),
}
"""What the API's guide names."""
DECIMALS: Final = {"JPY": 0} | {
    currency: 2 for currency in ("AUD", "CHF", "DKK", "EUR", "GBP", "HKD", "NOK", "NZD", "SEK", "USD", "ZAR")
}
PRICES: Final = {
    "permission": (("limits", "amountLimit"), ("limits", "amountBalance")),
    "charge": (("chargeAmount",), ("captureAmount",), ("refundedAmount",)),
    "refund": (("refundAmount",),),
}
NAMES: Final = {"permission": "chargePermissionId", "charge": "chargeId", "refund": "refundId"}
WORDS: Final = (
    "Hibernating", "captured", "CAPTURED", "Authorised", "Captured2", "Closed.", "ok", "null", "None", "True", "0",
    "Refund Initiated", "\u0421aptured", "Captured\u200b", "\U0001f4b8", "\x1b[31mCaptured", "[link]x[/]", "x" * 200,
)  # fmt: skip
NO_WORDS: Final = (
    "",
    " Captured",
    "Captured ",
    "\t",
    "x" * 201,
    None,
    5,
    1.5,
    True,
    [],
    ["Captured"],
    {"state": "Captured"},
)
AMOUNTS: Final = (
    "-1.00", "+1.00", "1e2", "1E2", "1,000.00", "12,50", ".5", "5.", "", " 1.00", "1.00 ", "NaN", "Infinity", "0x10",
    "12.345", "12.5", "12.500", "0.001", "1000.5", "00012.00", "0", "9" * 15, "9" * 16, "9" * 40, "9" * 5000,
    "\u0661\u0662", "\uff11.00", "1_000", 12, 12.5, 1e300, -5, 0, True, None, [], {}, ["12.00"], {"amount": "12.00"},
    10**30,
)  # fmt: skip
CURRENCIES: Final = (
    "XYZ",
    "KWD",
    "BTC",
    "JPY",
    "EUR",
    "GBP",
    "usd",
    "US",
    "USDX",
    "",
    " USD",
    "U\u0405D",
    None,
    840,
    [],
    {},
)
JUNK: Final = (
    None,
    True,
    False,
    0,
    -1,
    1.5,
    "",
    "x",
    "Captured",
    [],
    {},
    [[]],
    {"a": {"b": ["c"]}},
    ["x"] * 50,
    10**40,
)
TIMES: Final = ("", "yesterday", "20261310T000000Z", "2026-01-10T09:14:32", "99991231T235959-0100", 0, 5.5, [], True)


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of everything in a body."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, child in inner for place in places(child, (*path, key)))]


def put(body: Body, path: tuple[Any, ...], value: object) -> None:
    """Put a value somewhere in a body; the place has to be there."""
    place: Any = body
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value


@dataclass(frozen=True, slots=True)
class Mutated:
    """A changed answer: how, and its bytes. `kept`: it has to be taken as it stands, for nothing but a word is new."""

    how: str
    data: bytes
    kept: bool


def mutate(chance: random.Random, original: Body, kind: str, others: tuple[str, ...]) -> Mutated:
    """Change a real answer in one way, now and then in two; `others` are ids of other objects."""
    body = copy.deepcopy(original)
    made = [_one(chance, body, kind, others) for _ in range(chance.choice((1, 1, 1, 2)))]
    data = json.dumps(body, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")
    how, kept = ", ".join(name for name, _ in made), all(kept for _, kept in made)
    if chance.random() < 0.12:
        name, breaks = chance.choice(tuple(_BYTES.items()))
        return Mutated(f"{how}, {name}", breaks(chance, data), False)
    return Mutated(how, data, kept)


def _one(chance: random.Random, body: Body, kind: str, others: tuple[str, ...]) -> tuple[str, bool]:
    match chance.randrange(10):
        case 0:
            _in(body, "statusDetails")["state"] = word = chance.choice(WORDS)
            return f"state {word[:20]!r}", True
        case 1:
            _in(body, "statusDetails")["state"] = odd = chance.choice(NO_WORDS)
            return f"state {str(odd)[:20]!r}", False
        case 2:
            return _reason(chance, _in(body, "statusDetails"), kind)
        case 3 | 4:
            return _price(chance, body, kind)
        case 5:
            path = chance.choice(places(body)[1:])
            put(body, path, value := chance.choice(JUNK))
            return f"{path} {str(value)[:20]!r}", False
        case 6:
            path = chance.choice([p for p in places(body)[1:] if isinstance(p[-1], str)])
            put(body, path, None)
            _drop(body, path)
            return f"without {path}", False
        case 7:
            name = chance.choice(("chargePermissionId", "chargeId", "refundId"))
            body[name] = value = chance.choice((*others, "S01-0000000-000000", "", None, 5, "../../x", "P01-1-1", []))
            return f"{name} {value!r}", False
        case 8:
            key = chance.choice(("newThing", "state", "amount", "__proto__", "", "\u202e", "x" * 300))
            if key in body:
                return "nothing", True
            body[key] = chance.choice(JUNK)
            return f"new field {key[:20]!r}", True
        case _:
            items = list(body.items())
            chance.shuffle(items)
            body.clear()
            body.update(items)
            if chance.random() < 0.5:
                field = chance.choice(("creationTimestamp", "expirationTimestamp"))
                body[field] = chance.choice(TIMES)
                return f"another order of keys, {field} {body[field]!r}", False
            return "another order of keys", True


def _in(body: Body, name: str) -> Body:
    if not isinstance(body.get(name), dict):
        body[name] = {}
    inner: Body = body[name]
    return inner


def _reason(chance: random.Random, details: Body, kind: str) -> tuple[str, bool]:
    word = chance.choice((*WORDS, *NO_WORDS))
    value: object = word if kind != "permission" else [{"reasonCode": word, "reasonDescription": None}]
    details["reasons" if kind == "permission" else "reasonCode"] = value
    return f"reason {str(word)[:20]!r}", False


def _price(chance: random.Random, body: Body, kind: str) -> tuple[str, bool]:
    if chance.random() < 0.2:
        currency = chance.choice(("XYZ", "KWD", "BTC", "EUR", "JPY"))
        for path in places(body)[1:]:
            if path[-1] == "currencyCode":
                put(body, path, currency)
        return f"everything in {currency}", currency != "JPY"
    path = chance.choice(PRICES[kind])
    place: Any = body
    for key in path[:-1]:
        place = _in(place, key)
    price = place.get(path[-1])
    if not isinstance(price, dict):
        place[path[-1]] = price = {"amount": "1.00", "currencyCode": "USD"}
    name, choices = chance.choice((("amount", AMOUNTS), ("amount", AMOUNTS), ("currencyCode", CURRENCIES)))
    price[name] = chance.choice(choices)
    return f"{path[-1]}.{name} {str(price[name])[:20]!r}", False


def _drop(body: Body, path: tuple[Any, ...]) -> None:
    place: Any = body
    for key in path[:-1]:
        place = place[key]
    del place[path[-1]]


_BYTES: Final[dict[str, Callable[[random.Random, bytes], bytes]]] = {
    "a key twice": lambda chance, data: b'{"chargeId": "S01-0000000-0000000-C000000", ' + data[1:] + b"",
    "the same again": lambda chance, data: data + data,
    "in a list": lambda chance, data: b"[" + data + b"]",
    "a mark at the beginning": lambda chance, data: b"\xef\xbb\xbf" + data,
    "cut": lambda chance, data: data[: chance.randrange(len(data))],
    "another byte": lambda chance, data: _flipped(data, chance.randrange(len(data)), chance.randrange(256)),
    "NaN": lambda chance, data: data[:-1] + b', "rate": NaN}',
    "Infinity": lambda chance, data: data[:-1] + b', "rate": -Infinity}',
    "half a character": lambda chance, data: data[:-1] + b', "half": "\\ud800"}',
    "a state twice": lambda chance, data: data.replace(b'"state":', b'"state": "Closed", "state":', 1),
    "not UTF-8": lambda chance, data: data.replace(b'"Example', b'"\xff\xfeExample', 1)[:-1] + b"\xc3}",
}


def _flipped(data: bytes, at: int, byte: int) -> bytes:
    return data[:at] + bytes([byte]) + data[at + 1 :]


# What a body says

Amount = tuple[Decimal, str]


@dataclass(frozen=True, slots=True)
class Literal:
    """What stands in an answer, word for word."""

    id: str
    parent: str
    """The charge of a refund, the permission of a charge."""
    state: str
    reasons: tuple[str, ...]
    amounts: tuple[Amount | None, ...]
    """In the order of `PRICES`."""

    @property
    def currencies(self) -> frozenset[str]:
        return frozenset(amount[1] for amount in self.amounts if amount is not None)


def literal(data: bytes, kind: str) -> Literal | None:
    """Return what an answer says of what rules depend on; None when it says none of it in the known form."""
    try:
        body = json.loads(data.decode(), object_pairs_hook=_once, parse_constant=_never, parse_float=str, parse_int=str)
        details = body["statusDetails"]
        prices = tuple(_amount(_at(body, path)) for path in PRICES[kind])
        parent = {"permission": "", "charge": "chargePermissionId", "refund": "chargeId"}[kind]
        listed = details.get("reasons") or []
        words = [one["reasonCode"] for one in listed] if kind == "permission" else [details.get("reasonCode")]
        names = (body[NAMES[kind]], body[parent] if parent else "", details["state"])
        if not all(isinstance(name, str) for name in names):
            return None
        return Literal(
            *names,
            tuple(word for word in words if word is not None),
            prices,
        )
    except (ValueError, ArithmeticError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _once(pairs: list[tuple[str, Any]]) -> Body:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def _never(word: str) -> None:
    raise ValueError(word)


def _at(body: Body, path: tuple[str, ...]) -> object:
    value: Any = body
    for key in path:
        value = value.get(key) if value is not None else None
    return value


def _amount(price: Any) -> Amount | None:
    if price is None:
        return None
    text, currency = price["amount"], price["currencyCode"]
    if set(text) - set("0123456789."):
        raise ValueError("no amount")
    return Decimal(text), currency
