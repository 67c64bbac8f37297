"""Orders that change after they were placed, by keyboard on the simulator: more money, part after part, closed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.office import Office, open_office
from tests.tui.keyboard import at_keyboard, calm
from tests.tui.pilot import driven
from textual.widgets import Static

from azpay_tui.domain.intent import Verb
from azpay_tui.domain.policies import chosen
from azpay_tui.tui.dialogs.action import ActionDialog

__all__ = ["calm"]

pytestmark = pytest.mark.usefixtures("calm")
OLDER = chosen("amazon", {"overcharge": "15%/75"})


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path, policy=OLDER) as opened:
        yield opened


async def test_200_becomes_230_by_both_routes(office: Office) -> None:
    """S4.1, S4.2, S4.6 to S4.8, S4.10."""
    whole = office.make("open", amount="200.00", limit="1000.00")
    held = office.make("authorized", amount="200.00", limit="1000.00")
    async with at_keyboard(office) as person:
        for order, amount in ((whole, "230.00"), (held, "30.00")):
            await person.go_to(order)
            await person.press("a", "m")
            await person.until(lambda: "(200.00 USD now, at most 230.00 USD)" in person.text)
            await person.enter("230.01")
            assert "230.01 USD is too much. 30.00 USD above the total of 200.00 USD may be charged" in person.text
            await person.press("ctrl+u")
            await person.enter("230")
            assert "its total is now 230.00 USD instead of 200.00 USD" in person.text
            await person.press("enter")
            assert "Say how the buyer was told" in person.text
            await person.enter("by phone")
            await person.dialog()
            assert "Above total" in person.text
            await person.confirm(typed="" if order == whole else amount)
            (note,) = office.desk.reader.marks(order).notes
            assert note.text.endswith(f"{amount} USD to authorize: by phone")
    authorized = [(name, amount) for name, _id, amount in office.effects()]
    assert authorized == [("authorize", "230.00"), ("authorize", "30.00")]


async def test_a_part_fulfilled_order_from_authorization_to_closed(office: Office) -> None:
    """S4.18 to S4.23: capture what ships, authorize the rest, void what is not needed, close."""
    order = office.make("authorized", limit="150.00")
    first = office.order(order).charges[0].id
    async with at_keyboard(office) as person:
        await person.go_to(order)
        await person.press("a", "c")
        await person.confirm(typed="80")
        await person.press("a", "a")
        await person.confirm()
        await person.enter(":authorize 5")
        await person.confirm(typed="5")
        held = [one for one in office.order(order).charges if one.id != first]
        (unneeded,) = [one.id for one in held if one.amount.minor == 500]
        (rest,) = [one.id for one in held if one.id != unneeded]
        await person.press("a", "v")
        await person.until(lambda: unneeded[-7:] in person.text and rest[-7:] in person.text)
        await person.press(*["down"] * (1 + [one.id for one in held].index(unneeded)), "enter")
        await person.confirm()
        assert "close it" not in person.text
        await person.press("a", "c")
        await person.confirm()
        await person.until(lambda: "All of it is captured, and the buyer sees it open until" in person.text)
        assert "close it (a x)" in person.text
        await person.enter(":unclosed")
        assert person.app._orders.order_here() == order
        await person.press("a", "x")
        dialog = await person.dialog()
        after = " ".join(str(dialog.query_one("#after", Static).render()).split())
        assert "the buyer sees it closed now instead of open until" in after
        await person.confirm(typed=order[-4:])
        assert "close it" not in person.text
    assert office.effects() == [
        ("capture", first, "80.00"),
        ("authorize", rest, "40.00"),
        ("authorize", unneeded, "5.00"),
        ("void", unneeded, None),
        ("capture", rest, "40.00"),
        ("close", order, None),
    ]


async def test_the_letter_works_in_the_pane_and_says_why_nothing_may_be_authorized(office: Office) -> None:
    """S4.3: the allowance stands in the pane and in the detail."""
    order, closed = office.make("open", amount="200.00", limit="1000.00"), office.make("captured")
    async with at_keyboard(office) as person:
        await person.go_to(order)
        await person.press("a", "enter")
        await person.until(lambda: "a m Charge more (30.00 USD above the" in person.text)
        await person.press("m")
        assert "new total of" in person.text
        await person.press("escape", "escape")
        await person.go_to(closed)
        await person.press("a", "m")
        assert "Authorize is not available." in person.text
    assert office.effects() == []


async def test_after_soft_declines_a_try_is_folded_away_with_its_reason_and_when_it_changes(tmp_path: Path) -> None:
    """S3.26: nothing is tried again before the hours have passed; then only who accepts the warning does it."""
    with open_office(tmp_path, policy=chosen("amazon", {"soft_declines": "2/24h"})) as shop:
        order = shop.make("declined-soft")
        shop.fault("authorize", "status", code=422, reason="SoftDeclined")
        assert shop.act(order, Verb.AUTHORIZE).state == "declined"
        async with at_keyboard(shop, size=(200, 50)) as person:
            await person.go_to(order)
            await person.press("a", "a")
            await person.until(lambda: "Declined softly 2 times in a row" in person.text)
            assert "not tried again before 2026-01-16 07:01 UTC; ask the buyer for another payment" in person.text
            assert not isinstance(person.screen, ActionDialog)
            shop.world(hours=24)
            await person.press("escape", "a", "r")
            await person.until(lambda: "Authorize 120.00 USD (! same-card)" in person.text)
        assert shop.effects() == []


async def test_without_room_nothing_is_offered() -> None:
    async with driven() as console:
        await console.press("6", "a", "enter")
        assert "Charge more" not in console.text


async def test_a_parcel_that_goes_elsewhere_is_warned_about_and_marked(office: Office) -> None:
    """S4.11, S4.12."""
    order = office.make("authorized")
    async with at_keyboard(office, size=(200, 50)) as person:
        await person.go_to(order)
        await person.enter(":address line1=17 Elm Street; city=Ottawa")
        assert "Amazon's payment protection covers only an address" in person.text
        await person.enter("no")
        assert "Not confirmed: nothing was changed." in person.text
        await person.enter(":address")
        await person.enter("street=17")
        assert "is no part of an address" in person.text
        await person.press("ctrl+u")
        await person.enter("line1=17 Elm Street; city=Ottawa")
        await person.enter("yes")
        await person.until(lambda: "P NOT PROTECTED by Amazon" in person.text)
        assert "17 Elm Street" in person.text
        assert office.desk.reader.row(order).marks == ("unprotected",)  # type: ignore[union-attr]
        await person.enter(":address none")
        await person.until(lambda: "NOT PROTECTED" not in person.text)
    assert office.sim("GET", "/_sim/ledger") == []
