"""A command that tells the shop: real programs that take it, fail, hang, flood and die; each ends in one sentence."""

from __future__ import annotations

import json
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from azpay_tui.delivery.command import CommandCourier
from azpay_tui.domain.messages import Delivered, Message, Outcome, Refused, Unknown

PYTHON = Path(sys.executable).name


def run(message: Message, stop: threading.Event, code: str, *, seconds: int = 60) -> Outcome:
    return CommandCourier([sys.executable, "-c", code], timedelta(seconds=seconds)).deliver(message, stop)


def test_it_gets_the_message_as_json_with_its_id(message: Message, stop: threading.Event, tmp_path: Path) -> None:
    code = f"import sys; open({str(tmp_path / 'got')!r}, 'w').write(sys.stdin.read())"
    assert run(message, stop, code) == Delivered(f"{PYTHON} ended with 0.")
    text = (tmp_path / "got").read_text()
    assert text.endswith("}\n")
    assert json.loads(text) == {
        "id": "M-000007-0a1b2c3d",
        "sequence": 7,
        "type": "test",
        "timestamp": "2026-03-01T12:00:00.000Z",
        "data": {"profile": "shop", "environment": "simulator"},
    }


def test_no_shell_reads_its_words(message: Message, stop: threading.Event, tmp_path: Path) -> None:
    courier = CommandCourier(["touch", f"{tmp_path}/a; touch {tmp_path}/b"], timedelta(seconds=60))
    courier.deliver(message, stop)
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("raise SystemExit(3)", "ended with 3."),
        ("import sys; print('ok'); sys.exit('first\\n  the shop\\tsaid no \\n\\n')", "ended with 1: the shop said no"),
        ("print('only printed'); raise SystemExit(2)", "ended with 2: only printed"),
        ("import sys; sys.exit('\\x1b]0;x\\x07' + 'y' * 400)", "ended with 1: ]0;x " + "y" * 295 + "..."),
    ],
)
def test_any_other_exit_code_is_a_refusal_with_what_it_said_last(
    message: Message, stop: threading.Event, code: str, says: str
) -> None:
    assert run(message, stop, code) == Refused(f"{PYTHON} {says}")


def test_one_that_does_not_read_its_input_may_still_succeed(message: Message, stop: threading.Event) -> None:
    assert isinstance(run(message, stop, "import os; os.close(0)"), Delivered)


def test_megabytes_of_output_are_cut_and_no_failure(message: Message, stop: threading.Event) -> None:
    code = "import sys\nfor _ in range(300): sys.stdout.write('x' * 10000); sys.stderr.write('y' * 10000)"
    assert run(message, stop, code) == Delivered(f"{PYTHON} ended with 0.")
    failed = run(message, stop, code + "\nsys.exit(5)")
    assert isinstance(failed, Refused)
    assert len(failed.why) < 400


def test_one_that_hangs_is_ended(message: Message, stop: threading.Event) -> None:
    found = run(message, stop, "import time; time.sleep(1000)", seconds=1)
    assert found == Unknown(f"{PYTHON} did not end within 1s and was ended.")


def test_one_that_dies_is_unknown(message: Message, stop: threading.Event) -> None:
    assert run(message, stop, "import os; os.kill(os.getpid(), 9)") == Unknown(f"{PYTHON} was ended by signal 9.")


def test_the_end_of_azpay_ends_it(message: Message, stop: threading.Event) -> None:
    threading.Timer(0.2, stop.set).start()
    assert run(message, stop, "import time; time.sleep(1000)") == Unknown(f"{PYTHON} was ended because azpay ended.")


@pytest.mark.parametrize(
    ("program", "says"),
    [("/nowhere/tell-shop", "There is no program 'tell-shop'"), ("/etc", "etc cannot be started: Permission denied.")],
)
def test_one_that_cannot_be_started_is_a_refusal(
    message: Message, stop: threading.Event, program: str, says: str
) -> None:
    found = CommandCourier([program], timedelta(seconds=1)).deliver(message, stop)
    assert isinstance(found, Refused)
    assert found.why.startswith(says)
