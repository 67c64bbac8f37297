"""Downloads of files that Amazon named: another host, another patience, and nothing of the profile goes along."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import httpx

from azpay_tui.amazon.hosts import Endpoint, HostRefusedError, file_place
from azpay_tui.amazon.transport import Patience, deadline, open_client
from azpay_tui.paths import ConfigError

PATIENCE: Final = Patience(read=30.0, total=900.0)
"""A file may be large; only its beginning has to come soon."""


@dataclass(frozen=True, slots=True)
class Downloaded:
    """How one try ended: with `size` bytes written, or with a sentence why not."""

    status: int | None
    """Of the answer; None: no whole one came."""
    size: int | None
    problem: str = ""
    again: bool = False
    """Whether a fresh address may help: this one ran out, or the connection broke."""


class Downloads:
    """Gets files for one profile; `transport` replaces the network in tests."""

    def __init__(
        self,
        site: Endpoint,
        *,
        ca_file: Path | None = None,
        transport: httpx.BaseTransport | None = None,
        patience: Patience = PATIENCE,
    ) -> None:
        self._site = site
        self._ca_file = ca_file
        self._transport = transport
        self._patience = patience

    def get(self, url: str, sink: BinaryIO, most: int, stopped: Callable[[], bool]) -> Downloaded:
        """Write a file to `sink` from its beginning, once; stops at more than `most` bytes. Never raises for the net.

        Errors of writing (`OSError` of a full disk) are raised.
        """
        until = time.monotonic() + self._patience.total
        try:
            place = file_place(self._site, url)
            with open_client(
                place, patience=self._patience, ca_file=self._ca_file, transport=self._transport, files=True
            ) as client:
                return self._take(client, url, sink, most, until, stopped)
        except HostRefusedError as error:
            return Downloaded(None, None, str(error))
        except ConfigError as error:
            return Downloaded(None, None, str(error))
        except (httpx.HTTPError, httpx.InvalidURL, RuntimeError, ValueError):
            return Downloaded(None, None, "The connection broke while the report was downloaded.", again=True)

    def _take(
        self, client: httpx.Client, url: str, sink: BinaryIO, most: int, until: float, stopped: Callable[[], bool]
    ) -> Downloaded:
        sink.seek(0)
        sink.truncate()
        size = 0
        with deadline(until), client.stream("GET", url) as answer:
            status = answer.status_code
            if status != 200:
                again = status in (403, 404, 408, 429) or status >= 500
                return Downloaded(
                    status, None, f"The report could not be downloaded: its store answered {status}.", again
                )
            if answer.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
                return Downloaded(status, None, "The report came in an encoding that was not asked for.")
            for chunk in answer.iter_raw():
                size += len(chunk)
                if size > most:
                    return Downloaded(status, None, f"The report is larger than {most // 1024 // 1024} MB.")
                if stopped():
                    return Downloaded(status, None, "The download was stopped.")
                sink.write(chunk)
        sink.seek(0)
        return Downloaded(status, size)
