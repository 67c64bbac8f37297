"""Runs the console on this terminal until it ends, and gives the terminal back whatever happened."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from pathlib import Path

from azpay_tui.backoffice.ports import Desk
from azpay_tui.settings import ConsoleSettings
from azpay_tui.tui import lifecycle
from azpay_tui.tui.app import Console
from azpay_tui.tui.levers import choose
from azpay_tui.tui.widgets.words import plural


def run_console(
    desk: Desk, *, tour: bool = False, settings: ConsoleSettings | None = None, report_dir: Path | None = None
) -> int:
    """Run the console on this terminal until it ends; starts and stops the desk. Returns the exit code.

    `settings` are a person's; `report_dir` is the profile's data directory, where crash reports go and saved views
    are.
    2: no terminal to draw on; 70: crash; 129, 143: hangup, SIGTERM.
    """
    on_terminal = all(stream is not None and stream.isatty() for stream in (sys.__stdin__, sys.__stdout__))
    reason = lifecycle.refusal(os.environ.get("TERM"), on_terminal=on_terminal)
    if reason is not None:
        print(f"azpay: {reason}", file=sys.stderr)
        return lifecycle.USAGE
    levers = choose(settings or ConsoleSettings())
    app = Console(desk, tour=tour, levers=levers, data_dir=report_dir)

    def leave(number: int) -> None:
        app.go_deaf()
        loop = app._loop
        if loop is not None and loop.is_running():
            loop.call_soon_threadsafe(app.leave, number)

    with lifecycle.Signals(leave) as signals:
        try:
            app.run(mouse=levers.mouse)
        except Exception as error:
            # The last boundary: whatever it is, it is reported without its values and the terminal is given back.
            app.crash = app.crash or error
            signals.restore_terminal()
        if not app.stopped:
            app.left_open = desk.stop(lifecycle.STOP_TIMEOUT)
        return _farewell(app, desk, signals.received, report_dir)


def _farewell(app: Console, desk: Desk, received: int | None, report_dir: Path | None) -> int:
    code = app.return_code or 0
    if received is not None:
        code = lifecycle.exit_code(received)
    if app.crash is not None:
        report = lifecycle.write_report(app.crash, report_dir, desk.now()) if report_dir is not None else None
        _last_words(f"azpay: {lifecycle.crash_message(app.crash, report)}")
        return lifecycle.CRASHED
    if app.left_open and code != lifecycle.exit_code(signal.SIGHUP):
        _last_words(f"azpay: {plural(app.left_open, 'action is', 'actions are')} not settled; the next start does it.")
    return code


def _last_words(text: str) -> None:
    # Without a terminal there is nobody left to read it.
    with contextlib.suppress(OSError):
        print(text, file=sys.stderr, flush=True)
