"""A shop as a source of an open desk: what a run brings, what it notes, and what a bad one leaves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from tests.shops.fake_shopware import BOOK_RIGHT, FakeShopware
from tests.shops.fake_woocommerce import FakeWooCommerce
from tests.shops.serving import Answer, Served
from tests.support.office import open_office

from azpay_tui.backoffice.sources.tap import SourceError
from azpay_tui.simulator.model import Order
from azpay_tui.sourcing import Source

Serve = Callable[..., Served]


def source(preset: str, served: Served, key_files: dict[str, Path]) -> Source:
    return Source("web", "http", url=served.url, key_file=key_files[preset], preset=preset, first=timedelta(days=400))


def plain(samples: list[Order], count: int) -> list[Order]:
    """Orders for which one question is enough."""
    return [order for order in samples if not order.refund_ids()][:count]


@pytest.mark.parametrize(
    ("preset", "note"),
    [
        ("woocommerce-rest", "WooCommerce is older than 5.8: it names new orders, but none that changed later."),
        ("shopware-api", "The key lacks swag_amazon_pay_transaction:read: only the latest charge and refund are read."),
    ],
)
def test_a_run_brings_every_order_and_keeps_what_the_shop_cannot_tell(
    tmp_path: Path, samples: list[Order], serve: Serve, key_files: dict[str, Path], preset: str, note: str
) -> None:
    some = plain(samples, 30)
    shopware = FakeShopware(some)
    shopware.rights.remove(BOOK_RIGHT)
    shop = FakeWooCommerce(some, version=(5, 7)) if preset == "woocommerce-rest" else shopware
    with open_office(tmp_path, sources=[source(preset, serve(shop), key_files)]) as office:
        state = office.desk.ask_source("web")
        assert (state.ok, state.side, state.orders, state.bad) == (True, "shop", 30, 0)
        assert state.message.endswith(f"30 new, 0 changed. {note}")
        rows = office.desk.reader.page().rows
        assert {row.number for row in rows} == {order.number for order in some}
        again = office.desk.ask_source("web")
        assert again.message.endswith(f"0 new, 0 changed. {note}")


def test_a_shop_that_breaks_off_loses_nothing_of_what_it_gave(
    tmp_path: Path, samples: list[Order], serve: Serve, key_files: dict[str, Path]
) -> None:
    served = serve(FakeWooCommerce(plain(samples, 130)))
    served.first = [None, Answer(200, b"<html>Briefly unavailable for scheduled maintenance.</html>")]
    with open_office(tmp_path, sources=[source("woocommerce-rest", served, key_files)]) as office:
        with pytest.raises(SourceError, match="web page in the place of data"):
            office.desk.ask_source("web")
        (state,) = office.desk.sources()
        assert (state.ok, state.orders, state.covered_until) == (False, 100, None)
        assert state.message.endswith("100 orders that came before are kept.")
        assert office.desk.ask_source("web").orders == 130
