"""A disk that can be full: a small file system in memory, or a limit on files where none may be mounted."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

Kind = Literal["tmpfs", "limit"]
_SIZE = "size=6m"


@dataclass
class Disk:
    """Where to put files, and how to leave no room for more."""

    path: Path
    kind: Kind

    def fill(self, journal: Path) -> None:
        """Leave no byte; on the limited kind no file can become larger than the journal is now."""
        if self.kind == "limit":
            resource.setrlimit(resource.RLIMIT_FSIZE, (journal.stat().st_size, resource.RLIM_INFINITY))
            return
        with (self.path / "filler").open("ab", buffering=0) as filler, contextlib.suppress(OSError):
            while True:
                filler.write(bytes(4096))

    def free(self) -> None:
        """Give the room back."""
        if self.kind == "limit":
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        else:
            (self.path / "filler").unlink(missing_ok=True)


@cache
def kinds() -> tuple[Kind, ...]:
    """Return the kinds of full disk that can be had here; one of them always can."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return ("limit",)
    with tempfile.TemporaryDirectory() as place:
        if _mount(place) != 0:
            return ("limit",)
        subprocess.run(["umount", place], check=True)
    return ("tmpfs", "limit")


def _mount(place: str) -> int:
    command = ["mount", "-t", "tmpfs", "-o", _SIZE, "tmpfs", place]
    return subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode


@contextmanager
def disk(kind: Kind) -> Iterator[Disk]:
    """Have a small disk until the block ends."""
    with tempfile.TemporaryDirectory() as place:
        if kind == "tmpfs":
            assert _mount(place) == 0
        found = Disk(Path(place), kind)
        try:
            yield found
        finally:
            found.free()
            if kind == "tmpfs":
                subprocess.run(["umount", "-l", place], check=True)
