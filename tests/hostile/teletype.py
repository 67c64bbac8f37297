"""Commands in this process, on a terminal or on a pipe, read as bytes."""

from __future__ import annotations

import io
import os
import pty
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from azpay_tui.bootstrap import main


@contextmanager
def _standard(out: io.TextIOWrapper, err: io.TextIOWrapper) -> Iterator[None]:
    before = sys.stdin, sys.stdout, sys.stderr
    with open(os.devnull, encoding="utf-8") as nothing:
        sys.stdin, sys.stdout, sys.stderr = nothing, out, err
        try:
            yield
        finally:
            sys.stdin, sys.stdout, sys.stderr = before


def on_terminal(arguments: Sequence[str]) -> tuple[int, bytes]:
    """Run a command on a terminal of its own; returns its exit code and everything the terminal was sent."""
    master, slave = pty.openpty()
    found: list[bytes] = []

    def read() -> None:
        try:
            while data := os.read(master, 65536):
                found.append(data)
        except OSError:  # the other end is closed and everything is read
            pass

    reader = threading.Thread(target=read)
    reader.start()
    try:
        with open(slave, "w", encoding="utf-8") as screen, _standard(screen, screen):
            code = main(list(arguments))
    finally:
        reader.join()
        os.close(master)
    return code, b"".join(found)


def on_pipe(arguments: Sequence[str]) -> tuple[int, bytes, bytes]:
    """Run a command whose output goes elsewhere; returns its exit code, its result, and what it told the person."""
    out, err = io.BytesIO(), io.BytesIO()
    result, told = io.TextIOWrapper(out, encoding="utf-8"), io.TextIOWrapper(err, encoding="utf-8")
    with _standard(result, told):
        code = main(list(arguments))
    result.flush()
    told.flush()
    return code, out.getvalue(), err.getvalue()
