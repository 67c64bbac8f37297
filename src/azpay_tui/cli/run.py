"""From arguments to an exit code: every way a command can end passes here."""

from __future__ import annotations

import os
from typing import Final

import typer

from azpay_tui.cli import hooks, output, signals
from azpay_tui.cli.context import Builder, Context
from azpay_tui.cli.crash import crash
from azpay_tui.cli.outcome import OK, SIGNALLED, UNEXPECTED, USAGE, CommandError, Terminated, as_command_error
from azpay_tui.cli.verbs import app
from azpay_tui.paths import root_warning

_COMPLETING: Final = "_AZPAY_COMPLETE"
"""Set by the shell's completion, which runs azpay to ask for words."""
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]
"""What the parser raises; the library does not give this class a public name."""


def run(builder: Builder, arguments: list[str]) -> int:
    """Run one command and return its exit code; nothing but a programming error in here is raised."""
    output.tame_streams()
    hooks.install()
    as_json = _wants_json(arguments)
    try:
        with signals.handled():
            code = _run(builder, arguments, as_json)
    except Terminated as ended:
        if ended.number == 2:
            output.say("")
        return SIGNALLED + ended.number
    if output.lost():
        output.say("The result could not be written: is the disk full?")
        return code or UNEXPECTED
    return code


def _run(builder: Builder, arguments: list[str], as_json: bool) -> int:
    warning = root_warning()
    # Not while the shell asks what a half-typed word could be: that would write into the line being typed.
    if warning is not None and not {"--help", "--version"} & set(arguments) and _COMPLETING not in os.environ:
        output.say(f"Warning: {warning}")
    context = Context(builder)
    if "--" in arguments:
        context.behind = tuple(arguments[arguments.index("--") + 1 :])
    try:
        code = typer.main.get_command(app).main(arguments, prog_name="azpay", standalone_mode=False, obj=context)
        return code if isinstance(code, int) else OK
    except typer.Exit as end:
        return end.exit_code
    except typer.Abort:
        return SIGNALLED + 2
    except _UsageError as error:
        return _fail(_usage(error), as_json)
    except Exception as error:
        known = as_command_error(error)
        return crash(error) if known is None else _fail(known, as_json)
    finally:
        context.close()


def _wants_json(arguments: list[str]) -> bool:
    end = arguments.index("--") if "--" in arguments else len(arguments)
    return "--json" in arguments[:end]


def _usage(error: Exception) -> CommandError:
    text = str(getattr(error, "format_message", lambda: error)()).strip()
    context = getattr(error, "ctx", None)
    path = getattr(context, "command_path", "azpay")
    if "\n" in text or not text:  # a group without a command: the library's message is its help
        text = f"{path} needs a command."
    text = text if text.endswith((".", "?", "!")) else f"{text}."
    return CommandError(f"{text} See {path} --help.", USAGE, "usage")


def _fail(error: CommandError, as_json: bool) -> int:
    from azpay_tui.cli.wording import dated

    output.say(output.shown(dated(error.message, error.changes_at), 4000))
    if as_json:
        output.json_result({"error": output.error_value(error)})
    return error.exit_code
