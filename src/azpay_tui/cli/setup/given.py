"""What was said on the command line, and what both kinds of profile need."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from azpay_tui import configfile
from azpay_tui.cli.context import Context
from azpay_tui.cli.setup import answers
from azpay_tui.cli.setup.answers import Answers
from azpay_tui.cli.setup.asking import question
from azpay_tui.paths import shown as shown_path


@dataclass(frozen=True, slots=True)
class Given:
    """The options as they were typed; None where one was not."""

    environment: str | None = None
    region: str | None = None
    merchant_id: str | None = None
    public_key_id: str | None = None
    private_key_file: str | None = None
    store_id: str | None = None
    url: str | None = None
    name: str | None = None
    directory: Path | None = None
    offline: bool = False
    yes: bool = False
    as_json: bool = False


def profile_name(found: Answers, file: Path, asks: bool, proposal: str) -> str:
    """Return the profile's name: the one given, else a proposal that is not taken."""
    if found.name is not None:
        return found.name

    def free(text: str) -> str:
        name = answers.name(text)
        configfile.is_addable(file, name)
        return name

    taken = {name.lower() for name in configfile.names(file)}
    proposal = next(name for name in (proposal, *(f"{proposal}-{n}" for n in range(2, 1000))) if name not in taken)
    if not asks:
        return proposal
    return question("Name of the profile", free, default=proposal) or proposal


def console_command(name: str, default: bool, context: Context) -> str:
    """Return the command that opens the console of a profile; `default`: it needs not be named."""
    parts = ["azpay"]
    if context.config_file is not None:
        parts.append(f"--config {shown_path(context.config_file)}")
    if not default:
        parts.append(f"--profile {name}")
    return " ".join(parts)
