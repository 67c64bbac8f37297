"""The simulator's core behind an httpx transport: the real client, no socket, no waiting."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import httpx

from azpay_tui.amazon.transport import Patience
from azpay_tui.simulator.core import Simulator
from azpay_tui.simulator.wire import Request, Response


class InlineTransport(httpx.BaseTransport):
    """Hands each request to the simulator and plays its deliveries as the exceptions httpx would raise.

    `reachable = False` refuses connections. `before` is called with each request that reaches the simulator, `after`
    with request and response once it has acted, before the client sees anything; either may raise to break the line.
    """

    def __init__(
        self,
        simulator: Simulator,
        *,
        patience: Patience | None = None,
        before: Callable[[Request], None] | None = None,
        after: Callable[[Request, Response], None] | None = None,
    ) -> None:
        self.simulator = simulator
        self.reachable = True
        self.requests: list[Request] = []
        self.before = before
        self.after = after
        self._patience = patience or Patience()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if not self.reachable:
            raise httpx.ConnectError("Connection refused", request=request)
        path, _, query = request.url.raw_path.decode("ascii").partition("?")
        asked = Request(
            method=request.method,
            path=path,
            query=query,
            headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw),
            body=request.read(),
        )
        if self.before is not None:
            self.before(asked)
        self.requests.append(asked)
        answer = self.simulator.handle(asked)
        if self.after is not None:
            self.after(asked, answer)
        return httpx.Response(answer.status, headers=list(answer.headers), stream=_Played(self._played(answer)))

    def _played(self, answer: Response) -> Iterator[bytes]:
        """Return the body as it would arrive; raises what happens before the first byte."""
        kind, seconds, body = answer.delivery.kind, answer.delivery.seconds, answer.body
        if kind == "stall" or (kind == "delay" and seconds > self._patience.read):
            raise httpx.ReadTimeout("timed out")
        if kind == "close":
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
        if kind == "reset":
            raise httpx.ReadError("[Errno 104] Connection reset by peer")
        if kind == "truncate":
            return _broken(body[: len(body) // 2], httpx.RemoteProtocolError("peer closed connection"))
        if kind == "drip" and seconds * len(body) > self._patience.total:
            return _broken(body[:3], httpx.ReadTimeout("The deadline of the whole exchange has passed."))
        return iter([body])


class _Played(httpx.SyncByteStream):
    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        yield from self._parts


def _broken(part: bytes, error: Exception) -> Iterator[bytes]:
    yield part
    raise error


def control(simulator: Simulator, method: str, path: str, body: object = None) -> object:
    """Use the simulator's control surface, such as `control(sim, "POST", "/_sim/clock", {"advance": "8d"})`."""
    content = b"" if body is None else json.dumps(body).encode()
    headers = (("content-type", "application/json"),) if content else ()
    answer = simulator.handle(Request(method, path, headers=headers, body=content))
    assert answer.status < 300, (answer.status, answer.body)
    return json.loads(answer.body) if answer.body else None
