"""While Amazon throttles a refresh, what a person does waits no longer than Amazon says: it goes before the rest."""

from __future__ import annotations

import threading
from typing import Any

from tests.backoffice.test_first_sync import learn
from tests.support.figures import tell
from tests.support.office import Office

from azpay_tui.amazon.throttle import Operation, Quota, Throttle
from azpay_tui.domain.intent import Verb

WORKERS = 4
"""As many threads read side by side."""
PAUSE = 5


class Paced:
    """A throttle that lets one request of each kind through in five seconds, by a clock that only a hand moves."""

    def __init__(self, office: Office) -> None:
        self.now = 0.0
        self.waiting: set[str] = set()
        """Threads that wait, or waited, for their turn."""
        quotas = dict.fromkeys(Operation, Quota(1, 1 / PAUSE))
        self.throttle = Throttle(quotas, clock=lambda: self.now, wait=self._wait)
        gateway: Any = office.desk.works.parts.gateway
        gateway._line.throttle = self.throttle

    def _wait(self, condition: threading.Condition, seconds: float) -> None:
        self.waiting.add(threading.current_thread().name)
        condition.wait(60)

    def advance(self, seconds: float) -> None:
        with self.throttle._condition:
            self.now += seconds
            self.throttle._condition.notify_all()

    def let_all_go(self) -> None:
        """Keep no pace any more."""
        with self.throttle._condition:
            self.throttle._buckets.clear()
        self.advance(PAUSE)


def test_after_amazons_wait_a_persons_action_goes_before_a_refresh_that_waits_longer(office: Office) -> None:
    order = office.make("authorized")
    ready = office.ready(order, Verb.CAPTURE)
    due = learn(office, 3 * WORKERS)
    paced, sent = Paced(office), office.transport.requests
    sent.clear()
    office.fault("get-permission", "throttle", retry_after=PAUSE)
    refresh = threading.Thread(target=office.desk.sync_once)
    refresh.start()
    office.until(lambda: len(paced.waiting) == WORKERS)
    assert [request.method for request in sent] == ["GET"], "one was throttled, and nothing else may go"
    intent = office.desk.submit(ready)
    office.until(lambda: len(paced.waiting) > WORKERS + 1)
    assert len(sent) == 1
    paced.advance(PAUSE)
    office.until(lambda: len(sent) > 2)
    charge = ready.wish.target
    went = [(request.method, request.path.rpartition("/v2/")[2]) for request in sent[1:3]]
    first = sorted(went) == [("GET", f"chargePermissions/{order}"), ("GET", f"charges/{charge}")]
    tell("R14", 1, int(not first), says="a person's action before a refresh that waits longer")
    assert first, went
    office.until(lambda: len(sent) > 3)
    assert (sent[3].method, sent[3].path.rpartition("/v2/")[2]) == ("POST", f"charges/{charge}/capture")
    paced.let_all_go()
    refresh.join(60)
    assert office.desk.wait(intent.id, 60).state == "succeeded"
    assert all(office.order(one).permission is not None for one in due), "nothing was lost"
