"""A payment method that failed without a charge: the buyer is asked, repairs it, and the order is charged (S3.28)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.backoffice.messages.test_letters import MAIL, Postman, repair
from tests.support.office import Office, open_office

from azpay_tui.backoffice.composing import Desired
from azpay_tui.backoffice.errors import NotValidError
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.marks import MarkChange


@pytest.fixture
def postman() -> Postman:
    return Postman()


@pytest.fixture
def office(tmp_path: Path, postman: Postman) -> Iterator[Office]:
    with open_office(tmp_path, couriers={"mail": postman}, mail=MAIL) as opened:
        opened.desk.sync_once()
        yield opened


def suspended(office: Office, **more: Any) -> str:
    """Make an order without a charge whose payment method fails."""
    order_id = office.make("open", **more)
    office.world(minutes=5)
    office.sim("POST", "/_sim/acts", {"act": "suspend", "id": order_id, "reason": "PaymentMethodExpired"})
    office.desk.refresh([order_id], wait=True)
    office.desk.sync_once()
    return order_id


def standing(office: Office, order_id: str) -> tuple[str, tuple[str, ...], bool]:
    """Return status word, attention codes, and whether it is among those that need a person."""
    row = office.desk.reader.row(order_id)
    assert row is not None
    return row.status, row.attention, order_id in [one.id for one in office.desk.reader.page("attention").rows]


def test_a_payment_method_that_failed_without_a_charge_comes_back_when_it_is_repaired(
    office: Office, postman: Postman
) -> None:
    """S3.28: also after somebody has seen it while it waited, and until it is charged."""
    order_id = suspended(office)
    (asked,) = postman.taken
    assert asked.draft.kind == "buyer"
    assert standing(office, order_id) == ("SUSPENDED", ("suspended",), True)
    office.desk.mark([order_id], MarkChange(reviewed=True))
    assert standing(office, order_id) == ("SUSPENDED", ("suspended",), False)

    repair(office, order_id)
    assert standing(office, order_id) == ("OPEN", ("repaired",), True)
    office.desk.sync_once(all_=True)
    assert office.act(order_id, Verb.AUTHORIZE).state == "succeeded"
    office.desk.sync_once(all_=True)
    assert standing(office, order_id) == ("AUTHORIZED", (), False)
    assert len(postman.taken) == 1


def test_a_payment_method_that_fails_once_more_is_asked_for_once_more(office: Office, postman: Postman) -> None:
    """It is the newest letter that counts: what was charged after the first one came before the second."""
    order_id = suspended(office)
    repair(office, order_id)
    assert office.act(order_id, Verb.AUTHORIZE).state == "succeeded"
    assert office.act(order_id, Verb.VOID).state == "succeeded"
    office.world(hours=1)
    office.sim("POST", "/_sim/acts", {"act": "suspend", "id": order_id})
    office.desk.refresh([order_id], wait=True)
    office.desk.sync_once()
    assert standing(office, order_id)[:2] == ("SUSPENDED", ("suspended",))
    assert len(postman.taken) == 2
    repair(office, order_id)
    assert standing(office, order_id)[:2] == ("VOIDED", ("repaired",))


def test_a_letter_written_in_any_case_is_one_of_its_decline(tmp_path: Path) -> None:
    with open_office(tmp_path, mail=replace(MAIL, send="manual", admin=None)) as office:
        office.desk.sync_once()
        order_id = suspended(office)
        first = office.desk.letters.write(order_id, Desired(), again=True)
        with pytest.raises(NotValidError, match=rf"about this decline already \({first.id}, "):
            office.desk.letters.write(order_id, Desired())
        assert office.desk.letters.write(order_id, Desired(), again=True).id != first.id
        repair(office, order_id)
        assert standing(office, order_id)[:2] == ("OPEN", ("repaired",))
