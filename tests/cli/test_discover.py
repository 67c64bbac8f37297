"""`azpay discover` over real HTTP: an account that nobody told azpay of, and one that is known but for a few orders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Shop, Simulated, simulate

MakeShop = Callable[..., Shop]


@contextmanager
def reporting(directory: Path, orders: int) -> Iterator[Simulated]:
    """A simulator of one's own, for reports name all orders there are; they are ready at once."""
    with simulate(directory / "shop", "--orders", str(orders), "--seed", "4") as found:
        found.call("PATCH", "/_sim/settings", {"live_reports_in_sandbox": True, "report_seconds": 0})
        yield found


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulated]:
    with reporting(tmp_path_factory.mktemp("reports"), 0) as found:
        yield found


@pytest.fixture
def full_shop(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Shop]:
    """A shop with sample orders that nobody else touches."""
    with reporting(tmp_path, 55) as found:
        yield Shop(found, tmp_path / "data", capsys)


@pytest.fixture
def shop(simulated: Simulated, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shop:
    simulated.call("POST", "/_sim/clock", {"advance": "2h"})  # the reports of other tests are old by then
    return Shop(simulated, tmp_path / "data", capsys)


def attention(shop: Shop, order_id: str) -> list[str]:
    order = shop.good("orders", "show", order_id, "--json").json["order"]
    return list(order["attention"])


def listed(shop: Shop, view: str) -> list[dict[str, Any]]:
    return list(shop.good("orders", "list", "--view", view, "--limit", "100", "--json").json["orders"])


def test_orders_of_nobody_are_found_and_a_charge_made_elsewhere_becomes_known(full_shop: Shop) -> None:
    shop = full_shop
    shop.good("orders", "import", str(shop.simulated.directory / "orders.csv"))
    wanted = [{"situation": "captured" if number % 2 else "authorized"} for number in range(5)]
    made = {order["permission_id"] for order in shop.sim("POST", "/_sim/orders", wanted)}
    found = shop.good("discover", "--json").json
    assert (found["orders"], found["added"], found["problems"], found["waiting"]) == (60, 5, [], [])
    assert found["orphans"] == 5
    assert len(found["schedules"]["made"]) == 3
    assert {report["state"] for report in found["reports"]} == {"COMPLETED"}
    shop.good("sync", "--once")
    assert {order["id"] for order in listed(shop, "orphans")} == made
    assert all(order["status"] != "NEW" for order in listed(shop, "all"))
    assert len(listed(shop, "all")) == 60

    order_id = shop.make("open")
    shop.sim("POST", "/_sim/acts", {"act": "charge-elsewhere", "id": order_id, "amount": "50.00"})
    shop.sim("POST", "/_sim/acts", {"act": "capture-elsewhere", "id": order_id})
    shop.good("refresh", order_id)
    assert "diverged" in attention(shop, order_id)
    assert order_id in {order["id"] for order in listed(shop, "diverged")}
    shop.sim("POST", "/_sim/clock", {"advance": "5m"})
    assert shop.good("discover", "--json").json["added"] == 0
    shop.good("sync", "--once")
    assert "diverged" not in attention(shop, order_id)
    assert order_id not in {order["id"] for order in listed(shop, "diverged")}
    charges = shop.good("orders", "show", order_id, "--json").json["order"]["charges"]
    assert [charge["captured"]["amount"] for charge in charges] == ["50.00"]


def test_new_reports_are_taken_in_by_a_source_that_it_writes_down_once(shop: Shop) -> None:
    config = shop.simulated.directory / "config.toml"
    lines = config.read_text("utf-8")
    config.write_text(lines.partition("\n[[profiles.sim.source]]")[0] + "\n", "utf-8")
    shop.good("discover", "--no-schedule")
    assert shop.good("sources", "list", "--json").json["sources"] == []
    said = shop.good("discover").out
    assert "source reports, added to" in said
    [source] = shop.good("sources", "list", "--json").json["sources"]
    assert (source["name"], source["kind"], source["side"], source["every"]) == ("reports", "reports", "amazon", "6h")
    shop.sim("POST", "/_sim/clock", {"advance": "20h"})
    made = shop.sim("POST", "/_sim/orders", [{"situation": "captured", "age": "1m"}])[0]
    shop.sim("POST", "/_sim/clock", {"advance": "5h"})
    shop.good("sync", "--once")
    assert made["permission_id"] in {order["id"] for order in listed(shop, "all")}
    assert "added to" not in shop.good("discover").out
    assert config.read_text("utf-8").count('kind = "reports"') == 1


def test_without_the_simulators_switch_it_names_it(shop: Shop) -> None:
    shop.sim("PATCH", "/_sim/settings", {"live_reports_in_sandbox": False})
    try:
        refused = shop("discover", "--json")
    finally:
        shop.sim("PATCH", "/_sim/settings", {"live_reports_in_sandbox": True})
    assert refused.code == 3
    assert "live_reports_in_sandbox" in refused.error["message"]


def test_a_sandbox_says_that_there_are_none_and_what_to_do(shop: Shop, tmp_path: Path) -> None:
    text = (shop.simulated.directory / "config.toml").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith(("url", "pace"))]
    config = tmp_path / "config.toml"
    config.write_text("\n".join(lines).replace('"simulator"', '"sandbox"'), "utf-8")
    refused = shop("--config", str(config), "discover", "--json")
    assert refused.code == 3
    assert "azpay orders import" in refused.error["message"]


def test_looking_only_asks_for_nothing(shop: Shop) -> None:
    shop.make("captured", known=False, read=False)
    before = len(shop.sim("GET", "/_sim/ledger"))
    shop.good("discover", "--no-schedule")
    asked = len(shop.sim("GET", "/_sim/ledger"))
    assert asked == before + 3
    found = shop("--read-only", "discover", "--json")
    assert (found.code, found.json["schedules"]) == (0, {"made": [], "kept": []})
    assert len(shop.sim("GET", "/_sim/ledger")) == asked


def test_what_is_not_ready_is_gone_on_with(full_shop: Shop) -> None:
    shop = full_shop
    shop.sim("PATCH", "/_sim/settings", {"report_seconds": 600})
    early = shop("discover", "--wait", "0", "--json")
    assert (early.code, early.error["code"]) == (3, "not-ready")
    assert len(early.json["waiting"]) == 3
    asked = len(shop.sim("GET", "/_sim/ledger"))
    shop.sim("POST", "/_sim/clock", {"advance": "11m"})
    later = shop("discover", "--wait", "0", "--json")
    assert (later.code, later.json["orders"]) == (0, 55)
    assert {one["id"] for one in later.json["reports"]} == {one["id"] for one in early.json["waiting"]}
    assert len(shop.sim("GET", "/_sim/ledger")) == asked
