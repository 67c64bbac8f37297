"""Reading how the switch of automatic steps stands: plain text, nothing heavy imported."""

from __future__ import annotations

import json
from typing import Final, cast

from azpay_tui.domain.switch import Position, Switch
from azpay_tui.store.times import from_text

SWITCH: Final = "automatic"
"""Name of the meta row that holds it."""
POSITIONS: Final = ("on", "off", "stopped")


def switch_of(text: str) -> Switch | None:
    """Read what the journal holds; None for what azpay never writes: then nothing is done by itself."""
    try:
        kept = json.loads(text)
        values = [kept[name] for name in ("position", "mode", "at", "person", "why")]
        texts = all(isinstance(value, str) for value in values)
        if not texts or values[0] not in POSITIONS or type(kept["after"]) is not int:
            return None
        position, mode, at, person, why = values
        return Switch(cast(Position, position), mode, from_text(at), person, why, kept["after"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
