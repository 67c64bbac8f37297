"""The log of the sitting: every message that was said, and every call to Amazon."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Final, Literal

from azpay_tui.backoffice.ports import Desk
from azpay_tui.domain.calls import Call
from azpay_tui.domain.order import kind_of, order_id_of
from azpay_tui.tui import theme
from azpay_tui.tui.display import display, fit
from azpay_tui.tui.screens.page import PageScreen
from azpay_tui.tui.sitting import Said, Sitting
from azpay_tui.tui.widgets.choices import Choice
from azpay_tui.tui.widgets.words import plural

Part = Literal["all", "messages", "calls"]
_PARTS: Final[tuple[Part, ...]] = ("all", "messages", "calls")


def said_line(said: Said, where: tzinfo) -> Choice:
    """Set one message."""
    text = f"{'!' if said.warning else ' '} {said.at.astimezone(where):%H:%M:%S}  {said.text}"
    style = theme.WARNING if said.warning else theme.PLAIN
    return Choice(("said", said), text, said.text, copy=said.text, style=style)


def call_line(call: Call, where: tzinfo) -> Choice:
    """Set one call: when, what, about which object, how it ended, how long it took, what Amazon calls it."""
    bad = call.status is None or call.status >= 400
    status = "no answer" if call.status is None else str(call.status)
    parts = (
        f"{'x' if bad else '>'} {call.at.astimezone(where):%H:%M:%S}",
        fit(call.operation, 16),
        fit(display(call.target, 40), 27),
        "none" if call.status is None else fit(status, 4),
        f"{call.seconds:.1f}s",
        display(call.request_id or call.problem, 60),
    )
    request = f" Amazon's id of the request: {display(call.request_id, 100)}." if call.request_id else ""
    problem = f" {display(call.problem, 300)}" if call.problem else ""
    detail = f"{call.operation} {display(call.target, 60)}: {status} after {call.seconds:.2f} s.{request}{problem}"
    return Choice(
        ("call", call),
        "  ".join(parts).rstrip(),
        detail,
        copy=call.request_id or detail,
        style=theme.WARNING if bad else theme.KEYS,
    )


class LogScreen(PageScreen, inherit_bindings=False):
    """Messages and calls, newest first."""

    twin = "azpay journal list"

    def __init__(self, desk: Desk, sitting: Sitting) -> None:
        """Show the log of a sitting; opening it takes note of every warning."""
        super().__init__(desk, sitting, "log")
        self.part: Part = "all"
        """What is shown of it."""

    def on_mount(self) -> None:
        """Whoever reads the log has taken note."""
        self.sitting.take_note()

    def step_part(self) -> None:
        """Show the next part: all, messages, calls."""
        self.part = _PARTS[(_PARTS.index(self.part) + 1) % len(_PARTS)]
        self.look_again()

    def look(self) -> tuple[str, Sequence[Choice]]:
        """Gather what was said and asked."""
        said, calls = tuple(self.sitting.said), self.desk.calls()
        found: list[tuple[datetime, Choice]] = []
        if self.part != "calls":
            found += [(each.at, said_line(each, self.zone)) for each in said]
        if self.part != "messages":
            found += [(call.at, call_line(call, self.zone)) for call in calls]
        # Sorting keeps the order of what came at the same moment; the newest of it belongs on top too.
        found.sort(key=lambda pair: pair[0])
        lines = [choice for _at, choice in reversed(found)]
        if not lines:
            lines = [Choice(None, "Nothing yet.")]
        return f"log: {self.part}, {plural(len(said), 'message')}, {plural(len(calls), 'call')}", lines

    def opens(self, choice: Choice) -> str | None:
        """Return the order that a call was about."""
        call = choice.value[1] if isinstance(choice.value, tuple) else None
        known = isinstance(call, Call) and kind_of(call.target) is not None
        return order_id_of(call.target) if isinstance(call, Call) and known else None
