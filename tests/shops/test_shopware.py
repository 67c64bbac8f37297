"""Orders of a Shopware 6 that is as strict as the real one about tokens, rights, criteria and pages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.shops.conftest import EVER, NOW, Read
from tests.shops.fake_shopware import BOOK_RIGHT, KEY, RIGHTS, SECRET, FakeShopware
from tests.shops.serving import Answer, Served, as_json

from azpay_tui.shops.errors import ShopError
from azpay_tui.simulator.model import Order

Serve = Callable[..., Served]
PRESET = "shopware-api"
_ID = re.compile(r"[A-Z][0-9]{2}-[0-9]{7}-[0-9]{7}(?:-[CR][0-9]{6})?")


def ids(records: object) -> set[str]:
    return set(_ID.findall(json.dumps(records, default=str)))


def searches(served: Served, entity: str = "order") -> list[tuple[int, int]]:
    bodies = [json.loads(asked.body) for asked in served.asked if asked.path == f"/api/search/{entity}"]
    return [(body["limit"], body["page"]) for body in bodies]


def latest(order: Order) -> set[str]:
    """What the order itself names: permission, its last charge and its last refund."""
    return {order.permission_id, *order.charge_ids()[-1:], *order.refund_ids()[-1:]}


def test_every_order_comes_with_every_id_the_plugin_wrote(samples: list[Order], serve: Serve, reading: Read) -> None:
    served = serve(FakeShopware(samples))
    work = reading(PRESET, served.url)
    records = work.read()
    assert len(records) == len(samples)
    everything = {order.permission_id for order in samples}
    everything |= {name for order in samples for name in (*order.charge_ids(), *order.refund_ids())}
    assert ids(records) == everything
    assert searches(served) == [(100, 1), (100, 2), (100, 3)]
    assert work.notes == []


def test_the_secret_goes_to_the_token_alone(samples: list[Order], serve: Serve, reading: Read) -> None:
    served = serve(FakeShopware(samples[:3]))
    reading(PRESET, served.url).read()
    holding = [asked.path for asked in served.asked if SECRET in repr(asked)]
    assert holding == ["/api/oauth/token"]
    assert served.asked[0].query == {}
    assert KEY.encode() in served.asked[0].body


def test_an_older_plugin_is_asked_for_its_list_once(samples: list[Order], serve: Serve, reading: Read) -> None:
    served = serve(FakeShopware(samples, book=False))
    work = reading(PRESET, served.url)
    records = work.read()
    assert ids(records) == set().union(*map(latest, samples))
    assert len(searches(served, "swag-amazon-pay-transaction")) == 1
    assert work.notes == []


def test_a_key_that_may_not_read_the_plugins_list_says_so(samples: list[Order], serve: Serve, reading: Read) -> None:
    shop = FakeShopware(samples)
    shop.rights.remove(BOOK_RIGHT)
    work = reading(PRESET, serve(shop).url)
    assert ids(work.read()) == set().union(*map(latest, samples))
    assert work.notes == ["The key lacks swag_amazon_pay_transaction:read: only the latest charge and refund are read."]


def test_the_orders_stay_when_the_plugins_list_breaks_off(samples: list[Order], serve: Serve, reading: Read) -> None:
    served = serve(FakeShopware(samples[:10]))
    served.first = [None, None, Answer(200, b"<html>")]
    work = reading(PRESET, served.url)
    with pytest.raises(ShopError, match="web page"):
        work.read()
    assert ids(work.records) == set().union(*map(latest, samples[:10]))


def test_what_changed_since_is_told_also_when_only_the_payment_changed(
    samples: list[Order], serve: Serve, reading: Read
) -> None:
    shop = FakeShopware(samples)
    since = NOW - timedelta(days=3)
    changed = shop.records[0]
    changed["updatedAt"] = "2026-03-01T10:00:00.000+00:00"
    found = {str(record["id"]) for record in reading(PRESET, serve(shop).url).read(since)}
    moved = {
        order.permission_id
        for order in samples
        if max([order.created, *(charge.updated for charge in order.charges)]) >= since
    }
    # Only the payment knows of a capture; the order's own times stay as they were.
    assert moved
    names = {record["id"] for record in shop.records if ids(record) & moved}
    assert found == {*names, changed["id"]}


def test_a_token_that_ends_is_renewed(samples: list[Order], serve: Serve, reading: Read) -> None:
    shop = FakeShopware(samples)
    shop.token_life = 3
    served = serve(shop)
    assert len(reading(PRESET, served.url).read()) == len(samples)
    assert len(shop.tokens) > 1


def test_a_token_that_is_never_taken_is_renewed_once(samples: list[Order], serve: Serve, reading: Read) -> None:
    shop = FakeShopware(samples)
    shop.token_life = 0
    served = serve(shop)
    with pytest.raises(ShopError, match=r"does not take its own token .401, 9.*Authorization"):
        reading(PRESET, served.url).read()
    assert len(shop.tokens) == 1
    shop.token_life = 1
    served.first = [None, None, as_json(401, {"errors": []}), None, as_json(401, {"errors": []})]
    with pytest.raises(ShopError, match="does not take its own token"):
        reading(PRESET, served.url).read()


@pytest.mark.parametrize("status", [400, 401])
def test_a_wrong_key_says_what_to_check(samples: list[Order], serve: Serve, reading: Read, status: int) -> None:
    served = serve(FakeShopware(samples))
    served.first = [as_json(status, {"errors": [{"code": "4", "status": str(status)}]})]
    with pytest.raises(ShopError, match=r"does not take the key .*secret in\s+key_file"):
        reading(PRESET, served.url).read()
    assert len(served.asked) == 1


def test_an_access_key_that_breaks_the_server_is_named(samples: list[Order], serve: Serve, reading: Read) -> None:
    served = serve(FakeShopware(samples))
    served.first = [as_json(500, {"errors": [{"code": "0", "detail": "Access key is invalid"}]})] * 4
    with pytest.raises(ShopError, match="check the access key id in key_file"):
        reading(PRESET, served.url).read()
    assert len(served.asked) == 4


@pytest.mark.parametrize("right", RIGHTS)
def test_a_missing_right_is_named(samples: list[Order], serve: Serve, reading: Read, right: str) -> None:
    shop = FakeShopware(samples)
    shop.rights.remove(right)
    served = serve(shop)
    with pytest.raises(ShopError, match=f"FRAMEWORK__MISSING_PRIVILEGE_ERROR.*a role with .*{right}"):
        reading(PRESET, served.url).read()
    assert len(searches(served)) == 1


def test_a_shop_that_allows_small_pages_only_is_read_in_small_pages(
    samples: list[Order], serve: Serve, reading: Read
) -> None:
    served = serve(FakeShopware(samples, max_limit=50, book=False))
    assert len(reading(PRESET, served.url).read()) == len(samples)
    assert searches(served) == [(100, 1), *[(20, page) for page in range(1, 14)]]


def test_orders_that_come_in_between_two_pages_push_none_out(samples: list[Order], serve: Serve, reading: Read) -> None:
    shop = FakeShopware(samples[:240])
    served = serve(shop)

    def busy(asked: object) -> Answer:
        answer = shop(asked)  # type: ignore[arg-type]
        for order in samples[240:]:
            order_made_now = len(shop.records)
            shop.add(order)
            shop.records[order_made_now]["createdAt"] = "2026-03-02T12:00:00.000+00:00"
        return answer

    served.first = [None, busy]
    found = [str(record["id"]) for record in reading(PRESET, served.url).read(EVER)]
    assert {str(record["id"]) for record in shop.records[:240]} <= set(found)
    assert len(found) == len(set(found))


def test_amounts_are_no_floats_and_nothing_of_an_address_travels(
    samples: list[Order], serve: Serve, reading: Read
) -> None:
    records = reading(PRESET, serve(FakeShopware(samples[:30])).url).read()
    assert all(isinstance(record["amountTotal"], str) for record in records)
    assert "203.0.113.0" not in repr(records)


ODD: dict[str, object] = {
    "no data": {"total": 0},
    "data of another kind": {"data": {"id": 1}},
    "a list": [],
    "a word": "orders",
    "nothing": None,
}


@pytest.mark.parametrize("name", ODD)
def test_another_shape_is_refused(samples: list[Order], serve: Serve, reading: Read, name: str) -> None:
    served = serve(FakeShopware(samples))
    served.first = [None, as_json(200, ODD[name])]
    with pytest.raises(ShopError, match="no list of orders"):
        reading(PRESET, served.url).read()


@pytest.mark.parametrize("token", [None, 7, "", "a b", "a\r\nx: y", "ü"])
def test_a_token_that_is_none_goes_nowhere(samples: list[Order], serve: Serve, reading: Read, token: object) -> None:
    served = serve(FakeShopware(samples))
    served.first = [as_json(200, {"access_token": token})]
    with pytest.raises(ShopError, match="no token"):
        reading(PRESET, served.url).read()
    assert len(served.asked) == 1
