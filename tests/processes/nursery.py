"""Programs forked from a parent that has everything imported: a thousand of them cost little more than what they do.

`python -m tests.processes.nursery FD` is that parent. It has opened nothing, runs one thread, and forks for every
message on the socket FD; what it forks leads a session of its own, like a program that a shell starts, and goes on as
`victim.py`. When the other end of the socket is gone it kills what still runs, and ends.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import functools
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

import typer
from tests.processes import victim

import azpay_tui
from azpay_tui.cli.verbs import app

ROOT = Path(__file__).parents[2]
_LARGEST = 1 << 17
"""Bytes of a message."""


class Birth(TypedDict):
    """What a program is begun with, beside its three standard files."""

    arguments: Sequence[str]
    environment: dict[str, str]
    terminal: bool
    """Whether the files are a terminal that becomes its own."""


class Nursery:
    """The way to the parent."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # Not one of the variables of whoever runs the tests, and not the home of the test that comes first.
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
        with theirs:
            self._parent = subprocess.Popen(
                [sys.executable, "-m", "tests.processes.nursery", str(theirs.fileno())],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self._codes: dict[int, int] = {}

    def begin(self, arguments: Sequence[str], environment: dict[str, str], files: Sequence[int], terminal: bool) -> int:
        """Begin `victim.py ARGUMENTS...` on three files, or on the terminal that they are; returns its process id."""
        birth = Birth(arguments=arguments, environment=environment, terminal=terminal)
        socket.send_fds(self._line, [json.dumps(birth).encode()], files)
        while (said := self._hear()) and said[1] is not None:
            self._codes[said[0]] = said[1]
        assert said is not None, "the parent of the programs is gone"
        self._codes.pop(said[0], None)
        return said[0]

    def code(self, pid: int) -> int | None:
        """Return the exit code (negative: killed by that signal), None while it runs."""
        while select.select([self._line], [], [], 0)[0]:
            said = self._hear()
            assert said is not None, "the parent of the programs is gone"
            assert said[1] is not None
            self._codes[said[0]] = said[1]
        return self._codes.get(pid)

    def end(self) -> None:
        """End the parent, and with it whatever still runs."""
        self._line.close()
        self._parent.wait()

    def _hear(self) -> tuple[int, int | None] | None:
        """Return a process id with its exit code, or with None when it has just begun."""
        data = self._line.recv(_LARGEST)
        return tuple(json.loads(data)) if data else None


@functools.cache
def nursery() -> Nursery:
    """Return the one of this process; it ends with it."""
    made = Nursery()
    atexit.register(made.end)
    return made


# The parent


def main(line: socket.socket) -> int:
    """Fork for as long as there is somebody to fork for; in what was forked, be the program."""
    for module in pkgutil.walk_packages(azpay_tui.__path__, "azpay_tui."):
        if not module.name.endswith("__main__"):  # that one acts on the environment
            importlib.import_module(module.name)
    typer.main.get_command = functools.cache(typer.main.get_command)
    typer.main.get_command(app)
    gc.freeze()
    arguments = serve(line)
    return 0 if arguments is None else victim.main(*arguments)


def serve(line: socket.socket) -> Sequence[str] | None:
    """Fork for every message; returns in each child with its arguments, and in the parent when all is over."""
    looks = select.poll()
    looks.register(line, select.POLLIN)
    children: dict[int, int] = {}
    while True:
        for file, _ in looks.poll():
            if file != line.fileno():
                looks.unregister(file)
                os.close(file)
                pid = children.pop(file)
                code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                with contextlib.suppress(BrokenPipeError):  # the end of the line is the next thing to be seen
                    line.send(json.dumps((pid, code)).encode())
                continue
            data, files, _, _ = socket.recv_fds(line, _LARGEST, 3)
            if not data:
                for pid in children.values():
                    os.kill(pid, signal.SIGKILL)
                return None
            birth: Birth = json.loads(data)
            pid = os.fork()
            if pid == 0:
                line.close()
                for file in children:
                    os.close(file)
                be_born(birth, files)
                return birth["arguments"]
            for given in files:
                os.close(given)
            watched = os.pidfd_open(pid)
            children[watched] = pid
            looks.register(watched, select.POLLIN)
            line.send(json.dumps((pid, None)).encode())


def be_born(birth: Birth, files: Sequence[int]) -> None:
    """Become what a program is when it starts: a session, three files, an environment."""
    os.setsid()
    if birth["terminal"]:
        fcntl.ioctl(files[0], termios.TIOCSCTTY, 0)
    for number, file in enumerate(files):
        os.dup2(file, number)
    for file in files:
        os.close(file)
    # The parent's own were made for other files: whether one is a terminal decides how it writes.
    standard = functools.partial(open, encoding="utf-8", closefd=False)
    sys.stdin = sys.__stdin__ = standard(0)  # type: ignore[misc]
    sys.stdout = sys.__stdout__ = standard(1, "w")  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = standard(2, "w", buffering=1, errors="backslashreplace")  # type: ignore[misc]
    os.environ.clear()
    os.environ.update(birth["environment"])
    time.tzset()


if __name__ == "__main__":
    sys.exit(main(socket.socket(fileno=int(sys.argv[1]))))
