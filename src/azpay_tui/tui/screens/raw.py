"""The raw objects of an order: what Amazon sent last, word for word but for secrets and hidden personal data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from azpay_tui.backoffice.ports import Desk
from azpay_tui.domain.order import kind_of
from azpay_tui.tui.display import display
from azpay_tui.tui.raw import raw_lines
from azpay_tui.tui.screens.page import PageScreen
from azpay_tui.tui.sitting import Sitting
from azpay_tui.tui.widgets.choices import Choice
from azpay_tui.tui.widgets.words import object_name, plural

REVEALED: Final = 60.0
"""Seconds for which personal data of a live shop stays shown."""


class RawScreen(PageScreen, inherit_bindings=False):
    """One order's objects as JSON, permission first; copying copies the whole object as it is shown."""

    copied = "the object"

    def __init__(self, desk: Desk, sitting: Sitting, order_id: str, *, masked: bool) -> None:
        """Show an order's objects; `masked` hides personal data at first."""
        super().__init__(desk, sitting, "raw")
        self.order_id = order_id
        self.twin = f"azpay orders show {display(order_id, 40)} --raw"
        self.masked = masked
        """Whether personal data is hidden."""

    def look(self) -> tuple[str, Sequence[Choice]]:
        """Read what Amazon sent."""
        lines: list[Choice] = []
        bodies = self.desk.reader.raw(self.order_id)
        for object_id, body in bodies.items():
            shown = list(raw_lines(body, hide_personal=self.masked))
            whole = "\n".join(shown)
            name = object_name(object_id)
            detail = f"{name}: {plural(len(shown), 'line')}. y copies the object, p shows or hides personal data."
            lines.append(Choice(None, f"{kind_of(object_id) or 'object'} {display(object_id, 60)}"))
            lines += [Choice((object_id, number), line, detail, copy=whole) for number, line in enumerate(shown)]
        if not lines:
            lines = [Choice(None, "Amazon has sent nothing of this order yet. Go back and press r to read it.")]
        hidden = ", personal data hidden" if self.masked else ""
        return f"{display(self.order_id, 40)} as sent{hidden}", lines

    def opens(self, choice: Choice) -> str | None:
        """Return the order itself."""
        return self.order_id

    def reveal(self) -> None:
        """Show or hide personal data; of a live shop it hides itself again."""
        self.alarms.stop("reveal")
        self.masked = not self.masked
        if not self.masked and self.desk.profile.environment == "live":
            self.alarms.set("reveal", REVEALED, self._hide)
        self.look_again()

    def _hide(self) -> None:
        self.masked = True
        self.look_again()
