"""The six verbs that move or end something at Amazon: choose, check live, confirm, send, report."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from dataclasses import dataclass, field

from azpay_tui.backoffice.errors import BackOfficeError, ChangedError
from azpay_tui.backoffice.ports import Desk
from azpay_tui.backoffice.records import Event, Ready
from azpay_tui.cli import confirm, intent_shapes, resolve, signals
from azpay_tui.cli.charging import More
from azpay_tui.cli.context import FINISH_SECONDS, Context
from azpay_tui.cli.deliveries import to_tell
from azpay_tui.cli.outcome import (
    NOT_VALID,
    OFFLINE,
    OK,
    REFUSED,
    UNKNOWN,
    CommandError,
    Terminated,
)
from azpay_tui.cli.output import error_value, json_result, result, say, shown
from azpay_tui.cli.slips import picked_slip
from azpay_tui.cli.wording import way
from azpay_tui.domain import telling
from azpay_tui.domain.closing import next_step
from azpay_tui.domain.intent import Intent, Verb, Wish
from azpay_tui.domain.offer import valid_verbs
from azpay_tui.domain.order import Order
from azpay_tui.domain.picking import Picked
from azpay_tui.domain.reasons import Step
from azpay_tui.store.errors import StoreError

PATIENCE = 30.0
"""Seconds in which the command tries to learn an outcome."""
_BY_AMOUNT = "Say --amount instead."
_OFFLINE_REASON = "offline: "
_CHANGED = "The order changed at Amazon since it was last read here. Look at it and run this again."


@dataclass(frozen=True, slots=True)
class Request:
    """What was typed."""

    verb: Verb
    order: str
    charge: str | None = None
    amount: str | None = None
    capture_now: bool = False
    note: str = ""
    yes: bool = False
    accept: list[str] = field(default_factory=list)
    dry_run: bool = False
    as_json: bool = False
    more: More | None = None
    """A higher total, in place of an amount."""
    picked: Picked = field(default_factory=Picked)
    """Which lines, where it is about lines."""


def act(context: Context, request: Request) -> int:
    """Carry out one verb and return its exit code; raises `CommandError` before anything was sent."""
    confirm.require_way(request.yes, request.dry_run)
    latest: dict[str, Intent] = {}

    def learn(event: Event) -> None:
        if event.intent is not None:
            latest[event.intent.id] = event.intent

    ended: Terminated | None = None
    valid: frozenset[Verb] = frozenset()
    then: Step | None = None
    with context.desk() as desk:
        if desk.profile.read_only_reason is not None:
            raise CommandError(desk.profile.read_only_reason, NOT_VALID, "read-only")
        ready = _ready(context, desk, request)
        if request.more is not None:
            request.more.announce(desk, ready)
        if request.dry_run:
            return _dry_run(ready)
        confirm.require_accepted(ready, request.accept)
        ready = confirm.with_reason(ready, ask_for_it=not request.yes)
        if request.more is not None:
            ready = request.more.tell(desk, ready, ask_for_it=not request.yes)
        if not request.yes and not ready.already_so:
            confirm.confirm(desk.profile, ready)
        desk.subscribe(learn)
        intent: Intent | None = None
        try:
            with signals.held():  # an intent that was made must also be known here
                intent = desk.submit(ready, request.accept)
                latest.setdefault(intent.id, intent)
            latest[intent.id] = desk.wait(intent.id, PATIENCE)
            valid, then = _afterwards(desk, latest[intent.id])
        except Terminated as signal:
            if intent is None:
                raise
            say("Ending: what is on its way is finished first.")
            ended = signal
        try:
            with signals.held():
                # What is on the wire may still be answered; the outcome that is told is the one in the journal.
                desk.stop(FINISH_SECONDS)
        except Terminated as signal:
            ended = signal
    code = report(latest[intent.id], as_json=request.as_json, valid=valid, then=then)
    if code == OK and request.picked.tracking.strip() and not request.as_json:
        carrier = ready.slip.carrier if ready.slip is not None else ""
        say(shown(f"To send its tracking number to Amazon: {to_tell(ready.order.id, carrier)}"))
    if ended is not None:
        raise ended
    return code


def _afterwards(desk: Desk, intent: Intent) -> tuple[frozenset[Verb], Step | None]:
    """Return the verbs that the order allows now, and what to do once the intent has succeeded.

    Nothing of it when that cannot be read: the outcome is told all the same.
    """
    with contextlib.suppress(BackOfficeError, StoreError):
        order = desk.reader.order(intent.draft.wish.order_id)
        if order is not None:
            valid = valid_verbs(desk.offers(order))
            return valid, next_step(intent, order, desk.profile.policy, valid, desk.now())
    return frozenset(), None


def _ready(context: Context, desk: Desk, request: Request) -> Ready:
    order = resolve.load(desk.reader, request.order)
    charge = resolve.named_charge(order, request.order, request.charge) if _takes_charge(request.verb) else None
    given = None
    if request.amount is not None:
        given = resolve.amount(request.amount, resolve.currency_of(order, charge))
    offers = desk.offers(order)
    target = resolve.target(order, request.verb, offers, charge)
    if target is None:
        raise _nothing_to_act_on(desk, order, request.verb)
    offer = next((o for o in offers if o.verb is request.verb and o.target == target), None)
    if request.more is not None:
        given = request.more.amount(desk, order, offer)
    slip = None
    # Of an action that is not valid now the reason is said, not what its lines would be.
    if request.picked.anything and offer is not None and offer.verdict != "no":
        slip = picked_slip(desk.reader, order, request.verb, target, request.picked, given, way=_BY_AMOUNT)
    try:
        amount = resolve.amount_or_suggestion(
            request.verb,
            given if slip is None else slip.total,
            lambda: desk.suggest(order, request.verb, target),
            offer,
        )
    except CommandError as nothing_left:
        raise _nothing_left(desk, order, request.verb, target, nothing_left) from None
    wish = Wish(
        verb=request.verb,
        order_id=order.id,
        target=target,
        amount=amount,
        capture_now=request.capture_now,
        pending_allowed=request.verb is Verb.AUTHORIZE and context.profile().pending_authorization,
        note=request.note,
        slip=slip,
    )
    context.require_key()
    return desk.check(wish)


def _takes_charge(verb: Verb) -> bool:
    return verb in resolve.CHARGE_VERBS


def _nothing_to_act_on(desk: Desk, order: Order, verb: Verb) -> Exception:
    """Return why there is no object for a verb; what the cache says is held against Amazon first where possible."""
    before = resolve.refusal(verb, desk.offers(order))
    # Without a connection the refusal that is known is the answer.
    with contextlib.suppress(BackOfficeError):
        desk.refresh([order.id], wait=True)
    fresh = desk.reader.order(order.id)
    if fresh is None or all(o.verdict == "no" for o in desk.offers(fresh) if o.verb is verb):
        return before if fresh is None else resolve.refusal(verb, desk.offers(fresh))
    return ChangedError(_CHANGED)


def _nothing_left(desk: Desk, order: Order, verb: Verb, target: str, before: CommandError) -> Exception:
    """Return why there is no amount to go by; an authorization that lapsed meanwhile, unseen, leaves one after all."""
    with contextlib.suppress(BackOfficeError):
        desk.refresh([order.id], wait=True)
    fresh = desk.reader.order(order.id)
    left = desk.suggest(fresh, verb, target) if fresh is not None else None
    return before if left is None else ChangedError(_CHANGED)


def _dry_run(ready: Ready) -> int:
    prepared = ready.prepared
    request = {"method": prepared.method, "path": prepared.path, "body": intent_shapes.body(prepared.body)}
    json_result({"dry_run": True, "would_send": None if ready.already_so else request, "verdict": ready.offer.verdict})
    return OK


def code_of(intent: Intent) -> int:
    """Return the exit code of an intent as it stands."""
    match intent.state:
        case "succeeded" | "accepted":
            return OK
        case "declined" | "refused":
            return REFUSED
        case "abandoned":
            return OFFLINE if (intent.reason or "").startswith(_OFFLINE_REASON) else NOT_VALID
        case _:
            return UNKNOWN


def report(intent: Intent, *, as_json: bool, valid: Collection[Verb] = (), then: Step | None = None) -> int:
    """Tell how it ended and return the exit code.

    `valid` are the verbs that the order allows now, `then` is what to do once it has succeeded.
    """
    code = code_of(intent)
    value = intent_shapes.outcome(intent)
    if code in (OFFLINE, NOT_VALID):
        word = "offline" if code == OFFLINE else "changed"
        message = telling.unsent(intent_shapes.plain_reason(intent) or "The order changed.")
        value["error"] = error_value(CommandError(message, code, word))
    if as_json:
        json_result(value)
    else:
        wish = intent.draft.wish
        amount = f" {wish.amount}" if wish.amount else ""
        reason = f": {intent_shapes.plain_reason(intent)}" if intent.reason else ""
        result(shown(f"{wish.verb} {wish.target}{amount} {value['outcome']}{reason} ({intent.id})"))
        told = telling.tell(intent, valid, then).text(way(wish.order_id))
        if told:
            say(shown(told))
    if code == UNKNOWN:
        person = "settle" if intent.state == "attention" else "resume"
        say(shown(f"What Amazon did is not known. Do not repeat it: azpay journal {person} {intent.id}"))
    return code
