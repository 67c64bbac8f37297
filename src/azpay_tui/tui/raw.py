"""What Amazon sent, as lines: secrets never, and personal data only where it is shown elsewhere too."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from azpay_tui.tui.display import display
from azpay_tui.tui.widgets.people import mask_email

HIDDEN: Final = "***"
LONGEST_LINE: Final = 2000
_SECRET: Final = re.compile(r"token|secret|signature|password|private.?key", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"address$", re.IGNORECASE)
_PERSONAL: Final = re.compile(r"e?mail|phone", re.IGNORECASE)
_SHOWN_OF_ADDRESS: Final = frozenset({"countrycode"})
_DEEPEST: Final = 40


def _masked(value: object, key: str, *, personal: bool, in_address: bool, depth: int = 0) -> object:
    """Return a value with what is secret (and, where `personal` is hidden, what is personal) replaced."""
    if depth > _DEEPEST:
        return HIDDEN
    if value is not None and _SECRET.search(key):
        return HIDDEN
    if isinstance(value, dict):
        inside = in_address or (personal and _ADDRESS.search(key) is not None)
        return {
            name: _masked(each, str(name), personal=personal, in_address=inside, depth=depth + 1)
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [_masked(each, key, personal=personal, in_address=in_address, depth=depth + 1) for each in value]
    if value is None:
        return None
    if in_address and key.casefold() not in _SHOWN_OF_ADDRESS:
        return HIDDEN
    if personal and _PERSONAL.search(key):
        return mask_email(value) if isinstance(value, str) and "@" in value else HIDDEN
    return value


def raw_lines(body: str, *, hide_personal: bool) -> Iterator[str]:
    """Yield a body as lines fit to be shown; what is no JSON is not shown at all where personal data is hidden."""
    try:
        value: object = json.loads(body)
        text = json.dumps(
            _masked(value, "", personal=hide_personal, in_address=False), indent=2, ensure_ascii=False, sort_keys=False
        )
    except (ValueError, RecursionError):
        if hide_personal:
            yield "(no JSON, so nothing in it can be hidden; p shows it)"
            return
        text = body
    for line in text.split("\n"):
        yield display(line, LONGEST_LINE)
