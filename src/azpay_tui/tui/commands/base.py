"""What a command is, and how keys in a row find one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal, get_args

Page = Literal["jobs", "log", "sync", "raw", "policy", "lapses"]
"""The pages that take the place of the orders."""
Where = Literal["list", "pane", Page]
"""Where the focus is: in the list of orders, in another pane beside it, or on one of the pages."""
Place = Literal["list", "lists", "anywhere", "everywhere", "page", Page]
"""Where a command listens: in the list of orders, there and on every page, in every pane of the orders, there and on
every page, on every page, or on one page."""
Keys = tuple[str, ...]
"""Textual's names of keys pressed one after the other."""

PAGES: Final[tuple[Page, ...]] = get_args(Page)
NO_ORDER: Final = "There is no order under the cursor."
_ORDERS: Final[frozenset[Place]] = frozenset({"anywhere", "everywhere"})


def listens(place: Place, where: Where) -> bool:
    """Tell whether a command of a place listens there."""
    if where == "list":
        return place in ("list", "lists") or place in _ORDERS
    return place in _ORDERS if where == "pane" else place in (where, "page", "lists", "everywhere")


def belongs(place: Place, where: Where) -> bool:
    """Tell whether a command is one of the screen one is on, though maybe of another pane."""
    return listens(place, where) or (where == "pane" and place in ("list", "lists"))


@dataclass(frozen=True, slots=True)
class Argument:
    """What may stand behind a command's name on the `:` line."""

    name: str
    """One word that says what it is: `view`, `text`, `amount`."""
    choices: Callable[[Any], Sequence[str]] | None = None
    """Given the screen, what Tab completes; None: it is free text."""
    required: bool = False
    """Whether the command means nothing without it: then it is asked for on the `:` line."""


class Command(ABC):
    """One thing a key, the `:` line, the palette and the help can do; none of them commits anything at Amazon.

    The methods get the screen of the command's place: `OrdersScreen`, a page, or their common base.
    """

    id: ClassVar[str]
    """Stable name; what one types on the `:` line."""
    aliases: ClassVar[tuple[str, ...]] = ()
    """Other names on the `:` line."""
    keys: ClassVar[tuple[Keys, ...]] = ()
    """Every sequence of keys that runs it."""
    shown: ClassVar[str] = ""
    """The keys as a person reads them; without any the name on the `:` line is shown."""
    name: ClassVar[str]
    """One or two words, for the line of keys."""
    sentence: ClassVar[str]
    """What it does, for the help."""
    place: ClassVar[Place] = "anywhere"
    rank: ClassVar[int | None] = None
    """Order in the line of keys, small first; None: not shown there."""
    held: ClassVar[bool] = True
    """Whether a key that is held down does it again; False where the next one would meet something else."""
    argument: ClassVar[Argument | None] = None
    """What may be typed behind its name; `enter` gets it."""

    def refusal(self, screen: Any) -> str | None:
        """Return why it does not work now (a sentence), or None; cheap."""
        return None

    @abstractmethod
    def run(self, screen: Any) -> None:
        """Do it."""

    def enter(self, screen: Any, argument: str) -> None:
        """Do it with what was typed behind its name, which is never empty; raises `ValueError` with a sentence."""
        raise ValueError(f":{self.id} takes nothing behind it.")

    @property
    def way(self) -> str:
        """The keys, or the name on the `:` line."""
        return self.shown or f":{self.id}"


class OnOrder(Command):
    """Base of what needs an order under the cursor; its screen is `OrdersScreen`."""

    def refusal(self, screen: Any) -> str | None:
        """Refuse in an empty list."""
        return None if screen.orders.row is not None else NO_ORDER


def hints(commands: Iterable[Command], where: Where) -> list[str]:
    """Return what the line of keys says there, most important first."""
    ranked = [command for command in commands if command.rank is not None and listens(command.place, where)]
    ranked.sort(key=lambda command: command.rank or 0)
    return [f"{command.way.split(',')[0]} {command.name}" for command in ranked]


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

    def find(self, keys: Keys, where: Where) -> Command | None:
        """Return the command of a sequence that listens there."""
        command = self._commands.get(keys)
        return command if command is not None and listens(command.place, where) else None

    def leads(self, key: str, where: Where) -> bool:
        """Tell whether a key begins a sequence there."""
        return key in self.leaders and any(
            keys[0] == key and len(keys) > 1 and listens(command.place, where)
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

    def press(self, key: str, where: Where) -> Pressed:
        """Take a key; a leader is forgotten whatever comes after it."""
        leader, self.leader = self.leader, None
        if leader is None and self._keys.leads(key, where):
            self.leader = key
            return Pressed("lead", leader=key)
        command = self._keys.find((key,) if leader is None else (leader, key), where)
        if command is not None:
            return Pressed("run", command, leader)
        return Pressed("other") if leader is None else Pressed("nothing", leader=leader)
