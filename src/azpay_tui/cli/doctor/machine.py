"""What azpay runs on: versions, and the terminal it would be drawn on."""

from __future__ import annotations

import locale
import os
import shutil
import sqlite3
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from azpay_tui.cli.doctor.findings import Finding
from azpay_tui.cli.output import is_terminal

_PACKAGES: Final = ("textual", "httpx", "cryptography", "sqlalchemy")
_OLDEST_SQLITE: Final = (3, 40, 0)
_SMALLEST: Final = (80, 24)


def check_versions() -> list[Finding]:
    """Say which versions are at work, and which of them are too old."""
    try:
        mine = version("azpay-tui")
    except PackageNotFoundError:
        mine = "not installed"
    python = ".".join(map(str, sys.version_info[:3]))
    parts = [f"azpay {mine}", f"Python {python}", f"SQLite {sqlite3.sqlite_version}"]
    missing = []
    for package in _PACKAGES:
        try:
            parts.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            missing.append(package)
    found = [Finding("versions", "versions", "ok", f"{', '.join(parts)}.")]
    if missing:
        sentence = f"Not installed as a package: {', '.join(missing)}."
        found.append(
            Finding("versions", "packages", "bad", sentence, "Install azpay anew: pipx install, or make demo.")
        )
    found += _sqlite(sqlite3.sqlite_version_info)
    return found


def _sqlite(found: tuple[int, ...]) -> list[Finding]:
    if found < _OLDEST_SQLITE:
        sentence = f"SQLite {'.'.join(map(str, found))} is too old."
        return [Finding("versions", "sqlite", "bad", sentence, "azpay needs 3.40 or newer; it comes with Python.")]
    # SQLite's own notes: 3.7.0 to 3.51.2 can damage a log-keeping file in a rare race, except two corrected releases.
    if found <= (3, 51, 2) and found[:3] not in ((3, 44, 6), (3, 50, 7)):
        return [
            Finding(
                "versions",
                "sqlite",
                "note",
                "This SQLite has a rare fault with several processes on one cache; azpay works around it.",
                "3.51.3 or newer does not have it.",
            )
        ]
    return []


def check_terminal(environment: Mapping[str, str] | None = None) -> list[Finding]:
    """Say what the console would find: type, colours, size, encoding, what lies between it and the person."""
    env = os.environ if environment is None else environment
    found: list[Finding] = []
    kind = env.get("TERM", "")
    on_terminal = is_terminal(sys.stdin) and is_terminal(sys.stdout)
    if not on_terminal:
        found.append(Finding("terminal", "terminal", "note", "There is no terminal here: commands only, no console."))
    elif kind in ("", "dumb", "unknown"):
        sentence = f"The console cannot be drawn on a terminal of the type {kind or 'unknown'!a} (TERM)."
        remedy = "Use a terminal that can be drawn on, or the commands: azpay --help."
        found.append(Finding("terminal", "type", "warn", sentence, remedy))
    else:
        found.append(Finding("terminal", "type", "ok", f"The terminal is {kind!a}, {_colours(env)}."))
        columns, lines = shutil.get_terminal_size()
        if columns < _SMALLEST[0] or lines < _SMALLEST[1]:
            sentence = f"The terminal has {columns} columns and {lines} lines; some things are cut."
            found.append(Finding("terminal", "size", "note", sentence, "80 by 24 shows everything that matters."))
        else:
            found.append(Finding("terminal", "size", "ok", f"It has {columns} columns and {lines} lines."))
    encoding = locale.getencoding().lower().replace("-", "")
    if encoding != "utf8":
        sentence = f"The locale's encoding is {locale.getencoding()}: other characters are shown as escapes."
        found.append(Finding("terminal", "encoding", "note", sentence, "Set a UTF-8 locale, such as LANG=C.UTF-8."))
    found += _between(env)
    return found


def _colours(env: Mapping[str, str]) -> str:
    if env.get("NO_COLOR"):
        return "without colour (NO_COLOR)"
    if env.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return "with all colours"
    return "with 256 colours" if "256" in env.get("TERM", "") else "with its basic colours"


def _between(env: Mapping[str, str]) -> list[Finding]:
    found: list[Finding] = []
    if env.get("SSH_CONNECTION"):
        found.append(
            Finding("terminal", "ssh", "note", "You are here over SSH: azpay sends less, and leaves the mouse alone.")
        )
    if env.get("TMUX"):
        found.append(
            Finding(
                "terminal",
                "tmux",
                "note",
                "You are inside tmux: what azpay copies reaches your clipboard only when tmux passes it on.",
                "tmux set -s set-clipboard on",
            )
        )
    elif env.get("STY") or env.get("TERM", "").startswith("screen"):
        found.append(
            Finding(
                "terminal",
                "screen",
                "note",
                "You are inside GNU screen: it keeps what azpay copies to itself.",
                "Take the text that azpay shows when it copies.",
            )
        )
    return found
