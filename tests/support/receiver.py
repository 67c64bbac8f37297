"""A shop that takes messages: a real HTTP server on loopback that keeps what arrives and answers as it is told."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from azpay_tui.simulator.certificate import ensure_certificate


@dataclass(frozen=True)
class Arrived:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    """Names in small letters."""
    body: bytes


@dataclass
class Answer:
    """What it says to one request."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass
class Receiver:
    """What arrived, and what is answered next; 200 when nothing else was said."""

    port: int = 0
    scheme: str = "http"
    arrived: list[Arrived] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    answer: Callable[[Arrived], Answer] | None = None
    holds: threading.Event | None = None
    """While it is there and not set, requests wait for it."""
    came: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def take(self, request: Arrived) -> Answer:
        self.arrived.append(request)
        self.came.set()
        if self.holds is not None:
            self.holds.wait(60)
        if self.answers:
            return self.answers.pop(0)
        return self.answer(request) if self.answer is not None else Answer()


@contextmanager
def receiving(tls_in: Path | None = None) -> Iterator[Receiver]:
    """Serve until the block ends; with a directory over TLS, with a certificate that nobody vouches for."""
    receiver = Receiver(scheme="http" if tls_in is None else "https")

    class Handler(BaseHTTPRequestHandler):
        def take(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = receiver.take(Arrived(self.command, self.path, headers, body))
            try:
                self.send_response(answer.status)
                for name, value in {"content-length": str(len(answer.body)), **answer.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body)
            except OSError:  # whoever asked has gone
                pass

        do_GET = do_POST = do_PUT = take

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda request, client_address: None  # type: ignore[method-assign,assignment]
    if tls_in is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*ensure_certificate(tls_in))
        server.socket = context.wrap_socket(server.socket, server_side=True)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        if receiver.holds is not None:
            receiver.holds.set()
        server.shutdown()
        server.server_close()
