"""The letter that tells a buyer of a higher total before it is charged, the same for console and command line."""

from __future__ import annotations

from typing import Final

from azpay_tui.backoffice.composing import Desired
from azpay_tui.backoffice.errors import NotValidError
from azpay_tui.backoffice.ports import Desk
from azpay_tui.domain.charging import Plan
from azpay_tui.domain.letters import Letter
from azpay_tui.domain.messages import Message

_LETTER: Final = "charged-more"
"""Its template."""


def letter_of(planned: Plan, why: str) -> Desired:
    """Return which letter is wanted for a higher total; `why` is what the buyer is told of the reason."""
    more = planned.total - planned.room.total
    return Desired(_LETTER, None, {"total": str(planned.total), "more": str(more), "why": why})


def send_letter(desk: Desk, order_id: str, wanted: Desired, seen: Letter | None = None) -> Message:
    """Keep the letter and deliver it now; blocks. Returns it as it is then; raises `BackOfficeError`s.

    `seen`: the letter as a person saw it, where one did; another one is refused with `ChangedError`.
    One that did not arrive is not tried again later: it would tell of a charge that was not made, or twice of one that
    was asked for again.
    """
    message = desk.letters.write(order_id, wanted, again=True, seen=seen)
    try:
        desk.messages.send()
    finally:
        message = _not_later(desk, message.id)
    return message


def _not_later(desk: Desk, message_id: str) -> Message:
    message = desk.messages.show(message_id)[0]
    if message.state != "waiting":
        return message
    try:
        return desk.messages.drop(message_id)
    except NotValidError:  # it came to its end meanwhile
        return desk.messages.show(message_id)[0]


def lost(message: Message) -> str | None:
    """Say that a letter did not arrive for certain, None when it did: then the buyer counts as told."""
    if message.state == "delivered":
        return None
    why = message.why.rstrip(".") or "nothing delivered it yet"
    dropped = "it is not tried again, and " if message.state == "dropped" else ""
    return f"The letter {message.id} did not arrive for certain ({why}): {dropped}nothing was sent to Amazon."


def how_told(message: Message) -> str:
    """Return how the buyer was told, for the note on the order."""
    return f"letter {message.id}"
