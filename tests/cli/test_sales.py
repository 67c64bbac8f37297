"""`azpay cancel-sale`, `orders delete` and `cannot-fulfil` against a real simulator."""

from __future__ import annotations

from tests.cli.conftest import Shop


def settle(shop: Shop, order: str) -> None:
    """Let Amazon decide about the refunds that are under way, and read them."""
    for refund in shop.good("orders", "show", order, "--json").json["order"]["refunds"]:
        if refund["state"] == "RefundInitiated":
            shop.sim("POST", "/_sim/acts", {"act": "approve", "id": refund["id"]})
    shop.good("refresh", order)


def shown(shop: Shop, order: str) -> dict[str, object]:
    found = shop.good("orders", "show", order, "--json").json
    return {**found["order"], "sale": found["sale"]}


def test_a_captured_sale_under_automatic_refund(shop: Shop) -> None:
    """S2.2, S2.8, S2.9, S2.14, S2.15, S2.17: the plan with its amounts is shown, confirmed once, and carried out."""
    order = shop.make("captured", number="C-1")
    plan = shop.good("cancel-sale", "C-1", "--dry-run").json
    assert [(step["verb"], step["amount"]["amount"]) for step in plan["steps"]] == [("refund", "120.00")]
    assert shop.effects(order) == []
    assert shop("cancel-sale", "C-1").code == 2
    done = shop.good("cancel-sale", "C-1", "--yes", "--note", "changed their mind")
    assert "1. refund 120.00 USD" in done.err
    assert "money goes back to the buyer" in done.err
    assert f"{order}: the sale is cancelled.\n" == done.out
    settle(shop, order)
    found = shown(shop, order)
    assert (found["status"], found["refunded"]) == ("CANCELED", {"amount": "120.00", "currency": "USD"})
    assert found["attention"] == []
    again = shop.good("cancel-sale", "C-1", "--yes", "--json").json
    assert (again["intents"], again["left"], again["due"]) == ([], [], None)
    assert shop.effects(order) == [("refund", "120.00")]
    assert "changed their mind" in shop.good("orders", "show", "C-1").out
    assert shop.good("audit", "verify").code == 0
    assert "cancelled the sale, refunds automatic" in shop.good("audit", "export").out


def test_a_captured_sale_under_manual_refund(shop: Shop) -> None:
    """S2.13, S2.14, S2.16: REFUND DUE stays in Attention until it was made."""
    order = shop.make("captured", number="M-1")
    done = shop.good("cancel-sale", "M-1", "--manual", "--yes")
    assert "REFUND DUE 120.00 USD" in done.out
    assert shop.effects(order) == []
    found = shown(shop, order)
    assert (found["status"], found["attention"]) == ("CANCELED", ["refund-due"])
    assert found["sale"]["due"] == {"amount": "120.00", "currency": "USD"}
    said = shop.good("orders", "show", "M-1").out
    assert "REFUND DUE 120.00 USD" in said
    assert "Left to charge" not in said, "the order is closed at Amazon"
    assert shop("orders", "delete", "M-1", "--yes", "--dry-run").code == 0
    shop.good("refund", "M-1", "--yes")
    settle(shop, order)
    assert shown(shop, order)["attention"] == []


def test_goodwill_shows_its_arithmetic_and_is_bounded(shop: Shop) -> None:
    """S2.10."""
    order = shop.make("captured", number="G-1")
    refused = shop("cancel-sale", "G-1", "--extra", "18.01", "--yes")
    assert refused.code == 3
    assert "120.00 USD + 18.01 USD = 138.01 USD" in refused.err
    assert shop("cancel-sale", "G-1", "--extra", "18.00", "--yes").code == 3, "beyond-capture is to be accepted"
    done = shop.good("cancel-sale", "G-1", "--extra", "18.00", "--yes", "--accept", "beyond-capture")
    assert "Amazon's cap 138.00 USD" in done.err
    assert shop.effects(order) == [("refund", "138.00")]
    assert shop("cancel-sale", "G-1", "--extra", "a lot", "--yes").code == 2
    assert shop("cancel-sale", "G-1", "--manual", "--automatic", "--yes").code == 2
    assert shop("cancel-sale", "G-1", "--line", "TEA", "--yes").code == 2


def test_an_order_is_deleted_once_the_buyer_has_the_money(shop: Shop) -> None:
    """S2.8, S2.12, S2.17: what was paid goes back first, nothing brings it back, the journal keeps amounts and ids."""
    order = shop.make("captured", number="D-1")
    first = shop("orders", "delete", "D-1", "--yes")
    assert first.code == 3
    assert "is not settled" in first.err
    assert shop.effects(order) == [("refund", "120.00")]
    settle(shop, order)
    done = shop.good("orders", "delete", "D-1", "--yes")
    assert "The journal keeps what was wished" in done.out
    assert shop("orders", "show", order).code == 2
    listed = shop.good("orders", "list", "--json").json["orders"]
    assert order not in [row["id"] for row in listed]
    again = shop("orders", "track", order)
    assert again.code == 3
    assert "was deleted here" in again.err
    assert order in shop.good("journal", "list").out
    assert shop.effects(order) == [("refund", "120.00")]
    assert shop.good("audit", "verify").code == 0


def test_what_cannot_be_fulfilled_is_ended_noted_and_its_letter_prepared(shop: Shop) -> None:
    """S0.18, S1.11, S2.17: void or refund by the status, a note, and the buyer is asked to order again."""
    held = shop.make("authorized", number="F-1")
    paid = shop.make("captured", number="F-2")
    for number in ("F-1", "F-2"):
        done = shop.good("cannot-fulfil", number, "--yes", "--language", "de")
        assert f"Subject: Wir können Ihre Bestellung {number}" in done.out
        assert "nothing was sent to the buyer. This profile sends no letters" in done.err
        assert "Cannot be fulfilled" in shop.good("orders", "show", number).out
    assert [shop.effects(order) for order in (held, paid)] == [[("cancel", None)], [("refund", "120.00")]]
    assert [shown(shop, order)["status"] for order in (held, paid)] == ["CANCELED", "REFUNDING"]
    assert shop("cannot-fulfil", "F-1", "--yes", "--language", "zz").code == 2


def test_an_authorization_that_lapses_under_a_local_cancel_stays_cancelled(shop: Shop) -> None:
    """S2.7, S2.11, S4.17: Amazon turned the cancel down, then the hold lapsed; nothing brings the order back."""
    order = shop.make("authorized", number="L-1", limit="200.00")
    shop.fault(order, "cancel", "status", code=422, reason="InvalidRequest")
    refused = shop("cancel-sale", "L-1", "--yes")
    assert refused.code == 4
    assert f"Still to be done: cancel {order}" in refused.out
    assert held_and_due(shop, order) == ("CANCELED", ["cancel-open"], "Authorized")
    shop.sim("POST", "/_sim/acts", {"act": "expire", "id": shop.made[-1]["charge_ids"][0]})
    shop.good("refresh", order)
    assert held_and_due(shop, order) == ("CANCELED", ["cancel-open"], "Canceled")
    said = shop.good("orders", "show", "L-1").out
    assert "HOLD: The order was cancelled." in said
    assert "Go on cancelling the sale: azpay cancel-sale ORDER." in said
    assert "azpay authorize" not in said
    assert "may be charged" not in said
    for view in ("to-capture", "unpaid"):
        assert order not in shop.good("orders", "list", "--view", view).out
    assert shop("authorize", "L-1", "--yes").code == 3, "sale-cancelled is to be accepted"
    more = shop("charge-more", "L-1", "--total", "150", "--told", "by phone", "--yes")
    assert (more.code, "The sale was cancelled here" in more.err) == (3, True)
    shop.good("cancel-sale", "L-1", "--yes")
    assert held_and_due(shop, order) == ("CANCELED", [], "Canceled")
    assert shop.effects(order) == [("cancel", None)]
    assert shop.good("audit", "verify").code == 0


def held_and_due(shop: Shop, order: str) -> tuple[object, object, object]:
    """Status, attention, and how its only charge stands at Amazon."""
    found = shown(shop, order)
    (charge,) = found["charges"]  # type: ignore[misc]
    return found["status"], found["attention"], charge["state"]  # type: ignore[index]


def test_what_was_not_found_once_is_planned_as_it_is_now(shop: Shop) -> None:
    """What was paid goes back first, also when Amazon did not find the order the last time it was read."""
    order = shop.make("captured", number="N-1")
    shop.fault(order, "get-permission", "status", code=404, reason="ResourceNotFound")
    shop("refresh", order)
    assert shown(shop, order)["status"] == "NOT FOUND"
    done = shop("orders", "delete", "N-1", "--yes")
    assert (done.code, "is not settled" in done.err) == (3, True)
    assert shop.effects(order) == [("refund", "120.00")]


def test_what_amazon_never_knew_is_deleted(shop: Shop) -> None:
    order = "S01-9999999-9999999"
    shop("orders", "track", order)
    shop("refresh", order)
    shop.good("orders", "delete", order, "--yes")
    assert shop("orders", "show", order).code == 2
