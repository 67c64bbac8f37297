"""The network around the core: ASGI, and the faults that need a socket to be played."""

from __future__ import annotations

import asyncio
import socket
import struct
from pathlib import Path
from typing import Final, cast

from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from azpay_tui.simulator.core import Simulator
from azpay_tui.simulator.wire import Request, Response, dump_json

_TRANSPORT: Final = "azpay.transport"
_LARGEST_BODY: Final = 1_000_000
_LINGER_NONE: Final = struct.pack("ii", 1, 0)


class OpenProtocol(H11Protocol):
    """uvicorn's HTTP protocol, showing its transport to the application so that a connection can be cut."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, object],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        inner = cast(ASGIApp, self.app)

        async def with_transport(scope: Scope, receive: Receive, send: Send) -> None:
            await inner({**scope, _TRANSPORT: self.transport}, receive, send)

        self.app = with_transport

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: clients that offer HTTP/2 are answered with HTTP/1.1, and do so with every request."""


class Shell:
    """The ASGI application. Everything is decided by the core, one request at a time."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._held: set[asyncio.Transport] = set()
        self._ending = False

    def let_go(self) -> None:
        """Cut the connections of all answers held back, now and from now on, so that the process can end at once."""
        self._ending = True
        for transport in self._held:
            _reset(transport)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            return
        try:
            body = await _body(HttpRequest(scope, receive))
        except ClientDisconnect:
            return
        if body is None:
            sentence = "The request body is too large."
            own = scope["path"].startswith("/_sim/")
            refusal = {"error": sentence} if own else {"reasonCode": "InvalidRequest", "message": sentence}
            await _send(Response(400, self._simulator.headers(), dump_json(refusal)), send)
            return
        request = Request(
            method=scope["method"],
            path=scope["raw_path"].decode("latin-1"),
            query=scope["query_string"].decode("latin-1"),
            headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]),
            body=body,
        )
        response = self._simulator.handle(request)
        if response.delivery.kind == "plain":
            await _send(response, send)
            return
        transport = cast(asyncio.Transport, scope[_TRANSPORT])
        self._held.add(transport)
        if self._ending:
            _reset(transport)
        try:
            await _play(response, transport, receive, send)
        finally:
            self._held.discard(transport)


def listen(port: int) -> socket.socket:
    """Listen on a port of 127.0.0.1, 0 for a free one. Raises OSError, or OverflowError for what is no port."""
    # With the protocol named, asyncio sends small writes at once; without it every answer waits for an acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
    except (OSError, OverflowError):
        listener.close()
        raise
    return listener


def web_config(shell: Shell, certificate: Path | None = None, key_file: Path | None = None) -> Config:
    """How uvicorn has to serve the shell; with TLS when certificate and key are given."""
    return Config(
        shell,
        http=OpenProtocol,
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=60,
        ssl_certfile=certificate,
        ssl_keyfile=key_file,
    )


async def _play(response: Response, transport: asyncio.Transport, receive: Receive, send: Send) -> None:
    """Let the fault happen to the answer."""
    match response.delivery.kind:
        case "delay":
            if not await _gone_within(receive, response.delivery.seconds):
                await _send(response, send)
        case "stall":
            await _gone(receive)
        case "close":
            transport.close()
            await _gone(receive)
        case "reset":
            _reset(transport)
            await _gone(receive)
        case "truncate":
            await _start(response, send)
            half = response.body[: len(response.body) // 2]
            await send({"type": "http.response.body", "body": half, "more_body": True})
            transport.close()
            await _gone(receive)
        case "drip":
            await _drip(response, receive, send)


async def _body(request: HttpRequest) -> bytes | None:
    """The whole body, or None when it is larger than anything Amazon Pay takes."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > _LARGEST_BODY:
            return None
        parts.append(part)
    return b"".join(parts)


async def _start(response: Response, send: Send) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    if response.status != 204:
        headers.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})


async def _send(response: Response, send: Send) -> None:
    await _start(response, send)
    await send({"type": "http.response.body", "body": response.body})


async def _gone(receive: Receive) -> None:
    """Wait until the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _gone_within(receive: Receive, seconds: float) -> bool:
    """Wait; answer whether the client left meanwhile."""
    try:
        await asyncio.wait_for(_gone(receive), seconds)
    except TimeoutError:
        return False
    return True


def _reset(transport: asyncio.Transport) -> None:
    """Cut the connection with a reset: no linger, then abort."""
    wire = transport.get_extra_info("socket")
    if wire is not None:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NONE)
    transport.abort()


async def _drip(response: Response, receive: Receive, send: Send) -> None:
    """Send the body byte by byte."""
    await _start(response, send)
    for index in range(len(response.body)):
        await send({"type": "http.response.body", "body": response.body[index : index + 1], "more_body": True})
        if await _gone_within(receive, response.delivery.seconds):
            return
    await send({"type": "http.response.body", "body": b""})
