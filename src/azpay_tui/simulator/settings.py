"""The switches: points the public documents leave open, and how the simulator paces itself."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Literal, cast, get_args

from azpay_tui.simulator.fields import Fields
from azpay_tui.simulator.wire import JsonValue, Plain

Quotas = Literal["off", "sandbox", "live"]


@dataclass(frozen=True, slots=True)
class Settings:
    """Switches with their defaults; a change acts on existing orders at once.

    ``errors_saved_with_key``: 429 and 5xx answers are saved under the idempotency key like others.
    ``pending_refunds_counted``: a charge's refundedAmount includes refunds being decided.
    ``charge_in_progress_blocks``: a live charge makes the permission NonChargeable (ChargeInProgress).
    ``open_charges_reduce_balance``: live charges reduce limits.amountBalance like captures.
    ``capture_after_close``: a charge authorized before its permission was closed can still be captured.
    ``declined_refunds_counted``: declined refunds count towards the ten per charge.
    ``ended_charges_counted``: charges that ended without a capture count towards the 25 per permission.
    ``authorization_days``: days after which an authorization lapses.
    ``delay_seconds``: until something being decided is decided. ``clock_skew_seconds``: how far Amazon's clock is off.
    ``quotas``: the published request quotas that are enforced.
    """

    errors_saved_with_key: bool = False
    pending_refunds_counted: bool = False
    charge_in_progress_blocks: bool = False
    open_charges_reduce_balance: bool = False
    capture_after_close: bool = True
    declined_refunds_counted: bool = False
    ended_charges_counted: bool = True
    authorization_days: int = 30
    delay_seconds: int = 3600
    clock_skew_seconds: int = 0
    quotas: Quotas = "off"

    def as_json(self) -> dict[str, Plain]:
        """All switches by name."""
        return asdict(self)

    def changed(self, value: JsonValue) -> Settings:
        """The settings with the given ones replaced. Raises FieldError and then changes nothing."""
        names = tuple(asdict(self))
        fields = Fields(value, names)
        flags = {name: fields.flag(name, old) for name, old in asdict(self).items() if isinstance(old, bool)}
        quotas = fields.text("quotas", limit=10, choices=get_args(Quotas)) or self.quotas
        return replace(
            self,
            **flags,
            authorization_days=fields.whole("authorization_days", self.authorization_days, 1, 400),
            delay_seconds=fields.whole("delay_seconds", self.delay_seconds, 0, 10_000_000),
            clock_skew_seconds=fields.whole("clock_skew_seconds", self.clock_skew_seconds, -100_000_000, 100_000_000),
            quotas=cast(Quotas, quotas),
        )
