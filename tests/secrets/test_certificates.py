"""Promise S5: live and sandbox take no certificate but one that a known authority gave to Amazon's very name."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import certifi
import httpcore
import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from tests.support.figures import tell

from azpay_tui.amazon.hosts import endpoint
from azpay_tui.amazon.transport import open_client

HOST = "pay-api.amazon.eu"
NOW = datetime.now(UTC)
DAY = timedelta(days=1)
Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Issued:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: Key

    def write(self, path: Path, *chain: Issued) -> Path:
        """Write it as a server reads it."""
        private = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(b"".join(one.certificate.public_bytes(Encoding.PEM) for one in (self, *chain)) + private)
        return path


def issue(
    by: Issued | None,
    *names: str,
    authority: bool = False,
    begins: datetime = NOW - DAY,
    ends: datetime = NOW + 30 * DAY,
    usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH,
    common: str = "somebody",
) -> Issued:
    """Make a certificate, its own issuer when nobody else is."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
    signer = by.key if by else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if authority:
        every = dict.fromkeys(
            ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "encipher_only", "decipher_only"), False
        )  # fmt: skip
        builder = builder.add_extension(x509.KeyUsage(**every, key_cert_sign=True, crl_sign=True), critical=True)
    else:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([_name(name) for name in names]), critical=False)
    return Issued(builder.sign(signer, hashes.SHA256()), key)


def _name(name: str) -> x509.GeneralName:
    with suppress(ValueError):
        return x509.IPAddress(ipaddress.ip_address(name))
    return x509.DNSName(name)


CA, OTHER = issue(None, authority=True, common="known"), issue(None, authority=True, common="unknown")
NO_AUTHORITY = issue(CA, HOST, common="no authority")


def old(context: ssl.SSLContext) -> None:
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1


REFUSED: dict[str, Callable[[], tuple[Issued, ...]]] = {
    "self-signed": lambda: (issue(None, HOST, common=HOST),),
    "self-signed authority": lambda: (issue(None, HOST, authority=True, common=HOST),),
    "unknown authority": lambda: (issue(OTHER, HOST), OTHER),
    "unknown authority of the known one's name": lambda: (
        (twin := issue(None, authority=True, common="known")) and (issue(twin, HOST), twin)
    ),
    "expired": lambda: (issue(CA, HOST, begins=NOW - 30 * DAY, ends=NOW - DAY),),
    "not yet valid": lambda: (issue(CA, HOST, begins=NOW + DAY),),
    "another name": lambda: (issue(CA, "pay-api.amazon.com"),),
    "a name below": lambda: (issue(CA, f"x.{HOST}"),),
    "a name above": lambda: (issue(CA, "amazon.eu"),),
    "a longer name": lambda: (issue(CA, f"{HOST}.evil.example"),),
    "the name as common name alone": lambda: (issue(CA, common=HOST),),
    "a wildcard too far up": lambda: (issue(CA, "*.eu"),),
    "a wildcard in the middle": lambda: (issue(CA, "pay-*.amazon.eu.evil"),),
    "the address alone": lambda: (issue(CA, "127.0.0.1"),),
    "no name": lambda: (issue(CA),),
    "for people, not servers": lambda: (issue(CA, HOST, usage=ExtendedKeyUsageOID.CLIENT_AUTH),),
    "given by one that is no authority": lambda: (issue(NO_AUTHORITY, HOST), NO_AUTHORITY),
}


@contextmanager
def serving(path: Path, change: Callable[[ssl.SSLContext], None] | None = None) -> Iterator[tuple[int, list[bytes]]]:
    """Run a TLS server on loopback; yields its port and what came to it in clear."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    if change is not None:
        change(context)
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _address = listener.accept()
                except OSError:
                    return
                with (
                    suppress(OSError, ssl.SSLError),
                    connection,
                    context.wrap_socket(connection, server_side=True) as tls,
                ):
                    heard.append(tls.recv(65536))
                    tls.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1], heard
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)


def ask(port: int, monkeypatch: pytest.MonkeyPatch, environment: str) -> str:
    """Ask Amazon's host, whose name leads to this machine; returns `taken` or why not."""
    real = httpcore.SyncBackend.connect_tcp

    def here(self: httpcore.SyncBackend, host: str, _port: int, *rest: object) -> httpcore.NetworkStream:
        return real(self, "127.0.0.1", port, *rest)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(httpcore.SyncBackend, "connect_tcp", here)
        patched.setattr("azpay_tui.amazon.transport.resolve", lambda host, port, seconds: ["127.0.0.1"])
        place = endpoint(environment, "eu")  # type: ignore[arg-type]
        try:
            with open_client(place) as client:
                client.get(f"{place.origin}/v2/charges/x", headers={"authorization": "SECRET"})
        except httpx.TransportError as error:
            return str(error)
    return "taken"


@pytest.fixture
def trusting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the test's authority a known one, as certifi's are."""
    bundle = tmp_path / "known.pem"
    bundle.write_bytes(CA.certificate.public_bytes(Encoding.PEM))
    monkeypatch.setattr(certifi, "where", lambda: str(bundle))
    return tmp_path


def test_the_right_certificate_is_taken(trusting: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the refusals below are refusals of certificates and of nothing else."""
    with serving(issue(CA, HOST).write(trusting / "server.pem")) as (port, heard):
        for environment in ("live", "sandbox"):
            assert ask(port, monkeypatch, environment) == "taken"
    assert len(heard) == 2


@pytest.mark.parametrize("environment", ["live", "sandbox"])
@pytest.mark.parametrize("name", REFUSED)
def test_every_other_one_is_refused(
    trusting: Path, monkeypatch: pytest.MonkeyPatch, name: str, environment: str
) -> None:
    first, *chain = REFUSED[name]()
    with serving(first.write(trusting / "server.pem", *chain)) as (port, heard):
        said = ask(port, monkeypatch, environment)
    tell("S5", 1, int(said == "taken" or bool(heard)), seed=name)
    assert said != "taken"
    assert "CERTIFICATE_VERIFY_FAILED" in said or "certificate verify failed" in said
    assert heard == []


def test_what_certifi_does_not_know_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither do variables of the environment add an authority."""
    bundle = tmp_path / "own.pem"
    bundle.write_bytes(CA.certificate.public_bytes(Encoding.PEM))
    for variable in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(variable, str(bundle))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    with serving(issue(CA, HOST).write(tmp_path / "server.pem")) as (port, heard):
        said = ask(port, monkeypatch, "live")
    tell("S5", 1, int(said == "taken"))
    assert "certificate verify failed" in said
    assert heard == []


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1:DeprecationWarning")
def test_an_old_protocol_is_refused(trusting: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(issue(CA, HOST).write(trusting / "server.pem"), old) as (port, heard):
        said = ask(port, monkeypatch, "live")
    tell("S5", 1, int(said == "taken"))
    assert "protocol" in said.lower()
    assert heard == []


def test_no_encryption_at_all_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    heard.append(connection.recv(65536))
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        said = ask(listener.getsockname()[1], monkeypatch, "sandbox")
        thread.join(10)
    tell("S5", 1, int(said == "taken"))
    assert said != "taken"
    assert b"SECRET" not in b"".join(heard)


def test_keys_of_the_session_are_written_nowhere(trusting: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = trusting / "keys.log"
    monkeypatch.setenv("SSLKEYLOGFILE", str(log))
    with serving(issue(CA, HOST).write(trusting / "server.pem")) as (port, _heard):
        assert ask(port, monkeypatch, "live") == "taken"
    tell("S15", 1, int(log.exists()))
    assert not log.exists()
