"""Runs azpay until a moment of its work and dies or waits there: `victim.py PLAN DIRECTORY SECONDS ARGUMENTS...`.

PLAN is `run`, or one or several (with commas) of `kill:POINT:N` (SIGKILL at the N-th visit of a point) and
`wait:POINT:N` (until there is a file `go:POINT:N`). The file `trace` in DIRECTORY gets a line for each moment. An
answer is given up after SECONDS (0: as always).
"""

from __future__ import annotations

import functools
import os
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from azpay_tui import bootstrap, points

POLL = 0.02


class Visitor:
    """Counts the visits of every point, and acts on some of them."""

    def __init__(self, plan: str, directory: Path) -> None:
        deeds = (deed.partition(":") for deed in plan.split(","))
        self._deeds = {moment: deed for deed, _, moment in deeds}
        self._directory = directory
        self._trace = os.open(directory / "trace", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._visits: Counter[str] = Counter()
        self._lock = threading.Lock()

    def __call__(self, point: points.Point) -> None:
        with self._lock:
            self._visits[point] += 1
            moment = f"{point}:{self._visits[point]}"
            os.write(self._trace, f"{moment}\n".encode())
        match self._deeds.get(moment):
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "wait":
                while not (self._directory / f"go:{moment}").exists():
                    time.sleep(POLL)


def main(plan: str, directory: str, seconds: str, *arguments: str) -> int:
    """Run the program as `azpay ARGUMENTS` does."""
    points.visit(Visitor(plan, Path(directory)))
    if float(seconds):
        from azpay_tui.amazon import v2
        from azpay_tui.amazon.transport import Patience

        v2.build = functools.partial(v2.build, patience=Patience(read=float(seconds)))  # type: ignore[assignment]
    return bootstrap.main(arguments)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
