"""Keeps the screen of orders in step: with its cursor, with the cache, with the back office and with time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from azpay_tui.backoffice.records import Event
from azpay_tui.domain.order import Order
from azpay_tui.domain.rows import Connection
from azpay_tui.tui.deciding import to_settle, why_not
from azpay_tui.tui.display import display
from azpay_tui.tui.feed import Feed, Looked
from azpay_tui.tui.frame import Frame
from azpay_tui.tui.news import News
from azpay_tui.tui.refreshing import Refreshing
from azpay_tui.tui.screens.base import CommandScreen
from azpay_tui.tui.widgets.sources import Fallen

if TYPE_CHECKING:
    from azpay_tui.tui.screens.orders import OrdersScreen

FOLLOW: Final = 0.12
"""Seconds of calm after the last cursor move before the panes follow."""
CALM: Final = 0.1
"""Seconds of calm after an event before the cache is looked at."""
BEAT: Final = 0.5
"""Seconds after which the sign of an order that something happens to moves."""
_NOTHING: Final = Looked(None, None, (), ())


class Following:
    """Belongs to the screen of orders. Whatever it reads may raise one of `feed.READ_ERRORS`, which is said."""

    def __init__(self, screen: OrdersScreen, frame: Frame) -> None:
        """Nothing was looked at yet."""
        self._screen = screen
        self._frame = frame
        self._feed = Feed(screen.desk)
        self._news = News(screen.desk, screen.zone)
        self._refreshing = Refreshing(screen.desk)
        self._looked = _NOTHING
        self._fallen = Fallen()
        self._connection: Connection | None = None

    @property
    def order(self) -> Order | None:
        """The order that the panes show."""
        return self._looked.order

    # The order under the cursor

    def look(self) -> None:
        """Show the order under the cursor in the panes, at once."""
        screen = self._screen
        screen.alarms.stop("follow")
        row, now = screen.orders.row, screen.desk.now()
        self._looked = found = _NOTHING if row is None else self._feed.look(row.id, row)
        screen.peek.show(found.order, found.offers, found.row, now)
        screen.detail.show(
            found.order, found.offers, found.timeline, found.row, now, found.marks, found.slips, found.deliveries
        )
        screen.actions.show(found.order, found.offers, now)
        here = [row.id] if row is not None else []
        screen.desk.watch([*here, *(shown.id for shown in screen.orders.rows_on_screen if shown.id not in here)])

    def look_soon(self) -> None:
        """Show it when the cursor has come to rest."""
        self._screen.alarms.set("follow", FOLLOW, lambda: self._screen.try_to(self.look))

    # What changed

    def pulse(self) -> None:
        """Look at what changed in the cache, whoever changed it."""
        self._screen.try_to(self._take_pulse)

    def _take_pulse(self) -> None:
        screen = self._screen
        pulse = self._feed.pulse()
        before, self._connection = self._connection, pulse.status.connection
        if pulse.changed:
            screen.orders.take(pulse.changed)
        if screen.orders.row is not None and screen.orders.row.id in pulse.changed:
            self.look()
        elif before is not None and before != self._connection:
            self.look()  # What an order allows hangs on the connection too.
        for name, said, warning in self._fallen.hear(pulse.sources):
            screen.say(said, warning=warning, unasked=True, about=f"source {name}")
        self._frame.take(pulse, len(screen.desk.in_flight()), screen.listing.named)
        if "beat" not in screen.alarms:
            self._beat()

    def tick(self) -> None:
        """Bring ages and deadlines in step with the clock."""
        self._screen.orders.tick()
        self._screen.shown()
        if "follow" not in self._screen.alarms:
            self._screen.try_to(self.look)

    def hear(self, event: Event) -> None:
        """Take an event of the back office, and look soon."""
        screen = self._screen
        if event.intent is not None:
            heard = self._news.hear(event.intent)
            if heard is not None:
                # That it is sent once more settles nothing: what was said of it last still holds.
                sending = event.intent.state in ("intent", "sent")
                screen.say(heard[0], warning=heard[1], unasked=True, about="" if sending else event.intent.id)
        if event.kind == "automatic" and event.problem is not None:
            said = display(event.problem, 400)
            screen.say(said, warning=not event.well, unasked=True, about="automatic steps")
        done = self._refreshing.heard(event)
        if done is not None:
            screen.say(done[0], warning=done[1])
        if "pulse" not in screen.alarms:
            screen.alarms.set("pulse", CALM, self.pulse)

    # What waits for a person

    def why_not_settle(self) -> str | None:
        """Say why nothing of the order under the cursor may be decided, or None."""
        desk, order, row = self._screen.desk, self._looked.order, self._screen.orders.row
        if order is None or row is None or order.id != row.id:
            return None  # not looked at yet: `settle` will know
        found = to_settle(order, desk.now()) or next(iter(order.intents), None)
        state, at = (found.state, found.at) if found is not None else (None, None)
        return why_not(desk.profile, state, at, desk.now())

    def settle(self) -> None:
        """Ask for the dialog about the order under the cursor."""
        self.look()
        refusal, order = self.why_not_settle(), self._looked.order
        found = to_settle(order, self._screen.desk.now()) if order is not None else None
        if refusal is None and found is not None:
            self._screen.post_message(CommandScreen.SettleWanted(found.id))
        else:
            self._screen.say(refusal or "There is no order under the cursor.")

    # What is under way

    def refresh(self, order_ids: Iterable[str]) -> None:
        """Read orders from Amazon, in the background; they are marked in the list until they are read."""
        self._screen.say(self._refreshing.begin(order_ids))
        self._beat()

    def _beat(self) -> None:
        """Move the signs of what is under way; without any nothing moves and nothing is sent."""
        screen = self._screen
        sent = (intent.draft.wish.order_id for intent in screen.desk.in_flight())
        busy = frozenset((*sent, *self._refreshing.waiting))
        if busy or screen.orders.busy:
            screen.orders.spin(busy)
        if busy:
            screen.alarms.set("beat", BEAT, self._beat)
