"""A page: lines about one subject over the whole screen, read again whenever something changed."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Static

from azpay_tui.backoffice.ports import Desk
from azpay_tui.backoffice.records import Event
from azpay_tui.domain.rows import SyncStatus
from azpay_tui.tui.clipboard import copy
from azpay_tui.tui.commands.base import Where
from azpay_tui.tui.display import display
from azpay_tui.tui.feed import READ_ERRORS, time_left
from azpay_tui.tui.screens.base import CommandScreen
from azpay_tui.tui.sitting import Sitting
from azpay_tui.tui.widgets.choices import Choice, Choices
from azpay_tui.tui.widgets.details import Details
from azpay_tui.tui.widgets.environment import PlaceLine, mark
from azpay_tui.tui.widgets.prompt import Prompt
from azpay_tui.tui.widgets.status_line import KeysLine, StatusLine
from azpay_tui.tui.widgets.words import zone

LOOK: Final = 2.0
"""Seconds between looks; an event looks at once."""
CALM: Final = 0.1
"""Seconds of calm after an event before a look."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found."""

    title: str
    """For the right end of the header."""
    lines: tuple[Choice, ...]
    status: SyncStatus
    in_flight: int


class PageScreen(CommandScreen, inherit_bindings=False):
    """Shows lines with a cursor, and below them what is known of the line under it. Reads in a thread of its own."""

    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-one"), (100, "-two")]  # noqa: RUF012 (the framework declares it)
    VERTICAL_BREAKPOINTS = [(0, "-low"), (15, "-flat"), (20, "-tall"), (36, "-high")]  # noqa: RUF012

    @dataclass
    class GoTo(Message):
        """A person wants to see an order in the list."""

        order_id: str

    @dataclass
    class Narrow(Message):
        """A person wants to see what a filter leaves of all orders."""

        filter: str

    @dataclass
    class Looked(Message):
        """A look ended."""

        found: Look | str
        """Or the sentence why there is none."""

    class Heard(Message):
        """Something changed."""

    def __init__(self, desk: Desk, sitting: Sitting, where: Where) -> None:
        """Show a page of a place."""
        super().__init__(desk, sitting, where)
        profile = desk.profile
        self.zone = zone(profile.timezone)
        """The profile's time zone."""
        self.term = ""
        """What was searched for last."""
        self._looking = self._again = False
        self.header = PlaceLine(profile, id="header")
        self.body = Choices(id="body")
        self.details = Details(id="details")
        self.keys = KeysLine(id="keys")
        self.message = Prompt(id="message")
        self.status = StatusLine(lambda: desk.profile, self.zone, id="status")

    copied = "the line"
    """What is copied of a line, in words."""
    twin = "azpay --help"
    """The command that prints what the page shows."""

    @abstractmethod
    def look(self) -> tuple[str, Sequence[Choice]]:
        """Return the title and the lines; called in a thread, may raise what a read may raise."""

    def opens(self, choice: Choice) -> str | None:
        """Return the order that Enter on a line leads to."""
        return None

    @property
    def lines(self) -> Choices:
        """The lines of the page."""
        return self.body

    def compose(self) -> ComposeResult:
        """Where one is, the lines, what is known of one, and the three lines below."""
        self.app.delay_update(0.05)
        yield self.header
        yield self.body
        yield self.details
        yield self.keys
        yield self.message
        yield self.status
        yield Static("The console needs 60x15. Make the window larger; q goes back.", id="too-small", markup=False)

    def on_mount(self) -> None:
        """Look, and listen."""
        mark(self, self.desk.profile)
        self.show_keys()
        self.look_again()
        self.set_interval(LOOK, self.look_again)
        self._unsubscribe = self.desk.subscribe(self._told)

    def on_unmount(self) -> None:
        """Listen no longer."""
        self._unsubscribe()

    def _told(self, event: Event) -> None:
        """Take an event from any thread."""
        self.post_message(self.Heard())

    @on(Heard)
    def _hear(self) -> None:
        if "look" not in self.alarms:
            self.alarms.set("look", CALM, self.look_again)

    # Looking

    def look_again(self) -> None:
        """Read in the background; what comes while a read is under way waits for its end."""
        if self._looking:
            self._again = True
        else:
            self._looking = True
            self.run_worker(self._look, thread=True, group="look")

    def _look(self) -> None:
        try:
            title, lines = self.look()
            status = self.desk.reader.status(self.desk.now())
            found: Look | str = Look(title, tuple(lines), status, len(self.desk.in_flight()))
        except READ_ERRORS as error:
            found = display(str(error), 400)
        self.post_message(self.Looked(found))

    @on(Looked)
    def _looked(self, message: Looked) -> None:
        self._looking = False
        found = message.found
        if isinstance(found, str):
            if self.sitting.line.text != found:
                self.say(found, warning=True)
        else:
            choice = self.body.choice
            self.header.place(found.title)
            self.body.show(found.lines, None if choice is None else choice.value)
            self.status.show(found.status, self.desk.now(), time_left(self.desk, found.status))
            self.message.in_flight(found.in_flight)
            self._say_more()
        if self._again:
            self._again = False
            self.look_again()

    @on(Choices.Moved)
    def _say_more(self) -> None:
        choice = self.body.choice
        self.details.say(choice.detail if choice is not None else "")

    # What commands ask for

    def open_order(self) -> None:
        """Show the order of the line under the cursor in the list."""
        choice = self.body.choice
        order_id = self.opens(choice) if choice is not None else None
        if order_id is None:
            self.say("This line is about no order.")
        else:
            self.post_message(self.GoTo(order_id))

    def copy_line(self) -> None:
        """Copy what the line under the cursor is about."""
        choice = self.body.choice
        if choice is None or not choice.copy:
            self.say("There is nothing to copy on this line.")
        else:
            self.say(copy(self.app, choice.copy, self.copied, self.twin))

    def open_page(self, page: CommandScreen) -> None:
        """Show another page instead."""
        self.app.switch_screen(page)

    def go_back(self) -> None:
        """Leave for the orders."""
        self.app.pop_screen()
