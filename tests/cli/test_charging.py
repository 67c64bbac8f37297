"""Charging more than an order's total on the command line: both ways, the allowance, and the buyer told first."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.cli.conftest import Shop
from tests.support.mailserver import mail_server
from tests.support.terminal import Terminal

OLDER = '{ overcharge = "15%/75" }'
TOLD = ("--told", "by phone", "--yes", "--json")
HELD = ("--accept", "second-hold", *TOLD)


def sold(shop: Shop, situation: str, **more: str) -> str:
    """An order of 200 whose permission would allow 1,000."""
    return shop.make(situation, **{"amount": "200.00", "limit": "1000.00", **more})


def test_200_becomes_230_by_both_routes(under: Callable[[str], Shop]) -> None:
    """S4.1, S4.2, S4.6, S4.7: 230 at once where nothing is held, 30 more where 200 are; a cent more is refused."""
    shop = under(OLDER)
    whole, held = sold(shop, "open"), sold(shop, "authorized")
    for order, accepted in ((whole, TOLD), (held, HELD)):
        done = shop("charge-more", order, "--total", "230.01", *accepted)
        assert (done.code, done.error["code"]) == (3, "not-valid")
        assert "30.00 USD above the total of 200.00 USD may be charged, 230.00 USD in all" in done.error["message"]
        assert '15 % of 200.00 USD are 30.00 USD (overcharge = "15%/75", set in the profile)' in done.error["message"]
        assert shop.good("charge-more", order, "--total", "230", *accepted).json["outcome"] == "succeeded"
    assert shop.effects(whole) == [("authorize", "230.00")]
    assert shop.effects(held) == [("authorize", "30.00")]
    assert shop("charge-more", held, "--by", "0.01", *HELD).code == 3


def test_what_was_captured_already_is_lacking_the_difference(under: Callable[[str], Shop]) -> None:
    """S4.6: a shipping upgrade after the money was taken."""
    shop = under(OLDER)
    order = sold(shop, "authorized")
    shop.good("capture", order, "--yes")
    done = shop.good("charge-more", order, "--by", "30", "--dry-run")
    assert done.json["would_send"]["body"]["chargeAmount"] == {"amount": "30.00", "currencyCode": "USD"}
    assert "one more authorization of the difference, 30.00 USD" in done.err
    assert shop.effects(order) == [("capture", "200.00")]
    shop.good("charge-more", order, "--by", "30", *TOLD)
    shop.good("capture", order, "--yes")
    assert shop.effects(order) == [("capture", "200.00"), ("authorize", "30.00"), ("capture", "30.00")]


def test_yen_have_no_decimals_and_are_cut_down(under: Callable[[str], Shop]) -> None:
    """S4.3: 15 % of 1,999 yen are 299.85, so 299."""
    shop = under(OLDER)
    order = sold(shop, "open", amount="1999", limit="5000", currency="JPY")
    assert shop("charge-more", order, "--total", "2298.0", *TOLD).code == 2
    assert shop("charge-more", order, "--total", "2299", *TOLD).code == 3
    shop.good("charge-more", order, "--total", "2298", *TOLD)
    assert shop.effects(order) == [("authorize", "2298")]


def test_the_buyer_is_told_first_and_it_is_kept(under: Callable[[str], Shop]) -> None:
    """S4.8, S4.10."""
    shop = under(OLDER)
    order = sold(shop, "open")
    untold = shop("charge-more", order, "--total", "230", "--yes", "--json")
    assert (untold.code, untold.error["code"]) == (3, "buyer-not-told")
    assert shop("charge-more", order, "--total", "230", "--told", " ", "--yes").code == 3
    assert shop.requests(order) == []
    shop.good("charge-more", order, "--total", "230", "--told", "by mail of Monday", "--yes")
    (note,) = shop.good("orders", "show", order, "--json").json["marks"]["notes"]
    assert note["text"].endswith("230.00 USD instead of 200.00 USD, 230.00 USD to authorize: by mail of Monday")
    (intent,) = shop.good("journal", "list", "--json").json["intents"]
    assert "Total raised from 200.00 USD to 230.00 USD." in shop.good("journal", "show", intent["id"]).out
    assert shop.good("audit", "verify")


def test_on_a_terminal_the_text_is_shown_and_how_the_buyer_was_told_is_asked(under: Callable[[str], Shop]) -> None:
    """S4.8, S4.9."""
    shop = under(OLDER)
    order = sold(shop, "open")
    with Terminal(shop.command("charge-more", order, "--total", "230"), columns=200) as terminal:
        terminal.wait_for("How was the buyer told")
        assert "its total is now 230.00 USD instead of 200.00 USD, 30.00 USD more" in terminal.text
        terminal.type("by phone\n")
        terminal.wait_for("Type the amount in USD to authorize it: ")
        assert "Above total" in terminal.text
        terminal.type("230\n")
        assert terminal.ended() == 0
    assert shop.effects(order) == [("authorize", "230.00")]


def test_the_remaining_allowance_is_shown_with_its_arithmetic(under: Callable[[str], Shop]) -> None:
    """S4.3."""
    shop = under(OLDER)
    order = sold(shop, "authorized")
    assert "Above total    30.00 USD above the total of 200.00 USD" in shop.good("orders", "show", order).out
    shop.good("charge-more", order, "--by", "10", *HELD)
    shown = shop.good("orders", "show", order).out
    assert "20.00 USD above the total of 200.00 USD may be charged, 230.00 USD in all, 210.00 USD of it" in shown


def by_mail(shop: Shop, port: int) -> None:
    """Let the profile send letters to a mail server on this machine."""
    file = shop.simulated.directory / "config.toml"
    mail = f'send = "manual"\nfrom = "shop@shop.example"\nhost = "127.0.0.1"\nport = {port}\ntls = "none"\n'
    file.write_text(f"{file.read_text(encoding='utf-8')}\n[profiles.sim.mail]\n{mail}", encoding="utf-8")


def test_the_buyer_gets_a_letter_before_anything_is_authorized(own_shop: Shop) -> None:
    """S4.9, S4.10: one that does not arrive stops it."""
    shop = own_shop
    with mail_server() as server:
        by_mail(shop, server.port)
        order = sold(shop, "open", buyer_email="zoe@example.com")
        letter = ("charge-more", order, "--letter", "Faster shipping, as you asked.", "--yes")
        shop.good(*letter, "--total", "230")
        (sent,) = server.taken
        assert sent.to == ("zoe@example.com",)
        for said in (b"230.00 USD", b"30.00 USD", b"Faster shipping, as you asked."):
            assert said in sent.content
        (kept,) = shop.good("messages", "list", "--order", order, "--json").json["messages"]
        (note,) = shop.good("orders", "show", order, "--json").json["marks"]["notes"]
        assert note["text"].endswith(f"letter {kept['id']}")
        assert shop.effects(order) == [("authorize", "230.00")]
        server.answers["RCPT"] = b"550 5.1.1 no such mailbox\r\n"
        refused = shop(*letter, "--total", "240", "--accept", "second-hold", "--json")
        assert (refused.code, refused.error["code"]) == (4, "buyer-not-told")
        assert shop.effects(order) == [("authorize", "230.00")]
        assert shop(*letter, "--total", "240", "--told", "by phone").code == 2
        assert shop("charge-more", order, "--letter", " ", "--yes", "--total", "240").code == 2


def test_a_letter_that_did_not_arrive_is_not_sent_later(own_shop: Shop) -> None:
    """S4.8, S4.10: it would tell of a charge that was not made, and asked for again the buyer would be told twice."""
    shop = own_shop
    with mail_server() as server:
        by_mail(shop, server.port)
        order = sold(shop, "open", buyer_email="zoe@example.com")
        letter = ("charge-more", order, "--letter", "Faster shipping, as you asked.", "--yes", "--total", "230")
        server.answers["RCPT"] = b"451 4.3.0 try again later\r\n"
        refused = shop(*letter)
        assert refused.code == 4
        assert "it is not tried again, and nothing was sent to Amazon" in refused.err
        server.answers.clear()
        assert shop.good("messages", "send").out == ""
        assert server.taken == []
        assert shop.effects(order) == []
        shop.good(*letter)
        assert len(server.taken) == 1
        assert shop.effects(order) == [("authorize", "230.00")]


@pytest.mark.parametrize(
    "options", [(), ("--total", "230", "--by", "30"), ("--total", "23O"), ("--by", "-3"), ("--total", "1e3")]
)
def test_what_is_no_total_is_wrong_usage(shop: Shop, options: tuple[str, ...]) -> None:
    order = sold(shop, "open")
    assert shop("charge-more", order, *options, *TOLD).code == 2
    assert shop.requests(order) == []


def test_where_nothing_may_be_authorized_the_matrix_says_why(under: Callable[[str], Shop]) -> None:
    shop = under(OLDER)
    capturing = sold(shop, "capturing")
    done = shop("charge-more", capturing, "--total", "230", *TOLD)
    assert (done.code, done.error["message"]) == (3, "A capture is running: not before it settles.")
    closed = shop.make("captured", amount="200.00")
    assert "closed" in shop("charge-more", closed, "--total", "230", *TOLD).error["message"]
    whole = under('"xcart"')
    refused = whole("charge-more", sold(whole, "open"), "--total", "200.01", *TOLD)
    assert refused.code == 3
    assert "place another order with the customer" in refused.error["message"]


def test_a_part_fulfilled_order_from_authorization_to_closed(shop: Shop) -> None:
    """S4.18 to S4.23: capture what ships, authorize the rest, void what is not needed by its id, close."""
    order = shop.make("authorized", limit="150.00")
    first = shop.made[-1]["charge_ids"][0]
    assert "close" not in shop.good("capture", order, "--amount", "80", "--yes").err
    shop.good("authorize", order, "--yes")
    shop.good("authorize", order, "--amount", "5", "--yes", "--accept", "second-hold")
    charges = shop.good("orders", "show", order, "--json").json["order"]["charges"]
    held = {one["amount"]["amount"]: one["id"] for one in charges if one["id"] != first}
    rest, unneeded = held["40.00"], held["5.00"]
    several = shop("void", order, "--yes")
    assert several.code == 2
    assert rest in several.err
    assert unneeded in several.err
    shop.good("void", order, "--charge", unneeded, "--yes")
    told = shop.good("capture", order, "--yes").err
    assert "All of it is captured, and the buyer sees it open until" in told
    assert f"close it (azpay close {order})" in told
    assert f"close it (azpay close {order})" in shop.good("orders", "show", order).out
    (open_,) = shop.good("orders", "list", "--unclosed", "--json").json["orders"]
    assert open_["id"] == order
    assert "1 order is captured in full and still open at Amazon" in shop.good("sync", "--once").err
    shop.good("close", order, "--yes")
    assert shop.good("orders", "list", "--unclosed", "--json").json["orders"] == []
    assert "still open" not in shop.good("sync", "--once").err
    assert shop.effects(order) == [
        ("capture", "80.00"),
        ("authorize", "40.00"),
        ("authorize", "5.00"),
        ("void", None),
        ("capture", "40.00"),
        ("close", None),
    ]


def test_whoever_wants_no_reminder_gets_none(under: Callable[[str], Shop]) -> None:
    """S4.22: remind is the default, never a setting."""
    shop = under('{ close_after_capture = "never" }')
    order = shop.make("authorized", limit="150.00")
    assert "close" not in shop.good("capture", order, "--yes").err
    assert "close it" not in shop.good("orders", "show", order).out
    assert "still open" not in shop.good("sync", "--once").err
