"""The commands over what is done without a person."""

from __future__ import annotations

from typing import Annotated

import typer

from azpay_tui.cli.app import Json, policy
from azpay_tui.cli.context import context_of
from azpay_tui.cli.ending import app

__all__ = ["app"]


@policy.command("plan")
def policy_plan(ctx: typer.Context, json: Json = False) -> int:
    """Show what would be done now without a person, for which order and why, and what is left alone; sends nothing."""
    from azpay_tui.cli.automatic import show_plan

    return show_plan(context_of(ctx), as_json=json)


@policy.command("switch-on")
def policy_switch_on(
    ctx: typer.Context,
    confirm: Annotated[
        str | None,
        typer.Option(metavar="MODE", help="Confirmed, by what policy plan calls it; without it you are asked."),
    ] = None,
    json: Json = False,
) -> int:
    """Have done without a person what payment_action and close_after_capture say, for orders made from now on."""
    from azpay_tui.cli.automatic import switch_on

    return switch_on(context_of(ctx), confirm, as_json=json)


@policy.command("switch-off")
def policy_switch_off(ctx: typer.Context, json: Json = False) -> int:
    """Do nothing more without a person, at once and in every process."""
    from azpay_tui.cli.automatic import switch_off

    return switch_off(context_of(ctx), as_json=json)
