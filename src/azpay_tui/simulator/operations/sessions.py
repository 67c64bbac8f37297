"""Checkout sessions: create, read, update, finalize and complete, and the buyer behind them."""

from __future__ import annotations

import uuid
from dataclasses import replace

from azpay_tui.simulator import rules, session_bodies
from azpay_tui.simulator.checkout import METHOD_DECIDES, Session
from azpay_tui.simulator.model import Charge, Order
from azpay_tui.simulator.operations.base import Ask, Desk, Result, wrong_code
from azpay_tui.simulator.session_render import buyer_json, session_json
from azpay_tui.simulator.wire import ApiError

#: What a payment method simulates when the session is completed, as the simulation code for the same.
_BY_METHOD = {"3434": "Declined", "0701": "AuthorizationInitiated", "4354": "AuthorizationInitiated"}


def _answer(desk: Desk, session: Session, status: int = 200) -> Result:
    payload = session_json(session, desk.url)
    return Result(status, payload, session.session_id, permission_id=session.permission_id)


def _found(desk: Desk, session_id: str) -> Session:
    session = desk.book.sessions.get(session_id)
    if session is None or session.gone(desk.now):
        raise ApiError(404, "ResourceNotFound", f"The checkout session [{session_id}] was not found.")
    if session.settle(desk.now):
        desk.book.touch("session", session_id)
    return session


def _open(desk: Desk, session_id: str) -> Session:
    session = _found(desk, session_id)
    if session.state != "Open":
        raise ApiError(422, "InvalidCheckoutSessionStatus", f"The checkout session is [{session.state}].")
    return session


def create(desk: Desk, ask: Ask) -> Result:
    """Create Checkout Session."""
    session = Session("", "", desk.now, desk.now)
    session_bodies.read_create(ask.body, session, desk.settings)
    session.session_id = str(uuid.UUID(int=desk.book.random.getrandbits(128), version=4))
    desk.book.sessions[session.session_id] = session
    desk.book.touch("session", session.session_id)
    return _answer(desk, session, 201)


def get(desk: Desk, ask: Ask) -> Result:
    """Get Checkout Session."""
    return _answer(desk, _found(desk, ask.target))


def update(desk: Desk, ask: Ask) -> Result:
    """Update Checkout Session; what the buyer confirmed has to be confirmed again when a detail changes."""
    session = _open(desk, ask.target)
    changed = replace(session)
    session_bodies.read_update(ask.body, changed, desk.settings)
    if changed != session:
        changed.updated, changed.approved = desk.now, False
        desk.book.sessions[ask.target] = changed
        desk.book.touch("session", ask.target)
    return _answer(desk, changed)


def finalize(desk: Desk, ask: Ask) -> Result:
    """Finalize Checkout Session, for checkouts that never leave the merchant's page: sets and confirms the amounts."""
    wish = session_bodies.read_amounts(ask.body, finalize=True)
    session = _open(desk, ask.target)
    _check_amounts(session, wish)
    changed = replace(session)
    changed.amount, changed.currency, changed.intent = wish.amount, wish.currency, wish.intent
    changed.total = wish.total if wish.total is not None else session.total
    changed.may_pend = session.may_pend if wish.may_pend is None else wish.may_pend
    missing = [name for name in changed.lacks() if name != "CheckoutResultReturnUrlNotSet"]
    if missing:
        raise ApiError(422, "InvalidCheckoutSessionStatus", f"The checkout session lacks [{', '.join(missing)}].")
    changed.approved, changed.updated = True, desk.now
    desk.book.sessions[ask.target] = changed
    desk.book.touch("session", ask.target)
    return _answer(desk, changed)


def _check_amounts(session: Session, wish: session_bodies.Amounts) -> None:
    """Refuse amounts other than the session's, where it has some already."""
    for currency in (wish.currency, wish.total_currency):
        if session.currency is not None and currency not in (None, session.currency):
            raise ApiError(400, "CurrencyMismatch", f"The currency of this session is [{session.currency}].")
    if session.amount not in (None, wish.amount) or (
        session.total is not None and wish.total is not None and session.total != wish.total
    ):
        raise ApiError(409, "AmountMismatch", "The amount is not the one of the checkout session.")


def complete(desk: Desk, ask: Ask) -> Result:
    """Complete Checkout Session: makes the permission, and the charge unless the intent is Confirm."""
    wish = session_bodies.read_amounts(ask.body)
    session = _found(desk, ask.target)
    if session.state == "Canceled":
        raise ApiError(400, "CheckoutSessionCanceled", f"The checkout session was canceled ({session.reason}).")
    if session.state != "Open":
        raise ApiError(422, "InvalidCheckoutSessionStatus", f"The checkout session is [{session.state}].")
    if not session.approved:
        raise ApiError(422, "InvalidCheckoutSessionStatus", "The buyer has not confirmed the checkout session.")
    _check_amounts(session, wish)
    if session.total is not None and wish.total is None:
        raise ApiError(400, "MissingParameterValue", "The value for [totalOrderAmount] is missing.")
    pending = session.intent == "Authorize" and session.may_pend
    if ask.code == "AuthorizationInitiated" and not pending:
        raise wrong_code(ask.code)
    outcome = ask.code or _BY_METHOD.get(session.method)
    desk.book.touch("session", ask.target)
    if outcome is not None and not (outcome == "AuthorizationInitiated" and pending):
        session.cancel("Declined" if outcome == "AuthorizationInitiated" else outcome, desk.now)
        raise ApiError(400, "CheckoutSessionCanceled", f"The checkout session was canceled ({session.reason}).")
    order = _order(desk, session)
    if session.intent != "Confirm":
        _charge(desk, session, order, outcome is not None, ask.code is None)
    desk.book.add(order)
    session.state, session.updated, session.permission_id = "Completed", desk.now, order.permission_id
    return _answer(desk, session, 202 if outcome is not None else 200)


def _order(desk: Desk, session: Session) -> Order:
    assert session.buyer is not None
    assert session.currency is not None
    return Order(
        permission_id=desk.book.new_permission_id("C01" if session.kind == "Recurring" else "S01"),
        number=session.metadata.get("merchantReferenceId", ""),
        currency=session.currency,
        amount=max(session.amount or 0, session.total or 0),
        limit=session.limit(desk.settings.recurring_cap_elsewhere),
        created=desk.now,
        updated=desk.now,
        buyer=session.buyer,
        origin="checkout",
        metadata=dict(session.metadata),
        recurring=dict(session.recurring),
        extended=bool(session.extend),
        kind=session.kind,
    )


def _charge(desk: Desk, session: Session, order: Order, pending: bool, by_method: bool) -> None:
    assert session.amount is not None
    charge = Charge(
        charge_id=desk.book.new_charge_id(order),
        amount=session.amount,
        created=desk.now,
        updated=desk.now,
        state="AuthorizationInitiated" if pending else "Authorized",
        soft_descriptor=session.soft_descriptor,
        provider_reference=session.provider_reference,
    )
    order.charges.append(charge)
    session.charge_id = charge.charge_id
    if pending:
        charge.decides_at = desk.now + METHOD_DECIDES if by_method else desk.soon
        charge.verdict = "HardDeclined" if by_method and session.method == "4354" else None
    elif session.intent == "AuthorizeWithCapture":
        rules.finish_capture(order, charge, session.amount, desk.now)


def get_buyer(desk: Desk, ask: Ask) -> Result:
    """Get Buyer, by the token that signing in gave."""
    for session in desk.book.sessions.values():
        if session.token == ask.target and session.buyer is not None and not session.gone(desk.now):
            return Result(200, buyer_json(session.buyer), ask.target)
    raise ApiError(404, "ResourceNotFound", "There is no buyer with this token.")
