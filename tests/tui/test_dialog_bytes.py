"""The refund dialog on a real terminal, with the real driver and real time: only a calm person gets money out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.tui.terminal import Terminal

BYTES = 12288
"""What opening a dialog may cost at 80x24."""


@pytest.fixture
def money(tmp_path: Path) -> Path:
    return tmp_path / "money"


@pytest.fixture
def console(money: Path) -> Iterator[Terminal]:
    env = {"DESK_MONEY": str(money)}
    terminal = Terminal(sys.executable, "-m", "tests.tui.money_main", env=env)
    terminal.until(lambda: "ONLINE" in terminal.text)
    terminal.settle()
    terminal.press(b"6")
    yield terminal
    terminal.close()


def open_refund(console: Terminal) -> None:
    if "REFUND: money leaves" not in console.text:
        console.press(b"a")
        console.press(b"f")
    console.until(lambda: "REFUND: money leaves" in console.text and "Checked live" in console.text)
    console.settle()


def ready_on_the_button(console: Terminal) -> None:
    """Type the amount and go to the commit button, as a calm person does."""
    open_refund(console)
    if "[ Refund 1.25 USD ]" not in console.text:
        console.press(b"\t")
        for digit in b"1.25":
            console.press(bytes([digit]))
        console.press(b"\r")
        assert "> [ Cancel ]" in console.text
    console.until(lambda: "Ready:" in console.text)
    console.settle()
    for _ in range(5):
        if "> [ Refund 1.25 USD ]" in console.text:
            return
        console.press(b"\t")
    raise AssertionError(console.text)


def test_a_calm_person_commits_once_and_a_burst_of_enters_does_not(console: Terminal, money: Path) -> None:
    ready_on_the_button(console)
    assert not money.exists()
    console.press(b"\r\r\r")
    assert not money.exists()
    console.press(b"\r")
    console.until(lambda: money.exists())
    console.settle()
    assert money.read_text() == "refund 1.25 USD\n"


def test_opening_stays_within_the_budget(console: Terminal) -> None:
    before = len(console.received)
    console.send(b"af")
    console.until(lambda: "Checked live" in console.text)
    console.settle()
    assert len(console.received) - before <= BYTES
    # Only the two buttons are painted, not the screen around them.
    assert len(console.press(b"\t")) <= 1024


@pytest.mark.parametrize(
    "stray",
    [
        b"\x1b[200~1.25\x1b[31m\r\x1b[0m\r\ry\r\x1b[201~",
        b"\x1b[?62;22c\x1b[?2026;2$y\x1b]11;rgb:0000/0000/0000\x07",
        b"1.25\t\t\t\r\r\ty\r",
        b" " + b"\r" * 40,
        b"\x1b[?62;22c\r",
        b"\xe9\r\r",
    ],
    ids=["coloured paste", "answers", "plain paste", "held Enter", "answer and Enter", "no text and Enter"],
)
def test_a_burst_never_commits(stray: bytes, console: Terminal, money: Path) -> None:
    ready_on_the_button(console)
    console.press(stray)
    assert not money.exists()
    open_refund(console)
    console.press(b"\t")
    console.press(stray)
    console.settle()
    assert not money.exists()
