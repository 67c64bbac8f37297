"""`azpay demo`: the console on a simulated shop that exists only as long as it is looked at."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from azpay_tui import config
from azpay_tui.cli.console import on_console, require_terminal
from azpay_tui.cli.context import FINISH_SECONDS, Context
from azpay_tui.cli.crash import report_directory
from azpay_tui.cli.importing import import_export
from azpay_tui.cli.keeping import sync_desk
from azpay_tui.cli.outcome import UNEXPECTED, CommandError
from azpay_tui.cli.output import say
from azpay_tui.settings import ConsoleSettings

_END_SECONDS = 5.0


def run_demo(context: Context, *, orders: int, seed: int) -> int:
    """Start a simulator of its own, learn of its orders, open the console with the tour, leave nothing behind."""
    require_terminal()
    builder, settings = context.builder, _settings(context)
    say(f"Starting a simulated shop with {orders} orders. Nothing of it is real, and nothing stays.")
    with _simulated_shop(orders, seed) as directory:
        profile = replace(config.load(directory / "config.toml"), name="demo")
        desk = builder.desk(profile, builder.info(profile, None, demo=True))
        try:
            with open(directory / "orders.csv", "rb") as stream:
                import_export(desk, stream)
            sync_desk(desk)
            return on_console(desk, report_directory(), settings, tour=True)
        finally:
            desk.stop(FINISH_SECONDS)


def _settings(context: Context) -> ConsoleSettings:
    try:
        return context.settings()
    except config.ConfigError:
        return context.console  # a configuration with a mistake in it keeps nobody from looking around


@contextlib.contextmanager
def _simulated_shop(orders: int, seed: int) -> Iterator[Path]:
    """Run the simulator as a process that ends, and takes its directory with it, when this one ends in any way."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-m", "azpay_tui.cli.demoshop", str(orders), str(seed)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        # A hangup or Ctrl-C of the terminal is for the console; it tells the shop in its own time.
        start_new_session=True,
    )
    directory: Path | None = None
    try:
        assert process.stdout is not None
        ready, _, rest = process.stdout.readline().partition(" ")
        place = rest.partition(" ")[2].rstrip("\n")
        if ready != "ready" or not place:
            raise CommandError("The simulated shop could not be started.", UNEXPECTED, "simulator")
        directory = Path(place)
        yield directory
    finally:
        _end(process)
        if directory is not None:
            shutil.rmtree(directory, ignore_errors=True)


def _end(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    for stronger in (process.terminate, process.kill):
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            stronger()
    process.wait()
