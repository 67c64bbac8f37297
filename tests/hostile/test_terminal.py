"""What the console sends to a real terminal while every text it shows is hostile: its own sequences, no others."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

import pytest
from tests.hostile.corpus import FEW, SEED, TEXTS
from tests.hostile.judge import clipped, foreign, sequences
from tests.support.figures import full, size, tell
from tests.tui.terminal import Terminal

SOME = TEXTS if full() else FEW
PAGES = (b"!", b"@", b"S", b"x", b"L")
MENUS = (b"?", b"f", b"y")
DIALOGS = ((b"2", b"ac"), (b"4", b"af"), (b"3", b"ak"), (b"3", b"aa"))
SIZES = ((80, 24), (120, 36), (60, 15), (200, 50))
TERMS = ({}, {"TERM": "linux"}, {"NO_COLOR": "1"}, {"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"}, {"LANG": "C"})


def kinds() -> list[tuple[tuple[int, int], dict[str, str]]]:
    """Return the terminals to walk on; the slice has one."""
    every = [(each, TERMS[0]) for each in SIZES] + [(SIZES[0], env) for env in TERMS[1:]]
    return every[: size(1, len(every))]


@pytest.fixture(params=kinds(), ids=str)
def console(request: pytest.FixtureRequest) -> Iterator[Terminal]:
    (columns, rows), env = request.param
    yield from started(columns, rows, **env)


def started(columns: int, rows: int, **env: str) -> Iterator[Terminal]:
    given = {"HOSTILE_ALL": "1" if full() else "", **env}
    terminal = Terminal(sys.executable, "-m", "tests.hostile.console_main", columns=columns, rows=rows, env=given)
    try:
        terminal.until(lambda: "ONLINE" in terminal.text)
        terminal.settle()
        yield terminal
    finally:
        terminal.close()


def walk(terminal: Terminal, orders: int) -> int:
    """Go through the list and every page, menu and dialog; returns how many keys that took."""
    keys = [b"6", b"\r", b"\x1b", *[b"\x1b[6~"] * (orders // 12), b"ggj", b"y\r", b"o"]
    keys += [b"j"] * size(2, orders)
    for page in PAGES[: size(2, 4)]:
        keys += [page, b"jjG", b"y", b"\x1b"]
    for menu in MENUS[: size(1, 3)]:
        keys += [menu, b"\x1b[B", b"\x1b\x1b"]
    for key in keys:
        terminal.press(key)
    for view, dialog in DIALOGS[: size(1, 4)]:
        # A dialog about money looks at its own age all the time: it is there when its buttons are, and never at rest.
        terminal.press(view)
        terminal.send(dialog)
        terminal.until(lambda: "[ Cancel ]" in terminal.text)
        terminal.send(b"\x1b[6~\x1b")
        terminal.until(lambda: "[ Cancel ]" not in terminal.text)
        keys += [view, dialog, b"\x1b[6~", b"\x1b"]
    return len(keys)


def judged(terminal: Terminal, runs: int, says: str) -> None:
    """Leave, then hold that every byte was meant, and that the console ended in order."""
    for _ in range(4):
        terminal.press(b"\x1b")
    terminal.send(b"\x11")
    terminal.settle()
    if terminal.status is None and "Quit" in terminal.text:
        terminal.press(b"\t")
        terminal.send(b"\r")
    code = terminal.wait()
    found = foreign(terminal.received)
    tell("S1", runs, len(found) + (code != 0), seed=f"corpus {SEED}", says=says)
    assert not found
    assert code == 0
    assert "Traceback" not in terminal.text


def test_the_console_sends_its_own_sequences_alone(console: Terminal) -> None:
    pressed = walk(console, len(SOME))
    assert not re.search(rb"\x1b\][012];", console.received), "a title"
    # What was copied reached the clipboard, and the judge has read it.
    assert any(clipped(match) for match in sequences(console.received))
    says = f"{len(console.received):,} bytes after {pressed} keys at {console.screen.columns}x{console.screen.lines}"
    judged(console, len(SOME), says)
