"""Idempotency keys: which requests take one, what a repeated one is answered, which answers are saved."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Final

from azpay_tui.simulator.records import SavedReply
from azpay_tui.simulator.routes import Call
from azpay_tui.simulator.settings import Settings
from azpay_tui.simulator.wire import ApiError, Request

HEADER: Final = "x-amz-pay-idempotency-key"
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,32}", re.ASCII)


def digest(body: bytes) -> str:
    """SHA-256 of a body, in hex."""
    return sha256(body).hexdigest()


def replay(request: Request, call: Call, replies: dict[str, SavedReply], settings: Settings) -> SavedReply | None:
    """The saved answer to a repeated request; None for a new key. Raises ApiError for a missing, bad or reused key."""
    key, effect = request.header(HEADER), _effect(call, settings)
    if effect == "no effect" or (key is None and effect == "honoured"):
        return None
    if not key:
        raise ApiError(400, settings.missing_key_reason, f"The header [{HEADER}] is missing.")
    if _KEY.fullmatch(key) is None:
        raise ApiError(400, "InvalidHeaderValue", f"The value of [{HEADER}] is invalid.")
    saved = replies.get(key)
    if saved is None:
        return None
    if (saved.method, saved.path, saved.body_sha256) != (request.method, call.path, digest(request.body)):
        raise ApiError(400, "DuplicateIdempotencyKey", "The idempotency key was used for another request.")
    return saved


def to_save(
    request: Request, call: Call, status: int, payload: bytes, object_id: str | None, settings: Settings
) -> SavedReply | None:
    """The answer as it is saved under the request's key; None when the request has no proper one."""
    key = request.header(HEADER)
    if _effect(call, settings) == "no effect" or not key or _KEY.fullmatch(key) is None:
        return None
    return SavedReply(key, request.method, call.path, digest(request.body), status, payload.decode(), object_id)


def _effect(call: Call, settings: Settings) -> str:
    """What a key does for this request."""
    ignored = call.operation == "track-delivery" and not settings.tracker_key_honoured
    return "no effect" if ignored else call.key
