"""Kills a program while it brings a database up to date: `upgrading.py DIRECTORY DATABASE VERSION STRIDE`.

Everything is imported once; each victim is forked, and killed by SIGKILL before its n-th statement. Prints a line of
JSON for every kill: the statement, what was found wrong, the schema found, whether there was something to roll back.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest
from tests.storage.faulty import Database, Trouble, troubled
from tests.store.making import NOW, answer, draft, fill, oid, open_at
from tests.store.older import as_of

from azpay_tui.domain.intent import Verb
from azpay_tui.store import opening
from azpay_tui.store.files import DataDir
from azpay_tui.store.sqlite import CACHE_PRAGMAS, CACHE_SCHEMA, JOURNAL_PRAGMAS, JOURNAL_SCHEMA

Content = dict[str, list[tuple[object, ...]]]
NEWEST = {"journal": JOURNAL_SCHEMA, "cache": CACHE_SCHEMA}
_STATES = ("succeeded", "declined", "unknown")


def make(directory: Path, database: Database, version: int, beside: Path) -> None:
    """Make a data directory as a program of that version left it; version 0: one without the database."""
    if version == 0 and database == "journal":
        return
    stores = open_at(directory)
    fill(stores, 12)
    for number, state in enumerate(_STATES, 1):
        made = stores.journal.open_intent(draft(oid(number), verb=Verb.REFUND))
        tried = stores.journal.start_attempt(made.id, NOW)
        stores.journal.record(made.id, tried, answer(raw=b"x" * 5000), cast(Any, state), None, None, None, NOW)
    stores.journal.start_attempt(stores.journal.open_intent(draft(oid(9))).id, NOW)
    stores.close()
    if version:
        as_of(version, database, directory / f"{database}.db", beside)
    else:
        for path in directory.glob("cache.db*"):
            path.unlink()


def content(path: Path) -> tuple[int, dict[str, str], Content]:
    """Return number, shape and every row of a database, whole as SQLite finds it after a crash."""
    if not path.exists():
        return 0, {}, {}
    with closing(sqlite3.Connection(str(path))) as connection:
        number = int(connection.execute("PRAGMA user_version").fetchone()[0])
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        shape = dict(connection.execute("SELECT name, coalesce(sql, '') FROM sqlite_master").fetchall())
        rows = {
            name: sorted(connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr)
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE sql LIKE '%STRICT%'").fetchall()
        }
    return number, shape, rows


def victim(directory: Path, trouble: Trouble, told: int) -> None:
    """Bring it up to date as the program does, with a page cache so small that half-done work reaches the disk."""
    small = "PRAGMA cache_size = 1"
    opening.JOURNAL_PRAGMAS, opening.CACHE_PRAGMAS = (*JOURNAL_PRAGMAS, small), (*CACHE_PRAGMAS, small)
    trouble.armed = True
    opening.bring_up_to_date(DataDir(directory), NOW)
    os.write(told, json.dumps(trouble.statements).encode())


def fork_victim(directory: Path, trouble: Trouble) -> tuple[int, list[str]]:
    """Let one live or die; returns how it ended and the statements of one that lived."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        status = 70
        try:
            victim(directory, trouble, theirs)
            status = 0
        finally:
            os._exit(status)
    os.close(theirs)
    with os.fdopen(ours, "rb") as heard:
        said = heard.read()
    _pid, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), json.loads(said) if said else []


def kept(before: Content, after: Content) -> list[str]:
    """Compare row by row what a journal said before with what it says now, in the columns there were."""
    wrong = []
    for name, rows in before.items():
        width = len(rows[0]) if rows else 0
        now = sorted((row[:width] for row in after.get(name, [])), key=repr)
        if now != rows:
            wrong.append(f"the rows of {name} are not what they were")
    return wrong


def judge(directory: Path, database: Database, version: int, before: tuple[int, dict[str, str], Content]) -> list[str]:
    """Look at what a death left, then open it as the next program does."""
    path, data, wrong = directory / f"{database}.db", DataDir(directory), []
    number, shape, rows = content(path)
    if number not in (version, NEWEST[database]):
        wrong.append(f"schema {number} is neither the old nor the new one")
    if number == version and (shape, rows) != before[1:]:
        wrong.append("the old schema is not as it was")
    if database == "journal" and number > version > 0:
        backups = [content(found)[2] for found in data.backups.glob("before-schema-*.db")]
        if before[2] not in backups:
            wrong.append("there is no back-up of what was before")
    stores = open_at(directory)
    try:
        if stores.read_only_reason or (stores.rebuilt and database == "journal"):
            wrong.append(f"the next program says {stores.read_only_reason or stores.rebuilt}")
        if stores.journal.verify() is not None:
            wrong.append("the audit chain is broken")
        orders, intents = len(stores.reader.page(limit=100).rows), len(stores.journal.intents())
        if (orders, intents) != ((0, 0) if version == 0 and database == "journal" else (12, 4)):
            wrong.append(f"the next program finds {orders} orders and {intents} intents")
    finally:
        stores.close()
    if content(path)[0] != NEWEST[database]:
        wrong.append("the next program did not bring it up to date")
    if database == "journal" and version:
        wrong += kept(before[2], content(path)[2])
    return wrong


def main(place: Path, database: Database, version: int, stride: int) -> None:
    """Kill one after another."""
    template, run = place / "template", place / "run"
    (place / "beside").mkdir()
    make(template, database, version, place / "beside")
    before = content(template / f"{database}.db")
    patch = pytest.MonkeyPatch()

    def again(at: int) -> tuple[int, list[str]]:
        shutil.rmtree(run, ignore_errors=True)
        if template.exists():
            shutil.copytree(template, run)
        with troubled(patch) as trouble:
            trouble.database, trouble.at, trouble.fails = database, at, "kill"
            return fork_victim(run, trouble)

    code, statements = again(0)
    assert (code, judge(run, database, version, before)) == (0, [])
    for at in range(1, len(statements) + 1, stride):
        code, _ = again(at)
        half = any(path.exists() and path.stat().st_size > 0 for path in (run / f"{database}.db-journal",))
        half |= database == "cache" and (run / "cache.db-wal").exists() and (run / "cache.db-wal").stat().st_size > 0
        found = content(run / f"{database}.db")[0] if (run / f"{database}.db").exists() else 0
        wrong = judge(run, database, version, before)
        if code != -signal.SIGKILL:
            wrong.append(f"it was not killed but ended with {code}")
        line = {"at": at, "statement": statements[at - 1][:60], "wrong": wrong, "schema": found, "half": half}
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), cast(Database, sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
