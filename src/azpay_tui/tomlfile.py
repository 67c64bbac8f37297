"""Reading and writing a TOML file for a person: safe places only, and errors that say where and what."""

import difflib
import os
import re
import stat
import tomllib
from pathlib import Path
from typing import Final

from azpay_tui.paths import (
    ConfigError,
    check_parents,
    check_unchangeable,
    draft_of,
    shown,
    sync_directory,
    without_waiting,
)

_MAX_BYTES: Final = 256 * 1024
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_BOM: Final = "\ufeff"


def read_toml(file: Path) -> dict[str, object]:
    """Read a TOML file that nobody else can change. Raises ConfigError, with the line where the text is wrong."""
    return parsed(read_bytes(file), file)


def read_bytes(file: Path) -> bytes:
    """Return what a file holds that nobody else can change. Raises ConfigError."""
    check_parents(file)
    try:
        with open(file, "rb", opener=without_waiting) as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise ConfigError(f"{shown(file)} is no file: name a config.toml with --config.")
            check_unchangeable(file, status, "The configuration")
            content = stream.read(_MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(
            f"The configuration {shown(file)} cannot be read: {error.strerror}. Name another one with --config."
        ) from error
    if len(content) > _MAX_BYTES:
        raise ConfigError(f"{shown(file)} is larger than 256 KiB: that is no configuration of azpay.")
    return content


def parsed(content: bytes, file: Path) -> dict[str, object]:
    """Read TOML text that stands, or would stand, in `file`. Raises ConfigError, with the line where it is wrong."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{shown(file)} is not UTF-8 text at line {line}: save it as UTF-8.") from error
    try:
        return tomllib.loads(text)
    except ValueError as error:  # a syntax error, or a number too long for int()
        raise ConfigError(f"{shown(file)} is not valid TOML: {error}. Correct that line.") from error
    except RecursionError as error:
        raise ConfigError(f"{shown(file)} is not valid TOML: its values are nested too deeply.") from error


def check_known(key: str, known: tuple[str, ...], where: str) -> None:
    """Raise ConfigError for a key that is not among the known ones; it names the nearest."""
    if key in known:
        return
    nearest = difflib.get_close_matches(key.lower(), known, n=1, cutoff=0.0)[0]
    raise ConfigError(f"{where}: there is no key {quoted(key)}; the nearest known one is {nearest}.")


def quoted(text: str) -> str:
    """Return outside text for a message: short, and without a character that could act on a terminal."""
    return repr(text if len(text) <= 60 else text[:60] + "...")


def kind(value: object) -> str:
    """Return the type of a TOML value in the words of a person."""
    names: dict[type, str] = {bool: "true or false", int: "a number", float: "a number", str: "text in quotes"}
    names |= {list: "a list", dict: "a section"}
    return names.get(type(value), "a date or time")


def replace_file(file: Path, old: bytes | None, text: str) -> None:
    """Put a text in the place of what was read (None: of no file), as a whole and for the owner alone.

    A byte order mark and the kind of line ends stay. Raises ConfigError, and then wrote nothing, when the file changed
    meanwhile or cannot be written.
    """
    content = text.encode()
    if old is not None:
        if old.startswith(_BOM.encode()):
            content = _BOM.encode() + content
        if b"\r\n" in old:
            content = content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    try:
        _make_directories(file.parent)
        with draft_of(file, content) as draft:
            if old is None:
                os.link(draft, file)
            elif read_bytes(file) != old:
                raise FileExistsError
            else:
                os.replace(draft, file)
        sync_directory(file.parent)
    except FileExistsError as error:
        raise ConfigError(f"{shown(file)} was changed meanwhile; nothing was written. Start again.") from error
    except OSError as error:
        raise ConfigError(f"{shown(file)} cannot be written: {error.strerror}. Nothing was changed.") from error


def _make_directories(directory: Path) -> None:
    check_parents(directory / "config.toml")
    for missing in reversed([path for path in (directory, *directory.parents) if not path.exists()]):
        missing.mkdir(0o700)
        missing.chmod(0o700)  # a umask such as 0777 takes our own bits too


def toml_text(value: str) -> str:
    """Write a TOML string. Raises ConfigError for what is no text: a path in another encoding."""
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ConfigError("A path that is not UTF-8 text cannot be written into a configuration: rename it.") from error
    escaped = "".join(
        f"\\{char}" if char in '"\\' else char if char.isprintable() else f"\\U{ord(char):08x}" for char in value
    )
    return f'"{escaped}"'


def toml_key(name: str) -> str:
    """Write a key, in quotes where it needs them."""
    return name if _BARE.fullmatch(name) else toml_text(name)
