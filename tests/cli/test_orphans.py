"""Orders that only one side has, from the command line: found by view and filter, explained, right after a rebuild."""

from __future__ import annotations

from tests.cli.conftest import Shop

NOWHERE = "S01-9999999-0000001"


def orphans(shop: Shop) -> dict[str, list[str]]:
    found = shop.good("orders", "list", "--view", "orphans", "--json").json["orders"]
    return {row["id"]: row["differs"] for row in found}


def test_an_order_the_shop_does_not_name_is_an_orphan_and_the_reverse_is_one_too(shop: Shop) -> None:
    lost = shop.make("open", known=False)
    assert orphans(shop) == {}
    shop.make("authorized", number="O-1")
    shop.learn(f"O-2,{NOWHERE},,,USD,10.00,,,")
    shop.good("sync", "--once")
    expected = {lost: ["not-in-shop"], NOWHERE: ["not-at-amazon"]}
    assert orphans(shop) == expected
    fresh = shop.make("open", known=False, read=False)
    assert orphans(shop) == {**expected, fresh: ["not-in-shop"]}
    by_filter = shop.good("orders", "list", "--filter", "differs=not-at-amazon", "--json").json["orders"]
    assert [row["id"] for row in by_filter] == [NOWHERE]
    assert shop.good("orders", "list", "--view", "diverged", "--json").json["total"] == 0
    shop.good("doctor", "--rebuild-cache")
    assert orphans(shop).keys() == {lost, fresh}, "nothing was read yet"
    shop.good("sync", "--once")
    assert orphans(shop) == {**expected, fresh: ["not-in-shop"]}


def test_an_order_says_who_named_it_and_what_puts_it_right(shop: Shop) -> None:
    order = shop.make("open", known=False)
    shop.make("authorized", number="O-1")
    shown = shop.good("orders", "show", order, "--json").json["order"]
    assert shown["shop"] == {
        "status": None,
        "claim": None,
        "sources": [{"source": "track", "side": "person", "number": None, "status": None, "claim": None}],
        "lines": [],
    }
    [difference] = shown["differences"]
    assert list(difference) == ["code", "sentence", "fix"]
    assert difference["code"] == "not-in-shop"
    text = shop.good("orders", "show", order).out
    assert "Named by       track" in text
    assert f"not-in-shop: {difference['sentence']} " in text
    assert f"Next: {difference['fix']}" in text
    named = shop.good("orders", "show", "O-1").out
    assert "Named by       import O-1" in named
    assert "not-in-shop" not in named


def test_an_empty_view_says_how_far_that_is_known_and_a_full_one_what_differs(shop: Shop) -> None:
    shop.make("open", known=False)
    assert (
        "No orphan can be told: the shop did not name any order yet."
        in shop.good("orders", "list", "--view", "orphans").err
    )
    shop.make("authorized", number="O-1")
    shown = shop.good("orders", "list", "--view", "orphans")
    assert "No orphan" not in shown.err
    titles, row = (line.split("\t") for line in shown.out.splitlines())
    assert row[titles.index("DIFFERS")] == "not-in-shop"
    assert "Shop and Amazon agree on every order." in shop.good("orders", "list", "--view", "diverged").err
    lines = shop.good("orders", "list", "--view", "orphans", "--csv").out.splitlines()
    assert lines[0].endswith(",shop_status,differs")
    assert lines[1].endswith(",,not-in-shop")
