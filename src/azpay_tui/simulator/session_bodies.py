"""Bodies of the checkout session operations, read as strictly as the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from azpay_tui.simulator.amounts import EXPONENTS, single_maximum
from azpay_tui.simulator.bodies import metadata_limits, read_object, read_recurring, refusal
from azpay_tui.simulator.checkout import Session
from azpay_tui.simulator.faults import plain_object
from azpay_tui.simulator.fields import FieldError, Fields
from azpay_tui.simulator.settings import Settings
from azpay_tui.simulator.wire import ApiError, JsonValue, Plain

INTENTS: Final = ("Confirm", "Authorize", "AuthorizeWithCapture")
_HTTPS: Final = r"https://[A-Za-z0-9._~:\[\]-]+(?:[/?#][!-~]*)?"
_URLS: Final = ("checkoutReviewReturnUrl", "checkoutResultReturnUrl", "checkoutCancelUrl")
_BOTH: Final = (
    "webCheckoutDetails", "paymentDetails", "merchantMetadata", "supplementaryData", "platformId", "providerMetadata",
    "chargePermissionType", "recurringMetadata",
)  # fmt: skip
_CREATE: Final = (*_BOTH, "storeId", "scopes", "deliverySpecifications", "addressDetails")
_SCOPES: Final = (
    "name", "email", "phoneNumber", "shippingAddress", "billingAddress", "postalCode", "primeMembershipTypes",
)  # fmt: skip
_ADDRESS: Final = {
    "name": 50, "addressLine1": 180, "addressLine2": 60, "addressLine3": 60, "city": 50, "county": 50, "district": 50,
    "stateOrRegion": 50, "postalCode": 20, "countryCode": 2, "phoneNumber": 20,
}  # fmt: skip
_PAYMENT: Final = (
    "paymentIntent", "canHandlePendingAuthorization", "chargeAmount", "totalOrderAmount", "presentmentCurrency",
    "softDescriptor",
)  # fmt: skip
_AT_CREATION: Final = ("allowOvercharge", "extendExpiration")


@dataclass(frozen=True, slots=True)
class Amounts:
    """The amounts that Complete and Finalize name, in minor units; ``total`` None when it is not named."""

    amount: int
    currency: str
    total: int | None
    total_currency: str | None
    intent: str | None = None
    may_pend: bool | None = None


def read_create(body: bytes, session: Session, settings: Settings) -> None:
    """Put the body of Create Checkout Session into a fresh session. Raises ApiError."""
    try:
        fields = Fields(read_object(body), _CREATE)
        session.store_id = fields.need_text("storeId", limit=128)
        if not fields.has("webCheckoutDetails"):
            raise FieldError("missing", "webCheckoutDetails")
        _read_web(fields, session, creation=True)
        session.scopes = fields.words("scopes", _SCOPES)
        restrictions = fields.inner("deliverySpecifications", ("specialRestrictions", "addressRestrictions"))
        if restrictions is not None:
            session.delivery = _delivery(body)
        fields.strings("addressDetails", _ADDRESS)
        _read_common(fields, session, settings, _PAYMENT + _AT_CREATION)
    except FieldError as error:
        raise refusal(error) from error
    _check_together(session)


def read_update(body: bytes, session: Session, settings: Settings) -> None:
    """Put the body of Update Checkout Session over a session. Raises ApiError."""
    try:
        fields = Fields(read_object(body), _BOTH)
        _read_web(fields, session, creation=False)
        _read_common(fields, session, settings, _PAYMENT)
    except FieldError as error:
        raise refusal(error) from error
    _check_together(session)


def read_amounts(body: bytes, *, finalize: bool = False) -> Amounts:
    """What Complete, or Finalize, Checkout Session says. Raises ApiError."""
    more = ("paymentIntent", "canHandlePendingAuthorization", "shippingAddress", "billingAddress", "supplementaryData")
    try:
        fields = Fields(read_object(body), ("chargeAmount", "totalOrderAmount", *(more if finalize else ())))
        amount, currency = fields.price("chargeAmount")
        total, of_total = fields.price("totalOrderAmount") if fields.has("totalOrderAmount") else (None, None)
        if not finalize:
            return Amounts(amount, currency, total, of_total)
        fields.strings("shippingAddress", _ADDRESS)
        fields.strings("billingAddress", _ADDRESS)
        fields.text("supplementaryData", limit=4096)
        intent = fields.need_text("paymentIntent", limit=30, choices=INTENTS)
        may_pend = (
            fields.flag("canHandlePendingAuthorization", False) if fields.has("canHandlePendingAuthorization") else None
        )
        return Amounts(amount, currency, total, of_total, intent, may_pend)
    except FieldError as error:
        raise refusal(error) from error


def _delivery(body: bytes) -> dict[str, Plain]:
    value = read_object(body)
    inner: JsonValue = value.get("deliverySpecifications") if isinstance(value, dict) else None
    return plain_object(inner)


def _read_web(fields: Fields, session: Session, *, creation: bool) -> None:
    web = fields.inner("webCheckoutDetails", (*_URLS, "checkoutMode") if creation else _URLS)
    if web is None:
        return
    mode = web.text("checkoutMode", limit=20, choices=("ProcessOrder",)) if creation else None
    if creation and mode is None:
        web.need_text("checkoutReviewReturnUrl", limit=1024, pattern=_HTTPS)
    given = {name: web.text(name, limit=1024, pattern=_HTTPS) for name in _URLS}
    session.web = {**session.web, **{name: text for name, text in given.items() if text is not None}}


def _read_common(fields: Fields, session: Session, settings: Settings, payment: tuple[str, ...]) -> None:
    kind = fields.text("chargePermissionType", limit=20, choices=("OneTime", "Recurring"))
    if kind is not None:
        session.kind = "Recurring" if kind == "Recurring" else "OneTime"
    session.recurring = {**session.recurring, **read_recurring(fields, "recurringMetadata")}
    session.metadata = {**session.metadata, **fields.strings("merchantMetadata", metadata_limits(settings))}
    session.supplementary = fields.text("supplementaryData", limit=4096) or session.supplementary
    session.platform_id = fields.text("platformId", limit=64) or session.platform_id
    provider = fields.strings("providerMetadata", {"providerReferenceId": 64})
    session.provider_reference = provider.get("providerReferenceId") or session.provider_reference
    inner = fields.inner("paymentDetails", payment)
    if inner is None:
        return
    session.intent = inner.text("paymentIntent", limit=30, choices=INTENTS) or session.intent
    session.may_pend = inner.flag("canHandlePendingAuthorization", session.may_pend)
    session.soft_descriptor = inner.text("softDescriptor", limit=16) or session.soft_descriptor
    presentment = inner.text("presentmentCurrency", limit=3, choices=tuple(EXPONENTS))
    if presentment is not None:
        _check_currency(session, presentment)
        session.presentment = session.currency = presentment
    if inner.has("chargeAmount"):
        session.amount, session.currency = _amount(inner, "chargeAmount", session)
    if inner.has("totalOrderAmount"):
        session.total, session.currency = _amount(inner, "totalOrderAmount", session)
    if "allowOvercharge" in payment:
        session.overcharge = inner.flag("allowOvercharge", False) if inner.has("allowOvercharge") else None
        session.extend = inner.flag("extendExpiration", False) if inner.has("extendExpiration") else None


def _check_currency(session: Session, currency: str) -> None:
    if session.currency not in (None, currency):
        raise ApiError(400, "CurrencyMismatch", f"The currency of this session is [{session.currency}].")


def _amount(inner: Fields, name: str, session: Session) -> tuple[int, str]:
    amount, currency = inner.price(name)
    _check_currency(session, currency)
    if amount > single_maximum(currency):
        raise inner.invalid(f"{name}.amount", "not more than one charge may be")
    return amount, currency


def _check_together(session: Session) -> None:
    if session.intent == "AuthorizeWithCapture" and session.may_pend:
        raise ApiError(
            400,
            "InvalidParameterCombination",
            "[canHandlePendingAuthorization] true does not go with [paymentIntent] AuthorizeWithCapture.",
        )
    if session.soft_descriptor is not None and session.intent not in (None, "AuthorizeWithCapture"):
        raise ApiError(
            400,
            "InvalidParameterCombination",
            "[softDescriptor] goes only with [paymentIntent] AuthorizeWithCapture.",
        )
    if session.recurring and session.kind == "OneTime":
        raise ApiError(
            400, "InvalidParameterCombination", "[recurringMetadata] goes only with [chargePermissionType] Recurring."
        )
    if session.total is not None and session.amount is not None and session.total < session.amount:
        raise ApiError(
            400, "InvalidParameterValue", "The value provided for [paymentDetails.totalOrderAmount] is invalid."
        )
