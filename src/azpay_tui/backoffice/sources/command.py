"""The tap "command": a program of ours, such as ssh with a database's client behind it, that prints orders."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

from azpay_tui.backoffice.sources.tap import Sink, UnreachableSourceError
from azpay_tui.backoffice.sources.verdict import asks, judge, misled
from azpay_tui.programs import Process
from azpay_tui.sourcing import Source


class CommandTap:
    """Runs a source's program and harvests what it prints; implements `Tap`.

    The program gets the question (SQL), if there is one, on its standard input; it has no terminal, no more time and
    no more output than the source allows, and everything it started is gone when `run` returns.
    """

    def __init__(self, source: Source, question: Callable[[datetime], str] | None = None) -> None:
        """Take a source of kind "command"; `question` makes the text for its standard input, for a time in UTC."""
        self._source = source
        self._question = question

    def run(self, since: datetime, sink: Sink, stop: threading.Event) -> None:
        """Run it once; raises `SourceError`."""
        source = self._source
        given = None if self._question is None else self._question(since).encode()
        try:
            process = Process(
                source.run,
                given,
                seconds=source.timeout.total_seconds(),
                max_bytes=source.max_bytes,
                stop=stop,
                asks=asks,
                whole_lines=given is not None,
            )
        except FileNotFoundError as error:
            raise UnreachableSourceError(
                f"there is no program {source.run[0]!r}: install it, or correct run."
            ) from error
        except OSError as error:
            raise UnreachableSourceError(
                f"the program {source.run[0]!r} cannot be started: {error.strerror}. Check it and run."
            ) from error
        with process:
            problem = misled(source, process.stdout.peek(1))
            if problem is not None:
                raise problem
            sink.stream(process.stdout, ends=True)
            while not stop.is_set() and process.stdout.read(1 << 20):
                pass  # a sink that had enough: how the program ends is said all the same
        judge(source, process)
