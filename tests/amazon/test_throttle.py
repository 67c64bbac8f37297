"""The pace: quotas kept, money first, one pause for all after a 429, quick to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from azpay_tui.amazon.errors import HeldBackError
from azpay_tui.amazon.throttle import LIVE, SANDBOX, Operation, Throttle, quotas


class Time:
    """A clock that passes only when somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0

    def clock(self) -> float:
        return self.now

    def wait(self, condition: threading.Condition, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def time() -> Time:
    return Time()


def throttle(time: Time, environment: str = "sandbox", jitter: Callable[[], float] = lambda: 0.5) -> Throttle:
    return Throttle(quotas(environment, "quota"), clock=time.clock, wait=time.wait, jitter=jitter)


@pytest.mark.parametrize(("environment", "published"), [("sandbox", SANDBOX), ("live", LIVE), ("simulator", SANDBOX)])
@pytest.mark.parametrize("operation", list(Operation))
@pytest.mark.parametrize("urgent", [True, False])
def test_quota_is_never_exceeded(environment, published, operation, urgent, time: Time) -> None:
    paced, quota, times = throttle(time, environment), published[operation], []
    for _ in range(quota.burst * 3):
        paced.acquire(operation, urgent=urgent)
        times.append(time.now)
    for first in range(len(times)):
        for last in range(first, len(times)):
            allowed = quota.burst + (times[last] - times[first]) * quota.rate
            assert last - first + 1 <= allowed + 1e-3
    assert time.now > 1000.0  # it did wait


def test_lower_published_rates_are_kept() -> None:
    assert (LIVE[Operation.CREATE_CHARGE].rate, LIVE[Operation.GET_CHARGE].rate) == (1, 2)
    assert set(LIVE) == set(SANDBOX) == set(Operation)


def test_operations_have_buckets_of_their_own(time: Time) -> None:
    paced = throttle(time)
    for operation in Operation:
        for _ in range(SANDBOX[operation].burst):
            paced.acquire(operation, urgent=True)
    assert time.now == 1000.0


def test_refresh_leaves_tokens_for_money(time: Time) -> None:
    paced = throttle(time)
    for _ in range(20):
        paced.acquire(Operation.GET_CHARGE, urgent=False)
    before = time.now
    paced.acquire(Operation.GET_CHARGE, urgent=True)
    paced.acquire(Operation.GET_CHARGE, urgent=True)
    assert time.now == before


def test_pace_off_never_waits(time: Time) -> None:
    paced = Throttle(quotas("live", "off"), clock=time.clock, wait=time.wait)
    for _ in range(1000):
        paced.acquire(Operation.CAPTURE, urgent=False)
    assert time.now == 1000.0


def test_retry_after_pauses_everything(time: Time) -> None:
    paced = throttle(time)
    paced.throttled(12)
    paced.acquire(Operation.GET_REFUND, urgent=True)
    assert time.now == 1012.0
    paced.throttled(7)
    paced.acquire(Operation.CAPTURE, urgent=False)
    assert time.now == 1019.0


def test_pause_grows_with_full_jitter_and_starts_small_again(time: Time) -> None:
    paced, waits = throttle(time, jitter=lambda: 1.0), []
    for _ in range(8):
        paced.throttled(None)
        before = time.now
        try:
            paced.acquire(Operation.GET_CHARGE, urgent=False)
        except HeldBackError as error:
            waits.append(error.seconds)
            time.now += error.seconds or 0
        else:
            waits.append(time.now - before)
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]
    paced.answered()
    paced.throttled(None)
    before = time.now
    paced.acquire(Operation.GET_CHARGE, urgent=False)
    assert time.now - before == 2
    calm = throttle(time, jitter=lambda: 0.0)
    calm.throttled(None)
    before = time.now
    calm.acquire(Operation.GET_CHARGE, urgent=False)
    assert time.now == before


def test_long_pause_gives_the_request_back_unsent(time: Time) -> None:
    paced = throttle(time)
    paced.throttled(10**12)  # cut to an hour
    with pytest.raises(HeldBackError, match="3600 seconds; nothing was sent") as caught:
        paced.acquire(Operation.CAPTURE, urgent=True)
    assert caught.value.seconds == 3600
    assert time.now == 1000.0
    time.now += 3601
    paced.acquire(Operation.CAPTURE, urgent=True)


def test_a_shorter_pause_does_not_cut_a_longer_one(time: Time) -> None:
    paced = throttle(time)
    paced.throttled(15)
    paced.throttled(0)
    paced.acquire(Operation.CAPTURE, urgent=True)
    assert time.now == 1015.0


def test_refresh_waits_while_money_waits() -> None:
    """A refresh that asks while an urgent call waits goes after it, although its own bucket is full."""
    order: list[str] = []
    waiting = {"money": threading.Event(), "refresh": threading.Event()}
    now = [0.0]

    def wait(condition: threading.Condition, seconds: float) -> None:
        waiting[threading.current_thread().name].set()
        condition.wait(10)

    paced = Throttle(quotas("sandbox", "quota"), clock=lambda: now[0], wait=wait)
    for _ in range(2):
        paced.acquire(Operation.CAPTURE, urgent=True)

    def go(name: str, operation: Operation, urgent: bool) -> None:
        paced.acquire(operation, urgent=urgent)
        order.append(name)

    money = threading.Thread(target=go, args=("money", Operation.CAPTURE, True), name="money")
    money.start()
    assert waiting["money"].wait(10)
    refresh = threading.Thread(target=go, args=("refresh", Operation.GET_REFUND, False), name="refresh")
    refresh.start()
    assert waiting["refresh"].wait(10)
    assert order == []
    now[0] += 1.0
    with paced._condition:
        paced._condition.notify_all()
    money.join(10)
    refresh.join(10)
    assert order == ["money", "refresh"]


def test_stop_gives_back_what_waits_at_once() -> None:
    paced = Throttle(quotas("sandbox", "quota"))
    caught: list[HeldBackError] = []
    started = threading.Barrier(6)

    def wait_long() -> None:
        started.wait(10)
        try:
            paced.acquire(Operation.CAPTURE, urgent=True)
        except HeldBackError as error:
            caught.append(error)

    paced.throttled(15)
    threads = [threading.Thread(target=wait_long) for _ in range(5)]
    for thread in threads:
        thread.start()
    started.wait(10)
    paced.stop()
    for thread in threads:
        thread.join(10)
    assert [error.seconds for error in caught] == [None] * 5
    with pytest.raises(HeldBackError, match="nothing was sent"):
        paced.acquire(Operation.GET_CHARGE, urgent=False)


def test_many_threads_take_no_more_than_there_is() -> None:
    paced = Throttle({Operation.CAPTURE: quotas("live", "quota")[Operation.CAPTURE]}, clock=lambda: 0.0)
    taken: list[int] = []

    def take() -> None:
        try:
            while True:
                paced.acquire(Operation.CAPTURE, urgent=True)
                taken.append(1)
        except HeldBackError:
            pass

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    while len(taken) < 20:
        pass
    paced.stop()
    for thread in threads:
        thread.join(10)
    assert len(taken) == 20
