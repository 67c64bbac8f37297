"""Everything a shop has to say since a moment, by the name of its preset."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from azpay_tui.address import Address
from azpay_tui.amazon.transport import Transport
from azpay_tui.paths import ConfigError
from azpay_tui.shops.address import shop_address
from azpay_tui.shops.keys import ShopKey, load_shop_key
from azpay_tui.shops.shopware import Shopware
from azpay_tui.shops.wire import Limits, Wire
from azpay_tui.shops.woocommerce import WooCommerce


class _Shop(Protocol):
    def orders(self, since: datetime) -> Iterator[list[object]]: ...


SHOPS: Final[Mapping[str, Callable[[Wire, ShopKey, Callable[[str], None]], _Shop]]] = {
    "woocommerce-rest": WooCommerce,
    "shopware-api": Shopware,
}
"""What can be read, by preset."""


@dataclass(frozen=True, slots=True)
class ShopReader:
    """One shop, ready to be read any number of times. A `transport` and a `pause` replace network and waiting."""

    address: Address
    key: ShopKey
    preset: str
    limits: Limits
    transport: Transport | None = None
    pause: Callable[[float], bool] | None = None

    def orders(self, since: datetime, stop: threading.Event, note: Callable[[str], None]) -> Iterator[list[object]]:
        """Yield page after page of orders made or changed since a moment, as the shop's interface writes them.

        Raises `ShopError`, also `ShopStoppedError` soon after `stop` is set; what was yielded before stays good.
        """
        with Wire(self.address, self.limits, stop, transport=self.transport, pause=self.pause) as wire:
            yield from SHOPS[self.preset](wire, self.key, note).orders(since)


def shop_reader(preset: str, url: str, key_file: Path, limits: Limits) -> ShopReader:
    """Return what reads a shop. Raises ConfigError for an address, a key file or a preset that will not do."""
    if preset not in SHOPS:
        raise ConfigError(f"A shop that is read by HTTP has the preset {' or '.join(SHOPS)}: correct preset.")
    return ShopReader(shop_address(url), load_shop_key(key_file), preset, limits)
