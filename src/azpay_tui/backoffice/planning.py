"""What would be done now without a person, for which orders, and what is left alone; reads local files only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from azpay_tui.backoffice.records import ProfileInfo
from azpay_tui.backoffice.stores import Reader
from azpay_tui.domain.automatic import Pause, Step, next_step
from azpay_tui.domain.intent import Verb, Wish
from azpay_tui.domain.moments import written
from azpay_tui.domain.order import Order
from azpay_tui.domain.policy import Policy
from azpay_tui.domain.switch import Switch
from azpay_tui.domain.switching import mode_of, resting

MOST: Final = 1000
"""Orders that are looked at for a plan, the newest first."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One order of a plan."""

    order: Order
    next: Step | Pause


@dataclass(frozen=True, slots=True)
class Plan:
    """What is automatic, and what comes of it now."""

    mode: str
    """What the policy wants done by itself; empty: nothing."""
    switch: Switch | None
    resting: str | None
    """Why nothing is done by itself, one sentence; None: it is."""
    steps: tuple[Planned, ...] = ()
    """What would be done, the newest order first."""
    left: tuple[Planned, ...] = ()
    """What is left alone, and why."""


def plan(reader: Reader, info: ProfileInfo, now: datetime, limit: int = MOST) -> Plan:
    """Look at orders made since the switch was turned; while nothing is done by itself there is nothing to plan."""
    switch, mode = reader.switch(), mode_of(info.policy)
    policy = Policy(info.policy, info.read_only_reason)
    rests = resting(info.policy, switch, info.capturing, policy.stands_still or info.paused)
    if switch is None or rests is not None:
        return Plan(mode, switch, rests)
    found: list[Planned] = []
    for order_id in reader.stirred(switch.at, limit=limit):
        order = reader.order(order_id)
        if order is not None:
            acts, marks = reader.acts(order_id), reader.marks(order_id)
            step = next_step(order, policy, mode, switch.at, now, acts, marks)
            found += [Planned(order, step)] if step is not None else []
    steps = tuple(one for one in found if isinstance(one.next, Step))
    return Plan(mode, switch, None, steps, tuple(one for one in found if isinstance(one.next, Pause)))


def wish_of(info: ProfileInfo, order: Order, step: Step, switch: Switch) -> Wish:
    """Return the wish of a step; its note says on whose word it rests, and stays here."""
    note = f"{switch.mode}, switched on by {switch.person} on {written(switch.at)}: {step.why}"
    pending = info.pending_authorization and step.verb is Verb.AUTHORIZE
    return Wish(step.verb, order.id, step.target, step.amount, pending_allowed=pending, note=note)
