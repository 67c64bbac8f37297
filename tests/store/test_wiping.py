"""What a purge leaves on the disk: nothing of a buyer in any file, free page, log, index, back-up or older cache."""

import json
import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.store.making import NOW, answer, charge, draft, oid, open_at, permission, read, tracked
from tests.store.older import as_of
from tests.support.figures import tell

from azpay_tui.domain.intent import Verb
from azpay_tui.domain.order import Address, Buyer
from azpay_tui.domain.sources import SourceState
from azpay_tui.store import wiping
from azpay_tui.store.cache.file import CacheFile
from azpay_tui.store.cache.sources import SourceBook
from azpay_tui.store.errors import JournalUnavailable
from azpay_tui.store.journal.backup import back_up
from azpay_tui.store.journal.verify import verify_journal
from azpay_tui.store.opening import Stores, rebuild_cache

PURGED, OTHERS = [oid(number) for number in range(1, 16)], [oid(number) for number in range(16, 31)]
FIELDS = ("name", "email", "shop-name", "shop-email", "ship-to", "line-1", "line-2", "town", "phone", "new", "message")


def never(_seconds: float) -> bool:
    return False


def token(field: str, order_id: str) -> str:
    """Return what nothing else says: one text per personal field and order."""
    return f"Ωzq{field}-{order_id[-4:]}-xk@example.com" if "email" in field else f"zq{field}-{order_id[-4:]}-xk"


def person(order_id: str, size: int = 0) -> dict[str, str]:
    """Return every personal field; `size` makes values of another length, so that they get another place."""
    return {field: token(field, order_id) + "x" * size for field in FIELDS}


def body(order_id: str, size: int = 0) -> str:
    said = person(order_id, size)
    return json.dumps(
        {
            "chargePermissionId": order_id,
            "buyer": {"name": said["name"], "email": said["email"]},
            "shippingAddress": {"name": said["ship-to"], "addressLine1": said["line-1"], "phoneNumber": said["phone"]},
            "billingAddress": {"addressLine2": said["line-2"], "city": said["town"]},
            "somethingNew": said["new"],
            "statusDetails": {"state": "Closed"},
        }
    )


def learn(stores: Stores, order_ids: list[str], size: int) -> None:
    """Learn of orders from shop and Amazon, all of them at once."""
    moment = NOW + timedelta(minutes=5 * size)
    named, reads = [], []
    for order_id in order_ids:
        said = person(order_id, size)
        labels = tracked(order_id, number=order_id[-4:], side="shop")
        named.append(replace(labels, buyer_name=said["shop-name"], buyer_email=said["shop-email"]))
        address = Address(said["ship-to"], said["line-1"], said["line-2"], None, said["town"], phone=said["phone"])
        buyer = Buyer(said["name"], said["email"])
        fact = permission(order_id, state="Closed", buyer=buyer, shipping=address, updated=moment)
        reads += [read(fact, moment, raw=body(order_id, size))]
        reads += [read(charge(order_id, state="Canceled"), moment, raw=body(order_id, size))]
    stores.cache.reproject(stores.journal.track(named, NOW).changed_ids, NOW)
    stores.cache.put(reads, moment)


@pytest.fixture
def known(stores: Stores, tmp_path: Path) -> Stores:
    """Orders whose buyers stand wherever a buyer can stand, with values that came and went."""
    for size in (0, 40, 3):
        learn(stores, [*PURGED, *OTHERS], size)
    for order_id in (PURGED[0], OTHERS[0]):
        intent = stores.journal.open_intent(draft(order_id, verb=Verb.CLOSE, base=order_id)).id
        stores.journal.start_attempt(intent, NOW)
        came = replace(answer(raw=body(order_id).encode()), message=token("message", order_id))
        stores.journal.record(intent, 1, came, "succeeded", None, None, None, NOW)
    asked = SourceState("shop", "command", "shop", timedelta(hours=1), message=f"odd: {token('name', PURGED[1])}xxx.")
    SourceBook(stores.cache.file).put(asked)
    stores.back_up_daily(NOW)
    as_of(3, "journal", back_up(stores.data, "before-schema-4-20260301T120000.db"), tmp_path)
    return stores


def left(data_dir: Path, order_ids: list[str]) -> dict[str, set[str]]:
    """Search every byte of every file: returns which fields of these orders' buyers stand in which file."""
    wanted = {f"zq{field}-{order_id[-4:]}-xk".encode(): field for order_id in order_ids for field in FIELDS}
    found: dict[str, set[str]] = {}
    for path in data_dir.rglob("*"):
        if path.is_file():
            content = path.read_bytes().lower()
            fields = {field for text, field in wanted.items() if text in content}
            if fields:
                found[str(path.relative_to(data_dir))] = fields
    return found


def is_whole(data_dir: Path) -> bool:
    """Tell whether the audit chain holds, and every row that it speaks of is as it says."""
    found = verify_journal(data_dir)
    return found is not None and found.whole and found.rows > 0


def indexed(data_dir: Path) -> int:
    """Count the pages of the search index that hold the three characters with which the e-mail addresses begin."""
    with closing(sqlite3.connect(data_dir / "cache.db")) as connection:
        return sum("ωzq".encode() in block for (block,) in connection.execute("SELECT block FROM search_data"))


def purge(stores: Stores, order_ids: list[str] = PURGED) -> None:
    stores.cache.purge(stores.journal.purge(order_ids, NOW), NOW)


def test_after_a_wipe_no_byte_of_any_file_names_a_purged_buyer(known: Stores, data_dir: Path) -> None:
    before = left(data_dir, PURGED)
    assert {"journal.db", "cache.db-wal", "backups/journal-20260301.db"} <= before.keys()
    assert set().union(*before.values()) == set(FIELDS)
    purge(known)
    assert known.wipe(NOW, never) == len(PURGED)
    traces = left(data_dir, PURGED)
    tell("S13", len(PURGED) * len(FIELDS), sum(map(len, traces.values())), says="tokens searched in every file")
    assert traces == {}
    assert set().union(*left(data_dir, OTHERS).values()) == set(FIELDS)
    assert is_whole(data_dir)
    assert [row.id for row in known.reader.page(query=token("shop-name", OTHERS[3])).rows] == [OTHERS[3]]
    assert known.reader.page(query=token("shop-name", PURGED[3])).rows == ()
    assert known.wipe(NOW, never) == 0


def nothing(*_arguments: object) -> None:
    return None


STEPS: dict[str, tuple[object, str]] = {
    "the cache is not compacted": (CacheFile, "compact"),
    "back-ups are not rewritten": (wiping, "rewrite_backups"),
    "the journal is not compacted": (wiping, "compact_journal"),
}


@pytest.mark.parametrize("step", STEPS)
def test_the_search_finds_what_a_step_left_out_leaves(
    known: Stores, data_dir: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setattr(*STEPS[step], nothing)
    with closing(sqlite3.connect(data_dir / "journal.db")) as other:  # no secure delete
        other.executescript("PRAGMA secure_delete = OFF; CREATE TABLE spare AS SELECT * FROM tracked; DROP TABLE spare")
    purge(known)
    known.wipe(NOW, never)
    assert left(data_dir, PURGED)


@pytest.mark.parametrize("left_out", ["VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"])
def test_the_search_finds_what_is_left_in_free_pages_and_in_the_log(
    known: Stores, data_dir: Path, monkeypatch: pytest.MonkeyPatch, left_out: str
) -> None:
    class Without:
        """A connection that does everything but one statement."""

        def __init__(self, inner: sqlite3.Connection) -> None:
            self.inner = inner

        def execute(self, sql: str, *values: object) -> sqlite3.Cursor:
            return self.inner.execute("SELECT 0, 0, 0" if sql == left_out else sql, *values)

        def __getattr__(self, name: str) -> object:
            return getattr(self.inner, name)

    purge(known)
    reading = CacheFile.reading

    @contextmanager
    def reading_without(self: CacheFile) -> Iterator[tuple[Without, sqlite3.Connection | None]]:
        with reading(self) as (cache, journal):
            yield Without(cache), journal

    monkeypatch.setattr(CacheFile, "reading", reading_without)
    known.wipe(NOW, never)
    assert any(name.startswith("cache.db") for name in left(data_dir, PURGED))


def test_words_of_the_search_index_go_as_well(known: Stores, data_dir: Path) -> None:
    known.cache.purge(known.journal.purge([*PURGED, *OTHERS], NOW), NOW)
    assert indexed(data_dir)
    known.wipe(NOW, never)
    assert not indexed(data_dir)


def test_caches_set_aside_and_cut_back_ups_go(known: Stores, data_dir: Path) -> None:
    known.close()
    rebuild_cache(data_dir, NOW)
    (data_dir / "backups" / "journal-20260228.db").write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    aside = next(data_dir.glob("cache.db.replaced-*"))
    again = open_at(data_dir)
    purge(again)
    again.wipe(NOW, never)
    assert not aside.exists()
    assert left(data_dir, PURGED) == {}
    assert [path.name for path in sorted((data_dir / "backups").iterdir())] == [
        "before-schema-4-20260301T120000.db", "journal-20260301.db"
    ]  # fmt: skip
    again.close()


@pytest.mark.parametrize("name", ["journal-20260301.db", "before-schema-4-20260301T120000.db"])
def test_a_back_up_that_is_put_back_is_whole(known: Stores, data_dir: Path, name: str) -> None:
    purge(known)
    for _time in range(2):
        known.wipe(NOW, never)
    known.close()
    (data_dir / "backups" / name).replace(data_dir / "journal.db")
    open_at(data_dir).close()
    assert is_whole(data_dir)
    assert left(data_dir, PURGED) == {}


def test_a_back_up_that_is_put_back_keeps_what_was_removed_away(known: Stores, data_dir: Path) -> None:
    purge(known)
    known.wipe(NOW, never)
    known.close()
    (data_dir / "backups" / "journal-20260301.db").replace(data_dir / "journal.db")
    again = open_at(data_dir)
    learn(again, PURGED[:1], 5)
    assert again.wipe(NOW, never) == 0
    assert left(data_dir, PURGED) == {}
    again.close()


def test_what_a_killed_process_began_to_back_up_goes_at_once(known: Stores, data_dir: Path) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    whole = (data_dir / "backups" / "journal-20260301.db").read_bytes()
    for name in (f".journal-20260302.db.{gone.pid}", f".journal-20260302.db.{gone.pid}-journal"):
        (data_dir / "backups" / name).write_bytes(whole)
    purge(known)
    assert known.wipe(NOW, never) == len(PURGED)
    assert left(data_dir, PURGED) == {}


def test_a_back_up_begun_before_a_purge_and_finished_afterwards_is_waited_for_or_done_again(
    known: Stores, data_dir: Path
) -> None:
    backups = data_dir / "backups"
    draft, later = backups / f".journal-20260302.db.{os.getpid()}", backups / "journal-20260302.db"
    draft.write_bytes((backups / "journal-20260301.db").read_bytes())
    purge(known)
    assert known.wipe(NOW, never) == 0  # it never ended
    assert draft.exists()

    def ends(seconds: float) -> bool:
        if seconds and draft.exists():
            draft.replace(later)
        return False

    assert known.wipe(NOW, ends) == len(PURGED)
    assert later.exists()
    assert left(data_dir, PURGED) == {}


@pytest.mark.parametrize("when", ["compact_journal", "rewrite_backups"])
def test_a_wipe_that_failed_is_done_again(
    known: Stores, data_dir: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    def full(*_arguments: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    purge(known)
    with monkeypatch.context() as patched:
        patched.setattr(wiping, when, full)
        with pytest.raises(JournalUnavailable):
            known.wipe(NOW, never)
    assert known.wipe(NOW, never) == len(PURGED)
    assert left(data_dir, PURGED) == {}


def test_what_was_not_removed_from_the_cache_before_a_crash_goes_with_the_next_wipe(
    known: Stores, data_dir: Path
) -> None:
    known.journal.purge(PURGED, NOW)
    assert known.wipe(NOW, never) == len(PURGED)
    assert left(data_dir, PURGED) == {}


def test_a_wipe_that_is_stopped_is_not_done(known: Stores) -> None:
    stopping: Callable[[float], bool] = lambda seconds: True  # noqa: E731
    purge(known)
    assert known.wipe(NOW, stopping) == 0
    assert known.wipe(NOW, never) == len(PURGED)
