"""What the tap "http" harvests from each shop, with the mapping that its preset has."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import pytest
from tests.shops.conftest import EVER
from tests.shops.fake_shopware import FakeShopware
from tests.shops.fake_woocommerce import FakeWooCommerce
from tests.shops.serving import Answer, Served

from azpay_tui import presets
from azpay_tui.backoffice.harvest import Reading, read_records
from azpay_tui.backoffice.sources.http import HttpTap
from azpay_tui.backoffice.sources.tap import SourceError, UnreachableSourceError
from azpay_tui.domain.money import Money
from azpay_tui.domain.rows import TrackedOrder
from azpay_tui.simulator.model import Order
from azpay_tui.sourcing import Source

Serve = Callable[..., Served]
SHOPS = {"woocommerce-rest": FakeWooCommerce, "shopware-api": FakeShopware}


class Kept:
    """Implements `Sink`: harvests as the engine does."""

    def __init__(self, preset: str) -> None:
        self._reading = Reading("shop", "shop", None, presets.load(preset).mapping)
        self.orders: dict[str, TrackedOrder] = {}
        self.bad: list[object] = []
        self.calls = 0

    def stream(self, stream: BinaryIO) -> None:
        raise AssertionError("a shop's pages are parsed already")

    def records(self, records: Iterable[object]) -> None:
        self.calls += 1
        for found in read_records(records, self._reading):
            if isinstance(found, TrackedOrder):
                self.orders[found.order_id] = found
            else:
                self.bad.append(found)

    def say(self, text: str) -> None:
        raise AssertionError(text)

    def note(self, text: str) -> None:
        raise AssertionError(text)


def source(preset: str | None, url: str | None, key_file: Path | None) -> Source:
    return Source("shop", "http", url=url, key_file=key_file, preset=preset, timeout=timedelta(seconds=60))


@pytest.mark.parametrize("preset", SHOPS)
def test_every_sample_order_is_harvested_whole(
    samples: list[Order], serve: Serve, key_files: dict[str, Path], preset: str
) -> None:
    served = serve(SHOPS[preset](samples))
    kept = Kept(preset)
    HttpTap(source(preset, served.url, key_files[preset])).run(EVER, kept, threading.Event())
    assert kept.bad == []
    assert set(kept.orders) == {order.permission_id for order in samples}
    for order in samples:
        found = kept.orders[order.permission_id]
        assert found.number == order.number
        assert found.amount == Money(order.amount, order.currency)
        assert found.currency == order.currency
        assert found.created is not None
        assert abs(found.created - order.created) < timedelta(seconds=1)
        assert (found.buyer_name, found.buyer_email) == (order.buyer.name, order.buyer.email)
        assert set(found.refund_ids) == set(order.refund_ids())
        every = set(order.charge_ids())
        assert set(found.charge_ids) == every if preset == "shopware-api" else set(found.charge_ids) <= every
        assert set(order.charge_ids()[-1:]) <= set(found.charge_ids)
        assert found.claim is not None
        assert [(line.name, line.quantity, line.sku) for line in found.lines] == [("Lamp", "2", "L-1")]
        assert (found.source, found.side, found.complete) == ("shop", "shop", False)
    assert kept.calls >= 3


@pytest.mark.parametrize("preset", SHOPS)
def test_a_wish_to_stop_is_no_error(
    samples: list[Order], serve: Serve, key_files: dict[str, Path], preset: str
) -> None:
    stop = threading.Event()
    shop = SHOPS[preset](samples)
    calls = 0

    def stopping(asked: object) -> Answer:
        nonlocal calls
        calls += 1
        if calls > 3:
            stop.set()
        return shop(asked)  # type: ignore[arg-type]

    kept = Kept(preset)
    HttpTap(source(preset, serve(stopping).url, key_files[preset])).run(EVER, kept, stop)
    assert len(kept.orders) < len(samples)


def test_nobody_there_is_told_apart(key_files: dict[str, Path]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    alone = source("woocommerce-rest", url, key_files["woocommerce-rest"])
    with pytest.raises(UnreachableSourceError, match=f"{url} cannot be reached"):
        HttpTap(alone).run(EVER, Kept("woocommerce-rest"), threading.Event())


def test_what_is_wrong_in_the_configuration_is_said_when_asked(key_files: dict[str, Path], tmp_path: Path) -> None:
    good = key_files["woocommerce-rest"]
    open_to_all = tmp_path / "open"
    open_to_all.write_text("ck_1:cs_1")
    open_to_all.chmod(0o644)
    cases = {
        "has the preset woocommerce-rest or shopware-api": source(None, "https://shop.example", good),
        "A shop that is read by HTTP has": source("magento2", "https://shop.example", good),
        "open to others: chmod 600": source("shopware-api", "https://shop.example", open_to_all),
        "url or key_file is missing": source("shopware-api", None, good),
        "travels encrypted only": source("shopware-api", "http://shop.example", good),
    }
    for sentence, wrong in cases.items():
        with pytest.raises(SourceError, match=sentence):
            HttpTap(wrong).run(EVER, Kept("woocommerce-rest"), threading.Event())
