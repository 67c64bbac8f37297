"""Faults that a test arranges: which requests they hit, what becomes of the answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from azpay_tui.simulator.fields import FieldError, Fields
from azpay_tui.simulator.routes import MATCHABLE, Call
from azpay_tui.simulator.wire import Delivery, DeliveryKind, JsonValue, Number, Plain


@dataclass(frozen=True, slots=True)
class FaultKind:
    """What can go wrong: whether the request takes effect unless said otherwise, what happens, what it takes.

    ``takes`` are parameters besides ``match``, ``fault`` and ``times``; with ``effect`` among them it can be said.
    """

    effect: bool
    says: str
    takes: tuple[str, ...] = ()


FAULTS: Final[dict[str, FaultKind]] = {
    "delay": FaultKind(True, "The answer comes after `seconds` (2 unless said).", ("seconds", "effect")),
    "stall-before": FaultKind(False, "Nothing is done and no answer comes until the client gives up."),
    "stall-after": FaultKind(True, "The request takes effect, but no answer comes until the client gives up."),
    "close-before": FaultKind(False, "Nothing is done; the connection is closed without an answer."),
    "close-after": FaultKind(True, "The request takes effect; the connection is closed without an answer."),
    "reset-before": FaultKind(False, "Nothing is done; the connection is reset."),
    "reset-after": FaultKind(True, "The request takes effect; the connection is reset."),
    "truncate": FaultKind(True, "The connection is closed in the middle of the answer.", ("effect",)),
    "garbage": FaultKind(True, "The answer is 200 with bytes that are no JSON.", ("effect",)),
    "drip": FaultKind(
        True, "The answer comes byte by byte, one every `seconds` (0.5 unless said).", ("seconds", "effect")
    ),
    "status": FaultKind(
        False,
        "The answer is an error with the given `code`, `reason` and `message`.",
        ("code", "reason", "message", "retry_after", "effect"),
    ),
    "throttle": FaultKind(False, "The answer is 429 with TooManyRequests.", ("retry_after", "effect")),
    "unknown-state": FaultKind(True, "The answer shows a state `word` that nobody documents.", ("word",)),
}
_SECONDS: Final = {"delay": 2.0, "drip": 0.5}
_COMMON: Final = ("match", "fault", "times")
_KINDS: Final[dict[str, DeliveryKind]] = {"stall": "stall", "close": "close", "reset": "reset"}


@dataclass(frozen=True, slots=True)
class Fault:
    """One arranged fault; ``posted`` is the JSON it was made from."""

    fault_id: str
    posted: dict[str, Plain]
    name: str
    operation: str | None
    object_id: str | None
    times: int
    effect: bool
    seconds: float
    code: int
    reason: str
    message: str
    retry_after: int | None
    word: str

    def hits(self, call: Call) -> bool:
        """Whether the fault is meant for this request. A permission's id stands for everything under it."""
        if self.operation is not None and call.operation != self.operation:
            return False
        return self.object_id is None or self.object_id in (call.target, call.permission_id)

    def delivery(self) -> Delivery:
        """What the shell has to do to the answer."""
        word = self.name.split("-")[0]
        if word in _KINDS:
            return Delivery(_KINDS[word])
        if self.name == "delay":
            return Delivery("delay", self.seconds)
        if self.name == "drip":
            return Delivery("drip", self.seconds)
        return Delivery("truncate") if self.name == "truncate" else Delivery()

    def as_json(self) -> dict[str, Plain]:
        """As posted, plus its id, with the uses that are left."""
        return {**self.posted, "id": self.fault_id, "times": self.times}


def read_fault(value: JsonValue, fault_id: str) -> Fault:
    """Read a posted fault strictly. Raises FieldError."""
    named = {"fault": value.get("fault")} if isinstance(value, dict) else value
    name = Fields(named, ("fault",)).need_text("fault", limit=20, choices=tuple(FAULTS))
    fields = Fields(value, (*_COMMON, *FAULTS[name].takes))
    match = _match_of(value)
    if name == "status" and not fields.has("code"):
        raise FieldError("missing", "code", "the HTTP status from 300 to 599")
    code = fields.whole("code", 429 if name == "throttle" else 500, 300, 599)
    reason = fields.text("reason", limit=60) or ("TooManyRequests" if name == "throttle" else "InternalServerError")
    return Fault(
        fault_id=fault_id,
        posted=plain_object(value),
        name=name,
        operation=match.text("operation", limit=20, choices=MATCHABLE),
        object_id=match.text("id", limit=64),
        times=fields.whole("times", 1, 1, 1_000_000),
        effect=fields.flag("effect", FAULTS[name].effect),
        seconds=fields.seconds("seconds", _SECONDS.get(name, 0.0), 3600.0),
        code=code,
        reason=reason,
        message=fields.text("message", limit=500) or f"Simulated {reason}.",
        retry_after=fields.whole("retry_after", 0, 0, 86_400) if fields.has("retry_after") else None,
        word=fields.text("word", limit=60) or "Hibernating",
    )


def _match_of(value: JsonValue) -> Fields:
    inner = value.get("match") if isinstance(value, dict) else None
    return Fields({} if inner is None else inner, ("operation", "id"), "match.")


def plain_object(value: JsonValue) -> dict[str, Plain]:
    """The posted JSON object as plain values, to be shown again."""
    return {key: _plain(inner) for key, inner in value.items()} if isinstance(value, dict) else {}


def _plain(value: JsonValue) -> Plain:
    if isinstance(value, Number):
        return int(value.text) if value.text.lstrip("-").isdigit() else float(value.text)
    if isinstance(value, dict):
        return plain_object(value)
    return [_plain(item) for item in value] if isinstance(value, list) else value


class FaultList:
    """The faults not yet used up, oldest first."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._made = 0

    def add(self, value: JsonValue) -> Fault:
        """Arrange a fault. Raises FieldError."""
        fault = read_fault(value, f"F{self._made + 1:04d}")
        self._made += 1
        self._faults.append(fault)
        return fault

    def take(self, call: Call) -> Fault | None:
        """The first fault that hits the request, counted down; None when there is none."""
        for index, fault in enumerate(self._faults):
            if fault.hits(call):
                left = replace(fault, times=fault.times - 1)
                self._faults[index : index + 1] = [left] if left.times else []
                return fault
        return None

    def clear(self) -> None:
        """Forget all of them."""
        self._faults.clear()

    def listed(self) -> list[Fault]:
        """Those with uses left."""
        return list(self._faults)
