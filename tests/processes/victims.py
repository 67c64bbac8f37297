"""A program that ends before its time, on the command line or on a terminal, and what is left of its shop."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tests.cli.conftest import DEADLINE, Shop, until
from tests.processes.moments import Moment, Verb
from tests.tui.terminal import ROOT, Terminal

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

    def command(self, shop: Shop, plan: str, *arguments: str, seconds: float = 0) -> list[str]:
        """The program as a command that follows a plan."""
        begin = (sys.executable, "-m", "tests.processes.victim", plan, str(self.directory), str(seconds))
        return [*begin, *shop.options, *arguments]

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


class Command(Traced):
    """A command in a process of its own."""

    def __init__(self, shop: Shop, plan: str, *arguments: str, seconds: float = 0) -> None:
        super().__init__(shop)
        self.process = subprocess.Popen(
            self.command(shop, plan, *arguments, seconds=seconds),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        self.out = self.err = ""

    def reach(self, moment: Moment) -> None:
        """Wait until it came to a moment."""
        until(lambda: moment in self.trace or self.process.poll() is not None)
        assert moment in self.trace, self.ended()

    def ended(self) -> int:
        """Wait for the end and return the exit code; negative: killed by that signal."""
        self.out, self.err = self.process.communicate(timeout=DEADLINE)
        return self.process.returncode


class OnTerminal(Traced):
    """A command on a terminal of its own; without words the console."""

    def __init__(self, shop: Shop, plan: str = RUN, *arguments: str, seconds: float = 0) -> None:
        super().__init__(shop)
        self.terminal = Terminal(*self.command(shop, plan, *arguments, seconds=seconds))

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
    """Start the program anew and have it settle what is open: `resume`, `sync`, `console`; returns the seconds."""
    began = time.monotonic()
    if how == "console":
        with console(shop) as running:
            running.terminal.until(lambda: not open_intents(shop))
            return time.monotonic() - began
    arguments = {"resume": ("journal", "resume", "--json"), "sync": ("sync", "--once")}[how]
    done = shop.process(*arguments)
    assert done.code == 0, done
    return time.monotonic() - began


def p95(seconds: Sequence[float]) -> float:
    """Return what 95 of 100 stay below."""
    return sorted(seconds)[max(0, -(-len(seconds) * 95 // 100) - 1)]
