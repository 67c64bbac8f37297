"""What leaves for the terminal, put into the colours and characters that this terminal and this person can read."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from rich.cells import cell_len, split_graphemes
from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from azpay_tui.tui.levers import Palette

UNKNOWN: Final = "?"
"""Stands for a character that ASCII does not have."""
_ASCII: Final = str.maketrans(
    {
        **dict.fromkeys("─━┄┅┈┉╴╶╸╺", "-"),
        **dict.fromkeys("│┃┆┇┊┋▏▕▎▌▐", "|"),
        **dict.fromkeys("┌┐└┘├┤┬┴┼┏┓┗┛┣┫┳┻╋╭╮╰╯", "+"),
        **dict.fromkeys("╔╗╚╝╠╣╦╩╬", "#"),
        "═": "=",
        "║": "#",
        "╌": ".",
        "╍": ".",
        "╎": ":",
        "╏": ":",
        **dict.fromkeys("▁▔▂▃▄▅▆▇█", "#"),
        "…": ">",
        "•": "*",
        "\u00a0": " ",
    }
)
"""Every line, corner and sign of the console and the screen library, in one character of ASCII."""

_LIGHT: Final = {"yellow": "magenta", "cyan": "blue", "bright_yellow": "magenta", "bright_cyan": "blue"}
"""Colours that cannot be read on white, and what stands for them."""
_UPRIGHT: Final = Style(italic=False)
_COLOURLESS: Final = Style(color="default", bgcolor="default", italic=False)
_STARK: Final = Style(color="bright_white", bgcolor="black", dim=False, italic=False)
_REVERSED: Final = Style(color="black", bgcolor="bright_white", dim=False, italic=False)
_BOLD: Final = Style(bold=True)


def ascii_text(text: str) -> str:
    """Return a text in ASCII, as wide as it was: lines become signs, what ASCII does not have becomes `?`."""
    if text.isascii():
        return text
    text = text.translate(_ASCII)
    if text.isascii():
        return text
    return "".join(
        text[start:stop] if text[start:stop].isascii() else UNKNOWN * cell_len(text[start:stop])
        for start, stop, _size in split_graphemes(text)[0]
    )


def _named(color: RichColor | None) -> str:
    return "default" if color is None else color.name


@lru_cache(4096)
def recoloured(style: Style, palette: Palette) -> Style:
    """Return a style in another palette; without colours a background becomes reverse, so that it stays visible.

    Italics are left out everywhere: many terminals show them as reverse.
    """
    front, back = _named(style.color), _named(style.bgcolor)
    match palette:
        case "dark":
            return style + _UPRIGHT
        case "light":
            given = Style(color=_LIGHT.get(front), bgcolor=_LIGHT.get(back), italic=False)
            return style + given
        case "high-contrast":
            # The two ends of the palette alone: what the colours between them look like is for each terminal to say.
            marked = _REVERSED if back not in ("default", "black") else _STARK
            return style + marked + (_BOLD if front != "default" else _UPRIGHT)
        case "mono":
            marked = Style(reverse=True) if back != "default" else Style()
            # Not `without_color`: that forgets what a click on the text means.
            return style + _COLOURLESS + marked


class PaletteFilter(LineFilter):
    """Puts every line of every widget into a palette and, where asked for, into ASCII."""

    def __init__(self, palette: Palette, *, ascii: bool) -> None:
        """`ascii` leaves no other character."""
        super().__init__()
        self.palette = palette
        self.ascii = ascii

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return a line as it may leave."""
        plain = Style()
        return [
            Segment(
                ascii_text(text) if self.ascii and control is None else text,
                recoloured(style or plain, self.palette),
                control,
            )
            for text, style, control in segments
        ]
