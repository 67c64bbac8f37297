"""The key file of a new profile: judged at once, and closed to others when its owner says so."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from azpay_tui.keyfile import load_private_key
from azpay_tui.paths import ConfigError, shown


def usable_key(path: Path, may_close: Callable[[str], bool]) -> Path:
    """Return the path of a private key that azpay will accept.

    An own file that others can read is closed (0600) when `may_close`, asked with a sentence, says so. Raises
    `ConfigError` with the remedy.
    """
    try:
        load_private_key(path)
    except ConfigError:
        if not _open_to_others(path):
            raise
        if not may_close(f"Others can read {shown(path)}. Close it to them (chmod 600)?"):
            raise
        _close(path)
        load_private_key(path)
    return path


def _open_to_others(path: Path) -> bool:
    try:
        status = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid() and bool(status.st_mode & 0o077)


def _close(path: Path) -> None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            os.fchmod(descriptor, 0o600)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise ConfigError(f"{shown(path)} cannot be closed to others: {error.strerror}.") from error
