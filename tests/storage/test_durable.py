"""What is confirmed is on the disk, not only handed to the system, before anything leaves."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.storage.processes import ROOT
from tests.store.making import open_at
from tests.support.figures import tell

SYNC = re.compile(r"\bf(?:data)?sync\(\d+<([^>]*)>\)\s+= 0")
WORD = re.compile(r'\bwrite\(\d+<[^>]*/told>, "([A-Z]+)"')


def test_the_real_connection_syncs_at_every_commit(tmp_path: Path) -> None:
    stores = open_at(tmp_path / "data")
    with stores.journal.file.writing() as (session, _audit):
        ask = session.connection().exec_driver_sql
        found = {name: ask(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "secure_delete")}
        found |= {name: ask(f"PRAGMA {name}").scalar() for name in ("foreign_keys", "trusted_schema")}
    with stores.cache.file.writing() as (cache, _journal):
        modes = [cache.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "wal_autocheckpoint")]
    stores.close()
    full = 2
    assert found == {
        "journal_mode": "delete", "synchronous": full, "secure_delete": 1, "foreign_keys": 1, "trusted_schema": 0,
    }  # fmt: skip
    assert modes == ["wal", 0]  # one process at a time moves the log into the file


def can_trace() -> bool:
    strace = shutil.which("strace")
    return strace is not None and subprocess.run([strace, "-o", "/dev/null", "true"], check=False).returncode == 0


def synced(trace: str) -> list[tuple[str, list[str]]]:
    """Return each word of the traced process with the names of the files that were synced since the one before."""
    found: list[tuple[str, list[str]]] = []
    names: list[str] = []
    for line in trace.splitlines():
        if (sync := SYNC.search(line)) is not None:
            names.append(Path(sync[1].removesuffix(" (deleted)")).name)
        elif (word := WORD.search(line)) is not None:
            found.append((word[1], names))
            names = []
    return found


@pytest.mark.skipif(not can_trace(), reason="no strace here: that every commit syncs is asserted by its settings alone")
def test_intent_and_attempt_are_synced_before_the_request_leaves_and_the_outcome_after(tmp_path: Path) -> None:
    code = f"import runpy, sys; sys.path[:0] = {[str(ROOT / 'src'), str(ROOT)]!r}; "
    code += f"runpy.run_path({str(Path(__file__).with_name('sending.py'))!r}, run_name='__main__')"
    log = tmp_path / "trace"
    tracing = ["strace", "-f", "-y", "-e", "trace=fsync,fdatasync,write", "-e", "signal=none", "-o", str(log)]
    subprocess.run([*tracing, sys.executable, "-c", code, str(tmp_path)], check=True, timeout=300)
    words = dict(synced(log.read_text(encoding="utf-8", errors="replace")))
    assert list(words) == ["CONFIRMED", "LEAVING", "RECORDED"]
    # Each commit syncs the rollback journal and then the file itself: once for the intent, once for the attempt.
    before, after = words["LEAVING"], words["RECORDED"]
    counts = [before.count("journal.db-journal"), before.count("journal.db"), after.count("journal.db")]
    violations = int(counts[0] < 2 or counts[1] < 2 or counts[2] < 1)
    tell("R2", 1, violations, says=f"{counts[1]} syncs of the journal before a request leaves, seen by strace")
    assert not violations, words
