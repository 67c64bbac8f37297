"""Sending messages, sending one again, dropping one, trying the way."""

from __future__ import annotations

from azpay_tui.cli.context import Context
from azpay_tui.cli.messages.looking import shape, show_messages
from azpay_tui.cli.outcome import OK, REFUSED
from azpay_tui.cli.output import json_result, result, say, shown
from azpay_tui.domain.messages import Message


def send_messages(context: Context, *, as_json: bool) -> int:
    """Deliver what is due now; exit code 4 when a message did not arrive."""
    with context.desk() as desk:
        done = desk.messages.send()
    if not done and not as_json:
        say("Nothing is due.")
    return _told(done, as_json=as_json)


def try_hooks(context: Context, *, as_json: bool) -> int:
    """Send a test to every hook of the profile; exit code 4 when one did not take it."""
    with context.desk() as desk:
        done = desk.messages.test()
    return _told(done, as_json=as_json)


def _told(done: tuple[Message, ...], *, as_json: bool) -> int:
    if as_json:
        show_messages(done, as_json=True)
    for message in () if as_json else done:
        what = f"{message.draft.order_id} {message.draft.subject}".strip()
        arrived = "delivered" if message.state == "delivered" else "not delivered"
        result(shown(f"{message.id} {message.draft.channel}: {what}: {arrived}. {message.why}"))
    return OK if all(message.state == "delivered" for message in done) else REFUSED


def retry_message(context: Context, name: str, *, as_json: bool) -> int:
    """Have a message sent again."""
    with context.desk() as desk:
        message = desk.messages.retry(name)
    if as_json:
        json_result({"message": shape(message)})
        return OK
    result(f"{message.id} is sent again by the next one who delivers: the console, azpay sync, or azpay messages send.")
    return OK


def drop_message(context: Context, name: str, *, as_json: bool) -> int:
    """Have a message not sent any more."""
    with context.desk() as desk:
        message = desk.messages.drop(name)
    if as_json:
        json_result({"message": shape(message)})
        return OK
    result(f"{message.id} is not sent any more.")
    return OK
