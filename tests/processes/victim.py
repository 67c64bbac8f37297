"""Runs azpay until a moment of its work and dies or waits there: `victim.py PLAN DIRECTORY SECONDS ARGUMENTS...`.

PLAN is `run`, or one or several (with commas) of `kill:POINT:N` (SIGKILL at the N-th visit of a point) and
`wait:POINT:N` (until there is a file `go:POINT:N`). The file `trace` in DIRECTORY gets a line for each moment. An
answer is given up after SECONDS (0: as always). While there is a file `names` beside DIRECTORY no name is found: one
learns it at once when the file says `no names`, else never.
"""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import socket
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

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


def lose_names(sign: Path) -> None:
    """Stand before the look-up of names."""
    real = socket.getaddrinfo

    def look_up(*arguments: Any, **named: Any) -> Any:
        while sign.exists():
            with contextlib.suppress(FileNotFoundError):
                if sign.read_text(encoding="ascii") == "no names":
                    raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
            time.sleep(POLL)
        return real(*arguments, **named)

    socket.getaddrinfo = look_up


def main(plan: str, directory: str, seconds: str, *arguments: str) -> int:
    """Run the program as `azpay ARGUMENTS` does."""
    points.visit(Visitor(plan, Path(directory)))
    lose_names(Path(directory).with_name("names"))
    if float(seconds):
        from azpay_tui.amazon import v2
        from azpay_tui.amazon.transport import Patience

        v2.build = functools.partial(v2.build, patience=Patience(read=float(seconds)))  # type: ignore[assignment]
    return bootstrap.main(arguments)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
