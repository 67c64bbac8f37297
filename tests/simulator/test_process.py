"""The simulator as a process: real sockets, real signals, real files."""

from __future__ import annotations

import contextlib
import csv
import http.client
import json
import signal
import socket
import ssl
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.simulator.process import DEADLINE, Server, running, start

from azpay_tui.simulator.shell import listen

EXPORTS = (
    "orders.csv", "woocommerce.tsv", "magento2.tsv", "oxid.tsv", "shopware.json", "transactions.tsv", "settlement.txt",
)  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("profile"), "--orders", "40", "--seed", "7") as found:
        yield found


@pytest.fixture(autouse=True)
def _no_faults_left(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "server" in request.fixturenames:
        request.getfixturevalue("server").send("DELETE", "/_sim/faults")


def fault(server: Server, name: str, **more: Any) -> tuple[str, str, dict[str, Any]]:
    """Arrange a fault for the capture of a new order; answers the charge and the request."""
    charge = server.made("authorized")["charge_ids"][0]
    posted = {"match": {"operation": "capture", "id": charge}, "fault": name, **more}
    assert server.send("POST", "/_sim/faults", posted)[0] == 201
    return (charge, *server.capture(charge))


@pytest.mark.parametrize("when", ["before", "after"])
def test_reset_cuts_the_connection_hard(server: Server, when: str) -> None:
    charge, path, body = fault(server, f"reset-{when}")
    with server.request("POST", path, body, key="k" + charge[-6:]) as connection, pytest.raises(ConnectionResetError):
        connection.getresponse()
    assert server.effects(charge) == [when == "after"]
    assert server.send("POST", path, body, key="k" + charge[-6:])[0] == 200
    assert server.effects(charge).count(True) == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_close_ends_the_connection_without_an_answer(server: Server, when: str) -> None:
    charge, path, body = fault(server, f"close-{when}")
    with server.request("POST", path, body, key="k" + charge[-6:]) as connection:
        assert connection.sock.recv(1) == b""
    assert server.effects(charge) == [when == "after"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_stall_holds_until_the_client_gives_up(server: Server, when: str) -> None:
    charge, path, body = fault(server, f"stall-{when}")
    with server.request("POST", path, body, key="k" + charge[-6:], patience=0.3) as connection:
        with pytest.raises(TimeoutError):
            connection.getresponse()
        assert server.effects(charge) == [when == "after"]


def test_truncate_promises_more_than_it_sends(server: Server) -> None:
    charge, path, body = fault(server, "truncate")
    with server.request("POST", path, body, key="k" + charge[-6:]) as connection:
        answer = connection.getresponse()
        assert answer.status == 200
        with pytest.raises(http.client.IncompleteRead):
            answer.read()
    assert server.effects(charge) == [True]


def test_garbage_is_no_json(server: Server) -> None:
    charge, path, body = fault(server, "garbage")
    with server.request("POST", path, body, key="k" + charge[-6:]) as connection, connection.getresponse() as answer:
        assert answer.status == 200
        with pytest.raises((UnicodeDecodeError, json.JSONDecodeError)):
            json.loads(answer.read())


def test_drip_sends_byte_by_byte(server: Server) -> None:
    charge, path, body = fault(server, "drip", seconds=3600)
    with server.request("POST", path, body, key="k" + charge[-6:], patience=0.3) as connection:
        answer = connection.getresponse()
        assert answer.read(1) == b"{"
        with pytest.raises(TimeoutError):
            answer.read(1)
    charge, path, body = fault(server, "drip", seconds=0)
    assert server.send("POST", path, body, key="k" + charge[-6:])[1]["chargeId"] == charge


def test_delay_answers_in_the_end(server: Server) -> None:
    charge, path, body = fault(server, "delay", seconds=0.01)
    assert server.send("POST", path, body, key="k" + charge[-6:])[0] == 200


def test_amazons_paths_need_the_key_and_the_control_surface_does_not(server: Server) -> None:
    made = server.made("open")
    path = f"/v2/chargePermissions/{made['permission_id']}/"
    assert server.send("GET", path)[0] == 200
    connection = http.client.HTTPConnection(*server.address, timeout=DEADLINE)
    connection.request("GET", path)
    answer = connection.getresponse()
    assert answer.status == 400
    assert answer.headers["x-amz-pay-request-id"]
    assert answer.headers.get_all("date")
    assert len(answer.headers.get_all("date") or []) == 1
    connection.close()


def test_answers_do_not_wait_for_acknowledgements() -> None:
    with listen(0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


def test_bodies_beyond_reason_are_refused(server: Server) -> None:
    status, answer = server.send("POST", "/_sim/orders", ["x" * 2_000_000])
    assert status == 400
    assert list(answer) == ["error"]
    status, answer = server.send("POST", "/v2/charges", ["x" * 2_000_000])
    assert status == 400
    assert answer["reasonCode"] == "InvalidRequest"


def test_profile_is_complete_and_private(server: Server) -> None:
    directory = server.directory
    config = tomllib.loads((directory / "config.toml").read_text())
    assert config["default_profile"] == "sim"
    profile = config["profiles"]["sim"]
    assert profile["url"] == server.url
    fixed = ("api", "region", "environment", "writable", "pace", "data_dir")
    assert [profile[name] for name in fixed] == ["v2", "na", "simulator", True, "off", "data"]
    assert set(profile) == {*fixed, "url", "merchant_id", "store_id", "public_key_id", "private_key_file"}
    for name in ("config.toml", "sim-key.pem", *EXPORTS):
        assert (directory / name).stat().st_mode & 0o777 == 0o600
    assert (directory / "data").stat().st_mode & 0o777 == 0o700
    with (directory / "orders.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 40
    for row in rows[::7]:
        assert server.send("GET", f"/v2/chargePermissions/{row['permission_id']}")[0] == 200
        for charge in row["charge_ids"].split():
            assert server.send("GET", f"/v2/charges/{charge}")[0] == 200


def test_sigterm_ends_it_even_with_a_stalled_request(tmp_path: Path) -> None:
    with running(tmp_path / "p", "--orders", "0") as server:
        assert (tmp_path / "p").stat().st_mode & 0o777 == 0o700
        charge, path, body = fault(server, "stall-after")
        with server.request("POST", path, body, key="k") as connection:
            assert any(server.effects(charge) for _ in range(1000))
            assert server.end() == 128 + signal.SIGTERM
            with pytest.raises((ConnectionError, http.client.HTTPException)):
                connection.getresponse()
        assert server.lines.get(timeout=DEADLINE) == b""
        assert server.process.stderr
        assert server.process.stderr.read() == b""


@pytest.mark.parametrize("scheme", [(), ("--tls",)])
def test_sigterm_ends_it_quietly_whatever_is_open(tmp_path: Path, scheme: tuple[str, ...]) -> None:
    with running(tmp_path, "--orders", "0", *scheme) as server, contextlib.ExitStack() as stack:
        for sent in (b"POST /v2/charges HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf", b"GET /v2", b""):
            plain = stack.enter_context(socket.create_connection(server.address, timeout=DEADLINE))
            if scheme:
                context = ssl.create_default_context(cafile=tmp_path / "sim-ca.pem")
                plain = stack.enter_context(context.wrap_socket(plain, server_hostname="localhost"))
            plain.sendall(b"GET /_sim/clock HTTP/1.1\r\nHost: a\r\n\r\n")
            assert plain.recv(8) == b"HTTP/1.1"
            plain.sendall(sent)
        stack.enter_context(socket.create_connection(server.address, timeout=DEADLINE))  # says nothing at all
        assert server.end() == 128 + signal.SIGTERM
        assert server.process.stderr
        assert server.process.stderr.read() == b""


def test_an_offer_of_http2_is_answered_without_a_word(tmp_path: Path) -> None:
    with running(tmp_path, "--orders", "0") as server:
        connection = http.client.HTTPConnection(*server.address, timeout=DEADLINE)
        offer = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABkAAQAAP__"}
        connection.request("GET", "/_sim/clock", headers=offer)
        assert connection.getresponse().status == 200
        connection.close()
        server.end()
        assert server.process.stderr
        assert server.process.stderr.read() == b""


def test_without_a_profile_it_says_that_no_key_is_known() -> None:
    process = start("--orders", "0", "--until-stdin-closes")
    assert process.stdout
    assert process.stdout.readline().startswith(b"ready ")
    out, err = process.communicate(timeout=DEADLINE)
    assert (process.returncode, out) == (0, b"")
    assert b"--profile-dir" in err


def test_key_and_port_are_kept_by_the_directory(tmp_path: Path) -> None:
    with running(tmp_path, "--orders", "1", "--seed", "3") as server:
        first = (server.url, server.key_id, (tmp_path / "config.toml").read_bytes())
        server.end()
    with running(tmp_path, "--orders", "1", "--seed", "3") as server:
        assert (server.url, server.key_id, (tmp_path / "config.toml").read_bytes()) == first
        server.end()


def test_state_survives_a_kill(tmp_path: Path) -> None:
    options = ("--orders", "3", "--seed", "3", "--state", tmp_path / "state.db")
    with running(tmp_path / "p", *options) as server:
        charge = server.made("authorized")["charge_ids"][0]
        path, body = server.capture(charge)
        first = server.send("POST", path, body, key="same")
        server.send("POST", "/_sim/clock", {"advance": "2h"})
        server.send("PATCH", "/_sim/settings", {"pending_refunds_counted": True})
        before = [server.send("GET", f"/_sim/{name}")[1] for name in ("orders", "ledger", "settings")]
        written = {name: (tmp_path / "p" / name).read_bytes() for name in EXPORTS}
        server.end(signal.SIGKILL)
    assert (tmp_path / "state.db").stat().st_mode & 0o777 == 0o600
    with running(tmp_path / "p", *options) as server:
        assert [server.send("GET", f"/_sim/{name}")[1] for name in ("orders", "ledger", "settings")] == before
        assert {name: (tmp_path / "p" / name).read_bytes() for name in EXPORTS} == written
        _, again = server.send("GET", "/_sim/clock")
        assert again["now"] > before[1][0]["time"]
        server.send("POST", "/_sim/clock", {"advance": "0s"})
        now = server.send("GET", f"/v2/charges/{charge}")
        assert now[1]["reasonCode"] == "InvalidRequestSignature"
        server.send("PATCH", "/_sim/settings", {"clock_skew_seconds": -7200})
        assert server.send("POST", path, body, key="same") == first
        assert server.effects(charge) == [True, False]
        made = server.made("open")
        assert made["permission_id"] not in {order["permission_id"] for order in before[0]}
        server.end()


def test_tls_with_a_certificate_of_its_own(tmp_path: Path) -> None:
    with running(tmp_path, "--orders", "0", "--tls") as server:
        profile = tomllib.loads((tmp_path / "config.toml").read_text())["profiles"]["sim"]
        assert profile["url"].startswith("https://127.0.0.1:")
        context = ssl.create_default_context(cafile=tmp_path / profile["ca_file"])
        connection = http.client.HTTPSConnection(*server.address, timeout=DEADLINE, context=context)
        connection.request("GET", "/_sim/orders")
        assert connection.getresponse().read() == b"[]"
        connection.close()
        server.end()


def test_it_ends_with_the_standard_input_of_its_parent(tmp_path: Path) -> None:
    with running(tmp_path, "--orders", "0", "--until-stdin-closes") as server:
        assert server.process.stdin
        server.process.stdin.close()
        assert server.process.wait(DEADLINE) == 0


def refusal(*arguments: str | Path) -> str:
    """What a start that must fail says; exactly one line on stderr, nothing on stdout."""
    process = start(*arguments)
    out, err = process.communicate(timeout=DEADLINE)
    assert process.returncode == 1
    assert out == b""
    [line] = err.decode().splitlines()
    return line


def test_starts_that_fail_say_why_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        said = refusal("--port", str(busy.getsockname()[1]), "--orders", "0")
        assert "(Address already in use); choose another with --port" in said
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "config.toml").write_text('[profiles.shop]\nenvironment = "live"\n')
    assert "another directory" in refusal("--profile-dir", foreign)
    assert (foreign / "config.toml").read_text().startswith("[profiles.shop]")
    (tmp_path / "file").write_text("not a database, and longer than its header would be" * 3)
    assert "state file" in refusal("--state", tmp_path / "file")
    assert "profile directory" in refusal("--profile-dir", tmp_path / "file")
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "sim-key.pem").write_text("no key")
    assert "sim-key.pem" in refusal("--profile-dir", broken)


def test_wrong_options_are_usage_errors() -> None:
    for arguments in (("--orders", "-1"), ("--port", "70000"), ("--seed", "x")):
        process = start(*arguments)
        assert process.communicate(timeout=DEADLINE)[0] == b""
        assert process.returncode == 2


def test_nothing_of_the_client_is_imported() -> None:
    code = (
        "import sys, azpay_tui.simulator.serve;"
        "print([m for m in sys.modules if m.startswith(('azpay_tui.amazon', 'azpay_tui.store', 'azpay_tui.domain',"
        " 'azpay_tui.backoffice', 'azpay_tui.tui', 'httpx', 'sqlalchemy', 'textual'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
