"""The little language that narrows a list: `status=AUTHORIZED age<31d amount>=100 jane`, at the console and in a shell.

Every word between blanks is a condition or a text to find; all of them must hold. One condition:

| Condition | Holds for |
|---|---|
| `status=AUTHORIZED,CAPTURED` | orders with one of these status words; `!=` turns it round; a blank is written `-` |
| `age<31d` | orders younger than that; also `<=`, `>`, `>=`; `s`, `m`, `h`, `d`, `w` |
| `expires<2d` | orders whose next deadline is that near; one that is over has none |
| `lapses<2d` | orders of which an authorization ends that soon; `lapses=2026-11-27`: on that day |
| `guarantee<2d` | orders of which the 7-day guarantee of an authorization ends that soon, or on a day |
| `closes<30d` | orders that close at Amazon that soon, 180 days after they were made, or on a day |
| `amount>=100` | orders of that amount in their own currency, whichever it is; also `>`, `<`, `<=`, `=` |
| `currency=EUR` | orders in one of these currencies |
| `attention=lapses-soon` | orders that need a person (still) for one of these reasons, or `any`, or `none` |
| `tag=fraud` | orders with one of these tags, or `any`, or `none` |
| `method=amazon-pay` | all orders that Amazon knows; `!=`: those it does not know or was not asked for yet |
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
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Final, Literal, cast, get_args

from azpay_tui.domain.disagreements import CODES
from azpay_tui.domain.lapses import one_day, parse_day
from azpay_tui.domain.marks import MarkError, clean_tag
from azpay_tui.domain.methods import AMAZON_PAY
from azpay_tui.domain.money import EXPONENTS, MAX_DIGITS
from azpay_tui.domain.spans import parse as parse_span
from azpay_tui.domain.spans import written as span_text
from azpay_tui.domain.status import ATTENTION_CODES, STATUS_WORDS

Field = Literal[
    "status", "age", "expires", "lapses", "guarantee", "closes",
    "amount", "currency", "attention", "tag", "method", "ship", "shop", "differs",
]  # fmt: skip
Compared = Literal["=", "!=", "<", "<=", ">", ">="]

FIELDS: Final[tuple[Field, ...]] = get_args(Field)
LONGEST: Final = 300
"""Characters of a filter; more is no filter a person wrote."""
ANY: Final = "any"
NONE: Final = "none"
_CHOICES: Final[dict[Field, tuple[str, ...]]] = {
    "status": tuple(word.replace(" ", "-") for word in STATUS_WORDS),
    "currency": tuple(EXPONENTS),
    "attention": (*ATTENTION_CODES, ANY, NONE),
    "method": (AMAZON_PAY,),
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
    """What `age`, `expires` and the marks are compared with."""
    day: date | None = None
    """The day, in the list's time zone, on which a mark is reached."""
    amount: Decimal = Decimal(0)
    """What `amount` is compared with, in the units of each order's own currency."""

    @property
    def text(self) -> str:
        """The condition as a person may type it."""
        match self.field:
            case "age" | "expires" | "lapses" | "guarantee" | "closes":
                value = span_text(self.span) if self.day is None else f"{self.day}"
            case "amount":
                value = f"{self.amount:f}"
            case _:
                value = ",".join(choice.replace(" ", "-") for choice in self.choices)
        return f"{self.field}{self.compared}{value}"

    def moment(self, now: datetime) -> datetime:
        """Return the time that `age` or `expires` is compared with, at `now` (UTC)."""
        return now - self.span if self.field == "age" else now + self.span

    def time(self, now: datetime, where: tzinfo) -> tuple[datetime, datetime]:
        """Return from when until before which moment a mark must be reached, UTC; what is over never counts."""
        if self.day is None:
            return now, self.moment(now)
        day = one_day(self.day, where)
        return day.start, day.end


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
    where: tzinfo = UTC
    """The time zone of its days."""


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
        case "lapses" | "guarantee" | "closes":
            _must_be(field, compared, ("=", "<"))
            if compared == "<":
                return Condition(field, compared, span=_span(field, value))
            return Condition(field, compared, day=_day(field, value))
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
    "lapses": "write lapses<2d or lapses=2026-11-27.",
    "guarantee": "write guarantee<2d or guarantee=2026-11-27.",
    "closes": "write closes<30d or closes=2026-11-27.",
    "amount": "write amount>=100.",
    "currency": "write currency=EUR.",
    "attention": "write attention=any.",
    "tag": "write tag=any.",
    "method": "write method=amazon-pay.",
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


def _day(field: Field, value: str) -> date:
    day = parse_day(value)
    if day is None:
        raise FilterError(f"{value[:40]!r} is no day: {_EXAMPLES[field]}")
    return day


def _amount(value: str) -> Decimal:
    if _AMOUNT.fullmatch(value) is None or len(value) > MAX_DIGITS:
        raise FilterError(f"{value[:40]!r} is no amount: digits with an optional point, so {_EXAMPLES['amount']}")
    return Decimal(value)
