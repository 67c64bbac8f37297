"""config.toml: which shop, which region, which environment, and how the console behaves there.

Only the standard library and platformdirs are imported here, because every command on the command line reads this.
"""

import contextlib
import os
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
from azpay_tui.paths import ConfigError, config_file, data_directory, shown
from azpay_tui.policing import read_policy
from azpay_tui.sourcing import Source, read_sources
from azpay_tui.telling import NO_HOOKS, Hooks, read_hooks
from azpay_tui.tomlfile import check_known, kind, quoted, read_toml

__all__ = [
    "ConfigError",
    "NoProfileError",
    "Profile",
    "is_profile_name",
    "load",
    "machine_timezone",
    "profile_names",
    "profile_of",
]

Api = Literal["v2"]
Region = Literal["na", "eu", "jp"]
Environment = Literal["simulator", "sandbox", "live"]
Pace = Literal["quota", "off"]

_TOP_KEYS: Final = ("default_profile", "profiles", "console")
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "api": ("v2",),
    "region": ("na", "eu", "jp"),
    "environment": ("simulator", "sandbox", "live"),
    "pace": ("quota", "off"),
}
_DEFAULTS: Final[Mapping[str, str]] = {"api": "v2", "pace": "quota"}
_IDENTIFIERS: Final = ("merchant_id", "store_id", "public_key_id")
_SWITCHES: Final = ("writable", "pending_authorization", "syslog")
_KEYS: Final = (
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
# These words go into HTTP headers and into the names of directories.
_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9._-]{1,200}")
_PROFILE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
# Spelled out rather than parsed: whatever is not literally one of these is not loopback.
_LOOPBACK: Final = re.compile(r"https?://(?:127\.0\.0\.1|\[::1\]|localhost)(?::([0-9]{1,5}))?/?")


class NoProfileError(ConfigError):
    """There is no config.toml, or it names no default profile: the moment to offer the demo or ``azpay init``."""


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
    def zone(self) -> ZoneInfo:
        """The time zone of days, reports and display."""
        return ZoneInfo(self.timezone)


def load(path: Path | None = None, profile: str | None = None) -> Profile:
    """Read one profile of config.toml: the named one, else the file's default.

    Without a path the user's own file is read. Neither the key file nor the data directory is touched. Raises
    NoProfileError when there is nothing to choose from and nothing was asked for, ConfigError for everything else.
    """
    file = Path(os.path.abspath(path or config_file()))
    if path is None and profile is None and _is_missing(file):
        raise NoProfileError(
            f"There is no configuration yet at {shown(file)}: azpay demo needs none, azpay init writes one."
        )
    return profile_of(read_toml(file), file, profile)


def profile_of(document: Mapping[str, object], file: Path, profile: str | None = None) -> Profile:
    """Judge one profile of what `file` (an absolute path) holds or is about to hold; raises as `load` does."""
    tables = _profiles(document, file)
    name = _chosen(document, tables, profile, file)
    return _Reader(file, name, tables[name]).profile(tables)


def profile_names(document: Mapping[str, object], file: Path) -> tuple[str, ...]:
    """Return the names of all profiles in a file, sorted; what is in them is not judged. Raises ConfigError."""
    return tuple(sorted(_profiles(document, file)))


def is_local_url(text: str) -> bool:
    """Tell whether a text is an address at which a simulator on this machine can listen."""
    match = _LOOPBACK.fullmatch(text)
    return match is not None and 0 < int(match[1] or 80) < 65536


def is_profile_name(text: str) -> bool:
    """Tell whether a profile may be called so: letters, digits, point, - and _, up to 64."""
    return _PROFILE_NAME.fullmatch(text) is not None


def _is_missing(file: Path) -> bool:
    try:
        file.lstat()
    except FileNotFoundError:
        return True
    except OSError:
        return False  # reading it will say what is wrong
    return False


def _profiles(document: Mapping[str, object], file: Path) -> dict[str, Mapping[str, object]]:
    for key in document:
        if key in _KEYS:
            raise ConfigError(f"{shown(file)}: {key} belongs into a [profiles.NAME] section; move it there.")
        check_known(key, _TOP_KEYS, f"{shown(file)}")
    profiles = document.get("profiles", {})
    if not isinstance(profiles, dict):
        raise ConfigError(f"{shown(file)}: profiles must be sections named [profiles.NAME].")
    tables: dict[str, Mapping[str, object]] = {}
    for name, table in profiles.items():
        if not _PROFILE_NAME.fullmatch(name):
            raise ConfigError(
                f"{shown(file)}: a profile cannot be called {quoted(name)}; use letters, digits, point, - and _."
            )
        if not isinstance(table, dict):
            raise ConfigError(f"{shown(file)}: profiles.{name} must be a section named [profiles.{name}].")
        tables[name] = table
    return tables


def _chosen(
    document: Mapping[str, object], tables: Mapping[str, Mapping[str, object]], asked: str | None, file: Path
) -> str:
    known = ", ".join(sorted(tables)) or "none"
    name = asked
    if name is None:
        default = document.get("default_profile")
        if default is None:
            raise NoProfileError(
                f"{shown(file)} names no default_profile: choose one with --profile (known: {known}) or add the key."
            )
        if not isinstance(default, str):
            raise ConfigError(f"{shown(file)}: default_profile must be the name of a profile in quotes.")
        name = default
    if name not in tables:
        raise ConfigError(f"There is no profile {quoted(name)} in {shown(file)}; known profiles: {known}.")
    return name


class _Reader:
    """Reads the keys of one section; every error names file, section and key."""

    def __init__(self, file: Path, name: str, table: Mapping[str, object]) -> None:
        self._file = file
        self._name = name
        self._table = table
        self._where = f"{shown(file)}, profile {name}"

    def profile(self, tables: Mapping[str, Mapping[str, object]]) -> Profile:
        for key in self._table:
            check_known(key, _KEYS, self._where)
        environment = cast(Environment, self._choice("environment"))
        url = self._url(environment)
        result = Profile(
            name=self._name,
            api=cast(Api, self._choice("api")),
            region=cast(Region, self._choice("region")),
            environment=environment,
            url=url,
            ca_file=self._path("ca_file") if "ca_file" in self._table else None,
            merchant_id=self._identifier("merchant_id"),
            store_id=self._identifier("store_id") if "store_id" in self._table else None,
            public_key_id=self._key_id(environment),
            private_key_file=self._path("private_key_file"),
            data_dir=self._data_dir(environment),
            writable=self._switch("writable", default=environment != "live"),
            policy=read_policy(self._table.get("policy"), self._where),
            timezone=self._timezone(),
            pace=cast(Pace, self._choice("pace")),
            pending_authorization=self._switch("pending_authorization", default=False),
            syslog=self._switch("syslog", default=False),
            file=self._file,
            learned=read_learned(self._table["learned"], self._where) if "learned" in self._table else (),
            sources=self._sources(),
            hooks=self._hooks(),
            retention_days=self._days("retention_days", DEFAULT_DAYS),
            mail=read_mail(self._table.get("mail"), self._file, self._where),
        )
        self._check_own_data(result, tables)
        return result

    def _error(self, text: str) -> ConfigError:
        return ConfigError(f"{self._where}: {text}")

    def _text(self, key: str, allowed: str) -> str:
        if key not in self._table:
            raise self._error(f"{key} is missing; it must be {allowed}.")
        value = self._table[key]
        if not isinstance(value, str):
            raise self._error(f"{key} must be {allowed} in quotes, not {kind(value)}.")
        if not value.strip() or not value.isprintable():
            # The value is not repeated: it may be a key that was pasted in place of its file's name.
            raise self._error(f"{key} must be {allowed}, on one line and not empty.")
        return value

    def _choice(self, key: str) -> str:
        choices = _CHOICES[key]
        allowed = _either(choices)
        if key not in self._table and key in _DEFAULTS:
            return _DEFAULTS[key]
        value = self._text(key, allowed)
        if value not in choices:
            raise self._error(f"{key} must be {allowed}, not {quoted(value)}.")
        return value

    def _switch(self, key: str, *, default: bool) -> bool:
        value = self._table.get(key, default)
        if not isinstance(value, bool):
            raise self._error(f"{key} must be true or false without quotes, not {kind(value)}.")
        return value

    def _days(self, key: str, default: int) -> int:
        value = self._table.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_DAYS:
            raise self._error(f"{key} must be a whole number of days from 1 to {MOST_DAYS}, without quotes.")
        return value

    def _identifier(self, key: str) -> str:
        allowed = "the identifier that Seller Central shows"
        value = self._text(key, allowed)
        if not _IDENTIFIER.fullmatch(value):
            raise self._error(f"{key} must be {allowed}: ASCII letters, digits, point, - and _ only.")
        return value

    def _key_id(self, environment: Environment) -> str:
        value = self._identifier("public_key_id")
        # Amazon's own clients tell the environment by this beginning, in any case.
        of_key = value.upper()
        if of_key.startswith("LIVE") and environment != "live":
            raise self._error(f"public_key_id is a LIVE key, but environment is {environment}: use that one's own key.")
        if of_key.startswith("SANDBOX") and environment == "live":
            raise self._error("public_key_id is a SANDBOX key, but environment is live: use the live key.")
        return value

    def _path(self, key: str) -> Path:
        value = self._text(key, "the path of a file" if key != "data_dir" else "the path of a directory")
        if value.startswith("-----BEGIN"):
            raise self._error(f"{key} must be the path of a file, not the key itself: take the key out of this file.")
        try:
            path = Path(value).expanduser()
        except RuntimeError as error:
            raise self._error(f"{key} starts with ~, but that home directory is not known: write it out.") from error
        return Path(os.path.abspath(self._file.parent / path))

    def _data_dir(self, environment: Environment) -> Path:
        return self._path("data_dir") if "data_dir" in self._table else data_directory(environment, self._name)

    def _url(self, environment: Environment) -> str | None:
        if environment != "simulator":
            for key in ("url", "ca_file"):
                if key in self._table:
                    raise self._error(f"{key} is for the simulator only, but environment is {environment}: remove it.")
            return None
        allowed = "an address of this machine such as http://127.0.0.1:8080"
        value = self._text("url", allowed)
        if not is_local_url(value):
            # Not repeated: an address can hold a password.
            raise self._error(f"url must be {allowed}.")
        return value.rstrip("/")

    def _timezone(self) -> str:
        if "timezone" not in self._table:
            return machine_timezone()
        allowed = "an IANA time zone such as Europe/Berlin"
        value = self._text("timezone", allowed)
        if not _is_timezone(value):
            raise self._error(f"timezone must be {allowed}, not {quoted(value)}.")
        return value

    def _sources(self) -> tuple[Source, ...]:
        return read_sources(self._table["source"], self._file, self._where) if "source" in self._table else ()

    def _hooks(self) -> Hooks:
        return read_hooks(self._table["tell"], self._file, self._where) if "tell" in self._table else NO_HOOKS

    def _check_own_data(self, mine: Profile, tables: Mapping[str, Mapping[str, object]]) -> None:
        """Keep the journals of two shops, regions or environments apart."""
        for name, table in tables.items():
            directory = table.get("data_dir")
            if name == self._name or not isinstance(directory, str) or "data_dir" not in self._table:
                continue
            other = (table.get("environment"), table.get("region"), table.get("merchant_id"))
            if other == (mine.environment, mine.region, mine.merchant_id):
                continue
            if _Reader(self._file, name, table)._path("data_dir") == mine.data_dir:
                raise self._error(f"data_dir is also that of profile {name}, another shop: give each its own.")


def _either(choices: tuple[str, ...]) -> str:
    return " or ".join(f'"{choice}"' for choice in choices)


def _is_timezone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; not a name; a directory such as "America"
        return False
    return bool(name)


def machine_timezone() -> str:
    """Return the IANA name of this machine's time zone, UTC when it cannot be told."""
    candidates = [os.environ.get("TZ", "").removeprefix(":")]
    # The usual link, for example /etc/localtime -> /usr/share/zoneinfo/Europe/Berlin.
    candidates.append(os.path.realpath("/etc/localtime").rpartition("/zoneinfo/")[2])
    with contextlib.suppress(OSError, ValueError):  # many systems have no such file
        candidates.append(Path("/etc/timezone").read_text(encoding="ascii").strip())
    return next((name for name in candidates if _is_timezone(name)), "UTC")
