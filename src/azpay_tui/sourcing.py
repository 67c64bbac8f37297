"""Where orders come from: the sections `[[profiles.NAME.source]]` of config.toml, every key of them checked."""

import difflib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final, Literal, cast
from urllib.parse import urlsplit

from azpay_tui.argv import secret_in
from azpay_tui.domain.sources import Side
from azpay_tui.domain.spans import parse, written
from azpay_tui.paths import ConfigError
from azpay_tui.tomlfile import check_known, kind, quoted

Kind = Literal["command", "http", "reports"]

KINDS: Final = ("command", "http", "reports")
_KEYS: Final = (
    "name",
    "kind",
    "run",
    "url",
    "key_file",
    "preset",
    "prefix",
    "sql_file",
    "every",
    "since",
    "first",
    "complete",
    "captures",
    "timeout",
    "max_bytes",
)
_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "run": ("command",),
    "sql_file": ("command",),
    "prefix": ("command",),
    "url": ("http",),
    "key_file": ("http",),
    "preset": ("command", "http"),
    "complete": ("command", "http"),
    "captures": ("command", "http"),
}
"""Keys that only some kinds have; the others are every kind's."""
RESERVED: Final = ("import", "track", "us")
"""Names that orders bear which no source named."""
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", re.ASCII)
_PRESET: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
_PREFIX: Final = re.compile(r"[A-Za-z0-9_]{0,32}", re.ASCII)
_LOCAL: Final = ("127.0.0.1", "::1", "localhost")
_LONGEST_ARGUMENT: Final = 8192
_MOST_ARGUMENTS: Final = 100
_MOST_SOURCES: Final = 50

EVERY: Final = timedelta(minutes=5)
SINCE: Final = timedelta(days=2)
FIRST: Final = timedelta(days=90)
TIMEOUT: Final = timedelta(minutes=5)
MAX_BYTES: Final = 1_000_000_000
_SPANS: Final = {
    "every": (EVERY, timedelta(seconds=10), timedelta(days=30)),
    "since": (SINCE, timedelta(), timedelta(days=365)),
    "first": (FIRST, timedelta(seconds=1), timedelta(days=3650)),
    "timeout": (TIMEOUT, timedelta(seconds=1), timedelta(days=1)),
}
"""The default, the least and the most of each span."""


@dataclass(frozen=True, slots=True)
class Source:
    """One place orders come from. Paths are absolute; `run` is a program and its words, never a shell's line.

    `every`: how often it is asked. `first`: how far the first run looks back. `since`: how far every later run looks
    back behind the start of the last good one. `complete`: whether it lists all charges and refunds of an order; None
    leaves that to the preset. `captures`: whether the shop captures by itself; None: as the preset knows it. `timeout`
    and `max_bytes` end a run that hangs or never stops.
    """

    name: str
    kind: Kind = "command"
    run: tuple[str, ...] = ()
    url: str | None = None
    key_file: Path | None = None
    preset: str | None = None
    prefix: str | None = None
    """What the names of the shop's tables begin with; None: as the preset has it."""
    sql_file: Path | None = None
    """A text of one's own in the place of the preset's SQL."""
    every: timedelta = EVERY
    since: timedelta = SINCE
    first: timedelta = FIRST
    complete: bool | None = None
    captures: bool | None = None
    timeout: timedelta = TIMEOUT
    max_bytes: int = MAX_BYTES

    @property
    def side(self) -> Side:
        """Who says that the orders of this source exist."""
        return "amazon" if self.kind == "reports" else "shop"


def read_sources(value: object, file: Path, where: str) -> tuple[Source, ...]:
    """Judge the list of sources of a profile; `file` (absolute) is what paths are relative to.

    Raises ConfigError, one sentence that begins with `where` and names source and key.
    """
    if not isinstance(value, list) or not all(isinstance(table, dict) for table in value):
        raise ConfigError(f"{where}: source must be sections named [[profiles.NAME.source]], in two pairs of brackets.")
    if len(value) > _MOST_SOURCES:
        raise ConfigError(f"{where}: there are {len(value)} sources; {_MOST_SOURCES} are the most.")
    found: list[Source] = []
    for number, table in enumerate(value, 1):
        source = _Reader(table, file, number, where).source()
        # Also in other letters: a person could not tell them apart.
        if any(other.name.lower() == source.name.lower() for other in found):
            raise ConfigError(f"{where}: two sources are called {source.name}; give each a name of its own.")
        found.append(source)
    return tuple(found)


def capturing(sources: Iterable[Source]) -> str | None:
    """Return the name of the first source whose shop captures by itself; None when none does."""
    return next((source.name for source in sources if _captures(source)), None)


def _captures(source: Source) -> bool:
    if source.captures is not None or source.preset is None:
        return bool(source.captures)
    from azpay_tui import presets  # a moment that a profile without one need not wait for

    return presets.load(source.preset).captures


def is_source_name(text: str) -> bool:
    """Tell whether a source may be called so: letters, digits, point, - and _, up to 40, and no reserved name."""
    return _NAME.fullmatch(text) is not None and text.lower() not in RESERVED


class _Reader:
    """Reads the keys of one source; every error names file, profile, source and key."""

    def __init__(self, table: Mapping[str, object], file: Path, number: int, where: str) -> None:
        self._table = table
        self._file = file
        name = table.get("name")
        self._where = f"{where}, source {name if isinstance(name, str) and _NAME.fullmatch(name) else number}"

    def source(self) -> Source:
        for key in self._table:
            check_known(key, _KEYS, self._where)
        chosen = self._kind()
        for key in self._table:
            if chosen not in _OF.get(key, KINDS):
                raise self._error(f"{key} is for kind {_either(_OF[key])}, but kind is {chosen}: remove it.")
        return Source(
            name=self._name(chosen),
            kind=chosen,
            run=self._run() if chosen == "command" else (),
            url=self._url() if chosen == "http" else None,
            key_file=self._path("key_file", needed=chosen == "http"),
            preset=self._preset(),
            prefix=self._matching("prefix", _PREFIX, "what table names begin with: ASCII letters, digits and _"),
            sql_file=self._path("sql_file"),
            every=self._span("every"),
            since=self._span("since"),
            first=self._span("first"),
            complete=self._choice("complete"),
            captures=self._choice("captures"),
            timeout=self._span("timeout"),
            max_bytes=self._bytes(),
        )

    def _error(self, text: str) -> ConfigError:
        return ConfigError(f"{self._where}: {text}")

    def _text(self, key: str, allowed: str) -> str:
        if key not in self._table:
            raise self._error(f"{key} is missing; it must be {allowed}.")
        value = self._table[key]
        if not isinstance(value, str):
            raise self._error(f"{key} must be {allowed}, in quotes, not {kind(value)}.")
        if not value.isprintable():
            raise self._error(f"{key} must be {allowed}, on one line.")
        return value

    def _name(self, chosen: Kind) -> str:
        allowed = "a short name: letters, digits, point, - and _"
        name = self._text("name", allowed)
        if not _NAME.fullmatch(name):
            raise self._error(f"name must be {allowed}, not {quoted(name)}.")
        if not is_source_name(name) or (name.lower() == "reports" and chosen != "reports"):
            raise self._error(f"name must not be {name}, which azpay uses itself; choose another.")
        return name

    def _kind(self) -> Kind:
        if "kind" not in self._table:
            return "command"
        allowed = _either(KINDS)
        value = self._text("kind", allowed)
        if value not in KINDS:
            raise self._error(f"kind must be {allowed}, not {quoted(value)}.")
        return cast(Kind, value)

    def _run(self) -> tuple[str, ...]:
        allowed = 'a list of words such as ["ssh", "web1", "mysql", "--batch", "shop"]'
        if "run" not in self._table:
            raise self._error(f"run is missing; it must be {allowed}.")
        value = self._table["run"]
        if not isinstance(value, list) or not value or len(value) > _MOST_ARGUMENTS:
            raise self._error(f"run must be {allowed}, not {'an empty list' if value == [] else kind(value)}.")
        words: list[str] = []
        for word in value:
            if not isinstance(word, str) or not word.isprintable() or len(word) > _LONGEST_ARGUMENT:
                raise self._error(f"run must be {allowed}: every word in quotes, on one line.")
            words.append(word)
        problem = secret_in(words)
        if problem is not None:  # before anything that could repeat a word
            raise self._error(f"run holds a password ({problem}); {SERVER_SIDE}")
        program = words[0]
        if not program.strip() or (" " in program and not program.startswith(("/", "~", "."))):
            raise self._error(f"run must be {allowed}: the program is a word of its own; no shell reads it.")
        if "/" in program:
            words[0] = str(self._absolute("run", program))
        return tuple(words)

    def _url(self) -> str:
        allowed = "the shop's address, such as https://shop.example"
        value = self._text("url", allowed)
        try:
            parts = urlsplit(value)
            host, _port = parts.hostname, parts.port
        except ValueError:
            host = None
        # Not repeated: an address can hold a password.
        if host is None or not value.isascii() or " " in value:
            raise self._error(f"url must be {allowed}.")
        if "@" in parts.netloc or parts.query or parts.fragment or "?" in value or "#" in value:
            raise self._error(f"url must be {allowed}, without a key, name or password in it: key_file has them.")
        if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOCAL):
            raise self._error(f"url must be {allowed}: a key travels over https only.")
        return value.rstrip("/")

    def _matching(self, key: str, pattern: re.Pattern[str], allowed: str) -> str | None:
        if key not in self._table:
            return None
        value = self._text(key, allowed)
        if not pattern.fullmatch(value):
            raise self._error(f"{key} must be {allowed}, not {quoted(value)}.")
        return value

    def _preset(self) -> str | None:
        name = self._matching("preset", _PRESET, "the name of a preset such as woocommerce")
        if name is None:
            return None
        from azpay_tui import presets  # a moment that a profile without one need not wait for

        known = presets.names()
        if name not in known:
            nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.0)[0]
            raise self._error(f"there is no preset {name}; the nearest known one is {nearest} of {', '.join(known)}.")
        return name

    def _path(self, key: str, *, needed: bool = False) -> Path | None:
        if key not in self._table and not needed:
            return None
        value = self._text(key, "the path of a file")
        if not value.strip() or value.startswith("-----BEGIN"):
            raise self._error(f"{key} must be the path of a file, not what is in it.")
        return self._absolute(key, value)

    def _absolute(self, key: str, value: str) -> Path:
        try:
            path = Path(value).expanduser()
        except RuntimeError as error:
            raise self._error(f"{key} starts with ~, but that home directory is not known: write it out.") from error
        return Path(os.path.abspath(self._file.parent / path))

    def _span(self, key: str) -> timedelta:
        default, least, most = _SPANS[key]
        if key not in self._table:
            return default
        allowed = 'a span such as "30s", "5m", "2h" or "1d"'
        value = self._text(key, allowed)
        span = parse(value)
        if span is None:
            raise self._error(f"{key} must be {allowed}, not {quoted(value)}.")
        if not least <= span <= most:
            raise self._error(f"{key} must be between {written(least)} and {written(most)}, not {quoted(value)}.")
        return span

    def _choice(self, key: str) -> bool | None:
        value = self._table.get(key)
        if value is not None and not isinstance(value, bool):
            raise self._error(f"{key} must be true or false without quotes, not {kind(value)}.")
        return value

    def _bytes(self) -> int:
        value = self._table.get("max_bytes", MAX_BYTES)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= 10**15:
            raise self._error("max_bytes must be a number of bytes without quotes, such as 1000000000.")
        return value


SERVER_SIDE: Final = (
    "every user of this machine could read it in the list of processes: take it out and put user and password into "
    "~/.my.cnf of the account on the server that runs the command, with chmod 600."
)
"""What to do in place of a password among the words of a command."""


def _either(choices: tuple[str, ...]) -> str:
    return " or ".join(f'"{choice}"' for choice in choices)
