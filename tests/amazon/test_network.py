"""The real client against peers on loopback that misbehave: bounded time, bounded memory, and an honest answer."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from tests.amazon.bodies import CHARGE, encoded
from tests.support.peers import Peer, Script, endless, http, reset, take_request

from azpay_tui.amazon import transport
from azpay_tui.amazon.hosts import endpoint
from azpay_tui.amazon.transport import Patience, open_client
from azpay_tui.amazon.v2 import V2Gateway
from azpay_tui.domain.attempt import Answer, classify
from azpay_tui.domain.intent import Verb, Wish
from azpay_tui.domain.money import Money
from azpay_tui.simulator.certificate import ensure_certificate

CHARGE_ID = CHARGE["chargeId"]
CAPTURE = Wish(Verb.CAPTURE, CHARGE["chargePermissionId"], CHARGE_ID, Money(5000, "USD"))
KEY = "k" * 32
IMPATIENT = Patience(connect=3.0, write=3.0, read=0.5, pool=5.0, total=4.0)
"""A single wait ends after half a second, the whole after four; to connect is given time on a slow machine."""
GENEROUS = 60.0
"""Seconds after which a test gives up: far beyond what is allowed, far below what an unbounded client would take."""
WHOLE = http(200, encoded(CHARGE))
GatewayTo = Callable[..., V2Gateway]


def capture(gateway: V2Gateway) -> Answer:
    answers: list[Answer] = []
    thread = threading.Thread(target=lambda: answers.append(gateway.send(gateway.prepare(CAPTURE), KEY)), daemon=True)
    thread.start()
    thread.join(GENEROUS)
    assert answers, "the client did not come back"
    gateway.close()
    return answers[0]


def drip(data: bytes) -> Script:
    """Send one byte at a time, each well within the read timeout, for ever."""

    def script(connection: socket.socket, over: threading.Event) -> None:
        take_request(connection)
        for byte in data * 1000:
            connection.sendall(bytes([byte]))
            if over.wait(0.05):
                return

    return script


def after_request(*parts: bytes, then: Callable[[socket.socket], None] | None = None) -> Script:
    def script(connection: socket.socket, over: threading.Event) -> None:
        take_request(connection)
        for part in parts:
            connection.sendall(part)
        if then is not None:
            then(connection)

    return script


def stall(*parts: bytes) -> Script:
    def script(connection: socket.socket, over: threading.Event) -> None:
        take_request(connection)
        for part in parts:
            connection.sendall(part)
        over.wait(GENEROUS)

    return script


def deaf(connection: socket.socket, over: threading.Event) -> None:
    """Accept and reset before anything was read, but not before the client knows that it is connected."""
    connection.recv(1, socket.MSG_PEEK)
    reset(connection)


LOST: dict[str, Script] = {
    "reset before the request was read": deaf,
    "reset after the request": after_request(then=reset),
    "closed after the request": after_request(),
    "stall before the answer": stall(),
    "stall in the head": stall(WHOLE[:20]),
    "stall in the body": stall(WHOLE[:-20]),
    "drip of the head": drip(b"HTTP/1.1 200 OK\r\nx-pad: " + b"x" * 10_000),
    "drip of the body": drip(http(200, b"", length=100_000)[:-1] + b"\n" + b" "),
    "cut body": after_request(WHOLE[:-20]),
    "cut body, reset": after_request(WHOLE[:-20], then=reset),
    "cut chunk": after_request(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{"),
    "cut head": after_request(b"HTTP/1.1 200 OK\r\nContent-"),
    "no HTTP": after_request(b"\x15\x03\x01\x00\x02\x02\x28 what\r\n\r\n"),
    "endless head": endless(b"HTTP/1.1 200 OK\r\n", b"x-pad: " + b"x" * 60_000 + b"\r\n"),
    "endless informational answers": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "two lengths": after_request(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\n{}"),
}


@pytest.mark.parametrize("name", LOST)
def test_write_without_a_whole_answer_is_unknown(gateway_to: GatewayTo, name: str) -> None:
    with Peer(LOST[name]) as peer:
        answer = capture(gateway_to(peer.url, IMPATIENT))
        assert (answer.kind, answer.status) == ("lost", None), answer
        assert classify(CAPTURE, answer, 1).state == "unknown"
        assert peer.connections == 1


@pytest.mark.parametrize("name", ["stall before the answer", "stall in the head", "stall in the body"])
def test_total_deadline_cuts_a_single_long_wait(gateway_to: GatewayTo, name: str) -> None:
    with Peer(LOST[name]) as peer:
        assert capture(gateway_to(peer.url, Patience(read=GENEROUS * 3, total=3.0))).kind == "lost"


HUGE_HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
BIG_CHUNK = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
ODD: dict[str, Script] = {
    "huge length": stall(http(200, b"{", length=10**12) + b" " * 3_000_000),
    "endless body": endless(HUGE_HEAD + b"\r\n", BIG_CHUNK),
    "endless body until the connection ends": endless(b"HTTP/1.1 200 OK\r\n\r\n", b" " * 65536),
    "gzip bomb": after_request(http(200, gzip.compress(b" " * 300_000_000, 9), "Content-Encoding: gzip")),
    "deflate bomb": after_request(http(200, zlib.compress(b" " * 300_000_000, 9), "Content-Encoding: deflate")),
    "broken gzip": after_request(http(200, b"\x1f\x8bnonsense", "Content-Encoding: gzip")),
    "cut gzip": after_request(http(200, gzip.compress(encoded(CHARGE))[:-30], "Content-Encoding: gzip")),
    "unknown encoding": after_request(http(200, encoded(CHARGE), "Content-Encoding: br")),
    "two encodings": after_request(http(200, encoded(CHARGE), "Content-Encoding: gzip, gzip")),
    "redirect": after_request(http(307, b"", "Location: http://127.0.0.1:1/v2/charges")),
    "garbage": after_request(http(200, b"<html>\xff\xfe")),
    "empty": after_request(http(200, b"")),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_answer_of_a_write_is_unknown(gateway_to: GatewayTo, name: str) -> None:
    with Peer(ODD[name]) as peer:
        answer = capture(gateway_to(peer.url, Patience(read=5.0)))
        assert (answer.kind, answer.fact) == ("answered", None), answer
        assert answer.status in (200, 307)
        assert classify(CAPTURE, answer, 1).state == "unknown"
        assert len(answer.raw) <= 64 * 1024
        assert peer.connections == 1


@pytest.mark.parametrize("name", ["gzip bomb", "deflate bomb", "huge length", "endless body"])
def test_memory_is_bounded(gateway_to: GatewayTo, name: str) -> None:
    with Peer(ODD[name]) as peer:
        gateway = gateway_to(peer.url, Patience(read=5.0))
        tracemalloc.start()
        try:
            capture(gateway)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 32 * 1024 * 1024


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate", "identity", ""])
def test_a_body_that_was_compressed_unasked_is_read(gateway_to: GatewayTo, encoding: str) -> None:
    body = encoded(CHARGE)
    packed = {"gzip": gzip.compress, "x-gzip": gzip.compress, "deflate": zlib.compress}.get(encoding, bytes)(body)
    headers = (f"Content-Encoding: {encoding}",) if encoding else ()
    with Peer(after_request(http(200, packed, *headers))) as peer:
        answer = capture(gateway_to(peer.url))
        assert answer.fact is not None
        assert answer.raw == body


def test_nobody_listening_is_unsent(gateway_to: GatewayTo) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    answer = capture(gateway_to(f"http://127.0.0.1:{port}"))
    assert answer.kind == "unsent"
    assert "refused" in answer.message


def test_nobody_accepting_is_unsent(gateway_to: GatewayTo) -> None:
    """A full backlog: the connection cannot be made in time."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        port = server.getsockname()[1]
        crowd = [socket.socket() for _ in range(8)]
        for one in crowd:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        answer = capture(gateway_to(f"http://127.0.0.1:{port}", Patience(connect=0.3)))
        for one in crowd:
            one.close()
    assert answer.kind == "unsent"
    assert "in time" in answer.message


def test_name_that_is_not_found_is_unsent(gateway_to: GatewayTo, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*args: object, **kwargs: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(transport.socket, "getaddrinfo", nothing)
    answer = capture(gateway_to("http://localhost:1"))
    assert answer.kind == "unsent"
    assert "Name or service not known" in answer.message


def test_name_look_up_that_hangs_is_unsent(gateway_to: GatewayTo, monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(transport.socket, "getaddrinfo", lambda *args, **kwargs: over.wait(GENEROUS) and [])
    answer = capture(gateway_to("http://localhost:1", Patience(connect=0.2)))
    over.set()
    assert answer.kind == "unsent"
    assert "in time" in answer.message


def test_first_address_dead_second_alive(gateway_to: GatewayTo, monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo

    def two(host: str, port: int, *args: object, **kwargs: object) -> list[object]:
        if host != "localhost":
            return real(host, port, type=socket.SOCK_STREAM)
        kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kind, ("127.0.0.9", port)), (*kind, ("127.0.0.1", port))]

    monkeypatch.setattr(transport.socket, "getaddrinfo", two)
    with Peer(after_request(WHOLE)) as peer:
        assert capture(gateway_to(f"http://localhost:{peer.port}")).fact is not None


def test_all_connections_in_use_is_unsent(gateway_to: GatewayTo) -> None:
    with Peer(stall()) as peer:
        gateway = gateway_to(peer.url, Patience(pool=0.3, read=5.0, total=5.0))
        threads = [
            threading.Thread(target=gateway.send, args=(gateway.prepare(CAPTURE), KEY), daemon=True) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        until = time.monotonic() + GENEROUS
        while peer.connections < 4 and time.monotonic() < until:
            time.sleep(0.01)
        answer = gateway.send(gateway.prepare(CAPTURE), KEY)
        assert answer.kind == "unsent"
        assert "in use" in answer.message
        peer.over.set()
        for thread in threads:
            thread.join(GENEROUS)
        gateway.close()


def answer_all(connection: socket.socket, over: threading.Event) -> None:
    while take_request(connection):
        connection.sendall(WHOLE)


def test_reads_keep_their_connection_and_writes_get_a_new_one(gateway_to: GatewayTo) -> None:
    with Peer(answer_all) as peer:
        gateway = gateway_to(peer.url)
        for _ in range(3):
            assert gateway.read(CHARGE_ID).fact is not None
        assert peer.connections == 1
        for number in range(3):
            assert gateway.send(gateway.prepare(CAPTURE), KEY).fact is not None
            assert peer.connections == 2 + number
        gateway.close()


def test_read_on_a_connection_that_was_closed_meanwhile_succeeds(gateway_to: GatewayTo) -> None:
    """The peer ends each kept connection after its first answer; a read notices and goes on."""
    with Peer(after_request(WHOLE)) as peer:
        gateway = gateway_to(peer.url)
        for _ in range(3):
            assert gateway.read(CHARGE_ID).fact is not None
        gateway.close()


def test_read_on_a_connection_that_dies_under_it_is_tried_again(gateway_to: GatewayTo) -> None:
    def first_only(connection: socket.socket, over: threading.Event) -> None:
        take_request(connection)
        connection.sendall(WHOLE)
        take_request(connection)
        reset(connection)

    with Peer(first_only) as peer:
        gateway = gateway_to(peer.url)
        for _ in range(3):
            assert gateway.read(CHARGE_ID).fact is not None
        assert peer.connections == 3
        gateway.close()


def test_environment_cannot_divert(gateway_to: GatewayTo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with Peer(after_request(WHOLE)) as proxy, Peer(after_request(WHOLE)) as peer:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        netrc = tmp_path / "netrc"
        netrc.write_text("machine 127.0.0.1 login x password y\n")
        monkeypatch.setenv("NETRC", str(netrc))
        assert capture(gateway_to(peer.url)).fact is not None
        assert (proxy.connections, peer.connections) == (0, 1)


# --- TLS


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    return ensure_certificate(tmp_path)


def tls(files: tuple[Path, Path], script: Script, requests: list[bytes], **limits: ssl.TLSVersion) -> Script:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    for name, version in limits.items():
        setattr(context, name, version)

    def script_over_tls(connection: socket.socket, over: threading.Event) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            requests.append(take_request(secure))
            secure.sendall(WHOLE)

    return script_over_tls


def test_simulator_over_tls_with_its_own_certificate(
    gateway_to: GatewayTo, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    log = tmp_path / "keys.log"
    monkeypatch.setenv("SSLKEYLOGFILE", str(log))
    requests: list[bytes] = []
    with Peer(tls(certificate, answer_all, requests)) as peer:
        answer = capture(gateway_to(f"https://127.0.0.1:{peer.port}", ca_file=certificate[0]))
        assert answer.fact is not None, answer
    assert len(requests) == 1
    assert not log.exists()


@pytest.mark.parametrize("trusted", ["nothing of it", "another certificate"])
def test_certificate_that_is_not_trusted_is_unsent(
    gateway_to: GatewayTo, certificate: tuple[Path, Path], tmp_path: Path, trusted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    other = tmp_path / "other"
    other.mkdir()
    ca_file = ensure_certificate(other)[0] if trusted == "another certificate" else None
    requests: list[bytes] = []
    with Peer(tls(certificate, answer_all, requests)) as peer:
        answer = capture(gateway_to(f"https://127.0.0.1:{peer.port}", ca_file=ca_file))
    assert answer.kind == "unsent"
    assert requests == []


def test_certificate_of_another_host_is_unsent(
    gateway_to: GatewayTo, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Real hosts: the name is looked up to this machine, which has a trusted certificate of another name."""
    real = socket.getaddrinfo
    requests: list[bytes] = []
    with Peer(tls(certificate, answer_all, requests)) as peer:

        def here(host: str, port: int, *args: object, **kwargs: object) -> list[object]:
            if host == "127.0.0.1":
                return real("127.0.0.1", peer.port, type=socket.SOCK_STREAM)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", peer.port))]

        class Diverted(transport.httpcore.SyncBackend):
            def connect_tcp(self, host: str, port: int, *args: object, **kwargs: object) -> object:
                return super().connect_tcp("127.0.0.1", peer.port, *args, **kwargs)

        monkeypatch.setattr(transport.socket, "getaddrinfo", here)
        monkeypatch.setattr(transport.httpcore, "SyncBackend", Diverted)
        monkeypatch.setattr(transport.certifi, "where", lambda: str(certificate[0]))
        answer = capture(gateway_to(None, environment="sandbox", url=None))
    assert answer.kind == "unsent", answer
    assert "pay-api.amazon.com" in answer.message or "verify failed" in answer.message
    assert requests == []


def test_plain_http_where_tls_is_expected_is_unsent(gateway_to: GatewayTo, certificate: tuple[Path, Path]) -> None:
    with Peer(after_request(WHOLE)) as peer:
        answer = capture(gateway_to(f"https://127.0.0.1:{peer.port}", ca_file=certificate[0]))
    assert answer.kind == "unsent"


def test_handshake_that_stalls_is_unsent(gateway_to: GatewayTo, certificate: tuple[Path, Path]) -> None:
    def silent(connection: socket.socket, over: threading.Event) -> None:
        over.wait(GENEROUS)

    with Peer(silent) as peer:
        answer = capture(gateway_to(f"https://127.0.0.1:{peer.port}", Patience(connect=0.3), ca_file=certificate[0]))
    assert answer.kind == "unsent"


def test_context_verifies_name_and_chain() -> None:
    for place in (endpoint("live", "na"), endpoint("simulator", "na", "https://127.0.0.1:1")):
        context = transport.tls_context(place, None)
        assert context is not None
        assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
        assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    with open_client(endpoint("live", "na")) as client:
        assert isinstance(client, httpx.Client)
        assert client.trust_env is False
        assert client.follow_redirects is False


def test_closing_ends_what_waits_for_an_answer(gateway_to: GatewayTo) -> None:
    """It is closed when the program ends, which must not wait for whoever answers nothing."""
    with Peer(stall()) as peer:
        gateway = gateway_to(peer.url, Patience(read=GENEROUS * 2, total=GENEROUS * 2))
        answers: dict[str, Answer] = {}
        threads = [
            threading.Thread(target=lambda: answers.update(read=gateway.read(CHARGE_ID)), daemon=True),
            threading.Thread(
                target=lambda: answers.update(send=gateway.send(gateway.prepare(CAPTURE), KEY)), daemon=True
            ),
        ]
        for thread in threads:
            thread.start()
        until = time.monotonic() + GENEROUS
        while peer.connections < 2 and time.monotonic() < until:
            time.sleep(0.01)
        gateway.close()
        for thread in threads:
            thread.join(GENEROUS / 4)
        assert answers["send"].kind == "lost"
        assert answers["read"].kind == "unsent", "it is not tried again"
