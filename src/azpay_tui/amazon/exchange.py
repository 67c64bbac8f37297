"""One request and its whole answer, within bounded time and memory."""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import httpx

from azpay_tui.amazon.errors import (
    ConnectionLostError,
    LostError,
    NotSentError,
    TimedOutError,
    UnreachableError,
)
from azpay_tui.amazon.transport import deadline
from azpay_tui.paths import ConfigError

MAX_BODY: Final = 1024 * 1024
"""Bytes of a body, decompressed; Amazon's objects have a few thousand."""
_ERRNO: Final = re.compile(r"^\[Errno -?[0-9]+\] ", re.ASCII)


@dataclass(frozen=True, slots=True)
class Received:
    """A whole HTTP answer."""

    status: int
    headers: httpx.Headers
    body: bytes
    """Decompressed; at most `MAX_BODY` bytes."""
    flaw: str | None = None
    """Why the body is not whole although the answer is: too large or in an unknown encoding. None: nothing wrong."""


class _FlawError(Exception):
    """The body cannot be taken in; the text says why."""


def exchange(client: httpx.Client, request: httpx.Request, auth: httpx.Auth, until: float) -> Received:
    """Send a request once and read the whole answer before `until` (monotonic seconds).

    Raises `NotSentError` only when the request provably never left this machine, `LostError` for everything else
    that is no whole answer. `UnsignedError` comes from `auth`.
    """
    unknown = "" if request.method == "GET" else " after the request was sent: what became of it is unknown"
    body = bytearray()
    try:
        with deadline(until):
            answer = client.send(request, auth=auth, stream=True)
            try:
                flaw = _take(answer, body, until)
            finally:
                answer.close()
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as error:
        raise UnreachableError(f"Amazon cannot be reached: {_plain(error)} Nothing was sent.") from error
    except (NotSentError, LostError):
        raise
    except ConfigError as error:
        raise NotSentError(str(error)) from error
    except httpx.TimeoutException as error:
        raise TimedOutError(f"Amazon did not answer in time{unknown}.", bytes(body)) from error
    except (httpx.HTTPError, RuntimeError, OSError, ValueError) as error:
        # ValueError: headers or lengths that no library could read; RuntimeError: a stream or client closed meanwhile.
        # Whatever broke, the request may have arrived.
        raise ConnectionLostError(f"The connection to Amazon was lost{unknown}.", bytes(body)) from error
    return Received(answer.status_code, answer.headers, bytes(body), flaw)


def _plain(error: httpx.TransportError) -> str:
    if isinstance(error, httpx.PoolTimeout):
        return "all connections are in use."
    if isinstance(error, httpx.ConnectTimeout):
        return "there was no connection in time."
    text = _ERRNO.sub("", str(error).strip()).rstrip(".")[:200]
    if not text:
        return "there was no connection."
    return f"{text[:1].lower()}{text[1:]}." if text[1:2].islower() or text[1:2] == " " else f"{text}."


def _take(answer: httpx.Response, body: bytearray, until: float) -> str | None:
    """Read the body into `body`; returns what is wrong with it. The rest of a flawed body is left unread."""
    try:
        for chunk in _decoded(answer):
            body += chunk
            if time.monotonic() > until:
                raise httpx.ReadTimeout("The deadline of the whole exchange has passed.")
    except _FlawError as flaw:
        return str(flaw)
    return None


def _decoded(answer: httpx.Response) -> Iterator[bytes]:
    """Yield the body bit by bit, never inflating more than the cap at once."""
    encoding = answer.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise _FlawError("Amazon's answer is in an encoding that was not asked for.")
    inflate = zlib.decompressobj(wbits=47) if encoding not in ("", "identity") else None  # 47: gzip or zlib, by header
    size = raw = 0
    for chunk in answer.iter_raw():
        raw += len(chunk)
        piece = chunk
        if inflate is not None:
            try:
                piece = inflate.decompress(chunk, MAX_BODY + 1 - size)
            except zlib.error as error:
                raise _FlawError("Amazon's answer is compressed in a way that cannot be read.") from error
        size += len(piece)
        if size > MAX_BODY or raw > MAX_BODY or (inflate is not None and inflate.unconsumed_tail):
            raise _FlawError("Amazon's answer is larger than any answer can be.")
        yield piece
    if inflate is not None and not inflate.eof:
        raise _FlawError("Amazon's answer is compressed and cut short.")
