"""Everything a key can do, one class each; this table feeds the keys, the line of keys and the help."""

from __future__ import annotations

from typing import Final

from azpay_tui.tui.commands import acting, finding, general, moving, views
from azpay_tui.tui.commands.base import Command, KeyMap

COMMANDS: Final[tuple[Command, ...]] = (
    *moving.COMMANDS,
    *acting.COMMANDS,
    *views.COMMANDS,
    *finding.COMMANDS,
    *general.COMMANDS,
)


def keymap() -> KeyMap:
    """Return the table of keys; raises `ValueError` when two commands claim the same one."""
    return KeyMap(COMMANDS)
