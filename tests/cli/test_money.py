"""The six verbs: one effect each, the contract's JSON and exit code; what is not valid has no effect at all."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.cli.conftest import Result, Shop

RESULT = ["intent", "verb", "target", "amount", "outcome", "reason", "order"]


def usd(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "USD"}


def ended(done: Result) -> tuple[int, str, Any]:
    """Exit code, outcome and amount of a money command."""
    assert list(done.json)[:7] == RESULT
    return done.code, done.json["outcome"], done.json["amount"]


def charge_of(shop: Shop, at: int = 0) -> str:
    return str(shop.made[-1]["charge_ids"][at])


# What each verb does


def test_capture_takes_the_authorized_amount_once(shop: Shop) -> None:
    """S0.5, S1.4, S3.33, S3.38: at Amazon, once."""
    order = shop.make("authorized")
    done = shop("capture", order, "--yes", "--json")
    assert done.json == {
        "intent": "I-000001",
        "verb": "capture",
        "target": charge_of(shop),
        "amount": usd("120.00"),
        "outcome": "succeeded",
        "reason": None,
        "order": order,
    }
    assert done.code == 0
    assert shop.effects(order) == [("capture", "120.00")]
    assert shop.good("orders", "actions", order, "--json").json["status"] == "CAPTURED"
    assert shop("capture", order, "--yes", "--json").code == 3
    assert shop.effects(order) == [("capture", "120.00")]


def test_a_part_is_captured_and_the_remainder_authorized_and_captured(shop: Shop) -> None:
    order = shop.make("authorized")
    assert ended(shop("capture", order, "--amount", "45.5", "--yes", "--json")) == (0, "succeeded", usd("45.50"))
    done = shop("authorize", order, "--yes", "--json")
    assert ended(done) == (0, "succeeded", usd("74.50"))
    assert done.json["target"] == order
    assert ended(shop("capture", order, "--yes", "--json")) == (0, "succeeded", usd("74.50"))
    assert shop.effects(order) == [("capture", "45.50"), ("authorize", "74.50"), ("capture", "74.50")]


def test_authorize_after_a_lapse_that_was_not_seen_yet_works_on_the_second_try(shop: Shop) -> None:
    order = shop.make("authorized")
    shop.sim("POST", "/_sim/acts", {"act": "expire", "id": charge_of(shop)})
    first = shop("authorize", order, "--yes", "--json")
    assert (first.code, first.error["code"]) == (3, "changed")
    assert shop.requests(order) == []
    assert ended(shop("authorize", order, "--yes", "--json")) == (0, "succeeded", usd("120.00"))
    assert shop("authorize", order, "--yes", "--json").code == 2
    assert shop.effects(order) == [("authorize", "120.00")]


def test_authorize_after_a_lapse_and_capture_in_one_step(shop: Shop) -> None:
    order = shop.make("lapsed", age="40d")
    assert ended(shop("authorize", order, "--capture", "--yes", "--json"))[:2] == (0, "succeeded")
    assert shop.effects(order) == [("authorize", "120.00"), ("capture", "120.00")]


def test_void_ends_the_authorization_and_nothing_else(shop: Shop) -> None:
    """S0.6, S1.5: the order at Amazon stays."""
    order = shop.make("authorized")
    assert ended(shop("void", order, "--yes", "--json")) == (0, "succeeded", None)
    assert shop.effects(order) == [("void", None)]
    assert shop.good("orders", "show", order, "--json").json["order"]["permission"]["state"] == "Chargeable"


@pytest.mark.parametrize("verb", ["cancel", "close"])
def test_cancel_and_close_end_the_order(shop: Shop, verb: str) -> None:
    """S2.2."""
    order = shop.make("authorized")
    accept = ["--accept", "leaves-authorization"] if verb == "close" else []
    assert ended(shop(verb, order, "--yes", "--json", *accept)) == (0, "succeeded", None)
    assert [operation for operation, _ in shop.effects(order)] == [verb]


def test_refunds_partial_equal_and_up_to_the_cap(shop: Shop) -> None:
    """S2.2, S2.10, S3.46, S3.52: at Amazon, also parts, also more than was taken."""
    shop.sim("PATCH", "/_sim/settings", {"delay_seconds": 0})
    order = shop.make("captured", amount="100.00")
    for amount in ("20.00", "20.00"):
        assert ended(shop("refund", order, "--amount", amount, "--yes", "--json")) in (
            (0, "accepted", usd(amount)),
            (0, "succeeded", usd(amount)),
        )
        shop.good("refresh", order)
    assert shop("refund", order, "--yes", "--json").json["amount"] == usd("60.00")
    shop.good("refresh", order)
    left = shop("refund", order, "--yes", "--json", "--accept", "beyond-capture")
    assert (left.code, left.error["code"]) == (2, "amount")
    unaccepted = shop("refund", order, "--amount", "15.00", "--yes", "--json")
    assert unaccepted.code == 3
    assert "beyond-capture" in unaccepted.error["message"]
    assert shop("refund", order, "--amount", "15.01", "--accept", "beyond-capture", "--yes", "--json").code == 3
    assert shop("refund", order, "--amount", "15.00", "--accept", "beyond-capture", "--yes", "--json").code == 0
    shop.good("refresh", order)
    assert shop("refund", order, "--amount", "0.01", "--accept", "beyond-capture", "--yes", "--json").code == 3
    assert shop.effects(order) == [("refund", amount) for amount in ("20.00", "20.00", "60.00", "15.00")]


def test_a_second_refund_while_one_is_under_way_has_to_be_accepted(shop: Shop) -> None:
    order = shop.make("captured")
    assert ended(shop("refund", order, "--amount", "5", "--yes", "--json")) == (0, "accepted", usd("5.00"))
    done = shop("refund", order, "--amount", "5", "--yes", "--json")
    assert (done.code, done.error["code"]) == (3, "warning-not-accepted")
    assert "refund-under-way" in done.error["message"]
    accept = ("--accept", "refund-under-way")
    assert ended(shop("refund", order, "--amount", "5", "--yes", "--json", *accept)) == (0, "accepted", usd("5.00"))
    assert shop.effects(order) == [("refund", "5.00"), ("refund", "5.00")]


def test_yen_have_no_decimals(shop: Shop) -> None:
    order = shop.make("authorized", amount="5000", currency="JPY")
    assert shop("capture", order, "--amount", "1200.0", "--yes", "--json").code == 2
    done = shop("capture", order, "--amount", "1200", "--yes", "--json")
    assert ended(done) == (0, "succeeded", {"amount": "1200", "currency": "JPY"})


def test_the_note_stays_here(shop: Shop) -> None:
    order = shop.make("authorized")
    shop.good("capture", order, "--yes", "--note", "parcel 4711 left")
    (intent,) = shop.good("journal", "list", "--json").json["intents"]
    assert intent["note"] == "parcel 4711 left"
    shown = shop.good("journal", "show", intent["id"], "--json").json["intent"]
    assert "4711" not in str(shown["request"])
    assert shown["request"]["body"] == {"captureAmount": {"amount": "120.00", "currencyCode": "USD"}}


# The charge


def test_the_only_possible_charge_is_chosen_and_several_are_listed(shop: Shop) -> None:
    order = shop.make("authorized", limit="300.00")
    shop.good("authorize", order, "--amount", "30", "--accept", "second-hold", "--yes")
    shop.good("refresh", order)
    done = shop("capture", order, "--yes", "--json")
    assert (done.code, done.error["code"]) == (2, "ambiguous")
    first, second = (c["id"] for c in shop.good("orders", "show", order, "--json").json["order"]["charges"])
    assert first in done.error["message"]
    assert second in done.error["message"]
    assert shop("capture", order, "--charge", second, "--yes", "--json").json["target"] == second
    assert shop("capture", order, "--yes", "--json").json["target"] == first


def test_a_charge_that_names_the_order_is_the_one_that_is_meant(shop: Shop) -> None:
    order = shop.make("authorized", limit="300.00")
    shop.good("authorize", order, "--amount", "30", "--accept", "second-hold", "--yes")
    shop.good("refresh", order)
    charges = [c["id"] for c in shop.good("orders", "show", order, "--json").json["order"]["charges"]]
    done = shop("void", charges[1], "--yes", "--json")
    assert (done.code, done.json["target"], done.json["order"]) == (0, charges[1], order)


@pytest.mark.parametrize(
    "wrong", ["S01-0000000-0000000-C000001", "C000001", "", "ORDER", "ORDER-C999999", "ORDER-R000001"]
)
def test_a_charge_that_is_not_of_the_order_is_a_usage_error(shop: Shop, wrong: str) -> None:
    order = shop.make("authorized")
    done = shop("capture", order, "--charge", wrong.replace("ORDER", order), "--yes", "--json")
    assert done.code == 2
    assert shop.requests(order) == []


# Amounts


@pytest.mark.parametrize(
    "amount",
    [
        "-5",
        "1e3",
        "NaN",
        "Infinity",
        "12.505",
        "1,00",
        "1 000",
        "",
        ".",
        "5.",
        ".5",
        "٥",
        "１２",
        "12.50 EUR",
        "€5",
        "0x10",
        "9" * 40,
    ],
)
def test_a_malformed_amount_is_a_usage_error(shop: Shop, amount: str) -> None:
    order = shop.make("authorized")
    done = shop("capture", order, "--amount", amount, "--yes", "--json")
    assert (done.code, done.error["code"]) == (2, "amount")
    assert shop.requests(order) == []


@pytest.mark.parametrize("amount", ["0", "0.00", "120.01", "999999999.99"])
def test_an_amount_outside_the_limits_is_not_valid(shop: Shop, amount: str) -> None:
    order = shop.make("authorized")
    done = shop("capture", order, "--amount", amount, "--yes", "--json")
    assert (done.code, done.error["code"]) == (3, "not-valid")
    assert shop.requests(order) == []


def test_nothing_left_by_default_asks_for_the_amount(shop: Shop) -> None:
    order = shop.make("part-captured", limit="300.00", captured="120.00")
    done = shop("authorize", order, "--yes", "--json")
    assert done.code == 2
    assert "--amount" in done.error["message"]
    assert shop("authorize", order, "--amount", "10", "--yes", "--json").code == 0


@pytest.mark.parametrize("verb", ["void", "cancel", "close"])
def test_a_verb_without_amount_takes_none(shop: Shop, verb: str) -> None:
    order = shop.make("authorized")
    done = shop(verb, order, "--amount", "5", "--yes", "--json")
    assert (done.code, done.error["code"]) == (2, "usage")
    assert shop.requests(order) == []


# Not valid, not confirmed


@pytest.mark.parametrize(
    ("situation", "verbs"),
    [
        ("open", ["capture", "void", "refund"]),
        ("pending", ["capture", "refund"]),
        ("lapsed", ["capture", "void", "refund"]),
        ("capturing", ["capture", "void", "refund", "cancel", "authorize"]),
        ("captured", ["capture", "void", "cancel", "close", "authorize"]),
        ("suspended", ["capture", "authorize", "refund"]),
        ("canceled", ["capture", "void", "refund", "cancel", "close", "authorize"]),
        ("refund-cap", ["refund"]),
        ("unknown", ["capture", "void", "refund", "cancel", "close", "authorize"]),
    ],
)
def test_what_is_not_valid_exits_3_and_sends_nothing(shop: Shop, situation: str, verbs: list[str]) -> None:
    order = shop.make(situation)
    for verb in verbs:
        amount = [] if verb in ("void", "cancel", "close") else ["--amount", "5"]
        done = shop(verb, order, "--yes", "--json", *amount)
        assert (done.code, done.error["code"]) == (3, "not-valid"), verb
        assert done.error["message"]
    assert shop.requests(order) == []


def test_a_date_that_changes_the_answer_is_told(shop: Shop) -> None:
    order = shop.make("authorized")
    actions = shop.good("orders", "actions", order, "--json").json["actions"]
    changes = next(action["changes_at"] for action in actions if action["verb"] == "capture")
    assert changes is not None
    done = shop("capture", order, "--amount", "121", "--yes", "--json")
    assert (done.code, done.error["changes_at"]) == (3, changes)


def test_nobody_to_ask_and_no_yes_is_a_usage_error(shop: Shop) -> None:
    order = shop.make("authorized")
    for verb in ("capture", "void", "cancel"):
        assert shop(verb, order, "--json").error["code"] == "not-confirmed"
    assert shop.requests(order) == []


def test_each_warning_has_to_be_accepted_by_its_name(shop: Shop) -> None:
    order = shop.make("authorized", known=False)
    shop.good("orders", "track", charge_of(shop))
    shop.good("refresh", order)
    for accepted in ([], ["leaves-authorization"], ["partly-known"], ["second-hold"]):
        options = [part for name in accepted for part in ("--accept", name)]
        done = shop("close", order, "--yes", "--json", *options)
        assert (done.code, done.error["code"]) == (3, "warning-not-accepted")
        for name in {"leaves-authorization", "partly-known"} - set(accepted):
            assert f"--accept {name}" in done.error["message"]
    assert shop.requests(order) == []
    done = shop("close", order, "--yes", "--json", "--accept", "leaves-authorization", "--accept", "partly-known")
    assert ended(done) == (0, "succeeded", None)


def test_read_only_forbids_everything_that_moves_money_and_nothing_else(shop: Shop) -> None:
    order = shop.make("authorized")
    options = ["--read-only"]
    for verb in ("capture", "void", "cancel", "authorize"):
        done = shop(*options, verb, order, "--yes", "--json")
        assert (done.code, done.error["code"]) == (3, "read-only")
    assert shop.requests(order) == []
    actions = shop.good(*options, "orders", "actions", order, "--json").json["actions"]
    assert {a["verb"] for a in actions if a["verdict"] != "no"} == {"refresh"}
    assert all("--read-only" in a["reason"] for a in actions if a["verb"] == "capture")
    assert shop(*options, "refresh", order).code == 0


# Looking first


def test_a_dry_run_shows_the_request_and_writes_nothing(shop: Shop) -> None:
    """S4.21: what would be sent, without a key or a signature."""
    order = shop.make("authorized")
    done = shop("capture", order, "--amount", "7", "--dry-run")
    assert done.json == {
        "dry_run": True,
        "would_send": {
            "method": "POST",
            "path": f"/charges/{charge_of(shop)}/capture",
            "body": {"captureAmount": {"amount": "7.00", "currencyCode": "USD"}},
        },
        "verdict": "yes",
    }
    assert done.code == 0
    assert shop("close", order, "--dry-run", "--json").json["verdict"] == "warn"
    assert shop("refund", order, "--dry-run", "--json").code == 3
    assert shop.requests(order) == []
    assert shop.good("journal", "list", "--json").json == {"intents": []}


# The order is not what it was


def test_a_change_at_amazon_stops_the_sending_and_running_again_works(shop: Shop) -> None:
    order = shop.make("authorized", limit="200.00")
    shop.sim("POST", "/_sim/acts", {"act": "charge-elsewhere", "id": order, "amount": "10.00"})
    shop.sim("POST", "/_sim/acts", {"act": "suspend", "id": order})
    done = shop("capture", order, "--yes", "--json")
    assert (done.code, done.error["code"]) == (3, "changed")
    assert shop.requests(order) == []
    assert ended(shop("capture", order, "--yes", "--json"))[:2] == (0, "succeeded")


@pytest.mark.parametrize(("verb", "act"), [("void", "void-elsewhere"), ("capture", "capture-elsewhere")])
def test_what_is_so_already_succeeds_without_a_request(shop: Shop, verb: str, act: str) -> None:
    order = shop.make("authorized")
    shop.sim("POST", "/_sim/acts", {"act": act, "id": charge_of(shop)})
    done = shop(verb, order, "--yes", "--json")
    assert (done.code, done.json["outcome"], done.json["reason"]) == (0, "succeeded", "already so")
    assert shop.requests(order) == []


def test_a_cache_that_says_no_is_held_against_amazon(shop: Shop) -> None:
    order = shop.make("pending")
    shop.sim("POST", "/_sim/acts", {"act": "approve", "id": charge_of(shop)})
    done = shop("capture", order, "--yes", "--json")
    assert (done.code, done.error["code"]) == (3, "changed")
    assert shop("capture", order, "--yes", "--json").code == 0


# What Amazon answers


def test_declined_and_refused_exit_4(shop: Shop) -> None:
    order = shop.make("open")
    shop.fault(order, "authorize", "status", code=422, reason="HardDeclined")
    done = shop("authorize", order, "--yes", "--json")
    assert ended(done)[:2] == (4, "declined")
    assert done.json["reason"] == "HardDeclined"
    other = shop.make("authorized")
    shop.fault(other, "capture", "status", code=400, reason="TransactionAmountExceeded")
    assert ended(shop("capture", other, "--yes", "--json"))[:2] == (4, "refused")
    assert shop.effects(order) == shop.effects(other) == []


@pytest.mark.parametrize("fault", ["close-after", "reset-after", "garbage", "truncate"])
def test_a_lost_answer_is_settled_within_the_command(shop: Shop, fault: str) -> None:
    order = shop.make("authorized")
    shop.fault(order, "capture", fault)
    assert ended(shop("capture", order, "--yes", "--json"))[:2] == (0, "succeeded")
    assert shop.effects(order) == [("capture", "120.00")]


def test_the_text_for_people_is_one_line(shop: Shop) -> None:
    order = shop.make("authorized")
    done = shop("capture", order, "--yes")
    assert done.code == 0
    assert done.out == f"capture {charge_of(shop)} 120.00 USD succeeded (I-000001)\n"


# What people read


def test_a_decline_says_what_became_of_the_money_and_names_the_next_command(shop: Shop) -> None:
    order = shop.make("open")
    shop.fault(order, "authorize", "status", code=422, reason="SoftDeclined")
    done = shop("authorize", order, "--yes")
    assert done.code == 4
    assert done.out == f"authorize {order} 120.00 USD declined: SoftDeclined (I-000001)\n"
    assert "Declined for now; another try may succeed. No money was taken and none is held." in done.err
    assert f"Next: Authorize again (azpay authorize {order});" in done.err
    assert "Quote: SoftDeclined, request id " in done.err
    shown = shop.good("orders", "show", order).out
    assert "An authorization of 120.00 USD was declined" in shown
    assert "SoftDeclined: Declined for now; another try may succeed. No money was taken and none is held. " in shown
    assert f"Next: Authorize again (azpay authorize {order});" in shown
    told = shop.good("journal", "show", "I-000001").out
    assert "Quote: SoftDeclined, request id " in told


@pytest.mark.parametrize(
    ("situation", "words"),
    [
        ("declined-hard", "HardDeclined: Declined for good; the same card will fail again."),
        ("rejected", "Next: Do not ship; ask the buyer to order again."),
        ("suspended", "PaymentMethodInvalid: The buyer's payment method was refused."),
        ("refund-declined", "The buyer got nothing back by this refund. Next: "),
        ("lapsed", "ExpiredUnused: The authorization lapsed without a capture."),
    ],
)
def test_show_explains_every_reason(shop: Shop, situation: str, words: str) -> None:
    order = shop.make(situation)
    assert words in shop.good("orders", "show", order).out
    assert words not in shop.good("orders", "show", order, "--json").out


def test_show_says_why_an_order_needs_a_person_and_names_the_command(shop: Shop) -> None:
    order = shop.make("authorized", age="6d")
    shown = shop.good("orders", "show", order).out
    assert "lapses-soon: The 7-day guarantee or the authorization ends within 48 hours." in shown
    assert f"Next: Capture it (azpay capture {order}), or authorize anew" in shown


def test_a_refusal_names_the_date_that_changes_it(shop: Shop) -> None:
    order = shop.make("pending")
    done = shop("capture", order, "--yes")
    assert done.code == 3
    dated = re.compile(r"still deciding .* Changes \d{4}-\d\d-\d\d \d\d:\d\d UTC\.")
    assert dated.search(done.err)
    assert dated.search(shop.good("orders", "actions", order).out)
    error = shop("capture", order, "--yes", "--json").error
    assert "Changes" not in error["message"]
    assert error["changes_at"] is not None
