"""A world kept in a file: what comes back, and files of earlier forms."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.simulator.conftest import START
from tests.simulator.signer import KEY_ID, World, body, private_key, reason

from azpay_tui.simulator.core import Simulator
from azpay_tui.simulator.statefile import StateError, StateFile
from azpay_tui.simulator.wire import Request

PARCEL = {"carrierCode": "UPS", "trackingNumber": "1Z999"}


def opened(path: Path) -> tuple[World, StateFile]:
    keeper = StateFile(path)
    simulator = Simulator({KEY_ID: private_key().public_key()}, seed=7, base=lambda: START, keeper=keeper)
    keeper.load(simulator)
    return World(simulator), keeper


def again(path: Path, keeper: StateFile) -> tuple[World, StateFile]:
    keeper.close()
    return opened(path)


def test_metadata_and_parcels_come_back(tmp_path: Path) -> None:
    world, keeper = opened(tmp_path / "state")
    made = world.order("part-captured")
    note = {"merchantMetadata": {"noteToBuyer": "Soon"}}
    body(world.send("PATCH", f"/v2/chargePermissions/{made.permission}", note), 200)
    parcel = {"chargePermissionId": made.permission, "deliveryDetails": [PARCEL]}
    body(world.send("POST", "/v2/deliveryTrackers", parcel, key="t1"), 200)
    before = world.permission(made.permission)
    world, keeper = again(tmp_path / "state", keeper)
    assert world.permission(made.permission) == before
    assert reason(world.send("POST", "/v2/deliveryTrackers", parcel, key="t2"), 400) == "InvalidParameterValue"
    keeper.close()


def test_checkout_sessions_come_back_where_they_were(tmp_path: Path) -> None:
    world, keeper = opened(tmp_path / "state")
    price = {"amount": "20.00", "currencyCode": "USD"}
    urls = {"checkoutReviewReturnUrl": "https://a.example/r", "checkoutResultReturnUrl": "https://a.example/d"}
    payload = {
        "storeId": "s",
        "webCheckoutDetails": urls,
        "paymentDetails": {"paymentIntent": "Authorize", "chargeAmount": price},
    }
    session = body(world.send("POST", "/v2/checkoutSessions", payload), 201)["checkoutSessionId"]
    world, keeper = again(tmp_path / "state", keeper)
    world.sim("POST", "acts", {"act": "approve-session", "id": session})
    before = world.get("checkoutSessions", session)
    world, keeper = again(tmp_path / "state", keeper)
    assert world.get("checkoutSessions", session) == before
    path = f"/v2/checkoutSessions/{session}/complete"
    done = body(world.send("POST", path, {"chargeAmount": price}, key=""), 200)
    world, keeper = again(tmp_path / "state", keeper)
    assert world.get("checkoutSessions", session) == done
    assert world.permission(done["chargePermissionId"])["limits"]["amountLimit"] == price
    assert [order["charge_ids"] for order in world.sim("GET", "orders")] == [[done["chargeId"]]]
    keeper.close()


def test_reports_and_schedules_come_back(tmp_path: Path) -> None:
    world, keeper = opened(tmp_path / "state")
    world.order("captured", age="2h")
    kind = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SANDBOX_SETTLEMENT_DATA_"
    times = {"startTime": "20260101T000000Z", "endTime": "20260116T000000Z"}
    report = body(world.send("POST", "/v2/reports", {"reportType": kind, **times}), 201)["reportId"]
    body(world.send("POST", "/v2/report-schedules", {"reportType": kind, "scheduleFrequency": "P1D"}), 201)
    world.advance("2m")
    before = [world.get("reports", report), body(world.send("GET", "/v2/report-schedules"), 200)]
    assert before[0]["processingStatus"] == "COMPLETED"
    world, keeper = again(tmp_path / "state", keeper)
    assert [world.get("reports", report), body(world.send("GET", "/v2/report-schedules"), 200)] == before
    url = urlsplit(world.get("report-documents", before[0]["reportDocumentId"])["url"])
    assert world.simulator.handle(Request("GET", url.path, url.query)).status == 200
    world.advance("1d")
    assert len(body(world.send("GET", "/v2/reports"), 200)["reports"]) == 2
    keeper.close()


def test_nothing_gets_the_id_of_another_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "state"
    seen: set[str] = set()
    payload = {"storeId": "s", "webCheckoutDetails": {"checkoutReviewReturnUrl": "https://a.example/r"}}
    world, keeper = opened(path)
    sessions = [body(world.send("POST", "/v2/checkoutSessions", payload), 201)["checkoutSessionId"] for _ in range(3)]
    for session in sessions:
        world, keeper = again(path, keeper)
        token = world.sim("POST", "acts", {"act": "sign-in-session", "id": session})["buyer_token"]
        permission = world.order("captured", age="2h").permission
        assert {token, permission}.isdisjoint(seen)
        seen |= {token, permission}
    world.sim("PATCH", "settings", {"report_seconds": 0})
    kind = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SANDBOX_SETTLEMENT_DATA_"
    wish = {"reportType": kind, "startTime": "20260101T000000Z", "endTime": "20260116T000000Z"}
    documents = set()
    for key in ("r1", "r2", "r3"):
        world, keeper = again(path, keeper)
        report = body(world.send("POST", "/v2/reports", wish, key=key), 201)["reportId"]
        documents.add(world.get("reports", report)["reportDocumentId"])
    assert len(documents) == 3
    keeper.close()


def test_a_file_of_the_first_form_is_read_with_the_defaults_of_what_came_later(tmp_path: Path) -> None:
    path = tmp_path / "state"
    world, keeper = opened(path)
    made = world.order("part-refunded", number="1001")
    world.sim("PATCH", "settings", {"pending_refunds_counted": True})
    before = [world.permission(made.permission), world.charge(made.charge), world.refund(made.refunds[0])]
    keeper.close()
    later = {
        "order": {"metadata", "metadata_changed", "recurring", "extended", "kind"},
        "charge": {"next_refusal"},
    }
    with sqlite3.connect(path) as file:
        for kind, key, text in file.execute("SELECT kind, key, json FROM item").fetchall():
            value: Any = json.loads(text)
            if kind == "order":
                value = {name: inner for name, inner in value.items() if name not in later["order"]}
                value["charges"] = [
                    {name: inner for name, inner in charge.items() if name not in later["charge"]}
                    for charge in value["charges"]
                ]
            elif key == "settings":
                names = ("errors_saved_with_key", "pending_refunds_counted", "authorization_days", "quotas")
                value = {name: value[name] for name in names}
            file.execute("UPDATE item SET json = ? WHERE kind = ? AND key = ?", (json.dumps(value), kind, key))
    file.close()
    world, keeper = opened(path)
    assert [world.permission(made.permission), world.charge(made.charge), world.refund(made.refunds[0])] == before
    settings = world.sim("GET", "settings")
    assert settings["pending_refunds_counted"] is True
    assert settings["refunds_per_charge"] == 10
    keeper.close()


@pytest.mark.parametrize("broken", ["{", "[]", '{"permission_id":"S01-1"}'])
def test_a_damaged_file_is_refused_with_a_sentence(tmp_path: Path, broken: str) -> None:
    world, keeper = opened(tmp_path / "state")
    world.order("open")
    keeper.close()
    with sqlite3.connect(tmp_path / "state") as file:
        file.execute("UPDATE item SET json = ? WHERE kind = 'order'", (broken,))
    file.close()
    with pytest.raises(StateError, match="is damaged; name another one"):
        opened(tmp_path / "state")


def test_one_simulator_at_a_time_has_the_file(tmp_path: Path) -> None:
    _, keeper = opened(tmp_path / "state")
    with pytest.raises(StateError, match="in use by another simulator"):
        StateFile(tmp_path / "state")
    keeper.close()
    StateFile(tmp_path / "state").close()


def test_a_file_that_cannot_be_made_is_named_once(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "state"
    with pytest.raises(StateError) as caught:
        StateFile(path)
    assert str(caught.value) == f"The state file {path} cannot be used: No such file or directory."
