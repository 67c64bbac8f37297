"""Consoles in which something breaks: `python -m tests.secrets.consoles CONFIG SEED COUNT SAID STEP...`.

One console after the other is opened on this terminal, each as `azpay` opens it, and walked through by these steps
(without one: by all). Each time one function of the program that a step calls, in whatever thread, raises an exception
whose message holds everything that must not be told; a console that does not survive it is followed by the next one.
Writes as JSON into SAID what was hit.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.secrets.breaking import ERRORS, Notes, breaking, secret
from tests.tui.rest import under_way
from textual import events
from textual.keys import _character_to_key

from azpay_tui.bootstrap import main as azpay
from azpay_tui.tui.app import Console

CONFIG, SEED, COUNT, SAID, *CHOSEN = sys.argv[1:]
PATIENCE = 5.0
"""Seconds in which a step ends, or is left as it is: what broke may never come to rest."""
TURNS = 10
"""Turns for each hit that is wanted: a step does not call again each function that it called before."""
CALM = 0.6
"""Seconds between keys that a dialog about money believes."""
BACK = ("escape", "escape", "escape", "6")
STEPS: dict[str, tuple[str, ...]] = {
    "start": (),
    "list": ("j", "k", "G", "g"),
    "detail": ("enter", "j", "G", "g"),
    "refresh": ("r",),
    "sync": ("ctrl+r",),
    "dialog": ("a", "f", "tab", "pagedown"),
    "money": ("a", "f", "tab", *"0.01", "enter", "tab", "enter"),
    "mark": ("i", *"seen", "enter"),
    "copy": ("y", "down", "enter"),
    "help": ("?", "down"),
    "palette": ("ctrl+p", *"jo", "enter"),
    "jobs": ("!", "j"),
    "log": ("@", "j"),
    "queue": ("S", "j"),
    "raw": ("x", "j", "y"),
    "search": ("/", *"zq", "enter", "escape"),
    "command": (":", *"columns", "enter"),
    "sort": ("s", "down", "enter"),
    "views": ("f", "down", "enter"),
    "timeline": ("t", "down"),
}


class Typist:
    """Walks through the console that is open, in a thread of its own."""

    def __init__(self, app: Console) -> None:
        self.app = app

    @property
    def over(self) -> bool:
        return self.app.crash is not None or self.app._exit

    def ready(self) -> None:
        """Wait until the console is open, with a shop behind it."""
        end = time.monotonic() + PATIENCE
        while not self.over and not (self.app.is_running and self.app.screen_stack) and time.monotonic() < end:
            time.sleep(0.01)
        self.rest()

    def rest(self) -> None:
        """Wait until nothing happens any more."""
        end, calm = time.monotonic() + PATIENCE, 0
        while not self.over and calm < 3 and time.monotonic() < end:
            calm = 0 if self._busy() else calm + 1
            time.sleep(0.01)

    def _busy(self) -> str:
        try:
            return under_way(self.app)
        except Exception as error:  # looked at from another thread it may change under the look
            return type(error).__name__

    def press(self, *keys: str, calm: float = 0.0) -> None:
        for key in keys:
            if self.over:
                return
            character = key if len(key) == 1 else None
            self.app.post_message(events.Key(_character_to_key(key) if character else key, character))
            self.rest()
            time.sleep(calm)

    def step(self, name: str) -> None:
        self.press(*BACK)
        self.press(*STEPS[name], calm=CALM if name == "money" else 0.0)


def opened(walk: Callable[[Typist], None]) -> None:
    """Open a console on this terminal and have somebody walk through it; ends with it, raises what ended the walk."""
    begin, failed = Console.__init__, list[Exception]()

    def beginning(self: Console, *arguments: Any, **named: Any) -> None:
        begin(self, *arguments, **named)

        def walking() -> None:
            typist = Typist(self)
            try:
                typist.ready()
                walk(typist)
            except Exception as error:  # without anybody at its keys the console would stand for ever
                failed.append(error)
            if not typist.over:
                loop = self._loop
                assert loop is not None
                loop.call_soon_threadsafe(self._finish, 0)

        threading.Thread(target=walking, name="typist", daemon=True).start()

    Console.__init__ = beginning  # type: ignore[method-assign]
    try:
        azpay(["--config", CONFIG])
    except Exception as error:  # as the interpreter does at the end of a program
        sys.excepthook(type(error), error, error.__traceback__)
    finally:
        Console.__init__ = begin  # type: ignore[method-assign]
    if failed:
        raise failed[0]


def learned() -> dict[str, list[types.FunctionType]]:
    """Walk once through everything, and return the functions that each step calls."""
    ways: dict[str, list[types.FunctionType]] = {}

    def walk(typist: Typist) -> None:
        for name in CHOSEN or STEPS:
            typist.step(name)
            ways[name] = notes.take()
            if typist.over:
                raise RuntimeError(f"the console ended by itself at {name}")

    with Notes() as notes:
        opened(walk)
    return ways


def main() -> int:
    """Break one thing after the other."""
    chance = random.Random(int(SEED))
    text, hits, turns = secret(Path(CONFIG)), [], 0
    ways = learned()

    def walk(typist: Typist) -> None:
        nonlocal turns
        while not typist.over and len(hits) < int(COUNT) and turns < TURNS * int(COUNT):
            turns += 1
            name, error, hit = chance.choice([*ways]), chance.choice(ERRORS)(text), []
            with breaking(chance.choice(ways[name]), chance.choice((1, 1, 1, 2, 3)), error, hit):
                typist.step(name)
            typist.rest()
            hits.extend(f"{name}: {where} -> {'ended' if typist.over else 'lives'}" for where in hit)

    while len(hits) < int(COUNT) and turns < TURNS * int(COUNT):
        opened(walk)
    Path(SAID).write_text(json.dumps(hits), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
