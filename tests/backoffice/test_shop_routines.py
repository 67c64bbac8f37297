"""What a shop's own module did step by step, done here: what Amazon decides arrives, and the right actions with it."""

from __future__ import annotations

from pathlib import Path

from tests.support.office import Office, open_office

from azpay_tui.domain.intent import Verb
from azpay_tui.domain.policies import PRESETS, shop_word
from azpay_tui.domain.status import ship, status_of


def word(office: Office, order_id: str, preset: str) -> str:
    """Return the shop's word for where an order stands, as lists have it."""
    row = office.desk.reader.row(order_id)
    assert row is not None
    return shop_word(PRESETS[preset], row.status)


def offered(office: Office, order_id: str) -> set[Verb]:
    """Return what can be done with an order."""
    return {offer.verb for offer in office.desk.offers(office.order(order_id)) if offer.verdict != "no"}


def happened(office: Office, order_id: str, what: str) -> bool:
    """Whether the order's history says it."""
    return any(what in entry.what for entry in office.desk.reader.timeline(order_id))


def test_a_refresh_learns_the_result_and_the_right_actions_follow(tmp_path: Path) -> None:
    """S0.8, S0.10 to S0.12, S1.7, S1.8: no notification came; the order is asked for, first for one, then the other."""
    with open_office(tmp_path, policy=PRESETS["xcart"]) as office:
        order_id = office.make("pending")
        assert Verb.CAPTURE not in offered(office, order_id)
        charge_id = office.order(order_id).charges[0].id
        office.sim("POST", "/_sim/acts", {"act": "approve", "id": charge_id})
        office.world(seconds=1)
        assert Verb.CAPTURE not in offered(office, order_id)
        assert Verb.REFRESH in offered(office, order_id)
        office.desk.refresh([order_id], wait=True)
        assert word(office, order_id, "xcart") == "X-Cart: Authorized"
        assert {Verb.CAPTURE, Verb.VOID} <= offered(office, order_id)
        assert happened(office, order_id, "Authorized")
        office.sim("POST", "/_sim/acts", {"act": "capture-elsewhere", "id": charge_id, "amount": "120.00"})
        office.world(seconds=1)
        office.desk.refresh([order_id], wait=True)
        assert word(office, order_id, "xcart") == "X-Cart: Processed"
        assert offered(office, order_id) & {Verb.CAPTURE, Verb.VOID, Verb.REFUND} == {Verb.REFUND}
        assert happened(office, order_id, "Captured")


def test_an_order_goes_through_the_states_that_magento_names(tmp_path: Path) -> None:
    """S3.1, S3.11, S3.15, S3.19, S3.21, S3.24, S3.25, S3.33: a person authorizes, Amazon decides, a person captures."""
    with open_office(tmp_path, policy=PRESETS["magento"]) as office:
        order_id = office.make("open")
        assert word(office, order_id, "magento") == "Magento: Pending"
        assert ship(office.order(order_id), office.desk.now()).word == "HOLD"
        assert Verb.CAPTURE not in offered(office, order_id)
        assert office.act(order_id, Verb.AUTHORIZE, pending_allowed=True).state == "accepted"
        assert word(office, order_id, "magento") == "Magento: Pending"
        assert ship(office.order(order_id), office.desk.now()).word == "HOLD"
        office.sim("POST", "/_sim/acts", {"act": "approve", "id": office.order(order_id).charges[0].id})
        office.world(days=1)
        office.desk.sync_once()
        assert word(office, order_id, "magento") == "Magento: Processing"
        assert ship(office.order(order_id), office.desk.now()).word == "SHIP"
        assert office.act(order_id, Verb.CAPTURE).state == "succeeded"
        assert Verb.REFUND in offered(office, order_id)


def test_nothing_is_held_after_a_cancel_and_nothing_can_be_authorized(office: Office) -> None:
    """S3.57, S4.13, S4.15, S4.17: the order at Amazon and its authorizations, also one that is being decided."""
    for situation in ("authorized", "pending"):
        order_id = office.make(situation)
        assert office.act(order_id, Verb.CANCEL).state == "succeeded"
        order = office.order(order_id)
        assert order.permission is not None
        assert order.permission.state == "Closed"
        assert {charge.state for charge in order.charges} == {"Canceled"}
        assert offered(office, order_id) == {Verb.REFRESH}
        assert status_of(order, office.desk.now()) == "CANCELED"


def test_one_of_two_authorizations_is_ended_and_the_other_stays(office: Office) -> None:
    """S4.19: the one that is named."""
    order_id = office.make("authorized", limit="300.00", amount="120.00")
    assert office.act(order_id, Verb.AUTHORIZE, "30.00", accept=("second-hold",)).state == "succeeded"
    first, second = (charge.id for charge in office.order(order_id).charges)
    wish = office.wish(order_id, Verb.VOID)
    assert wish.target == first
    assert office.act(order_id, Verb.VOID).state == "succeeded"
    states = {charge.id: charge.state for charge in office.order(order_id).charges}
    assert states == {first: "Canceled", second: "Authorized"}
    assert [effect[:2] for effect in office.effects()][-1] == ("void", first)
