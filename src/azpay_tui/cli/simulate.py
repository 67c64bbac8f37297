"""`azpay simulate`: the simulator in this very process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from azpay_tui import config
from azpay_tui.cli import signals
from azpay_tui.cli.context import Context
from azpay_tui.cli.outcome import CommandError
from azpay_tui.cli.output import say, shown
from azpay_tui.learned import simulator_settings


def run_simulator(
    *,
    port: int,
    orders: int,
    seed: int,
    tls: bool,
    profile_dir: Path | None,
    state: Path | None,
    switches: Mapping[str, bool | int | str] | None = None,
) -> int:
    """Serve until a signal ends it; raises `CommandError` (exit code 2) when port, directory or state are unusable."""
    from azpay_tui.simulator.serve import ServeError, serve

    try:
        with signals.released():
            return serve(
                port=port, orders=orders, seed=seed, tls=tls, profile_dir=profile_dir, state=state, switches=switches
            )
    except ServeError as error:
        raise CommandError(str(error), code="simulator") from error


def learned_switches(context: Context, name: str) -> dict[str, bool | int | str]:
    """Return the simulator's settings that a profile learned from its own sandbox, and say them.

    Raises `ConfigError` for a profile that cannot be read, `CommandError` (exit code 2) when it learned none.
    """
    profile = config.load(context.config_file, name)
    found = simulator_settings(profile.learned)
    if not found:
        raise CommandError(
            f"Profile {name} has learned nothing that the simulator could be set to: azpay --profile {name} doctor "
            "--learn."
        )
    settings = ", ".join(
        f"{key} = {str(value).lower() if isinstance(value, bool) else value}" for key, value in found.items()
    )
    say(shown(f"Set as profile {name} has learned: {settings}."))
    return found
