"""``python -m azpay_tui.simulator``: the simulator as a process of its own."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from azpay_tui.simulator.serve import ServeError, serve


def main(arguments: list[str] | None = None) -> int:
    """Read the options and serve; exit code 1 with a sentence on stderr when the simulator cannot start."""
    parser = argparse.ArgumentParser(prog="azpay simulate", description="A local Amazon Pay on 127.0.0.1.")
    parser.add_argument("--port", type=_Bounded(65_535), default=0, help="0: the kept port, else a free one")
    parser.add_argument("--orders", type=_Bounded(100_000), default=200, help="number of sample orders")
    parser.add_argument("--seed", type=int, default=0, help="decides the sample orders and all ids")
    parser.add_argument("--profile-dir", type=Path, help="where to write them; without it no key is known")
    parser.add_argument("--state", type=Path, help="file that keeps orders and ledger over restarts")
    parser.add_argument("--delay-seconds", type=_Bounded(10_000_000), help="until something being decided is decided")
    parser.add_argument("--tls", action="store_true", help="serve HTTPS with a self-signed certificate")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end when standard input closes")
    options = parser.parse_args(arguments)
    try:
        return serve(
            port=options.port,
            orders=options.orders,
            seed=options.seed,
            profile_dir=options.profile_dir,
            state=options.state,
            delay_seconds=options.delay_seconds,
            tls=options.tls,
            until_stdin_closes=options.until_stdin_closes,
        )
    except ServeError as error:
        sys.stderr.write(f"{error}\n")
        return 1


class _Bounded:
    def __init__(self, most: int) -> None:
        self._most = most

    def __call__(self, text: str) -> int:
        number = int(text)
        if not 0 <= number <= self._most:
            raise argparse.ArgumentTypeError(f"a number from 0 to {self._most} is needed")
        return number


if __name__ == "__main__":
    sys.exit(main())
