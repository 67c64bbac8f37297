"""Where orders come from: the sections `[[profiles.NAME.source]]` of config.toml, every key of them checked."""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final, Literal, cast

from azpay_tui import address
from azpay_tui.domain.sources import Side
from azpay_tui.paths import ConfigError
from azpay_tui.sections import Section, either
from azpay_tui.tomlfile import quoted

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
_MOST_SOURCES: Final = 50
_EXAMPLE: Final = '["ssh", "web1", "mysql", "--batch", "shop"]'
_SERVER_SIDE: Final = (
    "take it out and put user and password into ~/.my.cnf of the account on the server that runs the command, with "
    "chmod 600."
)
"""What to do in place of a password among the words of a command."""

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


class _Reader(Section):
    """Reads the keys of one source; every error names file, profile, source and key."""

    def __init__(self, table: Mapping[str, object], file: Path, number: int, where: str) -> None:
        name = table.get("name")
        called = name if isinstance(name, str) and _NAME.fullmatch(name) else number
        super().__init__(table, file, f"{where}, source {called}")

    def source(self) -> Source:
        self.check_keys(_KEYS)
        chosen = cast(Kind, self.choice("kind", KINDS, "command"))
        for key in self.table:
            if chosen not in _OF.get(key, KINDS):
                raise self.error(f"{key} is for kind {either(_OF[key])}, but kind is {chosen}: remove it.")
        return Source(
            name=self._name(chosen),
            kind=chosen,
            run=self.command("run", _EXAMPLE, _SERVER_SIDE) if chosen == "command" else (),
            url=self._url() if chosen == "http" else None,
            key_file=self._path("key_file", needed=chosen == "http"),
            preset=self._preset(),
            prefix=self._matching("prefix", _PREFIX, "what table names begin with: ASCII letters, digits and _"),
            sql_file=self._path("sql_file"),
            every=self._span("every"),
            since=self._span("since"),
            first=self._span("first"),
            complete=self._switch("complete"),
            captures=self._switch("captures"),
            timeout=self._span("timeout"),
            max_bytes=self._bytes(),
        )

    def _name(self, chosen: Kind) -> str:
        allowed = "a short name: letters, digits, point, - and _"
        name = self.text("name", allowed)
        if not _NAME.fullmatch(name):
            raise self.error(f"name must be {allowed}, not {quoted(name)}.")
        if not is_source_name(name) or (name.lower() == "reports" and chosen != "reports"):
            raise self.error(f"name must not be {name}, which azpay uses itself; choose another.")
        return name

    def _url(self) -> str:
        allowed = "the shop's address, such as https://shop.example"
        value = self.text("url", allowed)
        found = address.parse(value)
        # Not repeated: an address can hold a password.
        if found is None and any(mark in value for mark in "@?#"):
            raise self.error(f"url must be {allowed}, without a key, name or password in it: key_file has them.")
        if found is None:
            raise self.error(f"url must be {allowed}.")
        if found.in_the_clear:
            raise self.error(f"url must be {allowed}: a key travels over https only.")
        return value.rstrip("/")

    def _matching(self, key: str, pattern: re.Pattern[str], allowed: str) -> str | None:
        if key not in self:
            return None
        value = self.text(key, allowed, empty=True)
        if not pattern.fullmatch(value):
            raise self.error(f"{key} must be {allowed}, not {quoted(value)}.")
        return value

    def _preset(self) -> str | None:
        name = self._matching("preset", _PRESET, "the name of a preset such as woocommerce")
        if name is None:
            return None
        from azpay_tui import presets  # a moment that a profile without one need not wait for

        known = presets.names()
        if name not in known:
            nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.0)[0]
            raise self.error(f"there is no preset {name}; the nearest known one is {nearest} of {', '.join(known)}.")
        return name

    def _path(self, key: str, *, needed: bool = False) -> Path | None:
        if key not in self and not needed:
            return None
        value = self.text(key, "the path of a file")
        if value.startswith("-----BEGIN"):
            raise self.error(f"{key} must be the path of a file, not what is in it.")
        return self.absolute(key, value)

    def _span(self, key: str) -> timedelta:
        default, least, most = _SPANS[key]
        return self.span(key, 'a span such as "30s", "5m", "2h" or "1d"', default, least, most)

    def _switch(self, key: str) -> bool | None:
        return self.switch(key, default=False) if key in self else None

    def _bytes(self) -> int:
        value = self.table.get("max_bytes", MAX_BYTES)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= 10**15:
            raise self.error("max_bytes must be a number of bytes without quotes, such as 1000000000.")
        return value
