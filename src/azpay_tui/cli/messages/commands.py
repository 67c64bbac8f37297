"""The commands about messages and their options."""

from __future__ import annotations

from typing import Annotated

import typer

from azpay_tui.cli.app import Json
from azpay_tui.cli.context import context_of
from azpay_tui.cli.sources.commands import app

__all__ = ["app"]

messages = typer.Typer(help="What shops, buyers and admins are told.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(messages, name="messages")

Id = Annotated[str, typer.Argument(metavar="ID", help="A message: M-000001, or its whole id.")]


@messages.command("list")
def messages_list(
    ctx: typer.Context,
    order: Annotated[str | None, typer.Option(metavar="ORDER", help="Only what is told of this order.")] = None,
    state: Annotated[
        str | None, typer.Option(metavar="WORD,...", help="Only waiting, delivered, failed or dropped ones.")
    ] = None,
    limit: Annotated[int, typer.Option(metavar="N", help="At most so many, up to 10000.")] = 50,
    json: Json = False,
) -> int:
    """List messages, the newest first: what is told to whom, and how far that has come."""
    from azpay_tui.cli.messages.looking import list_messages

    return list_messages(context_of(ctx), order, state, limit=limit, as_json=json)


@messages.command("show")
def messages_show(ctx: typer.Context, message: Id, json: Json = False) -> int:
    """Show a message with every attempt to deliver it."""
    from azpay_tui.cli.messages.looking import show_message

    return show_message(context_of(ctx), message, as_json=json)


@messages.command("retry")
def messages_retry(ctx: typer.Context, message: Id, json: Json = False) -> int:
    """Have a message sent again, whatever became of it; the next one who delivers sends it."""
    from azpay_tui.cli.messages.doing import retry_message

    return retry_message(context_of(ctx), message, as_json=json)


@messages.command("drop")
def messages_drop(ctx: typer.Context, message: Id, json: Json = False) -> int:
    """Have a message that waits or failed not sent any more."""
    from azpay_tui.cli.messages.doing import drop_message

    return drop_message(context_of(ctx), message, as_json=json)


@messages.command("send")
def messages_send(ctx: typer.Context, json: Json = False) -> int:
    """Find what is to be told, and deliver what is due now."""
    from azpay_tui.cli.messages.doing import send_messages

    return send_messages(context_of(ctx), as_json=json)


@messages.command("test")
def messages_test(ctx: typer.Context, json: Json = False) -> int:
    """Send a message that is only a test to the command and the webhook of the profile."""
    from azpay_tui.cli.messages.doing import try_hooks

    return try_hooks(context_of(ctx), as_json=json)
