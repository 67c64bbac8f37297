"""Options that every command that acts on an order has."""

from __future__ import annotations

from typing import Annotated

import typer

Note = Annotated[str, typer.Option(metavar="T", help="Kept in the journal; Amazon never sees it.")]
Yes = Annotated[bool, typer.Option("--yes", help="Confirmed; do not ask.")]
Accept = Annotated[list[str] | None, typer.Option(metavar="WARNING", help="Accept this warning; may be repeated.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Read live and show what would be done; send nothing.")]


def accepted(accept: list[str] | None) -> list[str]:
    """Return the names of the warnings that `--accept` gave, however they were written."""
    return [name for text in accept or () for name in text.split()]
