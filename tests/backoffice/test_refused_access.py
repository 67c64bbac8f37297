"""Amazon refuses access while open outcomes are looked at: nothing more is asked for an hour, or till a person does."""

from __future__ import annotations

import pytest
from tests.support.office import Office

from azpay_tui.backoffice.errors import CredentialsError
from azpay_tui.backoffice.records import Event
from azpay_tui.domain.intent import Intent, Verb


@pytest.fixture
def unknown(office: Office) -> tuple[Intent, Intent]:
    """Two refunds of two orders whose outcome is not known, due for a look; the next read of an order is refused."""
    orders = [office.make("captured"), office.make("captured")]
    office.fault("refund", "reset-before", times=8)
    made = [office.act(order_id, Verb.REFUND, "10.00") for order_id in orders]
    assert [intent.state for intent in made] == ["unknown", "unknown"]
    office.world(hours=1)
    office.fault("get-permission", "status", code=403, reason="UnauthorizedAccess")
    del office.transport.requests[:]
    return made[0], made[1]


def permissions_read(office: Office) -> int:
    return sum("/chargePermissions/" in request.path for request in office.transport.requests)


def test_a_sync_ends_where_the_first_look_is_refused(office: Office, unknown: tuple[Intent, Intent]) -> None:
    with pytest.raises(CredentialsError, match="Amazon refused"):
        office.desk.sync_once(all_=True)
    assert permissions_read(office) == 1
    office.desk.sync_once(all_=True)  # a person's word: it is tried again
    assert permissions_read(office) >= 3


def test_a_resume_ends_where_the_first_look_is_refused(office: Office, unknown: tuple[Intent, Intent]) -> None:
    looked = office.desk.resume()
    assert {intent.id for intent in looked} == {intent.id for intent in unknown}
    assert permissions_read(office) == 1
    office.desk.resume()
    assert permissions_read(office) == 3


@pytest.mark.parametrize("ended", [False, True])
def test_the_console_waits_an_hour_and_then_looks_at_all_of_them(
    office: Office, unknown: tuple[Intent, Intent], ended: bool
) -> None:
    refresher = office.desk.works.refresher
    refresher._reading.due = lambda *_, **__: "none"  # type: ignore[method-assign]
    refresher._everything = ended
    assert refresher._round() == 3600
    assert permissions_read(office) == 1
    office.world(hours=1)
    assert refresher._round() < 3600
    assert permissions_read(office) >= 3


def test_a_persons_refresh_asks_no_more_than_once(office: Office, unknown: tuple[Intent, Intent]) -> None:
    orders = [intent.draft.wish.order_id for intent in unknown]
    heard: list[Event] = []
    office.desk.subscribe(heard.append)
    office.desk.refresh(orders)
    office.until(lambda: any(event.kind == "sync" for event in heard))
    assert permissions_read(office) == 1
    told = {event.order_ids: event.problem for event in heard if event.kind == "read"}
    assert set(told) == {(one,) for one in orders}
    assert len(set(told.values())) == 1
    assert None not in told.values()
