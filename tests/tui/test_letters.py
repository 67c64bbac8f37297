"""Letters by keyboard on the simulator: read to the end, in the buyer's language, sent by Enter on the armed button."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.backoffice.messages.test_letters import MAIL, Postman
from tests.support.office import Office, open_office
from tests.support.orders import SITUATIONS
from tests.tui.desk import MemoryDesk
from tests.tui.keyboard import Keyboard, at_keyboard, calm
from tests.tui.pictures import LARGE, MIDDLE, SMALL, Camera, console_of, honest_order, settled, sized
from textual.pilot import Pilot
from textual.widgets import Static

from azpay_tui.backoffice.composing import Desired
from azpay_tui.backoffice.health import Health
from azpay_tui.backoffice.messages.letters import Correspondence
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.letters import Letter
from azpay_tui.domain.messages import Message, Outcome, Refused
from azpay_tui.domain.order import Buyer, Order
from azpay_tui.tui.app import Console
from azpay_tui.tui.dialogs.action import ActionDialog
from azpay_tui.tui.dialogs.letter import LetterDialog

__all__ = ["calm"]

pytestmark = pytest.mark.usefixtures("calm")


@pytest.fixture
def postman() -> Postman:
    return Postman()


@pytest.fixture
def office(tmp_path: Path, postman: Postman) -> Iterator[Office]:
    mail = replace(MAIL, send="manual", admin=None)
    with open_office(tmp_path, couriers={"mail": postman}, mail=mail) as opened:
        opened.desk.sync_once()
        yield opened


def declined(office: Office) -> str:
    order_id = office.make("open", number="1001", buyer_name="Zoe Brandt", buyer_email="zoe@example.com")
    office.world(minutes=5)
    office.sim("POST", "/_sim/acts", {"act": "decline", "id": order_id, "reason": "HardDeclined"})
    assert office.act(order_id, Verb.AUTHORIZE).state == "declined"
    office.desk.sync_once()
    return order_id


async def letter_of(person: Keyboard) -> LetterDialog:
    await person.until(lambda: isinstance(person.screen, LetterDialog))
    dialog = person.screen
    assert isinstance(dialog, LetterDialog)
    return dialog


async def read_and_send(person: Keyboard) -> None:
    dialog = await letter_of(person)
    for _ in range(4):
        await person.press("pagedown")
    await person.until(lambda: not dialog.query_one("#commit").disabled)
    await person.tab_to(lambda: dialog.query_one("#commit").has_focus)
    await person.press("enter")
    await person.until(lambda: not isinstance(person.screen, LetterDialog))


async def test_a_payment_method_decline_from_letter_through_repair_to_captured(
    office: Office, postman: Postman
) -> None:
    """S3.26, S3.28: the letter is offered, the order waits, is said to be repaired and is charged after all."""
    order_id = declined(office)
    async with at_keyboard(office) as person:
        await person.go_to(order_id)
        await person.until(lambda: "SUSPENDED" in person.text)
        await person.press("a", "w")
        await letter_of(person)
        for said in ("zoe@example.com", "Your order 1001 at Desk Lamps", "Hello Zoe Brandt,", "pay.amazon.com"):
            assert said in person.text
        assert postman.taken == []
        await read_and_send(person)
        await person.until(lambda: "is kept and leaves now: azpay messages show M-000001" in person.said)
        await person.until(lambda: [message.draft.to for message in postman.taken] == ["zoe@example.com"])

        await person.press("a", "w")
        dialog = await letter_of(person)
        assert str(dialog.query_one("#facts", Static).render()).count("Before ") == 1
        await person.press("escape")

        office.world(hours=1)
        office.sim("POST", "/_sim/acts", {"act": "repair", "id": order_id})
        await person.press("r")
        await person.until(lambda: "repaired: The buyer has repaired the" in person.text)
        assert "again (a a); a warning" in person.text
        await person.press("a", "a")
        await person.confirm(typed="120.00")
        await person.press("a", "c")
        await person.confirm()
        await person.until(lambda: "CAPTURED" in person.text)
    assert [effect[0] for effect in office.effects()] == ["authorize", "capture"]
    assert len(postman.taken) == 1


async def test_a_payment_method_that_failed_without_a_charge_is_said_to_be_repaired(
    office: Office, postman: Postman
) -> None:
    """S3.28: nothing at Amazon tells it from an order that was never charged."""
    order_id = office.make("suspended", number="1001", buyer_email="zoe@example.com")
    async with at_keyboard(office) as person:
        await person.go_to(order_id)
        await person.until(lambda: "SUSPENDED" in person.text)
        await person.press("a", "w")
        await read_and_send(person)
        await person.until(lambda: len(postman.taken) == 1)
        office.world(hours=1)
        office.sim("POST", "/_sim/acts", {"act": "repair", "id": order_id})
        await person.press("r")
        await person.until(lambda: "repaired: The buyer has repaired the" in person.text)
        assert "again (a a); a warning" in person.text
        assert "OPEN" in person.text
        await person.press("a", "a")
        await person.confirm()
        await person.until(lambda: "AUTHORIZED" in person.text)
        await person.until(lambda: "repaired" not in person.text)
    assert [effect[0] for effect in office.effects()] == ["authorize"]


async def test_a_letter_is_read_to_its_end_and_anew_in_another_language(office: Office, postman: Postman) -> None:
    order_id = declined(office)
    async with at_keyboard(office, size=(80, 24)) as person:
        await person.go_to(order_id)
        await person.enter(":letter payment-method")
        dialog = await letter_of(person)
        await person.until(lambda: "Read all of it first: PgDn." in person.text)
        assert dialog.query_one("#commit").disabled
        assert dialog.query_one("#cancel").has_focus
        for _ in range(4):
            await person.press("pagedown")
        await person.until(lambda: not dialog.query_one("#commit").disabled)
        await person.tab_to(lambda: dialog.query_one("#language").has_focus)
        await person.press("enter")
        await person.until(lambda: "Ihre Bestellung 1001 bei Desk Lamps" in person.text)
        await person.until(lambda: "Read all of it first: PgDn." in person.text)
        assert dialog.query_one("#commit").disabled
        await read_and_send(person)
        await person.until(lambda: len(postman.taken) == 1)
    assert postman.taken[0].draft.subject.startswith("Ihre Bestellung 1001 bei Desk Lamps")


async def test_a_letter_that_changed_while_it_was_read_does_not_leave(
    office: Office, postman: Postman, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = declined(office)
    async with at_keyboard(office) as person:
        await person.go_to(order_id)
        await person.press("a", "w")
        await letter_of(person)
        real = Correspondence._composed

        def composed(self: Correspondence, order_id: str, wanted: Desired) -> tuple[Order, Letter]:
            order, letter = real(self, order_id, wanted)
            return order, replace(letter, to="mallory@evil.example")

        monkeypatch.setattr(Correspondence, "_composed", composed)
        await read_and_send(person)
        await person.until(lambda: "Nothing was sent. The letter did not leave, because its recipient" in person.said)
    assert (postman.taken, office.desk.messages.list()) == ([], ())


async def ask_for_letter(person: Keyboard, order_id: str) -> None:
    """Ask for a higher total, with a letter sent first."""
    await person.go_to(order_id)
    await person.press("a", "m")
    await person.enter("230")
    await person.enter("letter:")
    assert "Say in the letter why" in person.text
    await person.enter(" Faster.")
    await letter_of(person)
    assert "Why: Faster." in person.text


async def raise_by_letter(person: Keyboard, order_id: str) -> None:
    """Ask for a higher total, have the letter sent first, and read it to its end."""
    await ask_for_letter(person, order_id)
    await read_and_send(person)


async def test_a_buyer_is_told_of_a_higher_total_by_letter_before_it_is_authorized(
    office: Office, postman: Postman
) -> None:
    """S4.8, S4.9, S4.10."""
    order_id = office.make("open", amount="200.00", limit="1000.00", buyer_email="zoe@example.com")
    async with at_keyboard(office) as person:
        postman.says = [Refused("The mail server refused it.", permanent=True)]
        await raise_by_letter(person, order_id)
        await person.until(lambda: "M-000001" in person.said)
        assert "did not arrive for certain (The mail server refused it): nothing was sent to Amazon" in person.said
        assert office.desk.reader.marks(order_id).notes == ()
        await raise_by_letter(person, order_id)
        await person.dialog()
        (note,) = office.desk.reader.marks(order_id).notes
        (_refused, told) = [message.id for message in postman.taken]
        assert note.text == f"Buyer told of 230.00 USD instead of 200.00 USD, 230.00 USD to authorize: letter {told}"
    assert office.effects() == []


async def test_no_letter_leaves_when_the_order_changed_while_it_was_read(office: Office, postman: Postman) -> None:
    """S4.9: nobody is told of a total that can no longer be charged."""
    order_id = office.make("open", amount="200.00", limit="1000.00", buyer_email="zoe@example.com")
    async with at_keyboard(office) as person:
        await ask_for_letter(person, order_id)
        office.sim("POST", "/_sim/acts", {"act": "close-elsewhere", "id": order_id})
        await read_and_send(person)
        await person.until(lambda: "Nothing was sent to Amazon, and no letter to the buyer." in person.said)
    assert postman.taken == []
    assert office.desk.messages.list() == ()
    assert office.desk.reader.marks(order_id).notes == ()


@dataclass
class Meanwhile(Postman):
    """Lets something happen in the console while a letter is on its way."""

    happens: Callable[[], Awaitable[object]] | None = None
    app: Console | None = None

    def deliver(self, message: Message, stop: threading.Event) -> Outcome:
        if self.app is not None and self.happens is not None:
            self.app.call_from_thread(self.happens)
        return super().deliver(message, stop)


@pytest.mark.parametrize("meanwhile", ["another dialog", "no connection"])
async def test_after_a_letter_it_is_said_of_which_order_nothing_is_authorized_yet(
    tmp_path: Path, meanwhile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S4.9: the buyer was told, so that somebody has to know."""
    postman = Meanwhile()
    mail = replace(MAIL, send="manual", admin=None)
    with open_office(tmp_path, couriers={"mail": postman}, mail=mail) as office:
        office.desk.sync_once()
        order_id = office.make("open", amount="200.00", limit="1000.00", buyer_email="zoe@example.com")
        other = office.order(office.make("open"))
        async with at_keyboard(office) as person:

            async def dialog() -> None:
                offer = office.offer(other.id, Verb.AUTHORIZE)
                await person.app.push_screen(ActionDialog(office.desk, offer, other))

            async def offline() -> None:
                person.app._orders.go_to(other.id)
                monkeypatch.setattr(Health, "verbs_off", "Actions are off until there is a connection.")

            await ask_for_letter(person, order_id)
            postman.app, postman.happens = person.app, dialog if meanwhile == "another dialog" else offline
            await read_and_send(person)
            await person.until(lambda: f"{order_id}: the buyer was told, and nothing is authorized" in person.said)
            assert person.app.sitting.unread == 1
            above = [screen for screen in person.app.screen_stack if isinstance(screen, ActionDialog)]
            assert [each._question._order.id for each in above] == ([other.id] if meanwhile == "another dialog" else [])
            assert ("Actions are off until" in person.said) == (meanwhile == "no connection")


async def test_an_order_that_waits_for_no_letter_says_so(office: Office) -> None:
    order_id = office.make("authorized")
    async with at_keyboard(office) as person:
        await person.go_to(order_id)
        await person.press("a", "w")
        await person.until(lambda: "waits for no letter: nothing of it was declined" in person.said)
        await person.enter(":letter nonsense")
        await person.until(lambda: "There is no template 'nonsense'." in person.said)


async def test_letters_that_are_off_are_shown_and_not_sent(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        order_id = declined(office)
        async with at_keyboard(office) as person:
            await person.go_to(order_id)
            await person.press("a", "w")
            dialog = await letter_of(person)
            await person.until(lambda: "This profile sends no letters: set send" in person.text)
            assert dialog.query_one("#commit").disabled


@sized(SMALL, MIDDLE, LARGE)
def test_letter_dialog(picture: Camera, size: tuple[int, int]) -> None:
    order = honest_order(SITUATIONS["14 declined hard, suspended"]())
    assert order.permission is not None
    buyer = Buyer("Zoe Brandt", "zoe@example.com")
    desk = MemoryDesk([replace(order, permission=replace(order.permission, buyer=buyer))], mail=MAIL)

    async def opened(pilot: Pilot[None]) -> None:
        while not isinstance(console_of(pilot).screen, LetterDialog):
            await pilot.pause()
        await settled(pilot)

    assert picture(desk, "6", "a", "w", opened, size=size)
