"""`azpay orders mark`: the console's marks for scripts, kept here and nowhere else."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from tests.cli.conftest import Shop

NOTHING = {"reviewed": None, "reminder": None, "tags": [], "notes": []}


def attention(shop: Shop) -> list[str]:
    listed = shop.good("orders", "list", "--view", "attention", "--json").json
    assert listed["total"] == len(listed["orders"])
    return [row["id"] for row in listed["orders"]]


def test_reviewed_leaves_attention_and_keeps_the_true_codes(shop: Shop) -> None:
    order = shop.make("declined-soft", number="M-1")
    other = shop.make("declined-soft", number="M-2")
    assert set(attention(shop)) == {order, other}
    done = shop.good("orders", "mark", "M-1", "--reviewed", "--json")
    assert list(done.json) == ["order", "marks"]
    assert done.json["order"] == order
    assert done.json["marks"]["reviewed"]["attention"] == ["declined"]
    assert done.json["marks"]["reviewed"]["person"]
    assert attention(shop) == [other]
    (row,) = shop.good("orders", "list", "--query", "M-1", "--json").json["orders"]
    assert row["attention"] == ["declined"]
    assert shop.good("orders", "mark", order, "--not-reviewed").out == f"{order}: not reviewed any more.\n"
    assert set(attention(shop)) == {order, other}
    assert shop.requests(order) == []


def test_notes_tags_and_a_reminder_are_shown(shop: Shop) -> None:
    """S4.5: what the shop wants to remember of an order."""
    order = shop.make("declined-hard", number="M-3")
    assert shop.good("orders", "show", order, "--json").json["marks"] == NOTHING
    said = shop.good(
        "orders",
        "mark",
        order,
        "--note",
        "called  the\nbuyer \x1b[2J",
        "--tag",
        "Fraud",
        "--tag",
        "@ann",
        "--remind",
        "2h",
    ).out
    assert "put off until" in said
    assert "tagged fraud @ann" in said
    shop.good("orders", "mark", order, "--note", "second", "--untag", "fraud")
    marks = shop.good("orders", "show", "M-3", "--json").json["marks"]
    assert list(marks) == list(NOTHING)
    assert [note["text"] for note in marks["notes"]] == ["second", "called the buyer \x1b[2J"]
    assert marks["tags"] == ["@ann"]
    # The clock is the simulator's, which others may have moved.
    until, noted = (datetime.fromisoformat(moment) for moment in (marks["reminder"]["at"], marks["notes"][1]["at"]))
    assert abs(until - noted - timedelta(hours=2)) < timedelta(minutes=5)
    text = shop.good("orders", "show", order).out
    assert "Tags           @ann" in text
    assert "called the buyer \ufffd[2J" in text
    assert "\x1b" not in text
    assert [row["id"] for row in shop.good("orders", "list", "--query", "@ann", "--json").json["orders"]] == [order]
    assert attention(shop) == []
    shop.good("orders", "mark", order, "--no-remind")
    assert attention(shop) == [order]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "Say what to mark"),
        (("--remind", "1h", "--no-remind"), "Choose one of"),
        (("--remind", "soon"), "'soon' is no time"),
        (("--remind", "2020-01-01"), "is over already"),
        (("--note", " "), "The note is empty"),
        (("--note", "x" * 301), "at most 300 fit"),
        (("--tag", "two words"), "is no tag"),
        (("--untag", "-"), "is no tag"),
    ],
)
def test_what_cannot_be_marked_is_usage(shop: Shop, options: tuple[str, ...], said: str) -> None:
    order = shop.make("declined-hard")
    done = shop("orders", "mark", order, *options, "--json")
    assert (done.code, done.error["code"]) == (2, "usage")
    assert said in done.error["message"]
    assert shop.good("orders", "show", order, "--json").json["marks"] == NOTHING


def test_an_order_that_nobody_knows_and_one_that_needs_nobody(shop: Shop) -> None:
    order = shop.make("authorized")
    assert shop("orders", "mark", "nobody", "--note", "x", "--json").error["code"] == "unknown-order"
    done = shop("orders", "mark", order, "--reviewed", "--json")
    assert (done.code, done.error["code"]) == (3, "not-valid")
    assert "needs nobody" in done.error["message"]


def test_an_unknown_outcome_cannot_be_marked_away(shop: Shop) -> None:
    order = shop.make("authorized")
    shop.good("capture", order, "--yes")
    with closing(sqlite3.connect(shop.data / "journal.db")) as connection, connection:
        connection.execute("UPDATE intent SET state = 'attention'")
    shop.good("refresh", order)
    assert attention(shop) == [order]
    for options in (("--reviewed",), ("--remind", "1h")):
        done = shop("orders", "mark", order, *options, "--json")
        assert done.code == 3
        assert "stays in sight until it is settled" in done.error["message"]
    shop.good("orders", "mark", order, "--note", "asked Amazon")


def test_marks_are_local_read_only_and_offline_do_not_matter(own_shop: Shop) -> None:
    shop = own_shop
    order = shop.make("declined-hard")
    shop.simulated.end()
    shop.good("--read-only", "orders", "mark", order, "--reviewed", "--note", "on the train")
    assert shop.good("orders", "show", order, "--json").json["marks"]["notes"][0]["text"] == "on the train"
    assert attention(shop) == []


def test_a_newer_journal_is_not_marked(shop: Shop) -> None:
    order = shop.make("declined-hard")
    with closing(sqlite3.connect(shop.data / "journal.db")) as connection:
        connection.execute("PRAGMA user_version = 99")
    done = shop("orders", "mark", order, "--reviewed", "--json")
    assert (done.code, done.error["code"]) == (3, "not-valid")
    assert "newer azpay" in done.error["message"]
