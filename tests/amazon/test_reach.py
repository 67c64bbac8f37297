"""The way to Amazon step by step, on loopback."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from azpay_tui.amazon import reach as module
from azpay_tui.amazon.hosts import endpoint
from azpay_tui.amazon.reach import reach
from azpay_tui.amazon.transport import resolve
from azpay_tui.simulator.certificate import ensure_certificate


@contextmanager
def listening() -> Iterator[tuple[int, socket.socket]]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        yield int(listener.getsockname()[1]), listener


def test_a_connection_is_enough_without_tls() -> None:
    with listening() as (port, _):
        found = reach(endpoint("simulator", "na", f"http://127.0.0.1:{port}"))
    assert (found.addresses, found.tls, found.failed) == (("127.0.0.1",), None, None)


def test_nobody_listening_is_no_connection() -> None:
    with listening() as (port, listener):
        listener.close()
        found = reach(endpoint("simulator", "na", f"http://127.0.0.1:{port}"))
    assert (found.failed, found.why) == ("connection", "Connection refused")


def test_a_name_that_is_not_found_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(host: str, port: int, seconds: float) -> list[str]:
        return resolve("name.invalid", port, seconds)

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    monkeypatch.setattr(module, "resolve", nowhere)
    found = reach(endpoint("sandbox", "eu"))
    assert found.failed == "name"
    assert "name.invalid cannot be found" in found.why


@pytest.mark.parametrize("trusted", [True, False])
def test_a_certificate_has_to_be_trusted(tmp_path: Path, trusted: bool) -> None:
    import ssl

    certificate, key = ensure_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with listening() as (port, listener):

        def serve() -> None:
            peer, _ = listener.accept()
            with peer:
                try:
                    context.wrap_socket(peer, server_side=True).close()
                except ssl.SSLError:
                    assert not trusted

        thread = threading.Thread(target=serve)
        thread.start()
        found = reach(endpoint("simulator", "na", f"https://127.0.0.1:{port}"), Path(certificate) if trusted else None)
        thread.join()
    if trusted:
        assert found.failed is None
        assert found.tls in ("TLSv1.2", "TLSv1.3")
    else:
        assert found.failed == "certificate"
        assert "self" in found.why
