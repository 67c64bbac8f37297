"""A journal that somebody else wrote to past azpay: no text of it drives the terminal of whoever reads it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.hostile.judge import LOOKS, foreign
from tests.hostile.teletype import on_pipe, on_terminal
from tests.support.figures import tell
from tests.support.office import KEY_ID, PLACE, open_office

from azpay_tui.domain.intent import Verb
from azpay_tui.domain.marks import MarkChange

HOSTILE = "\x1b]0;x\x07\x1b[2J\x9b31m\u202e\u2028\x85\ufeff[@click=app.quit]x[/]\r\n\ud800".encode(
    "utf-8", "replace"
).decode()
BOUND = {
    "intent": {"at", "api", "region", "environment", "merchant", "verb", "order_id", "target", "seen", "state",
               "accepted_warnings", "next_due", "settled_at", "amount_currency"},
    "attempt": {"intent_id", "started_at", "ended_at"},
    "evidence": {"intent_id", "at", "server_date", "received_at", "raw_sha256"},
    "note": {"order_id", "at", "retracted_at"},
    "mark": {"order_id", "review_at", "remind_until", "remind_at"},
    "tracked": {"order_id", "created", "added_at", "updated_at"},
}  # fmt: skip
"""Columns without which a row is none; every other text of these tables is hostile."""
COMMANDS = (
    "journal list",
    "journal show {intent}",
    "journal resume",
    "orders list",
    "orders show {order}",
    "orders actions {order}",
    "audit verify",
    "audit export",
    "audit export --order {order}",
    "sync --status",
    "sync --why {order}",
    "purge {order} --dry-run",
    "doctor",
)


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return a configuration whose journal somebody else filled, and an order of it with everything there is."""
    directory = tmp_path_factory.mktemp("shared", numbered=True)
    with open_office(directory) as office:
        order_id = office.make("captured")
        office.desk.mark([order_id], MarkChange(note="call back", tags=("vip",)))
        office.act(order_id, Verb.REFUND, "1.00")
        office.fault("refund", "reset-before", times=9)
        other = office.make("captured")
        office.act(other, Verb.REFUND, "1.00")
    with closing(sqlite3.connect(directory / "data" / "journal.db", isolation_level=None)) as journal:
        for table, bound in BOUND.items():
            texts = [row[1] for row in journal.execute(f"PRAGMA table_info({table})") if row[2] == "TEXT"]
            for column in set(texts) - bound:
                unique = " || ' ' || rowid" if (table, column) == ("intent", "id") else ""
                journal.execute(f"UPDATE {table} SET {column} = ?{unique}", (HOSTILE,))
        journal.execute(
            "UPDATE audit SET person = ?1, session = ?1, data = json_set(data, '$.os_user', ?1)", (HOSTILE,)
        )
    (directory / "config.toml").write_text(
        f'''default_profile = "sim"
[profiles.sim]
environment = "simulator"
region = "na"
url = "http://127.0.0.1:9"
merchant_id = "{PLACE.merchant}"
public_key_id = "{KEY_ID}"
private_key_file = "key.pem"
data_dir = "data"
writable = true
'''
    )
    (directory / "config.toml").chmod(0o600)
    return directory / "config.toml", order_id


@pytest.mark.parametrize("command", COMMANDS)
def test_what_somebody_else_wrote_into_the_journal_drives_no_terminal(poisoned: tuple[Path, str], command: str) -> None:
    config, order_id = poisoned
    words = [word.format(order=order_id, intent=f"{HOSTILE} 1") for word in command.split(" ")]
    arguments = ["--config", str(config), *words]
    _, terminal = on_terminal(arguments)
    _, out, err = on_pipe(arguments)
    found = [*foreign(terminal, LOOKS), *foreign(out, LOOKS, allowed="\n\t"), *foreign(err, LOOKS, allowed="\n\t")]
    tell("S1", 1, int(bool(found)))
    assert found == []
    assert b"internal error" not in err
