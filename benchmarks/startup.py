"""How long until something is there: the command line and the console, against what Python and the libraries take."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial

from benchmarks.common import Table, finish, interleaved, options, timed, workplace
from benchmarks.shop import made, offline_config
from benchmarks.terminal import Terminal

IMPORTS = {
    "python -c pass": "pass",
    "import textual.app": "import textual.app",
    "import sqlmodel": "import sqlmodel",
    "import textual.app, sqlmodel, httpx": "import textual.app, sqlmodel, httpx",
}


def run(*arguments: str) -> float:
    """Run Python to its end; milliseconds."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "TEXTUAL_"))}
    command = [sys.executable, "-I", *arguments]
    return timed(
        lambda: subprocess.run(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True
        )
    )


def console(arguments: Sequence[str]) -> float:
    """Open the console; milliseconds until the first orders are on the screen."""
    with Terminal([sys.executable, "-I", *arguments]) as terminal:
        return terminal.until(b"S01-1234567-")


def main() -> None:
    """Measure and print."""
    chosen = options(__doc__, rounds=5)
    cases: dict[str, Callable[[], float]] = {name: partial(run, "-c", code) for name, code in IMPORTS.items()}
    with workplace() as directory:
        config = offline_config(directory)
        for orders in (10_000, 100_000):
            ours = ["-m", "azpay_tui", "--config", str(config), "--data-dir", str(made(directory, orders))]
            cases[f"azpay orders list, {orders:,} orders"] = partial(run, *ours, "orders", "list")
            cases[f"azpay console, first rows of {orders:,} orders"] = partial(console, ours)
        medians = interleaved(cases, chosen.rounds)
    table = Table("Start, warm", ["python -c pass", "this"])
    for name, value in medians.items():
        table.add(name, medians["python -c pass"], value)
    finish([table], chosen.json)


if __name__ == "__main__":
    main()
