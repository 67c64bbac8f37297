"""`azpay orders import lines.csv` keeps what was ordered; `orders show` says it, with prices and taxes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.cli.conftest import Shop

HEAD = "permission_id,kind,sku,name,quantity,unit_amount,tax,amount,currency\n"


def learn(shop: Shop, *orders: tuple[str, str]) -> None:
    """Import orders with their amounts."""
    header = "order_number,permission_id,charge_ids,refund_ids,currency,amount,created,buyer_name,buyer_email\n"
    text = header + "".join(f"{at},{order},,,EUR,{amount},,,\n" for at, (order, amount) in enumerate(orders, 1001))
    give(shop, "orders.csv", text)


def give(shop: Shop, name: str, text: str, code: int = 0) -> Any:
    file = shop.data.with_name(name)
    file.write_text(text)
    done = shop("orders", "import", str(file), "--json")
    assert done.code == code, done
    return json.loads(done.out)


A, B = "S01-0000001-0000001", "S01-0000002-0000001"


def test_lines_are_kept_and_shown_with_the_order(shop: Shop) -> None:
    learn(shop, (A, "26.37"))
    text = HEAD + f"{A},,TEA,Tea,2,9.00,3.42,,EUR\n{A},shipping,,Post,,,0.79,4.95,EUR\n"
    assert (give(shop, "lines.csv", text)["updated"], give(shop, "lines.csv", text)["unchanged"]) == (1, 1)
    found = shop.good("orders", "show", A, "--json").json["order"]["shop"]["lines"]
    eur = {"currency": "EUR"}
    assert found == [
        {
            "name": "Tea", "quantity": "2", "amount": {"amount": "21.42", **eur}, "sku": "TEA", "kind": "item",
            "unit_amount": {"amount": "9.00", **eur}, "tax": {"amount": "3.42", **eur},
        },
        {
            "name": "Post", "quantity": "", "amount": {"amount": "4.95", **eur}, "sku": None, "kind": "shipping",
            "unit_amount": None, "tax": {"amount": "0.79", **eur},
        },
    ]  # fmt: skip
    said = shop.good("orders", "show", A).out
    assert "  2 x Tea  21.42 EUR  TEA  (9.00 EUR each, 3.42 EUR tax)\n" in said
    assert "  shipping Post  4.95 EUR  (0.79 EUR tax)\n" in said


def test_lines_that_are_wrong_leave_what_was_known(shop: Shop, tmp_path: Path) -> None:
    learn(shop, (A, "18.00"))
    give(shop, "lines.csv", HEAD + f"{A},,TEA,Tea,2,9.00,,,EUR\n")
    told = give(shop, "more.csv", HEAD + f"{A},,TEA,Tea,3,9.00,,,EUR\n{B},,TEA,Tea,1,9.00,,,EUR\n", code=2)
    assert (told["updated"], told["added"], told["error"]["code"]) == (0, 0, "bad-lines")
    assert [(line["line"], line["reason"]) for line in told["bad"]] == [
        (2, f"{A}: The lines of this order come to 27.00 EUR, the order to 18.00 EUR: they do not add up."),
        (3, f"{B} is not known here; import the order before its lines."),
    ]
    assert [line["quantity"] for line in shop.good("orders", "show", A, "--json").json["order"]["shop"]["lines"]] == [
        "2"
    ]
    assert shop("orders", "show", B).code == 2
    file = tmp_path / "more.csv"
    file.write_text(HEAD + f"{A},,TEA,Tea,-1,9.00,,,EUR\n")
    done = shop("orders", "import", str(file))
    assert (done.code, done.out) == (
        2,
        "0 added, 0 updated, 0 unchanged; 1 bad line not taken as it stands.\n2 lines, 0 orders, 0 ids.\n",
    )
    assert f"Line 2: Line TEA: the quantity '-1' is below nothing. None of the lines of {A} is taken." in done.err
