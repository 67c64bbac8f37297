"""What a person switched on is done without one: each step once, signed `policy`, and only what is plainly due."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.support.office import START, Hands, Office, open_office

from azpay_tui.backoffice.errors import BusyError, NotValidError, OfflineError, UsageError
from azpay_tui.backoffice.planning import Plan, plan
from azpay_tui.domain.intent import OPEN_STATES, Intent, Verb
from azpay_tui.domain.marks import MarkChange
from azpay_tui.domain.money import Money
from azpay_tui.domain.policies import chosen
from azpay_tui.domain.rows import OrderLine, TrackedOrder
from azpay_tui.domain.switch import POLICY, Switch
from azpay_tui.domain.switching import MOST_FAILURES
from azpay_tui.domain.trail import sentence
from azpay_tui.simulator.wire import Request, Response
from azpay_tui.store.errors import SwitchedOff
from azpay_tui.store.journal.read import JournalReader

ALL = "authorize-and-capture+close"
HOUR = timedelta(hours=1)
WHOLE = [("authorize", "120.00"), ("capture", "120.00"), ("close", None)]


@contextmanager
def office_of(
    directory: Path, action: str = "authorize-and-capture", closing: str = "automatic", **more: Any
) -> Iterator[Office]:
    policy = chosen("amazon", {"payment_action": action, "close_after_capture": closing})
    with open_office(directory, policy=policy, **more) as office:
        yield office


@pytest.fixture
def switched(tmp_path: Path) -> Iterator[Office]:
    """An office in which everything is switched on since a minute."""
    with office_of(tmp_path) as office:
        office.desk.switch_on(ALL)
        office.world(minutes=1)
        yield office


def new(office: Office, situation: str = "open", **more: Any) -> str:
    """Make an order as a shop does just now; its permission allows more than its total."""
    return office.make(situation, **{"age": "1s", "limit": "138.00", **more})


def act(office: Office) -> None:
    office.desk.sync_once(act=True)


def done(office: Office) -> list[tuple[str, str | None]]:
    return [(operation, amount) for operation, _, amount in office.effects()]


def planned(office: Office) -> Plan:
    return plan(office.desk.reader, office.desk.profile, office.desk.now())


def left(office: Office) -> str:
    """Return why the one order there is is left alone."""
    found = planned(office)
    assert found.steps == ()
    (one,) = found.left
    return one.next.why


def test_a_new_order_is_authorized_captured_and_closed_without_a_person(switched: Office) -> None:
    """S3.17, S3.25, S3.30, S3.34, S4.22: by the same way as a person's acts, each signed `policy`."""
    order_id = new(switched)
    (step,) = planned(switched).steps
    assert (step.order.id, step.next.why) == (order_id, "It is new, and its total of 120.00 USD is not authorized.")
    act(switched)
    assert done(switched) == WHOLE
    intents = switched.desk.intents()
    assert [(i.draft.person, i.state) for i in intents] == [(POLICY, "succeeded")] * 3
    assert all(f"{ALL}, switched on by ops on 2026-01-15" in i.draft.wish.note for i in intents)
    whats = [(entry.source, entry.what) for entry in switched.desk.reader.timeline(order_id)]
    assert ("policy", "capture begun by policy") in whats
    assert ("policy", "capture succeeded") in whats
    act(switched)
    assert done(switched) == WHOLE
    assert planned(switched).left == planned(switched).steps == ()


def test_each_mode_does_its_own_steps_and_no_more(tmp_path: Path) -> None:
    """S3.16, S3.30, S4.22."""
    modes = {
        ("authorize", "remind"): WHOLE[:1],
        ("authorize-and-capture", "never"): WHOLE[:2],
        ("manual", "automatic"): [],
    }
    for number, ((action, closing), wanted) in enumerate(modes.items()):
        directory = tmp_path / str(number)
        directory.mkdir()
        with office_of(directory, action, closing) as office:
            office.desk.switch_on(action if closing != "automatic" else "close")
            office.world(minutes=1)
            new(office)
            act(office)
            assert done(office) == wanted, action


def test_what_a_person_captured_is_closed_where_only_closing_is_automatic(tmp_path: Path) -> None:
    """S4.22."""
    with office_of(tmp_path, "manual") as office:
        office.desk.switch_on("close")
        office.world(minutes=1)
        order_id = new(office)
        for verb in (Verb.AUTHORIZE, Verb.CAPTURE):
            assert office.act(order_id, verb, "120.00").state == "succeeded"
        act(office)
        assert done(office) == WHOLE
        assert [i.draft.person for i in office.desk.intents()] == [POLICY, "ops", "ops"]


@pytest.mark.parametrize("action", ["manual", "review"])
def test_nothing_is_automatic_unless_the_policy_wants_it(tmp_path: Path, action: str) -> None:
    """S3.16."""
    with office_of(tmp_path, action, "remind") as office:
        with pytest.raises(NotValidError, match="payment_action"):
            office.desk.switch_on("authorize")
        new(office)
        act(office)
        assert done(office) == []


def test_the_policy_alone_does_nothing_and_older_orders_are_left_alone(tmp_path: Path) -> None:
    """S3.32: a person's word comes first, and it is for orders made from then on."""
    with office_of(tmp_path) as office:
        new(office)
        act(office)
        assert done(office) == []
        assert "never switched on" in (planned(office).resting or "")
        office.world(minutes=1)
        with pytest.raises(UsageError, match=r"wants authorize-and-capture\+close, not authorize"):
            office.desk.switch_on("authorize")
        office.desk.switch_on(ALL)
        act(office)
        assert done(office) == []
        assert planned(office) == Plan(ALL, office.desk.reader.switch(), None)


def test_switched_off_nothing_more_becomes_durable(switched: Office) -> None:
    order_id = new(switched)
    ready = switched.ready(order_id, Verb.AUTHORIZE)
    on = switched.desk.reader.switch()
    assert on is not None
    off = switched.desk.switch_off()
    assert off is not None
    assert off.position == "off"
    with pytest.raises(NotValidError, match="switched otherwise"):
        switched.desk.works.outbox.submit(ready, (), on)
    act(switched)
    assert done(switched) == []
    assert switched.desk.switch_off() is None
    with pytest.raises(SwitchedOff):
        switched.stores.journal.turn(replace(on, at=switched.local.now), on)


def test_another_mode_than_the_one_switched_on_is_off(tmp_path: Path) -> None:
    with office_of(tmp_path, closing="remind") as office:
        office.desk.switch_on("authorize-and-capture")
    with office_of(tmp_path, local=Hands(START)) as office:
        office.world(minutes=1)
        new(office)
        act(office)
        assert done(office) == []
        assert "the policy now wants authorize-and-capture+close" in (planned(office).resting or "")


def test_a_source_whose_shop_captures_by_itself_stops_it_by_name(switched: Office) -> None:
    """S3.32: also one that comes later; closing alone is no second capture."""
    switched.desk.works.automatic._info = switched.desk.works.switching._info = replace(
        switched.desk.profile, capturing="webshop"
    )
    new(switched)
    act(switched)
    assert done(switched) == []
    with pytest.raises(NotValidError, match="source webshop captures by itself"):
        switched.desk.switch_on(ALL)


def test_in_a_read_only_profile_nothing_is_switched_on_and_everything_off(tmp_path: Path) -> None:
    with office_of(tmp_path) as office:
        office.desk.switch_on(ALL)
    with office_of(tmp_path, read_only="This profile is read-only.", local=Hands(START)) as office:
        office.world(minutes=1)
        new(office)
        with pytest.raises(NotValidError, match="read-only"):
            office.desk.switch_on(ALL)
        act(office)
        assert done(office) == []
        assert office.desk.switch_off() is not None


def test_review_moves_and_ends_nothing_by_anybody(tmp_path: Path) -> None:
    """S3.16: what the extension calls ERP mode; an outcome that is not known is read back, and not repeated."""
    with open_office(tmp_path) as office:
        lost = office.make("authorized")
        office.fault("capture", "reset-before", times=9)
        assert office.act(lost, Verb.CAPTURE).state == "unknown"
        office.sim("DELETE", "/_sim/faults")
        local = office.local
    with office_of(tmp_path, "review", simulator=office.simulator, local=local) as office:
        order_id = office.make("authorized")
        for verb in (Verb.CAPTURE, Verb.VOID, Verb.CANCEL):
            with pytest.raises(NotValidError, match='payment_action = "review", set in the profile'):
                office.act(order_id, verb)
        office.world(seconds=40)
        office.desk.sync_once()
        (intent,) = office.desk.resume(office.desk.intents()[0].id)
        assert intent.state == "unknown"
        assert done(office) == []


Deed = Callable[[Office, str], object]
HANDS: dict[str, tuple[str, Deed, str]] = {
    "acted": ("open", lambda office, order_id: office.act(order_id, Verb.AUTHORIZE, "120.00"), "ops has it in hand"),
    "put off": ("open", lambda office, order_id: marked(office, order_id, remind=START + HOUR), "put it off"),
    "noted": ("open", lambda office, order_id: marked(office, order_id, note="wait"), "a note"),
    "tagged": ("open", lambda office, order_id: marked(office, order_id, tags=("gift",)), "tagged"),
}


def marked(office: Office, order_id: str, **change: Any) -> None:
    office.desk.mark([order_id], MarkChange(**change))


@pytest.mark.parametrize("name", HANDS)
def test_an_order_that_a_person_has_in_hand_is_left_to_the_person(switched: Office, name: str) -> None:
    situation, deed, why = HANDS[name]
    order_id = new(switched, situation)
    deed(switched, order_id)
    before = done(switched)
    assert why in left(switched)
    act(switched)
    assert done(switched) == before


@pytest.mark.parametrize("reason", ["SoftDeclined", "AmazonRejected"])
def test_a_decline_is_not_tried_again(switched: Office, reason: str) -> None:
    new(switched)
    switched.fault("authorize", "status", code=422, reason=reason)
    act(switched)
    (intent,) = switched.desk.intents()
    assert (intent.draft.person, intent.state) == (POLICY, "declined")
    switched.sim("DELETE", "/_sim/faults")
    act(switched)
    assert len(switched.desk.intents()) == 1
    assert "a person decides" in left(switched)


def test_after_five_failures_in_a_row_it_stops_until_a_person_switches_it_on_again(switched: Office) -> None:
    heard: list[str] = []
    switched.desk.subscribe(lambda event: heard.append(event.problem or "") if event.kind == "automatic" else None)
    switched.fault("authorize", "status", times=99, code=422, reason="SoftDeclined")
    for _ in range(MOST_FAILURES + 2):
        new(switched)
    act(switched)
    assert [i.state for i in switched.desk.intents()] == ["declined"] * MOST_FAILURES
    (said,) = heard
    assert "Automatic steps stopped" in said
    stopped = switched.desk.reader.switch()
    assert stopped is not None
    assert (stopped.position, stopped.person) == ("stopped", POLICY)
    switched.sim("DELETE", "/_sim/faults")
    act(switched)
    assert done(switched) == []
    switched.desk.switch_on(ALL)
    switched.world(minutes=1)
    new(switched)
    act(switched)
    assert done(switched) == WHOLE


def test_a_success_between_keeps_it_going(switched: Office) -> None:
    for number in range(MOST_FAILURES + 1):
        switched.fault("authorize", "status", code=422, reason="SoftDeclined")
        new(switched)
        act(switched)
        if number == 2:
            new(switched)
            act(switched)
    standing = switched.desk.reader.switch()
    assert standing is not None
    assert standing.position == "on"


def test_without_a_connection_nothing_is_begun_and_later_it_goes_on(switched: Office) -> None:
    new(switched)
    switched.transport.reachable = False
    with pytest.raises(OfflineError):
        act(switched)
    assert switched.desk.intents() == ()
    switched.transport.reachable = True
    act(switched)
    assert done(switched) == WHOLE


def test_what_was_never_sent_is_decided_anew_and_not_taken_up(switched: Office) -> None:
    """The dead process's intent is abandoned as a person's is; the step is due again by what is true now."""
    order_id = new(switched)
    switch = switched.desk.reader.switch()
    ready = switched.ready(order_id, Verb.AUTHORIZE)
    draft = switched.desk.works.checker.draft(ready, (), POLICY, "a dead session", switch)
    switched.stores.journal.open_intent(draft)
    act(switched)
    assert [i.state for i in switched.desk.intents()] == ["succeeded"] * 3 + ["abandoned"]
    assert done(switched) == WHOLE


def test_what_was_never_sent_is_not_done_when_a_person_came_between(switched: Office) -> None:
    order_id = new(switched)
    ready = switched.ready(order_id, Verb.AUTHORIZE)
    draft = switched.desk.works.checker.draft(ready, (), POLICY, "a dead session", switched.desk.reader.switch())
    switched.stores.journal.open_intent(draft)
    switched.desk.mark([order_id], MarkChange(note="asked for another colour"))
    act(switched)
    assert [i.state for i in switched.desk.intents()] == ["abandoned"]
    assert done(switched) == []


@pytest.mark.parametrize("verb", [Verb.AUTHORIZE, Verb.CAPTURE, Verb.CLOSE])
def test_what_a_dead_process_did_and_did_not_read_is_read_before_it_goes_on(switched: Office, verb: Verb) -> None:
    """It died between the outcome and the read of it: the cache knows of nothing, and the step is not done twice."""
    new(switched)
    sender = switched.desk.works.outbox._sender
    confirm = sender._confirm

    def die(intent: Intent) -> Intent:
        return intent if intent.draft.wish.verb is verb else confirm(intent)

    sender._confirm = die  # type: ignore[method-assign]
    switched.desk.works.automatic.turn(lambda: any(i.draft.wish.verb is verb for i in switched.desk.intents()))
    sender._confirm = confirm  # type: ignore[method-assign]
    switched.desk.works.automatic._switch = None  # the next process knows nothing
    act(switched)
    assert done(switched) == WHOLE
    assert [i.state for i in switched.desk.intents()] == ["succeeded"] * 3


def test_an_answer_that_is_lost_is_settled_with_one_effect(switched: Office) -> None:
    new(switched)
    switched.fault("authorize", "reset-after")
    act(switched)
    assert done(switched) == WHOLE
    assert not [i for i in switched.desk.intents() if i.state in OPEN_STATES]


def test_an_unknown_outcome_ends_automation_of_its_order_alone(switched: Office) -> None:
    unlucky, lucky = new(switched), new(switched)
    switched.sim(
        "POST",
        "/_sim/faults",
        {"match": {"operation": "authorize", "id": unlucky}, "fault": "reset-before", "times": 9},
    )
    act(switched)
    assert [i.state for i in switched.desk.intents(order_id=unlucky)] == ["unknown"]
    assert [i.state for i in switched.desk.intents(order_id=lucky)] == ["succeeded"] * 3


def test_another_process_with_the_lease_acts_and_this_one_does_not(tmp_path: Path, switched: Office) -> None:
    new(switched)
    act(switched)
    with office_of(tmp_path, simulator=switched.simulator, local=switched.local) as other:
        new(other)
        with pytest.raises(BusyError, match="Another azpay keeps this profile in step"):
            act(other)
        other.desk.sync_once()
        assert done(other) == WHOLE


def test_a_reason_that_the_policy_wants_is_given(tmp_path: Path) -> None:
    policy = chosen("amazon", {"payment_action": "authorize", "reason_required": True})
    with open_office(tmp_path, policy=policy) as office:
        office.desk.switch_on("authorize")
        office.world(minutes=1)
        new(office)
        act(office)
        assert done(office) == WHOLE[:1]


def test_the_slip_of_an_automatic_capture_covers_all_lines(switched: Office) -> None:
    """S3.45: without being asked for, as that of a person who captures the whole."""
    order_id = new(switched)
    lines = (
        OrderLine("Tea", "3", Money(90_00, "USD"), "T-1"),
        OrderLine("Parcel", "1", Money(30_00, "USD"), None, kind="shipping"),
    )
    switched.desk.track([TrackedOrder(order_id, source="web", side="shop", lines=lines)])
    act(switched)
    assert done(switched) == WHOLE
    (slip,) = switched.stores.journal.slips(order_id)
    assert (slip.person, slip.slip.total) == (POLICY, Money(120_00, "USD"))
    assert [line.quantity for line in slip.slip.goods.lines] == [3]


def test_the_watch_does_it_by_itself(switched: Office) -> None:
    """The lease holder's refresh, as `sync --watch` and the console run it."""
    switched.desk.start()
    new(switched)
    switched.until(lambda: done(switched) == WHOLE)


def test_the_audit_says_on_whose_word_each_step_rests(switched: Office) -> None:
    new(switched)
    act(switched)
    switched.desk.switch_off()
    reader = JournalReader(switched.directory / "data")
    said = [(row.person, sentence(row)) for row in reader.trail()]
    assert ("ops", f"automatic steps switched on: {ALL}") in said
    assert said[-1] == ("ops", f"automatic steps switched off: {ALL}")
    begun = next(text for person, text in said if person == POLICY and "capture 120.00 USD" in text)
    assert begun.startswith(f"began ({ALL}, switched on by ops on 2026-01-15T12:00")
    assert all(person == POLICY for person, text in said if text.startswith(("sent I-", "attempt ")))
    found = reader.verify()
    assert found is not None
    assert found.whole


def test_a_switch_of_unknown_words_does_nothing(switched: Office) -> None:
    new(switched)
    switched.stores.journal.set_meta("automatic", '{"position":"on","mode":1}')
    assert switched.desk.reader.switch() is None
    act(switched)
    assert done(switched) == []


def test_an_on_that_nobody_turned_is_not_enough(switched: Office) -> None:
    ready = switched.ready(new(switched), Verb.AUTHORIZE)
    with pytest.raises(NotValidError):
        switched.desk.works.outbox.submit(ready, (), Switch("on", ALL, START, "somebody else"))
    assert done(switched) == []


def test_what_the_configuration_says_meanwhile_pauses_it_and_reading_goes_on(tmp_path: Path) -> None:
    """S3.32: looked at before each step, also while one is being read for; told once, and when it goes on."""
    said: list[str | None] = [None]
    with office_of(tmp_path, standing=lambda: said[0]) as office:
        told: list[str | None] = []
        office.desk.subscribe(lambda event: told.append(event.problem) if event.kind == "automatic" else None)
        office.desk.switch_on(ALL)
        office.world(minutes=1)
        first, second = new(office), new(office)

        def written(request: Request, _response: Response) -> None:
            if request.method != "GET":
                said[0] = "The shop of source web captures by itself."

        office.transport.after = written
        act(office)
        act(office)
        assert done(office) == WHOLE[:1]
        assert told == ["Automatic steps pause. The shop of source web captures by itself."]
        assert (planned(office).resting or "").startswith("The shop of source web captures by itself. It is on all the")
        with pytest.raises(NotValidError, match="source web captures"):
            office.desk.switch_on(ALL)
        read = [office.order(one).charges for one in (first, second)]
        assert sum(len(charges) for charges in read) == 1

        office.transport.after, said[0] = None, None
        act(office)
        assert sorted(done(office)) == sorted([*WHOLE, *WHOLE])
        assert told[1:] == ["Automatic steps go on: the configuration allows them again."]
        assert planned(office).resting is None


def test_an_order_that_is_being_read_when_the_configuration_changes_is_left_alone(tmp_path: Path) -> None:
    said: list[str | None] = [None]
    with office_of(tmp_path, standing=lambda: said[0]) as office:
        office.desk.switch_on(ALL)
        office.world(minutes=1)
        new(office)

        def written(request: Request, _response: Response) -> None:
            said[0] = "The configuration is no longer valid."

        office.transport.after = written
        office.desk.works.automatic.turn(lambda: False)
        assert office.desk.intents() == ()
        said[0], office.transport.after = None, None
        office.desk.works.automatic.turn(lambda: False)
        assert done(office) == WHOLE
