"""The end of the audit chain, told outside the data directory: who rewrites the whole chain cannot rewrite these too.

An anchor is one line, `DATE SEQ HASH JOURNAL`, in a file that is only ever added to. One is dropped with every outcome
of money, with every turn of the switch of automatic steps and with the first entry of a day; where it is wanted, the
machine's syslog gets the same line.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from azpay_tui.paths import UnsafePathError, private_directory, private_opener

_log = logging.getLogger(__name__)
_LINE: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}) ([0-9]{1,15}) ([0-9a-f]{64}) ([0-9a-f]{1,64})")
_NOTED: Final = re.compile(r"([0-9]{1,15}):([0-9a-fA-F]{16,64})")
WRITTEN_DOWN: Final = "--anchor"
"""Who says so of an anchor that a person gave."""
_TAIL: Final = 1024
"""Bytes at the end of a file in which its last line surely is."""
SYSLOG: Final = "/dev/log"
"""Where the syslog of a machine listens; no privilege is needed to speak to it."""
_SYSLOG_SECONDS: Final = 0.2
_AUTHPRIV_INFO: Final = 10 << 3 | 6
"""Facility and severity, as a syslog reads them in front of a line."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """What the chain was known to be at one of its rows."""

    seq: int
    hash: str
    """64 hexadecimal digits, or the first 16 or more of them where a person wrote it down."""
    where: str
    """Who says so: a file, or `--anchor`."""
    day: str = ""
    journal: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """The anchors of one journal, and of journals that stood in its place."""

    own: tuple[Anchor, ...] = ()
    others: tuple[Anchor, ...] = ()
    searched: str = ""
    """The directory that was looked through; empty: none was."""


def parse_anchor(text: str) -> Anchor:
    """Read what a person wrote down, `SEQ:HASH` with at least 16 digits of the hash; raises `ValueError`."""
    match = _NOTED.fullmatch(text.strip())
    if match is None:
        raise ValueError("An anchor is SEQ:HASH as azpay audit verify prints it, with 16 or more digits of the hash.")
    return Anchor(int(match[1]), match[2].lower(), WRITTEN_DOWN)


class AnchorBook:
    """The anchors of one data directory, as lines of a file in the state directory. Safe beside other processes."""

    def __init__(self, directory: Path, data_dir: Path, *, syslog: str | None = None) -> None:
        """Name the places; nothing is opened. `syslog` is the socket of the machine's syslog, where it is wanted."""
        self._directory = directory
        real = os.path.realpath(data_dir)
        name = re.sub(r"[^A-Za-z0-9._-]", "_", "-".join(Path(real).parts[-2:]))[:80]
        self.path = directory / f"{name}-{hashlib.sha256(os.fsencode(real)).hexdigest()[:12]}.txt"
        """Where the anchors of this data directory are."""
        self._syslog = syslog
        self._day = ""

    def drop(self, at: datetime, seq: int, head: str, journal: str, *, at_once: bool) -> Anchor | None:
        """Tell how the chain ends at a moment (UTC); unless `at_once` only once a day. What fails stops no outcome.

        Returns the anchor once it is on disk.
        """
        day, dropped = f"{at:%Y-%m-%d}", None
        if not at_once and day == (self._day or getattr(self.last(), "day", "")):
            return None
        line = f"{day} {seq} {head} {journal}"
        try:
            private_directory(self._directory)
            with open(self.path, "a+b", opener=private_opener) as stream:
                # Whoever ended in the middle of a line must not spoil the next one.
                begun = stream.tell() > 0 and (stream.seek(-1, os.SEEK_END), stream.read(1))[1] != b"\n"
                stream.write(b"\n" * begun + line.encode() + b"\n")
                stream.flush()
                os.fsync(stream.fileno())
            self._day, dropped = day, Anchor(seq, head, str(self.path), day, journal)
        except (OSError, UnsafePathError) as error:
            _log.warning("the end of the audit chain could not be told outside the data directory: %s", error)
        if self._syslog is not None:
            _tell_syslog(self._syslog, line)
        return dropped

    def last(self) -> Anchor | None:
        """Return the newest anchor in the file; None when there is none, or none that can be read."""
        try:
            with open(self.path, "rb") as stream:
                stream.seek(-min(_TAIL, stream.seek(0, os.SEEK_END)), os.SEEK_END)
                found = list(_anchors(stream.read(), self.path))
        except OSError:
            return None
        return found[-1] if found else None

    def files(self) -> Iterator[tuple[Path, tuple[Anchor, ...]]]:
        """Yield each file with its anchors as they were told, of whatever journal. Raises `OSError`."""
        for path in sorted(self._directory.glob("*.txt")):
            yield path, tuple(_anchors(path.read_bytes(), path))

    def known(self, journal: str) -> Known:
        """Return what the files say of a journal, and of others in the place of this one. Raises `OSError`."""
        own: list[Anchor] = []
        others: dict[str, Anchor] = {}
        for path, anchors in self.files():
            for anchor in anchors:
                if anchor.journal == journal:
                    own.append(anchor)
                elif path == self.path:
                    others[anchor.journal] = anchor
        return Known(tuple(own), tuple(others.values()), str(self._directory))


def _anchors(content: bytes, path: Path) -> Iterator[Anchor]:
    """Yield the anchors of a file; a line that was never finished is none."""
    for line in content.decode("ascii", "replace").splitlines():
        match = _LINE.fullmatch(line)
        if match is not None:
            yield Anchor(int(match[2]), match[3], str(path), match[1], match[4])


def _tell_syslog(address: str, line: str) -> None:
    """Say a line to the machine's syslog; where there is none, that is how it is."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as said:
            said.settimeout(_SYSLOG_SECONDS)
            said.connect(address)
            said.send(f"<{_AUTHPRIV_INFO}>azpay: audit anchor {line}".encode())
    except OSError as error:
        _log.info("the syslog at %s does not take the end of the audit chain: %s", address, error)
