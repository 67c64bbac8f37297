"""What a shop says of the sample orders, judged against what Amazon shows: few differences, each a known weakness."""

from __future__ import annotations

import io
from typing import Final

import pytest
from tests.backoffice.test_shapes import PRESETS
from tests.support.office import START, Office

from azpay_tui import presets
from azpay_tui.backoffice.harvest import Reading, read, take
from azpay_tui.domain.divergence import differences
from azpay_tui.domain.rows import TrackedOrder
from azpay_tui.simulator.samples import make_samples
from azpay_tui.simulator.settings import Settings
from azpay_tui.simulator.shapes import exports

#: Every kind of sample order is there with 30 of them.
COUNT: Final = 34
#: File -> the differences that its shop cannot help, and how many orders may have one.
WEAKNESSES: Final[dict[str, tuple[set[str], int]]] = {
    # A charge that was overwritten is missed in the balance, and there is no word for a part that was paid.
    "woocommerce.tsv": ({"charged-elsewhere", "captured-less"}, 7),
    "magento2.tsv": (set(), 0),
    # There is no word for a part that was paid.
    "oxid.tsv": ({"capture-due", "captured-less"}, 3),
    "transactions.tsv": (set(), 0),
    # Only the charge of the checkout is known, and the plugin does not notice that an authorization lapsed.
    "shopware.json": ({"charged-elsewhere", "no-money"}, 6),
}


def filled(office: Office, name: str) -> list[str]:
    """Learn of the sample orders from one file, read them from Amazon; returns their ids."""
    book = office.simulator.book
    make_samples(COUNT, book, office.simulator.settings, START)
    data = exports(book, Settings(), START)[name].encode()
    reading = Reading("shop", "shop", "simulator", presets.load(PRESETS[name]).mapping)
    assert take(read(io.BytesIO(data), reading), office.desk.track).bad == 0
    office.desk.sync_once()
    return [order.permission_id for order in book]


def codes(office: Office, order_id: str) -> set[str]:
    return {difference.code for difference in differences(office.order(order_id), START)}


@pytest.mark.parametrize("name", PRESETS)
def test_shop_and_amazon_agree_but_where_the_shop_cannot_know(name: str, office: Office) -> None:
    expected, most = WEAKNESSES[name]
    found = [codes(office, order_id) for order_id in filled(office, name)]
    assert set().union(*found) == expected
    assert sum(map(bool, found)) <= most


def test_an_order_made_afterwards_is_the_one_that_the_shop_does_not_have(office: Office) -> None:
    samples = filled(office, "magento2.tsv")
    made = office.sim("POST", "/_sim/orders", [{"situation": "captured"}])[0]
    office.desk.track(
        [
            TrackedOrder(made["permission_id"], charge_ids=tuple(made["charge_ids"]), source="reports", side="amazon"),
            TrackedOrder(samples[0], source="reports", side="amazon"),
        ]
    )
    office.desk.sync_once()
    assert codes(office, made["permission_id"]) == {"not-in-shop"}
    assert not any(codes(office, order_id) for order_id in samples)
