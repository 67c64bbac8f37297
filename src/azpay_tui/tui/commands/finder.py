"""Finding a command by what a person types: for the palette, the help and the `:` line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Final

from azpay_tui.tui.commands.base import Command, Place, Where, listens

_ELSEWHERE: Final[dict[Place, str]] = {
    "list": "Works in the list of orders: press Esc first.",
    "lists": "Works in the list of orders: press Esc first.",
    "anywhere": "Works on the screen of orders.",
}

_VIEW: Final = "view-"
"""What the commands of views begin with; a view's name alone does, too."""


def why_not(command: Command, screen: object, where: Where) -> str | None:
    """Return why a command does not work where one is now, or None."""
    if not listens(command.place, where):
        return _ELSEWHERE.get(command.place, "Works on another page.")
    return command.refusal(screen)


def names(command: Command) -> tuple[str, ...]:
    """Return everything a command is called on the `:` line, its own name first."""
    return (command.id, *command.aliases)


def matches(commands: Iterable[Command], typed: str) -> list[Command]:
    """Return the commands that hold every word typed, those called so first; in the order of the table."""
    words = typed.casefold().split()
    found: list[tuple[int, Command]] = []
    for command in commands:
        called = " ".join((command.name, *names(command))).casefold()
        text = f"{called} {command.way} {command.sentence}".casefold()
        if all(word in text for word in words):
            begins = all(any(part.startswith(word) for part in called.replace("-", " ").split()) for word in words)
            found.append((0 if begins else 1 if all(word in called for word in words) else 2, command))
    return [command for _, command in sorted(found, key=lambda pair: pair[0])]


def called(commands: Iterable[Command], name: str) -> Command | None:
    """Return the command of a name, of a view's name, or of a beginning that only one has; any case."""
    wanted = name.casefold()
    table = {known: command for command in commands for known in names(command)}
    for whole in (wanted, f"{_VIEW}{wanted}"):
        if whole in table:
            return table[whole]
    begun = {command.id: command for known, command in table.items() if known.startswith(wanted)}
    return next(iter(begun.values())) if len(begun) == 1 else None


def nearest(commands: Iterable[Command], name: str) -> str | None:
    """Return the name of a command that is most like one that is none."""
    known = [each for command in commands for each in names(command)]
    found = difflib.get_close_matches(name.casefold(), known, n=1, cutoff=0.5)
    return found[0] if found else None


def completions(commands: Sequence[Command], screen: object, line: str) -> list[str]:
    """Return the lines that a beginning of a `:` line can become: names, or the choices of an argument."""
    name, blank, rest = line.lstrip().partition(" ")
    if not blank:
        every, begun = {each for command in commands for each in names(command)}, name.casefold()
        found = [each for each in every if each.startswith(begun)]
        known = sorted(found or (each for each in every if each.startswith(f"{_VIEW}{begun}")))
        taking = {each for command in commands if command.argument is not None for each in names(command)}
        return [f"{each} " if each in taking else each for each in known]
    command = called(commands, name)
    if command is None or command.argument is None or command.argument.choices is None:
        return []
    said = rest.lstrip().casefold()
    choices = command.argument.choices(screen)
    return [f"{name} {choice}" for choice in choices if choice.casefold().startswith(said)]
