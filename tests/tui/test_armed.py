"""When the button of a dialog works: not at once, not unread, not too late, never by an Enter that was too quick."""

from __future__ import annotations

from typing import Final

import pytest
from tests.tui.desk import MemoryDesk
from tests.tui.host import NOW, Host, TestClock, captured, until
from textual.pilot import Pilot
from textual.widgets import Static

from azpay_tui.domain.deliveries import Delivery, DeliveryReady, Parcel
from azpay_tui.domain.intent import Prepared
from azpay_tui.tui.dialogs import armed
from azpay_tui.tui.dialogs.parcel import ParcelDialog
from azpay_tui.tui.dialogs.question import ARM, STALE

MOMENT: Final = "A moment ..."
UNREAD: Final = "Read all of it first: PgDn."
READY: Final = "Ready: Tab to the right button, then Enter."
OLD: Final = "The order was read more than 60 s ago: close this and open it again."


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(armed, "TICK", 0.05)


class Asked:
    """The dialog of a parcel, in a terminal of its own."""

    def __init__(self, attempts: int = 0) -> None:
        self.clock = TestClock()
        order = captured()
        parcel = Parcel(order.id, "UPS", "1Z999AA10123456784")
        earlier = tuple(Delivery(number, parcel, NOW, "ops", "refused") for number in range(attempts))
        ready = DeliveryReady(parcel, order, NOW, Prepared("POST", "/deliveryTrackers", b"{}"), earlier)
        profile = MemoryDesk([order]).profile
        self.app = Host(lambda: ParcelDialog(profile, ready, clock=self.clock))

    @property
    def focused(self) -> str | None:
        return self.app.focused.id if self.app.focused is not None else None

    async def says(self, pilot: Pilot[None], said: str) -> None:
        """Wait until the dialog says this, and look whether its button works just when it is ready."""
        dialog = self.app.screen
        await until(pilot, lambda: str(dialog.query_one("#why", Static).render()) == said, said)
        assert dialog.query_one("#commit").disabled == (said != READY)

    async def press(self, pilot: Pilot[None], key: str, seconds: float = 0.5) -> None:
        """Press a key so long after the one before."""
        self.clock.advance(seconds)
        await pilot.press(key)


async def test_it_works_when_a_moment_has_passed_and_only_for_an_enter_that_stands_alone() -> None:
    asked = Asked()
    async with asked.app.run_test(size=(80, 40)) as pilot:
        await asked.says(pilot, MOMENT)
        asked.clock.advance(ARM + 0.01)
        await asked.says(pilot, READY)
        assert asked.focused == "cancel"
        await asked.press(pilot, "tab")
        assert asked.focused == "commit"
        await asked.press(pilot, "enter", 0)
        await until(pilot, lambda: "Too quick" in str(asked.app.screen.query_one("#why", Static).render()))
        assert asked.app.results == []
        await asked.press(pilot, "enter")
        await until(pilot, lambda: asked.app.results == [True])


async def test_it_is_read_to_its_end_first() -> None:
    asked = Asked(attempts=5)
    async with asked.app.run_test(size=(60, 15)) as pilot:
        asked.clock.advance(ARM + 0.01)
        await asked.says(pilot, UNREAD)
        await asked.press(pilot, "pagedown")
        await asked.press(pilot, "pagedown")
        await asked.says(pilot, READY)


async def test_it_stops_working_when_what_it_shows_is_too_old_and_the_focus_goes_to_what_does_no_harm() -> None:
    asked = Asked()
    async with asked.app.run_test(size=(80, 40)) as pilot:
        asked.clock.advance(ARM + 0.01)
        await asked.says(pilot, READY)
        await asked.press(pilot, "tab")
        assert asked.focused == "commit"
        asked.clock.advance(STALE)
        await asked.says(pilot, OLD)
        assert asked.focused == "cancel"
        await asked.press(pilot, "enter")
        await until(pilot, lambda: asked.app.results == [None])
