"""Where a shop is: one https address, spelled out; http on this machine alone."""

from __future__ import annotations

from azpay_tui import address
from azpay_tui.address import Address
from azpay_tui.paths import ConfigError


def shop_address(url: str) -> Address:
    """Read the address of a shop, such as https://shop.example or https://example.com/shop.

    Its path is the directory of the shop, without a slash at its end. Raises ConfigError for anything else; its text
    never repeats the address, which can hold a password.
    """
    found = address.parse(url.removesuffix("/"))
    if found is None or "%" in found.path or any(part in ("", ".", "..") for part in found.path.split("/")[1:]):
        raise ConfigError(
            "url must be the shop's address and nothing more, such as https://shop.example or "
            "https://example.com/shop, and a name with letters beyond ASCII in its form xn--: correct it."
        )
    if found.in_the_clear:
        raise ConfigError("url must begin with https://: a key travels encrypted only.")
    return found
