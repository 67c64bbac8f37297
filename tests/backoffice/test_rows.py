"""Every row of the action matrix that API v2 reaches, from the simulator's objects to verdicts."""

from __future__ import annotations

import pytest
from tests.support.office import Office

from azpay_tui.domain.intent import Verb
from azpay_tui.domain.status import status_of

COLUMNS = (Verb.CAPTURE, Verb.VOID, Verb.CANCEL, Verb.CLOSE, Verb.AUTHORIZE, Verb.REFUND)

ROWS = {
    # row: (situation, more, status, capture, void, cancel, close, authorize, refund)
    "2": ("open", {}, "OPEN", "no no yes warn yes no"),
    "3": ("pending", {}, "PENDING", "no yes yes warn warn no"),
    "4": ("authorized", {}, "AUTHORIZED", "yes yes yes warn warn no"),
    "5": ("authorized", {"age": "10d"}, "AUTHORIZED", "yes yes yes warn warn no"),
    "6": ("lapsed", {}, "EXPIRED", "no no yes warn yes no"),
    "7": ("capturing", {}, "CAPTURING", "no no no warn no no"),
    "8": ("part-captured", {}, "PART-CAPTURED", "no no no yes yes yes"),
    "9": ("captured", {}, "CAPTURED", "no no no no no yes"),
    "10": ("closed-authorized", {}, "AUTHORIZED", "yes yes no no no no"),
    "11": ("suspended-authorized", {}, "AUTHORIZED", "yes yes yes yes no no"),
    "12": ("suspended", {}, "SUSPENDED", "no no yes yes no no"),
    "13": ("declined-soft", {}, "DECLINED", "no no yes warn yes no"),
    "14": ("declined-hard", {}, "SUSPENDED", "no no yes yes no no"),
    "15": ("rejected", {}, "DECLINED", "no no no no no no"),
    "16": ("voided", {}, "VOIDED", "no no yes warn yes no"),
    "17": ("canceled", {}, "CANCELED", "no no no no no no"),
    "18": ("part-refunded", {}, "PART-REFUNDED", "no no no no no yes"),
    "19": ("refunded", {}, "REFUNDED", "no no no no no warn"),
    "20": ("refund-cap", {}, "REFUNDED", "no no no no no no"),
    "21": ("refunding", {}, "REFUNDING", "no no no no no warn"),
    "22": ("refund-declined", {}, "CAPTURED", "no no no no no yes"),
    "23": ("unknown", {}, "UNRECOGNISED", "no no no no no no"),
}
BUSY = {"3", "4", "5", "7"}
"""Rows with a live charge: a permission that reports ChargeInProgress forbids another authorization there."""

WARNINGS = {
    ("2", Verb.CLOSE): "nothing-charged",
    ("3", Verb.CLOSE): "leaves-pending",
    ("3", Verb.AUTHORIZE): "decision-under-way",
    ("4", Verb.CLOSE): "leaves-authorization",
    ("4", Verb.AUTHORIZE): "second-hold",
    ("5", Verb.CLOSE): "leaves-authorization",
    ("5", Verb.AUTHORIZE): "second-hold",
    ("6", Verb.CLOSE): "nothing-charged",
    ("7", Verb.CLOSE): "leaves-pending",
    ("13", Verb.CLOSE): "nothing-charged",
    ("16", Verb.CLOSE): "nothing-charged",
    ("19", Verb.REFUND): "beyond-capture",
    ("21", Verb.REFUND): "refund-under-way",
}


@pytest.mark.parametrize("blocks", [False, True], ids=["free", "charge-in-progress"])
@pytest.mark.parametrize("row", ROWS)
def test_a_row_gives_its_verdicts(office: Office, row: str, blocks: bool) -> None:
    situation, more, word, verdicts = ROWS[row]
    office.sim("PATCH", "/_sim/settings", {"charge_in_progress_blocks": blocks})
    order_id = office.make(situation, **more)
    offers = office.desk.offers(office.order(order_id))
    expected = dict(zip(COLUMNS, verdicts.split(), strict=True))
    if blocks and row in BUSY:
        expected[Verb.AUTHORIZE] = "no"
    for verb, verdict in expected.items():
        (offer,) = [o for o in offers if o.verb is verb]
        assert offer.verdict == verdict, (verb, offer)
        if verdict == "no":
            assert offer.reason
        if verdict == "warn":
            assert offer.warnings == (WARNINGS[row, verb],)
            assert offer.reason
    assert [o.verdict for o in offers if o.verb is Verb.REFRESH] == ["yes"]
    assert status_of(office.order(order_id), office.desk.now()) == word


def test_a_capture_after_the_guarantee_says_what_may_happen(office: Office) -> None:
    order_id = office.make("authorized", age="10d")
    assert "may go pending" in (office.offer(order_id, Verb.CAPTURE).reason or "")


def test_a_lapsed_authorization_names_the_date(office: Office) -> None:
    order_id = office.make("authorized", age="3d")
    end = office.order(order_id).charges[0].expires
    assert end is not None
    assert office.offer(order_id, Verb.CAPTURE).changes_at == end
    office.world(days=28)
    offer = office.offer(order_id, Verb.CAPTURE)
    assert offer.verdict == "no"
    assert f"{end:%Y-%m-%d}" in (offer.reason or "")


def test_a_declined_refund_names_amazons_reason_and_another_way(office: Office) -> None:
    order_id = office.make("refund-declined")
    assert "another way" in (office.offer(order_id, Verb.REFUND).reason or "")
