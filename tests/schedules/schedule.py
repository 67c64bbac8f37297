"""What one run is made of, as data: it can be printed, read back, replayed byte for byte and made smaller."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal

from azpay_tui.domain.intent import Verb
from azpay_tui.points import POINTS

WIRE: Final = ("wire-before", "wire-after")
"""Moments inside the transport: the request is at Amazon and nothing is done yet; it is done and nobody knows."""
PLACES: Final = (*POINTS, *WIRE)
"""Where a process may die."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """How a fault shows: whether the request can be done at all under it, and whether its effect stays unknown."""

    effects: tuple[bool, ...]
    unknown: bool


FLAWS: Final[dict[str, Flaw]] = {
    "refused": Flaw((False,), False),
    "connect-timeout": Flaw((False,), False),
    "read-timeout": Flaw((False, True), True),
    "reset": Flaw((False, True), True),
    "closed": Flaw((False, True), True),
    "cut": Flaw((False, True), True),
    "garbage": Flaw((False, True), True),
    "500": Flaw((False, True), True),
    "503": Flaw((False, True), True),
    "408": Flaw((False, True), True),
    "302": Flaw((False, True), True),
    "duplicate": Flaw((False, True), True),
    "429": Flaw((False,), False),
    "429-after": Flaw((False,), False),
    "401": Flaw((False,), False),
    "403": Flaw((False,), False),
    "401-date": Flaw((False,), False),
    "slow": Flaw((True,), False),
}
"""What can become of a request. `unknown`: whoever asked cannot tell whether it was done."""


@dataclass(frozen=True, slots=True)
class Fault:
    """The next `times` requests of a step end like this; `on` says which of its requests are meant."""

    name: str
    effect: bool = False
    times: int = 1
    on: Literal["write", "read"] = "write"
    skip: int = 0
    """Requests of the kind that go well before."""


@dataclass(frozen=True, slots=True)
class Crash:
    """The process dies when it comes to a place for the `nth` time within a step."""

    place: str
    nth: int = 1


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens.

    `act`: a person confirms `verb` (amount in minor units, None: what is suggested). `sync`, `resume`, `start`: a
    process works without a person. `word`: a person says of every open intent that it may be repeated. `outside`:
    Amazon, the buyer or Seller Central do `what`. `pass`: so many `seconds` go by. `skew`: a host's clock is set to be
    so many `seconds` off. `storm`: every request is answered 429 for so many `seconds`.
    """

    kind: Literal["act", "sync", "resume", "start", "word", "outside", "pass", "skew", "storm"]
    who: int = 0
    """Which actor: 0 or 1."""
    verb: Verb | None = None
    amount: int | None = None
    now: bool = False
    """Authorize: take the money at once."""
    what: str = ""
    seconds: int = 0
    faults: tuple[Fault, ...] = ()
    crash: Crash | None = None
    beside: Step | None = None
    """What the other actor does at the same time; the seed decides who goes on at each point."""


Switches = tuple[tuple[str, bool | int | str], ...]


@dataclass(frozen=True, slots=True)
class Schedule:
    """One run: a world and what happens in it."""

    seed: int = 0
    situation: str = "captured"
    switches: Switches = ()
    """What of the simulator differs from its defaults."""
    hosts: int = 1
    """2: the actors have a data directory each."""
    skews: tuple[int, int] = (0, 0)
    """Seconds by which the clocks of the hosts are ahead of Amazon's."""
    steps: tuple[Step, ...] = ()
    healer: Literal["resume", "sync", "start"] = "resume"
    """What processes do at the end, when all faults are over: settle alone, also refresh, or what a console does."""

    def text(self) -> str:
        """Return it as one line of JSON."""
        return json.dumps(_plain(asdict(self)), separators=(",", ":"), sort_keys=True)


def _plain(value: Any) -> Any:
    """Leave out what is as it is by default, so that a schedule reads well."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items() if inner not in (None, (), "", 0, False, [])}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def read(text: str) -> Schedule:
    """Return the schedule that `text` wrote; raises `ValueError` for anything else."""
    made = json.loads(text)
    made["steps"] = tuple(_step(step) for step in made.get("steps", ()))
    made["switches"] = tuple((name, value) for name, value in made.get("switches", ()))
    made["skews"] = tuple(made.get("skews", (0, 0)))
    _known(Schedule, made)
    return Schedule(**made)


def _step(made: dict[str, Any]) -> Step:
    if "verb" in made:
        made["verb"] = Verb(made["verb"])
    made["faults"] = tuple(_fault(fault) for fault in made.get("faults", ()))
    if "crash" in made:
        made["crash"] = Crash(**made["crash"])
    if "beside" in made:
        made["beside"] = _step(made["beside"])
    _known(Step, made)
    return Step(**made)


def _fault(made: dict[str, Any]) -> Fault:
    _known(Fault, made)
    if made["name"] not in FLAWS:
        raise ValueError(f"There is no fault {made['name']!r}.")
    return Fault(**made)


def _known(shape: type, made: dict[str, Any]) -> None:
    unknown = set(made) - {field.name for field in fields(shape)}
    if unknown:
        raise ValueError(f"A {shape.__name__} has no {', '.join(sorted(unknown))}.")
