"""A real simulator on loopback, and a shop of its own for every test that talks to it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from azpay_tui.bootstrap import main

HEADER = "order_number,permission_id,charge_ids,refund_ids,currency,amount,created,buyer_name,buyer_email"
DEADLINE = 120.0
"""Seconds after which waiting for another process has failed."""


@dataclass
class Result:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, Any]:
        found = self.json["error"]
        assert list(found) == ["code", "message", "changes_at"]
        assert str(found["message"]) in self.err
        return dict(found)


def until(condition: Callable[[], object]) -> Any:
    """Wait until a condition holds, and return what it returned."""
    end = time.monotonic() + DEADLINE
    while not (found := condition()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
    return found


@dataclass
class Simulated:
    """A simulator in a process of its own."""

    process: subprocess.Popen[str]
    url: str
    directory: Path

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Use the control surface."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"content-type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=DEADLINE) as answer:
            content = answer.read()
        return json.loads(content) if content else None

    def end(self) -> None:
        """Stop it, in whatever state it is."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(DEADLINE)


@contextmanager
def simulate(directory: Path, *options: str) -> Iterator[Simulated]:
    """Run `azpay simulate` until the block ends."""
    command = [sys.executable, "-m", "azpay_tui", "simulate", "--profile-dir", str(directory), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        word, _, url = process.stdout.readline().strip().partition(" ")
        assert word == "ready", "the simulator did not start"
        yield Simulated(process, url, directory)
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="session")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulated]:
    """One simulator for all tests; each test makes orders of its own."""
    with simulate(tmp_path_factory.mktemp("simulator") / "shop", "--orders", "0", "--seed", "11") as found:
        yield found


@dataclass
class Shop:
    """One shop: configuration of the simulator, data of its own, and the command line."""

    simulated: Simulated
    data: Path
    capture: pytest.CaptureFixture[str]
    made: list[dict[str, Any]] = field(default_factory=list)

    @property
    def options(self) -> list[str]:
        return ["--config", str(self.simulated.directory / "config.toml"), "--data-dir", str(self.data)]

    def __call__(self, *arguments: str) -> Result:
        """Run a command in this process."""
        self.capture.readouterr()
        code = main([*self.options, *arguments])
        out, err = self.capture.readouterr()
        return Result(code, out, err)

    def good(self, *arguments: str) -> Result:
        """Run a command that has to succeed."""
        done = self(*arguments)
        assert done.code == 0, done
        return done

    def command(self, *arguments: str) -> list[str]:
        """The command of a process of its own."""
        return [sys.executable, "-m", "azpay_tui", *self.options, *arguments]

    def process(self, *arguments: str, stdin: str | None = None) -> Result:
        """Run a command in a process of its own."""
        done = subprocess.run(
            self.command(*arguments),
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    # The other side

    def sim(self, method: str, path: str, body: object = None) -> Any:
        return self.simulated.call(method, path, body)

    def make(self, situation: str, *, known: bool = True, read: bool = True, **more: Any) -> str:
        """Make an order in a situation and learn of it, by its export or (`known` false) by its id alone."""
        made = self.sim("POST", "/_sim/orders", [{"situation": situation, **more}])[0]
        self.made.append(made)
        order_id = str(made["permission_id"])
        if known:
            self.learn(self.line(made, more.get("amount", "120.00"), more.get("currency", "USD")))
        else:
            self.good("orders", "track", order_id)
        if read:
            self.good("refresh", order_id)
        return order_id

    @staticmethod
    def line(made: dict[str, Any], amount: str = "120.00", currency: str = "USD", buyer: str = "Ada Muster") -> str:
        """One line of the shop's export."""
        charges, refunds = " ".join(made["charge_ids"]), " ".join(made["refund_ids"])
        return f"{made['number']},{made['permission_id']},{charges},{refunds},{currency},{amount},,{buyer},"

    def learn(self, *lines: str) -> Result:
        """Import lines of an export."""
        file = self.data.with_name("export.csv")
        file.write_text("\n".join([HEADER, *lines, ""]), encoding="utf-8")
        return self.good("orders", "import", str(file))

    def effects(self, order_id: str) -> list[tuple[str, str | None]]:
        """What the ledger says had an effect on an order: operation and amount."""
        return [(e["operation"], e["amount"]) for e in self.requests(order_id) if e["effect"]]

    def requests(self, order_id: str) -> list[dict[str, Any]]:
        """Every write request on an order."""
        return [entry for entry in self.sim("GET", "/_sim/ledger") if entry["permission_id"] == order_id]

    def fault(self, order_id: str, operation: str, fault: str, times: int = 1, **more: Any) -> None:
        """Arrange a fault for this order alone."""
        match = {"operation": operation, "id": order_id}
        self.sim("POST", "/_sim/faults", {"match": match, "fault": fault, "times": times, **more})


@pytest.fixture
def shop(simulator: Simulated, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Shop]:
    """A shop of its own; faults and settings are put back afterwards."""
    before = simulator.call("GET", "/_sim/settings")
    data = tmp_path / "data"
    yield Shop(simulator, data, capsys)
    simulator.call("DELETE", "/_sim/faults")
    simulator.call("PATCH", "/_sim/settings", before)


@pytest.fixture
def under(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Shop]:
    """Put a policy into the configuration of the shop, as it stands there."""

    def put(policy: str) -> Shop:
        written = (shop.simulated.directory / "config.toml").read_text(encoding="utf-8")
        directory = shop.simulated.directory
        file = shop.data.with_name("config.toml")
        text = f"{written.rstrip()}\npolicy = {policy}\n".replace('_file = "', f'_file = "{directory}/')
        file.write_text(text, encoding="utf-8")
        monkeypatch.setattr(Shop, "options", property(lambda _: ["--config", str(file), "--data-dir", str(shop.data)]))
        return shop

    return put


@pytest.fixture
def own_shop(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Shop]:
    """A shop with a simulator that the test may stop."""
    with simulate(tmp_path / "sim", "--orders", "0") as found:
        yield Shop(found, tmp_path / "data", capsys)


def parent_of(pid: int) -> int | None:
    """Return the id of a process's parent, None when there is no such process."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    return int(status.rpartition(")")[2].split()[1])
