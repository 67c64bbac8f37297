"""Which order, which object and which amount a command means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from azpay_tui.backoffice.stores import Reader
from azpay_tui.cli.outcome import NOT_VALID, CommandError
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.money import AmountError, Money, parse_amount
from azpay_tui.domain.offer import Offer
from azpay_tui.domain.order import Charge, Order, kind_of, order_id_of

CHARGE_VERBS = frozenset({Verb.CAPTURE, Verb.VOID, Verb.REFUND})
"""Verbs that act on one charge; the others act on the order."""
AMOUNT_VERBS = frozenset({Verb.AUTHORIZE, Verb.CAPTURE, Verb.REFUND})


def order_id(reader: Reader, text: str) -> str:
    """Return the id of the tracked order that an id or a shop's number names.

    Raises `CommandError` (exit code 2) when there is none, or, with the candidates, when there are several.
    """
    text = text.strip()
    found = reader.resolve(text)
    if not found and kind_of(text) is not None:
        found = reader.resolve(order_id_of(text))
    if not found:
        how = "azpay orders track" if kind_of(text) else "azpay orders import or azpay orders track"
        raise CommandError(f"There is no order {text!r} here; learn of it with {how}.", code="unknown-order")
    if len(found) > 1:
        some = ", ".join(found[:20]) + (f" and {len(found) - 20} more" if len(found) > 20 else "")
        raise CommandError(f"{len(found)} orders are called {text!r}; name one by its id: {some}.", code="ambiguous")
    return found[0]


def load(reader: Reader, text: str) -> Order:
    """Return the order that a text names; raises `CommandError` (exit code 2) as `order_id` does."""
    found = reader.order(order_id(reader, text))
    if found is None:
        raise CommandError(f"There is no order {text!r} here; learn of it: azpay orders track.", code="unknown-order")
    return found


def named_charge(order: Order, text: str, option: str | None) -> str | None:
    """Return the charge that was asked for: by `--charge`, else by the id that named the order; None for none.

    Raises `CommandError` (exit code 2) for a charge that does not belong to the order or is not known here.
    """
    wanted = option.strip() if option is not None else text.strip() if kind_of(text.strip()) == "charge" else None
    if wanted is None:
        return None
    if kind_of(wanted) != "charge":
        raise CommandError(f"{wanted!r} is not the id of a charge, such as {order.id}-C000001.")
    if order_id_of(wanted) != order.id:
        raise CommandError(f"The charge {wanted} does not belong to the order {order.id}.")
    if order.charge(wanted) is None and wanted not in order.unread | order.missing:
        raise CommandError(
            f"The charge {wanted} is not known here; learn of it with azpay orders track {wanted}.",
            code="unknown-order",
        )
    return wanted


def target(order: Order, verb: Verb, offers: Iterable[Offer], charge: str | None) -> str | None:
    """Return the id a verb acts on: the named charge, else the only one whose verdict is not `no`.

    None when there is nothing it could act on. Raises `CommandError` (exit code 2) listing them when several are.
    """
    if verb not in CHARGE_VERBS:
        return order.id
    if charge is not None:
        return charge
    possible = [offer.target for offer in offers if offer.verb is verb and offer.verdict != "no" and offer.target]
    if len(possible) > 1:
        lines = "; ".join(_named(order.charge(object_id), object_id) for object_id in possible)
        raise CommandError(f"{len(possible)} charges could be meant; choose with --charge: {lines}.", code="ambiguous")
    return possible[0] if possible else None


def _named(charge: Charge | None, object_id: str) -> str:
    return f"{object_id} ({charge.state} {charge.amount})" if charge else object_id


def refusal(verb: Verb, offers: Sequence[Offer], charge: str | None = None) -> CommandError:
    """Return why a verb has nothing to act on (exit code 3), with the reason of each candidate."""
    found = [o for o in offers if o.verb is verb and o.verdict == "no" and (charge is None or o.target == charge)]
    found = found or [o for o in offers if o.verb is verb and o.verdict == "no"]
    reasons = list(dict.fromkeys(o.reason for o in found if o.reason))
    if len(found) > 1 and len(reasons) > 1:
        text = " ".join(f"{o.target}: {o.reason}" for o in found)
    else:
        text = reasons[0] if reasons else f"{verb} is not valid now."
    moments = [o.changes_at for o in found if o.changes_at is not None]
    return CommandError(text, NOT_VALID, "not-valid", min(moments, default=None))


def currency_of(order: Order, charge_id: str | None) -> str | None:
    """Return the currency an amount is read in; None when nothing is known of the order yet."""
    charge = order.charge(charge_id) if charge_id else None
    if charge is not None:
        return charge.amount.currency
    permission = order.permission
    known = [permission.limit, permission.balance] if permission else []
    known += [*(c.amount for c in order.charges), order.shop.amount]
    return next((money.currency for money in known if money is not None), None)


def amount(text: str, currency: str | None) -> Money | None:
    """Read `--amount` strictly; None when the order's currency is not known. Raises `CommandError` (exit code 2)."""
    try:
        # Of an order that was never read nothing is valid anyway; a malformed amount still comes first.
        money = parse_amount(text, currency or "USD")
    except AmountError as error:
        raise CommandError(str(error), code="amount") from error
    return money if currency is not None else None


def amount_or_suggestion(
    verb: Verb, given: Money | None, suggest: Callable[[], Money | None], offer: Offer | None
) -> Money | None:
    """Return the amount of a wish: the given one, else what the contract suggests.

    Raises `CommandError` (exit code 2) when nothing is left by default although the verb is possible.
    """
    if verb not in AMOUNT_VERBS or given is not None:
        return given
    suggested = suggest()
    if suggested is None and offer is not None and offer.verdict != "no":
        at_most = f" of at most {offer.maximum}" if offer.maximum else ""
        raise CommandError(f"Nothing is left to {verb} by default; give --amount{at_most}.", code="amount")
    return suggested
