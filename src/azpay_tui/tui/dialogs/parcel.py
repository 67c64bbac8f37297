"""The dialog in which a person confirms that Amazon is told of a parcel."""

from __future__ import annotations

import time
from collections.abc import Iterator

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Static

from azpay_tui.backoffice.records import ProfileInfo
from azpay_tui.domain.deliveries import DeliveryReady
from azpay_tui.tui.dialogs import facts
from azpay_tui.tui.dialogs.armed import Armed
from azpay_tui.tui.dialogs.facts import Fact
from azpay_tui.tui.dialogs.guard import Monotonic, Push
from azpay_tui.tui.dialogs.read_first import WIDEST
from azpay_tui.tui.widgets.words import absolute, outside, zone


class ParcelDialog(Armed[bool]):
    """Shows the parcel and its order as read just now; returns whether Amazon is to be told. Never sends itself."""

    DEFAULT_CSS = """
    ParcelDialog {
        #box { height: 100%; max-height: 20; }
    }
    """
    WOULD_BE = "sent"

    def __init__(self, profile: ProfileInfo, ready: DeliveryReady, *, clock: Monotonic = time.monotonic) -> None:
        """Make a dialog about one parcel."""
        super().__init__("TRACK DELIVERY: Amazon tells the buyer when the parcel arrives", clock)
        self._info, self._ready = profile, ready

    @property
    def profile(self) -> ProfileInfo:
        """Where one is."""
        return self._info

    def content(self) -> ComposeResult:
        """The facts above, the buttons below."""
        width = min(self.app.size.width, WIDEST) - 2
        with VerticalScroll(id="facts-area", can_focus=False):
            yield Static(facts.lay_out(tuple(self._facts()), width), id="facts", markup=False)
        yield Static("", id="why", markup=False)
        with Horizontal(id="buttons"):
            yield Push("Cancel", self.arrivals, id="cancel")
            yield Push("Tell Amazon", self.arrivals, id="commit", disabled=True)
        yield Static("Tab moves. Enter on the left, or Esc: close, nothing sent.", id="keys")

    def _facts(self) -> Iterator[Fact]:
        parcel = self._ready.parcel
        yield from facts.about(self._info, self._ready.order, self._ready.read_at)
        yield Fact("Carrier", outside(parcel.carrier, 80))
        yield Fact("Number", outside(parcel.tracking, 80))
        for before in self._ready.before:
            when = absolute(before.at, zone(self._info.timezone))
            yield Fact("Before", f"{outside(before.told, 160)}, {when} by {outside(before.person, 60)}")
        yield Fact("Afterwards", "No money moves, and the order stays as it is.")

    def _barred(self) -> str | None:
        return "The order was read more than 60 s ago: close this and open it again." if self._stale else None

    def _answer(self) -> bool:
        return True
