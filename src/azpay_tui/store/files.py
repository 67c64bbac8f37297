"""The files of a data directory: where they are, and that nobody else can read them.

Database files are never opened by ordinary file I/O here: closing such a descriptor drops SQLite's locks in the whole
process. A new one is made under another name, closed, and only then linked to its own name.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from azpay_tui.store.errors import JournalUnavailable, lacks_room, remedy

PRIVATE_DIR: Final = 0o700
PRIVATE_FILE: Final = 0o600


@dataclass(frozen=True, slots=True)
class DataDir:
    """Names of everything in one profile's data directory."""

    path: Path

    @property
    def journal(self) -> Path:
        """What cannot be fetched again."""
        return self.path / "journal.db"

    @property
    def cache(self) -> Path:
        """What can be rebuilt."""
        return self.path / "cache.db"

    @property
    def ballast(self) -> Path:
        """Room that is given back when the disk is full and an outcome must be recorded."""
        return self.path / "journal.ballast"

    @property
    def sessions(self) -> Path:
        """One lock file per running process."""
        return self.path / "sessions"

    @property
    def backups(self) -> Path:
        """Back-ups of the journal."""
        return self.path / "backups"

    @property
    def refresh_lock(self) -> Path:
        """Held by the one process that refreshes."""
        return self.path / "refresh.lock"

    @property
    def messages_lock(self) -> Path:
        """Held while a process delivers a message, or decides what is to be told."""
        return self.path / "messages.lock"

    def source_lock(self, name: str) -> Path:
        """Held by the one process that asks this source."""
        return self.path / f"source-{name.lower()}.lock"

    @property
    def opening_lock(self) -> Path:
        """Held while a process creates, migrates or replaces a database."""
        return self.path / "opening.lock"

    @property
    def checkpoint_lock(self) -> Path:
        """Held by the one process that moves the cache's log into the cache."""
        return self.path / "checkpoint.lock"


def private_dir(path: Path) -> None:
    """Make a directory for us alone, or tighten an own one; a shared (sticky) or the home directory stays as it is.

    Raises `JournalUnavailable` when it cannot be made.
    """
    try:
        path.mkdir(mode=PRIVATE_DIR, parents=True, exist_ok=True)
        found = path.stat()
        shared = found.st_mode & stat.S_ISVTX or path.resolve() == Path.home().resolve()
        if found.st_uid == os.geteuid() and not shared and stat.S_IMODE(found.st_mode) != PRIVATE_DIR:
            path.chmod(PRIVATE_DIR)
    except (OSError, RuntimeError) as error:
        raise JournalUnavailable(f"The directory {path} cannot be made or used: {error}. {remedy(error)}") from error


def private_file(path: Path) -> bool:
    """Make an empty file for us alone, whatever the umask; returns False when it exists (its mode is then tightened).

    Raises `JournalUnavailable` when it cannot be made.
    """
    if path.exists():
        tighten(path)
        return False
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, PRIVATE_FILE)
        try:
            os.fchmod(descriptor, PRIVATE_FILE)
        finally:
            os.close(descriptor)
        os.link(draft, path)
    except FileExistsError:
        return False
    except OSError as error:
        raise JournalUnavailable(f"{path} cannot be made: {error.strerror}. {remedy(error)}") from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()
    return True


def write_whole(descriptor: int, content: bytes) -> None:
    """Write all of it: one call may take a part, and the next one says why. Raises `OSError`."""
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def tighten(path: Path) -> None:
    """Take a file away from group and others, by name; a file of somebody else stays as it is."""
    with contextlib.suppress(OSError):
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            path.chmod(PRIVATE_FILE)


def family(database: Path) -> tuple[Path, ...]:
    """Return a database file and the names SQLite derives from it."""
    return database, *(database.with_name(database.name + suffix) for suffix in ("-wal", "-shm", "-journal"))


def free_companions(database: Path) -> None:
    """Let us write the files that SQLite keeps beside a database that we may write.

    It makes them with the mode of the database: a look at one that was write-protected leaves them so.
    """
    if os.access(database, os.W_OK):
        for path in family(database)[1:]:
            with contextlib.suppress(OSError):
                if not os.access(path, os.W_OK):
                    path.chmod(PRIVATE_FILE)


class Ballast:
    """A file whose only use is to be deleted when the disk is full, so that an outcome can still be recorded."""

    SIZE: Final = 512 * 1024
    """Bytes: enough for the rollback journal and the pages of several outcomes."""

    def __init__(self, path: Path) -> None:
        """Name the file; nothing is made yet."""
        self._path = path

    def ensure(self) -> None:
        """Reserve the room; raises `JournalUnavailable` when there is none."""
        with contextlib.suppress(OSError):
            if self._path.stat().st_size >= self.SIZE:
                return
        draft = self._path.with_name(f".{self._path.name}.{secrets.token_hex(6)}")
        try:
            descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, PRIVATE_FILE)
            try:
                os.fchmod(descriptor, PRIVATE_FILE)
                # Written, not fallocated: every file system then has really given the room.
                write_whole(descriptor, os.urandom(self.SIZE))
            finally:
                os.close(descriptor)
            draft.replace(self._path)
        except OSError as error:
            with contextlib.suppress(OSError):
                draft.unlink()
            raise JournalUnavailable(
                f"Room to record an outcome cannot be held in {self._path.parent} ({error.strerror}); nothing was "
                f"recorded. {remedy(error)}",
                full=lacks_room(error),
            ) from error

    def release(self) -> None:
        """Give the room back to the disk."""
        with contextlib.suppress(OSError):
            self._path.unlink()
