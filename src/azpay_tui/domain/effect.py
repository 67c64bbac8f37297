"""What a wish does to an order: whether it is so already, what merely confirms it, what a later read proves."""

from __future__ import annotations

from azpay_tui.domain import refund_limits, states
from azpay_tui.domain.attempt import Judgement, judge_fact
from azpay_tui.domain.intent import Intent, Seen, State, Verb, Wish
from azpay_tui.domain.money import Money, total
from azpay_tui.domain.order import Charge, Order, Refund, kind_of, order_id_of


def already_so(order: Order, wish: Wish) -> bool:
    """Whether the wished state is there: voided, cancelled, closed, or captured with the same amount."""
    charge = order.charge(wish.target)
    permission = order.permission
    match wish.verb:
        case Verb.CAPTURE:
            return charge is not None and charge.state == states.CAPTURED and charge.captured == wish.amount
        case Verb.VOID:
            return charge is not None and charge.state == states.CANCELED
        case Verb.CLOSE:
            return permission is not None and permission.state == states.CLOSED
        case Verb.CANCEL:
            live = any(c.state in states.LIVE_CHARGE for c in order.charges)
            taken = any(c.state == states.CAPTURED for c in order.charges)
            return permission is not None and permission.state == states.CLOSED and not live and not taken
        case _:
            return False


_CONFIRMS = {
    (states.REFUND_INITIATED, states.REFUNDED),
    (states.CAPTURE_INITIATED, states.CAPTURED),
    (states.AUTHORIZATION_INITIATED, states.AUTHORIZED),
}


def differences(before: Seen, fresh: Order, own: frozenset[str]) -> tuple[tuple[str, str, str], ...]:
    """List what changed since a person looked, except progress of own operations that merely confirms them.

    `own` holds the ids of charges and refunds that this journal's intents made or acted on. A total that moved by more
    than these explain is a change: somebody else may have done the same meanwhile.
    """
    found = before.differences(Seen.of(fresh))
    confirmed = {
        name.split(" ")[0] for name, old, new in found if (old, new) in _CONFIRMS and name.split(" ")[0] in own
    }
    if not confirmed:
        return found
    orders = {order_id_of(object_id) for object_id in confirmed}
    captures = {object_id for object_id in confirmed if "-C" in object_id}
    kept = []
    for name, old, new in found:
        object_id, fact = name.split(" ", 1)
        match fact:
            case "refunded":
                follows = _is_refunded_by(fresh, object_id, old, confirmed)
            case "balance":
                follows = _is_taken_by(fresh, old, captures)
            case _:
                follows = object_id in confirmed or (bool(captures) and object_id in orders)
        if not follows:
            kept.append((name, old, new))
    return tuple(kept)


def _is_refunded_by(order: Order, charge_id: str, before: str, refunds: set[str]) -> bool:
    """Whether the total of a charge rose from `before` by exactly these refunds."""
    charge = order.charge(charge_id)
    if charge is None or charge.refunded is None:
        return False
    made = [refund.amount for refund in order.refunds_of(charge_id) if refund.id in refunds]
    if not made or any(amount.currency != charge.refunded.currency for amount in made):
        return False
    return str(charge.refunded - total(made, charge.refunded)) == (before or str(Money.zero(charge.refunded)))


def _is_taken_by(order: Order, before: str, charges: set[str]) -> bool:
    """Whether the balance moved from `before` by what these captures took, or left of what counted as spent."""
    balance = order.permission.balance if order.permission else None
    done = [charge for charge in order.charges if charge.id in charges and charge.captured is not None]
    if balance is None or any(charge.amount.currency != balance.currency for charge in done):
        return False
    taken = total([charge.captured for charge in done if charge.captured is not None], balance)
    spent = total([charge.amount for charge in done], balance)
    return before in (str(balance + taken), str(balance + taken - spent))


def read_back(intent: Intent, order: Order) -> Judgement | None:
    """Say what a fresh read of the order proves about an intent that was sent, or None when it proves nothing.

    An effect can be proved for every verb; its absence only where the object reached a state from which the wish can
    no longer come true. For an authorization nothing is proved without the charge's id.
    """
    wish = intent.draft.wish
    if intent.result_id is not None:
        facts: tuple[Charge | Refund, ...] = (*order.charges, *order.refunds)
        fact = next((f for f in facts if f.id == intent.result_id), None)
        judged = judge_fact(wish, fact) if fact is not None else None
        if judged is not None:
            return judged
    charge = order.charge(wish.target)
    match wish.verb:
        case Verb.CAPTURE | Verb.VOID:
            if charge is None:
                return None
            return judge_fact(wish, charge) or _cannot_come_true(wish, charge)
        case Verb.CANCEL | Verb.CLOSE:
            return judge_fact(wish, order.permission) if order.permission is not None else None
        case Verb.REFUND:
            return _refund_in_totals(intent, charge, order) if charge is not None else None
        case _:
            return None


def against(intent: Intent, outcome: State, order: Order) -> str | None:
    """Say what a read shows that speaks against the outcome a person decided on, or None.

    Nothing speaks against a refund or an authorization that was said to have succeeded: totals may lag, and what is
    not known by its id proves nothing.
    """
    judged = read_back(intent, order)
    wish = intent.draft.wish
    if outcome == "succeeded":
        lags = judged is None and wish.verb in (Verb.REFUND, Verb.AUTHORIZE)
        if lags or (judged is not None and judged.state in ("succeeded", "accepted")):
            return None
    elif judged is None or judged.state not in ("succeeded", "accepted"):
        return None
    return _shown(intent, order)


def _shown(intent: Intent, order: Order) -> str:
    """Name the object a decision is held against, with its state and amounts."""
    wish = intent.draft.wish
    charge = order.charge(wish.target)
    if charge is None:
        return f"the order is {order.permission.state if order.permission else 'not known'}"
    name = charge.id.rpartition("-")[2]
    taken = f", captured {charge.captured}" if charge.captured else ""
    back = f", refunded {charge.refunded}" if charge.refunded and wish.verb is Verb.REFUND else ""
    return f"charge {name} is {charge.state}{taken}{back}"


def _cannot_come_true(wish: Wish, charge: Charge) -> Judgement | None:
    ended = {
        Verb.CAPTURE: (states.CANCELED,),
        Verb.VOID: (states.CAPTURED, states.CAPTURE_INITIATED, states.DECLINED),
    }
    if charge.state in ended[wish.verb]:
        return Judgement("refused", f"The charge is {charge.state} at Amazon ({charge.reason or 'no reason given'}).")
    return None


def _refund_in_totals(intent: Intent, charge: Charge, order: Order) -> Judgement | None:
    """Prove a refund by Amazon's total: it rose by exactly the amount, and no refund known by id explains it.

    A known refund explains it when it is new, when it was still being decided at the confirmation (a total may count it
    only from its end on), or when nothing of it could be read yet. One that succeeded without an id explains it unless
    the total had it already.
    """
    amount = intent.draft.wish.amount
    seen = dict(intent.draft.seen.facts)
    before = seen.get(f"{charge.id} refunded")
    if amount is None or charge.refunded is None or before is None:
        return None
    known = order.refunds_of(charge.id)
    explained = any(seen.get(f"{refund.id} state") != refund.state for refund in known)
    unread = any(kind_of(object_id) == "refund" for object_id in order.unread)
    if explained or unread or str(charge.refunded - amount) != (before or str(Money.zero(amount))):
        return None
    final = [refund.amount for refund in known if refund.state == states.REFUNDED]
    vouched = [made.amount for made in refund_limits.unnamed_refunds(order, charge)]
    if vouched and total(final + vouched, amount) > charge.refunded - amount:
        return None
    return Judgement("succeeded", "seen in Amazon's totals")
