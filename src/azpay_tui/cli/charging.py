"""`azpay charge-more`: a higher total, the buyer told of it, and the authorization that is lacking."""

from __future__ import annotations

from dataclasses import dataclass, replace

from azpay_tui.backoffice.errors import ChangedError
from azpay_tui.backoffice.ports import Desk
from azpay_tui.backoffice.raising import how_told, letter_of, lost, send_letter
from azpay_tui.backoffice.records import Ready
from azpay_tui.cli import resolve
from azpay_tui.cli.outcome import NOT_VALID, REFUSED, CommandError
from azpay_tui.cli.output import ask, say, shown
from azpay_tui.domain.charging import ChargeMoreError, Plan, buyer_text, plan, room, told_note
from azpay_tui.domain.marks import MarkChange
from azpay_tui.domain.money import Money
from azpay_tui.domain.offer import Offer
from azpay_tui.domain.order import Order

_NOT_TOLD = "buyer-not-told"


@dataclass(frozen=True, slots=True)
class More:
    """What `azpay charge-more` was asked for."""

    total: str | None
    by: str | None
    """How much more; exactly one of the two is given."""
    told: str | None
    """How the buyer was told."""
    letter: str | None
    """Why more is charged, in a letter to the buyer that is to be sent."""

    def __post_init__(self) -> None:
        """Raise `CommandError` (exit code 2) unless exactly one amount was given, and one way to tell the buyer."""
        if (self.total is None) == (self.by is None):
            raise CommandError("Say the new total with --total, or how much more with --by; not both.")
        if self.told is not None and self.letter is not None:
            raise CommandError("Choose one of --told and --letter.")
        if self.letter is not None and not self.letter.strip():
            raise CommandError("Say with --letter why more is charged, such as: Faster shipping, as you asked.")

    def amount(self, desk: Desk, order: Order, offer: Offer | None) -> Money | None:
        """Return what is to be authorized; None where nothing may be anyway, which the offer says better.

        Raises `CommandError`: exit code 2 for a malformed amount, 3 for a total that is not allowed.
        """
        given = resolve.amount(self.total or self.by or "", resolve.currency_of(order, None))
        if given is None or offer is None or offer.verdict == "no":
            return None
        return self._planned(desk, order).amount

    def announce(self, desk: Desk, ready: Ready) -> None:
        """Say how much more is allowed, and which way it is done; raises `CommandError` as `amount` does.

        Raises `ChangedError` where the order as read live asks for another amount than the one that was checked.
        """
        planned = self._planned(desk, ready.order)
        if planned.amount != ready.wish.amount:
            raise ChangedError("The order changed meanwhile: look at it and run this again.")
        say(shown(planned.room.sentence))
        say(shown(planned.sentence))

    def tell(self, desk: Desk, ready: Ready, *, ask_for_it: bool) -> Ready:
        """Keep with the order that and how the buyer was told; returns the record with the totals in its note.

        Raises `CommandError` when nobody says so (exit code 3) or a letter did not arrive (4): nothing was sent.
        """
        planned, how = self._planned(desk, ready.order), self.told
        if self.letter is not None:
            how = _write(desk, ready.wish.order_id, planned, self.letter)
        if how is None and ask_for_it:
            say("Tell the buyer first, for example:")
            say(f"  {shown(buyer_text(ready.order, planned))}")
            how = ask("How was the buyer told (by phone, by mail ...)? ")
        if how is None:
            raise CommandError(
                "The buyer is to be told before more is charged: say how with --told TEXT, or have a letter sent with "
                "--letter WHY. Nothing was sent.",
                NOT_VALID,
                _NOT_TOLD,
            )
        try:
            note = told_note(planned, how)
        except ChargeMoreError as error:
            raise CommandError(f"{error} Nothing was sent.", NOT_VALID, _NOT_TOLD) from error
        desk.mark([ready.wish.order_id], MarkChange(note=note))
        noted = f"{planned.note} {ready.wish.note}".strip()
        return replace(ready, wish=replace(ready.wish, note=noted))

    def _planned(self, desk: Desk, order: Order) -> Plan:
        try:
            return plan(order, desk.profile.policy, self._total(desk, order), desk.now())
        except ChargeMoreError as error:
            raise CommandError(str(error), NOT_VALID, "not-valid") from error

    def _total(self, desk: Desk, order: Order) -> Money:
        given = resolve.amount(self.total or self.by or "", resolve.currency_of(order, None))
        if given is None:
            raise ChargeMoreError("Nothing was read from Amazon yet: refresh the order first.")
        found = room(order, desk.profile.policy, desk.now())
        return given if self.total is not None or found is None else found.base + given


def _write(desk: Desk, order_id: str, planned: Plan, why: str) -> str:
    """Send the buyer a letter and say which; raises `CommandError` (exit code 4) unless it arrived for certain."""
    message = send_letter(desk, order_id, letter_of(planned, why))
    problem = lost(message)
    if problem is not None:
        raise CommandError(f"{problem} Tell the buyer, then say how with --told TEXT.", REFUSED, _NOT_TOLD)
    return how_told(message)
