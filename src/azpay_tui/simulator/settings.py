"""The switches: points the public documents leave open, and how the simulator paces itself."""

from __future__ import annotations

from dataclasses import Field, asdict, dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, Final, Literal, TypeVar, get_args

from azpay_tui.simulator.fields import Fields
from azpay_tui.simulator.wire import JsonValue, Plain

Quotas = Literal["off", "sandbox", "live"]
T = TypeVar("T", bound=bool | int | str)


def _switch(
    default: T, says: str, *, point: str | None = None, least: int = 0, most: int = 0, words: tuple[str, ...] = ()
) -> T:
    """A field of Settings with its description; the checker sees the default, the dataclass the field."""
    told = MappingProxyType({"says": says, "point": point, "least": least, "most": most, "words": words})
    made: Any = field(default=default, metadata=told)
    value: T = made
    return value


@dataclass(frozen=True, slots=True)
class Settings:
    """All switches with their defaults; a change acts on existing orders at once. SWITCHES describes each."""

    errors_saved_with_key: bool = _switch(
        False,
        "Answers with 429 and 5xx are saved under the idempotency key and come back like others.",
        point="whether server errors are saved with the key",
    )
    pending_refunds_counted: bool = _switch(
        False,
        "A charge's refundedAmount includes refunds that are still being decided.",
        point="what refundedAmount counts",
    )
    charge_in_progress_blocks: bool = _switch(
        False,
        "A live charge makes its permission NonChargeable with ChargeInProgress.",
        point="whether a smaller open charge blocks the next one",
    )
    open_charges_reduce_balance: bool = _switch(
        False,
        "Open authorizations reduce limits.amountBalance as captures do.",
        point="what reduces the balance",
    )
    capture_after_close: bool = _switch(
        True,
        "A charge authorized before its permission was closed can still be captured.",
        point="which closures end an authorization",
    )
    declined_refunds_counted: bool = _switch(
        False,
        "Declined refunds count towards the refunds a charge may have.",
        point="whether declined refunds count",
    )
    ended_charges_counted: bool = _switch(
        True,
        "Charges that ended without a capture count towards the 25 of a permission.",
        point="which charges count",
    )
    authorization_days: int = _switch(
        30,
        "Days after which an unused authorization lapses.",
        point="whether sandbox lets authorizations lapse earlier",
        least=1,
        most=400,
    )
    delay_seconds: int = _switch(3600, "Seconds until something that is being decided is decided.", most=10_000_000)
    clock_skew_seconds: int = _switch(
        0, "How far Amazon's clock, as clients see it, is off.", least=-100_000_000, most=100_000_000
    )
    quotas: Literal["off", "sandbox", "live"] = _switch(
        "off", "The published request quotas that are enforced.", words=get_args(Quotas)
    )
    quota_rates: Literal["newer", "older"] = _switch(
        "newer",
        "Which of the two published tables of restore rates holds; the newer has the higher ones.",
        point="which table of quotas is current",
        words=("newer", "older"),
    )
    retry_after_seconds: int = _switch(
        0, "The Retry-After header of answers over a quota; 0 sends none.", point="whether 429 says when", most=3600
    )
    missing_key_reason: Literal["MissingHeaderValue", "MissingHeader"] = _switch(
        "MissingHeaderValue",
        "The reason code of a request that needs an idempotency key and has none.",
        point="the reason code of a missing key",
        words=("MissingHeaderValue", "MissingHeader"),
    )
    date_window_seconds: int = _switch(
        300, "How far x-amz-pay-date may be from Amazon's clock.", point="the allowed clock skew", most=86_400
    )
    simulation_code_signed: Literal["either", "needed", "refused"] = _switch(
        "either",
        "Whether x-amz-pay-simulation-code has to be among the signed headers, or must not be.",
        point="whether the header is signed",
        words=("either", "needed", "refused"),
    )
    account_suspended: bool = _switch(False, "Every signed request is refused with InvalidAccountStatus.")
    closure_reason: Literal["MerchantClosed", "MerchantCanceled"] = _switch(
        "MerchantClosed",
        "The reason of a permission that the merchant closed; older pages have MerchantCanceled.",
        point="the reason word of a closure",
        words=("MerchantClosed", "MerchantCanceled"),
    )
    capture_initiated_status: int = _switch(
        200, "The HTTP status of a capture that is decided later.", point="200, 201 or 202", least=200, most=202
    )
    pending_charge_status: int = _switch(
        201, "The HTTP status of a charge whose authorization is pending.", point="201 or 202", least=201, most=202
    )
    rejected_capture_refused: bool = _switch(
        False,
        "The simulation code AmazonRejected refuses a capture at once instead of declining it later.",
        point="how a rejected capture is told",
    )
    refunds_per_charge: int = _switch(
        10, "How many refunds a charge may have.", point="the count of refunds", least=1, most=1000
    )
    declined_refunds_free_amount: bool = _switch(
        True,
        "The amount of a declined refund can be refunded again.",
        point="whether a declined refund frees its amount",
    )
    metadata_once: bool = _switch(
        False,
        "The merchantMetadata of a permission can be changed once only.",
        point="whether metadata is changeable once",
    )
    reference_id_length: int = _switch(
        256, "Most characters of merchantReferenceId.", point="the length of merchantReferenceId", least=1, most=4096
    )
    note_length: int = _switch(255, "Most characters of noteToBuyer.", point="its length", least=1, most=4096)
    custom_information_length: int = _switch(
        4096, "Most characters of customInformation.", point="its length", least=1, most=100_000
    )
    recurring_metadata_taken: bool = _switch(
        False,
        "An update of a one-time permission takes recurringMetadata and keeps it; else it is refused.",
        point="what one-time permissions do with it",
    )
    recurring_cap_elsewhere: int = _switch(
        1000,
        "What a recurring permission may take in a month in other currencies than USD and JPY, in whole units.",
        point="the monthly cap in EUR and GBP",
        least=1,
        most=1_000_000,
    )
    tracker_key_honoured: bool = _switch(
        True,
        "A delivery tracker that comes again with its idempotency key is answered as the first time.",
        point="whether a delivery tracker honours a key",
    )
    tracker_needs_capture: bool = _switch(
        False,
        "A delivery tracker is refused while nothing of its order was captured.",
        point="what an order must have come to before its parcel is tracked",
    )
    live_reports_in_sandbox: bool = _switch(
        False, "A sandbox key can have the reports and disbursements that Amazon has in live only."
    )
    capture_report_offered: bool = _switch(
        False, "The capture report can be created and scheduled.", point="whether the capture report can be had"
    )
    report_seconds: int = _switch(
        120, "Seconds until a report is made.", point="how long a report takes", most=10_000_000
    )
    report_url_seconds: int = _switch(30, "Seconds for which a report can be downloaded.", least=1, most=3600)
    report_range_days: int = _switch(
        0, "The widest time a report may cover, in days; 0 for any.", point="the widest range", most=4000
    )
    report_delimiter: Literal["comma", "tab"] = _switch(
        "comma", "What stands between the cells of a report.", point="comma or tab", words=("comma", "tab")
    )
    report_thousands: bool = _switch(
        False, "Amounts in settlements have thousands separators.", point="whether amounts are grouped"
    )
    report_encoding: Literal["utf-8", "iso-8859-1", "cp932"] = _switch(
        "utf-8",
        "The encoding of report files; what it cannot say becomes a question mark.",
        point="the encoding",
        words=("utf-8", "iso-8859-1", "cp932"),
    )
    second_schedule_reason: Literal["InvalidRequest", "InvalidParameterValue"] = _switch(
        "InvalidRequest",
        "The reason code of a second schedule for the same type of report.",
        point="the reason code of a second schedule",
        words=("InvalidRequest", "InvalidParameterValue"),
    )

    def as_json(self) -> dict[str, Plain]:
        """All switches by name."""
        return asdict(self)

    def changed(self, value: JsonValue) -> Settings:
        """The settings with the given ones replaced. Raises FieldError and then changes nothing."""
        given = Fields(value, tuple(switch.name for switch in SWITCHES))
        chosen = {switch.name: switch.read(given) for switch in SWITCHES if given.has(switch.name)}
        return replace(self, **chosen)  # type: ignore[arg-type]  # each was read as what its field is


@dataclass(frozen=True, slots=True)
class Switch:
    """One switch as its reader needs it.

    ``says`` is what it means when it is on, or what its number or word is. ``point`` names the open point of the
    public documents behind it, None where it is the simulator's own. ``words`` are the values of a text.
    """

    name: str
    default: bool | int | str
    says: str
    point: str | None
    least: int
    most: int
    words: tuple[str, ...]

    def read(self, given: Fields) -> bool | int | str:
        """The value among posted fields. Raises FieldError."""
        if isinstance(self.default, bool):
            return given.flag(self.name, self.default)
        if isinstance(self.default, int):
            return given.whole(self.name, self.default, self.least, self.most)
        return given.text(self.name, limit=40, choices=self.words) or self.default


def _described(found: Field[Any]) -> Switch:
    default: Any = found.default
    return Switch(found.name, default, **found.metadata)


#: Every switch, in the order in which ``GET /_sim/settings`` answers them.
SWITCHES: Final = tuple(_described(found) for found in fields(Settings))
