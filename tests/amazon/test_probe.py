"""Unusual questions: signed and dated as asked, harmless, and never for a live account."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.support.inline import InlineTransport

from azpay_tui import config
from azpay_tui.amazon.hosts import HostRefusedError
from azpay_tui.amazon.v2 import build_probe
from azpay_tui.amazon.v2.probe import Probe
from azpay_tui.backoffice.learn import Questions, learn
from azpay_tui.profiles import Profile
from azpay_tui.simulator.core import Simulator
from azpay_tui.simulator.wire import Request

NOBODY = "S01-0000000-0000000"
KEY_ID = "SANDBOX-AFKEY"


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def profile(tmp_path: Path, key: rsa.RSAPrivateKey, environment: str = "sandbox") -> Profile:
    file = tmp_path / "key.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    file.chmod(0o600)
    table = {
        "region": "na",
        "environment": environment,
        "merchant_id": "A1",
        "public_key_id": KEY_ID if environment == "sandbox" else "LIVE-AFKEY",
        "private_key_file": str(file),
        "pace": "off",
    }
    return config.profile_of({"profiles": {"a": table}}, tmp_path / "config.toml", "a")


@pytest.fixture
def amazon(key: rsa.RSAPrivateKey) -> InlineTransport:
    return InlineTransport(Simulator({KEY_ID: key.public_key()}))


@pytest.fixture
def probe(tmp_path: Path, key: rsa.RSAPrivateKey, amazon: InlineTransport) -> Probe:
    return build_probe(profile(tmp_path, key), now=lambda: datetime.now(UTC), transport=amazon)


def test_a_live_account_is_refused(tmp_path: Path, key: rsa.RSAPrivateKey) -> None:
    with pytest.raises(HostRefusedError, match="live account"):
        build_probe(profile(tmp_path, key, "live"), now=lambda: datetime.now(UTC))


def signed_names(request: Request) -> str:
    header = request.header("authorization") or ""
    return header.partition("SignedHeaders=")[2].partition(",")[0]


def test_a_simulation_code_is_signed_or_not_as_asked(probe: Probe, amazon: InlineTransport) -> None:
    for signed in (True, False):
        answer = probe.read_simulating(NOBODY, "SoftDeclined", signed=signed)
        assert answer.reason_code == "InvalidSandboxSimulationSpecified"
        sent = amazon.requests[-1]
        assert sent.header("x-amz-pay-simulation-code") == "SoftDeclined"
        assert ("x-amz-pay-simulation-code" in signed_names(sent)) is signed


def test_a_date_is_off_as_asked(probe: Probe) -> None:
    assert probe.read_dated(NOBODY, timedelta(minutes=4)).status == 404
    assert probe.read_dated(NOBODY, timedelta(minutes=-6)).status == 403


def test_a_charge_without_a_key_is_refused_and_has_no_effect(probe: Probe, amazon: InlineTransport) -> None:
    answer = probe.charge_without_key(NOBODY, "JPY")
    assert (answer.status, answer.reason_code) == (400, "MissingHeaderValue")
    sent = amazon.requests[-1]
    assert (sent.method, sent.header("x-amz-pay-idempotency-key")) == ("POST", None)
    assert b'"amount":"1"' in sent.body
    assert [entry.effect for entry in amazon.simulator.ledger] == [False]


def test_the_only_write_names_the_order_that_was_found_missing(probe: Probe, amazon: InlineTransport) -> None:
    learn(probe, Questions(NOBODY, "USD", burst=True))
    writes = [request for request in amazon.requests if request.method != "GET"]
    assert len(writes) == 1
    assert NOBODY.encode() in writes[0].body
    assert {request.path for request in amazon.requests if request.method == "GET"} == {
        f"/v2/chargePermissions/{NOBODY}"
    }


def test_when_the_order_is_not_missing_nothing_is_written(probe: Probe, amazon: InlineTransport) -> None:
    amazon.reachable = False
    seen = {one.key: one for one in learn(probe, Questions(NOBODY, "USD"))}
    assert all(one.value is None for one in seen.values())
    assert "not found missing" in seen["missing_key_answer"].evidence
    assert amazon.requests == []
