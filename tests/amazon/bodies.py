"""Answers of Amazon as the API sheet prints them."""

from __future__ import annotations

import copy
import json
from typing import Any

PERMISSION: dict[str, Any] = {
    "chargePermissionId": "S01-4821907-5530172",
    "chargePermissionReferenceId": None,
    "platformId": None,
    "buyer": {
        "name": "Ada Muster",
        "email": "ada.muster@buyer.example",
        "buyerId": "amzn1.account.AEXAMPLEBUYER0000000000000000",
        "primeMembershipTypes": None,
        "phoneNumber": "555-0100",
    },
    "shippingAddress": {
        "name": "Ada Muster",
        "addressLine1": "742 Sample Rd",
        "addressLine2": "Unit 5",
        "addressLine3": None,
        "city": "Springfield",
        "county": None,
        "district": None,
        "stateOrRegion": "IL",
        "postalCode": "62704",
        "countryCode": "US",
        "phoneNumber": "555-0100",
    },
    "billingAddress": None,
    "paymentPreferences": [{"paymentDescriptor": "Your selected Amazon payment method"}],
    "statusDetails": {"state": "Chargeable", "reasons": None, "lastUpdatedTimestamp": "20260110T091502Z"},
    "creationTimestamp": "20260110T091432Z",
    "expirationTimestamp": "20260709T091432Z",
    "merchantMetadata": {
        "merchantReferenceId": "ORD-2026-000417",
        "merchantStoreName": "Example Store",
        "noteToBuyer": "Thanks for your order",
        "customInformation": "channel=web",
    },
    "releaseEnvironment": "Sandbox",
    "limits": {
        "amountLimit": {"amount": "120.00", "currencyCode": "USD"},
        "amountBalance": {"amount": "70.00", "currencyCode": "USD"},
    },
    "chargePermissionType": "OneTime",
    "recurringMetadata": {"frequency": None, "amount": None},
    "presentmentCurrency": "USD",
}
CHARGE: dict[str, Any] = {
    "chargeId": "S01-4821907-5530172-C074310",
    "chargeAmount": {"amount": "50.00", "currencyCode": "USD"},
    "chargePermissionId": "S01-4821907-5530172",
    "captureAmount": {"amount": "50.00", "currencyCode": "USD"},
    "refundedAmount": {"amount": "12.50", "currencyCode": "USD"},
    "softDescriptor": "AMZ*EXAMPLE",
    "providerMetadata": {"providerReferenceId": None},
    "convertedAmount": {"amount": "50.00", "currencyCode": "USD"},
    "conversionRate": "1.00",
    "channel": "Web",
    "chargeInitiator": "CITU",
    "statusDetails": {
        "state": "Captured",
        "reasonCode": None,
        "reasonDescription": None,
        "lastUpdatedTimestamp": "20260112T101502Z",
    },
    "creationTimestamp": "20260110T091450Z",
    "expirationTimestamp": "20260209T091450Z",
    "releaseEnvironment": "Sandbox",
    "merchantMetadata": {"merchantReferenceId": "ORD-2026-000417"},
    "platformId": None,
    "webCheckoutDetails": None,
}
REFUND: dict[str, Any] = {
    "refundId": "S01-4821907-5530172-R019284",
    "chargeId": "S01-4821907-5530172-C074310",
    "creationTimestamp": "20260115T123456Z",
    "refundAmount": {"amount": "12.50", "currencyCode": "USD"},
    "statusDetails": {
        "state": "RefundInitiated",
        "reasonCode": None,
        "reasonDescription": None,
        "lastUpdatedTimestamp": "20260115T123456Z",
    },
    "softDescriptor": None,
    "releaseEnvironment": "Sandbox",
}


def changed(body: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a deep copy with values replaced; a path is written with `__`, `...` removes the key."""
    result = copy.deepcopy(body)
    for path, value in changes.items():
        *parents, last = path.split("__")
        place = result
        for parent in parents:
            place = place[parent]
        if value is ...:
            del place[last]
        else:
            place[last] = value
    return result


def encoded(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()
