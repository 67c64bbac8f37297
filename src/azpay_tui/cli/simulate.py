"""`azpay simulate`: the simulator in this very process."""

from __future__ import annotations

from pathlib import Path

from azpay_tui.cli import signals
from azpay_tui.cli.outcome import CommandError


def run_simulator(*, port: int, orders: int, seed: int, tls: bool, profile_dir: Path | None, state: Path | None) -> int:
    """Serve until a signal ends it; raises `CommandError` (exit code 2) when port, directory or state are unusable."""
    from azpay_tui.simulator.serve import ServeError, serve

    try:
        with signals.released():
            return serve(port=port, orders=orders, seed=seed, tls=tls, profile_dir=profile_dir, state=state)
    except ServeError as error:
        raise CommandError(str(error), code="simulator") from error
