"""The [console] section of config.toml: how the console looks and behaves, whatever the shop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args

from azpay_tui.paths import ConfigError, config_file, shown
from azpay_tui.tomlfile import check_known, kind, quoted, read_toml

Theme = Literal["auto", "dark", "light", "high-contrast", "mono"]
THEMES: Final[tuple[Theme, ...]] = get_args(Theme)
"""`auto`: dark, or light where the terminal says that its background is; `mono` without any colour."""
_SWITCHES: Final = ("ascii", "mouse", "low_bandwidth")
_KEYS: Final = ("theme", *_SWITCHES)


@dataclass(frozen=True, slots=True)
class ConsoleSettings:
    """What a person chose; None means: as the terminal and the link suggest."""

    theme: Theme | None = None
    ascii: bool | None = None
    """Borders, signs and data in ASCII alone."""
    mouse: bool | None = None
    low_bandwidth: bool | None = None

    def over(self, other: ConsoleSettings) -> ConsoleSettings:
        """Return these settings, with those of `other` where nothing is chosen here."""
        return ConsoleSettings(
            self.theme if self.theme is not None else other.theme,
            self.ascii if self.ascii is not None else other.ascii,
            self.mouse if self.mouse is not None else other.mouse,
            self.low_bandwidth if self.low_bandwidth is not None else other.low_bandwidth,
        )


def theme_of(text: str) -> Theme:
    """Return a theme by its name; raises `ValueError` with a sentence that names all."""
    if text not in THEMES:
        raise ValueError(f"There is no theme {quoted(text)}; there are {', '.join(THEMES)}.")
    return text


def load_settings(path: Path | None = None) -> ConsoleSettings:
    """Read the section; without a file or a section nothing is chosen. Raises `ConfigError`."""
    file = path or config_file()
    if not file.exists():
        return ConsoleSettings()
    table = read_toml(file).get("console", {})
    where = f"{shown(file)}, section console"
    if not isinstance(table, dict):
        raise ConfigError(f"{shown(file)}: console must be a section named [console].")
    for key in table:
        check_known(key, _KEYS, where)
    try:
        theme = None if "theme" not in table else theme_of(str(table["theme"]))
    except ValueError as error:
        raise ConfigError(f"{where}: {error}") from error
    return ConsoleSettings(theme, *(_switch(table, key, where) for key in _SWITCHES))


def _switch(table: Mapping[str, object], key: str, where: str) -> bool | None:
    value = table.get(key)
    if value is not None and not isinstance(value, bool):
        raise ConfigError(f"{where}: {key} must be true or false without quotes, not {kind(value)}.")
    return value
