"""config.toml: which shop, which region, which environment, and how the console behaves there.

Only the standard library and platformdirs are imported here, because every command on the command line reads this.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from azpay_tui.paths import ConfigError, config_file, shown
from azpay_tui.profiles import KEYS, Profile, read_profile
from azpay_tui.tomlfile import check_known, quoted, read_toml

__all__ = [
    "ConfigError",
    "NoProfileError",
    "is_profile_name",
    "load",
    "profile_names",
    "profile_of",
]

_TOP_KEYS: Final = ("default_profile", "profiles", "console")
_PROFILE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class NoProfileError(ConfigError):
    """There is no config.toml, or it names no default profile: the moment to offer the demo or ``azpay init``."""


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
    return read_profile(file, name, tables)


def profile_names(document: Mapping[str, object], file: Path) -> tuple[str, ...]:
    """Return the names of all profiles in a file, sorted; what is in them is not judged. Raises ConfigError."""
    return tuple(sorted(_profiles(document, file)))


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
        if key in KEYS:
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
