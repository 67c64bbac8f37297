"""Marks on orders: reviewed, remind later, notes, tags, and undo. They stay here; Amazon never sees them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from azpay_tui.domain.marks import (
    NOTE_LIMIT,
    MarkChange,
    MarkError,
    clean_note,
    parse_tags,
)
from azpay_tui.domain.reminders import CHOICES, parse_when
from azpay_tui.tui.commands.base import NO_ORDER, Argument, Command
from azpay_tui.tui.display import display

if TYPE_CHECKING:
    from azpay_tui.tui.screens.orders import OrdersScreen

NEVER: Final = "none"
"""Typed instead of a time to forget a reminder."""
_UNKNOWN: Final = "Its outcome is unknown: it stays in sight until it is settled (azpay journal resume)."


def targets(screen: OrdersScreen) -> tuple[str, ...]:
    """Return the orders a mark is for: the selected ones while the list has the focus, else the one of the cursor."""
    if screen.where == "list" and screen.orders.selected:
        return tuple(screen.orders.selected)
    row = screen.orders.row
    return () if row is None else (row.id,)


def _named(order_ids: Sequence[str]) -> str:
    return display(order_ids[0], 40) if len(order_ids) == 1 else f"{len(order_ids)} orders"


def _mark(screen: OrdersScreen, order_ids: Sequence[str], change: MarkChange, *, go_on: bool = False) -> None:
    screen.marker.mark(order_ids, change)
    # At once, not when the journal has it: the next key is for the next order.
    row = screen.orders.row
    if go_on and row is not None and tuple(order_ids) == (row.id,):
        screen.orders.move(1)


class _Mark(Command):
    """Base of the commands that mark."""

    settles = False
    """Whether it takes an order out of sight, which one of unknown outcome must not be."""

    def refusal(self, screen: OrdersScreen) -> str | None:
        """Refuse in an empty list, and to take an unknown outcome out of sight."""
        order_ids, row = targets(screen), screen.orders.row
        if not order_ids:
            return NO_ORDER
        alone = row is not None and order_ids == (row.id,)
        return _UNKNOWN if self.settles and alone and row is not None and "unknown" in row.attention else None


class Reviewed(_Mark):
    """Reviewed, or no longer."""

    id, name, shown, sentence = (
        "reviewed",
        "reviewed",
        "e",
        "Mark as reviewed: gone from attention until something new happens; again: no longer.",
    )
    keys, rank, settles = (("e",),), 5, True

    def run(self, screen: OrdersScreen) -> None:
        """Mark and go on to the next order; take the mark off an order that has it."""
        order_ids, row = targets(screen), screen.orders.row
        alone = row is not None and order_ids == (row.id,)
        if alone and row is not None and "reviewed" in row.marks and "due" not in row.marks:
            _mark(screen, order_ids, MarkChange(reviewed=False))
        elif alone and row is not None and not row.attention and "due" not in row.marks:
            screen.say(f"{display(row.id, 40)} needs nobody: there is nothing to review.")
        else:
            _mark(screen, order_ids, MarkChange(reviewed=True), go_on=True)


class Remind(_Mark):
    """Remind later."""

    id, name, shown, sentence = (
        "remind",
        "later",
        "z",
        "Put off: gone from attention until a time you name, or until something new happens.",
    )
    aliases = ("later",)
    keys, rank, settles = (("z",),), 9, True
    argument = Argument("when", lambda screen: (*CHOICES, NEVER))

    def run(self, screen: OrdersScreen) -> None:
        """Ask when."""
        order_ids = targets(screen)
        screen.message.ask(
            f"{_named(order_ids)} later ({', '.join(CHOICES)}, {NEVER}): ",
            lambda typed: self._take(screen, order_ids, typed),
            kept_as=f"remind {_named(order_ids)}",
            complete=lambda typed: [choice for choice in (*CHOICES, NEVER) if choice.startswith(typed)],
            limit=40,
        )

    def enter(self, screen: OrdersScreen, argument: str) -> None:
        """Put off to the time typed."""
        _mark(screen, targets(screen), self._change(screen, argument), go_on=True)

    def _take(self, screen: OrdersScreen, order_ids: Sequence[str], typed: str) -> str | None:
        try:
            if typed:
                _mark(screen, order_ids, self._change(screen, typed), go_on=True)
        except MarkError as error:
            return display(str(error), 300)
        return None

    def _change(self, screen: OrdersScreen, typed: str) -> MarkChange:
        if typed.strip().lower() == NEVER:
            return MarkChange(forget_reminder=True)
        return MarkChange(remind=parse_when(typed, screen.desk.now(), screen.zone))


class AddNote(_Mark):
    """Note."""

    id, name, shown, sentence = "note", "note", "i", "Add a note of one line: kept here, shown in the detail."
    keys, rank, argument = (("i",),), 10, Argument("text")

    def run(self, screen: OrdersScreen) -> None:
        """Ask for the text."""
        order_ids = targets(screen)
        screen.message.ask(
            f"note on {_named(order_ids)}: ",
            lambda typed: self._take(screen, order_ids, typed),
            limit=NOTE_LIMIT,
        )

    def enter(self, screen: OrdersScreen, argument: str) -> None:
        """Add what was typed."""
        _mark(screen, targets(screen), MarkChange(note=clean_note(argument)))

    def _take(self, screen: OrdersScreen, order_ids: Sequence[str], typed: str) -> str | None:
        try:
            if typed:
                _mark(screen, order_ids, MarkChange(note=clean_note(typed)))
        except MarkError as error:
            return display(str(error), 300)
        return None


class Tag(_Mark):
    """Tag or assign."""

    id, name, shown, sentence = "tag", "tag", ",", "Tag with short words, or assign: @name; -word takes one away."
    keys, argument = (("comma",),), Argument("words")

    def run(self, screen: OrdersScreen) -> None:
        """Ask for the words."""
        order_ids, row = targets(screen), screen.orders.row
        taken_away = [f"-{tag}" for tag in row.tags] if row is not None and order_ids == (row.id,) else []
        screen.message.ask(
            f"tags of {_named(order_ids)} (word, @name, -word): ",
            lambda typed: self._take(screen, order_ids, typed),
            complete=lambda typed: [word for word in taken_away if word.startswith(typed)],
        )

    def enter(self, screen: OrdersScreen, argument: str) -> None:
        """Tag with what was typed."""
        _mark(screen, targets(screen), self._change(argument))

    def _take(self, screen: OrdersScreen, order_ids: Sequence[str], typed: str) -> str | None:
        try:
            if typed:
                _mark(screen, order_ids, self._change(typed))
        except MarkError as error:
            return display(str(error), 300)
        return None

    def _change(self, typed: str) -> MarkChange:
        tags, untags = parse_tags(typed)
        return MarkChange(tags=tags, untags=untags)


class Undo(Command):
    """Undo."""

    id, name, shown, sentence = "undo", "undo mark", "u", "Undo the last mark of this sitting; nothing at Amazon."
    keys = (("u",),)

    def run(self, screen: OrdersScreen) -> None:
        """Undo."""
        screen.marker.undo()


COMMANDS: Final = (Reviewed(), Remind(), AddNote(), Tag(), Undo())
