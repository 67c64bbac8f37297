"""How the console ends: by a key, a signal, a lost terminal, a crash, or before it began."""

import os
import signal
import stat
import subprocess
import sys
import termios
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.tui.terminal import ROOT, Terminal

from azpay_tui.tui import lifecycle

SECRET = "amzn-secret-3f9c"


@pytest.fixture
def note(tmp_path: Path) -> Path:
    return tmp_path / "stopped"


@pytest.fixture
def console(note: Path, tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal.console(env={"DESK_STOPPED": str(note), "DESK_CRASHES": SECRET, "DESK_REPORTS": str(tmp_path)})
    yield terminal
    terminal.close()


def restored(terminal: Terminal) -> bool:
    cooked = termios.tcgetattr(terminal._master)[3] & (termios.ICANON | termios.ECHO)
    return terminal.received.rfind(b"\x1b[?1049l") > terminal.received.rfind(b"\x1b[?1049h") and bool(cooked)


def test_quitting_stops_the_desk_restores_the_terminal_and_exits_0(console: Terminal, note: Path) -> None:
    console.send(b"q")
    assert console.wait() == 0
    assert note.read_text() == "stopped"
    assert restored(console)
    assert b"\x1b[?25h" in console.received


def test_sigterm_stops_the_desk_restores_the_terminal_and_exits_143(console: Terminal, note: Path) -> None:
    console.signal(signal.SIGTERM)
    assert console.wait() == 143
    assert note.read_text() == "stopped"
    assert restored(console)


def test_sighup_stops_the_desk_and_exits_129(console: Terminal, note: Path) -> None:
    console.signal(signal.SIGHUP)
    assert console.wait() == 129
    assert note.read_text() == "stopped"


def test_a_lost_terminal_is_a_hangup(console: Terminal, note: Path) -> None:
    console.hang_up()
    assert console.wait() == 129
    assert note.read_text() == "stopped"


def test_a_suspended_console_comes_back_whole(console: Terminal) -> None:
    before = console.text
    console.signal(signal.SIGTSTP)
    console.until(lambda: b"\x1b[?1049l" in console.received)
    console.settle()
    console.screen.reset()
    console.signal(signal.SIGCONT)
    console.until(lambda: console.text == before)
    console.press(b"j")
    assert "2 of" in console.text


def test_a_signal_under_a_dialog_ends_it_too(console: Terminal, note: Path) -> None:
    console.press(b"2")
    console.send(b"ac")
    console.until(lambda: "Cancel" in console.text)
    console.signal(signal.SIGTERM)
    assert console.wait() == 143
    assert note.read_text() == "stopped"


def test_keys_after_a_signal_do_nothing(note: Path) -> None:
    terminal = Terminal.console(env={"DESK_STOPPED": str(note), "DESK_STOP_WAITS": "1", "DESK_CRASHES": SECRET})
    try:
        terminal.signal(signal.SIGTERM)
        terminal.until(note.exists)
        terminal.send(b"\x12\x12q")
        assert terminal.wait() == 143
    finally:
        terminal.close()


def test_a_crash_shows_no_data_and_exits_70(console: Terminal, tmp_path: Path, note: Path) -> None:
    console.send(b"\x12")
    assert console.wait() == 70
    assert restored(console)
    assert note.read_text() == "stopped"
    last = console.received[console.received.rfind(b"\x1b[?1049l") :].decode()
    assert "RuntimeError" in last
    assert "Traceback" not in last
    assert SECRET.encode() not in console.received
    [report] = tmp_path.glob("crash-*.txt")
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    text = report.read_text()
    assert "RuntimeError" in text
    assert "console_main.py" in text
    assert SECRET not in text


@pytest.mark.parametrize("data", [b"\xe9", b"\xff\xfe", b"caf\xe9\r", b"\xc3"], ids=repr)
def test_a_byte_that_is_not_utf8_ends_nothing(console: Terminal, data: bytes) -> None:
    console.press(b"/")
    console.press(data)
    console.press(b"\x1b")
    console.press(b"6")
    assert "[6]All" in console.text


@pytest.mark.parametrize("keys", [b"", b"2\r", b"2ac", b"?"], ids=["list", "detail", "dialog", "help"])
def test_every_size_survives_and_a_tiny_one_says_what_it_needs(console: Terminal, keys: bytes) -> None:
    console.press(keys)
    for columns, rows in ((10, 3), (1, 1), (2, 24), (59, 24), (80, 14), (200, 50), (100, 30), (60, 15)):
        console.resize(columns, rows)
        console.settle()
    console.resize(59, 20)
    console.until(lambda: "60x15" in console.text)
    console.press(b"\x1b")
    console.resize(80, 24)
    console.until(lambda: "ONLINE" in console.text)
    console.press(b"6")
    console.until(lambda: "[6]All" in console.text)


@pytest.mark.parametrize("terminal", ["dumb", "", "unknown"])
def test_a_terminal_that_cannot_draw_is_refused_with_the_twin(terminal: str) -> None:
    program = Terminal(sys.executable, "-m", "tests.tui.console_main", env={"TERM": terminal})
    try:
        assert program.wait() == 2
        assert b"azpay orders list" in program.received
        assert b"\x1b" not in program.received
    finally:
        program.close()


def test_pipes_are_refused_with_the_twin() -> None:
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "TERM": "xterm", "HOME": "/"}
    result = subprocess.run(
        [sys.executable, "-m", "tests.tui.console_main"], cwd=ROOT, env=env, input=b"", capture_output=True, check=False
    )
    assert result.returncode == 2
    assert result.stdout == b""
    assert b"azpay orders list" in result.stderr


_STUCK = """
import os, signal, threading
from azpay_tui.tui.lifecycle import Signals
with Signals(lambda number: None, limit=0.05) as signals:
    os.kill(os.getpid(), signal.{name})
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(60)
"""


@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGHUP", 129)])
def test_what_hangs_while_leaving_is_ended_with_the_code_of_the_first_signal(name: str, code: int) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src"), "HOME": "/"}
    result = subprocess.run([sys.executable, "-c", _STUCK.format(name=name)], env=environment, timeout=120, check=False)
    assert result.returncode == code


def test_signals_are_given_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with lifecycle.Signals(lambda number: None):
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_report_names_places_and_no_values(tmp_path: Path) -> None:
    def inner(token: str) -> None:
        raise KeyError(token)

    try:
        try:
            inner(SECRET)
        except KeyError as error:
            raise ValueError(f"bad {SECRET}") from error
    except ValueError as error:
        path = lifecycle.write_report(error, tmp_path, datetime(2026, 1, 2, tzinfo=UTC))
        message = lifecycle.crash_message(error, path)
    assert path is not None
    text = path.read_text()
    assert "builtins.ValueError" in text
    assert "builtins.KeyError" in text
    assert SECRET not in text + message


def test_a_report_never_follows_or_replaces_what_is_there(tmp_path: Path) -> None:
    at = datetime(2026, 1, 2, tzinfo=UTC)
    first = lifecycle.write_report(ValueError(), tmp_path, at)
    assert first is not None
    assert lifecycle.write_report(ValueError(), tmp_path, at) is None
    assert lifecycle.write_report(ValueError(), tmp_path / "missing", at) is None
    assert "No report" in lifecycle.crash_message(ValueError(), None)
