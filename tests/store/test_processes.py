"""Several processes on one data directory, deaths and full disks."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.store.making import ORDER, draft, fill, open_at

from azpay_tui.store.errors import JournalUnavailable
from azpay_tui.store.files import DataDir
from azpay_tui.store.locks import Lease, clean_sessions, is_alive
from azpay_tui.store.opening import Stores

ROOT = Path(__file__).parents[2]
PATHS = [str(ROOT / "src"), str(ROOT)]


@contextmanager
def peer(role: str, directory: Path, *rest: str) -> Iterator[subprocess.Popen[str]]:
    code = f"import runpy, sys; sys.path[:0] = {PATHS!r}; sys.argv[0] = 'peers'; "
    code += f"runpy.run_path({str(Path(__file__).with_name('peers.py'))!r}, run_name='__main__')"
    process = subprocess.Popen(
        [sys.executable, "-c", code, role, str(directory), *rest],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def rest_of(process: subprocess.Popen[str]) -> list[str]:
    out, _err = process.communicate(timeout=120)
    return out.splitlines()


def until(true: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def test_a_death_inside_a_transaction_leaves_the_journal_as_it_was(stores: Stores, data_dir: Path) -> None:
    with peer("die_inside", data_dir) as process:
        assert line(process) == "inside"
        assert process.wait(60) == -9
    hot = data_dir / "journal.db-journal"
    assert hot.stat().st_size > 0, "the death left nothing to roll back: the test proves nothing"
    order = stores.reader.order(ORDER)  # a reader alone rolls it back
    assert order is not None
    assert [(i.id, i.state) for i in order.intents] == [("I-000001", "sent")]
    assert not hot.exists()
    assert stores.journal.verify() is None
    assert not stores.is_alive(stores.journal.intents()[0].draft.session)


def test_a_full_disk_stops_new_intents_and_loses_no_outcome(data_dir: Path) -> None:
    with peer("full", data_dir) as process:
        said = rest_of(process)
    assert said == ["refused True True", "refused True True", "recorded succeeded", "moved abandoned"]
    stores = open_at(data_dir)
    states = {i.id: i.state for i in stores.journal.intents()}
    evidence = stores.journal.evidence("I-000001")[0]
    assert stores.journal.verify() is None
    stores.close()
    assert states == {"I-000001": "succeeded", "I-000002": "abandoned"}
    assert evidence.raw_length == 200_000
    assert 0 < len(evidence.raw) < 200_000


def test_a_locked_journal_refuses_and_changes_nothing(data_dir: Path) -> None:
    holder, other = open_at(data_dir), open_at(data_dir, busy=0.1)
    with holder.journal.file.writing():
        with pytest.raises(JournalUnavailable, match="locked by another program"):
            other.journal.open_intent(draft())
        assert other.journal.intents() == ()  # readers read on
    assert other.journal.open_intent(draft()).id == "I-000001"
    holder.close()
    other.close()


def test_a_directory_that_cannot_be_written_is_read_and_never_sent_from() -> None:
    with tempfile.TemporaryDirectory() as public:  # the test's own directory is closed to everybody else
        directory = Path(public) / "data"
        stores = open_at(directory)
        fill(stores, 3)
        stores.close()
        Path(public).chmod(0o755)
        directory.chmod(0o555)
        for path in directory.iterdir():
            path.chmod(0o555 if path.is_dir() else 0o444)
        try:
            with peer("protected", directory) as process:
                said = rest_of(process)
        finally:
            directory.chmod(0o755)
    if os.geteuid() == 0 and not said:
        pytest.skip("another user cannot run this interpreter")
    assert said[0].startswith("reason The data directory")
    assert said[1] == "order True 3"
    assert said[2].startswith("refused The data directory")


def test_a_session_lives_as_long_as_its_process(stores: Stores, data_dir: Path) -> None:
    data = DataDir(data_dir)
    lease = Lease(data.refresh_lock)
    with peer("session", data_dir) as process:
        session_id, holds = line(process).split()
        assert holds == "True"
        assert is_alive(data.sessions, session_id)
        assert not lease.try_acquire()
        assert not lease.held
        assert clean_sessions(data.sessions) == 0
        process.kill()
        process.wait()
        assert not is_alive(data.sessions, session_id)
        until(lease.try_acquire)
    assert clean_sessions(data.sessions) == 1
    lease.release()
    assert stores.session is not None
    assert stores.is_alive(stores.session.id)


@pytest.mark.parametrize("session_id", ["", "s-gone", "../journal", "s-\0", "S" * 300])
def test_an_id_that_is_no_session_is_dead(stores: Stores, session_id: str) -> None:
    assert not stores.is_alive(session_id)


def test_a_forked_child_does_not_keep_its_parents_session(stores: Stores) -> None:
    assert stores.session is not None
    assert stores.lease.try_acquire()
    other = Lease(stores.data.refresh_lock)
    ready, hold = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.write(ready[1], b"1")
        os.read(hold[0], 1)
        os._exit(0)
    os.read(ready[0], 1)
    stores.lease.release()
    assert other.try_acquire()
    os.write(hold[1], b"1")
    os.waitpid(child, 0)
    for descriptor in (*ready, *hold):
        os.close(descriptor)
    other.release()


def test_a_reader_reads_on_while_another_process_writes(stores: Stores, data_dir: Path) -> None:
    fill(stores, 1)
    before = stores.reader.revision()
    with peer("write", data_dir, "60") as process:
        assert line(process) == "ready"
        words = set()
        while process.poll() is None:
            row = stores.reader.row(ORDER)
            order = stores.reader.order(ORDER)
            assert row is not None
            assert order is not None
            words.add(order.permission.state if order.permission else None)
        assert process.returncode == 0
    assert words <= {"Chargeable", "Closed"}
    assert stores.reader.revision() > before
    assert stores.reader.changed_since(before) == (ORDER,)
