"""`azpay orders show`, `link` and `actions`: what the local files know of one order, with or without a connection."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from azpay_tui.cli import resolve, shapes
from azpay_tui.cli.cancelled import sale_value
from azpay_tui.cli.context import Context, corrected_now
from azpay_tui.cli.deliveries import delivery_lines, delivery_shape
from azpay_tui.cli.marks import mark_lines
from azpay_tui.cli.outcome import OK, CommandError
from azpay_tui.cli.output import amount_text, json_result, result, shown, table, utc
from azpay_tui.cli.slips import slip_lines, slip_shape
from azpay_tui.cli.wording import dated, difference_meanings, meaning, order_meanings, way
from azpay_tui.domain import matrix, owing, refund_limits
from azpay_tui.domain.charging import above_total, left_to_charge
from azpay_tui.domain.closing import reminder
from azpay_tui.domain.divergence import said
from azpay_tui.domain.goods import costs
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.links import seller_central
from azpay_tui.domain.methods import method_words
from azpay_tui.domain.offer import Offer, valid_verbs
from azpay_tui.domain.order import Order, Sighting
from azpay_tui.domain.policies import Settings, shop_word
from azpay_tui.domain.retention import no_buyer
from azpay_tui.domain.rows import OrderLine
from azpay_tui.domain.slips import Booked
from azpay_tui.domain.status import ship


def show_order(context: Context, text: str, *, as_json: bool, raw: bool) -> int:
    """Show everything known of one order; `raw` adds what Amazon sent last, word for word."""
    reader = context.reader()
    order = resolve.load(reader, text)
    now = corrected_now(reader)
    offers = matrix.offers(order, context.policy(), now)
    bodies = reader.raw(order.id) if raw else {}
    marks, slips, deliveries = reader.marks(order.id), reader.slips(order.id), reader.deliveries(order.id)
    if as_json:
        value: dict[str, object] = {
            "order": shapes.order(order, reader.timeline(order.id), now, valid_verbs(offers)),
            "actions": [shapes.offer(offer) for offer in offers],
            "marks": shapes.marks(marks),
            "sale": sale_value(order),
            "slips": [slip_shape(one) for one in slips],
            "deliveries": [delivery_shape(one) for one in deliveries],
        }
        if raw:
            value["raw"] = shapes.raw(bodies)
        json_result(value)
        return OK
    for line in [*_order_lines(order, now, valid_verbs(offers), context.profile().policy, slips), *mark_lines(marks)]:
        result(line)
    for one in slips:
        for line in slip_lines(one):
            result(f"  {line}")
    for line in delivery_lines(order.id, slips, deliveries):
        result(f"  {line}")
    for entry in reader.timeline(order.id):
        amount = f" {entry.amount}" if entry.amount else ""
        line = f"  {utc(entry.at)}  {entry.source:<7} {shown(entry.what)}{amount} {entry.object_id or ''}"
        result(shown(line.rstrip()))
    _show_offers(offers)
    for object_id, text in bodies.items():
        result(f"{object_id}\n{shown(text, 100_000)}")
    return OK


def show_link(context: Context, text: str, *, as_json: bool) -> int:
    """Print where an order is in Seller Central; exit code 2 where it has no page."""
    profile = context.profile()
    order_id = resolve.order_id(context.reader(), text)
    link = seller_central(order_id, profile.region, profile.environment)
    if link is None:
        raise CommandError("A simulated order has no page in Seller Central.", code="no-page")
    if as_json:
        json_result({"order": order_id, "link": link})
    else:
        result(shown(link))
    return OK


def _order_lines(
    order: Order, now: datetime, valid: frozenset[Verb], policy: Settings, slips: Sequence[Booked]
) -> list[str]:
    row = shapes.row_of(order, now)
    called = shop_word(policy, row.status)
    verdict = ship(order, now)
    buyer = " ".join(filter(None, [order.buyer_name, f"<{order.buyer_email}>" if order.buyer_email else ""]))
    if order.purged_at is not None:
        buyer = no_buyer(order)
    permission = order.permission
    reasons = " ".join(reason.code for reason in permission.reasons) if permission else ""
    facts = {
        "Order": f"{order.id}{f'  #{order.number}' if order.number else ''}",
        "Status": f"{row.status}{f' ({called})' if called else ''}",
        "Ship": f"{verdict.word}: {verdict.reason}",
        "Cancelled here": owing.told(order, now),
        "Attention": " ".join(row.attention),
        "Buyer": buyer,
        "Paid with": method_words(permission.kind) if permission else "",
        "Amount": amount_text(row.amount),
        "Captured": amount_text(row.captured),
        "Refunded": amount_text(row.refunded),
        "At Amazon": f"{permission.state} {reasons}".rstrip() if permission else "never read",
        "In the shop": said(order.shop),
        "Named by": ", ".join(_source(sighting) for sighting in order.shop.sightings),
        "Left to charge": left_to_charge(order, slips),
        "Above total": above_total(order, policy, now),
        "Created": utc(row.created) or "",
        "Next deadline": utc(row.expires) or "",
        "Read": utc(row.refreshed_at) or "never",
    }
    lines = [f"{label:<15}{shown(value)}" for label, value in facts.items() if value]
    lines += [f"  {shown(text)}" for text in order_meanings(order, row.attention, valid)]
    lines += [f"  {shown(text)}" for text in difference_meanings(order, now, valid)]
    close = reminder(order, policy, now)
    if close is not None and Verb.CLOSE in valid:
        lines.append(f"  {shown(close.write(way(order.id)))}")
    lines += [shown(f"  {_ordered(line)}") for line in order.shop.lines]
    for charge in order.charges:
        captured = f", captured {charge.captured}" if charge.captured else ""
        refunded = f", refunded {charge.refunded}" if charge.refunded else ""
        reason = f" ({charge.reason})" if charge.reason else ""
        lines.append(shown(f"  charge {charge.id}  {charge.state}{reason}  {charge.amount}{captured}{refunded}"))
        if charge.reason:
            lines.append(f"    {shown(meaning(charge.reason, 'charge', order.id, valid, charge.description))}")
        for refund in order.refunds_of(charge.id):
            reason = f" ({refund.reason})" if refund.reason else ""
            arrives = refund_limits.refund_arrives(refund)
            by = f", expected by {arrives:%Y-%m-%d}" if arrives is not None else ""
            lines.append(shown(f"    refund {refund.id}  {refund.state}{reason}  {refund.amount}{by}"))
            if refund.reason:
                lines.append(f"      {shown(meaning(refund.reason, 'refund', order.id, valid, refund.description))}")
    lines += [f"  {object_id}  was never read: azpay refresh {order.id}" for object_id in sorted(order.unread)]
    lines += [f"  {object_id}  is not known to Amazon here" for object_id in sorted(order.missing)]
    return lines


def _source(sighting: Sighting) -> str:
    """Return a source with the number it gave, unless it gave none."""
    return f"{sighting.source} {sighting.number}" if sighting.number else sighting.source


def _ordered(line: OrderLine) -> str:
    what = f"{line.quantity} x {line.name}" if line.kind == "item" else f"{line.kind} {line.name}".rstrip()
    sku = f"  {line.sku}" if line.sku else ""
    more = costs(line)
    return f"{what}{f'  {line.amount}' if line.amount else ''}{sku}{f'  ({more})' if more else ''}"


def show_actions(context: Context, text: str, *, as_json: bool) -> int:
    """Show every verb with its verdict, as the cache has the order."""
    reader = context.reader()
    order = resolve.load(reader, text)
    now = corrected_now(reader)
    offers = matrix.offers(order, context.policy(), now)
    if as_json:
        word = shapes.row_of(order, now).status
        json_result({"id": order.id, "status": word, "actions": [shapes.offer(offer) for offer in offers]})
    else:
        _show_offers(offers)
    return OK


def _show_offers(offers: tuple[Offer, ...]) -> None:
    columns = {"verb": "VERB", "verdict": "VALID", "target": "OBJECT", "max": "AT MOST", "reason": "WHY"}
    rows = []
    for offer in offers:
        names = f"[{' '.join(offer.warnings)}] " if offer.warnings else ""
        rows.append(
            {
                "verb": str(offer.verb),
                "verdict": offer.verdict,
                "target": offer.target or "",
                "max": amount_text(offer.maximum),
                "reason": names + dated(offer.reason or "", offer.changes_at if offer.verdict == "no" else None),
            }
        )
    table(columns, rows, frozenset({"max"}))
