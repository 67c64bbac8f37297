"""An action on an order that is not settled: whose it is, where it stands, and what becomes of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from rich.text import Text

from azpay_tui.domain.intent import Verb
from azpay_tui.domain.order import OpenIntent
from azpay_tui.tui.display import display
from azpay_tui.tui.widgets.words import keys_of, object_name, outside, relative


def intent_line(intent: OpenIntent, now: datetime) -> Text:
    """Set one open action; `now` is UTC."""
    amount = f" {intent.amount}" if intent.amount else ""
    sign = "?" if intent.state in ("unknown", "attention") else "~"
    text = (
        f"{sign} {intent.verb}{amount}, {object_name(intent.target)}: {intent.state}, "
        f"confirmed by {outside(intent.person, 60)} {relative(intent.at, now)} ({intent.id})"
        f"{_what_is_done(intent, now)}"
    )
    return Text(display(text, 400), "bold")


def _what_is_done(intent: OpenIntent, now: datetime) -> str:
    """Say what becomes of an outcome that is not known: who looks at it next, and when."""
    if intent.state == "attention":
        return f". It could not be learned: decide with a s (azpay journal settle {intent.id})."
    if intent.state != "unknown":
        return ""
    when = ""
    if intent.next_due is not None:
        soon = intent.next_due - now < timedelta(minutes=1)
        when = f", next {'within a minute' if soon else relative(intent.next_due, now)}"
    return f". Do not repeat it: it is read back by itself{when}; {keys_of(Verb.REFRESH)} looks now."
