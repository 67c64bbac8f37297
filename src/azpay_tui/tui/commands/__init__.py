"""Everything that can be done, one class each; this table feeds the keys, the line of keys, `:`, palette and help."""

from __future__ import annotations

from typing import Final

from azpay_tui.tui.commands import (
    acting,
    copying,
    delivering,
    finding,
    general,
    marking,
    messages,
    modifying,
    moving,
    narrowing,
    pages,
    panes,
    selling,
    shipping,
    terminal,
    views,
    writing,
)
from azpay_tui.tui.commands.base import Command, KeyMap, Where, belongs

COMMANDS: Final[tuple[Command, ...]] = (
    *moving.COMMANDS,
    *acting.COMMANDS,
    *selling.COMMANDS,
    *marking.COMMANDS,
    *modifying.COMMANDS,
    *shipping.COMMANDS,
    *delivering.COMMANDS,
    *writing.COMMANDS,
    *views.COMMANDS,
    *narrowing.COMMANDS,
    *finding.COMMANDS,
    *copying.COMMANDS,
    *pages.COMMANDS,
    *messages.COMMANDS,
    *panes.COMMANDS,
    *terminal.COMMANDS,
    *general.COMMANDS,
)


def commands_of(where: Where) -> tuple[Command, ...]:
    """Return the commands of the screen one is on (`pane` stands for the whole screen of orders)."""
    return tuple(command for command in COMMANDS if belongs(command.place, where))


def keymap(where: Where = "pane") -> KeyMap:
    """Return the table of keys of a screen; raises `ValueError` when two commands claim the same one."""
    return KeyMap(commands_of(where))
