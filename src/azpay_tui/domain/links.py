"""Where an order is found in Seller Central."""

from __future__ import annotations

from typing import Final

# Amazon documents no such address. This is the one that shop modules in wide use build; whether it also opens orders
# of API v2 everywhere is UNCONFIRMED, so it is only ever shown, never opened.
_HOSTS: Final[dict[str, str]] = {
    "na": "sellercentral.amazon.com",
    "eu": "sellercentral-europe.amazon.com",
    "jp": "sellercentral.amazon.co.jp",
}
_PATH: Final = "/hz/me/pmd/payment-details?orderReferenceId="


def seller_central(order_id: str, region: str, environment: str) -> str | None:
    """Return the address of an order's page; None for the simulator and for a region that is not known.

    Orders of the sandbox are shown after a switch to its view at the top of Seller Central.
    """
    host = _HOSTS.get(region)
    return None if host is None or environment == "simulator" else f"https://{host}{_PATH}{order_id}"
