"""A day at a shop, in one process: `python -m tests.secrets.day DIRECTORY ORDER UMASK`, with a look at all it makes.

Each step is a command, run as the command line runs it. What makes a file or directory with a mode that would let
others in is noted at that moment, whatever becomes of the mode later.
"""

from __future__ import annotations

import builtins
import io
import json
import os
import stat
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.support.terminal import Terminal


class Watch:
    """Notes what others could get at below one directory."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.found: list[str] = []
        self.made: set[str] = set()

    def begin(self) -> None:
        """Stand between the program and the ways by which Python makes files."""
        real_open, real_mkdir, real_builtin = os.open, os.mkdir, builtins.open

        def opening(path: Any, flags: int, mode: int = 0o777, **more: Any) -> int:
            self._note("os.open", path, mode & 0o077 and flags & os.O_CREAT)
            return real_open(path, flags, mode, **more)

        def making(path: Any, mode: int = 0o777, **more: Any) -> None:
            self._note("mkdir", path, mode & 0o077)
            real_mkdir(path, mode, **more)

        def plainly(
            file: Any, mode: str = "r", *rest: Any, opener: Callable[..., int] | None = None, **more: Any
        ) -> Any:
            if isinstance(file, str | bytes | os.PathLike) and opener is None and not mode.startswith("r"):
                self._note("open", file, not os.path.lexists(file))
            return real_builtin(file, mode, *rest, opener=opener, **more)

        os.open, os.mkdir, builtins.open, io.open = opening, making, plainly, plainly  # type: ignore[assignment]

    def _note(self, how: str, path: Any, wide: object) -> None:
        if isinstance(path, int):
            return
        place = Path(os.fsdecode(path)).absolute()
        if self.root in place.parents:
            self.made.add(place.name)
            if wide:
                self.found.append(f"{how} {place.name}")

    def look(self) -> None:
        """Note every file and directory that others could get at now."""
        for path in [self.root, *self.root.rglob("*")]:
            mode = stat.S_IMODE(path.lstat().st_mode)
            if mode & ~(0o700 if path.is_dir() else 0o600):
                self.found.append(f"{path.relative_to(self.root)} {mode:o}")


def steps(order: str, root: Path) -> list[list[str]]:
    """Return the commands of the day."""
    return [
        ["orders", "import", "-"],
        ["refresh", order],
        ["orders", "mark", order, "--note", "looked at", "--tag", "later"],
        ["views", "save", "mine", "--view", "all"],
        ["sources", "add", "shop", "--", "cat", "/dev/null"],
        ["sources", "run", "shop"],
        ["refund", order, "--amount", "1.00", "--yes"],
        ["sync", "--once", "--all"],
        ["doctor"],
        ["discover", "--days", "30", "--wait", "0"],
        ["audit", "verify"],
        ["audit", "export", "--output", str(root / "trail.txt")],
        ["purge", "--days", "0", "--yes"],
        ["doctor", "--rebuild-cache"],
        ["sync"],
        ["orders", "show", order],
    ]


def main() -> int:
    """Run the day and print what was open to others, as JSON."""
    watch, order = Watch(Path(sys.argv[1])), sys.argv[2]
    os.umask(int(sys.argv[3], 8))
    watch.begin()
    from azpay_tui.bootstrap import main as azpay
    from azpay_tui.cli import keeping
    from azpay_tui.store.files import DataDir
    from azpay_tui.store.journal.backup import back_up_daily

    codes = {}
    for step in steps(order, watch.root):
        if step[0] == "purge":  # as the console does once a day
            back_up_daily(DataDir(next(watch.root.rglob("journal.db")).parent), datetime.now(UTC))
        codes[" ".join(step[:2])] = azpay(step)
        watch.look()

    with Terminal([sys.executable, "-m", "azpay_tui"], env={**os.environ, "TERM": "xterm-256color"}) as terminal:
        terminal.wait_for("SIMULATOR")
        watch.look()
        terminal.type("q")
        codes["console"] = terminal.ended()
    watch.look()

    def broken(*_: object, **__: object) -> int:
        raise RuntimeError("planted")

    keeping.refresh = broken
    codes["crash"] = azpay(["refresh", order])
    watch.look()
    second = ["--profile-name", "second", "--directory", str(watch.root / "second")]
    codes["init"] = azpay(["init", "--environment", "simulator", *second, "--yes"])
    watch.look()
    left = sorted(str(path.relative_to(watch.root)) for path in watch.root.rglob("*"))
    sys.stdout.write("\n" + json.dumps({"open": watch.found, "codes": codes, "left": left, "made": len(watch.made)}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
