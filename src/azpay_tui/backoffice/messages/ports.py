"""What telling needs: a book of messages, and a courier for each way they may go."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from azpay_tui.backoffice.refresher import Lease
from azpay_tui.domain.messages import After, Channel, Message, MessageDraft, MessageState, Outcome, Try
from azpay_tui.mailing import OFF, Mail


class Courier(Protocol):
    """Takes messages one way; used by one thread at a time."""

    @property
    def repeatable(self) -> bool:
        """Whether a message that may have arrived is sent again, because whoever gets it knows it by its id."""
        ...

    def deliver(self, message: Message, stop: threading.Event) -> Outcome:
        """Deliver a message once, within a time of its own; raises nothing that it can foresee.

        `stop` is set when the program has to end: what is under way may be given up then, and is unknown.
        """
        ...


class Book(Protocol):
    """The messages of the journal; every method is one durable transaction. Raises the store's `StoreError`s."""

    def enqueue(self, drafts: Sequence[MessageDraft], at: datetime) -> tuple[Message, ...]:
        """Keep messages that are due at once; returns those that were kept."""
        ...

    def announce(self, told: Mapping[str, str], drafts: Sequence[MessageDraft], at: datetime) -> tuple[Message, ...]:
        """Keep messages together with the status of orders that the shop knows from now on."""
        ...

    def told(self, order_ids: Iterable[str] | None = None) -> dict[str, str] | None:
        """Return which status the shop knows of orders (default: of all); None when nobody is told yet."""
        ...

    def acted_on(self, order_ids: Iterable[str]) -> frozenset[str]:
        """Return those of these orders about which something was sent since the shop is told."""
        ...

    def forget_told(self) -> None:
        """Forget what the shop knows, because nobody is told any more."""
        ...

    def letters_since(self, at: datetime) -> datetime:
        """Return since when letters are written by themselves; `at` when they were not until now."""
        ...

    def forget_letters(self) -> None:
        """Forget since when letters are written, because none are."""
        ...

    def due(
        self, at: datetime, channels: Sequence[Channel], limit: int, only: Collection[str] | None = None
    ) -> tuple[Message, ...]:
        """Return messages for these channels whose time has come, the longest due first; `only` those of these ids."""
        ...

    def begun(self) -> tuple[Message, ...]:
        """Return messages with an attempt that has no end."""
        ...

    def begin(self, message: Message, at: datetime) -> Message:
        """Write down that an attempt begins; raises `MessageConflict` when the message is not as it was."""
        ...

    def end(self, message: Message, step: After, at: datetime, *, interrupted: bool = False) -> Message:
        """Write down how the attempt ended, and what that makes of the message."""
        ...

    def retry(self, name: str, at: datetime, seen: Message | None = None) -> Message:
        """Have a message sent again; raises `MessageConflict` when there is no such one, or not as `seen` any more."""
        ...

    def drop(self, name: str, at: datetime) -> Message:
        """Have a message not sent any more; raises `MessageConflict` when it neither waits nor failed."""
        ...

    def message(self, name: str) -> Message:
        """Return the message of an id or its beginning; raises `MessageConflict`."""
        ...

    def messages(
        self, *, order_id: str | None = None, states: Sequence[MessageState] = (), limit: int = 1000
    ) -> tuple[Message, ...]:
        """Return messages, newest first; empty `states` means all."""
        ...

    def tries(self, message: Message) -> tuple[Try, ...]:
        """Return every attempt to deliver a message."""
        ...


@dataclass(frozen=True, slots=True)
class MessageParts:
    """What bootstrap builds for telling."""

    book: Book
    lock: Callable[[], Lease]
    """The right to decide what is told and to deliver, held by one process at a time and for one message."""
    couriers: Mapping[Channel, Courier] = field(default_factory=dict)
    """Those that the profile names."""
    hooks: tuple[Channel, ...] = ()
    """The ways on which the shop is told of every change of a status; those of `couriers` that are for it."""
    mail: Mail = OFF
    """How letters leave, and which are written by themselves."""


class Messages(Protocol):
    """What a front end may do with messages. All raise `BackOfficeError`s."""

    def list(
        self, *, order_id: str | None = None, states: Sequence[MessageState] = (), limit: int = 100
    ) -> tuple[Message, ...]:
        """Return messages, newest first; empty `states` means all."""
        ...

    def show(self, name: str) -> tuple[Message, tuple[Try, ...]]:
        """Return a message and every attempt to deliver it; an id may be cut as long as it is one message's."""
        ...

    def retry(self, name: str, seen: Message | None = None) -> Message:
        """Have a message sent again, whatever became of it; with `seen` only if it still is as it was seen.

        Raises `NotValidError` where nothing may be written.
        """
        ...

    def drop(self, name: str) -> Message:
        """Have a message not sent any more. Raises `NotValidError` where nothing may be written."""
        ...

    def send(self) -> tuple[Message, ...]:
        """Keep what is to be told, deliver what is due now; blocks. Returns messages as they are after an attempt.

        Raises `BusyError` while another process delivers and does not come to an end, `NotValidError` where nothing
        may be sent.
        """
        ...

    def test(self) -> tuple[Message, ...]:
        """Send one message that is only a test to every hook of the profile, once; blocks.

        As `send` else, and also where nothing else may be sent: it tells of no order.
        What did not arrive is dropped, and returned as it was before that.
        Raises `UsageError` when the profile names no hook.
        """
        ...
