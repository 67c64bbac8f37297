"""Whatever a row of the chain says, however absurd, is told with its number: nothing that looks at it breaks off."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.store.forging import chain_again, database, live, look, open_with
from tests.store.making import NOW, oid, tracked
from tests.support.figures import size, tell

from azpay_tui.cli.audit import _row_shape
from azpay_tui.cli.output import json_text
from azpay_tui.domain.dossier import lines
from azpay_tui.domain.trail import sentence, shared_accounts
from azpay_tui.store.checkup import look_at_journal
from azpay_tui.store.errors import JournalUnavailable
from azpay_tui.store.journal.read import JournalReader

WRITTEN = (
    *("null", "true", "false", "0", "-1", "7", "1.5", "1e400", "NaN", "9" * 5000, "9" * 4000),
    *('""', '"x"', '"7"', '"1 2 3 4 5"', '"\\ud800"', '"\\u001b[2J"', f'"{"x" * 100_000}"'),
    *("[]", '["x"]', '["7"]', "[7]", "[null]", "[[]]", "{}", '{"a":1}', "[" * 3000 + "]" * 3000, "no json"),
)
"""What stands in the place of a fact, as it is written."""
NUMBERS = frozenset({"attempt", "evidence", "note"})
LISTS = frozenset({"ids", "retracted", "forgot"})


@pytest.fixture
def journal(data_dir: Path) -> Path:
    stores = open_with(data_dir)
    live(stores)
    stores.journal.purge([oid(1)], NOW)
    stores.close()
    assert look(data_dir / "journal.db").whole
    return data_dir / "journal.db"


def forgeries(data: str) -> Iterator[tuple[str, str, str]]:
    """Yield each fact of a row with what was put in its place, and the row's data then."""
    facts = json.loads(data)
    for name in facts:
        without = {other: value for other, value in facts.items() if other != name}
        yield name, "", json.dumps(without)
        for written in WRITTEN:
            yield name, written, f"{json.dumps(without)[:-1]}{', ' if without else ''}{json.dumps(name)}: {written}}}"


def look_everywhere(data_dir: Path) -> str:
    """Look at a journal in every way there is; returns what the check says."""
    reader = JournalReader(data_dir)
    rows = reader.trail()
    told = [(sentence(row), row.who, json_text(_row_shape(row))) for row in rows]
    assert len(told) == len(rows)
    list(shared_accounts(rows))
    for intent in reader.intents():
        found = reader.dossier(intent.id)
        assert found is not None
        assert [*lines(found, None, NOW)]
    doctors, found = look_at_journal(data_dir), reader.verify()
    assert doctors is not None
    assert found is not None
    assert doctors.audit.faults() == found.faults()
    return "\n".join(found.faults())


def test_an_absurd_fact_is_told_with_its_row(data_dir: Path, journal: Path) -> None:
    with database(journal) as connection:
        rows = connection.execute("SELECT seq, data FROM audit").fetchall()
        kept = dict(rows)
    forged = [(seq, *forgery) for seq, data in rows for forgery in forgeries(data)]
    tried, missed = 0, []
    for seq, name, written, data in forged[:: size(41, 1)]:
        with database(journal) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("BEGIN")
            connection.executemany("UPDATE audit SET data = ? WHERE seq = ?", [(kept[n], n) for n in kept])
            connection.execute("UPDATE audit SET data = ? WHERE seq = ?", (data, seq))
            chain_again(connection)
            connection.execute("COMMIT")
        said = look_everywhere(data_dir)
        tried += 1
        absurd = written in ("1.5", "1e400", "NaN", "[7]", "[null]", "[[]]", "{}", '{"a":1}', "no json", WRITTEN[-2])
        absurd = absurd or (name in NUMBERS and written in ('"x"', '["x"]')) or (name in LISTS and written in ("7",))
        if absurd and f"Row {seq:,} of the chain" not in said:
            missed.append((seq, name, written[:20], said))
    tell("S8", tried, len(missed), says="absurd facts in rows of a chain made anew")
    assert tried > 50
    assert not missed, missed[0]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE intent SET amount_exponent = 1000000000000",
        "UPDATE intent SET at = '0001-01-01T00:00:00+23:00'",
        "UPDATE intent SET seen = printf('%.*c', 100000, '[')",
        "UPDATE intent SET accepted_warnings = printf('%.*c', 100000, '[')",
        "UPDATE intent SET next_due = '9999-12-31T23:59:59-23:00'",
        "UPDATE attempt SET started_at = 'x'",
        "UPDATE evidence SET at = 'x'",
    ],
)
def test_an_absurd_row_is_told_in_one_sentence(data_dir: Path, journal: Path, statement: str) -> None:
    with database(journal) as connection:
        connection.execute(statement)
    reader = JournalReader(data_dir)
    with pytest.raises(JournalUnavailable, match="what it holds of I-000001 cannot be read"):
        reader.dossier("I-000001")
    assert "I-000001" in "".join(look(journal).faults())


@pytest.mark.parametrize("value", ["no json", "[1]", '{"writable":1e400}', pytest.param("[" * 100_000, id="nested")])
def test_noted_settings_that_are_none_stop_no_entry(data_dir: Path, journal: Path, value: str) -> None:
    with database(journal) as connection:
        connection.execute("UPDATE meta SET value = ? WHERE name = 'audit_settings'", (value,))
    stores = open_with(data_dir)
    assert stores.journal.track([tracked(oid(3))], NOW).added == 1
    stores.close()
    told = JournalReader(data_dir).trail()[-2]
    assert (told.kind, told.data["writable"]) == ("settings", True)
