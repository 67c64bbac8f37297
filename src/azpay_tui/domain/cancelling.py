"""Cancelling a sale: what a person wants of it, what is written down, and everything that is shown before it is so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from azpay_tui.domain import limits, matrix, owing, refund_limits, states
from azpay_tui.domain.cancellable import PlanError as PlanError
from azpay_tui.domain.cancellable import refuse
from azpay_tui.domain.cancelled_lines import cut
from azpay_tui.domain.goods import LinesUnknown, SlipError, ordered
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Charge, Order
from azpay_tui.domain.picking import Share, share_of
from azpay_tui.domain.policy import Policy
from azpay_tui.domain.sale import Cancelled, Goal, Pieces, Refunds, together
from azpay_tui.domain.slips import Booked
from azpay_tui.domain.unwinding import Step, elsewhere, steps_of

CANCELLED_BEFORE: Final = "cancelled-before"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asks for."""

    refunds: Refunds | None = None
    """None: what was decided before, else what the policy says."""
    extra: Money | None = None
    """Goodwill: so much more than was captured is given back."""
    lines: Mapping[str, int] = field(default_factory=dict)
    """Pieces to cancel by the key of their line; empty: the whole sale."""
    shipping: Money | Share | None = None
    """How much of the order's shipping is given back with the lines; a share is one of all of it, not of what is left:
    the same again has to mean the same."""

    @property
    def whole(self) -> bool:
        """Whether the whole sale is meant."""
        return not self.lines and self.shipping is None


WHOLE: Final = Wanted()
"""The whole sale, money already taken as before, or as the policy says."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What cancelling a sale comes to now."""

    cancelled: Cancelled
    """The sale as it stands when it was confirmed: earlier acts and this one together."""
    act: Cancelled | None
    """What is written down when it is confirmed; None: it is written down already, this goes on with it."""
    steps: tuple[Step, ...]
    due: Money | None = None
    """What stays due to the buyer after all steps."""
    sums: tuple[str, ...] = ()
    """The arithmetic behind amounts that are not simply what was captured, a sentence each."""
    left: tuple[str, ...] = ()
    """What cannot be done here, or is for a person to do, a sentence each."""
    warnings: tuple[str, ...] = ()
    """Names that must be accepted, each."""

    @property
    def needs_note(self) -> str | None:
        """Why a note must be written; None: it need not."""
        return next((step.needs_note for step in self.steps if step.needs_note is not None), None)

    def same_as(self, other: Plan) -> bool:
        """Whether both write down and do the same, and say so; by whom and when is left aside."""
        return _compared(self) == _compared(other)


def plan(
    order: Order, wanted: Wanted, policy: Policy, now: datetime, person: str, booked: Sequence[Booked] = ()
) -> Plan:
    """Say what cancelling a sale does at `now` (UTC), as `person` would confirm it; raises `PlanError`.

    `booked` are the order's slips, which tell what of its lines was captured and given back already.
    """
    refuse(order)
    taken = limits.captured_total(order)
    if policy.read_only is not None:
        raise PlanError(policy.read_only)
    before = order.cancelled
    refunds = _refunds(wanted, before, policy)
    if wanted.whole:
        act, sums = _whole(order, wanted, refunds, now, person)
    else:
        act, sums = _by_lines(order, wanted, refunds, now, person, booked)
        if _left_out(act):
            _whole_captures(order, policy)
    if policy.settings.cancel_sale == "refuse" and taken and not _goes_on(before, wanted, act):
        why = policy.settings.why("cancel_sale")
        raise PlanError(f"{taken} were captured, so the sale cannot be cancelled ({why}); refund instead.")
    cancelled = together([act] if before is None else [before, act]) or act
    marked = replace(order, cancelled=cancelled)
    steps, after = steps_of(marked, policy, now)
    if any(one.taken for one in act.pieces) or wanted.extra is not None:
        _whole_sums(after, policy, now)
    news = before is None or _differs(before, cancelled)
    warnings = dict.fromkeys(name for step in steps for name in step.warnings)
    if act.pieces and before is not None and before.pieces:
        warnings[CANCELLED_BEFORE] = None
    return Plan(
        cancelled=cancelled,
        act=act if news else None,
        steps=steps,
        due=owing.due(after),
        sums=(*sums, *elsewhere(steps, booked)),
        left=(*_left(after, policy, now), *_by_hand(order, act)),
        warnings=tuple(warnings),
    )


# What shall go back


def _refunds(wanted: Wanted, before: Cancelled | None, policy: Policy) -> Refunds:
    if wanted.refunds is not None:
        return wanted.refunds
    if before is not None:
        return before.refunds
    return "manual" if policy.settings.cancel_sale == "manual" else "automatic"


def _goes_on(before: Cancelled | None, wanted: Wanted, act: Cancelled) -> bool:
    """Whether this only goes on with what was decided before, which what the policy says now does not undo."""
    if before is None or wanted.extra is not None:
        return False
    return before.whole if wanted.whole else not act.pieces


def _whole(
    order: Order, wanted: Wanted, refunds: Refunds, now: datetime, person: str
) -> tuple[Cancelled, tuple[str, ...]]:
    goals = [
        Goal(charge.id, max(charge.captured, _asked(order, charge)))
        for charge in limits.captured_charges(order)
        if charge.captured is not None
    ]
    sums: tuple[str, ...] = ()
    if wanted.extra is not None:
        goals, sums = _with_extra(order, goals, wanted.extra)
    return Cancelled(now, person, True, refunds, tuple(goals)), sums


def _asked(order: Order, charge: Charge) -> Money:
    """Return what earlier acts said shall go back of a charge, or what has gone back, whichever is more."""
    spent = refund_limits.spent_by_refunds(order, charge)
    goal = order.cancelled.goal(charge.id) if order.cancelled is not None else None
    return max(goal, spent) if goal is not None and goal.same_currency(spent) else spent


def _with_extra(order: Order, goals: list[Goal], extra: Money) -> tuple[list[Goal], tuple[str, ...]]:
    """Raise the goal of the first charge that takes it by goodwill; raises `PlanError` with the arithmetic."""
    if extra.minor <= 0:
        raise PlanError("Goodwill must be more than nothing.")
    sums = []
    for at, goal in enumerate(goals):
        charge = order.charge(goal.charge_id)
        if charge is None or charge.captured is None or not charge.captured.same_currency(extra):
            raise PlanError(f"Goodwill must be in the currency that was captured, not in {extra.currency}.")
        cap, wish = refund_limits.refund_cap(charge), charge.captured + extra
        room = cap - charge.captured
        sums.append(
            f"{charge.id}: captured {charge.captured}, Amazon's cap {cap} ({room} above it, by 15 % or the fixed sum); "
            f"with goodwill {charge.captured} + {extra} = {wish}."
        )
        if wish <= cap:
            return [*goals[:at], Goal(goal.charge_id, max(goal.refunded, wish)), *goals[at + 1 :]], (sums[-1],)
    if not goals:
        raise PlanError("Nothing was captured, so there is no goodwill to give with it: leave --extra out.")
    raise PlanError(f"That is more than Amazon lets be refunded. {' '.join(sums)}")


def _by_lines(
    order: Order, wanted: Wanted, refunds: Refunds, now: datetime, person: str, booked: Sequence[Booked]
) -> tuple[Cancelled, tuple[str, ...]]:
    """Cancel pieces: what they cost goes back where they were captured, and is not captured where they were not."""
    if owing.cancelled_whole(order):
        raise PlanError("The whole sale was cancelled here already: there are no lines left to cancel.")
    if wanted.extra is not None:
        raise PlanError("Goodwill goes with the whole sale: refund it on its own (azpay refund ORDER --amount).")
    last = order.cancelled.pieces[-1:] if order.cancelled is not None else ()
    try:
        shipping = _freight(order, wanted.shipping)
        same = Pieces(tuple(sorted(wanted.lines.items())), shipping)
        if last == (same,) and last[0].taken and owing.due(order) is not None:
            return Cancelled(now, person, False, refunds), ()  # the same again: it goes on with what is still due
        pieces, slip = cut(order, wanted.lines, shipping, booked)
    except LinesUnknown as error:
        way = (
            " An amount can go back all the same: azpay refund ORDER --amount." if limits.captured_total(order) else ""
        )
        raise PlanError(f"{error}{way}") from error
    except SlipError as error:
        raise PlanError(str(error)) from error
    names = ", ".join(f"{line.quantity} x {line.key} {line.amount}" for line in slip.goods.lines)
    freight = f", shipping {slip.goods.shipping}" if slip.goods.shipping else ""
    sums = (f"Cancelled: {names or 'no article'}{freight}, in all {slip.total}.",)
    act = Cancelled(now, person, False, refunds, (), (pieces,))
    if not pieces.taken:
        return act, sums
    charge = limits.captured_charges(order)[0]
    so_far = _asked(order, charge)
    if charge.captured is not None and so_far + slip.total > charge.captured:
        left = max(charge.captured - so_far, Money.zero(so_far))  # goodwill may have gone back on top
        raise PlanError(f"{slip.total} are wanted, of {charge.captured} captured {left} are left.")
    return replace(act, goals=(Goal(charge.id, so_far + slip.total),)), sums


def _freight(order: Order, said: Money | Share | None) -> Money | None:
    """Return how much of the shipping is meant; raises `SlipError` where the lines cannot tell what a share is."""
    if said is None or isinstance(said, Money):
        return said
    return share_of(ordered(order.shop.lines, order.shop.amount).shipping, said)


def _whole_captures(order: Order, policy: Policy) -> None:
    """Raise `PlanError` where the policy lets no charge leave lines out that were not captured."""
    held = any(charge.state in states.LIVE_CHARGE for charge in order.charges)
    name = "partial_capture" if held else "whole_amounts"
    allowed = policy.settings.partial_capture if held else not policy.settings.whole_amounts
    if not allowed:
        raise PlanError(
            f"Lines cannot be left out of what is charged ({policy.settings.why(name)}): cancel the whole sale and "
            "place the order again with the customer."
        )


def _compared(plan: Plan) -> object:
    act, steps = plan.act, [(step.verb, step.target, step.amount) for step in plan.steps]
    said = None if act is None else (act.whole, act.refunds, act.goals, [(one, one.taken) for one in act.pieces])
    return said, steps, plan.due, plan.sums, plan.warnings


def _differs(before: Cancelled, after: Cancelled) -> bool:
    keys: tuple[Callable[[Cancelled], object], ...] = (
        lambda one: one.whole,
        lambda one: one.refunds,
        lambda one: sorted((goal.charge_id, goal.refunded.minor) for goal in one.goals),
        lambda one: one.pieces,
    )
    return any(key(before) != key(after) for key in keys)


# What is left


def _whole_sums(after: Order, policy: Policy, now: datetime) -> None:
    """Raise `PlanError` where an amount that goes back by this act cannot be refunded as it is."""
    due = owing.due(after)
    if due is None or after.cancelled is None or after.cancelled.refunds == "manual":
        return
    raise PlanError(f"{due} of it cannot be refunded here now. {_why_no_refund(after, policy, now)}".rstrip())


def _why_no_refund(after: Order, policy: Policy, now: datetime) -> str:
    offers = matrix.offers(after, policy, now)
    return next((o.policy or o.reason or "" for o in offers if o.verb is Verb.REFUND and (o.policy or o.reason)), "")


def _left(after: Order, policy: Policy, now: datetime) -> tuple[str, ...]:
    """Say what no step does: refunds left to a person or not possible, and what stays open at Amazon."""
    found = []
    due = owing.due(after)
    if due is not None and after.cancelled is not None and after.cancelled.refunds == "manual":
        found.append(f"REFUND DUE {due}: refund it by hand; the order stays in Attention until that is done.")
    elif due is not None:
        why = _why_no_refund(after, policy, now)
        found.append(f"REFUND DUE {due}, which cannot be refunded here now. {why}".rstrip())
    if owing.open_at_amazon(after, now):
        found.append("Something of the order stays open at Amazon: see azpay orders actions.")
    return tuple(found)


def _by_hand(order: Order, act: Cancelled) -> tuple[str, ...]:
    """Say what lines that were not captured mean for the capture."""
    if not _left_out(act):
        return ()
    what = "These lines were not" if limits.captured_charges(order) else "Nothing was"
    return (f"{what} captured, so nothing goes back; what is captured from now on is to leave these lines out.",)


def _left_out(act: Cancelled) -> bool:
    """Whether an act is about lines that were not captured."""
    return any(not one.taken for one in act.pieces)
