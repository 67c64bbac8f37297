"""How letters leave: the section `[profiles.NAME.mail]` of config.toml, every key of it checked."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final, Literal, cast

from azpay_tui.argv import secret_in
from azpay_tui.domain.letters import is_address, is_language, one_line
from azpay_tui.domain.spans import parse, written
from azpay_tui.paths import ConfigError
from azpay_tui.tomlfile import check_known, kind, quoted

Send = Literal["off", "manual", "automatic"]
Tls = Literal["starttls", "implicit", "none"]

_SENDS: Final = ("off", "manual", "automatic")
_TLS: Final = ("starttls", "implicit", "none")
_PORTS: Final[Mapping[str, int]] = {"starttls": 587, "implicit": 465, "none": 25}
_OF_SERVER: Final = ("port", "tls", "user", "password_file", "ca_file")
_KEYS: Final = (
    "send",
    "from",
    "shop",
    "reply_to",
    "admin",
    "language",
    "languages",
    "templates",
    "confirm",
    "run",
    "host",
    *_OF_SERVER,
    "timeout",
)
LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
"""Hosts to which a letter may go in the clear."""
_HOST: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})|[0-9A-Fa-f:.]{2,45}", re.ASCII)
_SENDER: Final = re.compile(r"(?:(?P<name>[^<>]*)<(?P<angle>[^<>]*)>|(?P<plain>[^<>]*))")
_LONGEST_ARGUMENT: Final = 8192
_MOST_ARGUMENTS: Final = 100
_LEAST: Final = timedelta(seconds=1)
_MOST: Final = timedelta(minutes=5)
TIMEOUT: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server that takes letters to send."""

    host: str
    port: int
    tls: Tls = "starttls"
    user: str | None = None
    password_file: Path | None = None
    ca_file: Path | None = None
    """Who vouches for its certificate, in place of those the machine trusts."""


@dataclass(frozen=True, slots=True)
class Mail:
    """The letters of one profile. Paths are absolute; nothing leaves unless `send` says so."""

    send: Send = "off"
    """`manual`: when a person says so; `automatic`: also when an order is declined."""
    sender: str = ""
    """The address letters come from."""
    sender_name: str = ""
    reply_to: str | None = None
    shop: str = ""
    """What the shop is called in letters."""
    admin: str | None = None
    """Who is told what no buyer can mend."""
    language: str = "en"
    languages: tuple[tuple[str, str], ...] = ()
    """Countries that the parcel goes to, such as DE, each with its language."""
    templates: Path | None = None
    """Where the shop's own templates lie."""
    confirm: bool = False
    """Whether the buyer gets a letter when an order is authorized."""
    run: tuple[str, ...] = ()
    """The program that takes a letter on its standard input; a program and its words, never a shell's line."""
    server: Server | None = None
    """The server that takes letters, where no program does."""
    timeout: timedelta = TIMEOUT

    @property
    def on(self) -> bool:
        """Whether letters may leave at all."""
        return self.send != "off"

    def language_for(self, country: str | None) -> str:
        """Return the language of letters to a country, given by its two letters."""
        return dict(self.languages).get((country or "").upper(), self.language)


OFF: Final = Mail()
"""A profile that says nothing of mail."""


def read_mail(value: object, file: Path, where: str) -> Mail:
    """Judge the mail section of a profile; `file` (absolute) is what paths are relative to.

    Raises ConfigError, one sentence that begins with `where` and names the key.
    """
    if value is None:
        return OFF
    if not isinstance(value, Mapping):
        raise ConfigError(f"{where}: mail must be a section named [profiles.NAME.mail], not {kind(value)}.")
    return _Reader(value, file, f"{where}, mail").mail()


class _Reader:
    """Reads the keys of the section."""

    def __init__(self, table: Mapping[str, object], file: Path, where: str) -> None:
        self._table = table
        self._file = file
        self._where = where

    def mail(self) -> Mail:
        for key in self._table:
            check_known(key, _KEYS, self._where)
        send = cast(Send, self._choice("send", _SENDS, "off"))
        run, server = self._run(), self._server()
        if run and server is not None:
            raise self._error("run and host are two ways to send; keep one of them.")
        if send != "off" and not run and server is None:
            raise self._error('letters have no way to leave: set run, such as ["msmtp", "-t"], or host.')
        name, sender = self._sender(needed=send != "off")
        return Mail(
            send=send,
            sender=sender,
            sender_name=name,
            reply_to=self._address("reply_to"),
            shop=self._line("shop") or name or sender,
            admin=self._address("admin"),
            language=self._language(),
            languages=self._languages(),
            templates=self._path("templates"),
            confirm=self._switch("confirm"),
            run=run,
            server=server,
            timeout=self._timeout(),
        )

    def _error(self, text: str) -> ConfigError:
        return ConfigError(f"{self._where}: {text}")

    def _text(self, key: str, allowed: str) -> str | None:
        value = self._table.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self._error(f"{key} must be {allowed}, in quotes, not {kind(value)}.")
        if not value.strip() or not value.isprintable():
            raise self._error(f"{key} must be {allowed}, on one line and not empty.")
        return value

    def _choice(self, key: str, choices: tuple[str, ...], default: str) -> str:
        allowed = " or ".join(f'"{choice}"' for choice in choices)
        value = self._text(key, allowed)
        if value is not None and value not in choices:
            raise self._error(f"{key} must be {allowed}, not {quoted(value)}.")
        return default if value is None else value

    def _line(self, key: str) -> str:
        value = self._text(key, "a name")
        if value is not None and len(value) > 200:
            raise self._error(f"{key} must be at most 200 characters long.")
        return "" if value is None else one_line(value)

    def _switch(self, key: str) -> bool:
        value = self._table.get(key, False)
        if not isinstance(value, bool):
            raise self._error(f"{key} must be true or false without quotes, not {kind(value)}.")
        return value

    def _address(self, key: str) -> str | None:
        allowed = "an e-mail address such as shop@shop.example"
        value = self._text(key, allowed)
        if value is not None and not is_address(value):
            raise self._error(f"{key} must be {allowed}.")
        return value

    def _sender(self, *, needed: bool) -> tuple[str, str]:
        allowed = 'the address letters come from, such as "Your Shop <shop@shop.example>"'
        value = self._text("from", allowed)
        if value is None:
            if needed:
                raise self._error(f"from is missing; it must be {allowed}.")
            return "", ""
        match = _SENDER.fullmatch(value)
        name, address = "", ""
        if match is not None:
            name, address = (match["name"] or "").strip().strip('"'), (match["angle"] or match["plain"] or "").strip()
        if not is_address(address):
            raise self._error(f"from must be {allowed}.")
        return one_line(name), address

    def _language(self) -> str:
        value = self._text("language", "a language such as en or de")
        if value is not None and not is_language(value):
            raise self._error(f"language must be a language such as en or de, not {quoted(value)}.")
        return "en" if value is None else value

    def _languages(self) -> tuple[tuple[str, str], ...]:
        value, found = self._table.get("languages", {}), list[tuple[str, str]]()
        allowed = 'languages by country, such as { DE = "de", AT = "de" }'
        if not isinstance(value, Mapping):
            raise self._error(f"languages must be {allowed}, not {kind(value)}.")
        for country, language in value.items():
            if not re.fullmatch("[A-Z]{2}", country) or not isinstance(language, str) or not is_language(language):
                raise self._error(f"languages must be {allowed}: two capital letters, then a language.")
            found.append((country, language))
        return tuple(found)

    def _path(self, key: str) -> Path | None:
        value = self._text(key, "a path")
        if value is None:
            return None
        try:
            path = Path(value).expanduser()
        except RuntimeError as error:
            raise self._error(f"{key} starts with ~, but that home directory is not known: write it out.") from error
        return Path(os.path.abspath(self._file.parent / path))

    def _run(self) -> tuple[str, ...]:
        allowed = 'a list of words such as ["msmtp", "-t"]'
        value = self._table.get("run")
        if value is None:
            return ()
        if not isinstance(value, list) or not value or len(value) > _MOST_ARGUMENTS:
            raise self._error(f"run must be {allowed}, not {'an empty list' if value == [] else kind(value)}.")
        words: list[str] = []
        for word in value:
            if not isinstance(word, str) or not word.isprintable() or len(word) > _LONGEST_ARGUMENT:
                raise self._error(f"run must be {allowed}: every word in quotes, on one line.")
            words.append(word)
        problem = secret_in(words)
        if problem is not None:  # before anything that could repeat a word
            raise self._error(
                f"run holds a password ({problem}); every user of this machine could read it in the list of "
                "processes: take it out and put it into the program's own file, with chmod 600."
            )
        program = words[0]
        if not program.strip() or (" " in program and not program.startswith(("/", "~", "."))):
            raise self._error(f"run must be {allowed}: the program is a word of its own; no shell reads it.")
        if "/" in program:
            words[0] = str(Path(os.path.abspath(self._file.parent / Path(program).expanduser())))
        return tuple(words)

    def _server(self) -> Server | None:
        allowed = "the name of a mail server such as smtp.shop.example"
        host = self._text("host", allowed)
        if host is None:
            for key in _OF_SERVER:
                if key in self._table:
                    raise self._error(f"{key} belongs to a mail server, but host is missing: name it, or remove {key}.")
            return None
        if not _HOST.fullmatch(host):
            raise self._error(f"host must be {allowed}, without port or address in front.")
        tls = cast(Tls, self._choice("tls", _TLS, "starttls"))
        user, password_file = self._text("user", "the name to log in with"), self._path("password_file")
        if tls == "none" and host not in LOOPBACK:
            raise self._error('tls = "none" is for a server on this machine only; use "starttls" or "implicit".')
        if (user is None) != (password_file is None):
            missing = "user" if user is None else "password_file"
            raise self._error(f"user and password_file belong together, but {missing} is missing.")
        return Server(host, self._port(tls), tls, user, password_file, self._path("ca_file"))

    def _port(self, tls: Tls) -> int:
        value = self._table.get("port", _PORTS[tls])
        if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 65536:
            raise self._error("port must be a number from 1 to 65535, without quotes.")
        return value

    def _timeout(self) -> timedelta:
        allowed = 'a span such as "30s"'
        value = self._text("timeout", allowed)
        if value is None:
            return TIMEOUT
        span = parse(value)
        if span is None or not _LEAST <= span <= _MOST:
            raise self._error(f"timeout must be {allowed}, between {written(_LEAST)} and {written(_MOST)}.")
        return span
