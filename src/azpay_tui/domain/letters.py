"""Letters to buyers and to the shop's admin: templates with placeholders, and what they are filled with.

A template is text. Its first line is `Subject: ...`, an empty line follows, then the letter. A placeholder is a name
behind a dollar sign, such as `$amount` or `${amount}`; `$$` is a dollar sign. Nothing in it is ever executed.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Template
from typing import Final

_NAME: Final = re.compile(r"[a-z_]+", re.ASCII)
_SUBJECT: Final = "Subject:"
_LONGEST: Final = 20_000
"""Characters of a template; a letter is read by a person."""
_LONGEST_SUBJECT: Final = 200
_LONGEST_VALUE: Final = 500
_ADDRESS: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?",
    re.ASCII,
)
_LONGEST_ADDRESS: Final = 254

COMMON: Final = ("shop", "buyer", "order", "order_id", "amount", "link")
"""Placeholders of every letter."""
MEANINGS: Final[Mapping[str, str]] = {
    "shop": "the shop's name, as the profile has it",
    "buyer": "the buyer's name, or a polite word in its place",
    "order": "the shop's order number, else Amazon's id",
    "order_id": "Amazon's id of the order",
    "amount": "the order's amount with its currency",
    "link": "where the buyer finds the payment methods at Amazon",
    "total": "what is charged in all, with its currency",
    "more": "by how much that is more than before",
    "why": "what the person at the console wrote down",
    "code": "Amazon's reason code",
    "reason": "what that code means, in English",
    "advice": "what to do next, in English",
    "status": "the order's status word",
    "tries": "how often it was declined in a row",
}
"""What each placeholder stands for."""


class LetterError(ValueError):
    """A template, a value or an address that will not do; the text is one sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of letter."""

    name: str
    says: str
    """What it is for, one sentence."""
    to: str
    """Who gets it: `buyer` or `admin`."""
    own: tuple[str, ...] = ()
    """Its placeholders besides the common ones."""

    @property
    def placeholders(self) -> tuple[str, ...]:
        """Every placeholder that its templates may have."""
        return (*COMMON, *self.own)


KINDS: Final[Mapping[str, Kind]] = {
    kind.name: kind
    for kind in (
        Kind("payment-method", "Asks the buyer to repair the payment method after a decline.", "buyer"),
        Kind("charged-more", "Tells the buyer that more will be charged, and why.", "buyer", ("total", "more", "why")),
        Kind("order-again", "Says that the order cannot be fulfilled and asks the buyer to order again.", "buyer"),
        Kind("confirmation", "Confirms the order after its authorization.", "buyer"),
        Kind(
            "declined-admin",
            "Tells the shop's admin of a decline that no buyer can mend.",
            "admin",
            ("code", "reason", "advice", "status", "tries"),
        ),
    )
}
"""Every kind of letter."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it leaves: everything but sender, date and number."""

    kind: Kind
    language: str
    to: str
    """The recipient's address, without a name."""
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A template that was read and found right."""

    subject: Template
    text: Template

    def fill(self, values: Mapping[str, str]) -> tuple[str, str]:
        """Return subject and text with the values in them, each on one line and of what can be printed.

        Raises `LetterError` for a placeholder without a value.
        """
        plain = {name: one_line(value) for name, value in values.items()}
        try:
            return one_line(self.subject.substitute(plain), _LONGEST_SUBJECT), self.text.substitute(plain)
        except KeyError as error:
            raise LetterError(f"Nothing is known to put in place of ${error.args[0]}.") from error


def kind_of(name: str) -> Kind:
    """Return the kind of letter of that name; raises `LetterError`, naming the nearest one, when there is none."""
    if name in KINDS:
        return KINDS[name]
    near = difflib.get_close_matches(name, KINDS, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise LetterError(f"There is no template {_quoted(name)}.{hint} Templates are: {', '.join(KINDS)}.")


def read_draft(text: str, kind: Kind, where: str) -> Draft:
    """Read a template; raises `LetterError` that begins with `where` and says what is wrong and what would do."""
    if len(text) > _LONGEST:
        raise LetterError(f"{where}: a letter has at most {_LONGEST:,} characters; this one has {len(text):,}.")
    first, _, rest = text.removeprefix("\ufeff").replace("\r\n", "\n").partition("\n")
    subject = first.removeprefix(_SUBJECT).strip()
    if not first.startswith(_SUBJECT) or not subject:
        raise LetterError(f'{where}: the first line must be the subject, such as "{_SUBJECT} Your order $order".')
    if rest and not rest.startswith("\n"):
        raise LetterError(f"{where}: an empty line must stand between the subject and the letter.")
    body = rest.strip("\n")
    if not body.strip():
        raise LetterError(f"{where}: there is no letter below the subject.")
    if any(not (char.isprintable() or char in "\n\t") for char in text.removeprefix("\ufeff").replace("\r\n", "\n")):
        raise LetterError(f"{where}: it holds a control character; save it as plain text.")
    for part in (subject, body):
        _check(part, kind, where)
    return Draft(Template(subject), Template(body + "\n"))


def _check(text: str, kind: Kind, where: str) -> None:
    for found in Template.pattern.finditer(text):
        if found["escaped"] is not None:
            continue
        name = found["named"] or found["braced"]
        if name is None:
            line = text.count("\n", 0, found.start()) + 1
            raise LetterError(
                f"{where}: a dollar sign stands alone in line {line} of subject or letter; write $$ for one."
            )
        if name not in kind.placeholders:
            known = ", ".join(f"${one}" for one in kind.placeholders)
            raise LetterError(f"{where}: there is no placeholder ${_short(name)}; the known ones are {known}.")


def one_line(text: str, longest: int = _LONGEST_VALUE) -> str:
    """Return outside text as one line of printable characters, so that it can add no line and no header to a letter."""
    plain = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    plain = plain.replace("=?", "= ?")  # an encoded word (RFC 2047), which may hold line ends, is read as such no more
    return plain if len(plain) <= longest else plain[: longest - 3] + "..."


def is_address(text: str) -> bool:
    """Tell whether a text is an e-mail address in ASCII, without name, quotes, comment or encoded word."""
    return len(text) <= _LONGEST_ADDRESS and "=?" not in text and _ADDRESS.fullmatch(text) is not None


def is_language(text: str) -> bool:
    """Tell whether a text can be a language of templates: two or three small letters, perhaps with a region."""
    return re.fullmatch(r"[a-z]{2,3}(-[A-Z]{2})?", text, re.ASCII) is not None


def _short(name: str) -> str:
    return name if len(name) <= 40 else name[:40] + "..."


def _quoted(name: str) -> str:
    return repr(_short(name))
