"""Without a connection everything is readable and nothing was sent; the exit codes keep their order."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Shop, simulate


def test_reads_work_and_verbs_exit_6_until_the_connection_is_back(own_shop: Shop, tmp_path: Path) -> None:
    shop = own_shop
    held = shop.make("authorized", number="O-1")
    taken = shop.make("captured", number="O-2")
    before = shop.good("orders", "list", "--json").out
    shown = shop.good("orders", "show", "O-1", "--json").json["order"]
    shop.simulated.end()

    assert shop.good("orders", "list", "--json").out == before
    assert shop.good("orders", "show", "O-1", "--json").json["order"] == shown
    assert shop.good("orders", "actions", held, "--json").json["status"] == "AUTHORIZED"
    assert shop.good("orders", "list", "--view", "to-capture", "--csv").out.count("O-1") == 1

    for command in (("capture",), ("void",), ("capture", "--amount", "500"), ("capture", "--amount", "0")):
        done = shop(*command, held, "--yes", "--json")
        assert (done.code, done.error["code"]) == (6, "offline"), command
    # An unaccepted warning does not come first, and a dry run reads live.
    assert shop("close", held, "--yes", "--json").code == 6
    assert shop("capture", held, "--dry-run", "--json").code == 6
    for command in (("refresh", held), ("sync", "--once", "--all")):
        assert shop(*command, "--json").error["code"] == "offline"
    # What the cache knows to be invalid, and what is forbidden or malformed, comes before.
    assert shop("capture", taken, "--yes", "--json").error["code"] == "not-valid"
    assert shop("--read-only", "capture", held, "--yes", "--json").error["code"] == "read-only"
    assert shop("capture", held, "--amount", "x", "--yes", "--json").code == 2
    assert shop("capture", held, "--json").code == 2
    assert shop("capture", "O-9", "--yes", "--json").code == 2
    assert shop.good("journal", "list", "--json").json == {"intents": []}
    assert shop.learn(shop.line(shop.made[0])).code == 0

    port = shop.simulated.url.rpartition(":")[2]
    with simulate(tmp_path / "sim", "--orders", "0", "--port", port) as back:
        shop.simulated = back
        assert shop.sim("GET", "/_sim/ledger") == []
        # This one has forgotten the orders; it shows that reading works again.
        assert shop("sync", "--once", "--all", "--json").code == 0


def test_a_connection_lost_between_confirming_and_sending_is_proven_unsent(shop: Shop) -> None:
    order = shop.make("authorized")
    # The live check still reads; the fresh read of the sender finds Amazon unable to answer.
    shop.sim(
        "POST",
        "/_sim/faults",
        {"match": {"operation": "get-permission", "id": order}, "fault": "status", "code": 503, "times": 50},
    )
    done = shop("capture", order, "--yes", "--json")
    assert done.code == 6
    assert "error" in done.json
    assert shop.requests(order) == []


def test_an_answer_that_never_comes_exits_5_and_is_settled_later(shop: Shop) -> None:
    """Within the 30 s of the command; what was never carried out is carried out once by the person's word."""
    order = shop.make("authorized")
    shop.fault(order, "capture", "throttle", times=50)
    done = shop("capture", order, "--yes", "--json")
    assert (done.code, done.json["outcome"]) == (5, "unknown")
    assert "journal resume I-000001" in done.err
    assert shop.good("orders", "list", "--view", "unknown", "--json").json["orders"][0]["status"] == "UNKNOWN"
    assert shop("refund", order, "--yes", "--json").code == 3
    assert shop("journal", "resume", "--json").code == 5
    shop.sim("DELETE", "/_sim/faults")
    settled = shop("journal", "resume", "I-000001", "--json")
    assert (settled.code, settled.json["intents"][0]["state"]) == (0, "succeeded")
    assert shop.effects(order) == [("capture", "120.00")]


def test_a_person_settles_what_no_rule_can(own_shop: Shop) -> None:
    shop = own_shop  # whose clock no other test goes by
    order = shop.make("authorized")
    shop.fault(order, "capture", "status", times=50, code=500)
    assert shop("capture", order, "--yes", "--json").code == 5
    for wrong in (
        ("I-000001", "--as", "done", "--note", "x"),
        ("I-000001", "--as", "refused", "--note", " "),
        ("I-000001", "--as", "refused"),
        ("I-000009", "--as", "refused", "--note", "x"),
    ):
        assert shop("journal", "settle", *wrong, "--json").code == 2, wrong
    decision = ("journal", "settle", "I-000001", "--as", "refused", "--note", "Seller Central shows none", "--json")
    young = shop(*decision)
    assert (young.code, young.error["code"]) == (3, "not-valid")
    assert "Not yet: the outcome is being learned" in young.error["message"]
    shop.sim("POST", "/_sim/clock", {"advance": "16m"})
    shop.good("refresh", order)  # so the time that Amazon has is known here
    done = shop(*decision)
    assert (done.code, done.json["intents"][0]["state"]) == (0, "refused")
    assert done.json["intents"][0]["settled_by"].startswith("person ")
    again = shop("journal", "settle", "I-000001", "--as", "refused", "--note", "x", "--json")
    assert (again.code, again.error["code"]) == (3, "not-valid")
    shop.sim("DELETE", "/_sim/faults")
    assert shop("capture", order, "--yes", "--json").code == 0


def test_an_intent_nobody_knows_is_a_usage_error(shop: Shop) -> None:
    for command in (("show", "I-000077"), ("resume", "I-000077")):
        assert shop("journal", *command, "--json").code == 2
    assert shop.good("journal", "resume", "--json").json == {"intents": []}


def test_people_read_once_that_nothing_was_sent_and_what_to_do(shop: Shop) -> None:
    order = shop.make("authorized")
    fault = {"match": {"operation": "get-permission", "id": order}, "fault": "status", "code": 503, "times": 50}
    shop.sim("POST", "/_sim/faults", fault)
    done = shop("capture", order, "--yes")
    assert done.code == 6
    assert done.err.count("othing was sent") == 1
    assert "offline:" not in done.out + done.err
