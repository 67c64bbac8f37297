"""Telling Amazon of parcels over the simulator: once, on a person's word alone, and never called sent without proof."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.support.office import Office, open_office

from azpay_tui.backoffice.errors import ChangedError, NotValidError, OfflineError, UsageError
from azpay_tui.domain.attempt import Answer
from azpay_tui.domain.deliveries import Delivery, Parcel
from azpay_tui.domain.policies import Settings

NUMBER = "1Z999AA10123456784"


def told(office: Office, order_id: str, *, carrier: str = "UPS", again: bool = False) -> Delivery:
    return office.desk.send_delivery(office.desk.check_delivery(Parcel(order_id, carrier, NUMBER), again=again))


def requests(office: Office) -> list[bool]:
    """Whether each request about a parcel had an effect."""
    return [entry["effect"] for entry in office.sim("GET", "/_sim/ledger") if entry["operation"] == "other"]


def test_a_parcel_is_sent_once_and_known_by_its_order(office: Office) -> None:
    """S3.37: the shipment's tracking number reaches Amazon, with the person in the audit chain."""
    order_id = office.make("captured")
    events: list[Any] = []
    office.desk.subscribe(events.append)
    done = told(office, order_id)
    assert (done.outcome, done.parcel, done.person) == ("sent", Parcel(order_id, "UPS", NUMBER), "ops")
    assert done.request_id
    assert office.desk.reader.deliveries(order_id) == (done,)
    assert ("orders", (order_id,)) in [(event.kind, event.order_ids) for event in events]
    ready = office.desk.check_delivery(Parcel(order_id, "UPS", NUMBER))
    assert ready.already_so == done
    assert office.desk.send_delivery(ready) == done
    assert requests(office) == [True]
    assert office.desk.intents(order_id=order_id) == ()
    assert office.stores.journal.verify() is None


def test_it_is_on_disk_before_it_leaves(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    order_id = office.make("captured")
    ready = office.desk.check_delivery(Parcel(order_id, "UPS", NUMBER))
    seen: list[tuple[Delivery, ...]] = []

    def deliver(parcel: Parcel, key: str) -> Answer:
        seen.append(office.desk.reader.deliveries(parcel.order_id))
        raise KeyboardInterrupt

    monkeypatch.setattr(office.desk.works.parts.gateway, "deliver", deliver)
    with pytest.raises(KeyboardInterrupt):
        office.desk.send_delivery(ready)
    (found,) = seen
    assert [one.outcome for one in found] == ["unknown"]
    assert office.desk.reader.deliveries(order_id) == found


@pytest.mark.parametrize("honoured", [True, False])
@pytest.mark.parametrize(
    ("fault", "arrives"), [("reset-before", False), ("reset-after", True), ("garbage", True), ("truncate", True)]
)
def test_a_lost_answer_is_unknown_and_goes_again_on_a_persons_word_alone(
    office: Office, fault: str, arrives: bool, honoured: bool
) -> None:
    order_id = office.make("captured")
    office.sim("PATCH", "/_sim/settings", {"tracker_key_honoured": honoured})
    office.fault("track-delivery", fault)
    assert told(office, order_id).outcome == "unknown"
    with pytest.raises(NotValidError, match=r"and no answer came, so Amazon may have it"):
        told(office, order_id)
    office.world(hours=2)
    office.desk.sync_once(all_=True)
    assert len(requests(office)) == 1
    again = told(office, order_id, again=True)
    # An Amazon that heeds the key answers as the first time; otherwise it only says that the value is bad.
    assert again.outcome == ("unknown" if arrives and not honoured else "sent")
    assert requests(office) == [arrives, not arrives]


def test_a_refusal_is_amazons_word_and_may_be_tried_again(office: Office) -> None:
    order_id = office.make("authorized")
    office.sim("PATCH", "/_sim/settings", {"tracker_needs_capture": True})
    refused = told(office, order_id)
    assert refused.outcome == "refused"
    assert "InvalidParameterValue" in refused.why
    office.sim("PATCH", "/_sim/settings", {"tracker_needs_capture": False})
    # With the key of what was refused, Amazon would only say the same again.
    assert told(office, order_id).outcome == "sent"
    assert [one.outcome for one in office.desk.reader.deliveries(order_id)] == ["sent", "refused"]


def test_a_number_of_another_parcel_is_asked_about_here(office: Office) -> None:
    first, second = office.make("captured"), office.make("captured")
    told(office, first)
    for order_id, carrier in ((second, "UPS"), (first, "DHL")):
        with pytest.raises(
            NotValidError, match=f"was sent by ops at .* for {first} with UPS, and Amazon takes a number"
        ):
            told(office, order_id, carrier=carrier)
    assert told(office, second, again=True).outcome == "refused"
    assert requests(office) == [True, False]


def test_two_at_once_send_one(office: Office) -> None:
    order_id = office.make("captured")
    parcel = Parcel(order_id, "UPS", NUMBER)
    mine, theirs = office.desk.check_delivery(parcel), office.desk.check_delivery(parcel)
    office.desk.send_delivery(mine)
    with pytest.raises(ChangedError, match="Somebody else sent"):
        office.desk.send_delivery(theirs)
    assert requests(office) == [True]


def test_without_a_connection_nothing_is_written_or_sent(office: Office) -> None:
    order_id = office.make("captured")
    office.transport.reachable = False
    with pytest.raises(OfflineError):
        told(office, order_id)
    assert office.desk.reader.deliveries(order_id) == ()


def test_what_provably_did_not_leave_is_not_sent(office: Office) -> None:
    order_id = office.make("captured")
    ready = office.desk.check_delivery(Parcel(order_id, "UPS", NUMBER))
    office.transport.reachable = False
    assert office.desk.send_delivery(ready).outcome == "unsent"
    office.transport.reachable = True
    assert told(office, order_id).outcome == "sent"


def test_a_wrong_clock_is_put_right_and_it_goes_once_more(office: Office) -> None:
    order_id = office.make("captured")
    ready = office.desk.check_delivery(Parcel(order_id, "UPS", NUMBER))
    office.local.advance(minutes=30)
    office.sim("PATCH", "/_sim/settings", {"clock_skew_seconds": -1800})
    assert office.desk.send_delivery(ready).outcome == "sent"
    assert len(office.desk.reader.deliveries(order_id)) == 1


def test_an_order_that_is_not_known_or_whose_buyer_is_forgotten_has_no_parcel(office: Office) -> None:
    with pytest.raises(UsageError, match="is not known here"):
        told(office, "S01-0000000-0000000")
    order_id = office.make("voided")
    assert office.desk.purge([order_id]) == (order_id,)
    with pytest.raises(NotValidError, match="was removed: nothing is sent"):
        told(office, order_id)
    assert requests(office) == []


@pytest.mark.parametrize(
    ("opened", "sentence"),
    [({"read_only": "Only reading."}, "Only reading."), ({"policy": Settings(payment_action="review")}, "Nothing is")],
)
def test_where_nothing_may_be_moved_nothing_is_told(tmp_path: Path, opened: dict[str, Any], sentence: str) -> None:
    with open_office(tmp_path, **opened) as office:
        order_id = office.make("captured")
        with pytest.raises(NotValidError, match=sentence):
            told(office, order_id)
        assert requests(office) == []
