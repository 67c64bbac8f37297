"""`azpay address`: where a parcel goes and who is billed; a change stays here and is not protected by Amazon."""

from __future__ import annotations

from tests.cli.conftest import Shop
from tests.support.terminal import Terminal

STREET = "17 Zqcanary Lane"
ELSEWHERE = ("--set", f"line1={STREET}", "--set", "city=Ottawa", "--accept", "not-protected")


def holding(shop: Shop) -> list[str]:
    """The files in which the new address stands."""
    found = [path for path in shop.data.rglob("*") if path.is_file()]
    return [path.name for path in found if b"zqcanary" in path.read_bytes().lower()]


def test_the_billing_address_is_marked_until_it_comes_or_never_does(shop: Shop) -> None:
    """S3.2, S3.12 to S3.14."""
    standing = {}
    for situation, currency in (("open", "USD"), ("authorized", "USD"), ("authorized", "EUR")):
        order = shop.make(situation, currency=currency)
        found = shop.good("address", order, "--json").json
        standing[situation, currency] = found["billing"]
        assert found["protected"]
        assert found["bill_to"] == found["ship_to"]
        shown = shop.good("address", order).out
        assert ("(provisional, as at Amazon" in shown) == (found["billing"] == "provisional")
        assert ("it gave no billing address" in shown) == (found["billing"] == "none")
    assert list(standing.values()) == ["provisional", "none", "amazon"]


def test_another_address_is_warned_about_kept_here_and_marked(shop: Shop) -> None:
    """S4.11, S4.12."""
    order = shop.make("authorized")
    refused = shop("address", order, *ELSEWHERE[:4], "--json")
    assert (refused.code, refused.error["code"]) == (3, "warning-not-accepted")
    assert "Amazon's payment protection covers only an address that the buyer chose" in refused.error["message"]
    assert "NOT PROTECTED" not in shop.good("orders", "show", order).out
    done = shop.good("address", order, *ELSEWHERE, "--json").json
    assert (done["protected"], done["ship_to"]["line1"], done["ship_to"]["city"]) == (False, STREET, "Ottawa")
    assert done["bill_to"]["line1"] != STREET
    assert "NOT PROTECTED: changed here by" in shop.good("orders", "show", order).out
    assert "NOT PROTECTED: changed here by" in shop.good("address", order).out
    assert shop.requests(order) == []
    assert shop.good("audit", "verify")
    told = shop.good("audit", "export").out
    assert "the parcel goes elsewhere, changed here (name, line1, city" in told
    assert STREET not in told
    shop.good("address", order, "--clear")
    assert "NOT PROTECTED" not in shop.good("orders", "show", order).out
    assert "goes where Amazon says already" in shop("address", order, "--clear").err
    assert "the parcel goes again where Amazon says" in shop.good("audit", "export").out
    assert shop.good("audit", "verify")


def test_what_is_no_address_changes_nothing(shop: Shop) -> None:
    order = shop.make("authorized")
    for wrong in (("--set", "street=5"), ("--set", "country=Canada"), ("--set", "line1=")):
        assert shop("address", order, *wrong, "--accept", "not-protected").code == 2
    assert shop("address", order, "--clear", *ELSEWHERE).code == 2
    assert shop("address", "S01-0000000-0000000", *ELSEWHERE).code == 2
    assert shop("address", order, "--clear").code == 3
    assert shop.good("address", order, "--json").json["protected"]


def test_on_a_terminal_a_yes_is_asked_for(shop: Shop) -> None:
    """S4.12."""
    order = shop.make("authorized")
    with Terminal(shop.command("address", order, *ELSEWHERE[:4]), columns=200) as terminal:
        terminal.wait_for("Type yes to send it there: ")
        assert "the order is marked NOT PROTECTED" in terminal.text
        terminal.type("yes\n")
        assert terminal.ended() == 0
    assert not shop.good("address", order, "--json").json["protected"]


def test_it_goes_with_the_buyers_personal_data_and_the_mark_stays(shop: Shop) -> None:
    """S4.12: what names the buyer is removed everywhere, that the order is not protected is not."""
    order = shop.make("captured")
    shop.good("address", order, *ELSEWHERE)
    assert holding(shop)
    shop.good("purge", "--order", order, "--yes")
    assert holding(shop) == []
    found = shop.good("address", order, "--json").json
    assert (found["ship_to"], found["protected"]) == (None, False)
    assert "personal data removed" in shop.good("address", order).out
    assert shop.good("audit", "verify")
    again = shop("address", order, *ELSEWHERE)
    assert again.code == 3
    assert "no address is kept of this order any more" in again.err
    assert holding(shop) == []
