"""A connection to a mail server with one deadline for all that is read and written, and an end to what it says."""

from __future__ import annotations

import contextlib
import io
import smtplib
import socket
import ssl
import time
from typing import TYPE_CHECKING, Final

from azpay_tui.domain.spans import written

if TYPE_CHECKING:
    from datetime import timedelta

    from _typeshed import WriteableBuffer

_MOST: Final = 64 * 1024
"""Bytes of a server's answers in all; none of them needs more than a few lines."""


class _TroubleError(OSError):
    """The time for all of it is over, or the server says more than any answer can be."""


class _Answers(io.RawIOBase):
    """What a server says, until a moment and not without end."""

    def __init__(self, client: Client, sock: socket.socket) -> None:
        self._client = client
        self._sock = sock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        self._sock.settimeout(self._client.left())
        try:
            count = self._sock.recv_into(buffer)
        except TimeoutError:
            raise self._client.late() from None
        self._client.heard(count)
        return count


class Client(smtplib.SMTP):
    """The library's client, bound in time and in what it hears; what breaks that raises `OSError`."""

    def __init__(self, context: ssl.SSLContext | None, timeout: timedelta) -> None:
        """Begin to count the time; a `context` is for a connection that speaks TLS from its first byte."""
        seconds = timeout.total_seconds()
        self._within = written(timeout)
        self._end = time.monotonic() + seconds
        self._implicit = context
        self._got = 0
        self.trouble = ""
        """What ended it, as the rest of a sentence about the server; the library tells of a closed line only."""
        super().__init__(local_hostname="localhost", timeout=seconds)

    def left(self) -> float:
        """Return the seconds that are left; raises `OSError` when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise self.late()
        return left

    def late(self) -> _TroubleError:
        """Note that the time is over."""
        self.trouble = f"did not answer within {self._within}"
        return _TroubleError(self.trouble)

    def heard(self, count: int) -> None:
        """Count what the server said; raises `OSError` when it is too much."""
        self._got += count
        if self._got > _MOST:
            self.trouble = "answers without end"
            raise _TroubleError(self.trouble)

    def abandon(self) -> None:
        """Break the connection, from another thread."""
        if isinstance(self.sock, socket.socket):
            with contextlib.suppress(OSError, ValueError):
                self.sock.shutdown(socket.SHUT_RDWR)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        sock = socket.create_connection((host, port), self.left())
        if self._implicit is None:
            return sock
        sock.settimeout(self.left())
        return self._implicit.wrap_socket(sock, server_hostname=host)

    def begin_tls(self, context: ssl.SSLContext, host: str) -> tuple[int, bytes]:
        """Go on over TLS, with the server whose certificate names this host; returns its answer."""
        self._host = host  # the library's own, which a connection made by hand lacks
        return self.starttls(context=context)

    def getreply(self) -> tuple[int, bytes]:
        """Return the code and the words of the next answer."""
        if self.file is None and self.sock is not None:
            self.file = io.BufferedReader(_Answers(self, self.sock))
        return super().getreply()

    def send(self, s: bytes | str) -> None:  # type: ignore[override]
        """Write this within the time that is left."""
        if isinstance(self.sock, socket.socket):
            self.sock.settimeout(self.left())
        super().send(s)
