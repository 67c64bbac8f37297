"""`azpay cancel-sale`, `azpay orders delete` and `azpay cannot-fulfil`: plan, show, confirm once, carry out, report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from azpay_tui.backoffice.errors import BackOfficeError, NotValidError
from azpay_tui.backoffice.ports import Desk
from azpay_tui.backoffice.records import ProfileInfo, SaleDone, SaleReady
from azpay_tui.cli import confirm, intent_shapes, resolve, shapes
from azpay_tui.cli.context import Context
from azpay_tui.cli.money import code_of
from azpay_tui.cli.outcome import NOT_VALID, OK, CommandError
from azpay_tui.cli.output import ask, error_value, json_result, result, say, shown
from azpay_tui.domain import limits, refund_limits
from azpay_tui.domain.cancelling import Plan, Wanted
from azpay_tui.domain.deleting import KEPT
from azpay_tui.domain.goods import SlipError
from azpay_tui.domain.intent import Intent, Verb
from azpay_tui.domain.money import AmountError, parse_amount, total
from azpay_tui.domain.order import Order
from azpay_tui.domain.picking import freight, quantities
from azpay_tui.domain.reasons import warning_sentence
from azpay_tui.domain.sale import Refunds
from azpay_tui.domain.status import status_of
from azpay_tui.domain.telling import in_doubt
from azpay_tui.domain.unwinding import Step

_LAST = 4


@dataclass(frozen=True, slots=True)
class Request:
    """What was typed."""

    order: str
    refunds: Refunds | None = None
    extra: str | None = None
    lines: Sequence[str] = ()
    shipping: str | None = None
    note: str = ""
    yes: bool = False
    accept: Sequence[str] = field(default_factory=list)
    dry_run: bool = False
    as_json: bool = False


def cancel_sale(context: Context, request: Request) -> int:
    """Cancel a sale in whole or by lines, or go on with it; returns the exit code."""
    confirm.require_way(request.yes, request.dry_run)
    with context.desk() as desk:
        order = load(context, desk, request.order)
        ready = desk.plan_sale(order.id, _wanted(order, request))
        if request.dry_run:
            json_result({"dry_run": True, "order": order.id, **planned(ready.plan)})
            return OK
        confirm_plan(desk.profile, ready, request, "CANCEL SALE")
        done = carried(desk, ready, request)
    return _report(ready, done, as_json=request.as_json)


def delete_order(context: Context, request: Request) -> int:
    """End and refund what an order needs, then take it out of the lists for good; returns the exit code."""
    confirm.require_way(request.yes, request.dry_run)
    with context.desk() as desk:
        order = load(context, desk, request.order)
        ready = _first(desk, order, request)
        plan = ready.plan if ready is not None else None
        if request.dry_run:
            json_result({"dry_run": True, "order": order.id, **(planned(plan) if plan is not None else {})})
            return OK
        say(shown(f"DELETE {order.id}: it leaves the lists, and no import brings it back. {KEPT}"))
        done = None
        if ready is not None and (ready.plan.steps or ready.plan.due):
            confirm_plan(desk.profile, ready, request, "FIRST, CANCEL SALE")
            done = carried(desk, ready, request)
        elif not request.yes:
            _ask_for_id(order.id, "delete")
        if done is not None and ready is not None and code_of_done(done) != OK:
            return _report(ready, done, as_json=request.as_json)
        desk.delete_order(order.id)
    if request.as_json:
        intents = [intent_shapes.outcome(intent) for intent in done.intents] if done is not None else []
        json_result({"order": order.id, "deleted": True, "intents": intents})
    else:
        result(shown(f"{order.id} is deleted. {KEPT}"))
    return OK


def _first(desk: Desk, order: Order, request: Request) -> SaleReady | None:
    """Plan, on a live read, what ends an order before it is deleted; None where Amazon does not find the order."""
    try:
        return desk.plan_sale(order.id, _wanted(order, request))
    except NotValidError:
        found = desk.reader.order(order.id)
        if found is None or order.id not in found.missing:
            raise
        return None


def load(context: Context, desk: Desk, text: str) -> Order:
    """Return the order that a text names, where something may be done; raises `CommandError`."""
    if desk.profile.read_only_reason is not None:
        raise CommandError(desk.profile.read_only_reason, NOT_VALID, "read-only")
    order = resolve.load(desk.reader, text)
    context.require_key()
    return order


def _wanted(order: Order, request: Request) -> Wanted:
    """Read what was typed; raises `CommandError` (exit code 2)."""
    currency = resolve.currency_of(order, None) or "USD"
    try:
        return Wanted(
            request.refunds,
            None if request.extra is None else parse_amount(request.extra, currency),
            quantities(request.lines),
            None if request.shipping is None else freight(request.shipping, currency),
        )
    except AmountError as error:
        raise CommandError(str(error), code="amount") from error
    except SlipError as error:
        raise CommandError(str(error)) from error


# Before


def plan_lines(plan: Plan) -> Iterator[str]:
    """Yield what a plan does, a line each, amounts first."""
    for number, step in enumerate(plan.steps, 1):
        yield f"{number}. {step_line(step)}"
    if not plan.steps:
        yield "Nothing is to be done at Amazon now."
    yield from plan.sums
    yield from plan.left


def step_line(step: Step) -> str:
    """Say what a step does."""
    return f"{step.verb}{f' {step.amount}' if step.amount else ''} {step.target}: {step.why}"


def confirm_plan(profile: ProfileInfo, ready: SaleReady, request: Request, title: str) -> None:
    """Show the plan and ask once; raises `CommandError` where it is not confirmed: nothing was written or sent."""
    plan, order = ready.plan, ready.order
    missing = [name for name in plan.warnings if name not in request.accept]
    if missing:
        options = " ".join(f"--accept {name}" for name in missing)
        sentences = " ".join(map(warning_sentence, missing))
        raise CommandError(f"{sentences} To go on say {options}.", NOT_VALID, "warning-not-accepted")
    if plan.needs_note is not None and not request.note.strip():
        raise CommandError(f"{plan.needs_note} Say it with --note TEXT.", NOT_VALID, "reason-required")
    say(title)
    facts = {
        "Environment": f"{profile.environment.upper()} / {profile.name} ({profile.region})",
        "Signed in as": profile.person,
        "Order": f"{order.id}{f'  #{order.number}' if order.number else ''}",
        "Status": status_of(order, ready.read_at),
        "Captured": str(limits.captured_total(order) or "-"),
        "Refunded": str(refund_limits.refunded_total(order) or "-"),
        "Refunds": plan.cancelled.refunds,
    }
    for label, value in facts.items():
        say(f"  {label:<15}{shown(value)}")
    for line in plan_lines(plan):
        say(f"  {shown(line)}")
    if request.yes:
        return
    back = [step.amount for step in plan.steps if step.verb is Verb.REFUND and step.amount]
    if not back:
        _ask_for_id(order.id, "cancel the sale")
        return
    whole = total(back, back[0])
    answer = ask(f"Type the amount in {whole.currency} that goes back to the buyer: ")
    try:
        agreed = answer is not None and parse_amount(answer, whole.currency) == whole
    except AmountError:
        agreed = False
    if not agreed:
        raise CommandError("Not confirmed: nothing was sent.", code="not-confirmed")


def _ask_for_id(order_id: str, what: str) -> None:
    end = order_id[-_LAST:]
    if ask(f"Type the last {_LAST} characters of {order_id} to {what}: ") != end:
        raise CommandError("Not confirmed: nothing was sent.", code="not-confirmed")


# Afterwards


def carried(desk: Desk, ready: SaleReady, request: Request) -> SaleDone:
    """Carry out what was confirmed, telling of each step as it ends."""
    return desk.cancel_sale(ready, request.accept, request.note, _tell)


def _tell(intent: Intent) -> None:
    wish = intent.draft.wish
    amount = f" {wish.amount}" if wish.amount else ""
    reason = f": {intent_shapes.plain_reason(intent)}" if intent.reason else ""
    say(shown(f"{wish.verb} {wish.target}{amount} {intent_shapes.outcome(intent)['outcome']}{reason} ({intent.id})"))


def code_of_done(done: SaleDone) -> int:
    """Return the exit code of how it went."""
    if done.problem is not None:
        return done.problem.exit_code
    codes = [code_of(intent) for intent in done.intents]
    return next((code for code in codes if code != OK), NOT_VALID if done.left else OK)


def _report(ready: SaleReady, done: SaleDone, *, as_json: bool) -> int:
    if as_json:
        json_result(value_of(ready, done))
    else:
        result(shown(said_of(ready, done)))
    return code_of_done(done)


def value_of(ready: SaleReady, done: SaleDone) -> dict[str, object]:
    """Write how it went as JSON."""
    value: dict[str, object] = {
        "order": ready.order.id,
        "whole": ready.plan.cancelled.whole,
        "refunds": ready.plan.cancelled.refunds,
        "intents": [intent_shapes.outcome(intent) for intent in done.intents],
        "left": [_step(step) for step in done.left],
        "due": shapes.money(done.due),
    }
    if done.problem is not None:
        value["error"] = _error(done.problem)
    return value


def _error(problem: BackOfficeError) -> dict[str, object]:
    return error_value(CommandError(problem.message, problem.exit_code, problem.code, problem.changes_at))


def said_of(ready: SaleReady, done: SaleDone) -> str:
    """Say how it went and what is left, one line."""
    what = "The sale is cancelled" if ready.plan.cancelled.whole else "The lines are cancelled"
    here = " here" if done.unsettled is not None else ""
    parts = [f"{ready.order.id}: {what[0].lower()}{what[1:]}{here}."]
    if done.problem is not None:
        parts.append(f"It went no further: {done.problem.message}")
    if done.unsettled is not None:
        parts.append(f"{in_doubt(done.unsettled)} Then the same command goes on.")
    if done.left:
        parts.append(f"Still to be done: {'; '.join(map(step_line, done.left))}. The same command goes on with it.")
    if done.due is not None and not done.left:
        parts.append(f"REFUND DUE {done.due}: it stays in Attention until that went back.")
    return " ".join(parts)


def planned(plan: Plan) -> dict[str, object]:
    """Write a plan as JSON."""
    return {
        "whole": plan.cancelled.whole,
        "refunds": plan.cancelled.refunds,
        "steps": [_step(step) for step in plan.steps],
        "due": shapes.money(plan.due),
        "sums": list(plan.sums),
        "left": list(plan.left),
        "warnings": list(plan.warnings),
    }


def _step(step: Step) -> dict[str, object]:
    return {"verb": str(step.verb), "target": step.target, "amount": shapes.money(step.amount), "why": step.why}
