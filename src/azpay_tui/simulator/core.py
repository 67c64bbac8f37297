"""The simulator without a network: one request in, one answer out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Protocol

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from azpay_tui.simulator import buyer, control, documents, operations, replies, signature
from azpay_tui.simulator.book import Book
from azpay_tui.simulator.clock import Clock, system_time
from azpay_tui.simulator.faults import Fault, FaultList
from azpay_tui.simulator.operations import Ask, Desk, Result
from azpay_tui.simulator.quotas import Buckets
from azpay_tui.simulator.records import LedgerEntry, SavedReply
from azpay_tui.simulator.routes import LEDGER_WORDS, LIVE_TOO, Call, recognise
from azpay_tui.simulator.settings import Settings
from azpay_tui.simulator.wire import (
    ApiError,
    Delivery,
    Plain,
    Request,
    Response,
    dump_json,
    http_date,
    parse_json,
    rfc3339,
)

_GARBAGE: Final = b'<html><body><h1>Bad gateway</h1>\xff\xfe{"chargeId":'
_DENIED: Final = b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
_BEFORE: Final = ("stall-before", "close-before", "reset-before")


class Keeper(Protocol):
    """Where a simulator keeps its world over restarts."""

    def save(self, simulator: Simulator) -> None:
        """Store what changed since the last call; called before the answer leaves."""


class _Answer:
    """What a call came to, before it is dressed as a response."""

    def __init__(
        self, status: int, payload: bytes, object_id: str | None, effect: bool = False, captured_too: bool = False
    ) -> None:
        self.status = status
        self.payload = payload
        self.object_id = object_id
        self.effect = effect
        self.captured_too = captured_too
        self.permission_id: str | None = None
        self.retry_after: int | None = None


class Simulator:
    """A merchant's Amazon Pay. Thread-safe; needs no network, no file and no real time.

    ``keys`` are the public keys by public key id; ``base`` is the clock it starts from (UTC, aware); ``seed``
    decides every id. ``keeper`` stores the world after each change.
    """

    def __init__(
        self,
        keys: Mapping[str, RSAPublicKey],
        *,
        seed: int = 0,
        base: Callable[[], datetime] = system_time,
        settings: Settings | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        self.keys = dict(keys)
        self.clock = Clock(base)
        self.settings = settings or Settings()
        self.book = Book(seed)
        self.faults = FaultList()
        self.ledger: list[LedgerEntry] = []
        self.replies: dict[str, SavedReply] = {}
        #: Where clients reach it; without one the host that a request names is taken.
        self.url: str | None = None
        self._buckets = Buckets()
        self._keeper = keeper
        self._lock = threading.RLock()
        self._requests = 0

    def handle(self, request: Request) -> Response:
        """Answer one request; never raises for bad input. A delivery other than plain is the caller's to play."""
        with self._lock:
            self._requests += 1
            if request.path == "/_sim" or request.path.startswith("/_sim/"):
                response = control.answer(self, request)
            elif request.path == "/checkout/processing":
                response = self._buyer_visits(request)
            elif request.path.startswith(documents.PATH):
                response = self._download(request)
            else:
                response = self._api(request)
            self.save()
            return response

    def save(self) -> None:
        """Store the world now, when a keeper was given."""
        with self._lock:
            if self._keeper is not None:
                self._keeper.save(self)
            self.book.dirty.clear()
            self.book.touched.clear()

    def wall(self) -> datetime:
        """Amazon's clock as clients see it."""
        return self.clock.now() + timedelta(seconds=self.settings.clock_skew_seconds)

    def headers(self, kind: str = "application/json") -> tuple[tuple[str, str], ...]:
        """What every answer carries; ``kind`` is its content type."""
        request_id = sha256(f"{self._requests}".encode()).hexdigest()
        shaped = f"{request_id[:8]}-{request_id[8:12]}-{request_id[12:16]}-{request_id[16:20]}-{request_id[20:32]}"
        return (
            ("content-type", kind),
            ("date", http_date(self.wall())),
            ("x-amz-pay-request-id", shaped),
        )

    def _buyer_visits(self, request: Request) -> Response:
        """The buyer's browser at amazonPayRedirectUrl: no signature is needed there."""
        try:
            back = buyer.visit(self.book, request.query, self.clock.now())
        except buyer.BuyerError as error:
            return Response(400, self.headers(), dump_json({"error": str(error)}))
        return Response(302, (*self.headers(), ("location", back)))

    def _download(self, request: Request) -> Response:
        """A plain GET of a report's file, refused as a store of files would."""
        book = self.book
        text = documents.download(request.path, request.query, book.reports.values(), self.clock.now(), book.secret)
        if request.method != "GET" or text is None:
            return Response(403, self.headers("application/xml"), _DENIED)
        encoding = self.settings.report_encoding
        return Response(200, self.headers(f"text/plain; charset={encoding}"), text.encode(encoding, "replace"))

    def _api(self, request: Request) -> Response:
        call = recognise(request)
        fault = self.faults.take(call)
        if fault is not None and not fault.effect:
            answer = self._without_effect(fault, request, call)
        else:
            answer = self._answer(request, call)
            if fault is not None and fault.name in ("status", "throttle"):
                answer.status, answer.payload = fault.code, _error(fault.reason, fault.message)
        self._write_down(request, call, answer)
        return self._dressed(answer, fault)

    def _dressed(self, answer: _Answer, fault: Fault | None) -> Response:
        status, body, headers = answer.status, answer.payload, self.headers()
        wait = answer.retry_after if fault is None or fault.retry_after is None else fault.retry_after
        if wait is not None:
            headers = (*headers, ("retry-after", str(wait)))
        if fault is None:
            return Response(status, headers, body)
        if fault.name == "garbage":
            status, body = 200, _GARBAGE
        if fault.name == "unknown-state" and status < 300:
            body = _with_state(body, fault.word)
        empty = fault.name in _BEFORE or status == 304  # HTTP knows no body of a 304
        return Response(status, headers, b"" if empty else body, fault.delivery())

    def _without_effect(self, fault: Fault, request: Request, call: Call) -> _Answer:
        target = None if call.created else call.target
        if fault.name in ("status", "throttle"):
            answer = _Answer(fault.code, _error(fault.reason, fault.message), target)
            if self.settings.errors_saved_with_key and self._signed(request, call):
                self._save_reply(request, call, answer)
            return answer
        return _Answer(500, _error("InternalServerError", "Simulated failure."), target)

    def _signed(self, request: Request, call: Call) -> bool:
        try:
            self._believed(request, call)
        except ApiError:
            return False
        return True

    def _answer(self, request: Request, call: Call) -> _Answer:
        keyed = False
        try:
            environment = self._believed(request, call)
            saved = replies.replay(request, call, self.replies, self.settings)
            if saved is not None:
                answer = _Answer(saved.status, saved.payload.encode(), saved.object_id)
                answer.permission_id = saved.permission_id
                return answer
            keyed = True
            if not self._buckets.take(self.settings, call.operation, self.clock.now()):
                raise ApiError(429, "TooManyRequests", "The request quota of this operation is used up.")
            result = self._run(request, call, environment)
            answer = _Answer(result.status, dump_json(result.payload), result.object_id, True, result.captured_too)
            answer.permission_id = result.permission_id
        except ApiError as error:
            answer = _Answer(error.status, _error(error.reason, error.message), None if call.created else call.target)
            if error.status == 429:
                answer.retry_after = self.settings.retry_after_seconds or None
            if error.reason == "DuplicateIdempotencyKey":
                return answer
        if keyed and ((answer.status < 500 and answer.status != 429) or self.settings.errors_saved_with_key):
            self._save_reply(request, call, answer)
        return answer

    def _believed(self, request: Request, call: Call) -> signature.Environment:
        """The environment a properly signed request is for. Raises ApiError."""
        window = timedelta(seconds=self.settings.date_window_seconds)
        key_id = signature.verify(request, self.keys, self.wall(), window)
        signature.check_code_signed(request, self.settings.simulation_code_signed)
        if self.settings.account_suspended:
            raise ApiError(403, "InvalidAccountStatus", "The merchant account is not in good standing.")
        return signature.environment_of(key_id, call.segment)

    def _run(self, request: Request, call: Call, environment: signature.Environment) -> Result:
        if not call.offered:
            raise ApiError(405, "RequestNotSupported", "This merchant account may not use this operation.")
        if call.operation == "other":
            if call.known_path:
                raise ApiError(405, "UnsupportedOperation", f"[{request.method}] is not supported at this path.")
            raise ApiError(404, "ResourceNotFound", "There is nothing at this path.")
        if request.body:
            kind = (request.header("content-type") or "").split(";")[0].strip().lower()
            if kind != "application/json":
                raise ApiError(400, "InvalidHeaderValue", "The header [content-type] has to be application/json.")
        code = request.header("x-amz-pay-simulation-code")
        live = environment == "live"
        if live and code is not None:
            raise ApiError(400, "InvalidSandboxSimulationSpecified", "Simulation is possible in sandbox only.")
        if live and call.operation not in LIVE_TOO:
            raise ApiError(404, "ResourceNotFound", "The object was not found in this environment.")
        url = self.url or f"http://{request.header('host') or '127.0.0.1'}"
        desk = Desk(self.book, self.settings, self.clock.now(), live, url)
        return operations.run(call.operation, desk, Ask(call.target or "", request.body, request.query, code))

    def _save_reply(self, request: Request, call: Call, answer: _Answer) -> None:
        status, payload = answer.status, answer.payload
        saved = replies.to_save(request, call, status, payload, answer.object_id, self.settings)
        if saved is not None:
            self.replies.setdefault(saved.key, replace(saved, permission_id=answer.permission_id))

    def _write_down(self, request: Request, call: Call, answer: _Answer) -> None:
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return
        entries = [(call.operation if call.operation in LEDGER_WORDS else "other", answer.object_id)]
        if answer.captured_too:
            entries.append(("capture", answer.object_id))
        for operation, object_id in entries:
            self.ledger.append(
                LedgerEntry(
                    seq=len(self.ledger) + 1,
                    time=rfc3339(self.clock.now()),
                    operation=operation,
                    id=object_id,
                    permission_id=answer.permission_id or call.permission_id,
                    amount=call.amount,
                    currency=call.currency,
                    idempotency_key=request.header(replies.HEADER),
                    body_sha256=replies.digest(request.body),
                    effect=answer.effect,
                )
            )


def _error(reason: str, message: str) -> bytes:
    payload: dict[str, Plain] = {"reasonCode": reason, "message": message}
    return dump_json(payload)


def _with_state(body: bytes, word: str) -> bytes:
    """The answer with its state word replaced by one nobody documents."""
    value = parse_json(body)
    if not isinstance(value, dict) or not isinstance(value.get("statusDetails"), dict):
        return body
    details = value["statusDetails"]
    assert isinstance(details, dict)
    old = details.get("state")
    return body.replace(dump_json({"state": str(old)})[1:-1], dump_json({"state": word})[1:-1], 1)


__all__ = ["Delivery", "Keeper", "Request", "Response", "Simulator"]
