"""The menu of filters: one field after the other by choosing, the whole by typing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from azpay_tui.domain.claims import CLAIMS
from azpay_tui.domain.disagreements import CODES
from azpay_tui.domain.filters import ANY, EVERYTHING, FIELDS, LONGEST, Condition, Field, Filter, parse
from azpay_tui.domain.methods import AMAZON_PAY
from azpay_tui.domain.money import EXPONENTS
from azpay_tui.domain.status import ATTENTION_CODES, STATUS_WORDS
from azpay_tui.tui.dialogs.choose import Choice, Choose
from azpay_tui.tui.display import display

if TYPE_CHECKING:
    from azpay_tui.tui.screens.orders import OrdersScreen

_TYPE: Final = "type"
_CLEAR: Final = "clear"
_WORDS: Final[dict[Field, tuple[str, ...]]] = {
    "status": STATUS_WORDS,
    "currency": tuple(EXPONENTS),
    "attention": (ANY, *ATTENTION_CODES),
    "method": (AMAZON_PAY,),
    "ship": ("SHIP", "HOLD"),
    "shop": (ANY, *CLAIMS),
    "differs": (ANY, *CODES),
}
_STEPS: Final[dict[Field, tuple[str, ...]]] = {
    "age": ("age<1d", "age<7d", "age<31d", "age<90d", "age>=7d", "age>=31d", "age>=90d"),
    "expires": ("expires<6h", "expires<1d", "expires<2d", "expires<7d", "expires<30d"),
    "lapses": ("lapses<1d", "lapses<2d", "lapses<7d", "lapses<30d"),
    "guarantee": ("guarantee<1d", "guarantee<2d", "guarantee<7d"),
    "closes": ("closes<7d", "closes<30d", "closes<90d"),
    "amount": ("amount<20", "amount<100", "amount>=100", "amount>=500", "amount>=1000"),
}
_NAMES: Final[dict[Field, str]] = {
    "status": "status word",
    "age": "age of the order",
    "expires": "next deadline within",
    "lapses": "authorization ends within",
    "guarantee": "7-day guarantee ends within",
    "closes": "order closes at Amazon within",
    "amount": "amount, each in its currency",
    "currency": "currency",
    "attention": "why it needs a person",
    "tag": "tag of your own",
    "method": "payment method",
    "ship": "ship or hold",
    "shop": "what the shop says",
    "differs": "where shop and Amazon disagree",
}


def complete(text: str) -> list[str]:
    """Return whole lines that the beginning of a filter can become."""
    before, blank, word = text.rpartition(" ")
    known = [f"{field}={choice.replace(' ', '-')}" for field, choices in _WORDS.items() for choice in choices]
    known += [step for steps in _STEPS.values() for step in steps]
    return [f"{before}{blank}{one}" for one in known if one.casefold().startswith(word.casefold())][:12]


class FilterMenu:
    """Asks step by step; what comes out is the whole new filter."""

    def __init__(self, screen: OrdersScreen, filter_: Filter, taken: Callable[[Filter], None]) -> None:
        """Start from a filter; `taken` gets the new one."""
        self._screen = screen
        self._filter = filter_
        self._taken = taken

    def ask(self) -> None:
        """Ask which field."""
        choices = [Choice(field, f"{_NAMES[field]:<30} {self._now(field)}") for field in FIELDS]
        choices.append(Choice(_TYPE, f"{'type it':<30} {display(self._filter.text, 200)}"))
        if self._filter:
            choices.append(Choice(_CLEAR, "no filter"))
        note = "What is chosen narrows this view only. Everything must hold at once."
        self._screen.app.push_screen(Choose("FILTER", choices, note=note), self._chosen)

    def _now(self, field: Field) -> str:
        return " ".join(condition.text for condition in self._filter.of(field)) or "any"

    def _chosen(self, values: tuple[str, ...] | None) -> None:
        if values is None:
            return
        if values[0] == _TYPE:
            self.type()
        elif values[0] == _CLEAR:
            self._take(EVERYTHING)
        else:
            self._ask_field(next(field for field in FIELDS if field == values[0]))

    def type(self, text: str | None = None) -> None:
        """Let the whole filter be typed, from a text on; None: from what it is."""
        self._screen.message.ask(
            "filter: ",
            self._typed,
            text=self._filter.text if text is None else text,
            kept_as="",
            complete=complete,
            limit=LONGEST,
        )

    def _typed(self, text: str) -> str | None:
        try:
            found = parse(text)
        except ValueError as error:
            return display(str(error), 400)
        self._take(found)
        return None

    def _take(self, found: Filter) -> None:
        self._screen.try_to(lambda: self._taken(found))

    def _ask_field(self, field: Field) -> None:
        here = self._filter.of(field)
        if field in _WORDS:
            chosen = {choice for condition in here if condition.compared == "=" for choice in condition.choices}
            choices = [Choice(word, word, word in chosen) for word in _WORDS[field]]
            dialog = Choose(f"FILTER: {_NAMES[field].upper()}", choices, note="None chosen: any.", many=True)
            self._screen.app.push_screen(dialog, lambda values: self._take_words(field, values))
            return
        if field not in _STEPS:
            self.type(f"{self._filter.without(field).text} {field}=".strip())
            return
        texts = [condition.text for condition in here]
        choices = [Choice("", "any", not here), *(Choice(step, step, step in texts) for step in _STEPS[field])]
        note = "For anything else choose `type it` in the menu before."
        dialog = Choose(f"FILTER: {_NAMES[field].upper()}", choices, note=note)
        self._screen.app.push_screen(dialog, lambda values: self._take_step(field, values))

    def _take_words(self, field: Field, values: tuple[str, ...] | None) -> None:
        if values is not None:
            condition = Condition(field, "=", values) if values else None
            self._take(self._filter.having(condition, field))

    def _take_step(self, field: Field, values: tuple[str, ...] | None) -> None:
        if values is not None:
            [*found] = parse(values[0]).conditions
            self._take(replace(self._filter.having(found[0] if found else None, field)))
