"""How the shop is told: the section `[profiles.NAME.tell]` of config.toml, every key of it checked."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final, Literal

from azpay_tui.argv import secret_in
from azpay_tui.domain.messages import Channel
from azpay_tui.domain.spans import parse, written
from azpay_tui.paths import ConfigError
from azpay_tui.tomlfile import check_known, kind, quoted

_KEYS: Final = ("command", "webhook", "secret_file", "timeout")
_LOCAL: Final = ("127.0.0.1", "::1", "localhost")
_ADDRESS: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?(?P<path>(?:/[A-Za-z0-9._~%-]*)*)",
    re.ASCII,
)
_LONGEST_WORD: Final = 8192
_MOST_WORDS: Final = 100
TIMEOUT: Final = timedelta(seconds=30)
_LEAST, _MOST = timedelta(seconds=1), timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that messages are posted to, spelled out; http on this machine alone."""

    scheme: Literal["http", "https"]
    host: str
    """In ASCII, without brackets."""
    port: int
    path: str
    """From its first slash on; empty for the host alone."""

    @property
    def origin(self) -> str:
        """Scheme, host and port as the beginning of a URL; what may be shown."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        default = {"http": 80, "https": 443}[self.scheme]
        return f"{self.scheme}://{host}" if self.port == default else f"{self.scheme}://{host}:{self.port}"

    @property
    def url(self) -> str:
        """The whole address; its path may be a secret."""
        return self.origin + self.path


@dataclass(frozen=True, slots=True)
class Hooks:
    """What runs when the status of an order changes; nothing unless a profile says so. Paths are absolute."""

    command: tuple[str, ...] = ()
    """A program and its words, never a shell's line."""
    webhook: Webhook | None = None
    secret_file: Path | None = None
    """Holds what messages to the webhook are signed with."""
    timeout: timedelta = TIMEOUT

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The ways on which a shop is told."""
        found: list[Channel] = []
        if self.command:
            found.append("command")
        if self.webhook is not None:
            found.append("webhook")
        return tuple(found)


NO_HOOKS: Final = Hooks()
"""Nobody is told anything."""


def read_hooks(value: object, file: Path, where: str) -> Hooks:
    """Judge the section of a profile; `file` (absolute) is what paths are relative to.

    Raises ConfigError, one sentence that begins with `where` and names the key; it never repeats the address, whose
    path may be a secret.
    """
    if not isinstance(value, Mapping):
        raise ConfigError(f"{where}: tell must be a section named [profiles.NAME.tell].")
    return _Reader(value, file, f"{where}, tell").hooks()


class _Reader:
    """Reads the keys of the section."""

    def __init__(self, table: Mapping[str, object], file: Path, where: str) -> None:
        self._table = table
        self._file = file
        self._where = where

    def hooks(self) -> Hooks:
        for key in self._table:
            check_known(key, _KEYS, self._where)
        if not self._table.keys() & {"command", "webhook"}:
            raise self._error("nothing is told without command or webhook: add one of them, or remove the section.")
        if ("webhook" in self._table) != ("secret_file" in self._table):
            raise self._error(
                "webhook and secret_file belong together: the file holds what messages are signed with, whsec_ and "
                "base64 of 24 to 64 bytes."
            )
        return Hooks(
            command=self._command() if "command" in self._table else (),
            webhook=self._webhook() if "webhook" in self._table else None,
            secret_file=self._path("secret_file") if "secret_file" in self._table else None,
            timeout=self._timeout(),
        )

    def _error(self, text: str) -> ConfigError:
        return ConfigError(f"{self._where}: {text}")

    def _text(self, key: str, allowed: str) -> str:
        value = self._table[key]
        if not isinstance(value, str):
            raise self._error(f"{key} must be {allowed}, in quotes, not {kind(value)}.")
        if not value.strip() or not value.isprintable():
            raise self._error(f"{key} must be {allowed}, on one line and not empty.")
        return value

    def _command(self) -> tuple[str, ...]:
        allowed = 'a list of words such as ["/usr/local/bin/tell-shop", "--live"]'
        value = self._table["command"]
        if not isinstance(value, list) or not value or len(value) > _MOST_WORDS:
            raise self._error(f"command must be {allowed}, not {'an empty list' if value == [] else kind(value)}.")
        words: list[str] = []
        for word in value:
            if not isinstance(word, str) or not word.isprintable() or len(word) > _LONGEST_WORD:
                raise self._error(f"command must be {allowed}: every word in quotes, on one line.")
            words.append(word)
        problem = secret_in(words)
        if problem is not None:  # before anything that could repeat a word
            raise self._error(
                f"command holds a password ({problem}); every user of this machine could read it in the list of "
                "processes: let the program read it from a file of its own, with chmod 600."
            )
        program = words[0]
        if not program.strip() or (" " in program and not program.startswith(("/", "~", "."))):
            raise self._error(f"command must be {allowed}: the program is a word of its own; no shell reads it.")
        if "/" in program:
            words[0] = str(self._absolute("command", program))
        return tuple(words)

    def _webhook(self) -> Webhook:
        allowed = "an address such as https://shop.example/azpay, without name, password, ? or # in it"
        start, separator, rest = self._text("webhook", allowed).partition("://")
        host, slash, path = rest.partition("/")
        match = _ADDRESS.fullmatch(f"{start.lower()}{separator}{host.lower()}{slash}{path}")
        port = int(match["port"] or 0) if match else 0
        if match is None or port > 65535:
            raise self._error(f"webhook must be {allowed}.")
        name = match["host"].strip("[]")
        if match["scheme"] == "http":
            if name not in _LOCAL:
                raise self._error("webhook must begin with https://: what is told travels encrypted only.")
            return Webhook("http", name, port or 80, match["path"])
        return Webhook("https", name, port or 443, match["path"])

    def _path(self, key: str) -> Path:
        value = self._text(key, "the path of a file")
        if value.startswith(("whsec_", "-----BEGIN")):
            raise self._error(f"{key} must be the path of a file, not what is in it: take the secret out of this file.")
        return self._absolute(key, value)

    def _absolute(self, key: str, value: str) -> Path:
        try:
            path = Path(value).expanduser()
        except RuntimeError as error:
            raise self._error(f"{key} starts with ~, but that home directory is not known: write it out.") from error
        return Path(os.path.abspath(self._file.parent / path))

    def _timeout(self) -> timedelta:
        if "timeout" not in self._table:
            return TIMEOUT
        allowed = 'a span such as "30s" or "2m"'
        value = self._text("timeout", allowed)
        span = parse(value)
        if span is None:
            raise self._error(f"timeout must be {allowed}, not {quoted(value)}.")
        if not _LEAST <= span <= _MOST:
            raise self._error(f"timeout must be between {written(_LEAST)} and {written(_MOST)}, not {quoted(value)}.")
        return span
