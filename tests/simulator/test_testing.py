"""The simulator as other projects' tests use it: a block, and a pytest fixture, both over real HTTP."""

from __future__ import annotations

import csv
import http.client
import json
import os
import re
import ssl
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from tests.simulator.signer import sign

from azpay_tui.config import load
from azpay_tui.simulator.testing import RunningSimulator, SimulatorError, running

ROOT = Path(__file__).parents[2]


@pytest.fixture
def amazon_pay() -> Iterator[RunningSimulator]:
    with running() as found:
        yield found


def send(
    amazon_pay: RunningSimulator, method: str, path: str, body: Any = None, *, key: str = "", key_id: str | None = None
) -> tuple[int, Any]:
    """One signed request on a connection of its own, with the date of this machine."""
    private = load_pem_private_key(amazon_pay.private_key_file.read_bytes(), None)
    assert isinstance(private, RSAPrivateKey)
    data = b"" if body is None else json.dumps(body).encode()
    extra = {"x-amz-pay-idempotency-key": key} if key else {}
    key_id = key_id or amazon_pay.public_key_id
    headers = dict(sign(method, path, data, datetime.now(UTC), key_id=key_id, private=private, extra=extra))
    connection = http.client.HTTPConnection(amazon_pay.host, timeout=120)
    try:
        connection.request(method, path, data, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def capture(amazon_pay: RunningSimulator, charge: str, key: str = "k1", amount: str = "5.00") -> tuple[int, Any]:
    price = {"amount": amount, "currencyCode": "USD"}
    return send(amazon_pay, "POST", f"/v2/charges/{charge}/capture", {"captureAmount": price}, key=key)


def test_an_order_is_made_captured_and_told_by_the_ledger(amazon_pay: RunningSimulator) -> None:
    order = amazon_pay.order("authorized", amount="120.00", number="1001", buyer_name="Ada")
    assert amazon_pay.orders() == [order]
    assert capture(amazon_pay, order.charge_id)[0] == 200
    assert capture(amazon_pay, order.charge_id)[0] == 200
    assert [entry.effect for entry in amazon_pay.ledger()] == [True, False]
    [entry] = amazon_pay.effects("capture", order.permission_id)
    assert (entry.amount, entry.idempotency_key) == ("5.00", "k1")
    assert amazon_pay.effects("refund") == amazon_pay.effects(object_id="S01") == ()
    assert send(amazon_pay, "GET", f"/v2/chargePermissions/{order.permission_id}")[1]["buyer"]["name"] == "Ada"


def test_a_key_of_the_older_kind_is_taken_with_its_urls(amazon_pay: RunningSimulator) -> None:
    order = amazon_pay.order()
    older = amazon_pay.public_key_id.removeprefix("SANDBOX-")
    assert send(amazon_pay, "GET", f"/sandbox/v2/chargePermissions/{order.permission_id}", key_id=older)[0] == 200
    assert send(amazon_pay, "GET", f"/v2/chargePermissions/{order.permission_id}", key_id=older)[0] == 400


def test_a_live_key_finds_no_order_of_the_sandbox(amazon_pay: RunningSimulator) -> None:
    order = amazon_pay.order()
    live = amazon_pay.public_key_id.replace("SANDBOX-", "LIVE-")
    status, answer = send(amazon_pay, "GET", f"/v2/chargePermissions/{order.permission_id}", key_id=live)
    assert (status, answer["reasonCode"]) == (404, "ResourceNotFound")
    assert send(amazon_pay, "GET", "/v2/reports", key_id=live)[0] == 200


def test_orders_without_exactly_one_charge_do_not_say_which(amazon_pay: RunningSimulator) -> None:
    with pytest.raises(SimulatorError, match="has no charge"):
        _ = amazon_pay.order("open").charge_id
    assert amazon_pay.order("part-refunded").refund_id


def test_the_clock_moves_and_a_client_with_the_machines_date_is_still_taken(amazon_pay: RunningSimulator) -> None:
    order, before = amazon_pay.order("authorized"), datetime.now(UTC)
    assert amazon_pay.advance("31d") - before >= timedelta(days=31)
    status, charge = send(amazon_pay, "GET", f"/v2/charges/{order.charge_id}")
    assert (status, charge["statusDetails"]["state"]) == (200, "Canceled")
    amazon_pay.advance("6m", dates_too=True)
    assert send(amazon_pay, "GET", f"/v2/charges/{order.charge_id}")[0] == 403


def test_faults_acts_and_switches(amazon_pay: RunningSimulator) -> None:
    order = amazon_pay.order("authorized")
    name = amazon_pay.fault("status", operation="capture", object_id=order.charge_id, code=503, reason="Busy")
    [listed] = amazon_pay.faults()
    assert listed["id"] == name
    assert capture(amazon_pay, order.charge_id) == (503, {"reasonCode": "Busy", "message": "Simulated Busy."})
    assert amazon_pay.faults() == []
    amazon_pay.fault("reset-after", operation="capture")
    with pytest.raises(ConnectionResetError):
        capture(amazon_pay, order.charge_id)
    assert amazon_pay.effects("capture")
    amazon_pay.fault("throttle", times=3)
    amazon_pay.clear_faults()
    assert amazon_pay.faults() == []
    assert amazon_pay.act("refund-elsewhere", order.charge_id, amount="1.00")["state"] == "Refunded"
    assert amazon_pay.switch(quotas="sandbox")["quotas"] == amazon_pay.settings()["quotas"] == "sandbox"
    path = f"/v2/charges/{order.charge_id}"
    with ThreadPoolExecutor(8) as many:  # side by side, so that they outrun five a second also on a slow machine
        taken = {status for status, _ in many.map(lambda _: send(amazon_pay, "GET", path), range(40))}
    assert taken == {200, 429}


def test_what_does_not_fit_is_said_in_a_sentence(amazon_pay: RunningSimulator) -> None:
    for wrong in (
        lambda: amazon_pay.order("shipped"),
        lambda: amazon_pay.order(amount="12,00"),
        lambda: amazon_pay.advance("a week"),
        lambda: amazon_pay.act("decline", "S01-0000000-0000000"),
        lambda: amazon_pay.fault("explode"),
        lambda: amazon_pay.switch(speed="high"),
        lambda: amazon_pay.effects("captures"),
    ):
        with pytest.raises(SimulatorError, match=r"\.$"):
            wrong()
    with pytest.raises(SimulatorError, match="speed"), running(settings={"speed": 1}):
        pass


def test_a_connection_held_back_does_not_hold_up_the_end() -> None:
    with running() as amazon_pay:
        order = amazon_pay.order("authorized")
        amazon_pay.fault("stall-after", operation="get-charge")
        caught: list[BaseException] = []

        def wait() -> None:
            try:
                send(amazon_pay, "GET", f"/v2/charges/{order.charge_id}")
            except OSError as error:
                caught.append(error)

        waiting = threading.Thread(target=wait)
        waiting.start()
        while amazon_pay.faults():
            pass
    waiting.join()
    assert isinstance(caught[0], ConnectionError)
    assert not amazon_pay.directory.exists()
    assert "amazon-pay" not in {thread.name for thread in threading.enumerate()}


def test_its_directory_is_a_profile_for_azpay(amazon_pay: RunningSimulator) -> None:
    amazon_pay.order()
    profile = load(amazon_pay.directory / "config.toml")
    assert profile.url == amazon_pay.url
    assert profile.public_key_id == amazon_pay.public_key_id
    with running(orders=3, seed=5) as first, running(orders=3, seed=5) as second:
        assert first.orders() == second.orders()
        assert first.url != second.url
        with (first.directory / "orders.csv").open(newline="") as file:
            assert [row["order_number"] for row in csv.DictReader(file)] == [order.number for order in first.orders()]


def test_tls_with_the_certificate_it_names() -> None:
    with running(tls=True) as amazon_pay:
        assert amazon_pay.url.startswith("https://127.0.0.1:")
        assert amazon_pay.ca_file
        context = ssl.create_default_context(cafile=amazon_pay.ca_file)
        with urllib.request.urlopen(f"{amazon_pay.url}/_sim/orders", context=context, timeout=120) as answer:
            assert answer.read() == b"[]"
        assert amazon_pay.core.url == amazon_pay.url, "links in answers lead back to it"


PLUGIN = 'pytest_plugins = ["azpay_tui.simulator.pytest_plugin"]\n'


def project(directory: Path, test: str, conftest: str = PLUGIN) -> subprocess.CompletedProcess[str]:
    """Run a project of somebody else's: a conftest.py with the plugin, and this test."""
    (directory / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers\nfilterwarnings = error\n")
    (directory / "conftest.py").write_text(conftest)
    (directory / "test_shop.py").write_text(test)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(directory)]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, cwd=directory, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_fixture_in_a_project_of_its_own(tmp_path: Path) -> None:
    done = project(
        tmp_path,
        """
import sys
import urllib.request

import pytest


def test_each_test_has_a_world_of_its_own(amazon_pay):
    assert amazon_pay.orders() == []
    amazon_pay.order("authorized")
    assert urllib.request.urlopen(amazon_pay.url + "/_sim/orders").status == 200


@pytest.mark.amazon_pay(orders=2, tls=True, settings={"delay_seconds": 0})
def test_the_marker_says_how_it_starts(amazon_pay):
    assert len(amazon_pay.orders()) == 2
    assert amazon_pay.url.startswith("https:")
    assert amazon_pay.settings()["delay_seconds"] == 0


def test_it_loads_nothing_of_the_console():
    assert not {"textual", "sqlmodel", "sqlalchemy", "httpx"} & set(sys.modules)


def test_that_fails(amazon_pay):
    assert amazon_pay.effects("capture"), "nothing was captured"


@pytest.mark.amazon_pay(20)
def test_a_marker_that_says_nothing_is_not_passed_over(amazon_pay):
    pass
""",
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 failed, 3 passed, 1 error" in done.stdout
    assert "nothing was captured" in done.stdout


def ship(charge: str, pay: RunningSimulator) -> None:
    """What the examples of the manual call their own code: it captures a charge as a whole."""
    assert capture(pay, charge, amount="120.00")[0] == 200


def test_the_examples_of_the_manual_run_as_they_stand(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "simulator.md").read_text(encoding="utf-8")
    fixture, block, marker = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    conftest, _, test = fixture.partition("\n")
    done = project(
        tmp_path,
        f"import pytest\nfrom tests.simulator.test_testing import ship\n{test}\n{marker}"
        'def test_marked(amazon_pay):\n    assert amazon_pay.url.startswith("https:")\n',
        conftest,
    )
    assert "2 passed" in done.stdout, done.stdout + done.stderr
    world: dict[str, Any] = {"ship": ship}
    exec(block, world)
    assert [entry.operation for entry in world["amazon_pay"].effects()] == ["capture"]
