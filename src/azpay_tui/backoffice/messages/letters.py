"""Letters: written by themselves after a decline where the profile says so, and when a person wants one.

Each is kept in the journal with its order before it leaves. One that azpay writes by itself has the decline as its
occasion, and of an occasion the journal keeps one letter ever: so it does not matter who saw the decline, nor when a
process died.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, Protocol

from azpay_tui.backoffice.clock import CorrectedClock
from azpay_tui.backoffice.composing import ADMIN, CONFIRMATION, PAYMENT_METHOD, Desired, compose
from azpay_tui.backoffice.errors import ChangedError, NotValidError, UsageError
from azpay_tui.backoffice.messages.occasions import occasion_of, outdated
from azpay_tui.backoffice.messages.ports import Book
from azpay_tui.backoffice.records import ProfileInfo
from azpay_tui.backoffice.stores import Reader
from azpay_tui.domain import states
from azpay_tui.domain.declines import Decline, decline_of, repaired
from azpay_tui.domain.letters import Letter, LetterError
from azpay_tui.domain.messages import Message, MessageDraft
from azpay_tui.domain.order import Order
from azpay_tui.mailing import Mail
from azpay_tui.paths import ConfigError

_log = logging.getLogger(__name__)

_WAITING: Final = ("declined", "suspended")
"""Attention codes of orders that may wait for somebody to be written to."""
_UNSURE: Final = timedelta(minutes=1)
"""By how much the clock may be off: its correction is known to the second, and only after the first answer."""
_PAID: Final = ("AUTHORIZED", "CAPTURING", "PART-CAPTURED", "CAPTURED")


class Letters(Protocol):
    """What a front end may do with letters. All raise `BackOfficeError`s."""

    @property
    def mail(self) -> Mail:
        """How letters leave, and whether they may."""
        ...

    def preview(self, order_id: str, wanted: Desired) -> Letter:
        """Return a letter as it would be kept now; raises `UsageError` when it cannot be written."""
        ...

    def write(
        self, order_id: str, wanted: Desired, *, again: bool = False, seen: Letter | None = None
    ) -> Message:  # fmt: skip
        """Keep a letter, which leaves in the background or with `Messages.send`.

        `again`: also when the buyer was written to about this decline before. `seen`: the letter as a person saw it.
        Raises `UsageError` when it cannot be written, `ChangedError` when it would not be the one that was seen,
        `NotValidError` when it may not be: letters are off, or it was written before.
        """
        ...


class Correspondence:
    """Implements `Letters`; safe from any thread. Only whoever has the right to deliver may `look`."""

    def __init__(self, book: Book, reader: Reader, mail: Mail, info: ProfileInfo, clock: CorrectedClock) -> None:
        """Take the parts; where letters are off, nothing is written."""
        self._book = book
        self._reader = reader
        self._mail = mail
        self._info = info
        self._clock = clock
        self._seen: int | None = None
        """Revision of the cache up to which everything was looked at; None: all is to be looked at."""
        self._told = set[str]()
        """Occasions that need not be looked at again: kept, or known not to be possible."""

    @property
    def mail(self) -> Mail:
        """How letters leave."""
        return self._mail

    def outdated(self, message: Message) -> str | None:
        """Say why a message is not to be sent any more, one sentence; None for one that is no letter, or still right.

        Raises the store's `StoreError`s.
        """
        draft = message.draft
        return outdated(message, self._reader.order(draft.order_id)) if draft.channel == "mail" else None

    @property
    def has_news(self) -> bool:
        """Whether the cache changed since the last look; cheap."""
        return self._seen != self._reader.revision()

    def look(self) -> int:
        """Keep a letter for every decline that wants one; returns how many. Raises the store's `StoreError`s.

        Nobody is written to about what was declined before letters were switched on.
        """
        revision = self._reader.revision()
        if not self._mail.on:
            if self._seen is None:
                self._book.forget_letters()
            self._seen = revision
            return 0
        since = self._book.letters_since(self._clock()) - _UNSURE
        kept = 0
        for order_id in self._changed(revision):
            drafts = [draft for draft in self._wanted(order_id, since) if draft.occasion not in self._told]
            kept += len(self._book.enqueue(drafts, self._clock())) if drafts else 0
            self._told |= {draft.occasion for draft in drafts}
        self._seen = revision
        return kept

    def preview(self, order_id: str, wanted: Desired) -> Letter:
        """Return a letter as it would be kept now."""
        return self._composed(order_id, wanted)[1]

    def write(
        self, order_id: str, wanted: Desired, *, again: bool = False, seen: Letter | None = None
    ) -> Message:  # fmt: skip
        """Keep a letter that a person wants."""
        if not self._mail.on:
            raise NotValidError(
                'This profile sends no letters: set send = "manual" or "automatic" in its section mail.'
            )
        if self._info.read_only_reason is not None:
            raise NotValidError(self._info.read_only_reason)
        order, letter = self._composed(order_id, wanted)
        if seen is not None and letter != seen:
            raise ChangedError(_differs(seen, letter))
        occasion = occasion_of(letter.kind.name, order)
        kept = self._book.enqueue([_draft(order_id, letter, occasion)], self._clock())
        if again and occasion and not kept:
            kept = self._book.enqueue([_draft(order_id, letter, "")], self._clock())
        if kept:
            return kept[0]
        for message in self._book.messages(order_id=order_id):
            if occasion and message.draft.occasion == occasion:
                raise NotValidError(
                    f"The buyer was written to about this decline already ({message.id}, {message.state}); to write "
                    "once more say so: --again."
                )
        raise NotValidError(f"The personal data of the buyer of {order_id} was removed: write from the shop.")

    def _composed(self, order_id: str, wanted: Desired) -> tuple[Order, Letter]:
        order, row = self._reader.order(order_id), self._reader.row(order_id)
        if order is None or row is None:
            raise UsageError(f"There is no order {order_id} here.")
        try:
            return order, compose(
                order, row.status, self._mail, self._info.region, wanted, self._info.policy.soft_declines
            )
        except (LetterError, ConfigError) as error:
            raise UsageError(str(error)) from error

    def _changed(self, revision: int) -> tuple[str, ...]:
        """Return the orders to look at."""
        if self._seen is not None and self._seen <= revision:
            return self._reader.changed_since(self._seen)
        waiting = self._reader.with_concern(_WAITING)
        if not self._mail.confirm:
            return waiting
        paid = (order_id for order_id, status in self._reader.statuses().items() if status in _PAID)
        return tuple(dict.fromkeys((*waiting, *paid)))

    def _wanted(self, order_id: str, since: datetime) -> Iterator[MessageDraft]:
        """Yield what is to be written about an order by itself."""
        order = self._reader.order(order_id)
        if order is None or order.permission is None:
            return
        decline = decline_of(order, self._info.policy.soft_declines)
        if decline is not None and decline.at is not None and decline.at >= since and repaired(order) is None:
            yield from self._of_decline(order, decline)
        elif self._mail.confirm and _authorized_since(order, since):
            yield from self._try(order, CONFIRMATION)

    def _of_decline(self, order: Order, decline: Decline) -> Iterator[MessageDraft]:
        if decline.next == "buyer" and self._mail.send == "automatic":
            asked = list(self._try(order, PAYMENT_METHOD))
            yield from asked
            if asked:
                return
        elif decline.next == "buyer":  # a person is offered to write
            return
        if self._mail.admin is not None:
            yield from self._try(order, ADMIN)

    def _try(self, order: Order, kind: str) -> Iterator[MessageDraft]:
        occasion = occasion_of(kind, order)
        try:
            letter = self._composed(order.id, Desired(kind))[1]
        except UsageError as error:
            if occasion not in self._told:
                _log.warning("no letter %s about %s: %s", kind, order.id, error)
            self._told.add(occasion)
            return
        yield _draft(order.id, letter, occasion)


def _differs(seen: Letter, letter: Letter) -> str:
    """Say what is not as it was shown, without a word of either letter."""
    what = "its recipient" if letter.to != seen.to else "its subject" if letter.subject != seen.subject else "its text"
    return f"The letter did not leave, because {what} changed since it was shown: look at it and send it again."


def _draft(order_id: str, letter: Letter, occasion: str) -> MessageDraft:
    kind = "admin" if letter.kind.to == "admin" else "buyer"
    return MessageDraft(kind, "mail", order_id, letter.subject, letter.text, letter.to, occasion)  # type: ignore[arg-type]


def _authorized_since(order: Order, since: datetime) -> bool:
    """Whether the first authorization of an order that was not declined is of that time."""
    good = [c for c in order.charges if c.state in (states.AUTHORIZED, states.CAPTURE_INITIATED, states.CAPTURED)]
    return bool(good) and good[0].created is not None and good[0].created >= since
