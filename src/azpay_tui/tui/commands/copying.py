"""Taking something of an order along: to the clipboard, as a link, as what Amazon sent."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from azpay_tui.domain.links import seller_central
from azpay_tui.tui.clipboard import copy
from azpay_tui.tui.commands.base import Argument, Command, OnOrder
from azpay_tui.tui.dialogs.copy import Copyable, CopyMenu, copyables
from azpay_tui.tui.display import display
from azpay_tui.tui.raw import raw_lines

if TYPE_CHECKING:
    from azpay_tui.tui.screens.orders import OrdersScreen
    from azpay_tui.tui.screens.raw import RawScreen

_LINKING: Final = re.compile(r"xterm|tmux|alacritty|foot|ghostty|wezterm|konsole|contour|vte|iterm", re.IGNORECASE)


def hyperlinks(term: str) -> bool:
    """Tell whether a terminal is known to take a hyperlink (OSC 8) instead of printing its rest."""
    return _LINKING.match(term) is not None


def things_of(screen: OrdersScreen) -> tuple[Copyable, ...]:
    """Return what can be copied of the order under the cursor; before it the ids of those selected, one a line."""
    row, reader, profile = screen.orders.row, screen.desk.reader, screen.desk.profile
    order = reader.order(row.id) if row is not None else None
    if order is None:
        return ()
    hide = screen.detail.masked
    bodies = reader.raw(order.id).values()
    json = "\n".join(line for body in bodies for line in raw_lines(body, hide_personal=hide))
    chosen = tuple(screen.orders.selected)
    ids = (Copyable("selected ids", "\n".join(chosen), "azpay orders list"),) if chosen else ()
    return (*ids, *copyables(order, seller_central(order.id, profile.region, profile.environment), json))


def _names(screen: OrdersScreen) -> Sequence[str]:
    return [thing.what for thing in things_of(screen)]


class Copy(OnOrder):
    """Copy something of the order."""

    id, name, shown, sentence = "copy", "copy", "y", "Copy an id, the number, the link or the JSON (y, Enter: the id)."
    keys, rank, argument = (("y",),), 8, Argument("what", _names)

    def run(self, screen: OrdersScreen) -> None:
        """Open the menu."""

        def chosen(thing: object) -> None:
            if isinstance(thing, Copyable):
                self._copy(screen, thing)

        things = things_of(screen)
        if things:
            screen.app.push_screen(CopyMenu(things), chosen)
        else:
            screen.say("Nothing is known of this order here yet.")

    def enter(self, screen: OrdersScreen, argument: str) -> None:
        """Copy what was named."""
        things = things_of(screen)
        found = next((thing for thing in things if thing.what.casefold().startswith(argument.casefold())), None)
        if found is None:
            raise ValueError(f"There is no {argument} to copy; there is {', '.join(thing.what for thing in things)}.")
        self._copy(screen, found)

    def _copy(self, screen: OrdersScreen, thing: Copyable) -> None:
        screen.say(copy(screen.app, thing.text, thing.what, thing.twin))


class Link(OnOrder):
    """Where the order is in Seller Central."""

    id, name, shown, sentence = (
        "link",
        "link",
        "o",
        "Show and copy the order's address in Seller Central; opens nothing.",
    )
    keys, rank = (("o",),), 11

    def run(self, screen: OrdersScreen) -> None:
        """Show it; whoever sits at the terminal opens it there, never this machine."""
        row, profile = screen.orders.row, screen.desk.profile
        link = seller_central(row.id, profile.region, profile.environment) if row is not None else None
        if link is None:
            screen.say("A simulated order has no page in Seller Central.")
            return
        copy(screen.app, link, "the link", "azpay orders link")
        sandbox = " (switch it to the sandbox view)" if profile.environment == "sandbox" else ""
        safe = hyperlinks(os.environ.get("TERM", ""))
        screen.say(f"Sent to the clipboard: {display(link, 300)}{sandbox}", link=display(link, 300) if safe else "")


class Raw(OnOrder):
    """What Amazon sent."""

    id, name, shown, sentence = "raw", "raw", "x", "Show what Amazon sent about the order, as JSON."
    keys, rank, aliases = (("x",),), 13, ("json",)

    def run(self, screen: OrdersScreen) -> None:
        """Open the page."""
        from azpay_tui.tui.screens.raw import RawScreen

        row = screen.orders.row
        if row is not None:
            screen.open_page(RawScreen(screen.desk, screen.sitting, row.id, masked=screen.detail.masked))


class RevealRaw(Command):
    """Show or hide personal data in what Amazon sent."""

    id, name, shown, sentence = "reveal-raw", "personal data", "p", "Show or hide e-mail and address (live: a minute)."
    keys, place, rank = (("p",),), "raw", 4

    def run(self, screen: RawScreen) -> None:
        """Show or hide."""
        screen.reveal()


COMMANDS: Final = (Copy(), Link(), Raw(), RevealRaw())
