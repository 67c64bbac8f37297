"""Messages to look at; reads local files alone."""

from __future__ import annotations

import json
import sys
from typing import Any, Final, cast

from azpay_tui.cli import resolve
from azpay_tui.cli.context import Context
from azpay_tui.cli.outcome import OK, CommandError
from azpay_tui.cli.output import json_result, result, say, shown, table, utc
from azpay_tui.cli.reads import MOST_ROWS
from azpay_tui.cli.wrapping import fill
from azpay_tui.domain.messages import MESSAGE_STATES, Message, MessageState, Try

_COLUMNS: Final = {
    "id": "MESSAGE",
    "created": "CREATED",
    "kind": "FOR",
    "channel": "BY",
    "order": "ORDER",
    "subject": "WHAT",
    "state": "STATE",
    "attempts": "SENT",
    "next_due": "NEXT",
    "why": "LAST ANSWER",
}


def list_messages(context: Context, order: str | None, state: str | None, *, limit: int, as_json: bool) -> int:
    """List messages; raises `CommandError` (exit code 2) for an unknown order or state."""
    if not 1 <= limit <= MOST_ROWS:
        raise CommandError(f"--limit must be from 1 to {MOST_ROWS:,}, not {limit}.")
    states = _states(state)
    order_id = None if order is None else resolve.order_id(context.reader(), order)
    show_messages(context.journal_reader().messages(order_id=order_id, states=states, limit=limit), as_json=as_json)
    return OK


def _states(text: str | None) -> tuple[MessageState, ...]:
    words = tuple(word.strip().lower() for word in (text or "").split(",") if word.strip())
    for word in words:
        if word not in MESSAGE_STATES:
            raise CommandError(f"There is no state {word!r} of a message: use {', '.join(MESSAGE_STATES)}.")
    return cast("tuple[MessageState, ...]", words)


def show_messages(messages: tuple[Message, ...], *, as_json: bool) -> None:
    """Write messages, a line each."""
    if as_json:
        json_result({"messages": [shape(message) for message in messages]})
        return
    if not messages:
        say("No messages.")
    rows = [{name: "" if value is None else str(value) for name, value in shape(m).items()} for m in messages]
    table(_COLUMNS, rows, frozenset({"attempts"}))


def show_message(context: Context, name: str, *, as_json: bool) -> int:
    """Show one message with every attempt; raises `CommandError` (exit code 2) when there is not exactly one."""
    reader = context.journal_reader()
    found = reader.message(name)
    if not found:
        raise CommandError(f"There is no message {name!r}; see azpay messages list.")
    if len(found) > 1:
        raise CommandError(f"Several messages begin with {name!r}: write out an id of azpay messages list.")
    message, tries = found[0], reader.tries(found[0])
    if as_json:
        json_result({"message": {**shape(message), "to": message.draft.to or None, "body": _body(message),
                                 "history": [_attempt(each) for each in tries]}})  # fmt: skip
        return OK
    facts = {**shape(message), "to": message.draft.to or None, "body": message.draft.body}
    for key, value in facts.items():
        if value not in (None, "") and key != "why":
            _line(key.replace("_", " "), str(value))
    for each in tries:
        end = f"{each.result}: {each.why}" if each.ended_at is not None else "under way, or its process died"
        _line(f"attempt {each.number}", f"{utc(each.at)}  {end}")
    return OK


def _line(key: str, value: str) -> None:
    lead = f"{key:<12} "
    result(fill(shown(value), sys.stdout, indent=lead, hanging=" " * len(lead)))


def _body(message: Message) -> Any:
    """Return what is delivered: of a hook its document, else the text."""
    return json.loads(message.draft.body) if message.draft.kind == "shop" else message.draft.body


def shape(message: Message) -> dict[str, object]:
    """Return what scripts are told of a message."""
    draft = message.draft
    return {
        "id": message.id,
        "created": utc(message.created),
        "kind": draft.kind,
        "channel": draft.channel,
        "order": draft.order_id or None,
        "subject": draft.subject,
        "state": message.state,
        "attempts": message.attempts,
        "next_due": utc(message.next_due),
        "ended_at": utc(message.ended_at),
        "why": message.why or None,
        "person": message.person,
    }


def _attempt(each: Try) -> dict[str, object]:
    return {
        "attempt": each.number,
        "at": utc(each.at),
        "ended_at": utc(each.ended_at),
        "result": each.result,
        "why": each.why or None,
    }
