"""Runs pieces, some at a time, and says how far it is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.safety.pieces import ROOT, Piece
from tests.safety.results import Outcome, Results
from tests.support import figures

_LOOK = 0.2
_GUESS = 30.0
"""Seconds that a piece is thought to take when nothing is known."""
_PATIENCE = 15.0
"""Seconds that a stopped piece gets to clean up."""


@dataclass
class Times:
    """How long pieces took when they last ran: for the time left, and for what begins first."""

    file: Path
    guesses: Mapping[str, float] = field(default_factory=dict)
    """Seconds of what never ran here."""
    known: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.file.exists():
            self.known = json.loads(self.file.read_text(encoding="utf-8"))

    def of(self, piece: Piece) -> float:
        """Return the seconds that a piece will probably take; pieces of one run are like each other."""
        name = piece.kind
        return self.known.get(name, self.guesses.get(name, _GUESS))

    def learn(self, piece: Piece, seconds: float) -> None:
        self.known[piece.kind] = round(seconds, 1)
        self.file.write_text(json.dumps(self.known, indent=1, sort_keys=True) + "\n", encoding="utf-8")


class Progress:
    """One line that is painted over and over on a terminal; a line for each finished piece elsewhere."""

    def __init__(self, total: int, done: int) -> None:
        self._total = total
        self._done = done
        self._terminal = sys.stderr.isatty()
        self._painted = 0.0

    def running(self, names: Sequence[str], left: float) -> None:
        """Say what runs, on a terminal, once in a second."""
        if not self._terminal or time.monotonic() - self._painted < 1:
            return
        self._painted = time.monotonic()
        text = f"{self._done} of {self._total}, about {_span(left)} left: {', '.join(names)}"
        width = os.get_terminal_size(sys.stderr.fileno()).columns
        sys.stderr.write(f"\r\x1b[K{text[: width - 1]}")
        sys.stderr.flush()

    def ended(self, piece: Piece, outcome: Outcome, left: float) -> None:
        """Say that a piece ended; on a terminal only when it failed, for the line there says the rest."""
        self._done += 1
        if self._terminal and not outcome.code:
            return
        self.clear()
        how = f"failed with exit code {outcome.code}" if outcome.code else "passed"
        sys.stderr.write(
            f"{self._done} of {self._total}: {piece.name} {how} in {_span(outcome.seconds)}; about {_span(left)} left\n"
        )
        sys.stderr.flush()

    def clear(self) -> None:
        if self._terminal:
            sys.stderr.write("\r\x1b[K")


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@dataclass
class _Running:
    piece: Piece
    process: subprocess.Popen[bytes]
    since: float


def heed_every_end() -> None:
    """Have a closed terminal and a request to end interrupt too: what runs is in sessions of its own and would stay."""
    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)


def run(pieces: Sequence[Piece], results: Results, times: Times, jobs: int) -> None:
    """Run what was not run yet, the longest first; KeyboardInterrupt ends what runs and keeps what is done.

    `jobs` of those that work run at a time, and beside them as many of those that wait.
    """
    waiting = [piece for piece in pieces if results.outcome(piece) is None]
    waiting.sort(key=times.of, reverse=True)
    progress = Progress(len(pieces), len(pieces) - len(waiting))
    at_work: list[_Running] = []

    def left() -> float:
        rest = {True: 0.0, False: 0.0}
        for piece in waiting:
            rest[piece.waits] += times.of(piece)
        for now in at_work:
            rest[now.piece.waits] += max(times.of(now.piece) - (time.monotonic() - now.since), 1)
        return max(rest.values()) / jobs

    try:
        while waiting or at_work:
            for piece in list(waiting):
                if sum(now.piece.waits == piece.waits for now in at_work) < jobs:
                    waiting.remove(piece)
                    at_work.append(_start(piece, results))
            time.sleep(_LOOK)
            for now in [now for now in at_work if now.process.poll() is not None]:
                at_work.remove(now)
                seconds = time.monotonic() - now.since
                times.learn(now.piece, seconds)
                progress.ended(now.piece, results.keep(now.piece, now.process.returncode, seconds), left())
            progress.running([now.piece.name for now in at_work], left())
    finally:
        _stop(at_work)
        progress.clear()


def _start(piece: Piece, results: Results) -> _Running:
    results.figures(piece).unlink(missing_ok=True)
    environment = {**os.environ, figures.VARIABLE: str(results.figures(piece))}
    with results.log(piece).open("wb") as log:
        # In a session of its own: Ctrl-C is for this program, which passes it on once.
        process = subprocess.Popen(
            piece.command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return _Running(piece, process, time.monotonic())


def _stop(at_work: Sequence[_Running]) -> None:
    for now in at_work:
        _signal(now, signal.SIGINT)
    end = time.monotonic() + _PATIENCE
    for now in at_work:
        try:
            now.process.wait(max(end - time.monotonic(), 0))
        except subprocess.TimeoutExpired:
            _signal(now, signal.SIGKILL)
            now.process.wait()


def _signal(now: _Running, number: signal.Signals) -> None:
    try:
        os.killpg(now.process.pid, number)
    except ProcessLookupError:
        return
