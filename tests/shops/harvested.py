"""What the harvester makes of the answer to a preset's question, against what the shop has."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO

from tests.shops.orders import Kept

from azpay_tui import presets
from azpay_tui.backoffice.harvest import BadLine, Reading, read
from azpay_tui.domain.rows import TrackedOrder


def harvest(answer: bytes, preset: str) -> dict[str, TrackedOrder]:
    """Orders by id; fails on anything that was not understood."""
    found: dict[str, TrackedOrder] = {}
    for item in read(BytesIO(answer), Reading(preset, "shop", None, presets.load(preset).mapping)):
        assert not isinstance(item, BadLine), item
        assert item.order_id not in found, item.order_id
        found[item.order_id] = item
    return found


def assert_found(found: dict[str, TrackedOrder], kept: Iterable[Kept], preset: str) -> None:
    """Every order with every id the shop has of it, its labels, and no other order."""
    expected = {each.order_id: each for each in kept}
    assert found.keys() == expected.keys()
    mapping = presets.load(preset).mapping
    for order_id, each in expected.items():
        order = found[order_id]
        assert {*order.charge_ids, *order.refund_ids} == each.ids, order_id
        assert order.number == each.number
        assert order.buyer_name == each.buyer
        assert order.amount is not None
        assert order.amount.decimal() == each.amount
        assert order.currency == each.currency
        assert order.created == each.created
        assert order.side == "shop"
        assert order.source == preset
        assert order.complete is mapping.complete
        assert order.shop_status
        assert order.claim == mapping.claim(order.shop_status)
