"""The words of the console as tables of the operator's guide: what each means, and what to do."""

from __future__ import annotations

from typing import Final

from docs.tables import table

from azpay_tui.domain import filters, reasons
from azpay_tui.domain.concerns import concern
from azpay_tui.domain.disagreements import KINDS
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.policies import SHOP_NAMES, SHOP_WORDS
from azpay_tui.domain.rows import Connection
from azpay_tui.domain.status import ATTENTION_CODES, STATUS_WORDS
from azpay_tui.domain.table import ROWS, Cell, ChargeClass
from azpay_tui.tui.sight import SORTS
from azpay_tui.tui.widgets.columns import OPTIONAL
from azpay_tui.tui.widgets.words import NAMES, glyph, keys_of

STATUSES: Final[dict[str, tuple[str, str]]] = {
    "UNKNOWN": (
        "An action was sent and nobody knows yet what became of it.",
        "Wait, or `r`. Never do it again.",
    ),
    "NEW": (
        "Tracked, and not read from Amazon yet.",
        "`r`, or wait for the background refresh.",
    ),
    "NOT FOUND": (
        "Amazon does not know this id here.",
        "Check id, region and environment, then `r`.",
    ),
    "UNRECOGNISED": (
        "Amazon says a word, or a currency, that this version does not know. It is shown as it came.",
        "Act in Seller Central.",
    ),
    "CAPTURING": (
        "A capture is being decided.",
        "Wait; hold the parcel.",
    ),
    "REFUNDING": (
        "A refund is being decided.",
        "Wait; it takes days.",
    ),
    "PENDING": (
        "An authorization is being decided, for up to 24 hours.",
        "Wait.",
    ),
    "AUTHORIZED": (
        "Money of the buyer is held, and not taken.",
        "Capture it when the parcel leaves (`a c`).",
    ),
    "REFUNDED": (
        "All that was captured went back.",
        "Nothing.",
    ),
    "PART-REFUNDED": (
        "A part of what was captured went back.",
        "Nothing, or another refund.",
    ),
    "PART-CAPTURED": (
        "A part was captured and the rest can still be charged.",
        "Authorize and capture the rest, or close the order (`a x`).",
    ),
    "CAPTURED": (
        "Captured, and nothing more will be.",
        "Ship.",
    ),
    "SUSPENDED": (
        "Amazon does not let the order be charged, mostly because the buyer must repair the payment method.",
        "Write to the buyer, then `r`.",
    ),
    "CANCELED": (
        "The order was cancelled.",
        "Nothing.",
    ),
    "DECLINED": (
        "The last charge was declined.",
        "Authorize again, or ask the buyer.",
    ),
    "VOIDED": (
        "The shop ended the last authorization; the order is still open.",
        "Authorize again, or cancel the order.",
    ),
    "EXPIRED": (
        "The last authorization ended without a capture.",
        "Authorize again within the week before shipping.",
    ),
    "CLOSED": (
        "The order is closed at Amazon and nothing was captured.",
        "Nothing; the buyer must order again.",
    ),
    "OPEN": (
        "The order can be charged and no charge is live.",
        "Authorize (`a a`).",
    ),
}
"""Status word -> what it means, what is usually next."""

CHARGES: Final[dict[ChargeClass, str]] = {
    "none": "no charge yet",
    "pending": "an authorization that Amazon decides",
    "fresh": "authorized, up to 7 days old",
    "aged": "authorized, 7 to 30 days old",
    "lapsed": "an authorization that ended unused",
    "capturing": "a capture that Amazon decides",
    "captured": "captured",
    "soft": "declined; another try may succeed",
    "hard": "declined for good",
    "rejected": "rejected by Amazon",
    "voided": "voided by the shop",
    "canceled": "ended together with its order",
}
"""Kind of charge -> how a person says it."""

CONNECTIONS: Final[dict[Connection, str]] = {
    "STARTING": "Amazon was not asked yet.",
    "ONLINE": "Amazon answers.",
    "OFFLINE": "There is no connection to Amazon. Everything can be read, actions are off.",
    "AUTH FAILED": "Amazon does not accept the key. Actions are off until it does; `:log` and the sync page say why.",
    "CLOCK OFF": (
        "This machine's clock differs from Amazon's by more than 5 minutes. azpay reckons with Amazon's time. "
        "Beyond an hour actions are off: set the clock."
    ),
}
"""Word of the status line -> what it means."""


def in_shops(status: str) -> str:
    """Return what shop systems call a status; those that say the same stand together."""
    found: dict[str, list[str]] = {}
    for shop, name in SHOP_NAMES.items():
        word = SHOP_WORDS[shop].get(status)
        if word is not None:
            found.setdefault(word, []).append(name)
    return "; ".join(f"{', '.join(names)}: {word}" for word, names in found.items())


def statuses() -> str:
    """Every status word."""
    rows = []
    for word in STATUS_WORDS:
        means, following = STATUSES.get(word, ("", ""))
        rows.append((f"`{glyph(word)} {word}`", means or "-", in_shops(word) or "-", following or "-"))
    return table(("Status", "What it means", "In shop systems", "Usually next"), rows)


def _told(words: reasons.Explanation) -> tuple[str, str, str]:
    """Return what it means, the money, and the advice with the console's keys, best first."""
    steps = (step.write(lambda verb: f"`{keys_of(verb)}`").removeprefix("Next: ") for step in words.steps)
    return words.sentence, words.money, "<br>".join(steps)


def concerns() -> str:
    """Every reason why an order needs a person."""
    rows = ((f"`{code}`", *_told(concern(code))) for code in ATTENTION_CODES)
    return table(("Code", "What it means", "The money", "What to do, best first"), rows)


def differences() -> str:
    """Everything on which shop and Amazon can disagree."""
    rows = ((f"`{code}`", *_told(kind)) for code, kind in KINDS.items())
    return table(("Code", "What it means", "The money", "What puts it right, best first"), rows)


def reason_codes() -> str:
    """Every reason code of Amazon's."""
    rows = sorted(
        (
            (f"`{code}`" + (f" of {'an' if of == 'order' else 'a'} {of}" if of else ""), *_told(words))
            for code, of, words in reasons.meanings()
        ),
        key=lambda row: row[0].casefold(),
    )
    return table(("Amazon's word", "What it means", "The money", "What to do, best first"), rows)


def warnings() -> str:
    """Every named warning."""
    return table(
        ("Warning", "What it says"), ((f"`{name}`", reasons.warning_sentence(name)) for name in reasons.WARNINGS)
    )


def _verdict(cell: Cell) -> str:
    return f"`{cell.warning}`" if cell.warning else cell.verdict


def valid_actions() -> str:
    """Which action is valid for which charge, while the order itself can be charged."""
    columns = (Verb.CAPTURE, Verb.VOID, Verb.REFUND, Verb.CANCEL, Verb.CLOSE, Verb.AUTHORIZE)
    rows = []
    for kind, says in CHARGES.items():
        row = ROWS[("usable", kind)]
        rows.append((says, *(_verdict(getattr(row, verb)) for verb in columns)))
    return table(("The charge is", *(f"{NAMES[verb]} `{keys_of(verb)}`" for verb in columns)), rows)


def connections() -> str:
    """The words at the left end of the status line."""
    return table(("Word", "What it means"), ((f"`{word}`", says) for word, says in CONNECTIONS.items()))


def filter_conditions() -> str:
    """The conditions of a filter, from the documentation of the module that reads them."""
    lines = (filters.__doc__ or "").splitlines()
    return "\n".join(line for line in lines if line.startswith("|"))


def sorts() -> str:
    """The sorts of the list."""
    return table(("Name", "Shown as", "First comes"), ((f"`{name}`", *words) for name, words in SORTS.items()))


def columns() -> str:
    """The columns of the list that may be left out."""
    return table(("Name", "What it shows"), ((f"`{name}`", column.sentence) for name, column in OPTIONAL.items()))
