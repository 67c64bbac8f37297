"""The network between azpay and the simulator, which a test takes away and gives back."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from tests.cli.conftest import Shop

_RESET: Final = struct.pack("ii", 1, 0)
_HOST: Final = "127.0.0.1"
_FULL: Final = 3
"""Connections nobody accepts that fill a queue of none."""
Outage = Literal["refused", "black hole", "torn answers", "no names", "slow names"]
"""A way in which the network is away: the last two leave it, but say of no name where it leads."""


class Relay:
    """Hands bytes between a port of its own and another one; each connection is a pair of threads."""

    def __init__(self, port: int) -> None:
        """Stand in front of a port of this machine."""
        self._behind = port
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._silent: set[socket.socket] = set()
        self._queue: list[socket.socket] = []
        self._torn = False
        self._listener: socket.socket | None = None
        self._flows = threading.Event()
        self._flows.set()
        self.port = 0
        self.restore()

    def restore(self) -> None:
        """Give the network back, on the port it had."""
        self._torn = False
        self._stop_listening()
        listener = socket.create_server((_HOST, self.port))
        with self._lock:
            self._listener, self.port = listener, int(listener.getsockname()[1])
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def cut(self) -> None:
        """Take it away: connections break, new ones are refused."""
        self._stop_listening()
        with self._lock:
            broken, self._open, self._silent = self._open | self._silent, set(), set()
        for end in broken:
            _break(end)

    def swallow(self) -> None:
        """Take it away without a word: connections carry nothing any more, and new ones get no answer either."""
        self._stop_listening()
        with self._lock:
            self._silent |= self._open
            self._open = set()
            # Nobody accepts: once the queue is full, the system drops whoever knocks.
            self._listener = socket.create_server((_HOST, self.port), backlog=0)
            for _ in range(_FULL):
                end = socket.socket()
                end.setblocking(False)
                end.connect_ex((_HOST, self.port))
                self._queue.append(end)

    def tear(self) -> None:
        """Let every request through, and break its connection in the middle of the answer."""
        self._torn = True

    def hold(self) -> None:
        """Let nothing through any more, in either direction; connections stay, and new ones can be made."""
        self._flows.clear()

    def release(self) -> None:
        """Let through what was held."""
        self._flows.set()

    def _stop_listening(self) -> None:
        with self._lock:
            listener, self._listener = self._listener, None
            queue, self._queue = self._queue, []
        if listener is not None:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
            listener.close()
        for end in queue:
            end.close()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection((_HOST, self._behind))
                with self._lock:
                    cut = self._listener is not listener
                    if not cut:
                        self._open |= {near, far}
                if cut:
                    _break(near)
                    _break(far)
                    return
                for one, other, answers in ((near, far, False), (far, near, True)):
                    threading.Thread(target=self._hand_on, args=(one, other, answers), daemon=True).start()

    def _hand_on(self, one: socket.socket, other: socket.socket, answers: bool) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                self._flows.wait()
                if one in self._silent:
                    continue
                if answers and self._torn:
                    other.sendall(data[: len(data) // 2])
                    _break(other)
                    return
                other.sendall(data)
        if one in self._silent:
            return
        with contextlib.suppress(OSError):
            other.shutdown(socket.SHUT_WR)


def _break(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@contextlib.contextmanager
def relayed(port: int) -> Iterator[Relay]:
    """Stand in front of a port until the block ends."""
    relay = Relay(port)
    try:
        yield relay
    finally:
        relay.cut()
        relay.release()


@dataclass(kw_only=True)
class Cabled(Shop):
    """A shop whose azpay reaches the simulator through a network that can be taken away."""

    relay: Relay

    def lose(self, outage: Outage) -> None:
        """Take the network away."""
        match outage:
            case "refused":
                self.relay.cut()
            case "black hole":
                self.relay.swallow()
            case "torn answers":
                self.relay.tear()
            case _:
                self._names.write_text(outage, encoding="ascii")
                self.relay.cut()
                self.relay.restore()

    def back(self) -> None:
        """Give it back."""
        self._names.unlink(missing_ok=True)
        self.relay.restore()

    @property
    def _names(self) -> Path:
        return self.data.with_name("names")

    @property
    def options(self) -> list[str]:
        config, plain = self.data.with_name("config.toml"), self.simulated.directory / "config.toml"
        if not config.exists():
            text = plain.read_text(encoding="utf-8")
            text = text.replace(self.simulated.url, f"http://127.0.0.1:{self.relay.port}")
            text = text.replace('"sim-key.pem"', f'"{plain.with_name("sim-key.pem")}"')
            config.touch(0o600)
            config.write_text(text, encoding="utf-8")
        return ["--config", str(config), "--data-dir", str(self.data)]


@contextlib.contextmanager
def cabled(shop: Shop) -> Iterator[Cabled]:
    """Put a network between a shop and the simulator until the block ends."""
    port = urlsplit(shop.simulated.url).port
    assert port is not None
    with relayed(port) as relay:
        yield Cabled(**{field.name: getattr(shop, field.name) for field in fields(shop)}, relay=relay)
