"""Parcels of which Amazon is told: asked for on the message line, confirmed in a dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from azpay_tui.backoffice.errors import ToldBeforeError
from azpay_tui.domain.deliveries import DeliveryReady, Parcel, ParcelError, parcel_of, to_offer
from azpay_tui.tui.commands.base import Argument, OnOrder
from azpay_tui.tui.display import display
from azpay_tui.tui.feed import READ_ERRORS
from azpay_tui.tui.widgets.words import short

if TYPE_CHECKING:
    from azpay_tui.tui.screens.orders import OrdersScreen

_LONGEST: Final = 140
"""Characters of a carrier with its number."""
_AGAIN: Final = "again"


class TrackDelivery(OnOrder):
    """Tell Amazon of a parcel."""

    id, name, shown, sentence = (
        "track-delivery",
        "track delivery",
        "a t",
        "Send a tracking number to Amazon, which tells the buyer of the parcel: asks for it, then opens the dialog.",
    )
    keys = (("a", "t"),)
    argument = Argument("carrier:number")

    def refusal(self, screen: OrdersScreen) -> str | None:
        """Refuse where nothing may be sent."""
        why = screen.desk.profile.read_only_reason
        return super().refusal(screen) or (None if why is None else display(why, 300))

    def run(self, screen: OrdersScreen) -> None:
        """Ask for the number; that of the newest slip which was not sent stands there to begin with."""
        row = screen.orders.row
        if row is None:
            return
        order_id, reader = row.id, screen.desk.reader
        offered = to_offer(reader.slips(order_id), reader.deliveries(order_id)) or ()
        screen.message.ask(
            f"parcel of {display(row.number or order_id, 40)}, carrier:number: ",
            lambda typed: take(screen, order_id, typed) if typed else None,
            text=display(":".join(word for word in offered if word), _LONGEST),
            kept_as=f"parcel {order_id}",
            limit=_LONGEST,
        )

    def enter(self, screen: OrdersScreen, argument: str) -> None:
        """Take what was typed; raises `ValueError` with a sentence when it is no parcel."""
        if screen.orders.row is not None:
            refused = take(screen, screen.orders.row.id, argument)
            if refused is not None:
                raise ValueError(refused)


def take(screen: OrdersScreen, order_id: str, typed: str) -> str | None:
    """Check a parcel that was typed and open its dialog; returns a sentence when it is none."""
    carrier, _, number = typed.rpartition(":")
    try:
        parcel = parcel_of(order_id, carrier, number)
    except ParcelError as error:
        return display(str(error), 300)
    _check(screen, parcel, again=False)
    return None


def _check(screen: OrdersScreen, parcel: Parcel, *, again: bool) -> None:
    """Read the order live, off the screen's thread, then show what would be sent."""
    app = screen.app

    def check() -> None:
        try:
            ready = screen.desk.check_delivery(parcel, again=again)
        except ToldBeforeError as error:
            app.call_from_thread(_ask_again, screen, parcel, error.message)
        except READ_ERRORS as error:
            app.call_from_thread(screen.say, f"Nothing was sent. {display(str(error), 400)}", warning=True)
        else:
            app.call_from_thread(_open, screen, ready)

    screen.run_worker(check, thread=True, group="delivery")


def _ask_again(screen: OrdersScreen, parcel: Parcel, why: str) -> None:
    """Have the word typed without which nothing is sent that Amazon has or may have."""

    def agreed(answer: str) -> str | None:
        if answer.strip().lower() == _AGAIN:
            _check(screen, parcel, again=True)
        else:
            screen.say("Nothing was sent.")
        return None

    screen.message.ask(f"type {_AGAIN} to send it all the same: ", agreed, limit=len(_AGAIN))
    screen.message.say(display(why, 400))


def _open(screen: OrdersScreen, ready: DeliveryReady) -> None:
    from azpay_tui.tui.dialogs.parcel import ParcelDialog

    if ready.already_so is not None:
        screen.say(f"Amazon has {display(ready.parcel.tracking, 80)} already; nothing was sent.")
        return
    if screen.app.screen.is_modal:  # another question came up meanwhile
        return

    def answered(wanted: bool | None) -> None:
        if wanted:
            screen.run_worker(lambda: _send(screen, ready), thread=True, group="delivery")

    screen.app.push_screen(ParcelDialog(screen.desk.profile, ready), answered)


def _send(screen: OrdersScreen, ready: DeliveryReady) -> None:
    """Tell Amazon and say what became of it; the journal says so too, whatever becomes of the screen."""
    app = screen.app
    try:
        done = screen.desk.send_delivery(ready)
    except READ_ERRORS as error:
        app.call_from_thread(screen.say, f"Nothing was sent. {display(str(error), 400)}", warning=True)
        return
    why = f": {done.why}" if done.why and done.outcome != "sent" else ""
    said = f"{done.parcel.carrier} {done.parcel.tracking} of {short(done.parcel.order_id)} {done.became}{why}"
    app.call_from_thread(screen.say, display(said, 400), warning=done.outcome != "sent")
    app.call_from_thread(screen.try_to, screen.following.look)


COMMANDS: Final = (TrackDelivery(),)
