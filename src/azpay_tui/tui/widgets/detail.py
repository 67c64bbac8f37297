"""Everything known of one order, top to bottom: what it is, how much, until when, who, and what happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from azpay_tui.domain.charging import above_total
from azpay_tui.domain.closing import reminder
from azpay_tui.domain.deliveries import Delivery
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.marks import Marks
from azpay_tui.domain.offer import Offer, valid_verbs
from azpay_tui.domain.order import Order
from azpay_tui.domain.owing import told
from azpay_tui.domain.policies import PRESETS, Settings, shop_word
from azpay_tui.domain.rows import ListRow, TimelineEntry
from azpay_tui.domain.slips import Booked
from azpay_tui.domain.status import attention, ship, status_of
from azpay_tui.tui.display import display
from azpay_tui.tui.widgets.charges import (
    Reasons,
    charge_lines,
    deadline_lines,
    decline_lines,
    pressing,
    pressing_lines,
)
from azpay_tui.tui.widgets.intents import intent_line
from azpay_tui.tui.widgets.marks import attention_line, mark_lines, note_lines
from azpay_tui.tui.widgets.parcels import parcel_lines
from azpay_tui.tui.widgets.people import people_lines
from azpay_tui.tui.widgets.shop import difference_lines, shop_lines
from azpay_tui.tui.widgets.slips import slip_lines
from azpay_tui.tui.widgets.sums import sums
from azpay_tui.tui.widgets.timeline import timeline_lines
from azpay_tui.tui.widgets.words import (
    LETTERS,
    absolute,
    glyph,
    keys_of,
    local,
    order_name,
    relative,
    zone,
)

NO_ORDER = "No order is chosen."
_UNMARKED = Marks()


def _heading(word: str) -> Text:
    return Text(f"\n{word}", "bold")


def _sums(order: Order, now: datetime) -> Iterator[Text]:
    found = sums(order, now)
    width = max(len(line.text) for line in found.lines)
    for line in found.lines:
        yield Text.assemble(line.label.ljust(18), (line.text.rjust(width), "bold"))
    if found.problem:
        yield Text(f"! {found.problem}", "bold")


def _offers(offers: Iterable[Offer]) -> Text:
    names = dict.fromkeys(
        f"{LETTERS[offer.verb]} {offer.verb}{' !' if offer.verdict == 'warn' else ''}"
        for offer in offers
        if offer.verdict != "no"
    )
    return Text(f"a  {', '.join(names) or 'nothing can be done'}")


def detail_lines(
    order: Order,
    offers: tuple[Offer, ...],
    timeline: tuple[TimelineEntry, ...],
    now: datetime,
    where: tzinfo,
    masked: bool,
    marks: Marks = _UNMARKED,
    shown: tuple[str, ...] = (),
    policy: Settings = PRESETS["amazon"],
    slips: Sequence[Booked] = (),
    deliveries: Sequence[Delivery] = (),
) -> Iterator[Text]:
    """Yield the lines of the detail, most important first; `shown` are the marks of the list row."""
    word, verdict = status_of(order, now), ship(order, now)
    called = shop_word(policy, word)
    yield Text(order_name(order), "bold")
    why = local(verdict.reason, where)
    status = f"{glyph(word)} {word}{f' ({called})' if called else ''}"
    yield Text.assemble((status, "bold"), "   ", (verdict.word, "bold"), f": {why}")
    codes, valid = attention(order, now), valid_verbs(offers)
    needs = attention_line(codes, marks, shown, now)
    if needs is not None:
        yield needs
    cancelled = told(order, now)
    if cancelled:
        yield Text(f"Cancelled here: {display(local(cancelled, where), 300)}", "bold")
    above = pressing(order, codes)
    yield from pressing_lines(codes, above, valid)
    yield from difference_lines(order, codes, now, valid, where)
    close = reminder(order, policy, now)
    if close is not None and Verb.CLOSE in valid:
        yield Text(local(close.write(keys_of), where))
    yield from mark_lines(marks, now, where)
    for intent in order.intents:
        yield intent_line(intent, now)
    yield _offers(offers)
    yield _heading("SUMS")
    yield from _sums(order, now)
    more = above_total(order, policy, now)
    if more:
        yield Text(display(more, 400))
    yield _heading("CHARGES AND REFUNDS")
    reasons = Reasons(valid, above)
    yield from charge_lines(order, reasons)
    yield from decline_lines(order, now, reasons)
    if slips:
        yield _heading("SLIPS")
        yield from slip_lines(slips, where)
    parcels = list(parcel_lines(slips, deliveries, where))
    if parcels:
        yield _heading("PARCELS")
        yield from parcels
    deadlines = list(deadline_lines(order, now, where))
    if deadlines:
        yield _heading("DEADLINES")
        yield from deadlines
    of_shop = list(shop_lines(order))
    if of_shop:
        yield _heading("SHOP")
        yield from of_shop
    yield _heading("PEOPLE")
    yield from people_lines(order, marks.moved, masked, where)
    yield from note_lines(marks, where)
    yield _heading("TIMELINE (newest first)")
    yield from timeline_lines(timeline, where)
    yield Text()
    read = order.refreshed_at
    age = f"Read from Amazon {relative(read, now)}  {absolute(read, where)}" if read else "Never read from Amazon."
    yield Text(age)


class DetailView(VerticalScroll, can_focus=True):
    """One order, scrollable by keyboard; repaints only when what it says changes.

    | Key | Does |
    |---|---|
    | j k, arrows | scroll by a line |
    | ctrl+d ctrl+u, PgDn PgUp | scroll by half a page, a page |
    | g G, Home End | top, bottom |
    | Enter | ask for more room, or give it back |
    """

    class Entered(Message):
        """Enter was pressed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "by_lines(1)", "Down", show=False),
        Binding("k,up", "by_lines(-1)", "Up", show=False),
        Binding("ctrl+d", "by_pages(0.5)", "Half a page down", show=False),
        Binding("ctrl+u", "by_pages(-0.5)", "Half a page up", show=False),
        Binding("pagedown", "by_pages(1)", "Page down", show=False),
        Binding("pageup", "by_pages(-1)", "Page up", show=False),
        Binding("g,home", "top", "Top", show=False),
        Binding("G,end", "bottom", "Bottom", show=False),
        Binding("enter", "enter", "Zoom", show=False),
    ]
    DEFAULT_CSS = """
    DetailView {
        scrollbar-size-vertical: 1;
        #detail-body { height: auto; width: 1fr; }
    }
    """

    masked: reactive[bool] = reactive(False)
    """Whether e-mail and address are hidden; the name never is, one must know whom one pays."""
    policy: Settings = PRESETS["amazon"]
    """Says whose words stand beside the status."""

    def __init__(self, *, timezone: str = "UTC", masked: bool = False, id: str | None = None) -> None:
        """Make an empty view; `timezone` is the profile's IANA zone for absolute times."""
        super().__init__(id=id)
        self.set_reactive(DetailView.masked, masked)
        self._zone = zone(timezone)
        self._shown: tuple[Order | None, tuple[Offer, ...], tuple[TimelineEntry, ...], ListRow | None, datetime] | None
        self._shown = None
        self._marks = _UNMARKED
        self._shipped: tuple[tuple[Booked, ...], tuple[Delivery, ...]] = ((), ())
        self._text = Text()

    def compose(self) -> ComposeResult:
        """One text, so that scrolling moves lines and nothing else."""
        yield Static(NO_ORDER, id="detail-body", markup=False)

    def show(
        self,
        order: Order | None,
        offers: tuple[Offer, ...],
        timeline: tuple[TimelineEntry, ...],
        row: ListRow | None,
        now: datetime,
        marks: Marks = _UNMARKED,
        slips: tuple[Booked, ...] = (),
        deliveries: tuple[Delivery, ...] = (),
    ) -> None:
        """Show an order; without one what its list row says; another order starts at the top. `now` is UTC."""
        before = self._shown[0].id if self._shown and self._shown[0] else None
        self._shown, self._marks = (order, offers, timeline, row, now), marks
        self._shipped = slips, deliveries
        self._update()
        if order is not None and order.id != before:
            self.scroll_home(animate=False)

    @property
    def text(self) -> str:
        """What is shown, as plain text."""
        return self._text.plain

    def watch_masked(self) -> None:
        """Show or hide what is personal."""
        self._update()

    def on_mount(self) -> None:
        """Show what was given before there was a body to show it in."""
        self._text = Text()
        self._update()

    def _update(self) -> None:
        if self._shown is None or not self.is_mounted:
            return
        order, offers, timeline, row, now = self._shown
        if order is not None:
            shown = row.marks if row is not None else ()
            lines = detail_lines(
                order,
                offers,
                timeline,
                now,
                self._zone,
                self.masked,
                self._marks,
                shown,
                self.policy,
                *self._shipped,
            )
            text = Text("\n").join(lines)
        elif row is not None:
            text = Text(f"{display(row.id, 40)}\n{glyph(row.status)} {row.status}\nNothing more is known here yet.")
        else:
            text = Text(NO_ORDER)
        if text != self._text:
            self._text = text
            self.query_one("#detail-body", Static).update(text)

    def action_by_lines(self, lines: int) -> None:
        """Scroll by lines, negative is up."""
        self.scroll_relative(y=lines, animate=False)

    def action_by_pages(self, pages: float) -> None:
        """Scroll by pages, negative is up."""
        self.scroll_relative(y=int(pages * self.size.height), animate=False)

    def action_enter(self) -> None:
        """Tell it."""
        self.post_message(self.Entered())

    def action_top(self) -> None:
        """Scroll to the first line."""
        self.scroll_home(animate=False)

    def action_bottom(self) -> None:
        """Scroll to the last line."""
        self.scroll_end(animate=False)
