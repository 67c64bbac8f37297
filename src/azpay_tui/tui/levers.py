"""What the terminal and the link ask for, and the settings the screen library reads when it is imported."""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Final, Literal

from azpay_tui.settings import ConsoleSettings

LOCAL_ESCAPE_DELAY: Final = "100"
"""Milliseconds after which a lone ESC byte is the Escape key."""
REMOTE_ESCAPE_DELAY: Final = "250"
_BARE: Final = ("vt", "ansi", "linux", "cons")
"""Beginnings of TERM whose fonts lack more than the simplest lines."""
_LIGHT: Final = frozenset({"7", "15"})
"""White, in the notation of COLORFGBG."""

Palette = Literal["dark", "light", "high-contrast", "mono"]
"""A theme, decided."""


@dataclass(frozen=True, slots=True)
class Levers:
    """How the console looks and behaves on one terminal."""

    palette: Palette = "dark"
    ascii: bool = False
    mouse: bool = True
    low_bandwidth: bool = False


def is_remote(environment: Mapping[str, str] | None = None) -> bool:
    """Tell whether the terminal is at the other end of an SSH connection."""
    return bool((os.environ if environment is None else environment).get("SSH_CONNECTION"))


def choose(settings: ConsoleSettings, environment: Mapping[str, str] | None = None) -> Levers:
    """Decide what a person left open: by SSH for mouse and bandwidth, by the terminal for colours and characters."""
    source = os.environ if environment is None else environment
    remote = is_remote(source)
    return Levers(
        palette=_palette(settings, source),
        ascii=settings.ascii if settings.ascii is not None else not _shows_lines(source),
        mouse=settings.mouse if settings.mouse is not None else not remote,
        low_bandwidth=settings.low_bandwidth if settings.low_bandwidth is not None else remote,
    )


def _palette(settings: ConsoleSettings, environment: Mapping[str, str]) -> Palette:
    if settings.theme is not None and settings.theme != "auto":
        return settings.theme
    if environment.get("NO_COLOR") or not _has_colours(environment.get("TERM", "")):
        return "mono"
    return "light" if environment.get("COLORFGBG", "").rpartition(";")[2] in _LIGHT else "dark"


def _has_colours(terminal: str) -> bool:
    # By name, not by terminfo, which may know less on a host than the terminal can do: DEC's own, and the `-m` family.
    return not terminal.startswith("vt") and not terminal.endswith(("-m", "-mono"))


def _shows_lines(environment: Mapping[str, str]) -> bool:
    """Tell whether the terminal shows UTF-8, by the locale, and lines of several kinds, by its type."""
    names = {name: environment.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG")}
    if names["LC_CTYPE"] == "C.UTF-8" and not names["LC_ALL"] and names["LANG"] in ("", "C", "POSIX"):
        # Python sets this itself where there is no other locale; the terminal does not become UTF-8 by it.
        return False
    locale = names["LC_ALL"] or names["LC_CTYPE"] or names["LANG"]
    utf8 = locale.lower().replace("-", "").partition("@")[0].endswith("utf8")
    return utf8 and not environment.get("TERM", "").startswith(_BARE)


def prepare_environment(low_bandwidth: bool | None = None, environment: MutableMapping[str, str] | None = None) -> None:
    """Set what the console needs; must be called before anything imports the screen library.

    `low_bandwidth` None means: over SSH. What a person set for the escape delay stays.
    """
    target = os.environ if environment is None else environment
    remote = is_remote(target)
    slow = remote if low_bandwidth is None else low_bandwidth
    target["TEXTUAL_THEME"] = "ansi-dark"
    target["TEXTUAL_ANIMATIONS"] = "none"
    target["TEXTUAL_SMOOTH_SCROLL"] = "0"
    # Escape sequences of sixteen colours are the shortest, and the terminal's own palette is the readable one.
    target["TEXTUAL_COLOR_SYSTEM"] = "standard"
    # A kill leaves the terminal in this mode, and it doubles the bytes of every key.
    target["TEXTUAL_DISABLE_KITTY_KEY"] = "1"
    target["TEXTUAL_FPS"] = "15" if slow else "60"
    target.setdefault("ESCDELAY", REMOTE_ESCAPE_DELAY if remote else LOCAL_ESCAPE_DELAY)
