"""All proofs of the promises at full size: `make safety` (`python -m tests.safety`).

`ONLY=R8,R15` runs a part. Ctrl-C stops; the same command goes on where it stopped, `RESTART=1` begins anew. `JOBS=1`
runs one process at a time in place of two; those that mostly wait run beside. `KEEP=1` writes the figures of a whole
run into docs/. Exit code 0: every promise holds; 1: one does not; 130: stopped.
"""

from __future__ import annotations

import os
import sys

from tests.safety import kept
from tests.safety.pieces import ROOT, pieces
from tests.safety.promises import PromiseError, chosen, load
from tests.safety.results import BUILD, Results, version
from tests.safety.run import Times, heed_every_end, run
from tests.safety.table import rows, text

STOPPED = 130
JOBS = 2


def main() -> int:
    only, restart, keep = (os.environ.get(name, "") for name in ("ONLY", "RESTART", "KEEP"))
    try:
        book = load()
        codes = chosen(book, only)
    except PromiseError as error:
        sys.stderr.write(f"{error}\n")
        return os.EX_USAGE
    name, changed = version()
    if keep and (only or changed):
        sys.stderr.write("Only the figures of a whole run of a committed state are kept: leave ONLY out, and commit.\n")
        return os.EX_USAGE
    results = Results(BUILD / name)
    if restart:
        results.clear()
    first = results.first_seed(kept.next_seed())
    planned = pieces(book, codes, first)
    heed_every_end()
    try:
        run(planned, results, Times(BUILD / "times.json", book.seconds), int(os.environ.get("JOBS") or JOBS))
    except KeyboardInterrupt:
        done = sum(results.outcome(piece) is not None for piece in planned)
        sys.stderr.write(f"Stopped with {done} of {len(planned)} done; the same command goes on from there.\n")
        return STOPPED
    outcomes = {piece.name: outcome for piece in planned if (outcome := results.outcome(piece)) is not None}
    logs = {piece.name: str(results.log(piece).relative_to(ROOT)) for piece in planned}
    found = rows(book, codes, planned, outcomes, logs)
    sys.stdout.write(f"{text(found)}\n")
    if keep:
        kept.keep(found, planned, outcomes, name)
    return int(any(row.wrong for row in found))


if __name__ == "__main__":
    sys.exit(main())
