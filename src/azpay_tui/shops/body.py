"""The body of an answer, never more of it in memory than allowed."""

from __future__ import annotations

import zlib
from typing import Final

import httpx

_PLAIN: Final = ("", "identity")
_PACKED: Final = ("gzip", "x-gzip", "deflate")


class TooLargeError(Exception):
    """The body is larger than allowed."""


class UnreadableError(Exception):
    """The body is packed in a way that was not asked for and cannot be read."""


def whole_body(answer: httpx.Response, cap: int) -> bytes:
    """Read a body to its end, unpacked and at most `cap` bytes long.

    Raises `TooLargeError`, `UnreadableError`, and httpx's errors when it is cut.
    """
    encoding = answer.headers.get("content-encoding", "").strip().lower()
    if encoding not in (*_PLAIN, *_PACKED):
        raise UnreadableError
    # 47: gzip or zlib, whichever the head of the data names.
    unpack = zlib.decompressobj(wbits=47) if encoding in _PACKED else None
    body = bytearray()
    for chunk in answer.iter_raw():
        if unpack is None:
            body += chunk
        else:
            try:
                body += unpack.decompress(chunk, cap + 1 - len(body))
            except zlib.error as error:
                raise UnreadableError from error
        if len(body) > cap:
            raise TooLargeError
    if unpack is not None and not unpack.eof:
        raise UnreadableError
    return bytes(body)
