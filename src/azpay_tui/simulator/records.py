"""What the simulator writes down: the append-only ledger and the answers saved under idempotency keys."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from azpay_tui.simulator.wire import Plain


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One write request on Amazon's paths; ``effect`` is false for refusals and replays."""

    seq: int
    time: str
    operation: str
    id: str | None
    permission_id: str | None
    amount: str | None
    currency: str | None
    idempotency_key: str | None
    body_sha256: str
    effect: bool

    def as_json(self) -> dict[str, Plain]:
        """The entry with the documented keys."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class SavedReply:
    """The first answer to an idempotency key, and the request it belongs to."""

    key: str
    method: str
    path: str
    body_sha256: str
    status: int
    payload: str
    object_id: str | None
    permission_id: str | None = None
