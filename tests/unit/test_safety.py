"""The driver of the proofs is honest: what did not run, failed, or told nothing never counts as proved."""

from __future__ import annotations

import itertools
import json
import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from tests.mutation import drive, trying, typed
from tests.safety import covered, kept
from tests.safety.pieces import ROOT, Piece, names_in, pieces
from tests.safety.promises import Book, Promise, PromiseError, Run, chosen, load
from tests.safety.results import Figure, Outcome, Results
from tests.safety.run import Times, run
from tests.safety.table import Row, rows, text
from tests.schedules.draw import enumerated

BOOK = load()


def book(*proofs: str, runs: tuple[Run, ...] = ()) -> Book:
    return Book({"R1": Promise("R1", "says", "figure", proofs)}, {run.name: run for run in runs}, frozenset())


def judged(outcome: Outcome | None, the_book: Book | None = None) -> Row:
    the_book = the_book or book("tests/a.py")
    planned = pieces(the_book, ["R1"], 1)
    outcomes = {} if outcome is None else {planned[0].name: outcome}
    return rows(the_book, ["R1"], planned, outcomes, {piece.name: "the.log" for piece in planned})[0]


def told(runs: int, violations: int = 0, promise: str = "R1", seed: str = "") -> Outcome:
    return Outcome(0, 1.0, (Figure(promise, runs, violations, seed),))


# What counts


def test_a_promise_holds_when_its_proof_passed_and_told_what_it_tried() -> None:
    row = judged(told(7))
    assert (row.runs, row.violations, row.wrong) == (7, 0, ())
    assert "1 of 1 promises hold" in text([row])


@pytest.mark.parametrize(
    ("outcome", "wrong"),
    [
        (None, "did not run"),
        (Outcome(1, 1.0, (Figure("R1", 7, 0),)), "failed, see the.log"),
        (Outcome(0, 1.0, ()), "told nothing"),
        (told(0), "told nothing"),
        (told(7, promise="R2"), "told nothing"),
        (told(7, 2, seed="41"), "2 violations"),
    ],
    ids=["not run", "failed", "silent", "none tried", "of another promise", "violated"],
)
def test_what_is_less_than_that_does_not_count(outcome: Outcome | None, wrong: str) -> None:
    row = judged(outcome)
    assert any(wrong in reason for reason in row.wrong)
    shown = text([row])
    assert wrong in shown
    assert "0 of 1 promises hold" in shown


def test_a_promise_that_nothing_proves_does_not_hold() -> None:
    assert rows(book(), ["R1"], (), {}, {})[0].wrong == ("nothing proves it",)


def test_one_of_two_proofs_is_not_enough() -> None:
    the_book = book("tests/a.py", "tests/b.py")
    planned = pieces(the_book, ["R1"], 1)
    row = rows(the_book, ["R1"], planned, {"tests/a.py": told(7), "tests/b.py": Outcome(0, 1, ())}, {})[0]
    assert row.wrong == ("tests/b.py told nothing",)


def test_the_seed_of_the_first_violation_is_shown() -> None:
    assert judged(told(7, 2, seed="41 --crash sent")).seed == "41 --crash sent"
    assert judged(told(7, 2)).seed == "not told"


# What is run


def test_a_seeded_run_is_cut_into_pieces_without_gap_or_overlap() -> None:
    the_book = book("simulation", runs=(Run("simulation", "tests.x --from {first} --to {last}", 10, 4),))
    planned = pieces(the_book, ["R1"], 101)
    assert [piece.seeds for piece in planned] == [(101, 104), (105, 108), (109, 110)]
    assert planned[0].command[1:] == ("-m", "tests.x", "--from", "101", "--to", "104")


def test_a_test_is_not_run_twice_when_its_file_is_run() -> None:
    promises = {
        "R1": Promise("R1", "", "", ("tests/a.py::test_one",)),
        "R2": Promise("R2", "", "", ("tests/a.py",)),
        "R3": Promise("R3", "", "", ("tests/a.py",)),
    }
    (piece,) = pieces(Book(promises, {}, frozenset()), promises, 1)
    assert (piece.name, set(piece.told)) == ("tests/a.py", {"R1", "R2", "R3"})


def test_a_file_can_be_split_into_its_tests() -> None:
    here = str(Path(__file__).relative_to(ROOT))
    split = Book({"R1": Promise("R1", "", "", (here,))}, {}, frozenset({here}))
    names = [piece.name for piece in pieces(split, ["R1"], 1)]
    assert f"{here}::test_a_file_can_be_split_into_its_tests" in names
    assert len(names) == len(set(names)) == len(names_in(Path(__file__)))


def test_the_enumeration_is_run_whole() -> None:
    assert BOOK.runs["enumeration"].many == sum(1 for _ in enumerated()), "parts left out, or empty pieces"


def test_only_known_promises_can_be_chosen() -> None:
    assert chosen(BOOK, "S3, r8") == ("R8", "S3")
    assert "S12" not in chosen(BOOK, "")
    with pytest.raises(PromiseError, match="R99 is no promise"):
        chosen(BOOK, "R99")
    with pytest.raises(PromiseError, match="Nothing proves S12 yet: it comes with notifications"):
        chosen(BOOK, "S12")


def test_every_promise_has_a_proof_or_says_what_brings_it() -> None:
    bare = {code for code, promise in BOOK.promises.items() if not promise.proofs and promise.later is None}
    assert bare == set()
    assert [code for code, promise in BOOK.promises.items() if promise.later] == ["S12"]


@pytest.mark.parametrize(("code", "proof"), list(BOOK.proofs()))
def test_every_proof_is_there(code: str, proof: str) -> None:
    if proof in BOOK.runs:
        module = ROOT / BOOK.runs[proof].command.split()[0].replace(".", "/")
        assert module.with_suffix(".py").exists() or (module / "__main__.py").exists()
        return
    file, _, name = proof.partition("::")
    assert (ROOT / file).is_file(), f"{proof} shall prove {code}"
    if name:
        assert re.sub(r"\[.*\]$", "", name) in names_in(ROOT / file), f"{proof} shall prove {code}"


def test_what_is_said_of_times_is_said_of_pieces() -> None:
    planned = pieces(BOOK, chosen(BOOK, ""), 1)
    assert BOOK.seconds.keys() <= {piece.kind for piece in planned}
    assert {piece.name for piece in planned if piece.waits} == BOOK.waiting


# Stopping and going on


def piece(name: str, code: str) -> Piece:
    return Piece(name, (sys.executable, "-c", code), ("R1",), name)


def test_what_is_done_is_not_run_again(tmp_path: Path) -> None:
    results, times = Results(tmp_path / "state"), Times(tmp_path / "times.json")
    tell = "from tests.support.figures import tell; tell('R1', 3)"
    count = f"open({str(tmp_path / 'count')!r}, 'a').write('x')"
    run([piece("one", f"{tell}; {count}")], results, times, 2)
    run([piece("one", f"{tell}; {count}"), piece("two", f"{count}; raise SystemExit(4)")], results, times, 2)
    assert (tmp_path / "count").read_text() == "xx"
    assert results.outcome(piece("one", "")) == Outcome(
        0, pytest.approx(0, abs=60), (Figure("R1", 3, 0),)  # type: ignore[arg-type]
    )  # fmt: skip
    failed = results.outcome(piece("two", ""))
    assert failed is not None
    assert failed.code == 4


def test_what_takes_longest_begins_first(tmp_path: Path) -> None:
    order = tmp_path / "order"
    names = ("short", "not known", "known", "long")
    planned = [piece(name, f"open({str(order)!r}, 'a').write({name!r} + ';')") for name in names]
    times = Times(tmp_path / "times.json", {"short": 2, "known": 5, "long": 500})
    times.learn(planned[2], 50)
    run(planned, Results(tmp_path / "state"), times, 1)
    assert order.read_text() == "long;known;not known;short;"


def test_what_waits_keeps_nobody_from_working(tmp_path: Path) -> None:
    done = tmp_path / "done"
    patient = f"import pathlib, time\nwhile not pathlib.Path({str(done)!r}).exists(): time.sleep(0.02)"
    waiting = replace(piece("waiting", patient), waits=True)
    results, times = Results(tmp_path / "state"), Times(tmp_path / "times.json", {"waiting": 500})
    run([waiting, piece("working", f"open({str(done)!r}, 'w')")], results, times, 1)
    assert results.outcome(waiting) is not None


STOPPED = """
import sys
from pathlib import Path
from tests.safety.pieces import Piece
from tests.safety.results import Results
from tests.safety.run import Times, heed_every_end, run

heed_every_end()
base = Path(sys.argv[1])
def piece(name, code):
    return Piece(name, (sys.executable, "-c", code), ("R1",), name)
slow = f"import os, pathlib, threading; pathlib.Path({str(base / 'slow')!r}).write_text(str(os.getpid())); "
slow += "threading.Event().wait(600)"
try:
    run([piece("quick", "pass"), piece("slow", slow)], Results(base / "state"), Times(base / "times.json"), 1)
except KeyboardInterrupt:
    print("stopped")
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_keeps_what_is_done_and_leaves_no_process(tmp_path: Path, number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STOPPED, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        end = time.monotonic() + 60
        while not (tmp_path / "slow").exists() or not (tmp_path / "slow").read_text():
            assert time.monotonic() < end
            assert process.poll() is None
            time.sleep(0.02)
        os.kill(process.pid, number)
        out, _ = process.communicate(timeout=60)
    assert out == b"stopped\n"
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "slow").read_text()), 0)
    results = Results(tmp_path / "state")
    assert results.outcome(piece("quick", "")) is not None
    assert results.outcome(piece("slow", "")) is None


# What is kept


def test_the_next_run_takes_seeds_that_none_has_used(tmp_path: Path) -> None:
    file = tmp_path / "totals.json"
    assert kept.next_seed(file) == 1
    row = {"schedules": 10, "violations": 0, "version": "x"}
    file.write_text(json.dumps([{"first": 1, "last": 10, **row}, {"first": 11, "last": 30, **row}]))
    assert kept.next_seed(file) == 31


def test_no_seed_counts_twice() -> None:
    used = sorted(kept.totals(), key=lambda done: done.first)
    for before, after in itertools.pairwise(used):
        assert before.last < after.first


# What is measured beside


def test_a_branch_that_no_test_runs_is_a_gap() -> None:
    whole = {"missing_lines": [], "missing_branches": []}
    files = {f"{covered.SOURCE}/{name}": whole for name in covered.FILES}
    files[f"{covered.SOURCE}/cli/output.py"] = {**whole, "functions": {"shown": whole}}
    assert list(covered.gaps({"files": files})) == []
    files[f"{covered.SOURCE}/domain/money.py"] = {"missing_lines": [7], "missing_branches": [[5, 7], [9, -3]]}
    del files[f"{covered.SOURCE}/tui/display.py"]
    money, display = covered.gaps({"files": files})
    assert str(money) == "domain/money.py: lines 7; branches 5->7, 9->end"
    assert display.file == "tui/display.py", "a module that was not even loaded is no success"


def test_a_change_that_nobody_notices_has_to_be_explained() -> None:
    known = drive.explanations()
    assert known.changes
    survivors = (
        drive.Survivor("one", next(iter(known.changes))),
        drive.Survivor("two", "-a\n+b"),
        drive.Survivor("three", '-query("SELECT a FROM b")\n+query("select a from b")'),
        drive.Survivor("four", '-query("SELECT a FROM b")\n+query("SELECT a FROM bXX")'),
    )
    assert [survivor.name for survivor in drive.not_explained(survivors, known)] == ["two", "four"]


def test_what_is_changed_and_the_tests_that_look_are_there() -> None:
    modules = tomllib.loads((drive.HERE / "modules.toml").read_text(encoding="utf-8"))
    assert modules.pop("goal") >= 90
    for name, module in modules.items():
        parts = trying.parts_of(name, module)
        assert all((trying.SOURCE / file).is_file() for part in parts for file in part.files)
        assert all((ROOT / file).is_file() for part in parts for file in part.tests)
    assert all((ROOT / file).exists() for file in covered.TESTS)


def test_a_file_that_no_part_names_is_not_left_out_in_silence() -> None:
    part = {"files": ["domain/money.py"], "tests": ["tests/unit/domain/test_money.py"]}
    assert [one.name for one in trying.parts_of("money", part)] == ["money"]
    for parts in ([], [part, part], [part, {"files": ["domain/effect.py"], "tests": []}]):
        with pytest.raises(SystemExit, match="each file of money belongs to one part"):
            trying.parts_of("money", {"files": ["domain/money.py"], "parts": parts})


def test_only_what_is_wrong_with_a_change_and_not_with_what_it_was_counts_for_the_type_check(tmp_path: Path) -> None:
    file = tmp_path / "some.py"
    file.write_text("def x_f__mutmut_orig():\n    a\ndef x_f__mutmut_1():\n    b\ndef f():\n    c\n", encoding="utf-8")
    errors = [
        {"line": line, "message": message, "severity": severity}
        for line, message, severity in (
            (2, "untyped", "error"),
            (4, "untyped", "error"),
            (4, "None is no text", "error"),
            (4, "see there", "note"),
            (6, "elsewhere", "error"),
        )
    ]
    assert [error["message"] for error in typed.found(file, errors)] == ["None is no text"]
