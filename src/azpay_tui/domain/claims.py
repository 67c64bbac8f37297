"""What a shop's status means about the money: the few words that every shop's own ones come down to."""

from __future__ import annotations

from typing import Final, Literal, get_args

Claim = Literal["open", "authorized", "paid", "shipped", "part-refunded", "refunded", "canceled", "failed"]
"""What the shop says: no money yet; held; taken; taken and sent; part or all of it back; called off; not to be had."""

CLAIMS: Final[tuple[Claim, ...]] = get_args(Claim)
"""Every claim, in the order in which an order usually goes through them."""
