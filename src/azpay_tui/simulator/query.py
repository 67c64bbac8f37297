"""Query strings, read as strictly as bodies, and the paging that goes with them."""

from __future__ import annotations

import base64
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar
from urllib.parse import parse_qsl

from azpay_tui.simulator.wire import ApiError

_COMPACT: Final = re.compile(r"[0-9]{8}T[0-9]{6}Z", re.ASCII)
_TOKEN: Final = re.compile(r"([0-9]{1,6})\?(.*)", re.ASCII)
_MOST: Final = 100
_DEFAULT: Final = 10
T = TypeVar("T")


def invalid(name: str) -> ApiError:
    """The refusal of a parameter's value."""
    return ApiError(400, "InvalidParameterValue", f"The value provided for [{name}] is invalid.")


def moment_of(text: str, name: str) -> datetime:
    """A compact timestamp such as 20260115T123456Z. Raises ApiError."""
    if _COMPACT.fullmatch(text) is None:
        raise invalid(name)
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise invalid(name) from error


@dataclass(frozen=True, slots=True)
class Query:
    """The parameters of a request. A ``nextToken`` stands for those of the first page, and comes alone."""

    values: dict[str, str]
    raw: str
    offset: int = 0

    def moment(self, name: str, default: datetime | None = None) -> datetime:
        """A timestamp, needed when it has no default. Raises ApiError."""
        if name not in self.values:
            if default is None:
                raise ApiError(400, "MissingParameterValue", f"The value for [{name}] is missing.")
            return default
        return moment_of(self.values[name], name)

    def words(self, name: str, choices: Collection[str]) -> Collection[str]:
        """A comma list of known words; all of them when it is not there. Raises ApiError."""
        if name not in self.values:
            return choices
        found = self.values[name].split(",")
        if any(word not in choices for word in found):
            raise invalid(name)
        return found

    def page(self, things: Sequence[T]) -> tuple[Sequence[T], str | None]:
        """The page asked for, and the token of the next one. Raises ApiError."""
        text = self.values.get("pageSize", str(_DEFAULT))
        size = int(text) if re.fullmatch(r"[0-9]{1,3}", text, re.ASCII) else 0
        if not 1 <= size <= _MOST:
            raise invalid("pageSize")
        end = self.offset + size
        token = base64.urlsafe_b64encode(f"{end}?{self.raw}".encode()).decode() if end < len(things) else None
        return things[self.offset : end], token


def read_query(raw: str, allowed: Collection[str]) -> Query:
    """The parameters of a raw query string; an empty one is none. Raises ApiError for unknown or repeated ones."""
    found = _values(raw, (*allowed, "nextToken"))
    token = found.pop("nextToken", None)
    if token is None:
        return Query(found, raw)
    if found:
        raise ApiError(400, "InvalidParameterCombination", "[nextToken] has to be sent alone.")
    try:
        match = _TOKEN.fullmatch(base64.b64decode(token, altchars=b"-_", validate=True).decode())
    except ValueError as error:  # not base64, not ASCII, or not UTF-8 behind it
        raise invalid("nextToken") from error
    if match is None:
        raise invalid("nextToken")
    return Query(_values(match.group(2), allowed), match.group(2), int(match.group(1)))


def _values(raw: str, allowed: Collection[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in parse_qsl(raw, keep_blank_values=True):
        if name not in allowed or name in found:
            raise invalid(name)
        if value:  # Amazon's PHP SDK asks for all report schedules by an empty reportTypes
            found[name] = value
    return found
