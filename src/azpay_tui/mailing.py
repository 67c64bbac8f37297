"""How letters leave: the section `[profiles.NAME.mail]` of config.toml, every key of it checked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final, Literal, cast

from azpay_tui.address import LOOPBACK
from azpay_tui.domain.letters import is_address, is_language, one_line
from azpay_tui.paths import ConfigError
from azpay_tui.sections import Section
from azpay_tui.tomlfile import kind, quoted

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
_HOST: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})|[0-9A-Fa-f:.]{2,45}", re.ASCII)
_SENDER: Final = re.compile(r"(?:(?P<name>[^<>]*)<(?P<angle>[^<>]*)>|(?P<plain>[^<>]*))")
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
    """Who vouches for its certificate, in place of those that certifi knows."""


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


class _Reader(Section):
    """Reads the keys of the section."""

    def mail(self) -> Mail:
        self.check_keys(_KEYS)
        send = cast(Send, self.choice("send", _SENDS, "off"))
        run, server = self._run(), self._server()
        if run and server is not None:
            raise self.error("run and host are two ways to send; keep one of them.")
        if send != "off" and not run and server is None:
            raise self.error('letters have no way to leave: set run, such as ["msmtp", "-t"], or host.')
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
            confirm=self.switch("confirm", default=False),
            run=run,
            server=server,
            timeout=self.span("timeout", 'a span such as "30s"', TIMEOUT, _LEAST, _MOST),
        )

    def _line(self, key: str) -> str:
        value = self.text_if_given(key, "a name")
        if value is not None and len(value) > 200:
            raise self.error(f"{key} must be at most 200 characters long.")
        return "" if value is None else one_line(value)

    def _address(self, key: str) -> str | None:
        allowed = "an e-mail address such as shop@shop.example"
        value = self.text_if_given(key, allowed)
        if value is not None and not is_address(value):
            raise self.error(f"{key} must be {allowed}.")
        return value

    def _sender(self, *, needed: bool) -> tuple[str, str]:
        allowed = 'the address letters come from, such as "Your Shop <shop@shop.example>"'
        value = self.text_if_given("from", allowed)
        if value is None:
            if needed:
                raise self.error(f"from is missing; it must be {allowed}.")
            return "", ""
        match = _SENDER.fullmatch(value)
        name, address = "", ""
        if match is not None:
            name, address = (match["name"] or "").strip().strip('"'), (match["angle"] or match["plain"] or "").strip()
        if not is_address(address):
            raise self.error(f"from must be {allowed}.")
        return one_line(name), address

    def _language(self) -> str:
        value = self.text_if_given("language", "a language such as en or de")
        if value is not None and not is_language(value):
            raise self.error(f"language must be a language such as en or de, not {quoted(value)}.")
        return "en" if value is None else value

    def _languages(self) -> tuple[tuple[str, str], ...]:
        value, found = self.table.get("languages", {}), list[tuple[str, str]]()
        allowed = 'languages by country, such as { DE = "de", AT = "de" }'
        if not isinstance(value, Mapping):
            raise self.error(f"languages must be {allowed}, not {kind(value)}.")
        for country, language in value.items():
            if not re.fullmatch("[A-Z]{2}", country) or not isinstance(language, str) or not is_language(language):
                raise self.error(f"languages must be {allowed}: two capital letters, then a language.")
            found.append((country, language))
        return tuple(found)

    def _path(self, key: str) -> Path | None:
        value = self.text_if_given(key, "a path")
        return None if value is None else self.absolute(key, value)

    def _run(self) -> tuple[str, ...]:
        instead = "take it out and put it into the program's own file, with chmod 600."
        return self.command("run", '["msmtp", "-t"]', instead) if "run" in self else ()

    def _server(self) -> Server | None:
        allowed = "the name of a mail server such as smtp.shop.example"
        host = self.text_if_given("host", allowed)
        if host is None:
            for key in _OF_SERVER:
                if key in self:
                    raise self.error(f"{key} belongs to a mail server, but host is missing: name it, or remove {key}.")
            return None
        if not _HOST.fullmatch(host):
            raise self.error(f"host must be {allowed}, without port or address in front.")
        tls = cast(Tls, self.choice("tls", _TLS, "starttls"))
        user, password_file = self.text_if_given("user", "the name to log in with"), self._path("password_file")
        if tls == "none" and host not in LOOPBACK:
            raise self.error('tls = "none" is for a server on this machine only; use "starttls" or "implicit".')
        if (user is None) != (password_file is None):
            missing = "user" if user is None else "password_file"
            raise self.error(f"user and password_file belong together, but {missing} is missing.")
        return Server(host, self._port(tls), tls, user, password_file, self._path("ca_file"))

    def _port(self, tls: Tls) -> int:
        value = self.table.get("port", _PORTS[tls])
        if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 65536:
            raise self.error("port must be a number from 1 to 65535, without quotes.")
        return value
