"""The control surface: ledger, clock, faults, acts, settings, and what it says to bad input."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import pytest
from tests.simulator.signer import World, body, reason

from azpay_tui.simulator.core import Request
from azpay_tui.simulator.faults import FAULTS


def state(thing: Any) -> tuple[str, str | None]:
    return thing["statusDetails"]["state"], thing["statusDetails"].get("reasonCode")


def permission_state(world: World, permission: str) -> tuple[str, list[str]]:
    details = world.permission(permission)["statusDetails"]
    return details["state"], [item["reasonCode"] for item in details["reasons"] or []]


# ledger


def test_ledger_names_every_write_and_its_effect(world: World) -> None:
    made = world.order("open", amount="100.00")
    charge = body(world.authorize(made.permission, "60", key="a1"), 201)["chargeId"]
    world.authorize(made.permission, "500.00", key="a2")
    world.capture(charge, "40.00", key="c1")
    world.capture(charge, "40.00", key="c1")
    world.capture(charge, "40.00", key="c2")
    refund = body(world.give_back(charge, "10.00", key="r1"), 201)["refundId"]
    world.give_back(charge, "1000.00", key="r2")
    other = body(world.authorize(made.permission, "5.00", key="a3"), 201)["chargeId"]
    world.void(other)
    world.close(made.permission, cancel=True)
    world.close(made.permission)
    world.send("PATCH", f"/v2/chargePermissions/{made.permission}", {"merchantMetadata": {}})
    world.charge(charge)
    rows = [
        (e["operation"], e["id"], e["amount"], e["currency"], e["idempotency_key"], e["effect"]) for e in world.ledger()
    ]
    assert rows == [
        ("authorize", charge, "60.00", "USD", "a1", True),
        ("authorize", None, "500.00", "USD", "a2", False),
        ("capture", charge, "40.00", "USD", "c1", True),
        ("capture", charge, "40.00", "USD", "c1", False),
        ("capture", charge, "40.00", "USD", "c2", False),
        ("refund", refund, "10.00", "USD", "r1", True),
        ("refund", None, "1000.00", "USD", "r2", False),
        ("authorize", other, "5.00", "USD", "a3", True),
        ("void", other, None, None, None, True),
        ("cancel", made.permission, None, None, None, True),
        ("close", made.permission, None, None, None, False),
        ("other", made.permission, None, None, None, False),
    ]
    assert [entry["seq"] for entry in world.ledger()] == list(range(1, 13))
    assert {entry["permission_id"] for entry in world.ledger()} == {made.permission}
    assert " ".join(world.ledger()[0]) == (
        "seq time operation id permission_id amount currency idempotency_key body_sha256 effect"
    )
    assert world.ledger()[0]["time"] == "2026-01-15T12:34:56Z"


def test_ledger_has_a_second_entry_for_capture_now_and_the_hash_of_the_body(world: World) -> None:
    made = world.order("open")
    price = {"amount": "10.00", "currencyCode": "USD"}
    raw = json.dumps({"chargePermissionId": made.permission, "chargeAmount": price, "captureNow": True}).encode()
    charge = body(world.send("POST", "/v2/charges", raw=raw), 201)["chargeId"]
    assert [(e["operation"], e["id"], e["effect"]) for e in world.ledger()] == [
        ("authorize", charge, True),
        ("capture", charge, True),
    ]
    assert {entry["body_sha256"] for entry in world.ledger()} == {sha256(raw).hexdigest()}


def test_ledger_knows_nothing_of_samples_acts_and_time(world: World) -> None:
    made = world.order("pending")
    world.order("refunding")
    world.sim("POST", "acts", {"act": "approve", "id": made.charge})
    world.sim("POST", "acts", {"act": "capture-elsewhere", "id": made.charge})
    world.advance("40d")
    assert world.ledger() == []


def test_unsigned_writes_are_written_down_without_effect(world: World) -> None:
    made = world.order("authorized")
    path = f"/v2/charges/{made.charge}/capture"
    world.simulator.handle(Request("POST", path, "", (), b"{}"))
    assert [(e["operation"], e["id"], e["effect"]) for e in world.ledger()] == [("capture", made.charge, False)]


# clock and settings


def test_clock_moves_dates_and_states(world: World) -> None:
    assert world.sim("POST", "clock", {"advance": "8d"})["now"] == "2026-01-23T12:34:56Z"
    assert world.sim("GET", "clock")["now"] == "2026-01-23T12:34:56Z"
    made = world.order("open")
    assert world.permission(made.permission)["creationTimestamp"] == "20260123T103456Z"


@pytest.mark.parametrize("advance", ["8", "8w", "-1d", "", "1.5d", 8, None, "99999d"])
def test_spans_that_are_none(world: World, advance: Any) -> None:
    assert "advance" in world.sim("POST", "clock", {"advance": advance}, 400)["error"]
    assert world.sim("GET", "clock")["now"] == "2026-01-15T12:34:56Z"


def test_the_clock_ends_before_the_calendar(world: World) -> None:
    answer: dict[str, str] = {}
    while "error" not in answer:
        posted = json.dumps({"advance": "3650d"}).encode()
        answer = json.loads(world.simulator.handle(Request("POST", "/_sim/clock", "", (), posted)).body)
    assert answer["error"].startswith("The field advance is not valid")
    made = world.order("open")
    assert body(world.authorize(made.permission, "1.00"), 201)["expirationTimestamp"] > "899"


def test_settings_have_their_documented_defaults(world: World) -> None:
    settings = world.sim("GET", "settings")
    for name in (
        "errors_saved_with_key",
        "pending_refunds_counted",
        "charge_in_progress_blocks",
        "open_charges_reduce_balance",
    ):
        assert settings[name] is False
    assert (settings["quotas"], settings["delay_seconds"], settings["clock_skew_seconds"]) == ("off", 3600, 0)


@pytest.mark.parametrize(
    "change",
    [{"quotas": "some"}, {"delay_seconds": -1}, {"delay_seconds": "1"}, {"speed": 1}, {"pending_refunds_counted": 1}],
)
def test_bad_settings_change_nothing(world: World, change: dict[str, Any]) -> None:
    before = world.sim("GET", "settings")
    assert next(iter(change)) in world.sim("PATCH", "settings", {**change, "errors_saved_with_key": True}, 400)["error"]
    assert world.sim("GET", "settings") == before


@pytest.mark.parametrize(("counted", "shown"), [(False, "0.00"), (True, "36.00")])
def test_pending_refunds_counted(world: World, counted: bool, shown: str) -> None:
    made = world.order("refunding")
    world.sim("PATCH", "settings", {"pending_refunds_counted": counted})
    assert world.charge(made.charge)["refundedAmount"]["amount"] == shown
    assert reason(world.give_back(made.charge, "102.01"), 400) == "TransactionAmountExceeded"


@pytest.mark.parametrize("blocks", [False, True])
def test_charge_in_progress_blocks_a_second_charge(world: World, blocks: bool) -> None:
    made = world.order("authorized", amount="50.00", limit="120.00")
    world.sim("PATCH", "settings", {"charge_in_progress_blocks": blocks})
    second = world.authorize(made.permission, "10.00")
    if blocks:
        assert reason(second, 422) == "InvalidChargePermissionStatus"
        body(world.void(made.charge), 200)
        assert permission_state(world, made.permission) == ("Chargeable", [])
    else:
        body(second, 201)


@pytest.mark.parametrize(("reduce", "left"), [(False, "120.00"), (True, "70.00")])
def test_open_charges_reduce_balance(world: World, reduce: bool, left: str) -> None:
    made = world.order("authorized", amount="50.00", limit="120.00")
    world.sim("PATCH", "settings", {"open_charges_reduce_balance": reduce})
    assert world.permission(made.permission)["limits"]["amountBalance"]["amount"] == left
    answer = world.authorize(made.permission, "100.00")
    assert answer.status == (400 if reduce else 201)


@pytest.mark.parametrize("allowed", [False, True])
def test_capture_after_close(world: World, allowed: bool) -> None:
    world.sim("PATCH", "settings", {"capture_after_close": allowed})
    made = world.order("closed-authorized")
    answer = world.capture(made.charge, "1.00")
    if allowed:
        body(answer, 200)
    else:
        assert reason(answer, 422) == "InvalidChargePermissionStatus"


@pytest.mark.parametrize(("counted", "status"), [(False, 201), (True, 422)])
def test_declined_refunds_counted(world: World, counted: bool, status: int) -> None:
    world.sim("PATCH", "settings", {"declined_refunds_counted": counted})
    made = world.order("captured")
    for _ in range(10):
        refund = body(world.give_back(made.charge, "1.00"), 201)["refundId"]
        world.sim("POST", "acts", {"act": "decline", "id": refund})
    assert world.give_back(made.charge, "1.00").status == status


def test_authorization_days_and_delay(world: World) -> None:
    world.sim("PATCH", "settings", {"authorization_days": 2, "delay_seconds": 5})
    made = world.order("authorized", age="1d")
    assert world.charge(made.charge)["expirationTimestamp"] == "20260116T123456Z"
    pending = body(world.authorize(made.permission, "1.00", canHandlePendingAuthorization=True), 201)["chargeId"]
    world.advance("5s")
    assert state(world.charge(pending))[0] == "Authorized"
    world.advance("1d")
    assert state(world.charge(made.charge)) == ("Canceled", "ExpiredUnused")


# acts


def act(world: World, name: str, target: str, status: int = 200, **more: Any) -> Any:
    return world.sim("POST", "acts", {"act": name, "id": target, **more}, status)


def test_approve_settle_and_decline_decide_what_is_under_way(world: World) -> None:
    pending, capturing, refunding = world.order("pending"), world.order("capturing"), world.order("refunding")
    assert act(world, "approve", pending.charge)["state"] == "Authorized"
    assert act(world, "settle", capturing.charge)["state"] == "Captured"
    assert act(world, "settle", refunding.refunds[0])["state"] == "Refunded"
    assert state(world.charge(pending.charge)) == ("Authorized", None)
    again = world.order("refunding")
    assert act(world, "decline", again.refunds[0], reason="ProcessingFailure")["reason"] == "ProcessingFailure"
    assert state(world.refund(again.refunds[0])) == ("Declined", "ProcessingFailure")
    for target in (pending.charge, capturing.charge, refunding.refunds[0]):
        assert act(world, "settle", target, 400)["error"].endswith(".")


@pytest.mark.parametrize(
    ("why", "after"),
    [
        ("SoftDeclined", ("Chargeable", [])),
        ("HardDeclined", ("NonChargeable", ["PaymentMethodInvalid"])),
        ("AmazonRejected", ("Closed", ["AmazonCanceled"])),
        ("ProcessingFailure", ("Chargeable", [])),
        ("TransactionTimedOut", ("Chargeable", [])),
    ],
)
@pytest.mark.parametrize("situation", ["pending", "capturing"])
def test_decline_of_a_charge(world: World, situation: str, why: str, after: tuple[str, list[str]]) -> None:
    made = world.order(situation)
    act(world, "decline", made.charge, reason=why)
    assert state(world.charge(made.charge)) == ("Declined", why)
    assert permission_state(world, made.permission) == after
    world.advance("2h")
    assert state(world.charge(made.charge)) == ("Declined", why)


def test_decline_of_a_permission_is_for_its_next_charge(world: World) -> None:
    made = world.order("open")
    act(world, "decline", made.permission, reason="HardDeclined")
    assert reason(world.authorize(made.permission, "1.00"), 422) == "HardDeclined"
    act(world, "repair", made.permission)
    body(world.authorize(made.permission, "1.00"), 201)
    other = world.order("open")
    act(world, "decline", other.permission)
    charge = body(world.authorize(other.permission, "1.00", canHandlePendingAuthorization=True), 201)["chargeId"]
    world.advance("1h")
    assert state(world.charge(charge)) == ("Declined", "SoftDeclined")


def test_suspend_repair_and_expire(world: World) -> None:
    made = world.order("authorized")
    act(world, "suspend", made.permission)
    act(world, "suspend", made.charge, reason="MFAFailed")
    assert permission_state(world, made.permission) == ("NonChargeable", ["PaymentMethodInvalid", "MFAFailed"])
    act(world, "repair", made.permission)
    assert permission_state(world, made.permission) == ("Chargeable", [])
    act(world, "expire", made.charge)
    assert state(world.charge(made.charge)) == ("Canceled", "ExpiredUnused")
    act(world, "expire", made.permission)
    assert permission_state(world, made.permission) == ("Closed", ["Expired"])
    for name in ("suspend", "repair", "expire", "close-elsewhere"):
        assert "Closed" in act(world, name, made.permission, 400)["error"]


def test_acts_in_seller_central(world: World) -> None:
    made = world.order("open", amount="100.00")
    charge = act(world, "charge-elsewhere", made.permission, amount="60.00")["id"]
    assert state(world.charge(charge)) == ("Authorized", None)
    act(world, "capture-elsewhere", charge, amount="50.00")
    assert world.permission(made.permission)["limits"]["amountBalance"]["amount"] == "50.00"
    refund = act(world, "refund-elsewhere", charge, amount="20.00")["id"]
    assert state(world.refund(refund)) == ("Refunded", None)
    assert world.charge(charge)["refundedAmount"]["amount"] == "20.00"
    second = act(world, "charge-elsewhere", made.permission)["id"]
    assert world.charge(second)["chargeAmount"]["amount"] == "50.00"
    act(world, "void-elsewhere", made.permission)
    assert state(world.charge(second)) == ("Canceled", "MerchantCanceled")
    act(world, "close-elsewhere", made.permission)
    assert permission_state(world, made.permission) == ("Closed", ["MerchantClosed"])


def test_words_nobody_documents(world: World) -> None:
    made = world.order("refunding")
    act(world, "unknown-state", made.permission, word="Frozen")
    act(world, "unknown-state", made.charge)
    act(world, "unknown-state", made.refunds[0], word="Drifting")
    assert permission_state(world, made.permission)[0] == "Frozen"
    assert state(world.charge(made.charge))[0] == "Hibernating"
    assert state(world.refund(made.refunds[0]))[0] == "Drifting"
    assert reason(world.authorize(made.permission, "1.00"), 422) == "InvalidChargePermissionStatus"


@pytest.mark.parametrize(
    ("posted", "word"),
    [
        ({"act": "explode", "id": "x"}, "act"),
        ({"id": "x"}, "act"),
        ({"act": "approve"}, "id"),
        ({"act": "approve", "id": "S01-0000000-0000000"}, "S01-0000000-0000000"),
        ({"act": "approve", "id": "{p}-C000000"}, "C000000"),
        ({"act": "approve", "id": "{c}"}, "Authorized"),
        ({"act": "approve", "id": "{c}", "amount": "1.00"}, "amount"),
        ({"act": "decline", "id": "{c}", "reason": "Because"}, "reason"),
        ({"act": "suspend", "id": "{p}", "reason": "SoftDeclined"}, "reason"),
        ({"act": "capture-elsewhere", "id": "{c}", "amount": "120.01"}, "amount"),
        ({"act": "charge-elsewhere", "id": "{p}", "amount": "1.005"}, "amount"),
        ({"act": "refund-elsewhere", "id": "{c}"}, "Captured"),
        ([], "object"),
    ],
)
def test_acts_that_do_not_fit_are_refused_with_a_sentence(world: World, posted: Any, word: str) -> None:
    made = world.order("authorized")
    if isinstance(posted, dict) and "id" in posted:
        posted = {**posted, "id": posted["id"].format(p=made.permission, c=made.charge)}
    answer = world.sim("POST", "acts", posted, 400)
    assert word in answer["error"]
    assert answer["error"].endswith(".")
    assert state(world.charge(made.charge)) == ("Authorized", None)


# faults, as the core decides them


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_say_how_the_answer_travels_and_whether_there_is_an_effect(world: World, fault: str) -> None:
    made = world.order("authorized")
    posted: dict[str, Any] = {"match": {"operation": "capture", "id": made.charge}, "fault": fault}
    if fault == "status":
        posted["code"] = 503
    world.sim("POST", "faults", posted, 201)
    answer = world.capture(made.charge, "5.00", key="same")
    kind = fault.split("-")[0]
    assert answer.delivery.kind == (
        kind if kind in ("stall", "close", "reset", "delay", "drip", "truncate") else "plain"
    )
    assert [entry["effect"] for entry in world.ledger()] == [FAULTS[fault].effect]
    assert (state(world.charge(made.charge))[0] == "Captured") is FAULTS[fault].effect
    assert world.sim("GET", "faults") == []
    body(world.capture(made.charge, "5.00", key="same"), 200)
    assert [entry["effect"] for entry in world.ledger()].count(True) == 1


@pytest.mark.parametrize("fault", ["truncate", "garbage", "drip", "delay", "status", "throttle"])
@pytest.mark.parametrize("effect", [False, True])
def test_faults_of_the_answer_can_have_either_effect(world: World, fault: str, effect: bool) -> None:
    made = world.order("authorized")
    world.sim("POST", "faults", {"fault": fault, "effect": effect, **({"code": 500} if fault == "status" else {})}, 201)
    world.capture(made.charge, "5.00")
    assert (state(world.charge(made.charge))[0] == "Captured") is effect


def test_status_fault_with_code_and_reason(world: World) -> None:
    made = world.order("authorized")
    posted = {"fault": "status", "code": 422, "reason": "AmazonRejected", "retry_after": 7, "times": 2}
    world.sim("POST", "faults", posted, 201)
    answer = world.capture(made.charge, "5.00")
    assert reason(answer, 422) == "AmazonRejected"
    assert dict(answer.headers)["retry-after"] == "7"
    assert world.sim("GET", "faults") == [{**posted, "id": "F0001", "times": 1}]


def test_a_status_that_has_no_body_has_none(world: World) -> None:
    made = world.order("authorized")
    world.sim("POST", "faults", {"fault": "status", "code": 304}, 201)
    response = world.send("GET", f"/v2/charges/{made.charge}")
    assert (response.status, response.body) == (304, b"")


def test_unknown_state_fault_changes_the_answer_alone(world: World) -> None:
    made = world.order("authorized")
    world.sim("POST", "faults", {"match": {"operation": "get-charge"}, "fault": "unknown-state", "word": "Odd"}, 201)
    assert state(world.charge(made.charge))[0] == "Odd"
    assert state(world.charge(made.charge))[0] == "Authorized"


def test_faults_hit_what_they_match(world: World) -> None:
    made, other = world.order("captured"), world.order("captured")
    world.sim("POST", "faults", {"match": {"operation": "refund", "id": made.charge}, "fault": "throttle"}, 201)
    world.sim("POST", "faults", {"match": {"id": other.permission}, "fault": "throttle", "times": 3}, 201)
    body(world.send("GET", f"/v2/charges/{made.charge}"), 200)
    assert world.give_back(other.charge, "1.00").status == 429
    assert world.send("GET", f"/v2/charges/{other.charge}").status == 429
    assert world.send("GET", f"/v2/chargePermissions/{other.permission}").status == 429
    body(world.give_back(other.charge, "1.00"), 201)
    assert world.give_back(made.charge, "1.00").status == 429
    body(world.give_back(made.charge, "1.00"), 201)


def test_close_and_cancel_are_told_apart(world: World) -> None:
    made = world.order("open")
    world.sim("POST", "faults", {"match": {"operation": "cancel"}, "fault": "throttle"}, 201)
    body(world.close(made.permission), 200)
    assert world.close(made.permission, cancel=True).status == 429


def test_faults_can_be_cleared(world: World) -> None:
    assert world.sim("POST", "faults", {"fault": "garbage"}, 201) == {"id": "F0001"}
    assert world.sim("DELETE", "faults", status=204) is None
    assert world.sim("GET", "faults") == []


@pytest.mark.parametrize(
    ("posted", "word"),
    [
        ({}, "fault"),
        ({"fault": "gremlins"}, "fault"),
        ({"fault": "status"}, "code"),
        ({"fault": "status", "code": 200}, "code"),
        ({"fault": "garbage", "code": 500}, "code"),
        ({"fault": "delay", "times": 0}, "times"),
        ({"fault": "delay", "seconds": -1}, "seconds"),
        ({"fault": "delay", "match": {"operation": "pay"}}, "match.operation"),
        ({"fault": "delay", "match": {"verb": "capture"}}, "match.verb"),
        ({"fault": "reset-after", "effect": False}, "effect"),
        ({"fault": "delay", "word": "Odd"}, "word"),
        ({"fault": "delay", "retry_after": 3}, "retry_after"),
        ({"fault": "unknown-state", "seconds": 3}, "seconds"),
    ],
)
def test_bad_faults_are_refused_with_a_sentence(world: World, posted: Any, word: str) -> None:
    answer = world.sim("POST", "faults", posted, 400)
    assert word in answer["error"]
    assert world.sim("GET", "faults") == []


# the surface itself


@pytest.mark.parametrize(
    ("method", "path", "raw", "status"),
    [
        ("GET", "/_sim", b"", 404),
        ("GET", "/_sim/nothing", b"", 404),
        ("PUT", "/_sim/ledger", b"", 405),
        ("POST", "/_sim/acts", b"{", 400),
        ("POST", "/_sim/acts", b'{"act":"approve","act":"settle"}', 400),
        ("POST", "/_sim/orders", b"{}", 400),
        ("POST", "/_sim/clock", b"[]", 400),
        ("POST", "/_sim/clock", b"\xff", 400),
        ("POST", "/_sim/acts", b'{"\\ud800":1,"\\ud800":2}', 400),
    ],
)
def test_bad_control_requests_get_a_sentence(world: World, method: str, path: str, raw: bytes, status: int) -> None:
    answer = world.simulator.handle(Request(method, path, "", (), raw))
    assert answer.status == status
    assert json.loads(answer.body)["error"].endswith(".")


def test_half_a_character_is_refused_before_it_could_be_answered(world: World) -> None:
    for name in ("\ud800", "a\udc00b"):
        assert "half a character" in world.sim("POST", "orders", [{"buyer_name": name}], 400)["error"]
    made = world.order("open", buyer_name="\U0001f600")
    assert world.permission(made.permission)["buyer"]["name"] == "\U0001f600"
