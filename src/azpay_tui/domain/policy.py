"""What a shop narrows; nothing here ever widens Amazon's rules."""

from __future__ import annotations

from dataclasses import dataclass, replace

from azpay_tui.domain.intent import Verb
from azpay_tui.domain.offer import Offer


@dataclass(frozen=True, slots=True)
class Policy:
    """The narrowing that applies to one profile."""

    name: str = "amazon"
    read_only: str | None = None
    """Why nothing may be moved (a sentence), or None."""

    def narrow(self, offer: Offer) -> Offer:
        """Return the offer, or a stricter one."""
        if self.read_only is None or offer.verb is Verb.REFRESH or offer.verdict == "no":
            return offer
        return replace(offer, verdict="no", reason=self.read_only, warnings=(), changes_at=None)
