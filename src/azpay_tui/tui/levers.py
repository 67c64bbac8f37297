"""Settings the screen library reads from the environment when it is imported, chosen by the program itself."""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from typing import Final

LOCAL_ESCAPE_DELAY: Final = "100"
"""Milliseconds after which a lone ESC byte is the Escape key."""
REMOTE_ESCAPE_DELAY: Final = "250"


def is_remote(environment: MutableMapping[str, str] | None = None) -> bool:
    """Tell whether the terminal is at the other end of an SSH connection."""
    return bool((os.environ if environment is None else environment).get("SSH_CONNECTION"))


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
