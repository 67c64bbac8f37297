"""Processes that are killed, signalled, cut off from their reader or wrong: nothing is lost, nothing done twice."""

from __future__ import annotations

import json
import shlex
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import DEADLINE, Shop, simulate, until

from azpay_tui.bootstrap import main


def start(shop: Shop, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        shop.command(*arguments), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("fault", ["stall-after", "stall-before"])
@pytest.mark.parametrize(
    ("situation", "verb", "amount"),
    [("authorized", "capture", "120.00"), ("captured", "refund", "5.00"), ("lapsed", "authorize", "120.00")],
)
def test_killed_between_sending_and_answer_it_is_settled_with_one_effect(
    shop: Shop, situation: str, verb: str, amount: str, fault: str
) -> None:
    order = shop.make(situation, **({"age": "40d"} if situation == "lapsed" else {}))
    shop.fault(order, verb, fault)
    process = start(shop, verb, order, "--amount", amount, "--yes", "--json")
    until(lambda: shop.requests(order))
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL

    busy = shop(verb, order, "--amount", amount, "--yes", "--json")
    assert (busy.code, len(shop.requests(order))) == (3, 1)
    done = shop("journal", "resume", "--json")
    assert done.code == 0
    assert [intent["state"] for intent in done.json["intents"]] in (["succeeded"], ["accepted"])
    assert shop.effects(order) == [(verb, amount)]
    assert shop.good("journal", "resume", "--json").json == {"intents": []}


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_while_sending_waits_for_the_answer(shop: Shop, number: signal.Signals, code: int) -> None:
    order = shop.make("authorized")
    shop.fault(order, "capture", "delay", seconds=5)  # longer than a loaded machine takes to see the request
    process = start(shop, "capture", order, "--yes", "--json")
    until(lambda: shop.requests(order))
    process.send_signal(number)
    process.send_signal(number)
    out, _ = process.communicate(timeout=DEADLINE)
    assert process.returncode == code
    assert json.loads(out)["outcome"] == "succeeded"
    (intent,) = shop.good("journal", "list", "--json").json["intents"]
    assert intent["state"] == "succeeded"
    assert shop.effects(order) == [("capture", "120.00")]


def test_watch_keeps_in_step_until_a_signal(shop: Shop) -> None:
    order = shop.make("pending")
    process = start(shop, "sync", "--watch")
    try:
        shop.sim("POST", "/_sim/acts", {"act": "approve", "id": shop.made[-1]["charge_ids"][0]})
        shop.learn(shop.line(shop.made[-1], amount="119.00"))
        late = shop.make("captured", read=False)
        until(lambda: _status(shop, late) == "CAPTURED")
    finally:
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=DEADLINE)
    assert process.returncode == 143
    assert out == ""
    assert "changed" in err
    assert shop.good("orders", "list", "--json", "--query", order).code == 0


_STRAY = """
import signal, sys, threading
from azpay_tui.bootstrap import main

def stray():
    sys.stdin.readline()
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

threading.Thread(target=stray, daemon=True).start()
sys.exit(main(sys.argv[1:]))
"""


def test_watch_ends_also_when_the_signal_reaches_another_thread(shop: Shop) -> None:
    pending = shop.make("pending", read=False)
    command = [sys.executable, "-c", _STRAY, *shop.command("sync", "--watch")[3:]]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            until(lambda: _status(shop, pending) == "PENDING")
            process.communicate("now\n", timeout=DEADLINE)
        finally:
            process.kill()
    assert process.returncode == 143


def _status(shop: Shop, order: str) -> Any:
    return shop.good("orders", "actions", order, "--json").json["status"]


def test_a_reader_that_goes_away_ends_nothing(shop: Shop) -> None:
    order = shop.make("authorized")
    process = start(shop, "capture", order, "--yes", "--json")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(DEADLINE) == 0
    assert "Traceback" not in err
    assert shop.effects(order) == [("capture", "120.00")]


def test_a_result_that_cannot_be_written_is_no_success(shop: Shop) -> None:
    order = shop.make("authorized")
    for command, code in (((("orders", "list")), 1), (("capture", order, "--yes", "--json"), 1)):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run(
                shop.command(*command), stdout=full, stderr=subprocess.PIPE, text=True, timeout=DEADLINE, check=False
            )
        assert done.returncode == code
        assert "could not be written" in done.stderr
    assert shop.effects(order) == [("capture", "120.00")]


SECRET = "Ada Muster <ada@shop.example>"


def test_a_crash_exits_70_and_tells_no_value(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object, **options: object) -> int:
        buyer = SECRET
        raise RuntimeError(f"something about {buyer}")

    monkeypatch.setattr("azpay_tui.cli.reads.list_orders", broken)
    done = shop("orders", "list", "--json")
    assert done.code == 70
    assert "internal error" in done.err
    (report,) = (Path.home() / ".local/state/azpay/reports").iterdir()
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert str(report) in done.err
    text = report.read_text(encoding="utf-8")
    assert "RuntimeError" in text
    assert "test_processes.py" in text
    assert "Muster" not in done.out + done.err + text


def test_a_read_loads_nothing_heavy(shop: Shop) -> None:
    shop.make("authorized", number="H-1")
    heavy = ["textual", "httpx", "sqlmodel", "sqlalchemy", "alembic", "cryptography", "starlette", "uvicorn", "stamina"]
    probe = (
        "import sys; from azpay_tui.bootstrap import main; code = main(sys.argv[1:]); assert code == 0, code; "
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    for command in (
        ["orders", "list"],
        ["orders", "list", "--json"],
        ["orders", "show", "H-1"],
        ["orders", "actions", "H-1", "--json"],
        ["journal", "list"],
        ["audit", "verify"],
    ):
        done = subprocess.run(
            [sys.executable, "-I", "-c", probe, *shop.options, *command], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert set(done.stderr.splitlines()[-1].split()).isdisjoint(heavy), command


def test_usage_errors_of_the_parser_are_one_sentence(shop: Shop) -> None:
    for command in (
        ("frobnicate",),
        ("orders",),
        ("orders", "list", "--colour"),
        ("orders", "list", "--limit", "x"),
        ("orders", "show"),
        ("capture",),
        ("capture", "A", "B"),
        ("authorize", "A", "--charge", "C"),
        ("simulate", "--port", "99999"),
        ("demo", "--orders", "0"),
        ("--frobnicate",),
    ):
        done = shop(*command)
        assert (done.code, done.out) == (2, ""), command
        lines = [line for line in done.err.splitlines() if not line.startswith("Warning: azpay runs as root")]
        assert len(lines) == 1, lines
    done = shop("capture", "--json", "--colour")
    assert (done.code, done.error["code"]) == (2, "usage")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_that_were_closed_end_no_command(shop: Shop, closed: str) -> None:
    order = shop.make("authorized")
    line = f"exec {shlex.join(shop.command('capture', order, '--yes', '--json'))} {closed}"
    assert subprocess.run(["/bin/sh", "-c", line], capture_output=True, timeout=DEADLINE, check=False).returncode == 0
    assert shop.effects(order) == [("capture", "120.00")]


def test_help_and_version_are_results(shop: Shop) -> None:
    for command in (("--help",), ("orders", "--help"), ("capture", "--help"), ("journal", "settle", "--help")):
        done = shop(*command)
        assert done.code == 0
        assert "Usage: azpay" in done.out
    assert shop("--version").out.startswith("azpay ")


def test_the_simulator_says_ready_once_and_ends_on_a_signal(tmp_path: Path) -> None:
    directory = tmp_path / "shop"
    with simulate(directory, "--orders", "3") as found:
        assert {path.name for path in directory.iterdir()} >= {"config.toml", "orders.csv", "data"}
        assert len((directory / "orders.csv").read_text(encoding="utf-8").splitlines()) == 4
        found.process.send_signal(signal.SIGTERM)
        out, _ = found.process.communicate(timeout=DEADLINE)
        assert (out, found.process.returncode) == ("", 143)


def test_a_port_that_is_taken_is_said_so(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["simulate", "--port", str(taken.getsockname()[1])]) == 2
    assert "--port" in capsys.readouterr().err


def test_two_hundred_sample_orders_are_learned_and_brought_in_step(tmp_path: Path, capsys: Any) -> None:
    with simulate(tmp_path / "sim", "--orders", "200", "--seed", "7") as found:
        shop = Shop(found, tmp_path / "data", capsys)
        export = str(found.directory / "orders.csv")
        assert "200 added" in shop.good("orders", "import", export).out
        shop.good("sync", "--once")
        before = shop.good("orders", "list", "--limit", "500", "--json").json
        assert (len(before["orders"]), before["total"], before["next"]) == (200, 200, None)
        assert not {"NEW", "NOT FOUND"} & {row["status"] for row in before["orders"]}
        assert "200 unchanged" in shop.good("orders", "import", export).out
        shop.good("sync", "--once")
        assert shop.good("orders", "list", "--limit", "500", "--json").json == before
