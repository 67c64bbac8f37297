"""`azpay cannot-fulfil`: cancel the sale, note it, and prepare the letter that asks the buyer to order again."""

from __future__ import annotations

from dataclasses import replace

from azpay_tui import letters
from azpay_tui.cli import confirm
from azpay_tui.cli.context import Context
from azpay_tui.cli.outcome import OK, CommandError
from azpay_tui.cli.output import json_result, result, say, shown
from azpay_tui.cli.sales import Request, carried, code_of_done, confirm_plan, load, planned, said_of, value_of
from azpay_tui.domain.cancelling import Wanted
from azpay_tui.domain.letters import LetterError
from azpay_tui.domain.order import Order
from azpay_tui.mailing import Mail

LETTER = "order-again"
_SEND = f"To send it: azpay mail send {{}} --template {LETTER}"
_OFF = "This profile sends no letters: send it from the shop."
NOTE = "Cannot be fulfilled; the buyer is to be asked to order again."


def cannot_fulfil(context: Context, request: Request, language: str) -> int:
    """Cancel a sale that cannot be fulfilled; returns the exit code."""
    confirm.require_way(request.yes, request.dry_run)
    note = f"{NOTE} {request.note}".strip() if request.note.strip() else NOTE
    request = replace(request, note=note)
    with context.desk() as desk:
        order = load(context, desk, request.order)
        ready = desk.plan_sale(order.id, Wanted())
        profile = context.profile()
        subject, text = prepare(ready.order, profile.mail, profile.name, language)
        letter = {"to": order.buyer_email, "subject": subject, "text": text}
        if request.dry_run:
            json_result({"dry_run": True, "order": order.id, **planned(ready.plan), "letter": letter})
            return OK
        confirm_plan(desk.profile, ready, request, "CANNOT FULFIL: cancel the sale")
        done = carried(desk, ready, request)
    code = code_of_done(done)
    if request.as_json:
        json_result({**value_of(ready, done), "letter": letter})
        return code
    result(shown(said_of(ready, done)))
    way = _SEND.format(order.id) if profile.mail.on else _OFF
    say(f"This letter is prepared, nothing was sent to the buyer. {way}")
    result(shown(f"To: {order.buyer_email or 'not known'}"))
    result(shown(f"Subject: {subject}"))
    for line in text.splitlines():
        result(shown(line))
    return code


def prepare(order: Order, mail: Mail, name: str, language: str) -> tuple[str, str]:
    """Return subject and text of the letter that asks to order again; `name` stands in for that of the shop.

    Raises `CommandError` (exit code 2) for a template that will not do.
    """
    country = order.permission.shipping.country if order.permission and order.permission.shipping else None
    values = {
        "shop": mail.shop or name,
        "buyer": order.buyer_name or "customer",
        "order": order.number or order.id,
        "order_id": order.id,
        "amount": str(order.amount or ""),
        "link": "",
    }
    try:
        template = letters.load(LETTER, language or mail.language_for(country), mail.templates)
        if template.draft is None:
            raise CommandError(template.problem, code="template")
        return template.draft.fill(values)
    except LetterError as error:
        raise CommandError(str(error), code="template") from error
