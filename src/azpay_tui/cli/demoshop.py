"""The demo's simulated shop, as a process: it lives as long as its standard input is open and removes its directory."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from azpay_tui.simulator.serve import serve

DECIDED_AFTER = 8
"""Seconds until something that is being decided is decided, so that a visitor sees it happen."""


def main(orders: int, seed: int) -> int:
    """Serve until standard input closes; prints `ready URL DIRECTORY` once requests are answered."""
    with tempfile.TemporaryDirectory(prefix="azpay-demo-") as directory:

        def announce(url: str) -> None:
            print("ready", url, directory, flush=True)

        return serve(
            orders=orders,
            seed=seed,
            profile_dir=Path(directory),
            shapes=False,
            delay_seconds=DECIDED_AFTER,
            until_stdin_closes=True,
            announce=announce,
        )


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
