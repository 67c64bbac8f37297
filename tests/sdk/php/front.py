"""A front for clients that insist on port 443: an HTTP proxy on loopback whose every tunnel ends at one local port.

Amazon's PHP SDK connects to port 443 whatever its service URL says, which takes a privilege to listen on; through this
proxy, which it can be told of, its TLS connection reaches a simulator on any port, unread and unchanged.
"""

from __future__ import annotations

import socket
import socketserver
import threading
from types import TracebackType

PATIENCE = 60


class Front:
    """Listens on a free port of 127.0.0.1 between entering and leaving; ``target`` is where each tunnel ends."""

    def __init__(self, target: int) -> None:
        self._server = _Server(("127.0.0.1", 0), _Tunnel)
        self._server.target = target
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Front:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(socketserver.ThreadingTCPServer):
    target: int
    daemon_threads = True


class _Tunnel(socketserver.StreamRequestHandler):
    server: _Server
    timeout = PATIENCE

    def handle(self) -> None:
        first = self.rfile.readline(2000).split()
        while self.rfile.readline(2000).strip():
            pass
        if len(first) != 3 or first[0] != b"CONNECT":
            self.wfile.write(b"HTTP/1.1 405 Only CONNECT\r\nContent-Length: 0\r\n\r\n")
            return
        with socket.create_connection(("127.0.0.1", self.server.target), timeout=PATIENCE) as inner:
            self.wfile.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            back = threading.Thread(target=_copy, args=(inner, self.connection), daemon=True)
            back.start()
            _copy(self.connection, inner)
            back.join()


def _copy(source: socket.socket, sink: socket.socket) -> None:
    """Pass bytes on until either side is through; then the other side learns it."""
    try:
        while data := source.recv(65_536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        for wire in (source, sink):
            _end(wire)


def _end(wire: socket.socket) -> None:
    try:
        wire.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended already
