"""Parcels by keyboard on the simulator: asked for, read to the end, told once, shown with their order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from rich.text import Text
from tests.support.goods import recorded, slip
from tests.support.office import Office, open_office
from tests.support.orders import SITUATIONS
from tests.tui.desk import NOW, MemoryDesk
from tests.tui.keyboard import Keyboard, at_keyboard, calm
from tests.tui.pictures import MIDDLE, SMALL, Camera, console_of, honest_order, settled, sized
from textual.pilot import Pilot

from azpay_tui.domain.deliveries import Delivery, Parcel
from azpay_tui.domain.intent import Verb
from azpay_tui.tui.dialogs.parcel import ParcelDialog
from azpay_tui.tui.widgets.parcels import parcel_lines
from azpay_tui.tui.widgets.words import zone

__all__ = ["calm"]

pytestmark = pytest.mark.usefixtures("calm")

NUMBER = "1Z999AA10123456784"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


@pytest.fixture
def order_id(office: Office) -> str:
    return office.make("captured", number="1001")


def requests(office: Office) -> list[bool]:
    return [entry["effect"] for entry in office.sim("GET", "/_sim/ledger") if entry["operation"] == "other"]


async def ask(person: Keyboard, typed: str) -> None:
    await person.press("a", "t")
    await person.until(lambda: "parcel of 1001, carrier:number: " in person.text)
    await person.enter(typed)


async def confirm(person: Keyboard) -> None:
    await person.until(lambda: isinstance(person.screen, ParcelDialog))
    dialog = person.screen
    await person.until(lambda: not dialog.query_one("#commit").disabled)
    assert dialog.query_one("#cancel").has_focus
    await person.tab_to(lambda: dialog.query_one("#commit").has_focus)
    await person.press("enter")
    await person.until(lambda: not isinstance(person.screen, ParcelDialog))


async def test_a_parcel_is_told_by_enter_on_the_armed_button_alone(office: Office, order_id: str) -> None:
    """S3.37: the same by keyboard."""
    async with at_keyboard(office, size=(120, 60)) as person:
        await person.go_to(order_id)
        await ask(person, f"ups:{NUMBER}")
        await person.until(lambda: isinstance(person.screen, ParcelDialog))
        for said in ("TRACK DELIVERY", "SIMULATOR / sim", "UPS", NUMBER, "No money moves"):
            assert said in person.text
        await person.press("escape")
        await person.until(lambda: not isinstance(person.screen, ParcelDialog))
        assert requests(office) == []
        await person.enter(f":track-delivery UPS:{NUMBER}")
        await confirm(person)
        await person.until(lambda: f"UPS {NUMBER} of" in person.said and "sent to Amazon" in person.said)
        await person.until(lambda: f"UPS {NUMBER}: sent to Amazon by ops" in person.text)
        assert requests(office) == [True]
        await ask(person, f"UPS:{NUMBER}")
        await person.until(lambda: f"Amazon has {NUMBER} already; nothing was sent." in person.said)
    assert requests(office) == [True]


async def test_a_lost_answer_goes_again_only_after_again_was_typed(office: Office, order_id: str) -> None:
    office.fault("track-delivery", "reset-after")
    async with at_keyboard(office) as person:
        await person.go_to(order_id)
        await ask(person, f"UPS:{NUMBER}")
        await confirm(person)
        await person.until(lambda: "not known whether Amazon has it" in person.said)
        for answer, sent in (("no", [True]), ("again", [True, False])):
            await ask(person, f"UPS:{NUMBER}")
            await person.until(lambda: "type again to send it all the same: " in person.text)
            await person.enter(answer)
            if answer == "again":
                await confirm(person)
                await person.until(lambda: "sent to Amazon" in person.said)
            else:
                await person.until(lambda: "Nothing was sent." in person.said)
            assert requests(office) == sent


async def test_what_can_be_no_parcel_is_said_and_nothing_opens(office: Office, order_id: str) -> None:
    async with at_keyboard(office) as person:
        await person.go_to(order_id)
        await ask(person, "1Z999")
        await person.until(lambda: "Say who carries it: Amazon's code of the carrier, such as UPS." in person.text)
        assert not isinstance(person.screen, ParcelDialog)
        await person.press("escape", "a", "down")
        await person.until(lambda: person.app.focused is not None and person.app.focused.id == "actions")
        await person.press("t")
        await person.until(lambda: "parcel of 1001, carrier:number: 1Z999" in person.text)
    assert requests(office) == []


async def test_offline_nothing_is_sent(office: Office, order_id: str) -> None:
    async with at_keyboard(office) as person:
        await person.go_to(order_id)
        office.transport.reachable = False
        await ask(person, f"UPS:{NUMBER}")
        await person.until(lambda: person.said.startswith("Nothing was sent. "))
        assert not isinstance(person.screen, ParcelDialog)
    assert office.desk.reader.deliveries(order_id) == ()


async def test_read_only_says_so(tmp_path: Path) -> None:
    with open_office(tmp_path, read_only="Only reading here.") as office:
        order_id = office.make("captured", number="1001")
        async with at_keyboard(office) as person:
            await person.go_to(order_id)
            await person.press("a", "t")
            await person.until(lambda: "Only reading here." in person.said)


def lines_of(*told: Delivery) -> list[str]:
    shipped = replace(recorded("S01-1234567-0000001", slip("TEA=1", tracking=f"UPS:{NUMBER}")), verb=Verb.CAPTURE)
    return [line.plain for line in parcel_lines([shipped], told, zone("UTC")) if isinstance(line, Text)]


def test_a_slips_number_is_offered_until_it_was_told() -> None:
    of = Parcel("S01-1234567-0000001", "UPS", NUMBER)
    assert lines_of() == [f"UPS {NUMBER}: Amazon was not told of it (a t)"]
    refused = Delivery(1, of, NOW, "o\x1b[2Jps", "refused", "No \x1b]0;such carrier.")
    first, second = lines_of(refused)
    assert first == f"UPS {NUMBER}: Amazon was not told of it (a t)"
    assert "\x1b" not in second
    assert "refused by Amazon" in second
    (sent,) = lines_of(Delivery(1, of, NOW, "ops", "sent", "Amazon answered 200."))
    assert sent.startswith(f"UPS {NUMBER}: sent to Amazon by ops  ")
    purged = Delivery(1, replace(of, tracking=""), NOW, "ops", "sent")
    assert lines_of(purged)[1].startswith("UPS (number removed): sent to Amazon by ops")


@sized(SMALL, MIDDLE)
def test_parcel_dialog(picture: Camera, size: tuple[int, int]) -> None:
    order = honest_order(SITUATIONS["9 captured"]())
    desk = MemoryDesk([order])
    desk.told = (Delivery(1, Parcel(order.id, "UPS", NUMBER), NOW, "ops", "refused", "No such carrier."),)

    async def opened(pilot: Pilot[None]) -> None:
        while not isinstance(console_of(pilot).screen, ParcelDialog):
            await pilot.pause()
        await settled(pilot)

    typed = (*"UPS", "colon", *NUMBER)
    assert picture(desk, "6", "a", "t", *typed, "enter", opened, size=size)
