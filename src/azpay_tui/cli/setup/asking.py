"""Questions on a terminal, one line each: plain text, nothing is drawn, so that any terminal and any link will do."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

from azpay_tui.cli.outcome import CommandError
from azpay_tui.cli.output import ask, is_terminal, say, shown
from azpay_tui.cli.setup.answers import QUOTES
from azpay_tui.cli.wrapping import fill, tell
from azpay_tui.paths import ConfigError

T = TypeVar("T")


def can_ask() -> bool:
    """Tell whether there is a person to ask."""
    return is_terminal(sys.stdin) and is_terminal(sys.stderr)


def question(label: str, read: Callable[[str], T], *, default: str = "", optional: bool = False) -> T | None:
    """Ask until the answer can be read; an empty one is `default`, or None where the answer is optional.

    `read` raises `ConfigError` with what is wrong. Raises `CommandError` (exit code 2) when the input ended.
    """
    hint = f" [{default}]" if default else " [none]" if optional else ""
    while True:
        text = ask(fill(f"{shown(label + hint, 300)}:", sys.stderr) + " ")
        if text is None:
            raise left()
        if not text and not default and optional:
            return None
        if text and text[0] in QUOTES:
            say("  The quotes around it are left out.")
        try:
            return read(text or default)
        except ConfigError as error:
            tell(shown(str(error), 1000), indent="  ")


def agreed(label: str, *, default: bool = True) -> bool:
    """Ask for yes or no. Raises `CommandError` when the input ended."""
    while True:
        text = ask(fill(f"{shown(label, 1000)} {'[Y/n]' if default else '[y/N]'}:", sys.stderr) + " ")
        if text is None:
            raise left()
        word = text.lower()
        if not word:
            return default
        if word in ("y", "yes", "n", "no"):
            return word.startswith("y")
        say("  Type yes or no.")


def left() -> CommandError:
    """Return what ends the command when the person leaves."""
    return CommandError("Left: nothing was written.", code="not-confirmed")
