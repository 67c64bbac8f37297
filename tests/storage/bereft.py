"""A desk whose files are taken away: `bereft.py DIRECTORY VERB STRIDE`, run as somebody whom file modes hold back.

Prints a line of JSON for every way and moment: what was wrong, what became of it.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.storage.deed import Deed, Judgement, judge, loudness, prepare, recover, watch_the_line
from tests.support.office import Office, open_office

from azpay_tui.backoffice.errors import BackOfficeError
from azpay_tui.domain.intent import Verb
from azpay_tui.simulator.wire import Request, Response
from azpay_tui.store.errors import StoreError

NOBODY = 65534
MOMENTS = ("before opening", "before confirming", "as it leaves", "once it was answered")


@dataclass
class Way:
    """How files are taken away, and given back."""

    take: Callable[[Path], object]
    give: Callable[[Path], object]
    first: int = 0
    """The first moment that makes sense."""


def _modes(data: Path, directory: int, file: int) -> None:
    for path in data.iterdir():
        path.chmod(directory if path.is_dir() else file)
    data.chmod(directory)


def _move(data: Path, name: str, suffix: str) -> None:
    (data / name).rename(data / f"{name}{suffix}")


def _replace(data: Path) -> None:
    _move(data, "journal.db", ".kept")
    shutil.copy(data / "journal.db.kept", data / "journal.db")


WAYS = {
    "a directory that cannot be written": Way(lambda data: data.chmod(0o500), lambda data: data.chmod(0o700)),
    "nothing that can be written": Way(lambda data: _modes(data, 0o500, 0o400), lambda data: _again(data)),
    "a journal that cannot be written": Way(
        lambda data: (data / "journal.db").chmod(0o400), lambda data: (data / "journal.db").chmod(0o600)
    ),
    "a journal that cannot be read": Way(
        lambda data: (data / "journal.db").chmod(0), lambda data: (data / "journal.db").chmod(0o600)
    ),
    "a cache that cannot be written": Way(
        lambda data: (data / "cache.db").chmod(0o400), lambda data: (data / "cache.db").chmod(0o600)
    ),
    "a cache that is gone": Way(lambda data: (data / "cache.db").unlink(missing_ok=True), lambda data: None),
    "a directory that is gone": Way(lambda data: data.rename(data.with_name("away")), lambda data: _back(data), 1),
    "a journal that is gone": Way(lambda data: _move(data, "journal.db", ".kept"), lambda data: _give_journal(data)),
    "another journal in its place": Way(_replace, lambda data: _give_journal(data), 1),
}


CASES = [(name, moment) for name, way in WAYS.items() for moment in MOMENTS[way.first :]]


def _again(data: Path) -> None:
    data.chmod(0o700)
    _modes(data, 0o700, 0o600)


def _back(data: Path) -> None:
    if data.exists():
        shutil.rmtree(data)
    data.with_name("away").rename(data)


def _give_journal(data: Path) -> None:
    (data / "journal.db.kept").replace(data / "journal.db")


def run(deed: Deed, place: Path, way: Way, moment: str) -> tuple[Judgement, str]:
    """Take it away at a moment, let the program come to its end, give it back, let the next one come to rest."""
    judged, word = Judgement(), "acted"
    simulator = deed.copy(place)
    data, order_id = place / "data", deed.ready.wish.order_id
    with loudness() as loud:
        if moment == MOMENTS[0]:
            way.take(data)
        try:
            with open_office(place, simulator) as office:
                watch_the_line(office, judged)
                if moment == MOMENTS[1]:
                    way.take(data)
                arrange(office, way, data, moment)
                office.desk.wait(office.desk.submit(deed.ready, deed.ready.offer.warnings).id, 60)
        except (BackOfficeError, StoreError) as error:
            word = f"refused: {error}"
        finally:
            way.give(data)
        acts = sum(entry.effect for entry in simulator.ledger)
        judged.expect(acts == 0 or moment in MOMENTS[2:] or word == "acted", f"{word}, and {acts} effects")
        with open_office(place, simulator) as office:
            watch_the_line(office, judged)
            recover(office)
            judge(office, judged, order_id)
    judged.wrong += loud.said
    return judged, word


def arrange(office: Office, way: Way, data: Path, moment: str) -> None:
    """Take it away when the request that acts comes to its moment."""
    before, after = office.transport.before, office.transport.after
    assert before is not None
    assert after is not None
    taken: list[bool] = []

    def take(request: Request) -> None:
        if request.method != "GET" and not taken:
            taken.append(True)
            way.take(data)

    def leaving(request: Request) -> None:
        before(request)
        if moment == MOMENTS[2]:
            take(request)

    def answered(request: Request, answer: Response) -> None:
        after(request, answer)
        if moment == MOMENTS[3]:
            take(request)

    office.transport.before, office.transport.after = leaving, answered


def main(place: Path, verb: str, stride: int) -> None:
    """Try every way at every moment, or some of them."""
    deed = prepare(Verb(verb), place / "template")
    run(deed, place / "whole", Way(lambda data: None, lambda data: None), MOMENTS[0])  # imports what there is to import
    if os.geteuid() == 0:
        for path in (place, *place.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    for name, moment in CASES[::stride]:
        judged, word = run(deed, place / "run", WAYS[name], moment)
        state = judged.intent.state if judged.intent else "none"
        line = {"way": name, "moment": moment, "wrong": judged.wrong, "word": word, "state": state}
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
