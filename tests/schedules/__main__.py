"""`python -m tests.schedules`: replays one run with its trace, or carries out many and tells what came of them.

    python -m tests.schedules --seed 17             the run that a seed names, with its trace
    python -m tests.schedules --replay '{...}'      the run that a line of JSON describes
    python -m tests.schedules --from 0 --to 1000    many; exit code 1 with the seeds when a promise was broken

The same seed gives the same trace, byte for byte.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import signal
import sys
from collections.abc import Iterator

from tests.schedules.bench import Bench
from tests.schedules.draw import drawn
from tests.schedules.run import run
from tests.schedules.schedule import Schedule, read
from tests.schedules.search import Totals, chunk, shrunk_on
from tests.schedules.telling import lines, tell_all

_CHUNK = 250


def main(arguments: list[str]) -> int:
    """Do what the arguments say; 0: no promise was broken, 1: one was, 130: stopped."""
    parser = argparse.ArgumentParser(prog="python -m tests.schedules", description="Runs of the whole back office.")
    parser.add_argument("--seed", type=int, help="carry out the run of this seed and print its trace")
    parser.add_argument("--replay", metavar="JSON", help="carry out a run given as one line of JSON")
    parser.add_argument("--from", dest="first", type=int, help="the first seed of a range")
    parser.add_argument("--to", type=int, help="the end of the range, itself not in it")
    parser.add_argument("--enumerated", action="store_true", help="count through the enumeration, not through seeds")
    parser.add_argument("--shrink", action="store_true", help="also make a failing run as small as it gets")
    parser.add_argument("--workers", type=int, default=1, help="processes at work at the same time")
    parser.add_argument("--progress", action="store_true", help="say on stderr how far it is")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON: totals by promise")
    options = parser.parse_args(arguments)
    if options.seed is not None or options.replay is not None:
        schedule = drawn(options.seed) if options.seed is not None else read(options.replay)
        return _one(schedule, shrink=options.shrink)
    if options.first is None or options.to is None:
        parser.error("give --seed, --replay, or --from and --to")
    return _many(options)


def _one(schedule: Schedule, *, shrink: bool) -> int:
    with Bench() as bench:
        verdict = run(schedule, bench)
        if shrink and verdict.violations:
            verdict = run(shrunk_on(schedule, bench), bench)
    print(verdict.schedule.text())
    print("\n".join(verdict.trace))
    for violation in verdict.violations:
        print(f"broken: {violation.promise} {violation.says}")
    return 1 if verdict.violations else 0


def _many(options: argparse.Namespace) -> int:
    chunks = [
        (start, min(start + _CHUNK, options.to), options.enumerated)
        for start in range(options.first, options.to, _CHUNK)
    ]
    totals, stopped = Totals(), False
    try:
        with contextlib.closing(_totals(chunks, options.workers)) as found:
            for part in found:
                totals.join(part)
                tell_all(part)
                if options.progress:
                    wanted = options.to - options.first
                    print(f"{totals.schedules} of {wanted} runs, {len(totals.failed)} failed", file=sys.stderr)
    except KeyboardInterrupt:
        stopped = True
    for schedule in totals.failed[:5]:
        with Bench() as bench:
            small = shrunk_on(schedule, bench)
            print(f"seed {schedule.seed}: {'; '.join(v.says for v in run(small, bench).violations)}\n  {small.text()}")
    print("\n".join(lines(totals)))
    if options.json:
        broken = {promise: totals.broken[promise] for promise in sorted(totals.checks)}
        print(
            json.dumps(
                {
                    "schedules": totals.schedules,
                    "runs": dict(sorted(totals.checks.items())),
                    "violations": broken,
                    "seeds": [schedule.seed for schedule in totals.failed],
                    "p95": totals.p95,
                    "stopped": stopped,
                }
            )
        )
    return 130 if stopped else 1 if totals.failed else 0


def _totals(chunks: list[tuple[int, int, bool]], workers: int) -> Iterator[Totals]:
    if workers == 1:
        yield from map(chunk, chunks)
        return
    context = multiprocessing.get_context("spawn")
    with context.Pool(workers, initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN)) as pool:
        yield from pool.imap(chunk, chunks)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
