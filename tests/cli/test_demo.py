"""The demo needs nothing and leaves nothing, however it ends."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import parent_of, until
from tests.support.terminal import Terminal

from azpay_tui.bootstrap import main


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go."""
    directory = tmp_path / "tmp"
    directory.mkdir(mode=0o700)
    monkeypatch.setenv("TMPDIR", str(directory))
    return directory


@pytest.fixture
def demo(places: Path) -> Iterator[Terminal]:
    """A demo whose console is on the screen."""
    with Terminal([sys.executable, "-m", "azpay_tui", "demo", "--orders", "30"]) as terminal:
        terminal.wait_for("Attention")
        yield terminal


def shop_of(terminal: Terminal) -> int:
    """The process of the simulated shop."""
    found = [int(p) for p in os.listdir("/proc") if p.isdigit() and parent_of(int(p)) == terminal.process.pid]
    assert len(found) == 1
    return found[0]


def runs(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be noticed does not."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False


def test_left_by_its_key_nothing_stays(demo: Terminal, places: Path) -> None:
    shop = shop_of(demo)
    (directory,) = places.iterdir()
    assert directory.stat().st_mode & 0o077 == 0
    demo.type("q")
    assert demo.ended() == 0
    assert not runs(shop)
    assert list(places.iterdir()) == []
    assert not (Path.home() / ".local/share/azpay").exists()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGKILL, -9)])
def test_ended_by_a_signal_nothing_stays(demo: Terminal, places: Path, number: signal.Signals, code: int) -> None:
    shop = shop_of(demo)
    demo.process.send_signal(number)
    assert demo.ended() == code
    until(lambda: not runs(shop))
    assert list(places.iterdir()) == []


def test_ended_while_it_starts_nothing_stays(places: Path) -> None:
    with Terminal([sys.executable, "-m", "azpay_tui", "demo"]) as terminal:
        terminal.wait_for("Starting a simulated shop")
        terminal.process.terminate()
        assert terminal.ended() == 143
    assert list(places.iterdir()) == []


def test_without_a_terminal_it_says_so(places: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo"]) == 2
    assert "terminal" in capsys.readouterr().err
    assert list(places.iterdir()) == []
