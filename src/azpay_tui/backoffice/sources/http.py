"""The tap "http": a shop's own interface, read page by page with a key that may only read."""

from __future__ import annotations

import threading
from datetime import datetime

from azpay_tui.backoffice.sources.tap import Sink, SourceError, UnreachableSourceError
from azpay_tui.paths import ConfigError
from azpay_tui.sourcing import Source


class HttpTap:
    """Asks a shop for what was made or changed since a moment; implements `Tap`.

    Each page is harvested before the next one is asked for, so that a shop that breaks off loses nothing of it.
    """

    def __init__(self, source: Source) -> None:
        """Take a source of kind "http"."""
        self._source = source

    def run(self, since: datetime, sink: Sink, stop: threading.Event) -> None:
        """Read it once; raises `SourceError`, also for a key file that others could read."""
        # Deferred: whoever only lists sources does not need the HTTP library.
        from azpay_tui.shops.errors import ShopError, ShopStoppedError, ShopUnreachableError
        from azpay_tui.shops.reader import shop_reader
        from azpay_tui.shops.wire import Limits

        source = self._source
        if source.url is None or source.key_file is None:
            raise SourceError("url or key_file is missing: write them into the source's section.")
        limits = Limits(source.timeout.total_seconds(), source.max_bytes)
        try:
            reader = shop_reader(source.preset or "", source.url, source.key_file, limits)
            for page in reader.orders(since, stop, sink.note):
                sink.records(page)
        except ShopStoppedError:
            return
        except ShopUnreachableError as error:
            raise UnreachableSourceError(str(error)) from error
        except (ShopError, ConfigError) as error:
            raise SourceError(str(error)) from error
