"""What travels over the simulator's wire: requests, answers, errors, strict JSON, timestamps."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final, Literal, TypeAlias

DeliveryKind = Literal["plain", "delay", "stall", "close", "reset", "truncate", "drip"]
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Number:
    """A JSON number, kept as the text it was written in so that no amount passes through a float."""

    text: str


JsonValue: TypeAlias = "bool | str | Number | list[JsonValue] | dict[str, JsonValue] | None"
#: What the simulator writes; only plain Python values that ``json.dumps`` knows.
Plain: TypeAlias = "bool | str | int | float | Sequence[Plain] | Mapping[str, Plain] | None"


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request: path and query raw as on the request line, header names in any case."""

    method: str
    path: str
    query: str = ""
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The value of a header, or None; several of one name are joined by a comma."""
        found = [value for key, value in self.headers if key.lower() == name]
        return ",".join(found) if found else None


@dataclass(frozen=True, slots=True)
class Delivery:
    """How an answer reaches the client; ``seconds`` is the wait (delay) or the pause per byte (drip)."""

    kind: DeliveryKind = "plain"
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP answer. A delivery other than plain is carried out by the shell, or by an inline transport."""

    status: int
    headers: Headers = ()
    body: bytes = b""
    delivery: Delivery = field(default_factory=Delivery)


class ApiError(Exception):
    """A documented refusal: HTTP status, Amazon's reason code, a message."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message


class JsonError(ValueError):
    """The text is not the strict JSON that is accepted here; the message says why."""


MAX_DEPTH: Final = 32


def parse_json(body: bytes) -> JsonValue:
    """Parse UTF-8 JSON strictly: no double keys, no NaN, no half characters, no depth beyond 32. Raises JsonError."""
    try:
        text = body.decode("utf-8")
        value: JsonValue = json.loads(
            text,
            parse_float=Number,
            parse_int=Number,
            parse_constant=_no_constant,
            object_pairs_hook=_no_duplicates,
        )
    except UnicodeDecodeError as error:
        raise JsonError("the text is not UTF-8") from error
    except RecursionError as error:
        raise JsonError("the text is nested too deeply") from error
    except json.JSONDecodeError as error:
        what = error.msg.removesuffix(" at")
        raise JsonError(f"{what} at line {error.lineno} column {error.colno}") from error
    _check(value, 0)
    return value


def _no_constant(word: str) -> JsonValue:
    raise JsonError(f"{word} is not a JSON number")


def _no_duplicates(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    seen: dict[str, JsonValue] = {}
    for key, value in pairs:
        _check_text(key)
        if key in seen:
            raise JsonError(f"the key {key} appears twice")
        seen[key] = value
    return seen


def _check(value: JsonValue, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise JsonError("the text is nested too deeply")
    if isinstance(value, dict):
        for key, child in value.items():
            _check_text(key)
            _check(child, depth + 1)
    elif isinstance(value, list):
        for child in value:
            _check(child, depth + 1)
    elif isinstance(value, str):
        _check_text(value)


def _check_text(text: str) -> None:
    """Refuse an escaped half of a character: it could not be written out again."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise JsonError("an escape stands for half a character") from error


def dump_json(value: Plain) -> bytes:
    """Write compact UTF-8 JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def compact(moment: datetime) -> str:
    """Amazon's timestamp form in answers, for example 20260115T123456Z."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def rfc3339(moment: datetime) -> str:
    """The form used on the control surface and in files, for example 2026-01-15T12:34:56Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def http_date(moment: datetime) -> str:
    """The form of the HTTP Date header."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def parse_pay_date(text: str) -> datetime | None:
    """Read x-amz-pay-date in either documented form; None when it is neither."""
    for form in ("%Y%m%dT%H%M%SZ", "%Y-%m-%dT%H:%M:%SZ"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None
