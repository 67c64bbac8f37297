"""Changes after an order was placed: a higher total, of which the buyer is told first, and another address.

Nothing is sent by it: what is authorized is confirmed in the dialog like any other amount, an address stays here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from azpay_tui.backoffice.composing import Desired
from azpay_tui.backoffice.raising import how_told, letter_of, lost, send_letter
from azpay_tui.domain.addresses import WARNS, AddressError, changed, parse
from azpay_tui.domain.charging import ChargeMoreError, Plan, buyer_text, plan, room, told_note
from azpay_tui.domain.intent import Seen, Verb, Wish
from azpay_tui.domain.letters import Letter
from azpay_tui.domain.marks import MarkChange
from azpay_tui.domain.money import AmountError, parse_amount
from azpay_tui.domain.offer import Offer
from azpay_tui.domain.order import Order
from azpay_tui.tui.acting import Acted
from azpay_tui.tui.display import display
from azpay_tui.tui.feed import READ_ERRORS
from azpay_tui.tui.lettering import show_letter
from azpay_tui.tui.widgets.action_lines import why_not

if TYPE_CHECKING:
    from azpay_tui.tui.screens.orders import OrdersScreen

_LETTER: Final = "letter"
"""Typed with a colon behind it instead of how the buyer was told."""
_WHY: Final = 300
"""Characters of why, in a letter."""
_NO_ORDER: Final = "There is no order under the cursor."
_BACK: Final = "none"
"""Typed instead of an address: again where Amazon says."""
_ADDRESS: Final = 600
"""Characters of a typed address."""
_TOO_EARLY: Final = "Nothing was read from Amazon yet: refresh the order first."


class Modifying:
    """Asks on the message line; belongs to the screen of orders."""

    def __init__(self, screen: OrdersScreen) -> None:
        """Work for a screen."""
        self._screen = screen

    def ask(self) -> None:
        """Ask for the new total of the order under the cursor, or say why nothing may be authorized."""
        screen = self._screen
        screen.following.look()
        order = screen.following.order
        offer = self._offer(order)
        if order is None or offer is None or offer.verdict == "no":
            screen.actions.choose(Verb.AUTHORIZE)
            return
        found = room(order, screen.desk.profile.policy, screen.desk.now())
        known = f"{found.total} now, at most {found.base + found.left}" if found is not None else "not known"
        screen.message.ask(
            f"new total of {display(order.number or order.id, 40)} ({known}): ",
            lambda typed: self.take(order, typed) if typed else None,
            kept_as=f"more {order.id}",
            limit=20,
        )
        if found is not None:
            screen.message.say(display(found.sentence, 400))

    def take_here(self, typed: str) -> str | None:
        """Take a new total for the order under the cursor; returns a sentence when it cannot be taken."""
        self._screen.following.look()
        order = self._screen.following.order
        return self.take(order, typed) if order is not None else _NO_ORDER

    def take(self, order: Order, typed: str) -> str | None:
        """Take a new total, show what the buyer is to be told and ask how that was done.

        Returns a sentence when the total cannot be taken.
        """
        desk, screen = self._screen.desk, self._screen
        if order.amount is None:
            return _TOO_EARLY
        try:
            planned = plan(order, desk.profile.policy, parse_amount(typed, order.amount.currency), desk.now())
        except (AmountError, ChargeMoreError) as error:
            return display(str(error), 400)
        screen.message.ask(
            "how was the buyer told (by phone ...; letter: WHY): ",
            lambda how: self._answered(order, planned, how),
            limit=_WHY,
        )
        screen.message.say(display(f"{planned.sentence} Tell the buyer first: {buyer_text(order, planned)}", 600))
        return None

    def _answered(self, order: Order, planned: Plan, how: str) -> str | None:
        word, colon, why = how.strip().partition(":")
        if not colon or word.strip().lower() != _LETTER:
            return self._told(order, planned, how)
        if not why.strip():
            return "Say in the letter why, such as: letter: Faster shipping, as you asked."
        wanted = letter_of(planned, " ".join(why.split()))
        show_letter(self._screen, order.id, wanted, lambda chosen, seen: self._send(order, planned, chosen, seen))
        return None

    def _send(self, order: Order, planned: Plan, wanted: Desired, seen: Letter) -> None:
        """Send the letter that was read, in a thread; what is to be authorized waits for it to arrive."""
        screen = self._screen
        tell = screen.app.call_from_thread
        problem = self._changed(order, planned)
        if problem is not None:
            tell(screen.say, f"Nothing was sent to Amazon, and no letter to the buyer. {problem}", warning=True)
            return
        try:
            message = send_letter(screen.desk, order.id, wanted, seen)
        except READ_ERRORS as error:
            tell(screen.say, f"Nothing was sent to Amazon. {display(str(error), 400)}", warning=True)
            return
        problem = lost(message)
        if problem is None:
            tell(self._told, order, planned, how_told(message))
        else:
            tell(screen.say, f"{display(problem, 400)} Tell the buyer another way, then say how (a m).", warning=True)

    def _changed(self, order: Order, planned: Plan) -> str | None:
        """Read the order live: say what speaks against the authorization that a letter is to tell of, or None."""
        offer = self._offer(order)
        target = order.id if offer is None or offer.target is None else offer.target
        wish = Wish(Verb.AUTHORIZE, order.id, target, planned.amount)
        try:
            ready = self._screen.desk.check(wish, Seen.of(order))
        except READ_ERRORS as error:
            return display(str(error), 400)
        return "It is authorized by now: look at the order." if ready.already_so else None

    def _told(self, order: Order, planned: Plan, how: str) -> str | None:
        try:
            note = told_note(planned, how)
        except ChargeMoreError as error:
            return display(str(error), 300)
        # The dialog opens when the journal has it: money that is to be authorized follows what the buyer was told.
        self._screen.marker.mark([order.id], MarkChange(note=note), after=lambda: self._open(order, planned))
        return None

    def _open(self, order: Order, planned: Plan) -> None:
        """Open the dialog, or say of which order the buyer was told for nothing so far: the cursor may have moved."""
        screen, offer = self._screen, self._offer(order)
        told = f"{display(order.id, 40)}: the buyer was told, and nothing is authorized"
        if offer is None or offer.verdict == "no":
            why = why_not(offer, screen.zone) if offer is not None else ""
            screen.say(f"{told}. Authorize is not available. {why}".rstrip(), warning=True, unasked=True)
        else:
            screen.post_message(Acted(offer, order, planned.amount, else_said=f"{told} yet: a m on it."))

    def ask_address(self) -> None:
        """Ask what of the address changes."""
        screen = self._screen
        screen.message.ask(
            "ship elsewhere (line1=...; city=...; none): ",
            lambda typed: self.take_address(typed) if typed else None,
            limit=_ADDRESS,
        )

    def take_address(self, typed: str) -> str | None:
        """Take what changes of the address of the order under the cursor, and ask for a yes.

        Returns a sentence when it cannot be taken.
        """
        screen = self._screen
        row = screen.orders.row
        order = None if row is None else screen.desk.reader.order(row.id)
        if order is None:
            return _NO_ORDER
        if typed.strip().lower() == _BACK:
            screen.marker.readdress(order.id, None)
            return None
        try:
            given = parse(part for part in typed.split(";") if part.strip())
            address = changed(order, screen.desk.reader.marks(order.id).moved, given)
        except AddressError as error:
            return display(str(error), 400)

        def agreed(answer: str) -> str | None:
            if answer.strip().lower() == "yes":
                screen.marker.readdress(order.id, address)
            else:
                screen.say("Not confirmed: nothing was changed.")
            return None

        screen.message.ask("type yes to send it there: ", agreed, limit=3)
        screen.message.say(WARNS)
        return None

    def _offer(self, order: Order | None) -> Offer | None:
        offers = self._screen.desk.offers(order) if order is not None else ()
        return next((one for one in offers if one.verb is Verb.AUTHORIZE and one.target is not None), None)
