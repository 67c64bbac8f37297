"""What scripts read: shapes, order, paging, views, and the same offline as online."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import pytest
from tests.cli.conftest import Result, Shop

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
ROW = [
    "id", "number", "status", "amount", "captured", "refunded",
    "buyer", "created", "expires", "refreshed_at", "ship", "attention", "shop_status", "differs",
]  # fmt: skip
ACTION = ["verb", "target", "verdict", "reason", "warning", "min", "max", "changes_at"]
VERBS = ["authorize", "capture", "void", "refund", "cancel", "close", "refresh"]


def money(amount: str, currency: str = "USD") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def listed(done: Result) -> list[dict[str, Any]]:
    assert list(done.json) == ["orders", "next", "total"]
    for row in done.json["orders"]:
        assert list(row) == ROW
    return list(done.json["orders"])


def test_without_any_data_there_is_an_empty_list(shop: Shop) -> None:
    assert shop.good("orders", "list", "--json").json == {"orders": [], "next": None, "total": 0}
    assert shop.good("journal", "list", "--json").json == {"intents": []}
    assert shop.good("orders", "list").out.startswith("NUMBER\tID\t")


def test_one_row_says_what_the_contract_says(shop: Shop) -> None:
    """S2.1."""
    order = shop.make("authorized", number="R-1", age="3d", amount="1500", currency="JPY")
    (row,) = listed(shop.good("orders", "list", "--json"))
    for key in ("created", "expires", "refreshed_at"):
        assert TIME.fullmatch(row.pop(key))
    assert row == {
        "id": order,
        "number": "R-1",
        "status": "AUTHORIZED",
        "amount": money("1500", "JPY"),
        "captured": money("0", "JPY"),
        "refunded": money("0", "JPY"),
        "buyer": row["buyer"],
        "ship": "SHIP",
        "attention": [],
        "shop_status": None,
        "differs": [],
    }


def test_pages_join_without_gap_or_overlap_newest_first(shop: Shop) -> None:
    made = [shop.make("authorized", number=f"P-{n}", age=f"{n}h", read=False) for n in range(1, 8)]
    shop.good("sync", "--once")
    found: list[str] = []
    after: list[str] = []
    for _ in range(3):
        done = shop.good("orders", "list", "--json", "--limit", "3", *after)
        found += [row["id"] for row in listed(done)]
        assert done.json["total"] == 7
        after = ["--after", str(done.json["next"])]
    assert found == made
    assert done.json["next"] is None


def test_views_queries_and_sorts_choose(shop: Shop) -> None:
    held = shop.make("authorized", number="V-Ärger", amount="50.00")
    open_ = shop.make("open", number="V-2", amount="70.00")
    back = shop.make("refunding", number="V-3")

    def ids(*options: str) -> list[str]:
        return [row["id"] for row in listed(shop.good("orders", "list", "--json", *options))]

    assert ids("--view", "to-capture") == [held]
    assert ids("--view", "unpaid") == [open_]
    assert ids("--view", "refunds") == [back]
    assert ids("--view", "unknown") == []
    assert ids("--query", "v-ärger") == [held]
    assert ids("--query", "V- ärg") == [held]
    assert ids("--query", back[4:11]) == [back]
    assert ids("--query", "nobody") == []
    assert ids("--sort", "amount")[0] == held
    assert ids("--sort", "-amount")[-1] == held


def test_filters_choose_by_text_and_by_options(shop: Shop) -> None:
    held = shop.make("authorized", number="F-1", amount="50.00", age="3d")
    yen = shop.make("authorized", number="F-2", amount="7000", currency="JPY", age="1h")
    open_ = shop.make("open", number="F-3", amount="70.00", age="20d")

    def ids(*options: str) -> list[str]:
        done = shop.good("orders", "list", "--json", "--sort", "number", *options)
        assert done.json["total"] == len(done.json["orders"])
        return [row["id"] for row in listed(done)]

    assert ids("--filter", "status:authorized") == [held, yen]
    assert ids("--filter", "status=AUTHORIZED age<1d") == [yen]
    assert ids("--filter", "amount>=60 f-") == [yen, open_]
    assert ids("--status", "AUTHORIZED,OPEN", "--currency", "usd") == [held, open_]
    assert ids("--older-than", "2d", "--newer-than", "5d") == [held]
    assert ids("--min", "50", "--max", "70.00") == [held, open_]
    assert ids("--ship", "SHIP", "--query", "f-1") == [held]
    assert ids("--attention", "none", "--filter", "ship=SHIP") == [held, yen]
    assert ids("--status", "not found") == []
    assert ids("--sort", "-number", "--view", "to-capture") == [yen, held]


@pytest.mark.parametrize(
    "options",
    [
        ("--filter", "colour=red"),
        ("--status", "PAID"),
        ("--older-than", "3"),
        ("--min", "1,000"),
        ("--max", ""),
        ("--view", "everything"),
        ("--sort", "colour"),
        ("--limit", "0"),
        ("--limit", "10001"),
        ("--limit", "many"),
        ("--after", "nowhere"),
        ("--after", "WzFd"),
        ("--csv",),
        ("--colour",),
    ],
)
def test_a_wrong_option_is_a_usage_error_in_one_sentence(shop: Shop, options: tuple[str, ...]) -> None:
    done = shop("orders", "list", "--json", *options)
    assert done.code == 2
    assert "\n" not in done.error["message"]


def test_saved_views_are_listed_by_name_renamed_and_deleted(shop: Shop) -> None:
    held = shop.make("authorized", number="S-1", amount="50.00")
    shop.make("authorized", number="S-2", amount="5.00")
    shop.good("views", "save", "Big ones", "--view", "to-capture", "--filter", "amount>=10", "--sort", "number")
    assert "\u0337" not in shop.good("views", "save", "Z\u0335\u0336\u0337").err
    shop.good("views", "delete", "Z\u0335\u0336\u0337")
    assert [row["id"] for row in listed(shop.good("orders", "list", "--json", "--view", "big ONES"))] == [held]
    assert listed(shop.good("orders", "list", "--json", "--view", "Big ones", "--max", "20")) == []
    view = {"name": "Big ones", "view": "to-capture", "filter": "amount>=10", "sort": "number", "columns": None}
    assert shop.good("views", "list", "--json").json == {"views": [view]}
    assert "Big ones\tto-capture\tamount>=10" in shop.good("views", "list").out
    shop.good("views", "rename", "Big ones", "Large")
    assert "the views are attention, to-capture" in shop("orders", "list", "--view", "Big ones").err
    shop.good("views", "delete", "large")
    assert shop.good("views", "list", "--json").json == {"views": []}
    for wrong in (
        ("delete", "large"),
        ("save", "all"),
        ("save", "x", "--filter", "age=1"),
        ("save", "x", "--view", "y"),
    ):
        assert shop("views", *wrong).code == 2


def test_csv_has_every_column_and_no_formula(shop: Shop) -> None:
    made = shop.sim("POST", "/_sim/orders", [{"situation": "open", "number": "=1+1"}])[0]
    shop.learn(shop.line(made, buyer="@Ada\x1b[31m"))
    header, row = csv.reader(io.StringIO(shop.good("orders", "list", "--csv").out, newline=""))
    cells = dict(zip(header, row, strict=True))
    assert cells["number"] == "'=1+1"
    assert cells["buyer"].startswith("'@Ada")
    assert (cells["amount"], cells["currency"], cells["refreshed_at"]) == ("120.00", "USD", "")
    assert "\x1b" not in cells["buyer"]


def test_show_tells_everything_known(shop: Shop) -> None:
    order = shop.make("part-refunded", number="S-1")
    value = shop.good("orders", "show", "S-1", "--json").json
    assert list(value) == ["order", "actions", "marks", "sale", "slips", "deliveries"]
    shown = value["order"]
    assert list(shown) == [
        *ROW,
        "kind",
        "payment_method",
        "permission",
        "charges",
        "refunds",
        "timeline",
        "shop",
        "differences",
    ]
    assert (shown["id"], shown["status"], shown["kind"]) == (order, "PART-REFUNDED", "OneTime")
    assert list(shown["permission"]) == ["state", "reasons", "limit", "balance"]
    (charge,) = shown["charges"]
    assert list(charge) == ["id", "state", "reason", "amount", "captured", "refunded", "created", "expires"]
    (refund,) = shown["refunds"]
    assert list(refund) == ["id", "charge_id", "state", "reason", "amount", "created"]
    assert (refund["charge_id"], refund["state"], refund["amount"]) == (charge["id"], "Refunded", money("36.00"))
    for entry in shown["timeline"]:
        assert list(entry) == ["at", "source", "what", "object", "amount"]
        assert entry["source"] in ("amazon", "us", "import", "policy")
    assert value["actions"] == shop.good("orders", "actions", order, "--json").json["actions"]
    row = listed(shop.good("orders", "list", "--json"))[0]
    assert {key: shown[key] for key in ROW} == row


def test_orders_are_found_by_their_payment_method(shop: Shop) -> None:
    """S0.1, S1.1: what Amazon does not know was not paid with Amazon Pay."""
    held = shop.make("authorized")
    shop.good("orders", "track", "S01-9999999-9999999")
    shop.good("refresh", "S01-9999999-9999999")
    found = {
        sign: [
            row["id"] for row in listed(shop.good("orders", "list", "--filter", f"method{sign}amazon-pay", "--json"))
        ]
        for sign in ("=", "!=")
    }
    assert found == {"=": [held], "!=": ["S01-9999999-9999999"]}
    shown = shop.good("orders", "show", held).out
    assert "Paid with      Amazon Pay\n" in shown
    assert shop.good("orders", "show", held, "--json").json["order"]["payment_method"] == "Amazon Pay"
    assert "Paid with" not in shop.good("orders", "show", "S01-9999999-9999999").out


def test_raw_is_what_amazon_sent(shop: Shop) -> None:
    order = shop.make("captured")
    raw = shop.good("orders", "show", order, "--json", "--raw").json["raw"]
    assert raw[order]["chargePermissionId"] == order
    assert order in shop.good("orders", "show", order, "--raw").out


def test_actions_have_one_entry_for_each_verb_and_object(shop: Shop) -> None:
    order = shop.make("authorized")
    value = shop.good("orders", "actions", order, "--json").json
    assert list(value) == ["id", "status", "actions"]
    for action in value["actions"]:
        assert list(action) == ACTION
        assert action["verdict"] == "yes" or action["reason"]
        assert (action["warning"] is not None) == (action["verdict"] == "warn")
    assert [action["verb"] for action in value["actions"]] == VERBS
    capture = value["actions"][1]
    assert (capture["verdict"], capture["min"], capture["max"]) == ("yes", money("0.01"), money("120.00"))
    assert TIME.fullmatch(capture["changes_at"])


def test_a_verb_without_an_object_has_an_entry_without_one(shop: Shop) -> None:
    order = shop.make("open")
    actions = shop.good("orders", "actions", order, "--json").json["actions"]
    capture = next(action for action in actions if action["verb"] == "capture")
    assert (capture["target"], capture["verdict"]) == (None, "no")
    assert capture["reason"]


def test_an_order_known_by_its_id_alone_warns_until_an_export_names_it(shop: Shop) -> None:
    order = shop.make("authorized", known=False)
    for verb in ("authorize", "cancel", "close"):
        done = shop(verb, order, "--yes", "--json", "--dry-run")
        assert (done.code, done.json["verdict"]) == (0, "warn")

    def warned() -> set[str]:
        actions = shop.good("orders", "actions", order, "--json").json["actions"]
        return {a["verb"] for a in actions if "partly-known" in (a["warning"] or "").split()}

    assert warned() == {"authorize", "cancel", "close"}
    shop.learn(shop.line(shop.made[-1]))
    shop.good("refresh", order)
    assert warned() == set()


def test_an_order_is_found_by_every_id_and_by_its_number(shop: Shop) -> None:
    order = shop.make("part-refunded", number="F-77")
    made = shop.made[-1]
    for name in (order, *made["charge_ids"], *made["refund_ids"], "F-77", "f-77", f" {order} "):
        assert shop.good("orders", "actions", name, "--json").json["id"] == order


def test_an_ambiguous_number_names_the_candidates(shop: Shop) -> None:
    twins = {shop.make("open", number="TWIN", read=False), shop.make("open", number="TWIN", read=False)}
    for command in (("orders", "show"), ("orders", "actions"), ("refresh",), ("cancel", "--yes")):
        done = shop(*command, "TWIN", "--json")
        assert done.code == 2
        assert done.error["code"] == "ambiguous"
        assert all(twin in done.error["message"] for twin in twins)


@pytest.mark.parametrize("name", ["nothing", "S01-0000000-0000000", "S01-0000000-0000000-C000001", "", "\x1b[2J"])
def test_an_unknown_order_is_a_usage_error(shop: Shop, name: str) -> None:
    shop.make("open", read=False)
    for command in (("orders", "show"), ("orders", "actions"), ("refresh",), ("capture", "--yes")):
        done = shop(*command, name, "--json")
        assert (done.code, done.json["error"]["code"]) == (2, "unknown-order")
        assert "\x1b" not in done.out + done.err


def test_an_export_read_twice_changes_nothing(shop: Shop) -> None:
    made = shop.sim("POST", "/_sim/orders", [{"situation": "captured", "number": "I-1"}])[0]
    assert "1 added" in shop.learn(shop.line(made)).out
    shop.good("sync", "--once")
    before = shop.good("orders", "list", "--json").json
    assert "1 unchanged" in shop.learn(shop.line(made)).out
    assert shop.good("sync", "--once", "--json").json == {"read": 0, "errors": 0, "open_intents": 0}
    assert shop.good("orders", "list", "--json").json == before


def test_importing_merges_ids_and_never_removes(shop: Shop) -> None:
    made = shop.sim("POST", "/_sim/orders", [{"situation": "captured"}])[0]
    shop.learn(shop.line(made))
    shop.learn(shop.line({**made, "charge_ids": []}))
    shop.good("sync", "--once")
    shown = shop.good("orders", "show", made["permission_id"], "--json").json["order"]
    assert [charge["id"] for charge in shown["charges"]] == made["charge_ids"]


def test_bad_lines_are_told_and_the_good_ones_taken(shop: Shop) -> None:
    made = shop.sim("POST", "/_sim/orders", [{"situation": "open"}, {"situation": "open"}])
    text = "\n".join(
        [
            "order_number,permission_id,charge_ids,refund_ids,currency,amount,created,buyer_name,buyer_email",
            shop.line(made[0]),
            shop.line(made[1], amount="1e3"),
            "nonsense",
            shop.line(made[1]),
        ]
    )
    done = shop.process("orders", "import", "-", "--json", stdin=text)
    assert done.code == 2
    value = done.json
    assert list(value)[:4] == ["added", "updated", "unchanged", "bad"]
    assert (value["lines"], value["orders"], value["bad_count"], value["error"]["code"]) == (5, 2, 2, "bad-lines")
    assert (value["added"], [line["line"] for line in value["bad"]]) == (2, [3, 4])
    assert "Line 3:" in done.err
    assert "1e3" in done.err
    assert len(listed(shop.good("orders", "list", "--json"))) == 2


@pytest.mark.parametrize("content", [None, "", "colour\nred\n"])
def test_a_file_that_is_no_export_is_a_usage_error(shop: Shop, content: str | None) -> None:
    file = shop.data.with_name("other.csv")
    if content is not None:
        file.write_text(content, encoding="utf-8")
    done = shop("orders", "import", str(file), "--json")
    assert done.code == 2
    assert done.error["message"]


@pytest.mark.parametrize("bad", ["S01-1", "ORD-1", "", "s01-1111111-1111111"])
def test_tracking_takes_ids_of_amazon_only_all_or_none(shop: Shop, bad: str) -> None:
    done = shop("orders", "track", "S01-1111111-1111111", bad, "--json")
    assert done.code == 2
    assert shop.good("orders", "list", "--json").json["orders"] == []


def test_tracking_learns_of_the_order_behind_any_id(shop: Shop) -> None:
    made = shop.sim("POST", "/_sim/orders", [{"situation": "part-refunded"}])[0]
    ids = [*made["charge_ids"], *made["refund_ids"]]
    assert shop.good("orders", "track", *ids, "--json").json == {"added": 1, "updated": 0, "unchanged": 0}
    shop.good("sync", "--once")
    shown = shop.good("orders", "show", made["permission_id"], "--json").json["order"]
    assert shown["status"] == "PART-REFUNDED"
    assert len(shown["charges"]) == len(shown["refunds"]) == 1


def test_an_id_amazon_does_not_know_is_not_found_and_no_failure(shop: Shop) -> None:
    shop.good("orders", "track", "S01-7777777-7777777")
    assert shop("sync", "--once").code == 0
    assert listed(shop.good("orders", "list", "--json"))[0]["status"] == "NOT FOUND"


def test_sync_reads_what_is_due_all_reads_everything(shop: Shop) -> None:
    shop.make("captured", read=False)
    shop.make("open", read=False)
    assert shop.good("sync", "--once", "--json").json["read"] == 3
    assert shop.good("sync", "--json").json["read"] == 0
    assert shop.good("sync", "--once", "--all", "--json").json["read"] == 3
    assert shop("sync", "--watch", "--all", "--json").error["code"] == "usage"


def test_refresh_prints_the_rows_it_read(shop: Shop) -> None:
    order = shop.make("authorized", number="RE-1")
    shop.sim("POST", "/_sim/acts", {"act": "void-elsewhere", "id": shop.made[-1]["charge_ids"][0]})
    (row,) = shop.good("refresh", "RE-1", order, "--json").json["orders"]
    assert list(row) == ROW
    assert row["status"] == "VOIDED"


def test_json_is_one_line_of_ascii(shop: Shop) -> None:
    made = shop.sim("POST", "/_sim/orders", [{"situation": "open"}])[0]
    shop.learn(shop.line(made, buyer="Größl\x7f\x1b[31m"))
    out = shop.good("orders", "list", "--json").out
    assert out.count("\n") == 1
    assert out.rstrip("\n").isascii()
    assert out.rstrip("\n").isprintable()
    assert json.loads(out)["orders"][0]["buyer"] == "Größl\x7f\x1b[31m"


def test_a_cache_that_is_gone_is_made_anew_from_the_journal(shop: Shop) -> None:
    order_id = shop.make("authorized")
    for name in ("cache.db", "cache.db-wal", "cache.db-shm"):
        (shop.data / name).unlink(missing_ok=True)
    assert [row["status"] for row in listed(shop.good("orders", "list", "--json"))] == ["NEW"]
    shop.good("sync", "--once")
    assert [row["id"] for row in listed(shop.good("orders", "list", "--json"))] == [order_id]


def test_a_simulated_order_has_no_page_in_seller_central(shop: Shop) -> None:
    order = shop.make("authorized", number="L-1")
    done = shop("orders", "link", "L-1", "--json")
    assert done.code == 2
    assert done.json["error"]["code"] == "no-page"
    config = shop.data.parent / "sandbox.toml"
    text = (shop.simulated.directory / "config.toml").read_text()
    text = text.replace('environment = "simulator"', 'environment = "sandbox"')
    config.write_text("\n".join(line for line in text.splitlines() if not line.startswith("url")))
    config.chmod(0o600)
    done = shop("--config", str(config), "orders", "link", "L-1")
    assert done.out.strip().endswith(f"/hz/me/pmd/payment-details?orderReferenceId={order}"), done


def test_sync_says_what_is_read_next_and_why_an_order_was_not(shop: Shop) -> None:
    order = shop.make("authorized", number="S-1")
    value = shop.good("sync", "--status", "--json").json
    assert list(value) == [
        "connection", "message", "last_success", "due", "failing", "waiting", "seconds_left", "first_sync",
        "objects",
    ]  # fmt: skip
    assert value["connection"] == "ONLINE"
    assert {each["order"] for each in value["objects"]} == {order}
    why = shop.good("sync", "--why", "S-1", "--json").json["objects"]
    assert why[0]["id"] == order
    assert all("Its time has not come yet." in each["why"] for each in why)
    assert "0 failing" in shop.good("sync", "--status").out
    assert shop("sync", "--status", "--once").code == 2
