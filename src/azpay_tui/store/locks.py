"""Locks that the kernel releases when their process dies: who is alive, and who refreshes."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import secrets
import threading
import weakref
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from azpay_tui.store.errors import JournalUnavailable, remedy
from azpay_tui.store.files import PRIVATE_FILE, private_dir, write_whole
from azpay_tui.store.times import storable, to_text

_NAME: Final = re.compile(r"[a-z0-9-]{1,64}", re.ASCII)
_inherited: Final[weakref.WeakSet[_Descriptor]] = weakref.WeakSet()


class _Descriptor:
    """An open lock file; a forked child closes its copy so that the lock ends with the parent."""

    def __init__(self, number: int) -> None:
        self._number: int | None = number
        _inherited.add(self)

    def close(self) -> None:
        number, self._number = self._number, None
        if number is not None:
            os.close(number)


def _close_in_child() -> None:
    for descriptor in list(_inherited):
        with contextlib.suppress(OSError):
            descriptor.close()


os.register_at_fork(after_in_child=_close_in_child)


def _open(path: Path, *flags: int) -> int:
    mode = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
    for flag in flags:
        mode |= flag
    return os.open(path, mode, PRIVATE_FILE)


class Session:
    """One running process (or one part of it that owns intents): alive as long as its lock is held.

    The lock is on a file of its own in `sessions/`; the kernel releases it when the process dies, however it dies.
    """

    def __init__(
        self, directory: Path, person: str, at: datetime, draw: Callable[[int], str] = secrets.token_hex
    ) -> None:
        """Take a new session; raises `JournalUnavailable` when its file cannot be made.

        `draw` returns so many bytes in hexadecimal digits that no other session has.
        """
        self._directory = directory
        private_dir(directory)
        while True:
            self.id = f"s-{draw(6)}"
            path = directory / f"{self.id}.lock"
            number = None
            try:
                number = _open(path, os.O_CREAT, os.O_EXCL)
                os.fchmod(number, PRIVATE_FILE)
                fcntl.flock(number, fcntl.LOCK_EX)
                text = json.dumps({"pid": os.getpid(), "person": storable(person), "since": to_text(at)})
                write_whole(number, text.encode())
            except OSError as error:
                if number is not None:  # the name before the lock, so that nobody finds it without one
                    with contextlib.suppress(OSError):
                        path.unlink()
                    os.close(number)
                raise JournalUnavailable(
                    f"The session file {path} cannot be made: {error.strerror}. {remedy(error)}"
                ) from error
            if os.fstat(number).st_nlink:
                break
            os.close(number)  # a cleaner was faster than our lock
        self._path = path
        self._descriptor: _Descriptor | None = _Descriptor(number)

    def is_alive(self, session_id: str) -> bool:
        """Tell whether a session's process still runs; an unknown id is dead."""
        return is_alive(self._directory, session_id)

    def close(self) -> None:
        """End the session; harmless when ended before."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            with contextlib.suppress(OSError):
                self._path.unlink()
            descriptor.close()


def is_alive(directory: Path, session_id: str) -> bool:
    """Tell whether the process of a session still runs; a doubtful case counts as alive."""
    if _NAME.fullmatch(session_id) is None:
        return False
    try:
        number = _open(directory / f"{session_id}.lock")
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return _is_locked(number)


def is_held(path: Path) -> bool:
    """Tell whether a living process holds a lock file; takes and makes nothing."""
    try:
        number = _open(path)
    except OSError:
        return False
    return _is_locked(number)


def _is_locked(number: int) -> bool:
    """Tell whether somebody else holds the lock of an open file, and close it."""
    try:
        fcntl.flock(number, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(number)
    return False


def clean_sessions(directory: Path) -> int:
    """Remove the files of dead sessions; returns how many."""
    removed = 0
    for path in directory.glob("s-*.lock"):
        try:
            number = _open(path)
        except OSError:
            continue
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink(missing_ok=True)
            removed += 1
        except OSError:
            continue
        finally:
            os.close(number)
    return removed


class Lease:
    """A lock that one process at a time holds, such as the right to refresh; safe from any thread."""

    def __init__(self, path: Path) -> None:
        """Name the lock file; nothing is taken yet."""
        self._path = path
        self._guard = threading.Lock()
        self._descriptor: _Descriptor | None = None

    @property
    def held(self) -> bool:
        """Whether this process holds it."""
        return self._descriptor is not None

    def try_acquire(self) -> bool:
        """Take it when it is free; returns whether this process holds it now. Never waits, never raises."""
        with self._guard:
            if self._descriptor is not None:
                return True
            number = None
            try:
                number = _open(self._path, os.O_CREAT)
                os.fchmod(number, PRIVATE_FILE)
                fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                if number is not None:
                    os.close(number)
                return False
            self._descriptor = _Descriptor(number)
            return True

    def release(self) -> None:
        """Give it back; harmless when not held."""
        with self._guard:
            descriptor, self._descriptor = self._descriptor, None
            if descriptor is not None:
                descriptor.close()


@contextlib.contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold a lock file while the block runs, waiting for it; raises `JournalUnavailable` when it cannot be made."""
    try:
        number = _open(path, os.O_CREAT)
    except OSError as error:
        raise JournalUnavailable(f"The lock file {path} cannot be made: {error.strerror}. {remedy(error)}") from error
    try:
        os.fchmod(number, PRIVATE_FILE)
        fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)
