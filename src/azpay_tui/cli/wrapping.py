"""Sentences on a terminal: broken between words, so that no path, id or command is cut in two."""

from __future__ import annotations

import shutil
import sys
import textwrap
from typing import Final, TextIO

from azpay_tui.cli.output import is_terminal, say

_NARROWEST: Final = 40
_WIDEST: Final = 110


def fill(text: str, stream: TextIO, *, indent: str = "", hanging: str | None = None) -> str:
    """Return a text for a stream: broken to the width of a terminal, on one line elsewhere.

    `hanging` begins every line but the first; it is `indent` unless said.
    """
    if not is_terminal(stream):
        return indent + text
    width = max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size().columns))
    return textwrap.fill(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent if hanging is None else hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )


def tell(text: str, *, indent: str = "", hanging: str | None = None) -> None:
    """Tell the person something, on standard error."""
    say(fill(text, sys.stderr, indent=indent, hanging=hanging))
