"""What one kind of source is: something that can be asked for everything since a moment."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import datetime
from typing import BinaryIO, Protocol

from azpay_tui.backoffice.errors import BackOfficeError
from azpay_tui.domain.mapping import Mapping


class SourceError(BackOfficeError):
    """A source did not give what it was asked for; what came before is kept.

    The text is one sentence without the source's name, which whoever shows it puts in front, and says what to do.
    """

    code = "source"
    exit_code = 4


class UnreachableSourceError(SourceError):
    """The source could not be reached at all: no such program, no connection; the text says so."""

    code = "source-unreachable"
    exit_code = 6


class Sink(Protocol):
    """Where a tap puts what it gets; each call harvests to the end of what it is given. Used by one thread.

    What was harvested is stored in batches as it comes, so that a tap that fails later loses nothing of it. A sink
    ends early, without an error, when the run is to stop.
    """

    def stream(self, stream: BinaryIO, mapping: Mapping | None = None, *, ends: bool = False) -> None:
        """Harvest bytes of any format: CSV, TSV, JSON, JSON Lines or text; reads as long as there is something.

        `mapping` says what the columns of this very stream mean, in place of what the source's preset says. `ends`:
        the stream comes to its end by itself when the run is to stop, so everything in it can be kept.
        """
        ...

    def records(self, records: Iterable[object]) -> None:
        """Harvest JSON values that are parsed already, such as the orders on one page of an answer."""
        ...

    def say(self, text: str) -> None:
        """Say what is going on while nothing can be counted, such as waiting for a report; one sentence."""
        ...

    def note(self, text: str) -> None:
        """Say what this source cannot give although the run is good; one sentence, which stays with its result."""
        ...


class Tap(Protocol):
    """One source, ready to be asked. An object is used by one thread at a time and may be asked many times."""

    def run(self, since: datetime, sink: Sink, stop: threading.Event) -> None:
        """Give the sink everything that was made or changed since a moment (UTC).

        Returns when there is no more, or soon after `stop` is set: that is no error. Raises `SourceError` when it
        cannot be reached, refuses or breaks off; whatever was opened or started is closed and ended by then.
        """
        ...
