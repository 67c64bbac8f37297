"""An error of SQLite at each statement of a whole action on money: nothing leaves without a commit, nothing is lost.

At full size one error at each statement, evenly and for each verb another one; with AZPAY_EVERY_ERROR=1 every error at
each, which takes hours.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.storage.deed import (
    SITUATIONS,
    Deed,
    Judgement,
    judge,
    loudness,
    one_reader,
    prepare,
    recover,
    watch_the_line,
)
from tests.storage.faulty import ERRORS, Database, Fails, Trouble, troubled
from tests.support.figures import full, tell
from tests.support.office import open_office

from azpay_tui.backoffice.errors import BackOfficeError
from azpay_tui.domain.intent import Verb
from azpay_tui.store.errors import StoreError


def run(deed: Deed, place: Path, trouble: Trouble, *, afresh: bool) -> Judgement:
    """Confirm the wish while the store fails as arranged, then let this program or the next one come to rest."""
    judged = Judgement()
    order_id = deed.ready.wish.order_id
    simulator = deed.copy(place)
    trouble.statements, trouble.hits = [], 0
    with loudness() as loud:
        with open_office(place, simulator) as office:
            watch_the_line(office, judged)
            trouble.armed = True
            try:
                office.desk.wait(office.desk.submit(deed.ready, deed.ready.offer.warnings).id, 60)
            except (BackOfficeError, StoreError):
                pass  # told to the person; what became of the money is judged below
            finally:
                trouble.armed = False
            judged.expect(not office.desk.in_flight(), "it is in flight for ever")
            if not afresh:
                recover(office)
                judge(office, judged, order_id)
        if afresh:
            with open_office(place, simulator) as office:
                watch_the_line(office, judged)
                recover(office)
                judge(office, judged, order_id)
    judged.wrong += loud.said
    return judged


def ways(error: str, statements: list[str]) -> Iterator[tuple[int, Fails]]:
    """Every statement failing once, every one failing from there on, every commit that held and did not say so."""
    for number, sql in enumerate(statements, 1):
        yield number, "once"
        if error in ("FULL", "BUSY"):
            yield number, "on"
        if sql == "COMMIT" and error == "IOERR":
            yield number, "late"


def tried(verb: Verb, error: str, statements: list[str]) -> list[tuple[int, Fails]]:
    """Of all ways those to try: few, the share of this error, or all of them."""
    whole = list(ways(error, statements))
    if not full():
        return whole[::97]
    if os.environ.get("AZPAY_EVERY_ERROR"):
        return whole
    turn = list(ERRORS).index(error) + list(SITUATIONS).index(verb)
    return [(number, fails) for number, fails in whole if number % len(ERRORS) == turn % len(ERRORS) or fails == "late"]


VERBS = list(SITUATIONS) if full() else [Verb.CAPTURE, Verb.REFUND]


@pytest.fixture(scope="module")
def deeds(tmp_path_factory: pytest.TempPathFactory) -> dict[Verb, Deed]:
    """The same beginnings for every test."""
    return {verb: prepare(verb, tmp_path_factory.mktemp("deed") / verb) for verb in VERBS}


@pytest.mark.parametrize("error", ERRORS if full() else ("FULL", "IOERR"))
@pytest.mark.parametrize("database", ["journal", "cache"])
@pytest.mark.parametrize("verb", VERBS)
def test_an_error_at_any_statement_loses_nothing_and_sends_nothing_unwritten(
    deeds: dict[Verb, Deed], place: Path, monkeypatch: pytest.MonkeyPatch, verb: Verb, database: Database, error: str
) -> None:
    one_reader(monkeypatch)
    deed = deeds[verb]
    wrong: list[str] = []
    outcomes: Counter[str] = Counter()
    with troubled(monkeypatch) as trouble:
        trouble.database, trouble.error = database, error
        whole = run(deed, place / "run", trouble, afresh=True)
        statements = list(trouble.statements)
        assert whole.wrong == []
        assert (whole.effects, len(statements) > 20) == (1, True), "the action was not one whole action"
        for number, fails in tried(verb, error, statements):
            trouble.at, trouble.fails = number, fails
            judged = run(deed, place / "run", trouble, afresh=number % 2 == 0)
            assert trouble.hits, "the statement that was to fail never came"
            # Whatever the cache does, what Amazon answered is written down.
            judged.expect(database == "journal" or judged.answers == judged.effects, "the answer was lost")
            outcomes[judged.intent.state if judged.intent else "none"] += 1
            seed = f"{verb} {database} {error} {fails} at {number}: {statements[number - 1][:60]!r}"
            wrong += [f"{seed}: {text}" for text in judged.wrong]
    found = ", ".join(f"{count} {state}" for state, count in sorted(outcomes.items()))
    seed = wrong[0] if wrong else ""
    tell("R15", outcomes.total(), len(wrong), seed=seed, says=f"{error} at each statement of {database}: {found}")
    assert wrong == []
