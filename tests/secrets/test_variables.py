"""Promise S15: no variable of the environment acts on the program or carries anything out of it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import textual.constants
from tests.cli.conftest import HEADER, Simulated, simulate
from tests.support.figures import tell
from tests.support.peers import Peer, take_request

from azpay_tui.bootstrap import main
from azpay_tui.programs import Process

DEADLINE = 120
FOREIGN = "import pathlib; pathlib.Path({trap!r}).write_text('acted')"


@dataclass
class Office:
    """A shop in the hands of real processes, and a directory where whatever acted would leave something."""

    simulated: Simulated
    home: Path
    trap: Path
    order: str

    def __call__(self, *arguments: str, cwd: Path | None = None, **variables: str) -> tuple[int, str, str]:
        """Run a command with more variables than a clean environment has."""
        config = str(self.simulated.directory / "config.toml")
        command = [sys.executable, "-m", "azpay_tui", "--config", config, "--data-dir", str(self.home / "data")]
        clean = {"HOME": str(self.home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TZ": "UTC"}
        done = subprocess.run(
            [*command, *arguments], env=clean | variables, capture_output=True, text=True, timeout=DEADLINE, cwd=cwd,
            stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    directory = tmp_path_factory.mktemp("variables")
    with simulate(directory / "sim", "--orders", "0") as simulated:
        (directory / "home").mkdir(mode=0o700)
        (directory / "trap").mkdir(mode=0o700)
        (made,) = simulated.call("POST", "/_sim/orders", [{"situation": "captured"}])
        office = Office(simulated, directory / "home", directory / "trap", made["permission_id"])
        export = directory / "orders.csv"
        export.write_text(f"{HEADER}\n1001,{office.order},,,USD,120.00,,Ada Muster,\n", encoding="utf-8")
        assert office("orders", "import", str(export))[0] == 0
        yield office


@contextmanager
def proxy() -> Iterator[Peer]:
    def refuse(connection: socket.socket, _over: object) -> None:
        take_request(connection)

    with Peer(refuse) as peer:
        yield peer


def acting(trap: Path) -> dict[str, str]:
    """Return every variable that could load code, write a file or press a key, aimed at the trap."""
    names = [name for name in dir(textual.constants) if name.isupper()]
    (trap / "code").mkdir()
    foreign = FOREIGN.format(trap=str(trap / "acted"))
    for name in ("usercustomize.py", "start.py", "breaking.py"):
        (trap / "code" / name).write_text(foreign, encoding="utf-8")
    return {
        **{f"TEXTUAL_{name}": "1" for name in names},
        "TEXTUAL_LOG": str(trap / "textual.log"),
        "TEXTUAL_PRESS": "q,q,q",
        "TEXTUAL_DRIVER": "breaking:Driver",
        "TEXTUAL_SCREENSHOT": "0",
        "TEXTUAL_SCREENSHOT_LOCATION": str(trap),
        "TEXTUAL_DEVTOOLS_PORT": "1",
        "TEXTUAL": "devtools,debug",
        "PYTHONSTARTUP": str(trap / "code" / "start.py"),
        "PYTHONBREAKPOINT": "breaking.hook",
        "PYTHONINSPECT": "1",
        "PYTHONWARNINGS": "error",
        "PYTHONHASHSEED": "0",
        "PYTHONIOENCODING": "utf-16",
        "PYTHONTRACEMALLOC": "5",
        "PYTHONFAULTHANDLER": "1",
        "PYTHONASYNCIODEBUG": "1",
        "SSLKEYLOGFILE": str(trap / "keys.log"),
    }


def told(document: str) -> object:
    """Return the orders that a command printed, without the time of the read."""
    return [row | {"refreshed_at": ""} for row in json.loads(document)["orders"]]


def test_nothing_acts_and_nothing_is_left(office: Office, tmp_path: Path) -> None:
    clean = office("refresh", office.order, "--json")
    assert clean[0] == 0
    with proxy() as peer:
        address = f"http://127.0.0.1:{peer.port}"
        proxies = {
            spelled: address
            for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
            for spelled in (name, name.lower(), name.title())
        }
        credentials = tmp_path / "netrc"
        credentials.write_text("machine 127.0.0.1 login user password SECRET\n", encoding="utf-8")
        credentials.chmod(0o600)
        others = {"NETRC": str(credentials), "SSL_CERT_FILE": "/nowhere", "SSL_CERT_DIR": "/nowhere", "NO_PROXY": ""}
        variables = {**acting(office.trap), **proxies, **others}
        found = office("refresh", office.order, "--json", **variables)
        asked = peer.connections
    before = {"code", *(path.name for path in (office.trap / "code").iterdir())}
    left = [path for path in office.trap.rglob("*") if path.name not in before]
    tell("S15", len(variables), len(left) + asked, says="variables")
    assert (found[0], told(found[1]), found[2]) == (clean[0], told(clean[1]), clean[2])
    assert asked == 0
    assert left == []


ODD = {
    "nonsense": {
        "TERM": "../../../etc/passwd", "TERMINFO": "/nowhere", "TERMINFO_DIRS": ":", "COLUMNS": "-5", "LINES": "0",
        "LANG": "xx_YY.no-such", "LC_ALL": "C", "TZ": "../../../etc/passwd", "TMPDIR": "/nowhere", "NO_COLOR": "",
        "USER": "\x1b[31mroot", "LOGNAME": "\x1b]0;x\x07", "SSH_CONNECTION": "\x1b[2J 1 2 3", "SUDO_USER": "x\x1by",
    },
    "colours": {
        "TERM": "xterm\x1b]0;x\x07", "COLUMNS": "many", "LINES": "\u0665", "FORCE_COLOR": "1", "CLICOLOR_FORCE": "1",
        "COLORFGBG": ";;;\x1b[31m", "TTY_COMPATIBLE": "1",
    },
    "sizes": {"TERM": "x" * 5000, "COLUMNS": "9" * 30, "LINES": "9" * 30},
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_an_odd_terminal_or_locale_changes_no_answer(office: Office, name: str) -> None:
    code, out, err = office("orders", "show", office.order, "--json", **ODD[name])
    tell("S15", len(ODD[name]), int("\x1b" in out + err))
    assert code == 0, err
    assert json.loads(out)["order"]["id"] == office.order
    assert "\x1b" not in out + err
    assert "Traceback" not in err


SANDBOX = """default_profile = "shop"
[profiles.shop]
region = "eu"
environment = "sandbox"
merchant_id = "A1"
public_key_id = "SANDBOX-A"
private_key_file = "key.pem"
"""


@pytest.mark.parametrize("variable", ["XDG_CONFIG_HOME", "XDG_DATA_HOME"])
def test_directories_that_others_can_write_to_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], variable: str
) -> None:
    given = {name: tmp_path / name for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME")}
    for name, directory in given.items():
        (directory / "azpay").mkdir(parents=True, mode=0o700)
        monkeypatch.setenv(name, str(directory))
    (given["XDG_CONFIG_HOME"] / "azpay" / "config.toml").write_text(SANDBOX, encoding="utf-8")
    assert main(["orders", "list"]) == 0
    given[variable].chmod(0o777)
    capsys.readouterr()
    code, err = main(["orders", "list"]), capsys.readouterr().err
    tell("S15", 1, int(code != 7))
    assert code == 7
    assert f"chmod go-w {given[variable]}" in err


@pytest.mark.parametrize("path", [".:{}", ":{}", "", ".", "bin:..", "./:{}", "{}:.", "~/bin:{}"])
def test_a_program_is_not_looked_for_where_azpay_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "~" / "bin").mkdir(parents=True)
    for place in (tmp_path, tmp_path / "~" / "bin"):
        program = place / "no-such-program"
        program.write_text(f"#!/bin/sh\ntouch {tmp_path}/acted\n", encoding="utf-8")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", path.format(os.environ["PATH"]))
    stop = threading.Event()
    with (
        suppress(FileNotFoundError),
        Process(["no-such-program"], None, seconds=10, max_bytes=100, stop=stop, asks=lambda text: False) as running,
    ):
        running.stdout.read()
    tell("S15", 1, int((tmp_path / "acted").exists()))
    assert not (tmp_path / "acted").exists()
