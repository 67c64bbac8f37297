"""Amazon's clock: what it is corrected by is one number, whoever measured it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.store.making import NOW

from azpay_tui.backoffice.clock import CorrectedClock
from azpay_tui.domain.attempt import Answer
from azpay_tui.domain.intent import Place
from azpay_tui.store.opening import Stores, open_stores

_SECOND = timedelta(seconds=1)


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    found = open_stores(tmp_path / "data", Place("v2", "na", "sandbox", "M"), person="ops", now=lambda: NOW)
    yield found
    found.close()


def answered(*, at: timedelta = timedelta(), ahead: timedelta = timedelta()) -> Answer:
    """An answer that came so long after NOW, of an Amazon whose clock is so much ahead."""
    received = NOW + at
    return Answer("answered", "", 200, server_date=(received + ahead).replace(microsecond=0), received_at=received)


def test_two_processes_order_what_they_do_within_a_second(stores: Stores) -> None:
    """`Date` has whole seconds: each would measure another part of one."""
    early, late = (CorrectedClock(stores.cache, timedelta(), lambda: NOW) for _process in range(2))
    early.learn(answered(at=_SECOND * 0.02))
    late.learn(answered(at=_SECOND * 0.98))
    assert early() == late() == NOW


def test_a_clock_that_is_off_is_corrected_for_every_process(stores: Stores) -> None:
    first = CorrectedClock(stores.cache, timedelta(), lambda: NOW)
    assert not first.learn(answered(ahead=30 * _SECOND))
    assert first.offset == 30.5 * _SECOND
    second = CorrectedClock(stores.cache, stores.reader.status(NOW).clock_offset, lambda: NOW)
    second.learn(answered(at=0.9 * _SECOND, ahead=30 * _SECOND))
    assert second.offset == first.offset
    assert first.machine() == NOW
    for _read in range(8):
        second.learn(answered(ahead=40 * _SECOND))
        first.adopt(stores.reader.status(NOW).clock_offset)
        assert first.offset == second.offset
    assert first.offset == 40.5 * _SECOND


def test_a_clock_that_was_set_is_believed_at_once(stores: Stores) -> None:
    clock = CorrectedClock(stores.cache, timedelta(), lambda: NOW)
    for _read in range(5):
        clock.learn(answered())
    assert clock.learn(answered(ahead=timedelta(days=1)))
    assert stores.reader.status(NOW).clock_offset == clock.offset == timedelta(days=1, seconds=0.5)
