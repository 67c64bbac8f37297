"""Sample orders of the simulator, and readers of shops that are served on loopback."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.shops import fake_shopware, fake_woocommerce
from tests.shops.serving import Served

from azpay_tui.shops.reader import ShopReader, shop_reader
from azpay_tui.shops.wire import Limits
from azpay_tui.simulator.book import Book
from azpay_tui.simulator.model import Order
from azpay_tui.simulator.samples import make_samples
from azpay_tui.simulator.settings import Settings

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
EVER = NOW - timedelta(days=400)
KEYS = {
    "woocommerce-rest": (fake_woocommerce.KEY, fake_woocommerce.SECRET),
    "shopware-api": (fake_shopware.KEY, fake_shopware.SECRET),
}


@pytest.fixture(scope="session")
def samples() -> list[Order]:
    book = Book(7)
    make_samples(250, book, Settings(), NOW)
    return list(book)


class Reading:
    """Reads a shop as the tap does, and keeps what came, what was noted and how long it was asked to wait."""

    def __init__(self, reader: ShopReader) -> None:
        self.stop = threading.Event()
        self.notes: list[str] = []
        self.waited: list[float] = []
        self.pages: list[list[object]] = []
        self.reader = replace(reader, pause=self.wait)

    def wait(self, seconds: float) -> bool:
        self.waited.append(seconds)
        return self.stop.is_set()

    def read(self, since: datetime = EVER) -> list[dict[str, object]]:
        for page in self.reader.orders(since, self.stop, self.notes.append):
            self.pages.append(page)
        return self.records

    @property
    def records(self) -> list[dict[str, object]]:
        found = [record for page in self.pages for record in page]
        assert all(isinstance(record, dict) for record in found)
        return found  # type: ignore[return-value]


@pytest.fixture
def key_files(tmp_path: Path) -> dict[str, Path]:
    """One key file per preset, in both forms."""
    directory = tmp_path / "keys"
    directory.mkdir(0o700)
    found = {}
    for preset, between in (("woocommerce-rest", ":"), ("shopware-api", "\n")):
        found[preset] = directory / preset
        found[preset].write_text(between.join(KEYS[preset]) + "\n")
        found[preset].chmod(0o600)
    return found


Read = Callable[..., Reading]


@pytest.fixture
def reading(key_files: dict[str, Path]) -> Read:
    """Make a reading of a shop by preset and URL."""

    def make(preset: str, url: str, seconds: float = 60.0, max_bytes: int = 10**9) -> Reading:
        return Reading(shop_reader(preset, url, key_files[preset], Limits(seconds, max_bytes)))

    return make


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    """Serve a shop until the test ends."""
    opened: list[Served] = []

    def start(shop: Callable[..., object]) -> Served:
        opened.append(Served(shop))  # type: ignore[arg-type]
        return opened[-1].__enter__()

    yield start
    for served in opened:
        served.__exit__(None, None, None)
