"""What a command is, and how keys in a row find one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from azpay_tui.tui.screens.orders import OrdersScreen

Place = Literal["list", "anywhere"]
"""Where a command listens: only while the list has the focus, or in every pane."""
Keys = tuple[str, ...]
"""Textual's names of keys pressed one after the other."""


class Command(ABC):
    """One thing a key can do; none of them commits anything at Amazon."""

    id: ClassVar[str]
    """Stable name."""
    keys: ClassVar[tuple[Keys, ...]]
    """Every sequence of keys that runs it."""
    shown: ClassVar[str]
    """The keys as a person reads them."""
    name: ClassVar[str]
    """One or two words, for the line of keys."""
    sentence: ClassVar[str]
    """What it does, for the help."""
    place: ClassVar[Place] = "anywhere"
    rank: ClassVar[int | None] = None
    """Order in the line of keys, small first; None: not shown there."""

    def refusal(self, screen: OrdersScreen) -> str | None:
        """Return why it does not work now (a sentence), or None; cheap."""
        return None

    @abstractmethod
    def run(self, screen: OrdersScreen) -> None:
        """Do it."""


class KeyMap:
    """Finds commands by keys; sequences such as `a c` wait for their second key."""

    def __init__(self, commands: Iterable[Command]) -> None:
        """Raises `ValueError` when two commands claim the same keys, or one's keys begin another's."""
        self._commands: dict[Keys, Command] = {}
        self.leaders: set[str] = set()
        """Keys that begin a sequence."""
        for command in commands:
            for keys in command.keys:
                if keys in self._commands:
                    raise ValueError(f"{command.id} and {self._commands[keys].id} claim the same keys {keys}.")
                self._commands[keys] = command
                if len(keys) > 1:
                    self.leaders.add(keys[0])
        for leader in self.leaders:
            if (leader,) in self._commands:
                raise ValueError(f"{leader} begins a sequence and cannot be a command.")

    def find(self, keys: Keys, *, in_list: bool) -> Command | None:
        """Return the command of a sequence that listens there."""
        command = self._commands.get(keys)
        return command if command is not None and (in_list or command.place == "anywhere") else None

    def leads(self, key: str, *, in_list: bool) -> bool:
        """Tell whether a key begins a sequence there."""
        return key in self.leaders and any(
            keys[0] == key and len(keys) > 1 and (in_list or command.place == "anywhere")
            for keys, command in self._commands.items()
        )


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a key means."""

    kind: Literal["run", "lead", "nothing", "other"]
    """`run` a command; `lead`: wait for the second key; `nothing` is on that sequence; `other`: not ours."""
    command: Command | None = None
    leader: str | None = None
    """The first key of the sequence."""


class KeyReader:
    """Reads keys one by one, remembering a leader."""

    def __init__(self, keys: KeyMap) -> None:
        """Start without a leader."""
        self._keys = keys
        self.leader: str | None = None
        """The key that waits for a second one."""

    def press(self, key: str, *, in_list: bool) -> Pressed:
        """Take a key; a leader is forgotten whatever comes after it."""
        leader, self.leader = self.leader, None
        if leader is None and self._keys.leads(key, in_list=in_list):
            self.leader = key
            return Pressed("lead", leader=key)
        command = self._keys.find((key,) if leader is None else (leader, key), in_list=in_list)
        if command is not None:
            return Pressed("run", command, leader)
        return Pressed("other") if leader is None else Pressed("nothing", leader=leader)
