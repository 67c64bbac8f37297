"""What is to be told to the shop: the difference between the status it knows of each order and the one there is.

Which status the shop knows is in the journal, in one transaction with the message that says so. So it does not matter
who changed an order, nor when a process died: whoever looks next finds the same difference, once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from azpay_tui.backoffice.clock import CorrectedClock
from azpay_tui.backoffice.messages.ports import Book
from azpay_tui.backoffice.stores import Reader
from azpay_tui.domain.announcements import of_change, of_test, subject
from azpay_tui.domain.messages import Channel, Message, MessageDraft

_UNREAD: Final = "NEW"
"""Status of an order that was never read, or whose cache is being made anew: nothing is known, so nothing is told."""
_AT_ONCE: Final = 200
"""Orders that are told in one transaction."""


class Announcer:
    """Finds what the shop is to be told. Only whoever has the right to deliver may look (`Engine.turn`)."""

    def __init__(
        self,
        book: Book,
        reader: Reader,
        channels: Sequence[Channel],
        clock: CorrectedClock,
        *,
        profile: str,
        environment: str,
    ) -> None:
        """Take the parts; without `channels` nobody is told, and what was known is forgotten."""
        self._book = book
        self._reader = reader
        self._channels = tuple(channels)
        self._clock = clock
        self._profile = profile
        self._environment = environment
        self._seen: int | None = None
        """Revision of the cache up to which everything was looked at; None: all is to be looked at."""

    @property
    def has_news(self) -> bool:
        """Whether the cache changed since the last look; cheap."""
        return self._seen != self._reader.revision()

    def look(self) -> int:
        """Keep a message for every order whose status is not the one that the shop knows; returns how many orders.

        What is first known of an order is told to nobody, and neither is what was so when telling began. Raises the
        store's `StoreError`s.
        """
        revision = self._reader.revision()
        if not self._channels:
            if self._seen is None:
                self._book.forget_told()
            self._seen = revision
            return 0
        since = self._seen if self._seen is not None and self._seen <= revision else None
        changed = None if since is None else self._reader.changed_since(since)
        told = self._book.told(changed)
        now = {order_id: status for order_id, status in self._reader.statuses(changed).items() if status != _UNREAD}
        if told is None:
            self._book.announce(now, (), self._clock())
            self._seen = revision
            return 0
        first = [order_id for order_id in now if order_id not in told]
        acted = self._book.acted_on(first) if first else frozenset()
        known = {order_id: now[order_id] for order_id in first if order_id not in acted}
        if known:
            self._book.announce(known, (), self._clock())
        news = [order_id for order_id in now if order_id in acted or told.get(order_id, now[order_id]) != now[order_id]]
        for start in range(0, len(news), _AT_ONCE):
            self._announce(news[start : start + _AT_ONCE], told)
        self._seen = revision
        return len(news)

    def test(self) -> tuple[Message, ...]:
        """Keep one message for every hook that only tries the way."""
        body = of_test(self._clock(), profile=self._profile, environment=self._environment)
        drafts = [MessageDraft("shop", channel, "", "a test", body) for channel in self._channels]
        return self._book.enqueue(drafts, self._clock())

    def _announce(self, order_ids: Iterable[str], told: Mapping[str, str]) -> None:
        now = self._clock()
        drafts, statuses = [], {}
        for order_id in order_ids:
            row = self._reader.row(order_id)
            before = told.get(order_id)
            if row is None or row.status in (before, _UNREAD):  # it changed back meanwhile
                continue
            order = self._reader.order(order_id)
            body = of_change(row, order, before, now, profile=self._profile, environment=self._environment)
            statuses[order_id] = row.status
            what = subject(before, row.status)
            drafts += [MessageDraft("shop", channel, order_id, what, body) for channel in self._channels]
        self._book.announce(statuses, drafts, now)
