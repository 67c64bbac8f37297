"""Compares Amazon's ledger with the journals on disk, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from zlib import crc32

from tests.schedules.schedule import FLAWS

from azpay_tui.simulator import acts
from azpay_tui.store.times import from_text

if TYPE_CHECKING:
    from datetime import datetime

    from tests.schedules.bench import Host
    from tests.schedules.world import World

_MADE: Final = frozenset({"authorize", "refund"})
"""Verbs that make a new object each time; the others bring an object into a state, whoever does it."""
_KEYED: Final = frozenset({"authorize", "refund", "capture"})
_FINAL: Final = {"Refunded": "succeeded", "Declined": "declined"}
"""What the journal is to say of a refund about which Amazon decided."""
_SPARING: Final = 8
"""One of so many schedules is followed to the end; which ones depends on nothing but what happened in them."""
_SOON: Final = 30.0
_LATER: Final = 7200.0
"""Seconds after which everything that is under way was due: at most an hour apart."""
_INTENTS: Final = (
    "SELECT id, verb, target, state, key, body_sha256, attempts, result_id, next_due, at, seen, key_base, counter, "
    "reason, amount_minor FROM intent ORDER BY seq"
)


@dataclass(frozen=True, slots=True)
class Row:
    """An intent as it is on disk."""

    host: int
    id: str
    verb: str
    target: str
    state: str
    key: str
    body: str
    attempts: int
    result: str | None
    next_due: str | None
    at: str
    seen: str
    base: str
    counter: int
    reason: str | None
    amount: int | None
    """In minor units."""

    @property
    def name(self) -> str:
        return f"{'AB'[self.host]} {self.id} ({self.verb}, {self.state})"


def rows(host: Host) -> list[Row]:
    """Return every intent of a host."""
    return [Row(host.number, *found) for found in host.query(_INTENTS)]


def next_looks(host: Host) -> list[datetime]:
    """Return when something still open, or accepted and not yet final, is to be looked at next."""
    found = []
    for row in rows(host):
        if row.state in ("intent", "sent", "unknown"):
            due = from_text(row.next_due) if row.next_due else from_text(row.at)
            found.append(due)
    return found


def judge(world: World) -> int:
    """Judge a healed world; returns for how many intents a person is asked."""
    found = [row for host in world.hosts for row in rows(host)]
    effects = [entry for entry in world.simulator.ledger if entry.effect]
    _once(world, found, effects)
    _settled(world, found, effects)
    _labels(world)
    _hosts(world, found)
    _ends(world, found)
    return sum(row.state == "attention" for row in found)


def _mine(row: Row, entry: Any) -> bool:
    if entry.operation != row.verb:
        return False
    if row.verb in _KEYED:
        return bool(entry.idempotency_key == row.key)
    return bool(entry.id == row.target)


def _once(world: World, found: list[Row], effects: list[Any]) -> None:
    for row in found:
        world.count("R1")
        number = sum(_mine(row, entry) for entry in effects)
        # By its key, and by whatever key a request of it had.
        number = max(number, sum(s.done for s in world.sent if (s.host, s.intent) == (row.host, row.id)))
        if number > 1:
            world.blame("R1", f"{row.name} took effect {number} times")
    for key in {row.key for row in found if row.verb in _KEYED}:
        bodies = {row.body for row in found if row.key == key}
        if len(bodies) > 1:
            world.blame("R1", f"the key {key} stands for {len(bodies)} different requests")


def _settled(world: World, found: list[Row], effects: list[Any]) -> None:
    for entry in effects:
        world.count("R3")
        owners = [row for row in found if _mine(row, entry)]
        captured_too = entry.operation == "capture" and any(
            row.verb == "authorize" and row.key == entry.idempotency_key for row in found
        )
        if not owners and not captured_too:
            world.blame("R3", f"nobody's effect: {entry.operation} {entry.id} {entry.amount}")
        if owners and all(row.state in ("refused", "abandoned") for row in owners):
            world.blame("R3", f"{owners[0].name} took effect ({entry.id})")
        for row in owners:
            if row.state == "declined" and not _is_declined(world, entry):
                world.blame("R3", f"{row.name} took effect ({entry.id})")
            if row.state in ("succeeded", "accepted") and row.verb in _MADE and row.result not in (None, entry.id):
                world.blame("R3", f"{row.name} names {row.result}, but made {entry.id}")
    for row in found:
        world.count("R6")
        if row.state in ("intent", "sent", "unknown"):
            world.blame("R6", f"{row.name} is settled by nobody and nobody is asked")
        if row.state in ("succeeded", "accepted") and not any(_mine(row, entry) for entry in effects):
            if row.verb in _MADE and not (_is_taken_for(world, row) or _is_anothers(row, found, effects)):
                world.blame("R3", f"{row.name} never took effect: {row.reason}")
            elif row.verb not in _MADE and not _is_so(world, row):
                world.blame("R3", f"{row.name} is not so at Amazon: {row.reason}")


def _is_taken_for(world: World, row: Row) -> bool:
    """Whether somebody refunded the very same elsewhere while ours was under way.

    Amazon tells totals alone of refunds whose ids are not known, so that nobody can tell the two apart. To count it as
    ours moves nothing twice, and the reason says what was seen.
    """
    return (row.target, row.amount) in world.refunded_elsewhere and _is_in_totals(row)


def _is_anothers(row: Row, found: list[Row], effects: list[Any]) -> bool:
    """Whether another host refunded the very same of the same state, under another key, while ours was under way.

    Equal wishes have one key, unless one of the hosts alone was refused before. To count it as ours keeps it at one
    refund, as their one key would have.
    """
    same = [o for o in found if o.host != row.host and o.base == row.base and o.counter != row.counter]
    return _is_in_totals(row) and any(_mine(other, entry) for other in same for entry in effects)


def _is_in_totals(row: Row) -> bool:
    return row.verb == "refund" and row.result is None and row.reason == "seen in Amazon's totals"


def _ends(world: World, found: list[Row]) -> None:
    """Have Amazon decide about what it accepted, read again, and hold the journal to what became of each refund."""
    made = {entry.id: entry for entry in world.simulator.ledger if entry.effect and entry.operation == "refund"}
    ours = {row.result: row for row in found if row.verb == "refund" and row.state == "accepted" and row.result in made}
    pending = [refund_id for refund_id in ours if _refund_state(world, refund_id) == "RefundInitiated"]
    if not ours or crc32(f"{world.now}{found}".encode()) % _SPARING:
        return
    _read(world, seconds=_SOON)
    pending = [one for one in pending if _refund_state(world, one) == "RefundInitiated"]  # a bank may have been quick
    for refund_id in pending:
        world.count("R3")
        row = ours[refund_id]
        if (now := _again(world, row)).state != "accepted" or not _shows_pending(world, row, found):
            world.blame("R3", f"{now.name} is under way at Amazon and not shown so")
    for number, refund_id in enumerate(pending):
        act = ("decline", "approve")[number % 2]
        acts.perform({"act": act, "id": refund_id}, world.simulator.book, world.simulator.settings, world.now)
    _read(world, seconds=_LATER)
    for refund_id, row in ours.items():
        state, now = _refund_state(world, refund_id), _again(world, row)
        world.count("R3")
        if now.state != _FINAL.get(state, now.state):
            world.blame("R3", f"{now.name} is {state} at Amazon")


def _read(world: World, *, seconds: float) -> None:
    """Let time go by, then have every host read what is due."""
    world.go_by(seconds)
    for who in range(len(world.hosts)):
        actor = world.actor(who)
        actor.doing = "machine"
        world.run([(actor, lambda desk=actor.desk: desk.sync_once())])


def _again(world: World, row: Row) -> Row:
    return next(now for now in rows(world.hosts[row.host]) if now.id == row.id)


def _shows_pending(world: World, row: Row, found: list[Row]) -> bool:
    """Whether the list says that a refund is under way, or the one thing that goes before it: a person is asked."""
    shown = world.actor(row.host).desk.reader.row(world.order_id)
    asked = any(other.host == row.host and other.state == "attention" for other in found)
    return shown is not None and shown.status == ("UNKNOWN" if asked else "REFUNDING")


def _refund_state(world: World, refund_id: str) -> str:
    found = world.simulator.book.refund(refund_id)
    return found[2].state if found is not None else ""


def _is_declined(world: World, entry: Any) -> bool:
    book = world.simulator.book
    refund, charge = book.refund(entry.id or ""), book.charge(entry.id or "")
    state = refund[2].state if refund else charge[1].state if charge else ""
    return state == "Declined"


def _is_so(world: World, row: Row) -> bool:
    """Whether the wished state is there, whoever brought it about."""
    charge = world.simulator.book.charge(row.target)
    order = world.simulator.book.order_of(row.target)
    match row.verb:
        case "capture":
            return charge is not None and charge[1].state in ("Captured", "CaptureInitiated")
        case "void":
            return charge is not None and charge[1].state == "Canceled"
        case _:
            return order is not None and order.state == "Closed"


def _labels(world: World) -> None:
    """No attempt of unknown effect may ever have been called anything else."""
    for sent in world.sent:
        flaw = FLAWS.get(sent.fault)
        if flaw is None or not flaw.unknown or sent.intent is None:
            continue
        world.count("R4")
        host = world.hosts[sent.host]
        said = host.query("SELECT outcome FROM attempt WHERE intent_id = ? AND number = ?", (sent.intent, sent.attempt))
        if said and said[0][0] not in (None, "unknown"):
            world.blame("R4", f"attempt {sent.attempt} of {sent.intent} met {sent.fault} and is called {said[0][0]}")


def _hosts(world: World, found: list[Row]) -> None:
    """The same wish on the same observed state has the same key on every host."""
    by_id = {(row.host, row.id): row for row in found}
    first = [by_id[(c.host, c.intent)] for c in world.confirmed if c.first and (c.host, c.intent) in by_id]
    for one in first:
        for other in first:
            same = (one.verb, one.target, one.body, one.seen, one.counter) == (
                other.verb, other.target, other.body, other.seen, other.counter
            )  # fmt: skip
            if one.host < other.host and same:
                world.count("R9")
                if one.key != other.key:
                    world.blame("R9", f"{one.name} and {other.name} are one wish with two keys")
