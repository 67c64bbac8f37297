"""Who is at the keyboard, as far as a machine can tell: separate facts for the audit chain, and one line to show."""

from __future__ import annotations

import os
import pwd
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from azpay_tui.domain.switch import POLICY

_LOGIN: Final = Path("/proc/self/loginuid")
_NOBODY: Final = 2**32 - 1
"""What the kernel says of a process that belongs to no login."""
_ORIGIN: Final = re.compile(r"[0-9A-Za-z.:%_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Who:
    """The person who runs this process."""

    user: str
    """The user of the machine that the process acts as."""
    login: str = ""
    """Who logged in, where that is another one: behind sudo or su."""
    origin: str = ""
    """The address an SSH connection came from; the environment says so, not the kernel."""

    def __str__(self) -> str:
        """Name the person as screens and the journal do; nobody is called as what is done without a person is."""
        user = f"OS user {self.user}" if self.user == POLICY else self.user
        login = f" (logged in as {self.login})" if self.login else ""
        return f"{user}{login}{f' from {self.origin}' if self.origin else ''}"

    @property
    def facts(self) -> Mapping[str, str]:
        """Return what is known, for the audit chain."""
        known = {"os_user": self.user, "login": self.login, "origin": self.origin}
        return {name: value for name, value in known.items() if value}


def who() -> Who:
    """Ask the machine and the environment of this process."""
    user = _name(os.geteuid())
    login = _login() or os.environ.get("SUDO_USER", "")
    origin = os.environ.get("SSH_CONNECTION", "").split(" ")[0]
    return Who(user, "" if login == user else _plain(login), _plain(origin))


def _login() -> str:
    """Return who logged in, as the kernel noted it: neither sudo nor su change that."""
    try:
        number = int(_LOGIN.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return ""  # no such note on this system
    return "" if number == _NOBODY else _name(number)


def _name(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _plain(text: str) -> str:
    """Return a text of the environment when it can be a name or an address, else a question mark."""
    return text if not text or _ORIGIN.fullmatch(text) else "?"
