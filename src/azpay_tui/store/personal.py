"""What of Amazon's answers is no personal data: the only parts that are kept once a buyer's data was removed.

The names that are kept are listed, not those that are taken out: what Amazon adds one day is then not kept either.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Final

from azpay_tui.domain.order import Fact, Permission

_KEPT: Final = frozenset(
    {
        *("chargePermissionId", "chargeId", "refundId", "merchantMetadata", "merchantReferenceId"),
        *("chargePermissionType", "releaseEnvironment", "creationTimestamp", "expirationTimestamp"),
        *("statusDetails", "state", "reasons", "reasonCode", "reasonDescription", "lastUpdatedTimestamp"),
        *("limits", "amountLimit", "amountBalance", "chargeAmount", "captureAmount", "refundAmount", "refundedAmount"),
        *("amount", "currencyCode"),
    }
)
"""Names of Amazon's fields (API guide, charge permission, charge and refund object)."""
_Json = str | int | float | bool | None | list["_Json"] | dict[str, "_Json"]


def impersonal(body: str) -> str:
    """Return a body of Amazon's with ids, states, amounts and times alone; empty when it cannot be read."""
    try:
        kept = _kept(json.loads(body))
        return json.dumps(kept, ensure_ascii=False, separators=(",", ":")) if isinstance(kept, dict) else ""
    except (ValueError, RecursionError):
        return ""


def impersonal_fact(fact: Fact) -> Fact:
    """Return a fact without the person it names."""
    return replace(fact, buyer=None, shipping=None, billing=None) if isinstance(fact, Permission) else fact


def _kept(value: _Json) -> _Json:
    if isinstance(value, dict):
        return {name: _kept(inner) for name, inner in value.items() if name in _KEPT}
    return [_kept(inner) for inner in value] if isinstance(value, list) else value
