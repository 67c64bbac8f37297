"""A key of the tests' own, a profile, and gateways over whatever is put in the place of Amazon."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import httpx
import pytest
import stamina
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from azpay_tui.amazon.hosts import Environment, Region
from azpay_tui.amazon.transport import Patience
from azpay_tui.amazon.v2 import V2Gateway, build

NOW = datetime(2026, 1, 15, 12, 34, 56, tzinfo=UTC)
KEY_ID = "SANDBOX-AHEXAMPLEPUBKEY0000000000"


@dataclass(frozen=True)
class Settings:
    private_key_file: Path
    public_key_id: str = KEY_ID
    region: Region = "na"
    environment: Environment = "simulator"
    url: str | None = "http://127.0.0.1:1"
    ca_file: Path | None = None
    pace: Literal["quota", "off"] = "off"


@pytest.fixture(scope="session")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="session")
def key_file(key: rsa.RSAPrivateKey, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("key")
    directory.chmod(0o700)
    path = directory / "key.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    path.chmod(0o600)
    return path


@pytest.fixture
def settings(key_file: Path) -> Settings:
    return Settings(key_file)


@pytest.fixture(autouse=True)
def _no_waiting_between_tries() -> Iterator[None]:
    stamina.set_testing(True, attempts=3, cap=True)
    yield
    stamina.set_testing(False)


class Handled(httpx.MockTransport):
    """Ends requests in a handler; its answer arrives bit by bit, as over a network."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = super().handle_request(request)
        if not answer.is_stream_consumed:
            return answer
        return httpx.Response(answer.status_code, headers=answer.headers, stream=_Bits(answer.content))


class _Bits(httpx.SyncByteStream):
    def __init__(self, content: bytes) -> None:
        self._content = content

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(self._content), 4096):
            yield self._content[start : start + 4096]


Handler = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def gateway_to(settings: Settings) -> Callable[..., V2Gateway]:
    """Make a gateway whose requests end in a handler, at a URL on loopback, or (None) where the settings say."""

    def make(target: Handler | str | None, patience: Patience | None = None, **changes: object) -> V2Gateway:
        wanted = replace(settings, **changes)
        if isinstance(target, str):
            wanted = replace(wanted, url=target)
        transport = Handled(target) if callable(target) else None
        return build(wanted, now=lambda: NOW, wall=lambda: NOW, transport=transport, patience=patience)

    return make
