"""Captures and refunds by lines on the command line, on the simulator: taken, written down, listed, recorded."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from tests.cli.conftest import Result, Shop

HEAD = "permission_id,kind,sku,name,quantity,unit_amount,tax,amount,currency\n"
ELSEWHERE = "recorded, not sent to Amazon"


def sold(shop: Shop, situation: str = "authorized", amount: str = "22.45") -> str:
    """Make an order of three pots of tea, a cup and the post."""
    order = shop.make(situation, amount=amount)
    file = shop.data.with_name("lines.csv")
    file.write_text(
        f"{HEAD}{order},,TEA,Tea,3,,1.60,10.00,USD\n{order},,CUP,Cup,1,7.50,,,USD\n"
        f"{order},shipping,,Post,,,0.79,4.95,USD\n"
    )
    shop.good("orders", "import", str(file))
    return order


def said(done: Result) -> tuple[int, str]:
    """Return how a command ended: its code and the last line of what it said beside its result."""
    return done.code, done.err.splitlines()[-1]


def slips(shop: Shop, order: str) -> list[dict[str, Any]]:
    return list(shop.good("slips", "list", order, "--json").json["slips"])


def test_a_refund_of_two_of_three_pieces_and_half_the_shipping(shop: Shop) -> None:
    """S3.46 to S3.52: made from the lines of its capture, 0 is not refunded, with shipping, adjustment and restock."""
    order = sold(shop)
    # S3.31, S3.37, S3.39: the capture records its slip, with shipment and the shop's own number, in one operation.
    shop.good("capture", order, "--document", "INV-17", "--tracking", "UPS:1Z999", "--yes")
    wanted = ("--line", "TEA=2", "--line", "CUP=0", "--shipping", "half", "--adjust", "-0.15")
    done = shop.good("refund", order, *wanted, "--document", "CM-3", "--restock", "--yes", "--json")
    assert done.json["amount"] == {"amount": "9.00", "currency": "USD"}
    assert shop.effects(order) == [("capture", "22.45"), ("refund", "9.00")]
    back, taken = slips(shop, order)
    assert (taken["kind"], taken["status"], taken["document"]) == ("capture", "succeeded", "INV-17")
    assert (taken["carrier"], taken["tracking"], taken["total"]["amount"]) == ("UPS", "1Z999", "22.45")
    assert [(line["key"], line["quantity"]) for line in taken["lines"]] == [("TEA", 3), ("CUP", 1)]
    assert [(line["key"], line["quantity"], line["amount"]["amount"]) for line in back["lines"]] == [("TEA", 2, "6.67")]
    assert (back["shipping"]["amount"], back["adjustment"]["amount"]) == ("2.48", "-0.15")
    assert (back["intent"], back["restock"], back["sent"]) == (done.json["intent"], True, True)
    # S3.4: linked to the capture and to the refund, and told with the order.
    refunds = shop.good("orders", "show", order, "--json").json["order"]["refunds"]
    assert (back["refund"], back["charge"]) == (refunds[0]["id"], taken["charge"])
    assert shop.good("orders", "show", order, "--json").json["slips"] == [back, taken]
    told = shop.good("orders", "show", order).out
    assert "    2 x Tea 6.67 USD (TEA)\n    shipping 2.48 USD\n    adjustment -0.15 USD\n    document CM-3\n" in told
    # What is left can be given back to the minor unit, no piece twice.
    again = shop("refund", order, "--line", "TEA=2", "--yes")
    assert said(again) == (3, "Line TEA: 2 are wanted, 1 are left.")
    rest = ("--line", "TEA=1", "--line", "CUP=1", "--shipping", "all", "--accept", "refund-under-way")
    assert shop.good("refund", order, *rest, "--yes", "--json").json["amount"]["amount"] == "13.30"
    assert sum(float(amount or 0) for what, amount in shop.effects(order) if what == "refund") == pytest.approx(22.30)


def test_a_cancelled_line_goes_back_with_half_of_the_shipping(shop: Shop) -> None:
    order = sold(shop, "captured")
    for wrong, why in (
        (("--line", "TEA=1", "--line", "TEA=2"), "The line 'TEA' is named twice."),
        (("--shipping", "third"), "Shipping: "),
    ):
        code, sentence = said(shop("cancel-sale", order, *wrong, "--automatic", "--yes"))
        assert code == 2
        assert sentence.startswith(why)
    shop.good("cancel-sale", order, "--line", "CUP=1", "--shipping", "half", "--automatic", "--yes")
    assert shop.effects(order) == [("refund", "9.98")]


def test_what_went_back_for_cancelled_lines_is_not_given_back_again_and_can_be_written_down(shop: Shop) -> None:
    """S2.14, S3.49: in one sum, so no slip says which lines it was for."""
    order = sold(shop, "captured")
    shop.good("cancel-sale", order, "--line", "CUP=1", "--manual", "--yes")
    shop.good("cancel-sale", order, "--line", "TEA=1", "--manual", "--accept", "cancelled-before", "--yes")
    shop.good("refund", order, "--amount", "10.84", "--yes")
    assert slips(shop, order) == []
    again = shop("refund", order, "--line", "CUP=1", "--accept", "refund-under-way", "--yes")
    assert said(again) == (3, "Line CUP: 1 are wanted, 0 are left.")
    assert shop.effects(order) == [("refund", "10.84")]
    shop.good("slips", "record", order, "--line", "CUP=1", "--line", "TEA=1", "--note", "the 10.84")


def test_a_capture_of_some_lines_and_what_is_left_for_the_next(shop: Shop) -> None:
    """S3.36, S3.38: quantities are chosen, and capturing always means at Amazon."""
    order = sold(shop)
    done = shop.good("capture", order, "--line", "TEA=1", "--shipping", "4.95", "--yes", "--json")
    assert (done.json["amount"]["amount"], shop.effects(order)) == ("8.29", [("capture", "8.29")])
    assert [line["quantity"] for line in slips(shop, order)[0]["lines"]] == [1]
    refused = shop("refund", order, "--line", "CUP=1", "--yes")
    assert said(refused) == (2, "There is no line 'CUP' to take here; the lines are TEA.")
    # S2.8: what no capture took is cancelled too; nothing goes back for it, and just the rest is charged.
    cancelled = shop.good("cancel-sale", order, "--line", "TEA=2", "--yes")
    assert "These lines were not captured, so nothing goes back" in cancelled.err
    left = "Left to charge 14.16 USD at Amazon; more than 7.50 USD asks first, for lines were cancelled\n"
    assert left in shop.good("orders", "show", order).out
    shop.good("authorize", order, "--yes")
    shop.good("capture", order, "--line", "CUP=1", "--yes")
    assert shop.effects(order) == [("capture", "8.29"), ("authorize", "7.50"), ("capture", "7.50")]


def test_a_capture_without_lines_has_a_slip_of_all_or_none(shop: Shop) -> None:
    """S3.45: the slip of the whole amount covers all lines; for another amount none is invented."""
    whole, less, unknown = sold(shop), sold(shop), shop.make("authorized", amount="22.45")
    for order, amount in ((whole, "22.45"), (less, "22.44"), (unknown, "22.45")):
        shop.good("capture", order, "--amount", amount, "--yes")
    assert [(line["key"], line["quantity"]) for line in slips(shop, whole)[0]["lines"]] == [("TEA", 3), ("CUP", 1)]
    assert (slips(shop, less), slips(shop, unknown)) == ([], [])
    refused = said(shop("refund", less, "--line", "TEA=1", "--yes"))
    unclear = f"No slip tells which lines {shop.made[1]['charge_ids'][0]} took."
    assert refused == (2, f"{unclear} Say --amount instead.")
    # What has no such option does not speak of it.
    noted = said(shop("slips", "record", less, "--line", "TEA=1"))
    instead = f"What was given back elsewhere can be noted all the same: azpay orders mark {less} --note TEXT."
    assert noted == (2, f"{unclear} {instead}")
    cancelled = said(shop("cancel-sale", less, "--line", "TEA=1", "--yes"))
    assert cancelled == (3, f"{unclear} An amount can go back all the same: azpay refund ORDER --amount.")


@pytest.mark.parametrize(
    ("options", "code", "sentence"),
    [
        (["--line", "POT=1"], 2, "There is no line 'POT' to take here; the lines are TEA, CUP."),
        (["--line", "TEA=-1"], 2, "The quantity '-1' is below nothing."),
        (["--line", "TEA=0.5"], 2, "The quantity '0.5' is no whole number of pieces."),
        (["--line", "TEA=0"], 2, "This comes to 0.00 USD; there must be more than nothing."),
        (["--line", "TEA=4"], 3, "Line TEA: 4 are wanted, 3 are left."),
        (["--line", "TEA=1", "--shipping", "5"], 3, "Shipping: 5.00 USD is wanted, 4.95 USD is left."),
        (["--line", "TEA=3", "--adjust", "+20"], 3,
         "The slip comes to 30.00 USD, the charge has only 22.45 USD authorized."),
        (["--line", "TEA=1", "--amount", "3.33"], 2,
         "The lines come to 3.34 USD, the amount given is 3.33 USD: leave --amount out."),
        (["--tracking", "???"], 2, "'???' is no tracking number with its carrier, such as UPS:1Z999AA10123456784."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_before_anybody_is_asked(
    shop: Shop, own_order: str, options: list[str], code: int, sentence: str
) -> None:
    done = shop("capture", own_order, *options, "--yes")
    assert said(done) == (code, sentence)
    assert shop.requests(own_order) == []
    assert slips(shop, own_order) == []


@pytest.fixture
def own_order(shop: Shop) -> str:
    return sold(shop)


def test_lines_that_are_not_known_or_not_valid_now(shop: Shop) -> None:
    """S3.35, S3.47: what is not authorized is not captured, what was not captured not given back."""
    unknown = shop.make("authorized")
    done = shop("capture", unknown, "--document", "INV-1", "--yes")
    assert said(done) == (2, "No source gave the lines of this order: import them. Say --amount instead.")
    assert shop("refund", sold(shop), "--line", "TEA=1", "--yes").code == 3
    assert shop("capture", sold(shop, "open"), "--line", "TEA=1", "--yes").code == 3


def test_a_refund_that_is_declined_gives_its_pieces_free_again(shop: Shop) -> None:
    order = sold(shop)
    shop.good("capture", order, "--yes")
    shop.good("refund", order, "--line", "TEA=3", "--yes")
    assert said(shop("refund", order, "--line", "TEA=1", "--yes")) == (3, "Line TEA: 1 are wanted, 0 are left.")
    refund = slips(shop, order)[0]["refund"]
    shop.sim("POST", "/_sim/acts", {"act": "decline", "id": refund, "reason": "ProcessingFailure"})
    shop.good("refresh", order)
    assert [one["status"] for one in slips(shop, order)] == ["declined", "succeeded"]
    shop.good("refund", order, "--line", "TEA=3", "--yes")


def test_a_refund_made_elsewhere_is_recorded_and_never_counted_as_money(shop: Shop) -> None:
    """S3.54, S3.55: always labelled, never shown as done at Amazon, and the way back to a refund at Amazon is told."""
    order = sold(shop)
    shop.good("capture", order, "--yes")
    done = shop.good("slips", "record", order, "--line", "TEA=1", "--restock", "--note", "cash at the counter")
    assert f"refund 3.34 USD, {ELSEWHERE}" in done.out
    assert said(done) == (0, f"No money moved. To give it back at Amazon: azpay refund {order} --line SKU=QUANTITY")
    newest = slips(shop, order)[0]
    assert (newest["status"], newest["sent"], newest["intent"], newest["refund"]) == (ELSEWHERE, False, None, None)
    assert newest["note"] == "cash at the counter"
    assert f", {ELSEWHERE}" in shop.good("orders", "show", order).out
    shown = shop.good("orders", "show", order, "--json").json
    assert (shown["order"]["refunded"]["amount"], shown["order"]["refunds"]) == ("0.00", [])
    assert shop.effects(order) == [("capture", "22.45")]
    # The piece was given back; the money that Amazon holds was not.
    assert shop("slips", "record", order, "--line", "TEA=3").code == 3
    refund = next(one for one in shown["actions"] if one["verb"] == "refund")
    assert refund["verdict"] == "yes"
    for wrong, code in ((("--document", "X"), 2), (("--line", "TEA=x"), 2), (("--adjust", "+99"), 3)):
        assert shop("slips", "record", order, *wrong).code == code
    nothing = shop("slips", "record", sold(shop), "--line", "TEA=1")
    assert said(nothing) == (2, "Nothing was captured of it, so nothing can have been given back.")
    assert shop("audit", "verify").code == 0


def test_slips_leave_as_csv_whose_amounts_add_up(shop: Shop) -> None:
    order = sold(shop)
    shop.good("capture", order, "--document", "=1+1", "--yes")
    rows = list(csv.DictReader(io.StringIO(shop.good("slips", "list", "--csv").out)))
    rows = [row for row in rows if row["order"] == order]
    assert [(row["what"], row["key"], row["quantity"], row["amount"]) for row in rows] == [
        ("item", "TEA", "3", "10.00"), ("item", "CUP", "1", "7.50"), ("shipping", "", "", "4.95"),
    ]  # fmt: skip
    assert {row["document"] for row in rows} == {"'=1+1"}
    assert shop("slips", "list", "--json", "--csv").code == 2
    assert shop("slips", "list", "--limit", "0").code == 2
    assert "No slip was written" in shop.good("slips", "list", shop.make("open")).err
