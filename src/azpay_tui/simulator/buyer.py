"""What the buyer does with a checkout session: sign in, confirm, leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from azpay_tui.simulator.book import Book
from azpay_tui.simulator.checkout import Session
from azpay_tui.simulator.people import make_buyer
from azpay_tui.simulator.wire import Plain


class BuyerError(ValueError):
    """The buyer cannot do that now; the message is one sentence."""


def session_of(book: Book, session_id: str, now: datetime) -> Session:
    """An open session. Raises BuyerError."""
    session = book.sessions.get(session_id)
    if session is None:
        raise BuyerError(f"There is no checkout session with the id {session_id}.")
    book.touch("session", session_id)
    session.settle(now)
    if session.state != "Open":
        raise BuyerError(f"The checkout session is {session.state}; the buyer can do nothing more with it.")
    return session


def sign_in(book: Book, session: Session, now: datetime) -> None:
    """The buyer signs in and chooses address and payment method."""
    if session.buyer is not None:
        return
    person = make_buyer(book.random, session.currency or "USD", len(book) + len(book.sessions))
    token = f"{book.random.getrandbits(96):024X}"
    session.buyer = replace(person, buyer_id=f"amzn1.account.A{token}")
    session.token, session.updated = token, now


def approve(book: Book, session: Session, method: str, now: datetime) -> None:
    """The buyer confirms the order; a method ending in 3064 stands for one who turns back. Raises BuyerError."""
    lacking = [name for name in session.lacks() if name != "BuyerNotAssociated"]
    if lacking:
        raise BuyerError(f"The checkout session cannot be confirmed: {', '.join(lacking)}.")
    sign_in(book, session, now)
    session.method, session.updated = method, now
    if method == "3064":
        session.cancel("BuyerCanceled", now)
    else:
        session.approved = True


def shown(session: Session) -> dict[str, Plain]:
    """A session as the control surface shows it."""
    return {
        "id": session.session_id,
        "state": session.state,
        "reason": session.reason,
        "buyer_token": session.token,
        "lacks": session.lacks(),
        "approved": session.approved,
        "permission_id": session.permission_id,
        "charge_id": session.charge_id,
    }


def visit(book: Book, query: str, now: datetime) -> str:
    """The buyer's browser opens amazonPayRedirectUrl and confirms; answers where it goes next. Raises BuyerError."""
    named = parse_qs(query).get("amazonCheckoutSessionId")
    if named is None:
        raise BuyerError("The address lacks amazonCheckoutSessionId.")
    session = session_of(book, named[0], now)
    approve(book, session, session.method, now)
    back = session.web["checkoutResultReturnUrl"]
    joint = "&" if urlsplit(back).query else "?"
    return f"{back}{joint}amazonCheckoutSessionId={session.session_id}"
