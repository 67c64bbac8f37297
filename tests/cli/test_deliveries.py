"""Telling Amazon of parcels on the command line, on the simulator: asked, sent once, shown with the order."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from tests.cli.conftest import Shop
from tests.cli.test_slips import said, sold
from tests.support.terminal import Terminal

_NUMBERS = count(1)


@pytest.fixture
def number() -> str:
    """A tracking number of its own: Amazon takes each once, also from another test."""
    return f"1Z999AA{next(_NUMBERS):011}"


def tell(shop: Shop, order: str, number: str, *more: str) -> tuple[int, dict[str, Any]]:
    wanted = ("--number", number) if number else ()
    done = shop("track-delivery", order, "--carrier", "UPS", *wanted, "--yes", "--json", *more)
    return done.code, done.json


def requests(shop: Shop, order: str) -> list[bool]:
    return [entry["effect"] for entry in shop.requests(order) if entry["operation"] == "other"]


def test_a_number_is_sent_once_and_shown_with_its_order(shop: Shop, number: str) -> None:
    """S3.37: the tracking number of a shipment reaches Amazon."""
    order = shop.make("captured")
    code, sent = tell(shop, order, number)
    assert (code, sent["outcome"], sent["order"]) == (0, "sent", order)
    assert (sent["carrier"], sent["tracking"]) == ("UPS", number)
    assert list(sent) == ["order", "carrier", "tracking", "outcome", "reason", "request_id", "at", "person"]
    code, again = tell(shop, order, number)
    assert (code, again) == (0, {**sent, "reason": "already so"})
    assert requests(shop, order) == [True]
    (shown,) = shop.good("orders", "show", order, "--json").json["deliveries"]
    assert {**sent, **shown} == sent
    assert f"  parcel UPS {number}  {sent['at']} by {sent['person']}: sent to Amazon\n" in (
        shop.good("orders", "show", order).out
    )
    shop.good("audit", "verify")
    trail = shop.good("audit", "export", "--order", order).out
    assert "telling Amazon of a parcel with UPS" in trail
    assert "ended as sent: HTTP 200, request id" in trail
    assert number not in trail


def test_a_number_of_a_slip_is_offered_until_it_is_sent(shop: Shop, number: str) -> None:
    order = sold(shop)
    done = shop.good("capture", order, "--tracking", f"UPS:{number}", "--yes")
    assert f"To send its tracking number to Amazon: azpay track-delivery {order}\n" in done.err
    offer = f"  parcel UPS {number}: Amazon was not told of it; to tell it: azpay track-delivery {order}\n"
    assert offer in shop.good("orders", "show", order).out
    sent = shop.good("track-delivery", order, "--yes")
    assert sent.out == f"UPS {number} of {order} sent to Amazon\n"
    assert offer not in shop.good("orders", "show", order).out
    done = shop("track-delivery", order, "--yes")
    assert said(done) == (
        2, "Say --carrier CODE and --number N: no slip of this order has a tracking number to be sent.",
    )  # fmt: skip


@pytest.mark.parametrize("carrier", ["", "U.P.S.:"])
def test_a_number_without_a_code_of_its_carrier_is_offered_with_one(shop: Shop, number: str, carrier: str) -> None:
    order = sold(shop)
    done = shop.good("capture", order, "--tracking", f"{carrier}{number}", "--yes")
    command = f"track-delivery {order} --carrier CODE"
    assert f"To send its tracking number to Amazon: azpay {command}\n" in done.err
    assert f"to tell it: azpay {command}\n" in shop.good("orders", "show", order).out
    would = shop.good(*command.split(), "--dry-run").json["would_send"]
    assert would["body"]["deliveryDetails"] == [{"carrierCode": "CODE", "trackingNumber": number}]


def test_a_lost_answer_is_5_and_then_3_until_a_person_says_again(shop: Shop, number: str) -> None:
    order = shop.make("captured")
    shop.fault(order, "track-delivery", "close-after")
    code, lost = tell(shop, order, number)
    assert (code, lost["outcome"]) == (5, "unknown")
    code, refused = tell(shop, order, number)
    assert (code, refused["error"]["code"]) == (3, "told-before")
    assert refused["error"]["message"].endswith(
        "and no answer came, so Amazon may have it. To send it all the same say --again."
    )
    assert requests(shop, order) == [True]
    assert f"UPS {number}" in shop.good("orders", "show", order).out
    assert tell(shop, order, number, "--again")[0] == 0
    assert requests(shop, order) == [True, False]


def test_a_refusal_is_4_with_amazons_words(shop: Shop, number: str) -> None:
    order = shop.make("captured")
    shop.fault(order, "track-delivery", "status", code=400, reason="InvalidParameterValue", message="No such carrier.")
    done = shop("track-delivery", order, "--carrier", "pigeon", "--number", number, "--yes")
    assert done.code == 4
    assert done.out == (
        f"PIGEON {number} of {order} refused by Amazon: Amazon answered 400 InvalidParameterValue: No such carrier.\n"
    )


def test_a_dry_run_says_what_would_be_sent_and_sends_nothing(shop: Shop, number: str) -> None:
    order = shop.make("captured")
    done = shop.good("track-delivery", order, "--carrier", "ups", "--number", number, "--dry-run")
    body = {"chargePermissionId": order, "deliveryDetails": [{"carrierCode": "UPS", "trackingNumber": number}]}
    would = {"method": "POST", "path": "/deliveryTrackers", "body": body}
    assert done.json == {"dry_run": True, "would_send": would}
    assert requests(shop, order) == []
    assert tell(shop, order, number)[0] == 0
    assert tell(shop, order, number, "--dry-run")[1] == {"dry_run": True, "would_send": None}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--number", "1Z"], "Say who carries it: Amazon's code of the carrier, such as UPS."),
        (["--carrier", "UPS", "--number", "??"], "'??' is no tracking number, such as 1Z999AA10123456784."),
        (["--carrier", "Ü", "--number", "1"], "'Ü' is no code of a carrier, such as UPS: letters, digits, - and _."),
        (["--carrier", "UPS"],
         "Say --carrier CODE and --number N: no slip of this order has a tracking number to be sent."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_sentence(shop: Shop, options: list[str], sentence: str) -> None:
    order = shop.make("captured")
    done = shop("track-delivery", order, *options, "--yes")
    assert said(done) == (2, sentence)
    assert shop.requests(order) == []


def test_nobody_to_ask_and_read_only_send_nothing(shop: Shop, number: str) -> None:
    order = shop.make("captured")
    wanted = ("track-delivery", order, "--carrier", "UPS", "--number", number)
    assert shop(*wanted).code == 2
    done = shop("--read-only", *wanted, "--yes", "--json")
    assert (done.code, done.error["code"]) == (3, "read-only")
    assert requests(shop, order) == []


@pytest.mark.parametrize(("answer", "code"), [("yes", 0), ("y", 2)])
def test_the_facts_are_shown_and_yes_confirms(shop: Shop, number: str, answer: str, code: int) -> None:
    order = shop.make("captured", number="T-9")
    command = shop.command("track-delivery", order, "--carrier", "UPS", "--number", number)
    with Terminal(command, columns=100) as terminal:
        terminal.wait_for("Type yes to tell Amazon: ")
        for fact in ("TRACK DELIVERY", "SIMULATOR / sim", "T-9", "CAPTURED", number):
            assert fact in terminal.text
        assert requests(shop, order) == []
        terminal.type(f"{answer}\n")
        assert terminal.ended() == code
    assert requests(shop, order) == ([True] if code == 0 else [])


def test_before_a_number_goes_again_it_is_shown_for_which_order_it_went(shop: Shop, number: str) -> None:
    first, second = shop.make("captured"), shop.make("captured")
    assert tell(shop, first, number)[0] == 0
    command = shop.command("track-delivery", second, "--carrier", "DHL", "--number", number, "--again")
    with Terminal(command, columns=120) as terminal:
        terminal.wait_for("Type yes to tell Amazon: ")
        assert f"  Before         UPS for {first}: sent to Amazon, " in terminal.text
        terminal.type("no\n")
        assert terminal.ended() == 2
    assert requests(shop, second) == []


def test_offline_it_is_6_and_nothing_is_written(own_shop: Shop, number: str) -> None:
    order = own_shop.make("captured")
    own_shop.simulated.end()
    code, told = tell(own_shop, order, number)
    assert (code, told["error"]["code"]) == (6, "offline")
    assert own_shop.good("orders", "show", order, "--json").json["deliveries"] == []


def test_a_purge_removes_the_number(shop: Shop, number: str) -> None:
    order = shop.make("voided")
    assert tell(shop, order, number)[0] == 0
    shop.good("purge", "--order", order, "--yes")
    shown = shop.good("orders", "show", order)
    assert number not in shown.out
    assert "parcel UPS (number removed)" in shown.out
    (told,) = shop.good("orders", "show", order, "--json").json["deliveries"]
    assert (told["tracking"], told["reason"], told["outcome"]) == (None, None, "sent")
    assert tell(shop, order, number)[0] == 3
