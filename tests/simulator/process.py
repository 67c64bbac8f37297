"""A simulator in a process of its own, and a signing client over plain sockets."""

from __future__ import annotations

import http.client
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from tests.simulator.signer import sign

#: Bound for things that must happen at all; no test measures how long they take.
DEADLINE = 120


class Server:
    """A running simulator with the profile it wrote."""

    def __init__(self, process: subprocess.Popen[bytes], url: str, directory: Path, lines: queue.Queue[bytes]) -> None:
        self.process = process
        self.url = url
        self.directory = directory
        self.lines = lines
        profile = tomllib.loads((directory / "config.toml").read_text())["profiles"]["sim"]
        self.key_id: str = profile["public_key_id"]
        key = load_pem_private_key((directory / profile["private_key_file"]).read_bytes(), None)
        assert isinstance(key, RSAPrivateKey)
        self.key = key

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        assert parts.hostname
        assert parts.port
        return parts.hostname, parts.port

    def signed(self, method: str, path: str, body: Any = None, key: str | None = None) -> tuple[bytes, dict[str, str]]:
        data = b"" if body is None else json.dumps(body).encode()
        extra = {"x-amz-pay-idempotency-key": key} if key else {}
        headers = sign(method, path, data, datetime.now(UTC), key_id=self.key_id, private=self.key, extra=extra)
        return data, dict(headers)

    @contextmanager
    def request(
        self, method: str, path: str, body: Any = None, *, key: str | None = None, patience: float = DEADLINE
    ) -> Iterator[http.client.HTTPConnection]:
        """Send a request and hand over the connection before the answer is read."""
        connection = http.client.HTTPConnection(*self.address, timeout=patience)
        try:
            data, headers = self.signed(method, path, body, key)
            if path.startswith("/_sim/"):
                headers = {}
            connection.request(method, path, data, headers)
            yield connection
        finally:
            connection.close()

    def send(self, method: str, path: str, body: Any = None, *, key: str | None = None) -> tuple[int, Any]:
        with self.request(method, path, body, key=key) as connection, connection.getresponse() as answer:
            text = answer.read()
            return answer.status, json.loads(text) if text else None

    def made(self, situation: str) -> dict[str, Any]:
        status, [made] = self.send("POST", "/_sim/orders", [{"situation": situation}])
        assert status == 201
        assert isinstance(made, dict)
        return made

    def capture(self, charge: str) -> tuple[str, dict[str, Any]]:
        price = {"amount": "5.00", "currencyCode": "USD"}
        return f"/v2/charges/{charge}/capture", {"captureAmount": price}

    def effects(self, charge: str) -> list[bool]:
        _, ledger = self.send("GET", "/_sim/ledger")
        return [entry["effect"] for entry in ledger if entry["id"] == charge]

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(DEADLINE)


def start(*arguments: str | Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "azpay_tui.simulator", *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": ""},
    )


@contextmanager
def running(directory: Path, *arguments: str | Path) -> Iterator[Server]:
    """Start with a profile directory, wait for the line, end without mercy."""
    process = start("--profile-dir", directory, *arguments)
    assert process.stdout
    lines: queue.Queue[bytes] = queue.Queue()
    stdout = process.stdout

    def read() -> None:
        for line in stdout:
            lines.put(line)
        lines.put(b"")

    reader = threading.Thread(target=read)
    reader.start()
    try:
        word, url = lines.get(timeout=DEADLINE).decode().split()
        assert word == "ready"
        yield Server(process, url, directory, lines)
    finally:
        process.kill()
        process.wait()
        reader.join()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
