"""The commands over what was confirmed and who did it: journal and audit chain."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from azpay_tui.cli.app import Json, audit, journal
from azpay_tui.cli.context import context_of
from azpay_tui.cli.saved import app

__all__ = ["app"]


@journal.command("list")
def journal_list(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option(metavar="N", help="At most so many, newest first.")] = 100,
    json: Json = False,
) -> int:
    """List what was confirmed, newest first."""
    from azpay_tui.cli.journal import list_intents

    return list_intents(context_of(ctx), limit=limit, as_json=json)


IntentArgument = Annotated[str, typer.Argument(metavar="ID", help="An intent, such as I-000001.")]


@journal.command("show")
def journal_show(
    ctx: typer.Context,
    intent: IntentArgument,
    live: Annotated[bool, typer.Option("--live", help="Read the order from Amazon first.")] = False,
    json: Json = False,
) -> int:
    """Show one confirmed action: what was sent and came back, what a read proves, what a decision would mean."""
    from azpay_tui.cli.journal import show_intent

    return show_intent(context_of(ctx), intent, live=live, as_json=json)


@journal.command("resume")
def journal_resume(
    ctx: typer.Context,
    intent: Annotated[str | None, typer.Argument(metavar="[ID]", help="Only this one, whatever its age.")] = None,
    json: Json = False,
) -> int:
    """Settle what is open: read back, and repeat the very same request where that is safe."""
    from azpay_tui.cli.keeping import resume

    return resume(context_of(ctx), intent, as_json=json)


@journal.command("settle")
def journal_settle(
    ctx: typer.Context,
    intent: IntentArgument,
    outcome: Annotated[str, typer.Option("--as", metavar="OUTCOME", help="succeeded, refused or abandoned.")],
    note: Annotated[str, typer.Option(metavar="T", help="Why.")],
    json: Json = False,
) -> int:
    """Decide about an action that no rule can settle."""
    from azpay_tui.cli.keeping import settle

    return settle(context_of(ctx), intent, outcome, note, as_json=json)


@audit.command("verify")
def audit_verify(
    ctx: typer.Context,
    anchor: Annotated[
        list[str] | None,
        typer.Option(metavar="SEQ:HASH", help="An end of the chain that you wrote down; may be given again."),
    ] = None,
    json: Json = False,
) -> int:
    """Check that the journal and its audit chain are as they were written; ends with 1 and names what is not."""
    from azpay_tui.cli.audit import verify_audit

    return verify_audit(context_of(ctx), anchor or [], as_json=json)


@audit.command("export")
def audit_export(
    ctx: typer.Context,
    day: Annotated[str | None, typer.Option(metavar="DAY", help="One day, such as 2026-11-22.")] = None,
    first: Annotated[str | None, typer.Option("--from", metavar="DAY", help="This day and later.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DAY", help="This day and earlier.")] = None,
    order: Annotated[str | None, typer.Option(metavar="ORDER", help="One order: its id or number.")] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A new file, for you alone, instead of the screen.")
    ] = None,
    json: Json = False,
) -> int:
    """Write who did what, when, and what came of it, for an auditor; nothing of buyers. Days are the profile's."""
    from azpay_tui.cli.audit import Wanted, export_audit
    from azpay_tui.cli.outcome import CommandError

    if day is not None and (first is not None or last is not None):
        raise CommandError("--day does not go with --from or --to.")
    wanted = Wanted(order, first or day, last or day)
    return export_audit(context_of(ctx), wanted, output, as_json=json)
