"""What was to be told: did every message arrive, and is there anybody who takes those that wait."""

from __future__ import annotations

from typing import Final

from azpay_tui.cli.context import Context
from azpay_tui.cli.doctor.findings import Finding
from azpay_tui.domain.messages import Message

_MOST: Final = 10_000
"""Messages that are counted."""
_NAMED: Final = 3
"""Messages that are named; the list names all."""


def check_messages(context: Context) -> list[Finding]:
    """Judge the messages that the journal keeps; sends none."""
    reader = context.journal_reader()
    found = reader.messages(states=("failed",), limit=_MOST)
    failed, waiting = len(found), len(reader.messages(states=("waiting",), limit=_MOST))
    wait = f"{waiting:,} {'waits' if waiting == 1 else 'wait'} to be sent"
    if not failed:
        sentence = f"No message failed; {wait}." if waiting else "No message failed, and none waits."
        return [Finding("messages", "failed", "ok", sentence)]
    named = "; ".join(_told(message) for message in found[:_NAMED])
    more = f"; and {failed - _NAMED:,} more" if failed > _NAMED else ""
    one = failed == 1
    those = "message did not arrive and is" if one else "messages did not arrive and are"
    itself = "itself" if one else "themselves"
    sentence = f"{failed:,} {those} not tried again by {itself}: {named}{more}."
    remedy = (
        "azpay messages list --state failed names them all. azpay messages retry ID sends one again, azpay messages "
        "drop ID gives it up."
    )
    return [Finding("messages", "failed", "warn", sentence, remedy)]


def _told(message: Message) -> str:
    """Name a message, whom it is for, and why it did not arrive."""
    draft = message.draft
    about = f" about {draft.order_id}" if draft.order_id else ""
    why = message.why.rstrip(".") or "no reason is known"
    return f"{message.id} to the {draft.kind} by {draft.channel}{about} ({why})"
