"""On a terminal: what is shown, what is asked, and that only the right answer moves money."""

from __future__ import annotations

import re
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.cli.conftest import Shop, until
from tests.support.terminal import Terminal

PROMPT = "Type "


def ask(shop: Shop, *arguments: str) -> Terminal:
    return Terminal(shop.command(*arguments), columns=100)


def test_the_facts_are_shown_and_the_amount_confirms(shop: Shop) -> None:
    order = shop.make("authorized", number="T-1")
    with ask(shop, "capture", order, "--amount", "45.5") as terminal:
        terminal.wait_for("Type the amount in USD to capture it: ")
        for fact in (
            "CAPTURE",
            "SIMULATOR / sim",
            "T-1",
            "AUTHORIZED",
            "45.50 USD",
            "at most 120.00 USD",
            "After this",
        ):
            assert fact in terminal.text
        assert shop.requests(order) == []
        terminal.type("45.50\n")
        assert terminal.ended() == 0
    assert shop.effects(order) == [("capture", "45.50")]


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (("capture",), ""),
        (("capture",), "y"),
        (("capture",), "yes"),
        (("capture",), "12.00"),
        (("capture",), "120.00 USD"),
        (("void",), "y"),
        (("void",), "120.00"),
        (("cancel",), "yes"),
        (("cancel",), "0000"),
    ],
)
def test_any_other_answer_sends_nothing(shop: Shop, command: tuple[str, ...], answer: str) -> None:
    order = shop.make("authorized")
    with ask(shop, *command, order) as terminal:
        terminal.wait_for(PROMPT)
        terminal.type(f"{answer}\n")
        assert terminal.ended() == 2
        assert "nothing was sent" in terminal.text
    assert shop.requests(order) == []
    assert shop.good("journal", "list", "--json").json == {"intents": []}


@pytest.mark.parametrize("verb", ["void", "cancel"])
def test_void_takes_yes_and_cancel_the_end_of_the_id(shop: Shop, verb: str) -> None:
    order = shop.make("authorized")
    with ask(shop, verb, order) as terminal:
        terminal.wait_for(PROMPT)
        terminal.type("yes\n" if verb == "void" else f"{order[-4:]}\n")
        assert terminal.ended() == 0
    assert shop.effects(order) == [(verb, None)]


def test_what_was_typed_before_the_question_is_no_answer(shop: Shop) -> None:
    order = shop.make("authorized")
    with ask(shop, "capture", order) as terminal:
        terminal.type("120.00\n" * 5)
        terminal.wait_for(PROMPT)
        terminal.type("\n")
        assert terminal.ended() == 2
    assert shop.requests(order) == []


def test_a_warning_is_accepted_by_name_on_a_terminal_too(shop: Shop) -> None:
    order = shop.make("authorized")
    with ask(shop, "close", order) as terminal:
        assert terminal.ended() == 3
        assert "--accept leaves-authorization" in terminal.text
    assert shop.requests(order) == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGHUP, 129), (signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_at_the_question_sends_nothing(shop: Shop, number: signal.Signals, code: int) -> None:
    order = shop.make("authorized")
    with ask(shop, "capture", order) as terminal:
        terminal.wait_for(PROMPT)
        terminal.process.send_signal(number)
        assert terminal.ended() == code
    assert shop.requests(order) == []


def test_a_terminal_gone_at_the_question_sends_nothing(shop: Shop) -> None:
    order = shop.make("authorized")
    with ask(shop, "capture", order) as terminal:
        terminal.wait_for(PROMPT)
        terminal.hang_up()
        until(lambda: terminal.process.poll() is not None)
        assert terminal.process.returncode == 2
    assert shop.requests(order) == []


def test_tables_are_aligned_and_no_outside_byte_drives_the_terminal(shop: Shop) -> None:
    hostile = "\x1b]0;owned\x07\x9b31m\x1b[2J\u202eAda"
    made = shop.sim("POST", "/_sim/orders", [{"situation": "open", "number": "\x1b[6n1"}])[0]
    shop.learn(shop.line(made, buyer=hostile))
    for command in (("orders", "list"), ("orders", "list", "--csv"), ("orders", "list", "--json"),
                    ("orders", "show", made["permission_id"]), ("refresh", made["permission_id"])):  # fmt: skip
        with ask(shop, *command) as terminal:
            assert terminal.ended() == 0
        foreign = re.sub(rb"\x1b\[(0|1)m", b"", terminal.written)
        assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", foreign), command
        assert "\u202e".encode() not in foreign
        assert b"\xc2\x9b" not in foreign


def test_colour_is_for_terminals_that_want_it(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.make("open", read=False)
    with ask(shop, "orders", "list") as terminal:
        terminal.ended()
    assert b"\x1b[1m" in terminal.written
    monkeypatch.setenv("NO_COLOR", "1")
    with ask(shop, "orders", "list") as terminal:
        terminal.ended()
    assert b"\x1b" not in terminal.written


def test_without_a_configuration_the_demo_is_offered(shop: Shop) -> None:
    with Terminal(shop.command()[:3]) as terminal:
        terminal.wait_for("Type demo or init, or Enter to leave: ")
        terminal.type("no\n")
        assert terminal.ended() == 7
        assert "config.toml" in terminal.text


def damage(database: Path, table: str) -> None:
    """Overwrite the first page of a table, which the first look at a database does not touch."""
    with closing(sqlite3.connect(database)) as connection:
        root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    with open(database, "r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)


def test_a_journal_found_damaged_behind_the_first_frame_ends_the_console_and_says_why(shop: Shop) -> None:
    shop.make("authorized")
    damage(shop.data / "journal.db", "audit")
    with Terminal(shop.command()) as terminal:
        assert terminal.ended() == 1
        said = terminal.text.splitlines()
    assert any("journal" in line and "damaged" in line for line in said), said


def test_a_cache_found_damaged_behind_the_first_frame_is_rebuilt_and_named_at_the_end(shop: Shop) -> None:
    shop.make("authorized")
    damage(shop.data / "cache.db", "happening")
    with Terminal(shop.command()) as terminal:
        until(lambda: list(shop.data.glob("cache.db.damaged-*")))
        terminal.wait_for("ONLINE")
        terminal.type("q")
        assert terminal.ended() == 0
        assert "The cache was damaged" in terminal.text
    assert shop.good("orders", "list", "--json").json["orders"]
