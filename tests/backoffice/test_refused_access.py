"""Amazon refuses access: nothing more is asked, or sent, by itself for an hour, or till a person does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.backoffice.test_automatic import ALL, new, office_of
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


def refreshed(office: Office, order_ids: list[str]) -> list[Event]:
    """Refresh orders as the console does, and return what was told."""
    heard: list[Event] = []
    office.desk.subscribe(heard.append)
    office.desk.refresh(order_ids)
    office.until(lambda: any(event.kind == "sync" for event in heard))
    return heard


def sent(office: Office) -> int:
    return sum(request.method == "POST" for request in office.transport.requests)


def test_a_sync_ends_where_the_first_look_is_refused(office: Office, unknown: tuple[Intent, Intent]) -> None:
    with pytest.raises(CredentialsError, match="Amazon refused"):
        office.desk.sync_once(all_=True)
    assert permissions_read(office) == 1
    office.desk.sync_once(all_=True)  # a person's word: it is tried again
    assert permissions_read(office) >= 3


def test_a_sync_that_finds_its_clock_wrong_ends_where_the_look_after_it_is_refused(
    office: Office, unknown: tuple[Intent, Intent], monkeypatch: pytest.MonkeyPatch
) -> None:
    refresher, read = office.desk.works.refresher, []

    def due(*_: object) -> str:
        read.append(1)
        return "none"

    monkeypatch.setattr(refresher._reading, "due", due)
    monkeypatch.setattr(type(refresher._clock), "offset", property(lambda _: timedelta(minutes=2 * len(read))))
    assert refresher._read_due(all_=True, progress=None)[0] == "auth"
    assert (len(read), permissions_read(office)) == (1, 1)


def test_that_access_was_refused_is_said_although_what_was_read_beside_it_was_granted(
    office: Office, unknown: tuple[Intent, Intent]
) -> None:
    works = office.desk.works
    assert works.refresher.settle_due() == "auth"
    works.reading.order(unknown[1].draft.wish.order_id)
    with pytest.raises(CredentialsError, match="UnauthorizedAccess"):
        works.refresher._raise("auth", 0)


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
    assert refresher._everything  # also what is not due by its schedule in an hour
    office.world(hours=1)
    assert refresher._round() < 3600
    assert permissions_read(office) >= 3


def test_a_persons_refresh_asks_no_more_than_once(office: Office, unknown: tuple[Intent, Intent]) -> None:
    orders = [intent.draft.wish.order_id for intent in unknown]
    heard = refreshed(office, orders)
    assert permissions_read(office) == 1
    told = {event.order_ids: event.problem for event in heard if event.kind == "read"}
    assert set(told) == {(one,) for one in orders}
    assert len(set(told.values())) == 1
    assert None not in told.values()


@pytest.mark.parametrize("wait", [False, True])
def test_an_order_read_before_the_refused_one_is_held_against_the_journal(office: Office, wait: bool) -> None:
    read, refused = office.make("captured"), office.make("captured")
    made = office.act(read, Verb.REFUND, "30.00")
    office.world(minutes=5)
    office.sim("POST", "/_sim/acts", {"act": "decline", "id": made.result_id, "reason": "AmazonRejected"})
    only = {"match": {"operation": "get-permission", "id": refused}, "fault": "status", "code": 403}
    office.sim("POST", "/_sim/faults", {**only, "reason": "UnauthorizedAccess"})
    if wait:
        with pytest.raises(CredentialsError):
            office.desk.refresh([read, refused], wait=True)
    else:
        refreshed(office, [read, refused])
    assert [intent.state for intent in office.desk.intents()] == ["declined"]


def test_a_refused_read_ends_it_although_another_read_of_the_order_failed_first(office: Office) -> None:
    orders = [office.make("captured"), office.make("captured")]
    office.fault("get-permission", "status", times=9, code=500, reason="InternalServerError")
    office.fault("get-charge", "status", times=9, code=403, reason="UnauthorizedAccess")
    del office.transport.requests[:]
    refreshed(office, orders)
    assert permissions_read(office) == 1


@pytest.fixture
def young(office: Office) -> list[Intent]:
    """Three refunds without an answer, young enough to be sent again; Amazon refuses that, and grants reading."""
    orders = [office.make("captured") for _ in range(3)]
    office.fault("refund", "reset-before", times=12)
    made = [office.act(order_id, Verb.REFUND, "10.00") for order_id in orders]
    office.sim("DELETE", "/_sim/faults")
    office.fault("refund", "status", times=99, code=403, reason="UnauthorizedAccess")
    del office.transport.requests[:]
    return made


def test_a_sync_that_is_refused_what_it_sends_reads_on_and_says_so_at_its_end(
    office: Office, young: list[Intent]
) -> None:
    with pytest.raises(CredentialsError, match=r"UnauthorizedAccess.* All that was due was read\.") as raised:
        office.desk.sync_once(all_=True)
    assert "othing was sent" not in raised.value.message
    assert (sent(office), {intent.state for intent in office.desk.intents()}) == (1, {"unknown"})
    assert permissions_read(office) >= 3
    office.desk.sync_once(all_=True)  # nothing is sent, so nothing is refused
    assert sent(office) == 1


@pytest.mark.parametrize("answered", [False, True])
def test_where_reading_is_refused_after_something_was_sent_it_is_not_said_that_nothing_was(
    office: Office, young: list[Intent], answered: bool
) -> None:
    if answered:
        office.sim("DELETE", "/_sim/faults")
    last = young[-1].draft.wish.order_id
    looks = {"match": {"operation": "get-permission", "id": last}, "fault": "status", "code": 403, "times": 9}
    office.sim("POST", "/_sim/faults", {**looks, "reason": "UnauthorizedAccess"})
    with pytest.raises(CredentialsError) as raised:
        office.desk.sync_once(all_=True)
    assert (sent(office) > 0) == ("othing was sent" not in raised.value.message)
    assert sent(office) == (2 if answered else 1)


def test_the_console_does_not_send_again_what_was_refused_and_goes_on_reading(
    office: Office, young: list[Intent]
) -> None:
    refresher, until = office.desk.works.refresher, office.desk.now() + timedelta(minutes=20)
    while office.desk.now() < until:
        assert refresher._round() < 60
        office.world(seconds=10)
    assert sent(office) == 1
    assert permissions_read(office) > 3


def test_a_persons_word_sends_it_again_at_once_and_what_is_granted_ends_the_wait(
    office: Office, young: list[Intent]
) -> None:
    office.desk.resume()
    assert sent(office) == 1
    office.desk.resume(young[1].id)
    assert sent(office) == 2
    office.sim("DELETE", "/_sim/faults")
    assert office.desk.resume(young[1].id)[0].state == "accepted"
    assert {intent.state for intent in office.desk.resume()} == {"accepted"}


@pytest.fixture
def switched(tmp_path: Path) -> Iterator[Office]:
    """An office in which steps are taken without a person; Amazon refuses them, and grants reading."""
    with office_of(tmp_path) as office:
        office.desk.switch_on(ALL)
        office.world(minutes=1)
        for _ in range(4):
            new(office)
        office.fault("authorize", "status", times=99, code=403, reason="UnauthorizedAccess")
        del office.transport.requests[:]
        yield office


def test_of_automatic_steps_one_is_refused_and_the_others_wait(switched: Office) -> None:
    heard: list[Event] = []
    switched.desk.subscribe(heard.append)
    with pytest.raises(CredentialsError, match="UnauthorizedAccess"):
        switched.desk.sync_once(act=True)
    assert sent(switched) == 1
    assert switched.desk.profile.paused is None  # what it is on for goes on by itself
    switched.desk.sync_once(act=True)
    assert sent(switched) == 1
    switched.world(hours=1)
    switched.sim("DELETE", "/_sim/faults")
    switched.desk.sync_once(act=True)
    assert len([one for one in switched.effects() if one[0] == "close"]) == 3  # what was refused is a person's now
    (told,) = [event.problem or "" for event in heard if event.kind == "automatic"]
    assert told.startswith("Automatic steps wait for an hour. Amazon refused the credentials (UnauthorizedAccess)")
