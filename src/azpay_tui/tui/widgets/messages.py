"""Messages that wait or failed, as lines of a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Final

from azpay_tui.domain.messages import Message
from azpay_tui.tui import theme
from azpay_tui.tui.display import display, fit
from azpay_tui.tui.widgets.choices import Choice
from azpay_tui.tui.widgets.words import absolute, plural, span

_GROUPS: Final = (("MESSAGES THAT DID NOT ARRIVE", "failed"), ("MESSAGES TO BE SENT", "waiting"))


def message_lines(messages: Sequence[Message], now: datetime, where: tzinfo) -> Iterator[Choice]:
    """Yield a line for each message, those that a person has to look after first."""
    for heading, state in _GROUPS:
        found = [message for message in messages if message.state == state]
        if not found:
            continue
        yield Choice(None, f"{heading}  {len(found)}")
        for message in found:
            style = theme.WARNING if state == "failed" else theme.PLAIN
            twin = f"azpay messages {'retry' if state == 'failed' else 'show'} {message.id}"
            yield Choice(message.id, _line(message, now), _detail(message, now, where), copy=twin, style=style)


def _line(message: Message, now: datetime) -> str:
    draft = message.draft
    parts = (
        f"{'!' if message.state == 'failed' else '~'} {fit(message.state.upper(), 9)}",
        fit(f"{draft.kind} {draft.channel}", 14),
        fit(display(draft.order_id or "no order", 40), 19),
        fit(span(now - message.created), 7, "right"),
        fit(str(message.attempts), 4, "right"),
        f" {display(draft.subject, 60)}",
    )
    return " ".join(parts).rstrip()


def _detail(message: Message, now: datetime, where: tzinfo) -> str:
    draft = message.draft
    why = display(message.why, 300)
    said = f"{why}{'' if why.endswith('.') else '.'} " if why else ""
    tried = f"{plural(message.attempts, 'attempt')}, " if message.attempts else ""
    if message.state == "failed":
        what = f"It is not tried again by itself: t sends it again, d drops it; azpay messages retry {message.id}."
    elif message.next_due is not None and message.next_due > now:
        what = f"It is sent again {absolute(message.next_due, where)}."
    else:
        what = "It is sent as soon as an azpay delivers that its profile names a way for."
    made = f"{message.id} to the {draft.kind} by {draft.channel}, {tried}made {absolute(message.created, where)}."
    return f"{said}{what} {made}"
