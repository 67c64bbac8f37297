"""A few lines of text that say more of what is under a cursor."""

from __future__ import annotations

from textual.strip import Strip

from azpay_tui.tui import theme
from azpay_tui.tui.display import wrap
from azpay_tui.tui.widgets.line import Line


class Details(Line):
    """As many lines as its height; a text is wrapped at blanks and cut where it is longer."""

    DEFAULT_CSS = """
    Details { height: 3; }
    """

    def say(self, text: str) -> None:
        """Show a text; outside text in it must have passed `display`."""
        self.put((text, theme.PLAIN))

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        lines = wrap(self.text, max(1, self.size.width), max(1, self.size.height))
        return self.draw(((lines[y] if y < len(lines) else "", theme.PLAIN),))
