"""Request bodies, read as strictly as Amazon reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from azpay_tui.simulator.amounts import format_amount
from azpay_tui.simulator.fields import FieldError, Fields
from azpay_tui.simulator.settings import Settings
from azpay_tui.simulator.wire import ApiError, JsonError, JsonValue, Plain, parse_json

PERMISSION_ID: Final = r"[A-Z][0-9]{2}-[0-9]{7}-[0-9]{7}"
CHARGE_ID: Final = PERMISSION_ID + r"-C[0-9]{6}"
#: A carrier's code is upper case by Amazon's list, which is long and grows: the form is checked, not the list.
_CARRIER: Final = r"[A-Z0-9][A-Z0-9_ -]*"
_TRACKING: Final = r"[A-Za-z0-9][A-Za-z0-9 -]*"
_STORE_NAME_LENGTH: Final = 50
_UNITS: Final = ("Year", "Month", "Week", "Day", "Variable")
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


@dataclass(frozen=True, slots=True)
class PermissionUpdate:
    """Update Charge Permission: the merchant's own fields that were named, and recurringMetadata as JSON."""

    metadata: dict[str, str]
    recurring: dict[str, Plain]


@dataclass(frozen=True, slots=True)
class Tracker:
    """Create Delivery Tracker: the order, the field that named it, and its parcels as carrier and number."""

    order_id: str
    named_by: str
    parcels: tuple[tuple[str, str], ...]


def metadata_limits(settings: Settings) -> dict[str, int]:
    """Most characters of each field of merchantMetadata."""
    return {
        "merchantReferenceId": settings.reference_id_length,
        "merchantStoreName": _STORE_NAME_LENGTH,
        "noteToBuyer": settings.note_length,
        "customInformation": settings.custom_information_length,
    }


def read_object(body: bytes) -> JsonValue:
    """The JSON of a body; none counts as an empty object. Raises ApiError."""
    try:
        return parse_json(body or b"{}")
    except JsonError as error:
        raise ApiError(400, "InvalidRequestFormat", f"The request body is not valid JSON: {error}.") from error


def refusal(error: FieldError) -> ApiError:
    """The refusal of a field as Amazon words it."""
    if error.kind == "unknown":
        return ApiError(400, "UnrecognizedField", f"The field [{error.name}] is not recognized.")
    if error.kind == "missing":
        return ApiError(400, "MissingParameterValue", f"The value for [{error.name}] is missing.")
    if error.name == "body":
        return ApiError(400, "InvalidRequestFormat", "The request body is not a JSON object.")
    return ApiError(400, "InvalidParameterValue", f"The value provided for [{error.name}] is invalid.")


def read_create_charge(body: bytes, settings: Settings) -> CreateCharge:
    """Raises ApiError for everything Amazon would not take."""
    try:
        fields = Fields(read_object(body), _CHARGE_FIELDS)
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
            metadata=fields.strings("merchantMetadata", metadata_limits(settings)),
            channel=fields.text("channel", limit=20, choices=_CHANNELS) or "Web",
            initiator=fields.text("chargeInitiator", limit=4, choices=_INITIATORS) or "CITU",
            provider_reference=fields.strings("providerMetadata", {"providerReferenceId": 64}).get(
                "providerReferenceId"
            ),
        )
    except FieldError as error:
        raise refusal(error) from error
    if descriptor is not None and not capture_now:
        raise ApiError(400, "InvalidParameterCombination", "[softDescriptor] goes only with [captureNow] true.")
    return found


def read_capture(body: bytes) -> Capture:
    """Raises ApiError for everything Amazon would not take."""
    try:
        fields = Fields(read_object(body), ("captureAmount", "softDescriptor"))
        amount, currency = fields.price("captureAmount")
        return Capture(amount, currency, fields.text("softDescriptor", limit=16))
    except FieldError as error:
        raise refusal(error) from error


def read_refund(body: bytes) -> CreateRefund:
    """Raises ApiError for everything Amazon would not take."""
    try:
        fields = Fields(read_object(body), ("chargeId", "refundAmount", "softDescriptor"))
        charge_id = fields.need_text("chargeId", limit=27, pattern=CHARGE_ID)
        amount, currency = fields.price("refundAmount")
        return CreateRefund(charge_id, amount, currency, fields.text("softDescriptor", limit=16))
    except FieldError as error:
        raise refusal(error) from error


def read_permission_update(body: bytes, settings: Settings) -> PermissionUpdate:
    """Raises ApiError for everything Amazon would not take."""
    try:
        fields = Fields(read_object(body), ("merchantMetadata", "recurringMetadata"))
        found = PermissionUpdate(
            fields.strings("merchantMetadata", metadata_limits(settings)), read_recurring(fields, "recurringMetadata")
        )
    except FieldError as error:
        raise refusal(error) from error
    if not found.metadata and not found.recurring:
        raise ApiError(400, "MissingParameterValue", "The value for [merchantMetadata] is missing.")
    return found


def read_recurring(fields: Fields, name: str) -> dict[str, Plain]:
    """An optional recurringMetadata object as JSON; its frequency value may be a string or a number."""
    inner = fields.inner(name, ("frequency", "amount"))
    if inner is None:
        return {}
    found: dict[str, Plain] = {}
    frequency = inner.inner("frequency", ("unit", "value"))
    if frequency is not None:
        unit = frequency.need_text("unit", limit=20, choices=_UNITS)
        found["frequency"] = {"unit": unit, "value": frequency.digits("value")}
    if inner.has("amount"):
        amount, currency = inner.price("amount")
        found["amount"] = {"amount": format_amount(amount, currency), "currencyCode": currency}
    return found


def read_tracker(body: bytes) -> Tracker:
    """Raises ApiError for everything Amazon would not take; text that is no JSON has its own reason code here."""
    try:
        value = parse_json(body or b"{}")
    except JsonError as error:
        raise ApiError(400, "InvalidInputFormat", f"The request body is not valid JSON: {error}.") from error
    if not isinstance(value, dict):
        raise ApiError(400, "InvalidInputFormat", "The request body is not a JSON object.")
    names = ("chargePermissionId", "amazonOrderReferenceId")
    try:
        fields = Fields(value, (*names, "deliveryDetails"))
        named = [name for name in names if fields.has(name)]
        if len(named) > 1:
            raise ApiError(400, "InvalidParameterCombination", "Name the order by one of its two fields.")
        order_id = fields.need_text((named or list(names))[0], limit=19, pattern=PERMISSION_ID)
        parcels = tuple(
            (
                parcel.need_text("carrierCode", limit=64, pattern=_CARRIER),
                parcel.need_text("trackingNumber", limit=64, pattern=_TRACKING),
            )
            for parcel in fields.objects("deliveryDetails", ("carrierCode", "trackingNumber"))
        )
    except FieldError as error:
        raise refusal(error) from error
    return Tracker(order_id, (named or list(names))[0], parcels)


def read_cancellation(body: bytes) -> str:
    """The reason of Cancel Charge. Raises ApiError."""
    try:
        return Fields(read_object(body), ("cancellationReason",)).need_text("cancellationReason", limit=255)
    except FieldError as error:
        raise refusal(error) from error


def read_closure(body: bytes) -> bool:
    """Whether Close Charge Permission cancels open charges too. Raises ApiError."""
    try:
        fields = Fields(read_object(body), ("closureReason", "cancelPendingCharges"))
        fields.need_text("closureReason", limit=255)
        return fields.flag("cancelPendingCharges", False)
    except FieldError as error:
        raise refusal(error) from error
