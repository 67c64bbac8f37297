"""Commands in which something breaks: `python -m tests.secrets.injected CONFIG ORDER SEED COUNT EXPORT SAID`.

Each time one function of the program that the command calls raises, at its first, second or third call, an exception
whose message holds everything that must not be told. Writes as JSON into SAID what came of it.
"""

from __future__ import annotations

import io
import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.secrets.breaking import ERRORS, breaking, called_by, secret

CONFIG, ORDER, SEED, COUNT, EXPORT, SAID = sys.argv[1:7]
SECRET = secret(Path(CONFIG))
SHOWING = ("orders show", "orders list")
"""Commands whose result names the buyer."""


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
        function, at, error = chance.choice(ways[name]), chance.choice((1, 1, 1, 2, 3)), chance.choice(ERRORS)
        with breaking(function, at, error(SECRET), hit):
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
