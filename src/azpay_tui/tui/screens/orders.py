"""The one screen of the console: the list of orders, the order under the cursor, and what can be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Static

from azpay_tui.backoffice.ports import Desk
from azpay_tui.backoffice.records import Event
from azpay_tui.store.views import SavedViews
from azpay_tui.tui.acting import Acting
from azpay_tui.tui.commands.base import Command, Where
from azpay_tui.tui.display import display
from azpay_tui.tui.following import Following
from azpay_tui.tui.frame import Frame
from azpay_tui.tui.listing import Listing
from azpay_tui.tui.marker import Marker
from azpay_tui.tui.modifying import Modifying
from azpay_tui.tui.rooms import Rooms
from azpay_tui.tui.screens.base import CommandScreen
from azpay_tui.tui.sight import Sight
from azpay_tui.tui.sitting import Sitting
from azpay_tui.tui.tour import Tour
from azpay_tui.tui.widgets.actions import ActionsPane
from azpay_tui.tui.widgets.detail import DetailView
from azpay_tui.tui.widgets.order_list import OrderList
from azpay_tui.tui.widgets.panes import THREE, TWO, Panes
from azpay_tui.tui.widgets.peek import Peek
from azpay_tui.tui.widgets.views_bar import ViewsBar
from azpay_tui.tui.widgets.words import zone

LEADER: Final = 0.7
"""Seconds after which the leader alone opens the actions pane."""
POLL: Final = 2.0
"""Seconds between looks at the cache; an event looks at once."""
TICK: Final = 10.0
"""Seconds between looks at the clock; only a changed text is painted."""


class OrdersScreen(CommandScreen, inherit_bindings=False):
    """Widgets show, commands say what to do, the app acts."""

    AUTO_FOCUS = "#orders"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 (the framework declares it)
        (0, "-tiny"),
        (60, "-one"),
        (TWO, "-two"),
        (THREE, "-three"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (15, "-flat"), (20, "-tall")]  # noqa: RUF012

    @dataclass
    class Heard(Message):
        """The back office told something."""

        event: Event

    def __init__(
        self,
        desk: Desk,
        sitting: Sitting,
        saved: SavedViews,
        *,
        low_bandwidth: bool = False,
        tour: Tour | None = None,
    ) -> None:
        """Show what a desk offers, and the views a person saved."""
        super().__init__(desk, sitting, "pane")
        profile = desk.profile
        self.zone = zone(profile.timezone)
        """Of days and times."""
        self.acting = Acting(self)
        """Asks for what is wanted of the order under the cursor."""
        self.marker = Marker(self)
        """Marks orders."""
        self.modifying = Modifying(self)
        """Charges more than an order's total, and has parcels sent elsewhere."""
        self._tour = tour
        self.term = ""
        """What was searched for last."""
        self.orders = OrderList(desk.reader, desk.now, where=self.zone, by_half_pages=low_bandwidth, id="orders")
        self.detail = DetailView(timezone=profile.timezone, masked=profile.environment == "live", id="detail")
        self.detail.policy = profile.policy
        self.actions = ActionsPane(timezone=profile.timezone, policy=profile.policy, id="actions")
        self.peek = Peek(timezone=profile.timezone, id="peek")
        self.panes = Panes(self.orders, self.detail, self.actions, id="panes")
        self._frame = Frame(lambda: desk.profile, self.zone, desk.now, self.orders)
        self.listing = Listing(self, saved)
        """What the list shows and how that is changed."""
        self.rooms = Rooms(self)
        """Where one is among the panes."""
        self.following = Following(self, self._frame)
        """What keeps the panes in step."""
        self.message, self.keys = self._frame.message, self._frame.keys

    @property
    def lines(self) -> OrderList:
        """The list of orders."""
        return self.orders

    @property
    def where(self) -> Where:
        """Where the focus is."""
        return "list" if self.focused in (self.orders, None) else "pane"

    def compose(self) -> ComposeResult:
        """Header and views, the panes, the peek, and three lines below."""
        yield self._frame.header
        yield self._frame.views
        yield self._frame.filter
        yield self.panes
        yield self.peek
        yield self._frame.keys
        yield self.message
        yield self._frame.status
        yield Static("The console needs 60x15. Make the window larger; q quits.", id="too-small", markup=False)

    def on_mount(self) -> None:
        """Show the first view and listen."""
        self.listing.try_saved()
        self.try_to(lambda: self.orders.show(Sight()))
        self.following.pulse()
        self.set_interval(POLL, self.following.pulse)
        self.set_interval(TICK, self.following.tick)
        self._unsubscribe = self.desk.subscribe(self._told)
        self._continue_tour()

    def on_unmount(self) -> None:
        """Listen no longer."""
        self._unsubscribe()

    def _told(self, event: Event) -> None:
        """Take an event from any thread."""
        self.post_message(self.Heard(event))

    # Keys

    def led(self, leader: str) -> None:
        """Open the pane of actions when nothing follows."""
        if leader == "a" and self.orders.row is not None:
            self.alarms.set("leader", LEADER, self.rooms.focus_actions)

    def led_nowhere(self, leader: str, key: str) -> bool:
        """Open the pane of actions by Enter or an arrow."""
        if leader != "a" or key not in ("enter", "down", "up"):
            return False
        self.rooms.focus_actions()
        return True

    def run_command(self, command: Command, argument: str = "") -> None:
        """Run a command, or say why it does not work now."""
        if command.id != "peel":
            self.listing.asked_nothing()
        super().run_command(command, argument)

    def did(self, command: Command) -> None:
        """Go on with the tour."""
        if self._tour is not None and self._tour.did(command.id):
            self._continue_tour()

    # What commands ask for

    def show_view(self, view: str) -> None:
        """Show a built-in view from its start, in the list."""
        self.listing.show(Sight(view))

    def order_here(self) -> str | None:
        """Return the id of the order under the cursor."""
        return self.orders.row.id if self.orders.row is not None else None

    def go_to(self, order_id: str) -> None:
        """Put the cursor on an order, in this list or else in that of all orders."""
        if not self.listing.go_to_id(order_id):
            self.say(f"{display(order_id, 40)} is not tracked here.")

    def shown(self) -> None:
        """Say around the list what it shows now."""
        self._frame.show(self.listing.named)

    @property
    def total(self) -> int | None:
        """How many orders the list has; None: more than are counted."""
        return self._frame.total

    def go_back(self) -> None:
        """Give room back, go to the list; from the list quit."""
        if not self.rooms.leave():
            self.ask_quit()

    def peel(self) -> None:
        """Leave the innermost thing."""
        if not self.rooms.leave() and not self.listing.peel():
            self.term = ""
            self.sitting.take_note()
            self.say("")

    def forget_leader(self) -> None:
        """Wait for no second key."""
        self._keys.leader = None

    def _continue_tour(self) -> None:
        if self._tour is not None:
            self.say(self._tour.sentence or "That was the tour. Press ? whenever you wonder.")

    # Messages

    @on(Heard)
    def _hear(self, message: Heard) -> None:
        self.following.hear(message.event)

    @on(OrderList.Moved)
    def _follow(self) -> None:
        self.following.look_soon()

    @on(OrderList.Changed)
    def _list_changed(self) -> None:
        self._frame.show_place()

    @on(ViewsBar.Pointed)
    def _view_pointed(self, message: ViewsBar.Pointed) -> None:
        """Do what its key does."""
        command = self._keys.press(str(message.number), "list").command
        if command is not None and not self.message.prompting:
            self.run_command(command)

    @on(ActionsPane.Chosen)
    def _chosen(self, message: ActionsPane.Chosen) -> None:
        self.acting.take(message.offer, message.amount)

    @on(ActionsPane.Asked)
    def _asked(self, message: ActionsPane.Asked) -> None:
        self.run_line(message.command)

    def on_descendant_focus(self) -> None:
        """Show the keys of the pane that has the focus."""
        self.rooms.focused()
        self.show_keys()

    def on_resize(self) -> None:
        """Keep the focus where it was."""
        self.rooms.resized()
