"""The tap "reports": what Amazon's schedules made since the last look, whoever arranged them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import BinaryIO

from azpay_tui.backoffice.discover.columns import mapping_of
from azpay_tui.backoffice.discover.discovery import Discovery
from azpay_tui.backoffice.errors import BackOfficeError, OfflineError
from azpay_tui.backoffice.sources.tap import Sink, SourceError, UnreachableSourceError
from azpay_tui.domain.reports import KnownReport

SANDBOX = "Amazon makes reports for live accounts only; remove this source from the profile of a sandbox."


class _Aloud:
    """Tells the sink what a look at the reports comes to."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def said(self, sentence: str) -> None:
        """Pass a sentence on."""
        self._sink.say(sentence)

    def waiting(self, ready: int, total: int) -> None:
        """Let it pass: a look waits for nothing."""

    def read(self, lines: int) -> None:
        """Let it pass: the sink counts by itself."""


class ReportsTap:
    """Harvests finished reports; asks for none. Implements `Tap`."""

    def __init__(self, discovery: Callable[[], Discovery], *, sandbox: bool) -> None:
        """Take what makes a discovery of the profile, and whether there are no reports in its environment."""
        self._discovery = discovery
        self._sandbox = sandbox

    def run(self, since: datetime, sink: Sink, stop: threading.Event) -> None:
        """Look once; raises `SourceError` when Amazon cannot be asked, or one of the reports could not be had."""
        if self._sandbox:
            raise SourceError(SANDBOX)

        def take(stream: BinaryIO, report: KnownReport) -> None:
            sink.stream(stream, mapping_of(report.report_type, stream))

        try:
            problems = self._discovery().look(since, take, _Aloud(sink), stop.is_set)
        except OfflineError as error:
            if not stop.is_set():
                raise UnreachableSourceError(error.message) from error
            return
        except BackOfficeError as error:
            raise SourceError(error.message) from error
        if problems:
            raise SourceError(" ".join(problems))
