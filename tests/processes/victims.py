"""A program that ends before its time, on the command line or on a terminal, and what is left of its shop."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.cli.conftest import Shop, until
from tests.processes.moments import Moment, Verb
from tests.processes.nursery import nursery
from tests.tui.terminal import Terminal

from azpay_tui.domain.intent import Intent
from azpay_tui.store.journal.read import JournalReader

RUN = "run"


def kill(moment: Moment) -> str:
    """The plan of a program that dies at a moment."""
    return f"kill:{moment[0]}:{moment[1]}"


def wait(moment: Moment) -> str:
    """The plan of a program that stops at a moment until it is told to go on."""
    return f"wait:{moment[0]}:{moment[1]}"


class Traced:
    """The files by which a program tells its moments and is told to go on."""

    def __init__(self, shop: Shop) -> None:
        number = len(list(shop.data.parent.glob("traced-*")))
        self.directory = shop.data.with_name(f"traced-{number}")
        self.directory.mkdir()

    def arguments(self, shop: Shop, plan: str, *arguments: str, seconds: float = 0) -> list[str]:
        """What the program is begun with to follow a plan, see `victim.py`."""
        return [plan, str(self.directory), str(seconds), *shop.options, *arguments]

    @property
    def trace(self) -> tuple[Moment, ...]:
        """The moments so far."""
        try:
            words = (self.directory / "trace").read_text(encoding="ascii").split()
        except FileNotFoundError:
            return ()
        return tuple((point, int(number)) for point, _, number in (word.partition(":") for word in words))

    def go_on(self, moment: Moment) -> None:
        """Let it go on from a moment at which it waits."""
        (self.directory / f"go:{moment[0]}:{moment[1]}").touch()


class Process:
    """A program without a terminal, used like one of `subprocess`; what it writes goes into files."""

    def __init__(self, arguments: Sequence[str], out: Path, err: Path) -> None:
        with open(os.devnull, "rb") as nothing, out.open("wb") as said, err.open("wb") as told:
            files = [nothing.fileno(), said.fileno(), told.fileno()]
            self.pid = nursery().begin(arguments, dict(os.environ), files, terminal=False)

    def poll(self) -> int | None:
        return nursery().code(self.pid)

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):  # it may have ended since
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Command(Traced):
    """A command in a process of its own."""

    def __init__(self, shop: Shop, plan: str, *arguments: str, seconds: float = 0) -> None:
        super().__init__(shop)
        self._out, self._err = self.directory / "out", self.directory / "err"
        self.process = Process(self.arguments(shop, plan, *arguments, seconds=seconds), self._out, self._err)

    @property
    def out(self) -> str:
        return self._out.read_text(encoding="utf-8")

    @property
    def err(self) -> str:
        return self._err.read_text(encoding="utf-8")

    def reach(self, moment: Moment) -> None:
        """Wait until it came to a moment."""
        until(lambda: moment in self.trace or self.process.poll() is not None)
        assert moment in self.trace, (self.process.poll(), self.err)

    def ended(self) -> int:
        """Wait for the end and return the exit code; negative: killed by that signal."""
        until(lambda: self.process.poll() is not None)
        code = self.process.poll()
        assert code is not None
        return code


class BornTerminal(Terminal):
    """A terminal with a program of the nursery; its command are the arguments of `victim.py`."""

    def _start(self, command: Sequence[str], environment: Mapping[str, str]) -> tuple[int, int]:
        master, slave = os.openpty()
        try:
            return nursery().begin(command, dict(environment), [slave] * 3, terminal=True), master
        finally:
            os.close(slave)

    def _look(self) -> int | None:
        return nursery().code(self.pid)


class OnTerminal(Traced):
    """A command on a terminal of its own; without words the console."""

    def __init__(self, shop: Shop, plan: str = RUN, *arguments: str, seconds: float = 0) -> None:
        super().__init__(shop)
        self.terminal = BornTerminal(*self.arguments(shop, plan, *arguments, seconds=seconds))

    def reach(self, moment: Moment) -> None:
        """Wait until it came to a moment."""
        self.terminal.until(lambda: moment in self.trace)

    def ended(self) -> int:
        """Wait for the end and return the exit code; negative: killed by that signal."""
        return self.terminal.wait()


class Console(OnTerminal):
    """The console on a terminal of its own."""

    def act(self, verb: Verb, order: str) -> None:
        """Choose the order, open the verb's dialog, type what it asks for and press Enter on its button, calmly."""
        terminal = self.terminal
        terminal.until(lambda: "ONLINE" in terminal.text)
        terminal.send(b"6")
        terminal.until(lambda: order[-7:] in terminal.text or "SIM-" in terminal.text)
        terminal.send(verb.keys)
        terminal.until(lambda: "Checked live" in terminal.text)
        if verb.types:
            terminal.press(b"\t")
            self._type(verb.amount or order[-4:])
            terminal.press(b"\r")
        terminal.until(lambda: "Ready:" in terminal.text)
        terminal.send(b"\t")
        terminal.until(lambda: f"> [ {verb.label} ]" in terminal.text)
        terminal.settle()
        terminal.send(b"\r")

    def _type(self, text: str) -> None:
        """Type as a person does: what comes at once counts as pasted."""
        for end in range(1, len(text) + 1):
            self.terminal.press(text[end - 1].encode())
            assert f"[{text[:end]}" in self.terminal.text


@contextmanager
def console(shop: Shop, plan: str = RUN, *, seconds: float = 0) -> Iterator[Console]:
    """Run the console until the block ends."""
    running = Console(shop, plan, seconds=seconds)
    try:
        yield running
    finally:
        running.terminal.close()


def intents(shop: Shop) -> tuple[Intent, ...]:
    """What the journal holds, newest first."""
    return JournalReader(shop.data).intents()


def open_intents(shop: Shop) -> Sequence[Intent]:
    """What the journal holds and nobody settled."""
    return [intent for intent in intents(shop) if intent.open]


def make(shop: Shop, verb: Verb) -> str:
    """Make an order for a verb, and know it."""
    return shop.make(verb.situation)


def words(verb: Verb, order: str) -> tuple[str, ...]:
    """The command that does a verb without asking."""
    return (verb.name, order, *verb.arguments, "--yes", "--json")


def settle(shop: Shop, how: str) -> float:
    """Start the program anew and have it settle what is open: `resume`, `sync`, `console`; returns the seconds.

    `resume` is started as a person starts it, so that its seconds are what he waits; the others begin warm.
    """
    began = time.monotonic()
    if how == "console":
        with console(shop) as running:
            running.terminal.until(lambda: not open_intents(shop))
            return time.monotonic() - began
    if how == "sync":
        syncing = Command(shop, RUN, "sync", "--once")
        assert syncing.ended() == 0, syncing.err
    else:
        done = shop.process("journal", "resume", "--json")
        assert done.code == 0, done
    return time.monotonic() - began


def p95(seconds: Sequence[float]) -> float:
    """Return what 95 of 100 stay below."""
    return sorted(seconds)[max(0, -(-len(seconds) * 95 // 100) - 1)]
