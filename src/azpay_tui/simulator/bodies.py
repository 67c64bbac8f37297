"""Request bodies, read as strictly as Amazon reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from azpay_tui.simulator.fields import FieldError, Fields
from azpay_tui.simulator.wire import ApiError, JsonError, JsonValue, parse_json

PERMISSION_ID: Final = r"[A-Z][0-9]{2}-[0-9]{7}-[0-9]{7}"
CHARGE_ID: Final = PERMISSION_ID + r"-C[0-9]{6}"
_METADATA: Final = {
    "merchantReferenceId": 256,
    "merchantStoreName": 50,
    "noteToBuyer": 255,
    "customInformation": 4096,
}
_CHANNELS: Final = ("Web", "Phone", "App", "Alexa", "PointOfSale", "FireTv", "Offline", "Amazon")
_INITIATORS: Final = ("CITU", "MITU", "CITR", "MITR")
_CHARGE_FIELDS: Final = (
    "chargePermissionId", "chargeAmount", "captureNow", "canHandlePendingAuthorization", "softDescriptor",
    "merchantMetadata", "chargeInitiator", "channel", "providerMetadata", "platformId", "webCheckoutDetails",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CreateCharge:
    """Create Charge; amounts in minor units."""

    permission_id: str
    amount: int
    currency: str
    capture_now: bool
    may_pend: bool
    soft_descriptor: str | None
    metadata: dict[str, str]
    channel: str
    initiator: str
    provider_reference: str | None


@dataclass(frozen=True, slots=True)
class Capture:
    """Capture Charge; amount in minor units."""

    amount: int
    currency: str
    soft_descriptor: str | None


@dataclass(frozen=True, slots=True)
class CreateRefund:
    """Create Refund; amount in minor units."""

    charge_id: str
    amount: int
    currency: str
    soft_descriptor: str | None


def _object(body: bytes) -> JsonValue:
    try:
        return parse_json(body or b"{}")
    except JsonError as error:
        raise ApiError(400, "InvalidRequestFormat", f"The request body is not valid JSON: {error}.") from error


def _refusal(error: FieldError) -> ApiError:
    if error.kind == "unknown":
        return ApiError(400, "UnrecognizedField", f"The field [{error.name}] is not recognized.")
    if error.kind == "missing":
        return ApiError(400, "MissingParameterValue", f"The value for [{error.name}] is missing.")
    if error.name == "body":
        return ApiError(400, "InvalidRequestFormat", "The request body is not a JSON object.")
    return ApiError(400, "InvalidParameterValue", f"The value provided for [{error.name}] is invalid.")


def read_create_charge(body: bytes) -> CreateCharge:
    """Raises ApiError for everything Amazon would not take."""
    try:
        fields = Fields(_object(body), _CHARGE_FIELDS)
        amount, currency = fields.price("chargeAmount")
        capture_now = fields.flag("captureNow", False)
        descriptor = fields.text("softDescriptor", limit=16)
        fields.text("platformId", limit=64)
        fields.strings("webCheckoutDetails", {"checkoutResultReturnUrl": 512})
        found = CreateCharge(
            permission_id=fields.need_text("chargePermissionId", limit=19, pattern=PERMISSION_ID),
            amount=amount,
            currency=currency,
            capture_now=capture_now,
            may_pend=fields.flag("canHandlePendingAuthorization", False),
            soft_descriptor=descriptor,
            metadata=fields.strings("merchantMetadata", _METADATA),
            channel=fields.text("channel", limit=20, choices=_CHANNELS) or "Web",
            initiator=fields.text("chargeInitiator", limit=4, choices=_INITIATORS) or "CITU",
            provider_reference=fields.strings("providerMetadata", {"providerReferenceId": 64}).get(
                "providerReferenceId"
            ),
        )
    except FieldError as error:
        raise _refusal(error) from error
    if descriptor is not None and not capture_now:
        raise ApiError(400, "InvalidParameterCombination", "[softDescriptor] goes only with [captureNow] true.")
    return found


def read_capture(body: bytes) -> Capture:
    """Raises ApiError for everything Amazon would not take."""
    try:
        fields = Fields(_object(body), ("captureAmount", "softDescriptor"))
        amount, currency = fields.price("captureAmount")
        return Capture(amount, currency, fields.text("softDescriptor", limit=16))
    except FieldError as error:
        raise _refusal(error) from error


def read_refund(body: bytes) -> CreateRefund:
    """Raises ApiError for everything Amazon would not take."""
    try:
        fields = Fields(_object(body), ("chargeId", "refundAmount", "softDescriptor"))
        charge_id = fields.need_text("chargeId", limit=27, pattern=CHARGE_ID)
        amount, currency = fields.price("refundAmount")
        return CreateRefund(charge_id, amount, currency, fields.text("softDescriptor", limit=16))
    except FieldError as error:
        raise _refusal(error) from error


def read_cancellation(body: bytes) -> str:
    """The reason of Cancel Charge. Raises ApiError."""
    try:
        return Fields(_object(body), ("cancellationReason",)).need_text("cancellationReason", limit=255)
    except FieldError as error:
        raise _refusal(error) from error


def read_closure(body: bytes) -> bool:
    """Whether Close Charge Permission cancels open charges too. Raises ApiError."""
    try:
        fields = Fields(_object(body), ("closureReason", "cancelPendingCharges"))
        fields.need_text("closureReason", limit=255)
        return fields.flag("cancelPendingCharges", False)
    except FieldError as error:
        raise _refusal(error) from error
