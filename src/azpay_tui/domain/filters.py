"""The little language that narrows a list: `status=AUTHORIZED age<31d amount>=100 jane`, at the console and in a shell.

Every word between blanks is a condition or a text to find; all of them must hold. One condition:

| Condition | Holds for |
|---|---|
| `status=AUTHORIZED,CAPTURED` | orders with one of these status words; `!=` turns it round; a blank is written `-` |
| `age<31d` | orders younger than that; also `<=`, `>`, `>=`; `s`, `m`, `h`, `d`, `w` |
| `expires<2d` | orders whose next deadline is that near; one that is over has none |
| `amount>=100` | orders of that amount in their own currency, whichever it is; also `>`, `<`, `<=`, `=` |
| `currency=EUR` | orders in one of these currencies |
| `attention=lapses-soon` | orders that need a person (still) for one of these reasons, or `any`, or `none` |
| `tag=fraud` | orders with one of these tags, or `any`, or `none` |
| `ship=SHIP` | orders whose parcel may leave, or (`HOLD`) may not |
| `shop=paid` | orders of which the shop says so, in its own word or by what that means; or `any`, or `none` |
| `differs=no-money` | orders on which shop and Amazon disagree so, or `any`, or `none` |

`:` stands for `=`. Pure: whoever asks says what time it is.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final, Literal, TypeVar, cast, get_args

from azpay_tui.domain.disagreements import CODES
from azpay_tui.domain.marks import MarkError, clean_tag, needs_person
from azpay_tui.domain.money import EXPONENTS, MAX_DIGITS
from azpay_tui.domain.rows import ListRow
from azpay_tui.domain.spans import parse as parse_span
from azpay_tui.domain.spans import written as span_text
from azpay_tui.domain.status import ATTENTION_CODES, STATUS_WORDS

Field = Literal["status", "age", "expires", "amount", "currency", "attention", "tag", "ship", "shop", "differs"]
Compared = Literal["=", "!=", "<", "<=", ">", ">="]
_Ordered = TypeVar("_Ordered", Decimal, datetime)

FIELDS: Final[tuple[Field, ...]] = get_args(Field)
LONGEST: Final = 300
"""Characters of a filter; more is no filter a person wrote."""
ANY: Final = "any"
NONE: Final = "none"
_CHOICES: Final[dict[Field, tuple[str, ...]]] = {
    "status": tuple(word.replace(" ", "-") for word in STATUS_WORDS),
    "currency": tuple(EXPONENTS),
    "attention": (*ATTENTION_CODES, ANY, NONE),
    "ship": ("SHIP", "HOLD"),
    "differs": (*CODES, ANY, NONE),
}
_CONDITION: Final = re.compile(r"(?P<field>[A-Za-z]+)(?P<compared><=|>=|!=|=|:|<|>)(?P<value>.*)", re.DOTALL)
_AMOUNT: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?", re.ASCII)


class FilterError(ValueError):
    """A filter that cannot be understood; the text is one sentence that says what is wrong and what would do."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must hold."""

    field: Field
    compared: Compared
    choices: tuple[str, ...] = ()
    """What fields of words are compared with; each as the list shows it, those of `shop` folded."""
    span: timedelta = timedelta()
    """What `age` and `expires` are compared with."""
    amount: Decimal = Decimal(0)
    """What `amount` is compared with, in the units of each order's own currency."""

    @property
    def text(self) -> str:
        """The condition as a person may type it."""
        match self.field:
            case "age" | "expires":
                value = span_text(self.span)
            case "amount":
                value = f"{self.amount:f}"
            case _:
                value = ",".join(choice.replace(" ", "-") for choice in self.choices)
        return f"{self.field}{self.compared}{value}"

    def moment(self, now: datetime) -> datetime:
        """Return the time that `age` or `expires` is compared with, at `now` (UTC)."""
        return now - self.span if self.field == "age" else now + self.span


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list is narrowed to; the empty one lets everything through."""

    conditions: tuple[Condition, ...] = ()
    words: tuple[str, ...] = ()
    """Texts that must occur in ids, number, buyer or e-mail."""

    def __bool__(self) -> bool:
        """Tell whether it narrows anything."""
        return bool(self.conditions or self.words)

    @property
    def text(self) -> str:
        """The filter as a person may type it; `parse` reads it back."""
        return " ".join((*(condition.text for condition in self.conditions), *self.words))

    @property
    def query(self) -> str:
        """The texts to find, as a search takes them."""
        return " ".join(self.words)

    def without(self, field: Field) -> Filter:
        """Return the filter with every condition on a field left out."""
        return Filter(tuple(c for c in self.conditions if c.field != field), self.words)

    def having(self, condition: Condition | None, field: Field) -> Filter:
        """Return the filter with this condition in place of all on its field; None leaves the field out."""
        rest = self.without(field)
        return rest if condition is None else Filter((*rest.conditions, condition), rest.words)

    def of(self, field: Field) -> tuple[Condition, ...]:
        """Return the conditions on a field."""
        return tuple(condition for condition in self.conditions if condition.field == field)


EVERYTHING: Final = Filter()
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A filter at a moment, so that all pages of one list agree on what `age` and `expires` mean."""

    filter: Filter = EVERYTHING
    at: datetime = _EPOCH
    """The moment, UTC; of no meaning where the filter does not look at times."""


WHOLE: Final = Narrowed()
"""Narrowed to nothing less than everything."""


def parse(text: str) -> Filter:
    """Read a filter; raises `FilterError` with a sentence for what it is not."""
    if len(text) > LONGEST:
        raise FilterError(f"A filter has at most {LONGEST} characters, not {len(text)}: leave some of it out.")
    conditions: list[Condition] = []
    words: list[str] = []
    for word in text.split():
        match = _CONDITION.fullmatch(word)
        if match is None:
            words.append(word)
        else:
            compared = "=" if match["compared"] == ":" else match["compared"]
            conditions.append(_condition(match["field"].lower(), cast(Compared, compared), match["value"]))
    return Filter(tuple(dict.fromkeys(conditions)), tuple(dict.fromkeys(words)))


def from_options(text: str, options: Mapping[str, str | None]) -> str:
    """Add what options of a command ask for to a filter: the start of a condition by what is given for it."""
    given = (f"{start}{'-'.join(value.split())}" for start, value in options.items() if value is not None)
    return " ".join((text, *given)).strip()


def _condition(name: str, compared: Compared, value: str) -> Condition:
    if name not in FIELDS:
        nearest = difflib.get_close_matches(name, FIELDS, n=1)
        hint = f"did you mean {nearest[0]}?" if nearest else f"there are {', '.join(FIELDS)}."
        raise FilterError(f"There is no filter {name[:40]!r}: {hint}")
    field = name
    match field:
        case "age" | "expires":
            _must_be(field, compared, ("<", "<=", ">", ">="))
            return Condition(field, compared, span=_span(field, value))
        case "amount":
            _must_be(field, compared, ("=", "<", "<=", ">", ">="))
            return Condition(field, compared, amount=_amount(value))
        case _:
            _must_be(field, compared, ("=", "!="))
            return Condition(field, compared, choices=_choices(field, value))


def _must_be(field: Field, compared: Compared, allowed: tuple[Compared, ...]) -> None:
    if compared not in allowed:
        raise FilterError(f"The filter {field} takes {' '.join(allowed)}, not {compared}: {_EXAMPLES[field]}")


_EXAMPLES: Final[dict[Field, str]] = {
    "status": "write status=AUTHORIZED.",
    "age": "write age<31d.",
    "expires": "write expires<2d.",
    "amount": "write amount>=100.",
    "currency": "write currency=EUR.",
    "attention": "write attention=any.",
    "tag": "write tag=any.",
    "ship": "write ship=HOLD.",
    "shop": "write shop=paid.",
    "differs": "write differs=any.",
}


def _choices(field: Field, value: str) -> tuple[str, ...]:
    if field == "tag":
        return tuple(dict.fromkeys(_tag(part) for part in value.split(",")))
    if field == "shop":
        return tuple(dict.fromkeys(_word(part) for part in value.split(",")))
    known = {choice.casefold(): choice for choice in _CHOICES[field]}
    found = []
    for part in value.split(","):
        choice = known.get(part.replace("_", "-").casefold())
        if choice is None and field == "currency" and re.fullmatch("[A-Za-z]{3}", part, re.ASCII):
            choice = part.upper()  # an order may be in a currency that this version does not move
        if choice is None:
            nearest = difflib.get_close_matches(part.casefold(), known, n=1)
            hint = f"did you mean {known[nearest[0]]}?" if nearest else f"there are {', '.join(known.values())}."
            raise FilterError(f"The filter {field} knows no {part[:40]!r}: {hint}")
        found.append(choice.replace("NOT-FOUND", "NOT FOUND"))
    return tuple(dict.fromkeys(found))


def shop_words(status: str | None, claim: str | None) -> tuple[str, ...]:
    """Return what the shop says of an order as `shop` compares it: its own word, and what that means."""
    return tuple(dict.fromkeys(word for word in (_folded(status or ""), claim or "") if word))


def _folded(word: str) -> str:
    """Fold a shop's word; blanks and underscores are minus signs."""
    return "-".join(word.replace("_", " ").casefold().split())


def _word(text: str) -> str:
    word = _folded(text)
    if not word:
        raise FilterError(f"A word of the shop's is missing: {_EXAMPLES['shop']}")
    return word


def _tag(text: str) -> str:
    try:
        return clean_tag(text)
    except MarkError as error:
        raise FilterError(str(error)) from error


def _span(field: Field, value: str) -> timedelta:
    span = parse_span(value)
    if span is None:
        raise FilterError(f"{value[:40]!r} is no length of time: digits and one of s m h d w, so {_EXAMPLES[field]}")
    return span


def _amount(value: str) -> Decimal:
    if _AMOUNT.fullmatch(value) is None or len(value) > MAX_DIGITS:
        raise FilterError(f"{value[:40]!r} is no amount: digits with an optional point, so {_EXAMPLES['amount']}")
    return Decimal(value)


def matches(filter_: Filter, row: ListRow, now: datetime) -> bool:
    """Tell whether an order holds every condition at `now` (UTC); the texts to find are not looked at."""
    return all(_holds(condition, row, now) for condition in filter_.conditions)


def _holds(condition: Condition, row: ListRow, now: datetime) -> bool:
    compared = condition.compared
    match condition.field:
        case "age":
            return row.created is not None and _in_order(condition.moment(now), compared, row.created)
        case "expires":
            ahead = row.expires is not None and row.expires > now
            return ahead and _in_order(row.expires or now, compared, condition.moment(now))
        case "amount":
            return row.amount is not None and _in_order(Decimal(row.amount.decimal()), compared, condition.amount)
        case "attention":
            needs = needs_person(row.attention, row.marks)
            found = {*row.attention, ANY} if needs else {NONE}
        case "tag":
            found = {*row.tags, ANY} if row.tags else {NONE}
        case "status":
            found = {row.status}
        case "ship":
            found = {row.ship}
        case "shop":
            words = shop_words(row.shop_status, row.claim)
            found = {*words, ANY} if words else {NONE}
        case "differs":
            found = {*row.differs, ANY} if row.differs else {NONE}
        case "currency":
            found = set() if row.amount is None else {row.amount.currency}
    return found.isdisjoint(condition.choices) == (compared == "!=")


def _in_order(left: _Ordered, compared: Compared, right: _Ordered) -> bool:
    match compared:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right
        case _:
            return left == right
