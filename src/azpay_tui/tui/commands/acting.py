"""What concerns one order: look at it, mark it, and the leader `a`, which only ever opens a dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from azpay_tui.domain.intent import Verb
from azpay_tui.tui.commands.base import Argument, Command, Keys, OnOrder

if TYPE_CHECKING:
    from azpay_tui.tui.screens.orders import OrdersScreen

LINES: Final = "lines"
"""What stands in for an amount where the lines are to be chosen first: `:refund lines`."""
REVEALED: Final = 60.0
"""Seconds for which personal data of a live shop stays shown."""


class OpenDetail(OnOrder):
    """Open the detail; in an empty list open the view of all orders."""

    id, name, shown, sentence = "open", "detail", "Enter", "Open the order; in an empty list open all orders."
    keys, place, rank = (("enter",),), "list", 1

    def refusal(self, screen: OrdersScreen) -> str | None:
        """Work in an empty list too."""
        return None

    def run(self, screen: OrdersScreen) -> None:
        """Open."""
        screen.rooms.open_detail()


class Actions(OnOrder):
    """The leader alone; it has no keys of its own here because it begins the others."""

    id, name, shown, sentence = "actions", "actions", "a", "Go to the actions, or straight to one by its letter."
    keys: ClassVar[tuple[Keys, ...]] = ()
    rank = 2

    def run(self, screen: OrdersScreen) -> None:
        """Go there."""
        screen.rooms.focus_actions()


class Select(OnOrder):
    """Select and move on."""

    id, name, shown, sentence = "select", "select", "Space", "Select the order, or no longer, and move on."
    keys, place, rank = (("space",),), "list", 3

    def run(self, screen: OrdersScreen) -> None:
        """Select."""
        screen.orders.toggle()
        screen.orders.move(1)


class Reveal(Command):
    """Show or hide personal data."""

    id, name, shown, sentence = (
        "reveal",
        "personal data",
        "p",
        "Show or hide e-mail and address (live: a minute).",
    )
    keys = (("p",),)

    def run(self, screen: OrdersScreen) -> None:
        """Show or hide; of a live shop it hides itself again."""
        detail = screen.detail
        screen.alarms.stop("reveal")
        detail.masked = not detail.masked
        if not detail.masked and screen.desk.profile.environment == "live":
            screen.alarms.set("reveal", REVEALED, lambda: setattr(detail, "masked", True))


class _Act(OnOrder):
    """Base of the actions: each asks for the dialog of one verb."""

    verb: Verb

    def run(self, screen: OrdersScreen) -> None:
        """Open the dialog, a choice among several objects, or say why there is none."""
        screen.acting.ask(self.verb)


class _ActOnAmount(_Act):
    """Base of the actions that are about an amount."""

    argument = Argument("amount")

    def enter(self, screen: OrdersScreen, argument: str) -> None:
        """Open the dialog with the amount that was typed; where it must be typed there, it is only named."""
        screen.acting.ask(self.verb, argument)


class Authorize(_ActOnAmount):
    """Authorize."""

    id, name, shown, sentence = "authorize", "authorize", "a a", "Authorize an amount: opens the dialog."
    keys, verb = (("a", "a"),), Verb.AUTHORIZE


class Capture(_ActOnAmount):
    """Capture."""

    id, name, shown, sentence = "capture", "capture", "a c", "Capture an authorization: opens the dialog."
    keys, verb = (("a", "c"),), Verb.CAPTURE


class ByLines(OnOrder):
    """Capture or refund what some lines come to."""

    id, name, shown, sentence = (
        "lines",
        "by lines",
        "a l",
        "Choose lines to capture, or where nothing can be captured to refund: opens the dialog with what they cost.",
    )
    keys = (("a", "l"),)

    def run(self, screen: OrdersScreen) -> None:
        """Open the choice of lines."""
        screen.following.look()
        capture = any(offer.verb is Verb.CAPTURE and offer.verdict != "no" for offer in screen.actions.offers)
        screen.actions.choose(Verb.CAPTURE if capture else Verb.REFUND, LINES)


class Void(_Act):
    """Void."""

    id, name, shown, sentence = "void", "void", "a v", "Void an authorization: opens the dialog."
    keys, verb = (("a", "v"),), Verb.VOID


class RefundCharge(_ActOnAmount):
    """Refund."""

    id, name, shown, sentence = "refund", "refund", "a f", "Refund a captured charge: opens the dialog."
    keys, verb = (("a", "f"),), Verb.REFUND


class CancelOrder(_Act):
    """Cancel the order."""

    id, name, shown, sentence = "cancel", "cancel order", "a k", "Cancel the order: opens the dialog."
    keys, verb = (("a", "k"),), Verb.CANCEL
    argument = Argument("sale", lambda screen: ("sale",))

    def enter(self, screen: OrdersScreen, argument: str) -> None:
        """Cancel the sale instead; what stands behind the word goes on to that command."""
        word, _, how = argument.partition(" ")
        if word != "sale":
            raise ValueError(":cancel takes nothing behind it but sale, which cancels the sale.")
        screen.run_line(f"cancel-sale {how}".rstrip())


class CloseOrder(_Act):
    """Close the order."""

    id, name, shown, sentence = "close", "close order", "a x", "Close the order: opens the dialog."
    keys, verb = (("a", "x"),), Verb.CLOSE


class Settle(OnOrder):
    """Decide about an action whose outcome is not known."""

    id, name, shown, sentence = (
        "settle",
        "settle",
        "a s",
        "Decide about an action whose outcome no rule can tell: opens the dialog.",
    )
    keys = (("a", "s"),)

    def refusal(self, screen: OrdersScreen) -> str | None:
        """Refuse where nothing may be decided, as far as the panes know."""
        return super().refusal(screen) or screen.following.why_not_settle()

    def run(self, screen: OrdersScreen) -> None:
        """Open the dialog."""
        screen.following.settle()


class RefreshByLeader(OnOrder):
    """Refresh the order."""

    id, name, shown, sentence = (
        "refresh",
        "refresh",
        "r, a r",
        "Read this order, or those selected, from Amazon now.",
    )
    keys = (("r",), ("a", "r"))

    def run(self, screen: OrdersScreen) -> None:
        """Refresh."""
        row = screen.orders.row
        chosen = tuple(screen.orders.selected) if screen.where == "list" else ()
        screen.following.refresh(chosen or ([row.id] if row is not None else []))


COMMANDS: Final = (
    OpenDetail(),
    Actions(),
    Select(),
    Authorize(),
    Capture(),
    ByLines(),
    Void(),
    RefundCharge(),
    CancelOrder(),
    CloseOrder(),
    Settle(),
    RefreshByLeader(),
    Reveal(),
)
