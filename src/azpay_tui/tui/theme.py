"""Colours by meaning, from the terminal's own palette; each only repeats what a word or a sign says already."""

from __future__ import annotations

from typing import Final, Literal

from rich.style import Style

PLAIN: Final = Style()
BOLD: Final = Style(bold=True)
CURSOR: Final = Style(reverse=True, bold=True)
"""The row under the cursor when the list has the focus; visible without any colour."""
CURSOR_AWAY: Final = Style(bold=True, underline=True)
"""The row under the cursor while another pane has the focus."""
SELECTED: Final = Style(bold=True)
TITLES: Final = Style(underline=True)
KEYS: Final = Style(dim=True)
WARNING: Final = Style(color="yellow", bold=True)

_BY_SIGN: Final[dict[str, Style]] = {
    "!": Style(color="yellow", bold=True),
    "+": Style(color="blue", bold=True),
    "~": Style(color="cyan"),
    "$": Style(color="green"),
    "<": Style(color="magenta"),
    "x": Style(color="red"),
    "?": Style(color="yellow", bold=True),
}

ENVIRONMENTS: Final[dict[Literal["simulator", "sandbox", "live"], Style]] = {
    "simulator": Style(bold=True, reverse=True, color="cyan"),
    "sandbox": Style(bold=True, reverse=True, color="yellow"),
    "live": Style(bold=True, reverse=True, color="red"),
}
"""How the word for the environment looks in the header."""


def sign_style(sign: str) -> Style:
    """Return the style of a status sign (`words.GLYPHS`)."""
    return _BY_SIGN.get(sign, PLAIN)
