"""Taking something along: what is copied is shown, nothing is opened, and nothing hidden leaks out."""

import json
from dataclasses import replace

import pytest
from tests.tui.desk import MemoryDesk, sample_orders
from tests.tui.pilot import Driven, driven

from azpay_tui.domain.links import seller_central
from azpay_tui.tui.commands.copying import hyperlinks
from azpay_tui.tui.dialogs.copy import CopyMenu
from azpay_tui.tui.display import hidden
from azpay_tui.tui.raw import raw_lines
from azpay_tui.tui.screens.raw import RawScreen

BODY = {
    "chargePermissionId": "S01-7730001-0000001",
    "buyer": {"name": "Jane Doe", "email": "jane@example.com", "phoneNumber": "555-0100"},
    "shippingAddress": {"name": "Jane Doe", "addressLine1": "1 Main St", "countryCode": "US", "extra": [{"a": "b"}]},
    "deviceToken": {"inner": "abc"},
    "statusDetails": {"state": "Chargeable", "reasons": None},
}


def desk(environment: str = "simulator", **bodies: str) -> MemoryDesk:
    made = MemoryDesk(environment=environment)

    def raw(order_id: str) -> dict[str, str]:
        return bodies or {order_id: json.dumps(BODY), f"{order_id}-C000001": '{"chargeId": "x"}'}

    made.reader.raw = raw  # type: ignore[method-assign]
    return made


def menu(console: Driven) -> list[str]:
    assert isinstance(console.app.screen, CopyMenu)
    return [choice.text for choice in console.app.screen.list.choices]


async def test_copy_and_enter_takes_the_id_and_shows_it() -> None:
    async with driven() as console:
        await console.press("2", "y")
        assert isinstance(console.app.screen, CopyMenu)
        await console.press("enter")
        await console.until(lambda: console.app.clipboard == console.at)
        assert console.said == f"Sent to the clipboard: {console.at}"


async def test_the_menu_has_every_id_the_number_the_link_and_the_json() -> None:
    order = replace(sample_orders()[7], permission=sample_orders()[0].permission)
    made = desk("live")
    made.orders = {order.id: order}
    async with driven(made) as console:
        await console.press("6", "y")
        names = [line.split("  ")[0] for line in menu(console)]
        assert names == ["id", "number", "charge C000001", "refund R000001", "link", "json"]
        await console.press(*"refu", "enter")
        await console.until(lambda: console.app.clipboard == order.refunds[0].id)
        await console.press("y", *"json", "enter")
        await console.until(lambda: "characters. Not there? azpay orders show" in console.said)
        assert "jane@example.com" not in console.app.clipboard
        assert '"chargeId": "x"' in console.app.clipboard


async def test_escape_copies_nothing() -> None:
    async with driven() as console:
        await console.press("2", "y", "down", "escape")
        assert console.app.clipboard == ""
        assert console.app.screen is console.screen


async def test_the_line_copies_by_name() -> None:
    async with driven() as console:
        await console.press("2", "colon", *"copy num", "tab")
        assert console.lines[-2].startswith(":copy number_")
        await console.press("enter")
        assert console.app.clipboard == console.desk.orders[console.at or ""].number
        console.screen.run_line("copy nonsense")
        assert "There is no nonsense to copy; there is id, number" in console.said


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("na", "sellercentral.amazon.com"),
        ("eu", "sellercentral-europe.amazon.com"),
        ("jp", "sellercentral.amazon.co.jp"),
    ],
)
def test_the_link_is_that_of_the_region(region: str, host: str) -> None:
    link = seller_central("S01-1-1", region, "live")
    assert link == f"https://{host}/hz/me/pmd/payment-details?orderReferenceId=S01-1-1"
    assert seller_central("S01-1-1", region, "simulator") is None
    assert seller_central("S01-1-1", "xx", "live") is None


async def test_the_link_is_shown_and_copied_and_a_simulated_order_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    async with driven(MemoryDesk(environment="sandbox")) as console:
        await console.press("2", "o")
        link = f"https://sellercentral.amazon.com/hz/me/pmd/payment-details?orderReferenceId={console.at}"
        assert console.app.clipboard == link
        assert link in console.said
        assert "sandbox view" in console.said
        assert console.screen.message._style.link == link
        console.screen.say("Next.")
        assert console.screen.message._style.link is None
    async with driven() as console:
        await console.press("2", "o")
        assert "A simulated order has no page" in console.said
        assert console.app.clipboard == ""


def test_only_terminals_known_to_take_hyperlinks_get_them() -> None:
    assert all(map(hyperlinks, ("xterm-256color", "tmux-256color", "xterm-kitty", "alacritty", "foot")))
    assert not any(map(hyperlinks, ("", "linux", "vt100", "screen", "dumb", "rxvt")))


# What Amazon sent


def test_secrets_are_never_shown_and_personal_data_only_on_request() -> None:
    hiding = "\n".join(raw_lines(json.dumps(BODY), hide_personal=True))
    assert json.loads(hiding) == {
        **BODY,
        "buyer": {"name": "Jane Doe", "email": "j***@example.com", "phoneNumber": "***"},
        "shippingAddress": {"name": "***", "addressLine1": "***", "countryCode": "US", "extra": [{"a": "***"}]},
        "deviceToken": "***",
    }
    showing = "\n".join(raw_lines(json.dumps(BODY), hide_personal=False))
    assert json.loads(showing) == {**BODY, "deviceToken": "***"}


def test_what_is_no_json_is_shown_safely_or_not_at_all() -> None:
    assert list(raw_lines("<html>\x1b[2J\nx", hide_personal=False)) == ["<html>\ufffd[2J", "x"]
    [line] = raw_lines("jane@example.com", hide_personal=True)
    assert "jane" not in line
    deep = "[" * 100_000
    assert len(list(raw_lines(deep, hide_personal=False))) == 1
    assert "***" in "\n".join(raw_lines("[" * 60 + "]" * 60, hide_personal=False))


async def test_the_raw_objects_are_read_found_and_copied_whole() -> None:
    async with driven(desk()) as console:
        await console.press("2", "x")
        await console.until(lambda: "as sent" in console.lines[0])
        assert isinstance(console.app.screen, RawScreen)
        assert '"email": "jane@example.com",' in console.text
        await console.press("slash", *"chargeId", "enter", "y")
        assert json.loads(console.app.clipboard) == {"chargeId": "x"}
        assert "azpay orders show" in console.said
        await console.press("enter")
        await console.until(lambda: console.app.screen is console.screen)


async def test_personal_data_of_a_live_shop_is_hidden_in_the_raw_objects_too() -> None:
    async with driven(desk("live")) as console:
        await console.press("2", "x")
        await console.until(lambda: "personal data hidden" in console.lines[0])
        assert "jane@" not in console.text
        await console.press("p")
        await console.until(lambda: "jane@" in console.text)
        assert "reveal" in console.app.screen.alarms  # type: ignore[attr-defined]
        await console.press("p")
        await console.until(lambda: "jane@" not in console.text)


async def test_an_order_never_read_says_how_to_read_it() -> None:
    made = desk()
    made.reader.raw = lambda order_id: {}  # type: ignore[method-assign]
    async with driven(made) as console:
        await console.press("2", "x")
        await console.until(lambda: "press r to read it" in console.text)


async def test_hostile_bodies_leave_no_foreign_byte() -> None:
    async with driven(desk(a='{"\\u001b[2J": "\\u009b6n \\u202e"}', b="\x1b]52;c;x\x07")) as console:
        await console.press("2", "x")
        await console.until(lambda: "as sent" in console.lines[0])
        assert not any(hidden(line) for line in console.lines)
        await console.press("y")
        assert not hidden(console.app.clipboard.replace("\n", ""))
