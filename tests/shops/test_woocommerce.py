"""Orders of a WooCommerce that is as strict as the real one about key, parameters, pages and clocks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.shops.conftest import EVER, NOW, Read
from tests.shops.fake_woocommerce import FakeWooCommerce
from tests.shops.serving import Answer, Asked, Served, as_json

from azpay_tui.shops.errors import ShopError
from azpay_tui.simulator.model import Order

Serve = Callable[..., Served]
PRESET = "woocommerce-rest"
_ID = re.compile(r"[A-Z][0-9]{2}-[0-9]{7}-[0-9]{7}(?:-[CR][0-9]{6})?")


def ids(records: object) -> set[str]:
    return set(_ID.findall(json.dumps(records, default=str)))


def pages_of(served: Served) -> list[tuple[str, str]]:
    return [(asked.query["per_page"], asked.query["page"]) for asked in served.asked if asked.path.endswith("orders")]


def test_every_order_comes_with_its_refunds(samples: list[Order], serve: Serve, reading: Read) -> None:
    served = serve(FakeWooCommerce(samples))
    records = reading(PRESET, served.url).read()
    assert len(records) == len(samples)
    wanted = {order.permission_id for order in samples}
    wanted |= {order.charges[-1].charge_id for order in samples if order.charges}
    wanted |= {refund for order in samples for refund in order.refund_ids()}
    assert wanted <= ids(records)
    assert pages_of(served) == [("100", "1"), ("100", "2"), ("100", "3")]


def test_the_latest_change_comes_first(samples: list[Order], serve: Serve, reading: Read) -> None:
    served = serve(FakeWooCommerce(samples))
    changed = [str(record["date_modified_gmt"]) for record in reading(PRESET, served.url).read()]
    assert changed == sorted(changed, reverse=True)


def test_nothing_of_an_address_travels(samples: list[Order], serve: Serve, reading: Read) -> None:
    records = reading(PRESET, serve(FakeWooCommerce(samples[:5])).url).read()
    assert set(records[0]["billing"]) == {"first_name", "last_name", "email"}  # type: ignore[call-overload]
    assert "Secret Street" not in repr(records)


def test_a_shop_in_a_directory_is_read_there(samples: list[Order], serve: Serve, reading: Read) -> None:
    shop = FakeWooCommerce(samples[:3])

    def below(asked: Asked) -> Answer:
        assert asked.path.startswith("/blog/wp-json/")
        return shop(replace(asked, path=asked.path.removeprefix("/blog")))

    assert len(reading(PRESET, serve(below).url + "/blog/").read()) == 3


def test_numbers_with_a_point_are_no_floats(samples: list[Order], serve: Serve, reading: Read) -> None:
    records = reading(PRESET, serve(FakeWooCommerce(samples[:1])).url).read()
    line = records[0]["line_items"][0]  # type: ignore[index]
    assert line["price"] == "5.000001"


def test_what_changed_since_is_told_by_utc_whatever_the_shops_clock(
    samples: list[Order], serve: Serve, reading: Read
) -> None:
    shop = FakeWooCommerce(samples[:40])
    since = NOW - timedelta(hours=2)
    for place, number in enumerate(shop.records):
        shop.modified[number] = since + timedelta(seconds=(place - 20) if place >= 10 else -5000 - place)
        shop.records[number]["date_modified_gmt"] = shop.modified[number].strftime("%Y-%m-%dT%H:%M:%S")
    found = {int(str(record["id"])) for record in reading(PRESET, serve(shop).url).read(since)}
    assert found == set(range(1011, 1041))  # an hour more than asked for, and not by the shop's own clock


def test_no_hour_is_lost_where_the_shops_clocks_go_forward(samples: list[Order], serve: Serve, reading: Read) -> None:
    shop = FakeWooCommerce(samples[:3])
    shop.zone = ZoneInfo("Europe/Berlin")
    since = datetime(2026, 3, 29, 2, 30, tzinfo=UTC)  # no such time in Berlin
    shop.modified = dict.fromkeys(shop.modified, since)
    assert len(reading(PRESET, serve(shop).url).read(since)) == 3


def test_refunds_are_asked_for_only_where_the_order_does_not_name_them(
    samples: list[Order], serve: Serve, reading: Read
) -> None:
    refunded = [order for order in samples if order.refund_ids()][:3]
    shop = FakeWooCommerce([*refunded, *[order for order in samples if not order.refund_ids()][:3]])
    first = shop.records[1001]
    first["meta_data"] += [{"id": 9, "key": "amazon_refund_id", "value": name} for name in refunded[0].refund_ids()]
    shop.add(1009, refunded[0], by_amazon=False)  # paid in another way, and refunded
    served = serve(shop)
    records = reading(PRESET, served.url).read()
    asked = {asked.path for asked in served.asked if asked.path.endswith("/refunds")}
    assert asked == {f"/wp-json/wc/v3/orders/{number}/refunds" for number in (1002, 1003)}
    assert {refund for order in refunded for refund in order.refund_ids()} <= ids(records)


def test_an_order_deleted_meanwhile_costs_nothing(samples: list[Order], serve: Serve, reading: Read) -> None:
    refunded = [order for order in samples if order.refund_ids()][:2]
    served = serve(FakeWooCommerce(refunded))
    gone = as_json(404, {"code": "woocommerce_rest_invalid_order_id", "message": "", "data": {"status": 404}})
    served.first = [None, gone]
    assert len(reading(PRESET, served.url).read()) == 2


def test_orders_that_come_in_between_two_pages_push_none_out(samples: list[Order], serve: Serve, reading: Read) -> None:
    shop = FakeWooCommerce(samples[:240])

    def busy(asked: Asked) -> Answer:
        answer = shop(asked)
        if asked.query.get("page") == "1":
            for place in range(7):
                shop.add(5000 + place, samples[240 + place])
                shop.modified[5000 + place] = NOW
        return answer

    found = [int(str(record["id"])) for record in reading(PRESET, serve(busy).url).read()]
    assert set(range(1001, 1241)) <= set(found)
    assert len(found) == len(set(found))


@pytest.mark.parametrize("link", [True, False])
def test_pages_are_found_when_a_proxy_drops_the_count(
    samples: list[Order], serve: Serve, reading: Read, link: bool
) -> None:
    shop = FakeWooCommerce(samples)
    shop.headers = False

    def linked(asked: Asked) -> Answer:
        answer = shop(asked)
        more = (
            {"Link": '<http://127.0.0.1/next>; rel="next"'} if int(asked.query.get("page", 3)) < 3 else {"Link": "<x>"}
        )
        return replace(answer, headers={**answer.headers, **more}) if link else answer

    served = serve(linked)
    assert len(reading(PRESET, served.url).read()) == len(samples)
    assert len(pages_of(served)) == (3 if link else 4)  # without any hint, an empty page is the end


def test_a_page_from_which_orders_were_left_out_is_not_the_last(
    samples: list[Order], serve: Serve, reading: Read
) -> None:
    shop = FakeWooCommerce(samples)
    shop.unseen = set(list(shop.records)[200:])
    assert len(reading(PRESET, serve(shop).url).read()) == 200


@pytest.mark.parametrize("orderby_modified", [False, True])
def test_an_older_woocommerce_tells_of_new_orders(
    samples: list[Order], serve: Serve, reading: Read, orderby_modified: bool
) -> None:
    shop = FakeWooCommerce(samples, version=(5, 7))
    since = NOW - timedelta(days=9)

    def shop_between(asked: Asked) -> Answer:
        """Knows the order by change, but ignores modified_after: it would tell of everything."""
        if not orderby_modified:
            return shop(asked)
        shop.version = (9, 0)
        query = {name: value for name, value in asked.query.items() if name != "modified_after"}
        return shop(replace(asked, query=query))

    served = serve(shop_between)
    work = reading(PRESET, served.url)
    found = {int(str(record["id"])) for record in work.read(since)}
    assert {number for number, order in enumerate(samples, 1001) if order.created >= since} <= found
    if orderby_modified:
        assert len(pages_of(served)) < 3  # it stops where changes are older
        assert work.notes == []
    else:
        assert work.notes == ["WooCommerce is older than 5.8: it names new orders, but none that changed later."]
        farthest = since - timedelta(days=2)
        assert found <= {number for number, order in enumerate(samples, 1001) if order.created >= farthest}


def test_a_weak_server_is_asked_for_smaller_pages(samples: list[Order], serve: Serve, reading: Read) -> None:
    shop = FakeWooCommerce(samples)
    broken = Answer(500, b"<b>Fatal error</b>: Allowed memory size exhausted")

    def weak(asked: Asked) -> Answer:
        heavy = asked.query.get("per_page") == "100" and asked.query.get("page") == "2"
        return broken if heavy else shop(asked)

    served = serve(weak)
    assert len(reading(PRESET, served.url).read()) == len(samples)
    assert pages_of(served) == [("100", "1"), *[("100", "2")] * 4, *[("20", str(page)) for page in range(6, 14)]]


REFUSALS: dict[str, tuple[Callable[[FakeWooCommerce], None], str]] = {
    "a key that may not read": (lambda shop: setattr(shop, "may_read", False), "permission Read"),
    "a user who may not": (lambda shop: setattr(shop, "user_may", False), "its user may see orders"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refused_key_is_asked_about_once_and_says_what_to_check(
    samples: list[Order], serve: Serve, reading: Read, name: str
) -> None:
    change, sentence = REFUSALS[name]
    shop = FakeWooCommerce(samples)
    change(shop)
    served = serve(shop)
    with pytest.raises(ShopError, match=sentence):
        reading(PRESET, served.url).read()
    assert len(served.asked) == 1


def test_no_other_than_the_asked_orders_path_is_ever_written_to(
    samples: list[Order], serve: Serve, reading: Read
) -> None:
    served = serve(FakeWooCommerce(samples))
    reading(PRESET, served.url).read(EVER)
    assert {asked.method for asked in served.asked} == {"GET"}


def test_what_came_before_a_failure_stays(samples: list[Order], serve: Serve, reading: Read) -> None:
    refunded = [order for order in samples if order.refund_ids()][:4]
    served = serve(FakeWooCommerce(refunded))
    refusal = as_json(403, {"code": "woocommerce_rest_cannot_view", "message": "", "data": {"status": 403}})
    served.first = [None, None, None, refusal]
    work = reading(PRESET, served.url)
    with pytest.raises(ShopError, match="does not let the key read orders"):
        work.read()
    assert len(work.records) == 2
