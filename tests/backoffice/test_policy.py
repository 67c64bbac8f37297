"""What a policy forbids is not sent, whatever the matrix allows, and the refusal says which setting and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.backoffice.test_late import late
from tests.support.office import Office, open_office

from azpay_tui.backoffice.errors import NotValidError
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.policies import chosen


@contextmanager
def office_of(directory: Path, preset: str, **own: object) -> Iterator[Office]:
    with open_office(directory, policy=chosen(preset, own)) as office:
        yield office


def refused(office: Office, order_id: str, verb: Verb, amount: str | None = None) -> str:
    with pytest.raises(NotValidError) as error:
        office.act(order_id, verb, amount)
    assert office.effects() == []
    return error.value.message


@pytest.mark.parametrize(
    ("verb", "situation", "amount"),
    [(Verb.AUTHORIZE, "open", "60.00"), (Verb.CAPTURE, "authorized", "60.00"), (Verb.REFUND, "captured", "60.00")],
)
def test_another_amount_than_the_whole_is_refused_with_what_to_do(
    tmp_path: Path, verb: Verb, situation: str, amount: str
) -> None:
    """S0.13 to S0.17: the whole goes, a part is refused with the hint to place the order again."""
    with office_of(tmp_path, "xcart") as office:
        order_id = office.make(situation, amount="120.00")
        said = refused(office, order_id, verb, amount)
        assert "at least 120.00 USD" in said
        assert "(whole_amounts = true, preset xcart)" in said
        assert "again with the customer" in said
        assert office.act(order_id, verb).state in ("succeeded", "accepted")
        assert [effect[2] for effect in office.effects()] == ["120.00"]


def test_magento_captures_whole_and_refunds_parts(tmp_path: Path) -> None:
    """S3.43, S3.46."""
    with office_of(tmp_path, "magento") as office:
        order_id = office.make("authorized", amount="120.00")
        assert "(partial_capture = false, preset magento)" in refused(office, order_id, Verb.CAPTURE, "60.00")
        assert office.act(order_id, Verb.CAPTURE).state == "succeeded"
        assert office.act(order_id, Verb.REFUND, "20.00").state == "accepted"


def test_200_goes_up_to_230_and_not_a_cent_further(tmp_path: Path) -> None:
    """S4.6, S4.7: the permission's limit is above that."""
    with office_of(tmp_path, "amazon", overcharge="15%/75") as office:
        order_id = office.make("open", amount="200.00", limit="1000.00")
        assert "No more than 230.00 USD" in refused(office, order_id, Verb.AUTHORIZE, "230.01")
        assert office.act(order_id, Verb.AUTHORIZE, "230.00").state == "succeeded"


def test_the_difference_to_230_is_authorized_beside_200(tmp_path: Path) -> None:
    """S4.6: the second route."""
    with office_of(tmp_path, "amazon", overcharge="15%/75") as office:
        order_id = office.make("authorized", amount="200.00", limit="1000.00")
        assert "at most 30.00 USD" in refused(office, order_id, Verb.AUTHORIZE, "30.01")
        assert office.act(order_id, Verb.AUTHORIZE, "30.00", accept=("second-hold",)).state == "succeeded"


@pytest.mark.parametrize("note", ["", "  \t"])
def test_without_a_reason_nothing_is_sent_where_one_is_required(tmp_path: Path, note: str) -> None:
    with office_of(tmp_path, "oxid", reason_required=True) as office:
        order_id = office.make("authorized")
        ready = office.ready(order_id, Verb.VOID, note=note)
        with pytest.raises(NotValidError, match="reason_required = true, set in the profile"):
            office.desk.submit(ready)
        assert office.effects() == []
        intent = office.act(order_id, Verb.VOID, note="ordered twice")
        assert (intent.state, intent.draft.wish.note) == ("succeeded", "ordered twice")


def test_what_is_so_already_needs_no_reason(tmp_path: Path) -> None:
    with office_of(tmp_path, "amazon", reason_required=True) as office:
        order_id = office.make("authorized")
        wish = office.wish(order_id, Verb.VOID)
        office.sim("POST", "/_sim/acts", {"act": "void-elsewhere", "id": wish.target})
        ready = office.desk.check(wish)
        assert ready.already_so
        assert office.desk.wait(office.desk.submit(ready).id, 60).state == "succeeded"


def test_a_desk_that_is_not_built_yet_judges_by_the_same_policy(tmp_path: Path) -> None:
    with office_of(tmp_path, "xcart") as office:
        order = office.order(office.make("authorized"))
        desk = late(office, lambda: office.desk)
        assert desk.offers(order) == office.desk.offers(order)
        assert any(offer.policy for offer in desk.offers(order))
        desk.stop(1)
