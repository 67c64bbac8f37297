"""Checkout sessions and buyers as Amazon's answers show them."""

from __future__ import annotations

from azpay_tui.simulator.checkout import CONSTRAINTS, Session
from azpay_tui.simulator.model import Buyer
from azpay_tui.simulator.render import METADATA, address_json, person_json, price, status_json
from azpay_tui.simulator.wire import Plain, compact


def redirect_url(session: Session, url: str) -> str | None:
    """Where the buyer confirms the order; None as long as the merchant has not said everything."""
    if any(name != "BuyerNotAssociated" for name in session.lacks()):
        return None
    return f"{url}/checkout/processing?amazonCheckoutSessionId={session.session_id}"


def session_json(session: Session, url: str) -> dict[str, Plain]:
    """A checkout session; once it is not open any more only its outcome is shown."""
    shown = session.state == "Open"
    buyer = session.buyer if shown else None
    details: dict[str, Plain] = {
        "webCheckoutDetails": {
            "checkoutReviewReturnUrl": session.web.get("checkoutReviewReturnUrl"),
            "checkoutResultReturnUrl": session.web.get("checkoutResultReturnUrl"),
            "amazonPayRedirectUrl": redirect_url(session, url),
            "checkoutCancelUrl": session.web.get("checkoutCancelUrl"),
        },
        "productType": "PayAndShip" if session.buyer else None,
        "paymentDetails": _payment(session),
        "chargePermissionType": session.kind,
        "recurringMetadata": {"frequency": None, "amount": None, **session.recurring} if session.recurring else None,
        "merchantMetadata": {name: session.metadata.get(name) for name in METADATA},
        "supplementaryData": session.supplementary,
        "buyer": person_json(buyer, session.session_id) if buyer else None,
        "billingAddress": address_json(buyer) if buyer and "billingAddress" in (session.scopes or ()) else None,
        "paymentPreferences": [{"paymentDescriptor": f"Visa ****{session.method} (Amazon Pay)"} if buyer else None],
    }
    return {
        "checkoutSessionId": session.session_id,
        **(details if shown else dict.fromkeys(details)),
        "statusDetails": status_json(session.state, session.reason, session.updated),
        "shippingAddress": address_json(buyer) if buyer else None,
        "platformId": session.platform_id if shown else None,
        "chargePermissionId": session.permission_id,
        "chargeId": session.charge_id,
        "constraints": _constraints(session) if shown else None,
        "creationTimestamp": compact(session.created),
        "expirationTimestamp": compact(session.expires()) if shown else None,
        "storeId": session.store_id if shown else None,
        "providerMetadata": {"providerReferenceId": session.provider_reference} if shown else None,
        "releaseEnvironment": "Sandbox" if shown else None,
        "deliverySpecifications": (session.delivery or None) if shown else None,
    }


def _constraints(session: Session) -> list[Plain]:
    return [{"constraintId": name, "description": CONSTRAINTS[name]} for name in session.lacks()]


def _payment(session: Session) -> dict[str, Plain]:
    currency = session.currency or "USD"
    return {
        "paymentIntent": session.intent,
        "canHandlePendingAuthorization": session.may_pend,
        "chargeAmount": None if session.amount is None else price(session.amount, currency),
        "totalOrderAmount": None if session.total is None else price(session.total, currency),
        "softDescriptor": session.soft_descriptor,
        "presentmentCurrency": session.presentment,
        "allowOvercharge": session.overcharge,
        "extendExpiration": session.extend,
    }


def buyer_json(buyer: Buyer) -> dict[str, Plain]:
    """A buyer as Get Buyer answers."""
    return {
        "buyerId": buyer.buyer_id,
        "name": buyer.name,
        "email": buyer.email,
        "postalCode": buyer.postal_code,
        "countryCode": buyer.country,
        "phoneNumber": buyer.phone,
        "shippingAddress": address_json(buyer),
        "billingAddress": None,
        "primeMembershipTypes": None,
    }
