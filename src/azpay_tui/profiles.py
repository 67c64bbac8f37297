"""One shop in config.toml: the section `[profiles.NAME]`, every key of it checked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, cast
from zoneinfo import ZoneInfo

from azpay_tui.domain.keeping import DEFAULT_DAYS, MOST_DAYS
from azpay_tui.domain.policies import Settings
from azpay_tui.learned import Learned
from azpay_tui.learned import read as read_learned
from azpay_tui.mailing import OFF, Mail, read_mail
from azpay_tui.paths import data_directory, shown
from azpay_tui.policing import read_policy
from azpay_tui.sections import Section
from azpay_tui.sourcing import Source, read_sources
from azpay_tui.telling import NO_HOOKS, Hooks, read_hooks
from azpay_tui.timezones import is_timezone, machine_timezone
from azpay_tui.tomlfile import quoted

Api = Literal["v2"]
Region = Literal["na", "eu", "jp"]
Environment = Literal["simulator", "sandbox", "live"]
Pace = Literal["quota", "off"]

_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "api": ("v2",),
    "region": ("na", "eu", "jp"),
    "environment": ("simulator", "sandbox", "live"),
    "pace": ("quota", "off"),
}
_DEFAULTS: Final[Mapping[str, str]] = {"api": "v2", "pace": "quota"}
_IDENTIFIERS: Final = ("merchant_id", "store_id", "public_key_id")
_SWITCHES: Final = ("writable", "pending_authorization", "syslog")
KEYS: Final = (
    *_CHOICES,
    *_IDENTIFIERS,
    *_SWITCHES,
    "url",
    "ca_file",
    "private_key_file",
    "data_dir",
    "timezone",
    "retention_days",
    "policy",
    "learned",
    "source",
    "mail",
    "tell",
)
"""Every key of the section."""
# These words go into HTTP headers and into the names of directories.
_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9._-]{1,200}")
# Spelled out rather than parsed: whatever is not literally one of these is not loopback.
_LOOPBACK: Final = re.compile(r"https?://(?:127\.0\.0\.1|\[::1\]|localhost)(?::([0-9]{1,5}))?/?")


@dataclass(frozen=True, slots=True)
class Profile:
    """One shop in one region and environment. All paths are absolute.

    ``url`` and ``ca_file`` exist for the simulator only; ``url`` has no slash at its end. ``policy`` narrows what the
    shop allows. ``timezone`` is an IANA name. ``pace`` "off" sends without regard to Amazon's quotas.
    ``pending_authorization`` lets an authorization be decided later instead of at once. ``learned`` is what
    ``azpay doctor --learn`` settled on this account. ``sources`` are where its orders come from, ``hooks`` what runs
    when a status changes. ``syslog`` tells the end of the audit chain to the machine's syslog too. ``retention_days``
    is for how long buyers' personal data is kept after nothing is due with their order any more. ``mail``
    is how letters leave.
    """

    name: str
    api: Api
    region: Region
    environment: Environment
    url: str | None
    ca_file: Path | None
    merchant_id: str
    store_id: str | None
    public_key_id: str
    private_key_file: Path
    data_dir: Path
    writable: bool
    policy: Settings
    timezone: str
    pace: Pace
    pending_authorization: bool
    file: Path
    learned: tuple[Learned, ...] = ()
    sources: tuple[Source, ...] = ()
    hooks: Hooks = NO_HOOKS
    syslog: bool = False
    retention_days: int = DEFAULT_DAYS
    mail: Mail = OFF

    @property
    def not_writable(self) -> str | None:
        """Why nothing may be sent, one sentence; None: it may."""
        if self.writable:
            return None
        return f"Read-only: profile {self.name} is not writable; set writable = true in its configuration."

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of days, reports and display."""
        return ZoneInfo(self.timezone)


def read_profile(file: Path, name: str, tables: Mapping[str, Mapping[str, object]]) -> Profile:
    """Judge one of the profiles in `file` (an absolute path), whose sections `tables` has by their names.

    Raises ConfigError, one sentence that names file, profile and key.
    """
    return _Reader(file, name, tables[name]).profile(tables)


def is_local_url(text: str) -> bool:
    """Tell whether a text is an address at which a simulator on this machine can listen."""
    match = _LOOPBACK.fullmatch(text)
    return match is not None and 0 < int(match[1] or 80) < 65536


class _Reader(Section):
    """Reads the keys of one section; every error names file, section and key."""

    def __init__(self, file: Path, name: str, table: Mapping[str, object]) -> None:
        super().__init__(table, file, f"{shown(file)}, profile {name}")
        self._name = name

    def profile(self, tables: Mapping[str, Mapping[str, object]]) -> Profile:
        self.check_keys(KEYS)
        environment = cast(Environment, self._choice("environment"))
        url = self._url(environment)
        result = Profile(
            name=self._name,
            api=cast(Api, self._choice("api")),
            region=cast(Region, self._choice("region")),
            environment=environment,
            url=url,
            ca_file=self._path("ca_file") if "ca_file" in self else None,
            merchant_id=self._identifier("merchant_id"),
            store_id=self._identifier("store_id") if "store_id" in self else None,
            public_key_id=self._key_id(environment),
            private_key_file=self._path("private_key_file"),
            data_dir=self._data_dir(environment),
            writable=self.switch("writable", default=environment != "live"),
            policy=read_policy(self.table.get("policy"), self.where),
            timezone=self._timezone(),
            pace=cast(Pace, self._choice("pace")),
            pending_authorization=self.switch("pending_authorization", default=False),
            syslog=self.switch("syslog", default=False),
            file=self.file,
            learned=read_learned(self.table["learned"], self.where) if "learned" in self else (),
            sources=self._sources(),
            hooks=self._hooks(),
            retention_days=self._days("retention_days", DEFAULT_DAYS),
            mail=read_mail(self.table.get("mail"), self.file, self.where),
        )
        self._check_own_data(result, tables)
        return result

    def _choice(self, key: str) -> str:
        return self.choice(key, _CHOICES[key], _DEFAULTS.get(key))

    def _days(self, key: str, default: int) -> int:
        value = self.table.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_DAYS:
            raise self.error(f"{key} must be a whole number of days from 1 to {MOST_DAYS}, without quotes.")
        return value

    def _identifier(self, key: str) -> str:
        allowed = "the identifier that Seller Central shows"
        value = self.text(key, allowed)
        if not _IDENTIFIER.fullmatch(value):
            raise self.error(f"{key} must be {allowed}: ASCII letters, digits, point, - and _ only.")
        return value

    def _key_id(self, environment: Environment) -> str:
        value = self._identifier("public_key_id")
        # Amazon's own clients tell the environment by this beginning, in any case.
        of_key = value.upper()
        if of_key.startswith("LIVE") and environment != "live":
            raise self.error(f"public_key_id is a LIVE key, but environment is {environment}: use that one's own key.")
        if of_key.startswith("SANDBOX") and environment == "live":
            raise self.error("public_key_id is a SANDBOX key, but environment is live: use the live key.")
        return value

    def _path(self, key: str) -> Path:
        value = self.text(key, "the path of a file" if key != "data_dir" else "the path of a directory")
        if value.startswith("-----BEGIN"):
            raise self.error(f"{key} must be the path of a file, not the key itself: take the key out of this file.")
        return self.absolute(key, value)

    def _data_dir(self, environment: Environment) -> Path:
        return self._path("data_dir") if "data_dir" in self else data_directory(environment, self._name)

    def _url(self, environment: Environment) -> str | None:
        if environment != "simulator":
            for key in ("url", "ca_file"):
                if key in self:
                    raise self.error(f"{key} is for the simulator only, but environment is {environment}: remove it.")
            return None
        allowed = "an address of this machine such as http://127.0.0.1:8080"
        value = self.text("url", allowed)
        if not is_local_url(value):
            # Not repeated: an address can hold a password.
            raise self.error(f"url must be {allowed}.")
        return value.rstrip("/")

    def _timezone(self) -> str:
        if "timezone" not in self:
            return machine_timezone()
        allowed = "an IANA time zone such as Europe/Berlin"
        value = self.text("timezone", allowed)
        if not is_timezone(value):
            raise self.error(f"timezone must be {allowed}, not {quoted(value)}.")
        return value

    def _sources(self) -> tuple[Source, ...]:
        return read_sources(self.table["source"], self.file, self.where) if "source" in self else ()

    def _hooks(self) -> Hooks:
        return read_hooks(self.table["tell"], self.file, self.where) if "tell" in self else NO_HOOKS

    def _check_own_data(self, mine: Profile, tables: Mapping[str, Mapping[str, object]]) -> None:
        """Keep the journals of two shops, regions or environments apart."""
        for name, table in tables.items():
            directory = table.get("data_dir")
            if name == self._name or not isinstance(directory, str) or "data_dir" not in self:
                continue
            other = (table.get("environment"), table.get("region"), table.get("merchant_id"))
            if other == (mine.environment, mine.region, mine.merchant_id):
                continue
            if _Reader(self.file, name, table)._path("data_dir") == mine.data_dir:
                raise self.error(f"data_dir is also that of profile {name}, another shop: give each its own.")
