"""Delivering over a real journal: again and again, one at a time, and nothing forgotten by a death in between."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from azpay_tui.backoffice.clock import CorrectedClock
from azpay_tui.backoffice.messages.engine import IN_A_ROW, Engine
from azpay_tui.backoffice.messages.ports import MessageParts
from azpay_tui.domain.intent import Place
from azpay_tui.domain.messages import (
    INTERRUPTED,
    WAITS,
    After,
    Channel,
    Delivered,
    Message,
    MessageDraft,
    Outcome,
    Refused,
)
from azpay_tui.store.locks import Lease
from azpay_tui.store.opening import Stores, open_stores

ORDER = "S01-1234567-0000001"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@dataclass
class Road:
    """A courier that meets with what a test says, then arrives."""

    meets: list[Outcome | Exception] = field(default_factory=list)
    repeatable: bool = True
    arrived: list[str] = field(default_factory=list)

    def deliver(self, message: Message, stop: threading.Event) -> Outcome:
        assert not stop.is_set()
        found = self.meets.pop(0) if self.meets else Delivered()
        if isinstance(found, Exception):
            raise found
        if isinstance(found, Delivered):
            self.arrived.append(message.draft.subject)
        return found


@dataclass
class Bench:
    """An engine over a journal of its own, with a clock moved by hand."""

    stores: Stores
    road: Road
    now: datetime = NOW
    stop: threading.Event = field(default_factory=threading.Event)
    given_up: list[str] = field(default_factory=list)

    def engine(self) -> Engine:
        """Make an engine as another process would have it."""
        couriers: dict[Channel, Road] = {"webhook": self.road, "mail": self.road}
        parts = MessageParts(self.stores.messages, self.lock, couriers)
        clock = CorrectedClock(self.stores.cache, timedelta(), lambda: self.now)
        return Engine(parts, clock, self.stop, failed=lambda message: self.given_up.append(message.draft.subject))

    def lock(self) -> Lease:
        return Lease(self.stores.data.messages_lock)

    def put(self, *subjects: str, order: str = ORDER, channel: Channel = "webhook") -> None:
        self.stores.messages.enqueue([MessageDraft("shop", channel, order, text, "{}") for text in subjects], self.now)

    def all(self) -> list[tuple[str, str, int]]:
        return [(m.draft.subject, m.state, m.attempts) for m in reversed(self.stores.messages.messages())]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    place = Place("v2", "na", "simulator", "MERCHANT")
    stores = open_stores(tmp_path / "data", place, person="ops", now=lambda: NOW)
    yield Bench(stores, Road())
    stores.close()


def test_what_fails_is_tried_again_later_and_then_arrives_once(bench: Bench) -> None:
    bench.put("a", "b")
    bench.road.meets = [Refused("HTTP 500")] * 2
    engine = bench.engine()
    for wait in WAITS[:2]:
        failed = engine.next()
        assert failed is not None
        assert (failed.draft.subject, failed.state) == ("a", "waiting")
        assert engine.next() is None  # neither again at once, nor what comes behind it
        bench.now += wait
    assert [engine.next() is not None for _ in range(3)] == [True, True, False]
    assert bench.road.arrived == ["a", "b"]
    assert bench.all() == [("a", "delivered", 3), ("b", "delivered", 1)]


def test_after_a_few_failures_in_a_row_the_rest_of_the_channel_waits(bench: Bench) -> None:
    for number in range(IN_A_ROW + 2):
        bench.put(str(number), order=f"S01-1234567-{number:07}")
    bench.put("mail", channel="mail")
    bench.road.meets = [Refused("HTTP 503")] * IN_A_ROW
    engine = bench.engine()
    done = [engine.next() for _ in range(IN_A_ROW + 2)]
    assert [m.draft.subject if m is not None else None for m in done] == ["0", "1", "2", "mail", None]


def test_one_process_at_a_time_delivers(bench: Bench) -> None:
    bench.put("a")
    other = bench.lock()
    assert other.try_acquire()
    assert bench.engine().next() is None
    other.release()
    assert bench.engine().next() is not None


def test_what_a_dead_process_began_is_sent_again_with_the_same_id(bench: Bench) -> None:
    bench.put("a")
    (made,) = bench.stores.messages.messages()
    bench.stores.messages.begin(made, NOW)
    done = bench.engine().next()
    assert done is not None
    assert (done.id, done.state) == (made.id, "delivered")
    tries = [(each.result, each.why) for each in bench.stores.messages.tries(done)]
    assert tries == [("interrupted", INTERRUPTED), ("delivered", "Delivered.")]


def test_one_that_always_dies_is_given_up(bench: Bench) -> None:
    bench.put("a")
    (message,) = bench.stores.messages.messages()
    for _ in range(len(WAITS)):
        message = bench.stores.messages.begin(message, NOW)
        step = After("waiting", NOW, "unknown", INTERRUPTED)
        message = bench.stores.messages.end(message, step, NOW, interrupted=True)
    bench.stores.messages.begin(message, NOW)
    assert bench.engine().next() is None
    assert bench.all() == [("a", "failed", len(WAITS) + 1)]


def test_what_may_not_be_repeated_is_left_to_a_person_after_a_death(bench: Bench) -> None:
    bench.road.repeatable = False
    bench.put("a")
    (made,) = bench.stores.messages.messages()
    bench.stores.messages.begin(made, NOW)
    assert bench.engine().next() is None
    assert bench.all() == [("a", "failed", 1)]
    assert bench.given_up == ["a"]
    bench.stores.messages.retry(made.id, NOW)
    assert bench.engine().next() is not None
    assert bench.road.arrived == ["a"]


def test_a_courier_that_breaks_is_one_sentence_and_no_end(bench: Bench) -> None:
    bench.put("a")
    bench.road.meets = [ZeroDivisionError("secret")]
    failed = bench.engine().next()
    assert failed is not None
    assert failed.why == "It failed in a way that nobody expected (ZeroDivisionError); see the log."


def test_nothing_begins_when_the_program_ends(bench: Bench) -> None:
    bench.put("a")
    bench.stop.set()
    assert bench.engine().next() is None
    assert bench.all() == [("a", "waiting", 0)]


def test_a_message_for_a_channel_that_the_profile_does_not_name_waits(bench: Bench) -> None:
    bench.put("a", channel="command")
    assert bench.engine().next() is None
    assert bench.all() == [("a", "waiting", 0)]
