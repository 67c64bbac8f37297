"""Functions of the program that raise an exception whose message holds everything that must not be told."""

from __future__ import annotations

import builtins
import contextlib
import gc
import json
import sys
import threading
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

LEFT_ALONE = (
    *(f"azpay_tui.cli.{name}" for name in ("run", "logs", "hooks", "crash", "output", "signals")),
    *("azpay_tui.tui.display", "azpay_tui.tui.lifecycle"),
)
"""What tells of a breakage: who breaks that breaks the test."""
ERRORS: tuple[Callable[[str], Exception], ...] = (
    RuntimeError,
    KeyError,
    AttributeError,
    lambda text: UnicodeDecodeError("utf-8", text.encode(), 0, 1, text),
    lambda text: json.JSONDecodeError("odd", text, 3),
    TypeError,
)


def secret(config: Path) -> str:
    """Return what an exception says: the key of a configuration, and a buyer nobody else knows as Zqhidden."""
    key = config.with_name("sim-key.pem").read_text(encoding="ascii")
    return f"{key} Zora Zqcanary zqcanary@example.com 5 Zqhidden Street"


class Notes:
    """Which functions of the program are called, in the thread that enters it and in those that begin meanwhile."""

    def __init__(self) -> None:
        self.codes: dict[types.CodeType, None] = {}

    def __enter__(self) -> Notes:
        threading.setprofile(self._note)
        sys.setprofile(self._note)
        return self

    def __exit__(self, *exception: object) -> None:
        sys.setprofile(None)
        threading.setprofile(None)

    def _note(self, frame: types.FrameType, event: str, _argument: object) -> None:
        module = str(frame.f_globals.get("__name__", ""))
        if event == "call" and module.startswith("azpay_tui.") and not module.startswith(LEFT_ALONE):
            self.codes[frame.f_code] = None

    def take(self) -> list[types.FunctionType]:
        """Return what was called since the last time."""
        codes, self.codes = self.codes, {}
        # gc.get_objects would hold tuples that another thread is building, which then fail in that thread.
        found = [f for f in gc.get_referrers(*codes) if isinstance(f, types.FunctionType)]
        return sorted((f for f in found if not f.__code__.co_freevars), key=lambda f: (f.__module__, f.__qualname__))


def called_by(command: Callable[[], object]) -> list[types.FunctionType]:
    """Run a command once and return the functions of the program that it called."""
    with Notes() as notes:
        command()
    return notes.take()


def relay(*arguments: Any, **named: Any) -> Any:
    """Stand in the place of a function's code; the name is looked up where every module finds it."""
    return planted(arguments, named)  # type: ignore[name-defined]  # noqa: F821


@contextlib.contextmanager
def breaking(function: types.FunctionType, at: int, error: Exception, hit: list[str]) -> Iterator[None]:
    """Have a function raise at one of its calls."""
    code = function.__code__
    whole = types.FunctionType(
        code, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    whole.__kwdefaults__ = function.__kwdefaults__
    calls = [0]

    def meet(arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        calls[0] += 1
        if calls[0] == at:
            hit.append(f"{function.__module__}.{function.__qualname__}")
            raise error
        return whole(*arguments, **named)

    builtins.planted = meet  # type: ignore[attr-defined]
    defaults, named_defaults = function.__defaults__, function.__kwdefaults__
    function.__code__ = relay.__code__
    function.__defaults__ = function.__kwdefaults__ = None
    try:
        yield
    finally:
        function.__code__, function.__defaults__, function.__kwdefaults__ = code, defaults, named_defaults
