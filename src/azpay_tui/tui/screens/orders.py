"""The one screen of the console: the list of orders, the order under the cursor, and what can be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from azpay_tui.backoffice.ports import Desk, Event
from azpay_tui.domain.cancelling import WHOLE, Wanted
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.money import Money
from azpay_tui.domain.offer import Offer
from azpay_tui.domain.order import Order, order_id_of
from azpay_tui.store.views import SavedViews
from azpay_tui.tui.commands.acting import LINES
from azpay_tui.tui.commands.base import Command, Where
from azpay_tui.tui.dialogs.facts import read_amount
from azpay_tui.tui.dialogs.sale import Ends
from azpay_tui.tui.display import display
from azpay_tui.tui.following import Following
from azpay_tui.tui.frame import Frame
from azpay_tui.tui.listing import Listing
from azpay_tui.tui.marker import Marker
from azpay_tui.tui.modifying import Modifying
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

    @dataclass
    class Acted(Message):
        """A person chose an action; the app opens its dialog."""

        offer: Offer
        order: Order
        amount: Money | None = None
        """The amount that was typed with the verb; the dialog checks it like any other."""
        by_lines: bool = False
        """Whether the lines are chosen first."""

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
        self._last: Widget = self.orders
        self.peek = Peek(timezone=profile.timezone, id="peek")
        self.panes = Panes(self.orders, self.detail, self.actions, id="panes")
        self._frame = Frame(profile, self.zone, desk.now, self.orders)
        self.listing = Listing(self, saved)
        """What the list shows and how that is changed."""
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
            self.alarms.set("leader", LEADER, self.focus_actions)

    def led_nowhere(self, leader: str, key: str) -> bool:
        """Open the pane of actions by Enter or an arrow."""
        if leader != "a" or key not in ("enter", "down", "up"):
            return False
        self.focus_actions()
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

    def open_detail(self) -> None:
        """Go to the order under the cursor; from an empty list to all orders."""
        if self.orders.row is None:
            self.listing.show_everything()
            return
        self.following.look()
        self.add_class("-detail")
        self.set_focus(self.detail)

    def zoom(self) -> None:
        """Give the order the room of the list too, or give it back."""
        self.open_detail()
        self.panes.zoom(not self.panes.zoomed)

    def focus_actions(self) -> None:
        """Go to the actions of the order under the cursor."""
        self._keys.leader = None
        if self.app.screen is self:
            self.following.look()
            self.add_class("-detail")
            self.set_focus(self.actions)

    def act(self, verb: Verb, amount: str = "") -> None:
        """Ask the pane for a verb of the order under the cursor, with an amount as it was typed."""
        self.following.look()
        self.actions.choose(verb, amount)

    def step_pane(self, step: int) -> None:
        """Move the focus to the next pane that is shown."""
        panes = [pane for pane in (self.orders, self.detail, self.actions) if pane.is_on_screen]
        if self.focused in panes:
            self.set_focus(panes[(panes.index(self.focused) + step) % len(panes)])

    def go_back(self) -> None:
        """Give room back, go to the list; from the list quit."""
        if self.panes.zoomed:
            self.panes.zoom(False)
        elif self.where == "list":
            self.ask_quit()
        else:
            self.to_list()

    def peel(self) -> None:
        """Leave the innermost thing."""
        if self.panes.zoomed:
            self.panes.zoom(False)
        elif self.where != "list":
            self.to_list()
        elif not self.listing.peel():
            self.term = ""
            self.sitting.take_note()
            self.say("")

    def to_list(self) -> None:
        """Go to the list."""
        self.panes.zoom(False)
        self.remove_class("-detail")
        if self.focused is not self.orders:
            self.set_focus(self.orders)

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
        offer, order = message.offer, self.following.order
        if order is None or offer.target is None or order_id_of(offer.target) != order.id:
            return
        if offer.verb is Verb.REFRESH:
            self.try_to(lambda: self.following.refresh([order.id]))
        else:
            by_lines = message.amount == LINES
            amount = read_amount(message.amount, offer) if message.amount and not by_lines else None
            if isinstance(amount, str):
                self.say(amount)
            else:
                self.post_message(self.Acted(offer, order, amount, by_lines))

    @on(ActionsPane.Asked)
    def _asked(self, message: ActionsPane.Asked) -> None:
        self.run_line(message.command)

    def end_sale(self, ends: Ends, wanted: Wanted = WHOLE) -> None:
        """Ask for the dialog that ends the sale of the order under the cursor, or deletes it."""
        if self.orders.row is not None:
            self.post_message(self.EndWanted(self.orders.row.id, wanted, ends))

    def on_descendant_focus(self) -> None:
        """Show the keys of the pane that has the focus."""
        self._last = self.focused or self._last
        self.show_keys()

    def on_resize(self) -> None:
        """Keep the focus on the pane that had it, also over a size at which nothing is shown."""
        self.set_class(self._last is not self.orders, "-detail")
        self.call_after_refresh(self._focus_again)

    def _focus_again(self) -> None:
        if self.focused is None:
            self.set_focus(self._last)
