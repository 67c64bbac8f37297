"""Slips on the command line: made of options, listed, written down of what was done elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from azpay_tui.backoffice.booking import refused
from azpay_tui.backoffice.errors import UsageError
from azpay_tui.backoffice.stores import Reader
from azpay_tui.cli import resolve, shapes
from azpay_tui.cli.context import Context
from azpay_tui.cli.outcome import OK, CommandError
from azpay_tui.cli.output import csv_result, json_result, result, say, shown, utc
from azpay_tui.domain import limits
from azpay_tui.domain.goods import LinesUnknown, Slip, SlipError
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.marks import MarkError, clean_note
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Order
from azpay_tui.domain.picking import Picked, pick
from azpay_tui.domain.slips import Booked, check_money, left_for, left_to_refund, parts

MOST_SLIPS: Final = 10_000
_AS_NOTE: Final = "What was given back elsewhere can be noted all the same: azpay orders mark {} --note TEXT."
_CSV: Final = (
    *("slip", "order", "at", "kind", "status", "intent", "charge", "refund", "document", "carrier", "tracking"),
    *("restock", "what", "key", "name", "quantity", "currency", "amount", "tax"),
)


def picked_slip(
    reader: Reader,
    order: Order,
    verb: Verb,
    target: str,
    picked: Picked,
    given: Money | None = None,
    *,
    way: str,
    elsewhere: bool = False,
) -> Slip:
    """Make the slip that the options say, of what is left of the order's lines; `given` is an amount typed beside.

    `way` is a sentence on what does without lines, for where nobody can tell them. A refund that was made `elsewhere`
    may be just that which went back for cancelled pieces.
    Raises `BackOfficeError`: exit code 2 for what makes no sense, 3 for more than there is.
    """
    charge = order.charge(target)
    try:
        booked = reader.slips(order.id)
        if elsewhere and charge is not None:
            slip = pick(left_to_refund(order, charge, booked), picked)
        else:
            slip = pick(left_for(order, verb, target, booked), picked)
        if given is not None and given != slip.total:
            raise SlipError(f"The lines come to {slip.total}, the amount given is {given}: leave --amount out.")
        if charge is not None:
            check_money(slip, verb, order, charge)
    except LinesUnknown as error:
        raise UsageError(f"{error} {way}") from error
    except SlipError as error:
        raise refused(error) from error
    return slip


def list_slips(context: Context, text: str | None, limit: int, *, as_json: bool, as_csv: bool) -> int:
    """Show slips, newest first: of one order, or of all."""
    if as_json and as_csv:
        raise CommandError("Choose one of --json and --csv.")
    if not 1 <= limit <= MOST_SLIPS:
        raise CommandError(f"--limit must be from 1 to {MOST_SLIPS:,}, not {limit}.")
    reader = context.reader()
    order_id = None if text is None else resolve.order_id(reader, text)
    slips = reader.slips(order_id, limit)
    if as_json:
        json_result({"slips": [slip_shape(one) for one in slips]})
    elif as_csv:
        csv_result(_CSV, (row for one in slips for row in _csv_rows(one)))
    else:
        for one in slips:
            for line in slip_lines(one, with_order=order_id is None):
                result(line)
        if not slips:
            say("No slip was written: none of it was captured or refunded here by lines.")
    return OK


def record_slip(context: Context, text: str, charge: str | None, picked: Picked, note: str, *, as_json: bool) -> int:
    """Write down a refund that was made elsewhere; works without a connection and sends nothing."""
    if not picked.pieces:
        raise CommandError("Say what was given back: --line SKU=QUANTITY, --shipping or --adjust.")
    with context.desk() as desk:
        order = resolve.load(desk.reader, text)
        target = _captured(order, resolve.named_charge(order, text, charge))
        try:
            written = clean_note(note) if note.strip() else ""
        except MarkError as error:
            raise CommandError(str(error)) from error
        slip = picked_slip(
            desk.reader, order, Verb.REFUND, target, picked, way=_AS_NOTE.format(order.id), elsewhere=True
        )
        booked = desk.record_slip(order.id, target, slip, written)
        possible = any(o.verb is Verb.REFUND and o.verdict != "no" for o in desk.offers(order))
    if as_json:
        json_result({"slip": slip_shape(booked)})
    else:
        for line in slip_lines(booked, with_order=True):
            result(line)
    if possible:
        # Whoever only finds this by mistake is shown the way back to the refund that gives the money back.
        say(shown(f"No money moved. To give it back at Amazon: azpay refund {order.id} --line SKU=QUANTITY"))
    return OK


def _captured(order: Order, named: str | None) -> str:
    """Return the charge that was refunded elsewhere: the named one, else the only captured one."""
    captured = [charge.id for charge in limits.captured_charges(order)]
    if named is not None:
        captured = [charge for charge in captured if charge == named]
    if not captured:
        raise CommandError("Nothing was captured of it, so nothing can have been given back.", code="not-captured")
    if len(captured) > 1:
        raise CommandError(
            f"{len(captured)} charges could be meant; choose with --charge: {', '.join(captured)}.", code="ambiguous"
        )
    return captured[0]


def slip_lines(booked: Booked, *, with_order: bool = False) -> Iterator[str]:
    """Yield a slip for people: what it is and what became of it, then what it is made of."""
    of = f" of {booked.order_id}" if with_order else ""
    intent = f" ({booked.intent})" if booked.intent else ""
    made = f"  {booked.refund or booked.charge}".rstrip()
    head = f"slip {booked.number}{of}  {utc(booked.at)}  {booked.verb} {booked.slip.total}, {booked.became}{intent}"
    yield shown(f"{head}{made}")
    for part in parts(booked.slip):
        yield shown(f"  {part}")
    if booked.note:
        yield shown(f"  note: {booked.note}")


def slip_shape(booked: Booked) -> shapes.Json:
    """Write one slip for scripts."""
    slip, goods = booked.slip, booked.slip.goods
    return {
        "number": booked.number,
        "order": booked.order_id,
        "kind": str(booked.verb),
        "status": booked.became,
        "sent": booked.state is not None,
        "intent": booked.intent or None,
        "charge": booked.charge or None,
        "refund": booked.refund,
        "at": utc(booked.at),
        "person": booked.person,
        "lines": [
            {
                "key": line.key,
                "name": line.name,
                "quantity": line.quantity,
                "amount": shapes.money(line.amount),
                "tax": shapes.money(line.tax),
            }
            for line in goods.lines
        ],
        "shipping": shapes.money(goods.shipping),
        "shipping_tax": shapes.money(goods.shipping_tax),
        "adjustment": shapes.money(slip.adjustment),
        "total": shapes.money(slip.total),
        "document": slip.document or None,
        "carrier": slip.carrier or None,
        "tracking": slip.tracking or None,
        "restock": slip.restock,
        "note": booked.note or None,
    }


def _csv_rows(booked: Booked) -> Iterator[Sequence[str]]:
    """Yield a row for each line, one for shipping and one for an adjustment: their amounts add up to the slip's."""
    slip, goods = booked.slip, booked.slip.goods
    head = (
        *(f"{booked.number}", booked.order_id, utc(booked.at) or "", str(booked.verb), booked.became, booked.intent),
        *(booked.charge, booked.refund or "", slip.document, slip.carrier, slip.tracking),
        "yes" if slip.restock else "no",
    )
    currency = goods.shipping.currency
    for line in goods.lines:
        amounts = (currency, line.amount.decimal(), line.tax.decimal())
        yield (*head, "item", line.key, line.name, f"{line.quantity}", *amounts)
    if goods.shipping:
        yield (*head, "shipping", "", "", "", currency, goods.shipping.decimal(), goods.shipping_tax.decimal())
    if slip.adjustment:
        yield (*head, "adjustment", "", "", "", currency, slip.adjustment.decimal(), "")
