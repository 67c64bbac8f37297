"""A webhook that tells the shop: a real server on loopback that checks the signature, refuses, sends on and hangs."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.support.receiver import Answer, Receiver, receiving

from azpay_tui.address import Address
from azpay_tui.delivery.secret import load_secret, signature
from azpay_tui.delivery.webhook import WebhookCourier
from azpay_tui.domain.announcements import envelope
from azpay_tui.domain.messages import Delivered, Message, Outcome, Refused, Unknown
from azpay_tui.paths import ConfigError

AT = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)


@pytest.fixture
def shop() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def post(
    shop: Receiver,
    message: Message,
    secret_file: Path,
    stop: threading.Event,
    *,
    seconds: int = 30,
    port: int | None = None,
) -> Outcome:
    where = Address(shop.scheme, "127.0.0.1", port or shop.port, "/azpay/hook")  # type: ignore[arg-type]
    return WebhookCourier(where, secret_file, timedelta(seconds=seconds), lambda: AT).deliver(message, stop)


def test_it_is_posted_with_a_signature_that_the_shop_can_check(
    shop: Receiver, message: Message, secret_file: Path, stop: threading.Event
) -> None:
    assert post(shop, message, secret_file, stop) == Delivered(f"{shop.url} answered HTTP 200.")
    (came,) = shop.arrived
    assert (came.method, came.path, came.body) == ("POST", "/azpay/hook", envelope(message))
    headers = came.headers
    assert (headers["content-type"], headers["webhook-id"]) == ("application/json", message.id)
    assert headers["webhook-timestamp"] == str(int(AT.timestamp()))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + came.body
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    expected = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


def test_the_signature_is_that_of_the_published_example() -> None:
    """The worked example of Standard Webhooks and of its libraries' tests."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    found = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("status", "kind", "says"),
    [
        (204, Delivered, "answered HTTP 204."),
        (302, Refused, "sends on to another place (HTTP 302)"),
        (401, Refused, "answered HTTP 401: look into"),
        (404, Refused, "answered HTTP 404: look into"),
        (410, Refused, "wants no more messages there (HTTP 410)."),
        (429, Refused, "answered HTTP 429: look into"),
        (500, Unknown, "answered HTTP 500: look into"),
        (503, Unknown, "answered HTTP 503: look into"),
    ],
)
def test_every_answer_is_one_sentence(
    shop: Receiver, message: Message, secret_file: Path, stop: threading.Event, status: int, kind: type, says: str
) -> None:
    shop.answers = [Answer(status, {"location": f"{shop.url}/elsewhere"}, b"Jane Canary " * 100_000)]
    found = post(shop, message, secret_file, stop)
    assert isinstance(found, kind)
    assert found.why.startswith(f"{shop.url} {says}")
    assert "Canary" not in found.why
    assert [came.path for came in shop.arrived] == ["/azpay/hook"]
    assert getattr(found, "permanent", False) is (status == 410)


def test_a_server_that_hangs_is_unknown(
    shop: Receiver, message: Message, secret_file: Path, stop: threading.Event
) -> None:
    shop.holds = threading.Event()
    found = post(shop, message, secret_file, stop, seconds=1)
    assert found == Unknown(f"{shop.url} did not answer within 1s.")


def test_the_end_of_azpay_does_not_wait_for_a_server_that_hangs(
    shop: Receiver, message: Message, secret_file: Path, stop: threading.Event
) -> None:
    shop.holds = threading.Event()
    threading.Thread(target=lambda: (shop.came.wait(60), stop.set()), daemon=True).start()
    assert post(shop, message, secret_file, stop, seconds=500) == Unknown(f"azpay ended before {shop.url} answered.")


def test_a_server_that_is_not_there_is_a_refusal(
    shop: Receiver, message: Message, secret_file: Path, stop: threading.Event
) -> None:
    found = post(shop, message, secret_file, stop, port=9)
    assert found == Refused("http://127.0.0.1:9 cannot be reached: check webhook, and the network of this machine.")


def test_a_certificate_that_nobody_vouches_for_gets_nothing(
    message: Message, secret_file: Path, stop: threading.Event, tmp_path: Path
) -> None:
    directory = tmp_path / "tls"
    directory.mkdir()
    with receiving(directory) as shop:
        found = post(shop, message, secret_file, stop)
    assert isinstance(found, Refused)
    assert "shows a certificate that cannot be verified, so nothing was sent" in found.why
    assert shop.arrived == []


def test_nothing_of_the_environment_changes_the_way(
    shop: Receiver, message: Message, secret_file: Path, stop: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert isinstance(post(shop, message, secret_file, stop), Delivered)


@pytest.mark.parametrize("content", ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=", "whsec_no base64!"])
def test_a_file_without_a_secret_is_refused_and_never_repeated(
    shop: Receiver, message: Message, secret_file: Path, stop: threading.Event, content: str
) -> None:
    secret_file.write_text(content)
    found = post(shop, message, secret_file, stop)
    assert isinstance(found, Refused)
    assert "holds no secret for webhooks: write whsec_" in found.why
    assert not content or content not in found.why
    assert shop.arrived == []


def test_a_secret_that_others_can_read_is_refused(secret_file: Path) -> None:
    secret_file.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        load_secret(secret_file)
