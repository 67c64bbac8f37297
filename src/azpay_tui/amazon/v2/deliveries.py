"""The request that tells Amazon of a parcel, and what answer says that it has it (API guide, delivery tracker)."""

from __future__ import annotations

import json
from typing import Final

from azpay_tui.amazon.v2.wire import Json, UnreadableError, parse_json
from azpay_tui.domain.deliveries import Parcel
from azpay_tui.domain.intent import Prepared

PATH: Final = "/deliveryTrackers"


def prepare(parcel: Parcel) -> Prepared:
    """Build the request of a parcel: same parcel, same bytes."""
    details = [{"carrierCode": parcel.carrier, "trackingNumber": parcel.tracking}]
    body = {"chargePermissionId": parcel.order_id, "deliveryDetails": details}
    return Prepared("POST", PATH, json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())


def must_echo(body: bytes, parcel: Parcel) -> None:
    """Raise `UnreadableError` unless an answer names this parcel: Amazon repeats what it took.

    The order comes back under the name that it had in the older API.
    """
    said = parse_json(body)
    if parcel.order_id not in (said.get("amazonOrderReferenceId"), said.get("chargePermissionId")):
        raise UnreadableError("it is about another order")
    details = said.get("deliveryDetails")
    if not any(_is(parcel, one) for one in (details if isinstance(details, list) else ())):
        raise UnreadableError("it does not name the parcel")


def _is(parcel: Parcel, said: Json) -> bool:
    return (
        isinstance(said, dict)
        and said.get("trackingNumber") == parcel.tracking
        and said.get("carrierCode") == parcel.carrier
    )
