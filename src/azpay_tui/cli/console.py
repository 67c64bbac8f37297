"""Opening the console, and what to say to somebody who has no shop set up yet."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from azpay_tui.backoffice.late import LateDesk
from azpay_tui.backoffice.ports import Desk
from azpay_tui.cli import signals
from azpay_tui.cli.context import FINISH_SECONDS, Context
from azpay_tui.cli.outcome import CONFIGURATION, CommandError
from azpay_tui.cli.output import ask, is_terminal, say
from azpay_tui.cli.setup.asking import can_ask
from azpay_tui.cli.wrapping import tell
from azpay_tui.config import NoProfileError
from azpay_tui.settings import ConsoleSettings

_DEMO_ORDERS, _DEMO_SEED = 200, 7


def open_console(context: Context) -> int:
    """Open the console of the profile; without one offer the demo or `azpay init`."""
    try:
        context.profile()
    except NoProfileError as error:
        return _offer(context, error)
    require_terminal()
    settings = context.settings()
    notes: list[str] = []
    desk = context.builder.console_desk(context.profile(), context.info(), notes.append)
    try:
        code = on_console(desk, context.profile().data_dir, settings, tour=False)
    finally:
        desk.stop(FINISH_SECONDS)
        for note in notes:  # not while the console owns the terminal
            say(note)
    if isinstance(desk, LateDesk) and desk.failure is not None:
        raise desk.failure
    return code


def require_terminal() -> None:
    """Raise `CommandError` (exit code 2) where no console can be drawn."""
    from azpay_tui.tui.lifecycle import refusal

    problem = refusal(os.environ.get("TERM"), on_terminal=is_terminal(sys.stdin) and is_terminal(sys.stdout))
    if problem is not None:
        raise CommandError(problem, code="no-terminal")


def on_console(desk: Desk, report_dir: Path | None, settings: ConsoleSettings, *, tour: bool) -> int:
    """Run the console, which handles signals itself, and return its exit code; a crash report goes to `report_dir`."""
    from azpay_tui.tui.levers import prepare_environment

    prepare_environment(settings.low_bandwidth)  # before the screen library is imported
    from azpay_tui.tui.running import run_console

    with signals.released():
        return run_console(desk, tour=tour, settings=settings, report_dir=report_dir)


def _offer(context: Context, error: NoProfileError) -> int:
    """Say how to begin, and on a terminal let the person choose."""
    tell(str(error))
    say("  azpay demo   a simulated shop to look around in; leaves nothing behind")
    say("  azpay init   a profile for your shop, or for a simulated one that stays")
    if not can_ask():
        return CONFIGURATION
    match (ask("Type demo or init, or Enter to leave: ") or "").lower():
        case "demo" | "d":
            from azpay_tui.cli.demo import run_demo

            return run_demo(context, orders=_DEMO_ORDERS, seed=_DEMO_SEED)
        case "init" | "i":
            from azpay_tui.cli.setup.given import Given
            from azpay_tui.cli.setup.init import init

            return init(context, Given())
        case _:
            return CONFIGURATION
