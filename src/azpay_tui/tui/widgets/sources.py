"""Where orders come from by themselves: one line for each source, and what to say when one fails or recovers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from typing import Final

from azpay_tui.domain.sources import ADD, NONE_YET, SourceState
from azpay_tui.tui import theme
from azpay_tui.tui.display import display, fit
from azpay_tui.tui.widgets.choices import Choice
from azpay_tui.tui.widgets.words import absolute, local, plural, relative

BAD: Final = frozenset({"failed", "cut off"})
"""Words of sources that somebody should look at."""


def source_line(state: SourceState, now: datetime, where: tzinfo) -> Choice:
    """Set one source: how it fares, name, what the last run gave, when it ran and when it runs again."""
    bad = state.word in BAD
    ran = "never" if state.started_at is None else _ago(state.started_at, now)
    parts = (
        f"{'!' if bad else ' '} {fit(state.word, 10)}",
        fit(display(state.name, 40), 19),
        fit(plural(state.orders, "order") if state.runs or state.running else "-", 13, "right"),
        fit(ran, 11, "right"),
        f"  {_next(state, now)}",
    )
    silent = "It is being asked now." if state.running else "Not asked yet."
    told = display(local(state.message, where), 600) or silent
    unread = f" {plural(state.bad, 'line')} could not be read." if state.bad else ""
    at = f" Last asked {absolute(state.started_at, where)}." if state.started_at is not None else ""
    return Choice(
        ("", f"source {state.name}"),
        " ".join(parts).rstrip(),
        f"{told}{unread}{at} r asks it now.",
        copy=display(f"{state.name}: {state.message or silent}", 600),
        style=theme.WARNING if bad else theme.PLAIN,
    )


def no_source() -> Choice:
    """Set what stands where no source is configured."""
    told = "Until then orders are learnt of by azpay discover, azpay orders import and azpay orders track."
    return Choice(("", "no source"), f"  {ADD}", f"{NONE_YET} {told}", copy=ADD)


def _ago(at: datetime, now: datetime) -> str:
    return "just now" if now - at < timedelta(minutes=1) else relative(at, now)


def _next(state: SourceState, now: datetime) -> str:
    if state.running:
        return "now"
    if state.next_at is None or state.next_at <= now:
        return "due"
    seconds = int((state.next_at - now).total_seconds())
    return f"again in {seconds} s" if seconds < 60 else f"again {relative(state.next_at, now)}"


class Fallen:
    """Remembers which sources fail, so that each failure and each recovery is said once."""

    def __init__(self) -> None:
        """Nothing was heard yet."""
        self._messages: dict[str, str] = {}

    def hear(self, states: Iterable[SourceState]) -> list[tuple[str, str, bool]]:
        """Return what is new: the source, what to say, and whether that is a warning."""
        said = []
        for state in states:
            before = self._messages.get(state.name)
            if state.word == "failed":
                if before is None:
                    told = f"source {display(state.name, 40)} failed: {display(state.message, 300)}"
                    said.append((state.name, f"{told} S: sync page.", True))
                self._messages[state.name] = state.message
            elif before is not None and state.word == "ok":
                del self._messages[state.name]
                said.append((state.name, f"source {display(state.name, 40)} answers again.", False))
        return said
