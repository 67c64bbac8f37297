"""Where azpay keeps its files, and whether those places are safe.

All checks follow one rule: nobody but the person who runs azpay may read what it keeps, and nobody else may be able to
swap it. Every refusal is one sentence with the remedy.
"""

import contextlib
import os
import pwd
import secrets
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path

import platformdirs

_OTHERS = 0o077
_OTHERS_WRITE = 0o022


class ConfigError(Exception):
    """Something about configuration, credentials or files stops azpay before any work: exit code 7.

    The text is one sentence for the operator and says what to do.
    """


class UnsafePathError(ConfigError):
    """A file or directory is missing, belongs to somebody else or is open to others."""


def config_file() -> Path:
    """Return where config.toml lies when ``--config`` does not say (XDG rules)."""
    return platformdirs.user_config_path("azpay", appauthor=False) / "config.toml"


def data_directory(environment: str, profile: str) -> Path:
    """Return the default data directory of a profile; live, sandbox and simulator never share one."""
    return platformdirs.user_data_path("azpay", appauthor=False) / environment / profile


def shown(path: Path) -> str:
    """Return a path for a message: quoted for a shell, without a character that could act on a terminal."""
    text = str(path)
    return shlex.quote(text) if text.isprintable() else ascii(text)


def root_warning() -> str | None:
    """Return what to tell a person who runs azpay as root, or None."""
    if os.geteuid() != 0:
        return None
    return "azpay runs as root: its files will belong to root. Run it as the person who works with the orders."


def check_parents(path: Path) -> None:
    """Refuse a path whose directories above others can write to, unless the sticky bit protects what lies in them.

    Both the way as written and the way behind symbolic links are checked; directories that do not exist are skipped.
    Raises UnsafePathError.
    """
    written = Path(os.path.abspath(path))
    for directory in dict.fromkeys((*written.parents, *_real(written).parents)):
        try:
            mode = directory.stat().st_mode
        except FileNotFoundError:
            continue
        except OSError as error:
            raise UnsafePathError(
                f"{shown(directory)} cannot be checked: {error.strerror}. Check its permissions."
            ) from error
        if mode & _OTHERS_WRITE and not mode & stat.S_ISVTX:
            raise UnsafePathError(
                f"Others can write to the directory {shown(directory)} and so could replace {shown(path)}: "
                f"chmod go-w {shown(directory)}, or choose another place."
            )


def private_directory(path: Path) -> Path:
    """Make sure that a directory exists and is this person's alone, and return its real path.

    Missing directories are made with mode 0700 under any umask. An existing one must belong to this user and be closed
    to everybody else. Raises UnsafePathError.
    """
    real = _real(path)
    check_parents(path)
    try:
        for directory in reversed((real, *real.parents)):
            if not directory.exists():
                _make_directory(directory)
        status = real.stat()
    except OSError as error:
        raise UnsafePathError(
            f"The data directory {shown(path)} cannot be used: {error.strerror}. Choose another one with --data-dir."
        ) from error
    if not stat.S_ISDIR(status.st_mode):
        raise UnsafePathError(f"{shown(path)} is no directory: choose another data directory.")
    _check_owner(real, status, "The data directory")
    if status.st_mode & _OTHERS:
        raise UnsafePathError(f"The data directory {shown(real)} is open to others: chmod 700 {shown(real)}")
    return real


def check_readable(path: Path) -> None:
    """Refuse a data directory that is no directory or that this user cannot look into; a missing one will do.

    Raises UnsafePathError.
    """
    try:
        status = path.stat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise UnsafePathError(
            f"The data directory {shown(path)} cannot be read: {error.strerror}. Choose another one with --data-dir."
        ) from error
    if not stat.S_ISDIR(status.st_mode):
        raise UnsafePathError(f"{shown(path)} is no directory: choose another data directory.")
    if not os.access(path, os.R_OK | os.X_OK):
        _check_owner(path, status, "The data directory")
        raise UnsafePathError(f"The data directory {shown(path)} cannot be read: chmod 700 {shown(path)}")


def check_private_file(path: Path) -> None:
    """Refuse a file that is no regular file, belongs to somebody else or is open to others. Raises UnsafePathError."""
    try:
        status = path.lstat()
    except OSError as error:
        raise UnsafePathError(
            f"The file {shown(path)} cannot be checked: {error.strerror}. Check its name and permissions."
        ) from error
    check_private_status(path, status)


def check_private_status(path: Path, status: os.stat_result) -> None:
    """Refuse by a status that was read already (of the open file, where it must not be swapped in between)."""
    if stat.S_ISLNK(status.st_mode):
        raise UnsafePathError(f"{shown(path)} is a symbolic link: name the file itself, {shown(_real(path))}.")
    if not stat.S_ISREG(status.st_mode):
        raise UnsafePathError(f"{shown(path)} is no regular file: name a file.")
    _check_owner(path, status, "The file")
    if status.st_mode & _OTHERS:
        raise UnsafePathError(f"The file {shown(path)} is open to others: chmod 600 {shown(path)}")


def check_unchangeable(path: Path, status: os.stat_result, what: str) -> None:
    """Refuse an open file that is none, or that somebody else could change; `what` is what messages call it.

    Raises UnsafePathError. The directories above are for `check_parents`.
    """
    if not stat.S_ISREG(status.st_mode):
        raise UnsafePathError(f"{shown(path)} is no regular file: name a file.")
    if status.st_uid != 0:  # who is root can change everything anyway
        _check_owner(path, status, what)
    if status.st_mode & _OTHERS_WRITE:
        raise UnsafePathError(f"Others can change {what[:1].lower()}{what[1:]} {shown(path)}: chmod go-w {shown(path)}")


def without_waiting(path: str, flags: int) -> int:
    """Open a file for ``open(..., opener=without_waiting)`` that never waits: a named pipe would."""
    return os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)


def private_opener(path: str, flags: int) -> int:
    """Open a file for ``open(..., opener=private_opener)`` so that it has mode 0600 under any umask.

    For exports, logs and the like, never for a database file. A symbolic link is not followed. Raises OSError.
    """
    descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        os.fchmod(descriptor, 0o600)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


@contextlib.contextmanager
def draft_of(file: Path, content: bytes) -> Iterator[Path]:
    """Write what is to stand in a file beside it (0600), durable; it is gone at the end unless it was renamed.

    Raises OSError. After renaming call `sync_directory`.
    """
    draft = file.with_name(f".{file.name}.{secrets.token_hex(6)}")
    try:
        with open(draft, "xb", opener=private_opener) as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def sync_directory(directory: Path) -> None:
    """Make new names in a directory durable. Raises OSError."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _real(path: Path) -> Path:
    # Path.resolve() fails on a loop of symbolic links in some versions of Python; this leaves it to the next step.
    return Path(os.path.realpath(path))


def _make_directory(directory: Path) -> None:
    try:
        directory.mkdir(0o700)
    except FileExistsError:
        return  # another azpay was quicker; the checks that follow judge what it made
    directory.chmod(0o700)  # a umask such as 0777 takes our own bits too


def _check_owner(path: Path, status: os.stat_result, what: str) -> None:
    if status.st_uid == os.geteuid():
        return
    owner, me = _user(status.st_uid), _user(os.geteuid())
    raise UnsafePathError(
        f"{what} {shown(path)} belongs to {owner}, not to {me}: run azpay as {owner}, or chown {me} {shown(path)}"
    )


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
