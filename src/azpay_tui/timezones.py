"""Time zones by their IANA names, and this machine's own."""

import contextlib
import os
from pathlib import Path
from zoneinfo import ZoneInfo


def is_timezone(name: str) -> bool:
    """Tell whether a text names a time zone such as Europe/Berlin."""
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
    return next((name for name in candidates if is_timezone(name)), "UTC")
