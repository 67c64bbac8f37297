"""`azpay purge`: personal data goes when it expired, or because somebody asks for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.conftest import Shop

NAME, EMAIL = "Zora Zqcanary", "zqcanary@example.com"


def named(shop: Shop, situation: str, number: str) -> str:
    """Make an order whose buyer the shop's export names."""
    order = shop.make(situation, number=number)
    shop.learn(f"{number},{order},,,,,,{NAME},{EMAIL}")
    return order


def files(shop: Shop) -> list[Path]:
    """Return the files in which the buyer stands."""
    found = [path for path in shop.data.rglob("*") if path.is_file()]
    return [path for path in found if b"zqcanary" in path.read_bytes().lower()]


def day(shop: Shop) -> str:
    """Return which day it is at Amazon: every moment that is kept is told by its clock."""
    return str(shop.sim("GET", "/_sim/clock")["now"])[:10]


def test_one_order_is_purged_on_request(shop: Shop) -> None:
    order = named(shop, "captured", "P-1")
    other = named(shop, "captured", "P-2")
    refused = shop("purge", "--order", "P-1")
    assert refused.code == 2
    assert "Nobody can be asked here: say --yes to confirm." in refused.err
    listed = shop.good("purge", "--order", "P-1", "--dry-run")
    assert listed.out == f"Personal data of 1 order would be removed.\n{order}\n"
    before = day(shop)
    assert shop.good("purge", "--order", "P-1", "--yes", "--json").json == {"orders": [order], "dry_run": False}
    assert files(shop)  # of the other order
    shown = shop.good("orders", "show", "P-1").out
    assert any(f"Buyer          personal data removed on {on}\n" in shown for on in (before, day(shop)))
    assert "personal data removed" not in shop.good("orders", "show", "P-2").out
    again = shop.good("purge", "--order", order, "--order", other, "--yes", "--json")
    assert again.json == {"orders": [other], "dry_run": False}
    assert f"{order}: it was removed already" in again.err
    assert files(shop) == []
    shop.good("refresh", "P-1", "P-2")
    assert shop.good("orders", "show", "P-1", "--json").json["order"]["buyer"] is None
    assert shop.good("audit", "verify").code == 0


def test_what_is_still_due_is_told_and_an_open_action_is_refused(shop: Shop) -> None:
    order = named(shop, "authorized", "P-3")
    told = shop.good("purge", "--order", "P-3", "--dry-run")
    assert "an authorization or a capture has not ended" in told.err
    shop.good("capture", "P-3", "--yes", "--json")
    shop.good("refund", "P-3", "--amount", "1.00", "--yes", "--json")
    refused = shop("purge", "--order", order, "--yes", "--json")
    assert (refused.code, refused.error["code"]) == (3, "busy")
    assert "a refund is not settled" in refused.error["message"]
    assert files(shop)


def test_what_expired_goes_without_a_question(shop: Shop) -> None:
    old, young = shop.make("captured", number="P-4", age="40d"), shop.make("captured", number="P-5", age="1d")
    shop.good("refresh", "P-4", "P-5")
    assert shop.good("purge", "--dry-run", "--json").json == {"orders": [old], "dry_run": True}
    assert shop.good("purge").out == "Personal data of 1 order was removed.\n"
    assert shop.good("purge", "--json").json == {"orders": [], "dry_run": False}
    assert shop("purge", "--days", "0").code == 2
    assert shop.good("purge", "--days", "0", "--yes", "--json").json["orders"] == [young]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--order", "P-9", "--days", "3"), "Choose one of --order and --days."),
        (("--days", "-1"), "--days must be a number from 0 to 3650."),
        (("--order", "P-9", "--yes"), "There is no order 'P-9' here"),
    ],
)
def test_what_makes_no_sense_is_said(shop: Shop, options: tuple[str, ...], says: str) -> None:
    refused = shop("purge", *options)
    assert refused.code == 2
    assert says in refused.err
