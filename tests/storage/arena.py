"""Several admins, a process each, on one journal: `arena.py DIRECTORY PROCESSES ROUNDS` prints what each was told.

They are forked once everything is imported, and none has opened anything before. A line of JSON for each round.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TextIO

from tests.store.making import NOW, PLACE, draft, oid

from azpay_tui.store.errors import OrderBusy
from azpay_tui.store.opening import open_stores


def compete(directory: Path, number: int, rounds: TextIO, told: TextIO) -> None:
    """Confirm a wish on the order of each round, and say what came of it."""
    person, at = f"admin-{number}", NOW + timedelta(seconds=number)
    stores = open_stores(directory, PLACE, person=person, now=lambda: at)
    assert stores.session is not None
    print("ready", file=told, flush=True)
    for line in rounds:
        wanted = replace(draft(oid(int(line))), person=person, at=at, session=stores.session.id)
        try:
            words = f"won {stores.journal.open_intent(wanted).id}"
        except OrderBusy as error:
            words = f"lost {error}"
        except Exception as error:
            words = f"other {error!r}"
        print(words, file=told, flush=True)
    stores.close()


def rival(directory: Path, number: int) -> tuple[TextIO, TextIO]:
    """Fork one; returns the way to it and the way back."""
    (ours, theirs), (back, say) = os.pipe(), os.pipe()
    if os.fork() == 0:
        os.close(theirs)
        try:
            compete(directory, number, os.fdopen(ours), os.fdopen(say, "w"))
        finally:
            os._exit(0)
    os.close(ours)
    os.close(say)
    return os.fdopen(theirs, "w"), os.fdopen(back)


def main(directory: Path, processes: int, rounds: int) -> None:
    """Start every round for all of them at once."""
    rivals = [rival(directory, number) for number in range(processes)]
    for _way, back in rivals:
        assert back.readline() == "ready\n"
    for number in range(1, rounds + 1):
        for way, _back in rivals:
            print(number, file=way, flush=True)
        print(json.dumps([back.readline().rstrip("\n") for _way, back in rivals]), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
