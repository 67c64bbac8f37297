"""The way to the simulated Amazon: what each request meets on it, and what is looked at when it gets there."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final

import httpx
from tests.schedules.schedule import FLAWS, Fault

from azpay_tui.domain.attempt import CLOCK_LIMIT
from azpay_tui.simulator.replies import digest
from azpay_tui.simulator.wire import Request, Response

if TYPE_CHECKING:
    from tests.schedules.actor import Actor
    from tests.schedules.world import World

LATENCY: Final = 0.15
"""Seconds that an exchange takes."""
_DATE_OFF: Final = timedelta(minutes=10)
_STATUS: Final = {
    "500": (500, "InternalServerError"),
    "503": (503, "ServiceUnavailable"),
    "408": (408, "RequestTimeout"),
    "302": (302, "Moved"),
    "401": (401, "UnauthorizedAccess"),
    "403": (403, "UnauthorizedAccess"),
    "401-date": (401, "UnauthorizedAccess"),
    "429": (429, "TooManyRequests"),
    "429-after": (429, "TooManyRequests"),
    "duplicate": (400, "DuplicateIdempotencyKey"),
}
RETRY_AFTER: Final = 5
"""Seconds that a `429-after` asks for."""
_WAIT: Final = 3600
"""Seconds for which a process sends nothing by itself once Amazon refused it access to a request."""


@dataclass(slots=True)
class Sent:
    """A request for money that came as far as the line."""

    host: int
    step: int
    """Within which step of the schedule."""
    intent: str | None
    """None: the journal on disk knew nothing of it."""
    attempt: int
    key: str | None
    left: bool = True
    """False: there was provably no connection."""
    fault: str = ""
    status: int | None = None
    """What the client was told; None without a whole answer."""
    date_off: bool = False
    done: bool = False
    """Whether it took effect by this very request."""


_FIND: Final = (
    "SELECT i.id, a.number, i.session, i.key, i.method, i.path, i.body_sha256 FROM intent i JOIN attempt a "
    "ON a.intent_id = i.id AND a.number = i.attempts WHERE i.state = 'sent' AND a.ended_at IS NULL"
)


class Wire(httpx.BaseTransport):
    """What one actor has in place of a network."""

    def __init__(self, world: World, actor: Actor) -> None:
        self._world = world
        self._actor = actor
        self.faults: list[Fault] = []
        self._quiet_until = 0.0
        self.answered = False
        """Whether Amazon was heard, with the time that it is there."""
        self._refused = ""
        """What was read last, when its answer was 401 or 403 and the clock was in order."""
        self._barred: tuple[str, float] | None = None
        """Which process sent the last request on money that was answered, and when, where that was so refused."""

    def arrange(self, faults: tuple[Fault, ...]) -> None:
        """Begin a step: have these happen from now on, and no others."""
        self.faults = list(faults)
        self._refused = ""  # What a person does next is no retry.

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        world, actor = self._world, self._actor
        actor.must_live()
        path, _, query = request.url.raw_path.decode("ascii").partition("?")
        asked = Request(
            method=request.method,
            path=path,
            query=query,
            headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw),
            body=request.read(),
        )
        write = request.method != "GET"
        fault = self._fault(write)
        name = fault.name if fault is not None else "storm" if world.storming() else ""
        sent = self._look(asked) if write else None
        if world.seconds() < self._quiet_until:
            world.blame(
                "R14", f"a request left {self._quiet_until - world.seconds():.1f} s before Retry-After was over"
            )
        world.note(f"{actor.name} {request.method} {path.removeprefix('/v2')}" + (f" meets {name}" if name else ""))
        if not write and self._refused:
            world.count("R19")
            if path == self._refused:
                world.blame("R19", f"{path} is read again at once after it was refused with the clock in order")
        self._refused = ""
        if sent is not None:
            sent.fault = name
            world.sent.append(sent)
        if name in ("refused", "connect-timeout"):
            if sent is not None:
                sent.left = False
            world.wait(0.0 if name == "refused" else 3.0, actor)
            raise (httpx.ConnectError if name == "refused" else httpx.ConnectTimeout)("there is no connection")
        world.wait(LATENCY / 2, actor)
        effect = name != "storm" if fault is None else fault.effect
        if write:
            world.place("wire-before", actor)
        answer = self._answer(asked, name, effect, sent)
        if write:
            world.place("wire-after", actor)
        world.wait(8.0 if name == "slow" else 15.0 if name == "read-timeout" else LATENCY / 2, actor)
        return self._told(request, asked, answer, name, sent)

    def _fault(self, write: bool) -> Fault | None:
        for number, fault in enumerate(self.faults):
            if (fault.on == "write") is write:
                if fault.skip:
                    self.faults[number] = Fault(fault.name, fault.effect, fault.times, fault.on, fault.skip - 1)
                    return None
                left = Fault(fault.name, fault.effect, fault.times - 1, fault.on)
                self.faults[number : number + 1] = [left] if left.times else []
                return fault
        return None

    def _answer(self, asked: Request, name: str, effect: bool, sent: Sent | None) -> Response | None:
        """Let Amazon do what it does; None when the request never came there."""
        simulator = self._world.simulator
        before = sum(entry.effect for entry in simulator.ledger)
        word = "429" if name == "storm" else name
        if word in _STATUS:
            status, reason = _STATUS[word]
            simulator.faults.add(
                {"match": {}, "fault": "status", "code": _number(status), "reason": reason, "effect": effect}
            )
        elif not effect:
            return None
        answer = simulator.handle(asked)
        if sent is not None:
            sent.done = sum(entry.effect for entry in simulator.ledger) > before
        return answer

    def _told(
        self, request: httpx.Request, asked: Request, answer: Response | None, name: str, sent: Sent | None
    ) -> httpx.Response:
        world = self._world
        if name == "read-timeout":
            raise httpx.ReadTimeout("timed out")
        if name == "reset":
            raise httpx.ReadError("[Errno 104] Connection reset by peer")
        if name == "closed":
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
        headers = dict(answer.headers) if answer is not None else dict(world.simulator.headers())
        body, status = (answer.body, answer.status) if answer is not None else (b'{"chargeId":"S01-', 200)
        if name == "cut":
            return httpx.Response(status, headers=headers, stream=_Body(body[: len(body) // 2], cut=True))
        if name == "garbage":
            status, body = 200, b'<html>\xff{"chargeId":'
        if name == "401-date":
            headers["date"] = format_datetime(world.simulator.wall() + _DATE_OFF, usegmt=True)
        if name == "429-after":
            headers["retry-after"] = str(RETRY_AFTER)
            self._quiet_until = world.seconds() + RETRY_AFTER
        self.answered = True
        if status == 429:
            world.count("R14")
        date_off = name == "401-date" or abs(world.offset(self._actor)) > CLOCK_LIMIT.total_seconds() - 1
        if status in (401, 403):
            world.count("R19")
            self._refused = "" if date_off or asked.method != "GET" else asked.path
        if sent is not None:
            sent.status, sent.date_off = status, date_off
            refused = status in (401, 403) and not date_off
            self._barred = (self._actor.session, world.seconds()) if refused else None
        world.note(f"{self._actor.name} is told {status}")
        return httpx.Response(status, headers=headers, stream=_Body(body))

    def _look(self, asked: Request) -> Sent:
        """Find the attempt that the journal on disk has of a request at this very moment, and judge who sends it."""
        world, actor = self._world, self._actor
        key, body = asked.header("x-amz-pay-idempotency-key"), digest(asked.body)
        found = [
            row
            for row in actor.host.query(_FIND)
            if (row[4], row[5], row[6]) == (asked.method, asked.path.removeprefix("/v2"), body)
            and (key is None or row[3] == key)
        ]
        world.count("R2")
        if len(found) != 1:
            world.blame("R2", f"{asked.method} {asked.path} left with {len(found)} attempts of it on disk")
            return Sent(actor.host.number, world.step, None, 0, key)
        intent, number, session = found[0][:3]
        sent = Sent(actor.host.number, world.step, intent, number, key)
        world.count("R5")
        if actor.doing == "machine" and number == 1:
            world.blame("R5", f"a machine sent {intent}, which nobody had sent before")
        if actor.doing == "machine" and self._barred is not None and self._barred[0] == actor.session:
            world.count("R19")
            if world.seconds() - self._barred[1] < _WAIT - 1:
                world.blame("R19", f"a machine sent {intent} although access to a request had just been refused")
        if actor.doing == "act" and session != actor.session:
            world.blame("R5", f"{actor.name} sent {intent}, which another process had confirmed")
        if any((s.host, s.intent, s.attempt) == (sent.host, intent, number) for s in world.sent):
            world.blame("R14", f"attempt {number} of {intent} is on the wire a second time")
        told = [s for s in world.sent if (s.host, s.intent, s.step) == (sent.host, intent, sent.step)]
        if told and told[-1].status in (401, 403):
            world.count("R19")
            if not told[-1].date_off or sum(s.status in (401, 403) for s in told) > 1:
                world.blame("R19", f"{intent} is sent again after {told[-1].status} with the clock in order")
        return sent


def _number(value: int) -> object:
    from azpay_tui.simulator.wire import Number

    return Number(str(value))


class _Body(httpx.SyncByteStream):
    def __init__(self, part: bytes, *, cut: bool = False) -> None:
        self._part = part
        self._cut = cut

    def __iter__(self) -> Iterator[bytes]:
        yield self._part
        if self._cut:
            raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")


Look = Callable[[str], list[sqlite3.Row]]
__all__ = ["FLAWS", "RETRY_AFTER", "Sent", "Wire"]
