"""Commands in which something breaks: `python -m tests.secrets.injected CONFIG ORDER SEED COUNT EXPORT SAID`.

Each time one function of the program that the command calls raises, at its first, second or third call, an exception
whose message holds everything that must not be told. Writes as JSON into SAID what came of it.
"""

from __future__ import annotations

import builtins
import contextlib
import io
import json
import random
import sys
import threading
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

CONFIG, ORDER, SEED, COUNT, EXPORT, SAID = sys.argv[1:7]
KEY = Path(CONFIG).with_name("sim-key.pem").read_text(encoding="ascii")
SECRET = f"{KEY} Zora Zqcanary zqcanary@example.com 5 Zqcanary Street"
SHOWING = ("orders show", "orders list")
"""Commands whose result names the buyer."""
LEFT_ALONE = (
    *(f"azpay_tui.cli.{name}" for name in ("run", "logs", "hooks", "crash", "output", "signals")),
    *("azpay_tui.tui.display", "azpay_tui.tui.lifecycle"),
)
"""What tells of a breakage: who breaks that breaks the test."""
ERRORS: tuple[Callable[[], Exception], ...] = (
    lambda: RuntimeError(SECRET),
    lambda: KeyError(SECRET),
    lambda: AttributeError(SECRET),
    lambda: UnicodeDecodeError("utf-8", SECRET.encode(), 0, 1, SECRET),
    lambda: json.JSONDecodeError("odd", SECRET, 3),
    lambda: TypeError(SECRET),
)


def commands() -> dict[str, Callable[[], int]]:
    """Return what is tried, by name."""
    from azpay_tui import config
    from azpay_tui.bootstrap import Parts, build_desk, main

    def azpay(*words: str) -> Callable[[], int]:
        return lambda: main(["--config", CONFIG, *words])

    def console() -> int:
        """Do what a console does behind its screen: refresh by itself until it has looked at everything once."""
        profile = config.load(Path(CONFIG))
        desk = build_desk(profile, Parts().info(profile, None))
        try:
            desk.start()
            desk.refresh([ORDER])
            end = time.monotonic() + 1.0
            while time.monotonic() < end and not desk.calls():
                time.sleep(0.02)
        finally:
            desk.stop(5)
        return 0

    def behind() -> int:
        try:
            return console()
        except Exception as error:
            from azpay_tui.cli.crash import crash

            return crash(error)

    return {
        "refresh": azpay("refresh", ORDER),
        "orders show": azpay("orders", "show", ORDER),
        "orders list": azpay("orders", "list", "--json"),
        "orders import": azpay("orders", "import", EXPORT),
        "orders mark": azpay("orders", "mark", ORDER, "--tag", "seen"),
        "capture": azpay("refund", ORDER, "--amount", "0.01", "--yes", "--json"),
        "sync": azpay("sync", "--once"),
        "journal list": azpay("journal", "list", "--json"),
        "doctor": azpay("doctor"),
        "purge": azpay("purge", "--dry-run"),
        "behind the screen": behind,
    }


def called_by(command: Callable[[], int]) -> list[types.FunctionType]:
    """Run a command once and return the functions of the program that it called."""
    import gc

    codes: dict[types.CodeType, None] = {}

    def note(frame: types.FrameType, event: str, _argument: object) -> None:
        module = str(frame.f_globals.get("__name__", ""))
        if event == "call" and module.startswith("azpay_tui.") and not module.startswith(LEFT_ALONE):
            codes[frame.f_code] = None

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        command()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    found = [thing for thing in gc.get_objects() if isinstance(thing, types.FunctionType) and thing.__code__ in codes]
    return sorted((f for f in found if not f.__code__.co_freevars), key=lambda f: (f.__module__, f.__qualname__))


def relay(*arguments: Any, **named: Any) -> Any:
    """Stand in the place of a function's code; the name is looked up where every module finds it."""
    return planted(arguments, named)  # type: ignore[name-defined]  # noqa: F821


@contextlib.contextmanager
def breaking(function: types.FunctionType, at: int, make: Callable[[], Exception], hit: list[str]) -> Any:
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
            raise make()
        return whole(*arguments, **named)

    builtins.planted = meet  # type: ignore[attr-defined]
    defaults, named_defaults = function.__defaults__, function.__kwdefaults__
    function.__code__ = relay.__code__
    function.__defaults__ = function.__kwdefaults__ = None
    try:
        yield
    finally:
        function.__code__, function.__defaults__, function.__kwdefaults__ = code, defaults, named_defaults


def main() -> int:
    """Break one thing after the other; what names a buyer where it may is left out of what is kept."""
    chance = random.Random(int(SEED))
    tried = commands()
    sys.stdout = io.StringIO()
    ways = {name: called_by(command) for name, command in tried.items()}
    kept, hits = [], []
    for _turn in range(int(COUNT) * 3):
        name = chance.choice([*tried])
        hit: list[str] = []
        sys.stdout = io.StringIO()
        with breaking(chance.choice(ways[name]), chance.choice((1, 1, 1, 2, 3)), chance.choice(ERRORS), hit):
            try:
                code = tried[name]()
            except Exception as error:  # as the interpreter does at the end of a program
                sys.excepthook(type(error), error, error.__traceback__)
                code = 1
        if name not in SHOWING:
            kept.append(sys.stdout.getvalue())
        hits += [f"{name}: {where} -> {code}" for where in hit]
        if len(hits) >= int(COUNT):
            break
    environment = Path("/proc/self/environ").read_bytes() + Path("/proc/self/cmdline").read_bytes()
    said = {"hits": hits, "printed": kept, "process": environment.decode("utf-8", "replace")}
    Path(SAID).write_text(json.dumps(said), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
