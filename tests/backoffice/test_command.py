"""The tap "command": real programs that work, hang, flood, die, ask and mislead; nothing of them is left."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from azpay_tui.backoffice.sources.command import CommandTap
from azpay_tui.backoffice.sources.tap import SourceError, UnreachableSourceError
from azpay_tui.backoffice.sources.verdict import asks
from azpay_tui.sourcing import Source

SINCE = datetime(2026, 8, 24, tzinfo=UTC)
ROW = b"1001\tS01-1234567-1234567\n"


class Bucket:
    """A sink that keeps what it gets; `stop` is set after so many bytes."""

    def __init__(self, stop: threading.Event, after: int | None = None) -> None:
        self.got = b""
        self._stop = stop
        self._after = after

    def stream(self, stream: BinaryIO, *, ends: bool = False) -> None:
        while part := stream.read1(65536):  # type: ignore[attr-defined]
            self.got += part
            if self._after is not None and len(self.got) >= self._after:
                self._stop.set()

    def records(self, records: Iterable[object]) -> None:
        raise AssertionError

    def say(self, text: str) -> None:
        raise AssertionError

    def note(self, text: str) -> None:
        raise AssertionError


class Clock:
    """The machine's clock, until it runs 10,000 times faster."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._real = time.monotonic
        self._since: float | None = None
        patch.setattr(time, "monotonic", self)

    def __call__(self) -> float:
        now = self._real()
        return now if self._since is None else now + (now - self._since) * 10_000

    def hurry(self) -> None:
        self._since = self._real()

    def calm(self) -> None:
        gained = self() - self._real()
        self._real = lambda real=self._real: real() + gained  # type: ignore[misc]
        self._since = None


def children() -> set[str]:
    """Return the ids of our children, those included that nobody reaped."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if stat.read_text().rpartition(")")[2].split()[1] == str(os.getpid()):
                found.add(stat.parent.name)
    return found


def run(
    *words: str,
    sql: str | None = None,
    stop: threading.Event | None = None,
    after: int | None = None,
    bucket: Bucket | None = None,
    **more: Any,
) -> bytes:
    """Run a command to its end; returns what it gave."""
    stop = stop or threading.Event()
    bucket = bucket or Bucket(stop, after)
    before = children()
    tap = CommandTap(Source("web", run=words, **more), None if sql is None else lambda _since: sql)
    try:
        tap.run(SINCE, bucket, stop)
    except SourceError as error:
        error.add_note(repr(bucket.got))
        raise
    finally:
        assert children() <= before, "neither a child that runs nor a zombie"
    return bucket.got


def fails(*words: str, kept: bytes | None = None, **more: Any) -> str:
    """Return the sentence with which a command fails, having given `kept` before."""
    with pytest.raises(SourceError) as caught:
        run(*words, **more)
    sentence = caught.value.message
    assert sentence.isprintable()
    assert sentence.endswith((".", "?"))
    if kept is not None:
        assert caught.value.__notes__ == [repr(kept)]
    return sentence


def shell(script: str) -> tuple[str, str, str]:
    return ("sh", "-c", script)


def test_the_question_goes_in_and_orders_come_out() -> None:
    assert run("cat", sql="SELECT 1;\n") == b"SELECT 1;\n"
    assert run(*shell("printf '1\\tS01-1234567-1234567'")) == b"1\tS01-1234567-1234567", "a file needs no last line end"
    assert run("true") == b""


def test_a_question_longer_than_a_pipe_and_an_answer_that_comes_before_its_end() -> None:
    question = "-- a comment\n" * 50_000
    assert run("cat", sql=question) == question.encode()
    assert run(*shell("echo 1; exec 0<&-; echo 2"), sql=question) == b"1\n2\n"


def test_the_moment_is_asked_of_the_question(tmp_path: Path) -> None:
    asked: list[datetime] = []
    bucket, stop = Bucket(threading.Event()), threading.Event()
    CommandTap(Source("web", run=("cat",)), lambda since: asked.append(since) or "x\n").run(SINCE, bucket, stop)
    assert asked == [SINCE]


def test_it_has_no_terminal_and_cannot_open_one(tmp_path: Path) -> None:
    script = "import os\ntry:\n    os.open('/dev/tty', os.O_RDWR)\nexcept OSError:\n    print('no terminal')\n"
    script += "print(os.getsid(0) == os.getpid() == os.getpgid(0), os.environ.get('SSH_ASKPASS_REQUIRE'))\n"
    script += "print({'SSH_ASKPASS', 'DISPLAY'} & set(os.environ))\n"
    file = tmp_path / "look.py"
    file.write_text(script)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSH_ASKPASS", "/usr/bin/ssh-askpass")
        patch.setenv("DISPLAY", ":0")
        assert run(sys.executable, "-I", "-S", str(file)) == b"no terminal\nTrue never\nset()\n"


def test_a_program_that_is_not_there_or_cannot_run(tmp_path: Path) -> None:
    with pytest.raises(UnreachableSourceError, match="there is no program 'azpay-no-such-program'"):
        run("azpay-no-such-program")
    file = tmp_path / "data"
    file.write_text("no program")
    with pytest.raises(UnreachableSourceError, match=r"cannot be started: Permission denied\."):
        run(str(file))


def test_one_that_hangs_is_ended_with_everything_it_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pids, clock = tmp_path / "pids", Clock(monkeypatch)

    class Hurrying(Bucket):
        def stream(self, stream: BinaryIO, *, ends: bool = False) -> None:
            self.got = stream.readline()
            clock.hurry()
            self.got += stream.read()

    script = f"trap '' TERM; sleep 60 & echo $! > {pids}; printf '1\nhalf\ncut'; sleep 60"
    stop = threading.Event()
    sentence = fails(*shell(script), kept=b"1\nhalf\n", bucket=Hurrying(stop), stop=stop)
    assert sentence == (
        "sh did not end within 5m and was stopped; raise its timeout if it needs longer, or find out what it waits for."
    )
    pid = int(pids.read_text())
    for _ in range(1000):  # the kernel takes its time to end what was killed
        if is_gone(pid):
            return
        threading.Event().wait(0.01)
    pytest.fail("a process that the command started still runs")


def is_gone(pid: int) -> bool:
    """Tell whether a process is dead; one that only waits to be reaped by init counts as dead."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_the_limit_counts_the_waiting_not_what_is_done_with_the_output(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)

    class Slow(Bucket):
        def stream(self, stream: BinaryIO, *, ends: bool = False) -> None:
            self.got = stream.readline()
            clock.hurry()
            threading.Event().wait(0.05)
            clock.calm()
            self.got += stream.read()

    stop = threading.Event()
    assert run(*shell("echo 1; sleep 0.2; echo 2"), bucket=Slow(stop), stop=stop) == b"1\n2\n"


def test_one_that_never_stops_printing_is_cut_at_the_limit() -> None:
    with pytest.raises(SourceError, match="yes printed more than 100,000 bytes and was stopped") as caught:
        run("yes", max_bytes=100_000)
    assert len(caught.value.__notes__[0]) > 100_000, "what came before is kept"


def test_stopping_ends_it_without_an_error() -> None:
    assert run(*shell("echo 1; sleep 60"), after=2) == b"1\n"
    assert run(*shell("trap '' TERM HUP INT; echo 1; sleep 60 & wait; sleep 60"), after=2) == b"1\n"
    stopped = threading.Event()
    stopped.set()
    assert run("sleep", "60", stop=stopped) == b""


def test_a_child_that_holds_the_output_open_does_not_hold_the_run() -> None:
    assert run(*shell("echo 1; sleep 60 & exit 0")) == b"1\n"
    assert run(*shell("echo 1; sleep 60 >&- & exit 0")) == b"1\n"


def test_one_that_closes_its_output_is_waited_for() -> None:
    assert "sh ended with 3" in fails(*shell("echo 1; exec >&-; exit 3"), kept=b"1\n")
    assert "did not end within" in fails(*shell("exec >&-; sleep 60"), timeout=timedelta(milliseconds=200))


@pytest.mark.parametrize(
    ("script", "kept", "expected"),
    [
        ("echo 1; printf half; exit 3", b"1\n", "sh ended with 3 in the middle of a line and said nothing;"),
        ("echo 1; kill -9 $$", b"1\n", "sh was ended by signal 9; run it by hand to see why."),
        ("printf half; kill -9 $$", b"", "signal 9 in the middle of a line; run"),
        ("echo Warning: a >&2; echo cannot open b >&2; echo bye >&2; exit 1", b"", "sh ended with 1: cannot open b."),
        ("echo nope: not found >&2; exit 127", b"", "a program is not there: nope: not found. Check run."),
        (
            "echo \"ERROR 1146 (42S02) at line 1: Table 'shop.wp_posts' doesn't exist\" >&2; exit 1",
            b"",
            "the database does not know what it was asked for: ERROR 1146 (42S02) at line 1: Table 'shop.wp_posts' "
            "doesn't exist. Compare preset and prefix",
        ),
        (
            "echo 1; echo \"ERROR 1054 (42S22) at line 2: Unknown column 'x' in 'field list'\"; exit 1",
            None,
            "Unknown column 'x'",
        ),
        (
            "echo \"ERROR 1045 (28000): Access denied for user 'a'@'b' (using password: NO)\" >&2; exit 1",
            b"",
            "the database refused: ERROR 1045 (28000): Access denied",
        ),
        ("echo 'ERROR 2013 (HY000): Lost connection' >&2", b"", "the database gave up: ERROR 2013 (HY000): Lost"),
        ("echo 'root@web1: Permission denied (publickey,password).' >&2; exit 255", b"", "ssh -o BatchMode=yes."),
        ("echo 'Host key verification failed.' >&2; exit 255", b"", "could not log in: Host key verification failed."),
        ("printf 'a \\033[2J\\001 error\\n' >&2; exit 1", b"", "sh ended with 1: a  [2J  error."),
    ],
)
def test_how_a_command_ends_badly(script: str, kept: bytes | None, expected: str) -> None:
    assert expected in fails(*shell(script), kept=kept)


def test_ssh_that_cannot_connect(tmp_path: Path) -> None:
    ssh = tmp_path / "ssh"
    ssh.write_text("#!/bin/sh\necho 'ssh: connect to host web1 port 22: Connection refused' >&2\nexit 255\n")
    ssh.chmod(0o755)
    with pytest.raises(UnreachableSourceError, match=r"^ssh could not connect: .*refused\. Try it by hand\."):
        run(str(ssh), "web1")


def test_what_is_said_on_standard_error_is_no_failure_by_itself() -> None:
    script = "i=0; while [ $i -lt 3000 ]; do echo 'Warning: something long enough to fill a pipe' >&2; i=$((i+1)); done"
    assert run(*shell(f"{script}; echo 1")) == b"1\n"


def test_a_question_for_a_password_is_told_at_once() -> None:
    for script in ("printf 'Enter password: '; sleep 60", "printf 'Enter password: ' >&2; sleep 60"):
        sentence = fails(*shell(script))
        assert sentence.startswith('sh asked "Enter password:" and got no answer. Nobody can answer a question here')


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"Enter password: ", True),
        (b"root@web1's password:", True),
        (b"Enter passphrase for key '/home/ann/.ssh/id_ed25519': ", True),
        (b"Are you sure you want to continue connecting (yes/no/[fingerprint])? ", True),
        (b"[sudo] Passwort f\xc3\xbcr ops: ", True),
        (b"id\tpassword\n1001\tS01-1234567-1234567\n", False),
        (b"Warning: Using a password on the command line interface can be insecure.\n", False),
        (b"", False),
    ],
)
def test_questions(text: bytes, expected: bool) -> None:
    assert asks(text) is expected


def test_a_web_page_is_not_harvested() -> None:
    sentence = fails(*shell("printf '\\n <!DOCTYPE html><html>S01-1234567-1234567</html>\\n'"), kept=b"")
    assert sentence == "sh printed a web page in place of orders, perhaps one to log in; check its run."
    assert sentence == fails(*shell("printf '<?xml version=\"1.0\"?>\\n<!-- a --><!DOCTYPE html>\\n<html>'"), kept=b"")


def test_the_answer_of_a_database_ends_with_a_whole_line() -> None:
    sentence = fails(*shell("printf '1\\n1002\\tS01-12'"), sql="SELECT 1;", kept=b"1\n")
    assert sentence == "sh ended in the middle of a line, so its output was cut; run it by hand to see why."


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_whole_answer_is_whole_in_any_encoding(encoding: str, tmp_path: Path) -> None:
    answer = ROW.decode().encode(encoding)
    (tmp_path / "answer").write_bytes(answer)
    assert run("cat", str(tmp_path / "answer"), sql="SELECT 1;") == answer
    (tmp_path / "answer").write_bytes(answer + "1002".encode(encoding))
    assert "in the middle of a line" in fails("cat", str(tmp_path / "answer"), sql="SELECT 1;")


def test_what_one_that_hangs_said_last_is_told() -> None:
    for where in ("", " >&2"):
        sentence = fails(*shell(f"printf 'Mot de passe : '{where}; exec sleep 60"), timeout=timedelta(seconds=1))
        assert sentence.endswith('find out what it waits for. The last it said was "Mot de passe :".')


def test_lines_without_end_do_not_fill_the_memory() -> None:
    assert len(run(*shell("head -c 3000000 /dev/zero"))) == 3_000_000
