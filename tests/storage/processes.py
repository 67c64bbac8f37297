"""Other processes of the product, driven line by line."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
_PATHS = [str(ROOT / "src"), str(ROOT)]


class Process:
    """A script of these tests in a process of its own."""

    def __init__(self, script: str, *arguments: object) -> None:
        path = Path(__file__).with_name(script)
        code = f"import runpy, sys; sys.path[:0] = {_PATHS!r}; runpy.run_path({str(path)!r}, run_name='__main__')"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip

    def say(self, text: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def hear(self) -> str:
        """Return its next line; empty when it has ended."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def wait(self) -> int:
        return self.process.wait(120)

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


@contextmanager
def started(script: str, *arguments: object) -> Iterator[Process]:
    """Run a script until the block ends."""
    process = Process(script, *arguments)
    try:
        yield process
    finally:
        process.end()
