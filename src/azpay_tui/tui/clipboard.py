"""Handing a text to the terminal's clipboard (OSC 52): it works over SSH, and nobody learns whether it did."""

from __future__ import annotations

from typing import Final

from textual.app import App

from azpay_tui.tui.display import display

MOST: Final = 32 * 1024
"""Characters that are sent; terminals have limits of their own, and slow links are slow."""
_SHOWN: Final = 300
"""Characters that are repeated in the message, so that they can be selected by hand."""


def copy(app: App[None], text: str, what: str, twin: str) -> str:
    """Send a text to the clipboard; returns what to say of it.

    `what` names it ("the id of the order") and `twin` is the command that prints it, both the program's own words.
    Lines stay lines; everything else in outside text that could steer a terminal is replaced.
    """
    if len(text) > MOST:
        return f"Too long for a clipboard ({len(text):,} characters). Print it: {twin}"
    safe = "\n".join(display(line, MOST) for line in text.split("\n"))
    app.copy_to_clipboard(safe)
    if "\n" not in safe and len(safe) <= _SHOWN:
        return f"Sent to the clipboard: {safe}"
    return f"Sent to the clipboard: {what}, {len(safe):,} characters. Not there? {twin}"
