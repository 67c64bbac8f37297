"""Strict reading of JSON objects: unknown, missing and wrong fields are errors with a name."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Final, Literal

from azpay_tui.simulator.amounts import EXPONENTS, parse_amount
from azpay_tui.simulator.wire import JsonValue, Number

_AGE = re.compile(r"([0-9]{1,6})([smhd])", re.ASCII)
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class FieldError(ValueError):
    """A field that cannot be accepted; ``name`` is its dotted path, ``hint`` what it should be."""

    def __init__(self, kind: Literal["missing", "invalid", "unknown"], name: str, hint: str = "") -> None:
        super().__init__(f"{kind} field {name}: {hint}")
        self.kind = kind
        self.name = name
        self.hint = hint

    def sentence(self) -> str:
        """The error in words, for the control surface."""
        if self.kind == "missing":
            return f"The field {self.name} is missing: {self.hint}."
        if self.kind == "unknown":
            return f"The field {self.name} is not known here; known are: {self.hint}."
        return f"The field {self.name} is not valid: {self.hint}."


class Fields:
    """Typed access to one JSON object whose keys were checked against the allowed ones. JSON null counts as absent."""

    def __init__(self, value: JsonValue, allowed: Collection[str], prefix: str = "") -> None:
        if not isinstance(value, dict):
            raise FieldError("invalid", prefix.rstrip(".") or "body", "a JSON object is needed")
        for key in value:
            if key not in allowed:
                raise FieldError("unknown", prefix + key, ", ".join(allowed) or "none")
        self._values: Mapping[str, JsonValue] = value
        self._prefix = prefix

    def has(self, name: str) -> bool:
        """Whether the field is there and not null."""
        return self._values.get(name) is not None

    def _get(self, name: str, hint: str, required: bool) -> JsonValue:
        value = self._values.get(name)
        if value is None and required:
            raise FieldError("missing", self._prefix + name, hint)
        return value

    def invalid(self, name: str, hint: str) -> FieldError:
        """The error for a field of this object, to be raised by the caller."""
        return FieldError("invalid", self._prefix + name, hint)

    def text(self, name: str, *, limit: int, pattern: str | None = None, choices: Collection[str] = ()) -> str | None:
        """An optional non-empty string of at most ``limit`` characters."""
        hint = f"one of {', '.join(choices)}" if choices else f"a string of 1 to {limit} characters"
        value = self._get(name, hint, False)
        if value is None:
            return None
        if not isinstance(value, str) or not 0 < len(value) <= limit:
            raise self.invalid(name, hint)
        if choices and value not in choices:
            raise self.invalid(name, hint)
        if pattern is not None and re.fullmatch(pattern, value, re.ASCII) is None:
            raise self.invalid(name, f"it has to look like {pattern}")
        return value

    def need_text(self, name: str, *, limit: int, pattern: str | None = None, choices: Collection[str] = ()) -> str:
        """A required string."""
        hint = f"one of {', '.join(choices)}" if choices else "a string is needed"
        self._get(name, hint, True)
        value = self.text(name, limit=limit, pattern=pattern, choices=choices)
        assert value is not None
        return value

    def flag(self, name: str, default: bool) -> bool:
        """An optional true or false."""
        value = self._get(name, "", False)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.invalid(name, "true or false")
        return value

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        """An optional whole number within bounds."""
        hint = f"a whole number from {least} to {most}"
        value = self._get(name, hint, False)
        if value is None:
            return default
        if not isinstance(value, Number) or re.fullmatch(r"-?[0-9]{1,9}", value.text) is None:
            raise self.invalid(name, hint)
        number = int(value.text)
        if not least <= number <= most:
            raise self.invalid(name, hint)
        return number

    def seconds(self, name: str, default: float, most: float) -> float:
        """An optional number of seconds (a wait, never money)."""
        hint = f"a number of seconds from 0 to {most:g}"
        value = self._get(name, hint, False)
        if value is None:
            return default
        if not isinstance(value, Number) or not 0 <= float(value.text) <= most:
            raise self.invalid(name, hint)
        return float(value.text)

    def span(self, name: str) -> timedelta | None:
        """An optional span such as 90s, 5m, 2h, 8d."""
        hint = "digits and one of s, m, h, d, for example 8d"
        value = self._get(name, hint, False)
        if value is None:
            return None
        match = _AGE.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise self.invalid(name, hint)
        seconds = int(match.group(1)) * _UNITS[match.group(2)]
        if seconds > 3650 * 86400:
            raise self.invalid(name, "at most ten years")
        return timedelta(seconds=seconds)

    def amount(self, name: str, currency: str) -> int | None:
        """An optional amount as a decimal string, in minor units of the currency; greater than zero."""
        hint = f"an amount of {currency} as a string, for example {'1200' if EXPONENTS[currency] == 0 else '12.50'}"
        value = self._get(name, hint, False)
        if value is None:
            return None
        minor = parse_amount(value, currency) if isinstance(value, str) else None
        if not minor:
            raise self.invalid(name, hint)
        return minor

    def price(self, name: str) -> tuple[int, str]:
        """A required price object: minor units and currency. Amounts may be strings or JSON numbers, as SDK samples."""
        self._get(name, "a price is needed", True)
        inner = Fields(self._values[name], ("amount", "currencyCode"), f"{self._prefix}{name}.")
        currency = inner.need_text("currencyCode", limit=3, choices=tuple(EXPONENTS))
        value = inner._get("amount", "an amount is needed", True)
        text = value.text if isinstance(value, Number) else value
        minor = parse_amount(text, currency) if isinstance(text, str) else None
        if not minor:
            raise inner.invalid("amount", f"an amount of {currency}, greater than zero")
        return minor, currency

    def strings(self, name: str, limits: Mapping[str, int]) -> dict[str, str]:
        """An optional object whose fields are all optional strings with the given limits."""
        value = self._get(name, "", False)
        if value is None:
            return {}
        inner = Fields(value, tuple(limits), f"{self._prefix}{name}.")
        found = {key: inner.text(key, limit=limit) for key, limit in limits.items()}
        return {key: text for key, text in found.items() if text is not None}

    def inner(self, name: str, allowed: Collection[str]) -> Fields | None:
        """An optional object in this one, read as strictly."""
        value = self._get(name, "", False)
        return None if value is None else Fields(value, allowed, f"{self._prefix}{name}.")

    def objects(self, name: str, allowed: Collection[str]) -> list[Fields]:
        """A required list of one object or more."""
        value = self._get(name, "a list of objects is needed", True)
        if not isinstance(value, list) or not value:
            raise self.invalid(name, "a list of one object or more")
        return [Fields(item, allowed, f"{self._prefix}{name}[{index}].") for index, item in enumerate(value)]

    def words(self, name: str, choices: Collection[str]) -> list[str] | None:
        """An optional list of known words."""
        value = self._get(name, "", False)
        if value is None:
            return None
        found = [item for item in value if isinstance(item, str) and item in choices] if isinstance(value, list) else []
        if not isinstance(value, list) or len(found) != len(value):
            raise self.invalid(name, f"a list of {', '.join(choices)}")
        return found

    def digits(self, name: str) -> str:
        """A required count, written as a string or as a number."""
        value = self._get(name, "a number is needed", True)
        text = value.text if isinstance(value, Number) else value
        if not isinstance(text, str) or re.fullmatch(r"[0-9]{1,3}", text, re.ASCII) is None:
            raise self.invalid(name, "a number of at most three digits")
        return text
