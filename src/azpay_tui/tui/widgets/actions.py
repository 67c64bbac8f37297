"""The pane of actions that are valid for an order, with the folded reasons of those that are not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from rich.text import Text
from textual import events, on, work
from textual.message import Message
from textual.timer import Timer
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from azpay_tui.domain.charging import above_total
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.offer import Offer
from azpay_tui.domain.order import Order
from azpay_tui.domain.policies import PRESETS, Settings
from azpay_tui.tui.deciding import to_settle
from azpay_tui.tui.dialogs.pick import PickDialog
from azpay_tui.tui.timely import Timely
from azpay_tui.tui.widgets.action_lines import action_line, groups, more_line, refusal_line, settle_line, why_not
from azpay_tui.tui.widgets.ends import ENDS, may_end
from azpay_tui.tui.widgets.words import LETTERS, NAMES, zone

TITLE: Final = "Amazon Pay available order actions"
_VERBS: Final = {letter: verb for verb, letter in LETTERS.items()}
_FOLD: Final = "fold"
_SETTLE: Final = "settle"
_MORE: Final = "more"
_COMMANDS: Final = {
    "s": _SETTLE,
    "m": _MORE,
    "t": "track-delivery",
    **{letter: command for letter, (command, _) in ENDS.items()},
}
"""Letters of what is no verb of its own: each asks for the command of that name."""
_LEADER: Final = LETTERS[Verb.AUTHORIZE]
"""The lines of the pane say `a c`, so it leads here too, and is a letter of its own when nothing follows."""
_WAIT: Final = 0.7
"""Seconds after which the leader alone is the letter."""


class ActionsPane(Timely, OptionList):
    """What can be done with the order now; choosing only asks for a dialog, it never acts.

    | Key | Does |
    |---|---|
    | a c v f k x r | choose authorize, capture, void, refund, cancel, close, refresh |
    | s | settle an outcome that is not known |
    | m | charge more than the order's total |
    | t | send a tracking number to Amazon |
    | e o | cancel the sale; cancel one that cannot be fulfilled |
    | a, then one of them | the same, as the lines say it; `a` alone waits a moment for a second letter |
    | Enter | choose the line, or open and fold the reasons |
    | arrows | move; `k` is cancel here, not up |
    """

    DEFAULT_CSS = """
    ActionsPane {
        border: solid $foreground;
        background: $background;
        padding: 0 1;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        &:focus { border: solid $accent; background-tint: $background 0%; }
        & > .option-list--option-disabled { color: $foreground; }
        &:focus > .option-list--option-highlighted { text-style: reverse bold; }
    }
    """

    @dataclass
    class Chosen(Message):
        """A person chose a valid action."""

        offer: Offer
        pane: ActionsPane
        amount: str = ""
        """An amount as it was typed with the verb."""

        @property
        def control(self) -> ActionsPane:
            """The pane, for selectors."""
            return self.pane

    @dataclass
    class Asked(Message):
        """A person chose a line that is no verb of its own."""

        command: str
        """Id of its command."""

    def __init__(self, *, timezone: str = "UTC", policy: Settings = PRESETS["amazon"], id: str | None = None) -> None:
        """Make an empty pane; `timezone` is the profile's IANA zone for dates, `policy` what its shop narrows."""
        super().__init__(id=id, markup=False)
        self._policy = policy
        self.border_title = TITLE
        self._zone = zone(timezone)
        self._order: Order | None = None
        self._offers: tuple[Offer, ...] = ()
        self._now: datetime | None = None
        self._open: bool | None = None
        """Whether a person opened or folded the reasons; None: open where there is room."""
        self._opened = False
        self._always_open = False
        self._plain: list[str] = []
        self._leading: Timer | None = None

    def show(self, order: Order | None, offers: tuple[Offer, ...], now: datetime) -> None:
        """Show what may be done with an order; repaints only when a line changes. `now` is UTC."""
        if order is None or self._order is None or order.id != self._order.id:
            self._open = None
            self.remove_class("-grown")
            self._stop_leading()
        self._order, self._offers, self._now = order, offers, now
        self._fill()

    @property
    def always_open(self) -> bool:
        """Whether the reasons stay open, because the pane has a column of its own."""
        return self._always_open

    @always_open.setter
    def always_open(self, on: bool) -> None:
        if on != self._always_open:
            self._always_open = on
            self._fill()

    @property
    def offers(self) -> tuple[Offer, ...]:
        """Every verdict that is shown."""
        return self._offers

    @property
    def refused(self) -> tuple[Offer, ...]:
        """The offers that are not valid."""
        return tuple(offer for offer in self._offers if offer.verdict == "no")

    def _entries(self, opened: bool) -> Iterator[Option]:
        order, now = self._order, self._now
        if order is None or now is None:
            yield Option(Text("No order is chosen."), disabled=True)
            return
        found = to_settle(order, now)
        if found is not None:
            yield Option(settle_line(found), id=_SETTLE)
        for heading, offers in groups(order, self._offers):
            yield Option(Text(heading, "underline"), disabled=True)
            for offer in offers:
                yield Option(action_line(order, offer, now, self._zone), id=str(self._offers.index(offer)))
            above = above_total(order, self._policy, now)
            if above and any(offer.verb is Verb.AUTHORIZE for offer in offers):
                yield Option(more_line(above), id=_MORE)
        if may_end(order, self._offers, now):
            yield Option(Text("the sale", "underline"), disabled=True)
            for letter, (command, text) in ENDS.items():
                yield Option(Text(f"  a {letter}  {text}"), id=command)
        if self.refused and self._always_open:
            yield Option(Text("NOT AVAILABLE", "underline"), disabled=True)
        elif self.refused:
            how = "fold" if opened else "see why"
            yield Option(Text(f"- {len(self.refused)} not available: press Enter to {how}"), id=_FOLD)
        if opened:
            for offer in self.refused:
                # Not disabled, so that the cursor can reach a reason that does not fit.
                yield Option(refusal_line(offer, self._zone))

    def _fits_open(self) -> bool:
        width = max(1, self.size.width - 4)
        lines = [str(option.prompt) for option in self._entries(opened=True)]
        return sum(max(1, -(-len(line) // width)) for line in lines) <= self.size.height - 1

    def _fill(self) -> None:
        opened = self._always_open or (self._open if self._open is not None else self._fits_open())
        options = list(self._entries(opened))
        lines = [str(option.prompt) for option in options]
        if lines == self._plain:
            return
        self._plain = lines
        self._opened = opened
        at = self.highlighted_option.id if self.highlighted_option is not None else None
        self.clear_options()
        self.add_options(options)
        ids = [option.id for option in options]
        if at is not None and at in ids:
            self.highlighted = ids.index(at)
        self.call_after_refresh(self._grow)

    def _grow(self) -> None:
        """Take more room while the focus is here and not all lines fit: no line stays under the edge unseen."""
        if self.has_focus and self.max_scroll_y > 0:
            self.add_class("-grown")

    def on_resize(self) -> None:
        """Open the reasons where there is room now."""
        self._fill()

    def on_focus(self) -> None:
        """Start on the first action."""
        if self.highlighted is None:
            self.action_first()
        self.call_after_refresh(self._grow)

    def on_key(self, event: events.Key) -> None:
        """Take a letter of an action, also behind the leader; nothing is committed by it."""
        led = self._stop_leading()
        verb = _VERBS.get(event.key)
        if event.key in _COMMANDS:
            event.stop()
            event.prevent_default()
            self.post_message(self.Asked(_COMMANDS[event.key]))
        if verb is None:
            return
        event.stop()
        event.prevent_default()
        if event.key == _LEADER and not led:
            self._leading = self.set_timer(_WAIT, self._led_alone)
        else:
            self.choose(verb)

    def on_blur(self) -> None:
        """Forget the leader: what opens must be what the next key is for. Give the room back."""
        self._stop_leading()
        self.remove_class("-grown")

    def _stop_leading(self) -> bool:
        """Forget the leader; returns whether it was waiting."""
        timer, self._leading = self._leading, None
        if timer is not None:
            timer.stop()
        return timer is not None

    def _led_alone(self) -> None:
        self._leading = None
        if self.has_focus and self.app.screen is self.screen:
            self.choose(Verb.AUTHORIZE)

    def choose(self, verb: Verb, amount: str = "") -> None:
        """Ask for the dialog of a verb: its only valid object, a choice among several, or the reasons why none.

        `amount` is handed on as it was typed.
        """
        fitting = [offer for offer in self._offers if offer.verb is verb and offer.verdict != "no" and offer.target]
        if len(fitting) == 1:
            self.post_message(self.Chosen(fitting[0], self, amount))
        elif fitting:
            self._pick(fitting, amount)
        else:
            reasons = [why_not(offer, self._zone) for offer in self._offers if offer.verb is verb]
            text = " ".join(dict.fromkeys(reasons)) or "No order is chosen."
            self.app.notify(f"{NAMES[verb]} is not available. {text}", severity="warning", markup=False)

    @work(group="pick")
    async def _pick(self, offers: list[Offer], amount: str) -> None:
        if self._order is None:
            return
        chosen = await self.app.push_screen_wait(PickDialog(offers, self._order))
        if chosen is not None:
            self.post_message(self.Chosen(chosen, self, amount))

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._stop_leading()
        if event.option_id == _FOLD:
            self._open = not self._opened
            self._fill()
            if self._open:
                self.call_after_refresh(self.scroll_end, animate=False)
        elif event.option_id is not None and event.option_id in _COMMANDS.values():
            self.post_message(self.Asked(event.option_id))
        elif event.option_id is not None:
            self.post_message(self.Chosen(self._offers[int(event.option_id)], self))
