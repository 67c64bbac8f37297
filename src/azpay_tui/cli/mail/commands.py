"""The commands about letters and their options."""

from __future__ import annotations

from typing import Annotated

import typer

from azpay_tui.cli.app import Json
from azpay_tui.cli.context import context_of
from azpay_tui.cli.messages.commands import app

__all__ = ["app"]

mail = typer.Typer(help="Letters to buyers and to the shop's admin.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(mail, name="mail")

Order = Annotated[str, typer.Argument(metavar="ORDER", help="An id of Amazon's, or the shop's order number.")]
Template = Annotated[str | None, typer.Option(metavar="NAME", help="Which letter; azpay mail templates lists them.")]
Language = Annotated[str | None, typer.Option(metavar="CODE", help="Such as de or en.")]
Values = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=TEXT", help="What stands for a placeholder that no order answers."),
]


@mail.command("templates")
def mail_templates(
    ctx: typer.Context,
    template: Annotated[str | None, typer.Argument(metavar="NAME", help="Print the text of this one.")] = None,
    language: Language = None,
    json: Json = False,
) -> int:
    """List the templates of letters, azpay's and the shop's own, or print one to begin with."""
    from azpay_tui.cli.mail.letters import list_templates

    return list_templates(context_of(ctx), template, language, as_json=json)


@mail.command("preview")
def mail_preview(
    ctx: typer.Context,
    order: Order,
    template: Template = None,
    language: Language = None,
    set_: Values = None,
    json: Json = False,
) -> int:
    """Print a letter about an order as it would leave; nothing is sent or kept."""
    from azpay_tui.cli.mail.letters import preview

    return preview(context_of(ctx), order, template, language, set_ or [], as_json=json)


@mail.command("send")
def mail_send(
    ctx: typer.Context,
    order: Order,
    template: Template = None,
    language: Language = None,
    set_: Values = None,
    again: Annotated[bool, typer.Option("--again", help="Also when the buyer was written to about it before.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
) -> int:
    """Send a letter about an order: by default, after a decline, the one that asks for another payment method."""
    from azpay_tui.cli.mail.letters import send

    return send(context_of(ctx), order, template, language, set_ or [], again=again, yes=yes, as_json=json)
