"""What API v2 answers, as it is on the wire: strict about ids, states, amounts and times, open about everything else.

Unknown keys are ignored, null and a missing key are the same, words are open strings. A label for people (name,
address, order number) of an unexpected form counts as missing; anything that rules depend on makes the answer
unreadable instead (API guide, object schemas).
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Final, Never, TypeAlias, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from azpay_tui.domain.moments import believable

MAX_DEPTH: Final = 32
MAX_WORD: Final = 200
"""Characters of a state, code or id; longer is no word."""

# What json.loads makes of a text with the hooks below.
Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | Decimal | bool | None"


class UnreadableError(ValueError):
    """The body is not what this program can read; the text says why, without repeating the body."""


def _no_constant(word: str) -> Never:
    raise UnreadableError(f"it contains {word}, which is no JSON")


def _no_duplicates(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise UnreadableError("a key appears twice")
    return result


def parse_json(body: bytes) -> dict[str, Json]:
    """Read a JSON object: UTF-8, no key twice, no NaN, at most 32 levels. Raises `UnreadableError`.

    Halves of surrogate pairs, which no file or terminal can take, become U+FFFD.
    """
    try:
        value: Json = json.loads(
            body.decode("utf-8"),
            parse_float=Decimal,
            parse_constant=_no_constant,
            object_pairs_hook=_no_duplicates,
        )
    except UnreadableError:
        raise
    except RecursionError:
        raise UnreadableError("it is nested too deeply") from None
    except ValueError:  # not UTF-8, not JSON, a number without end
        raise UnreadableError("it is no JSON") from None
    if not isinstance(value, dict):
        raise UnreadableError("it is no JSON object")
    return {_whole(key): _checked(child, 1) for key, child in value.items()}


def _checked(value: Json, depth: int) -> Json:
    if depth > MAX_DEPTH:
        raise UnreadableError("it is nested too deeply")
    if isinstance(value, str):
        return _whole(value)
    if isinstance(value, dict):
        return {_whole(key): _checked(child, depth + 1) for key, child in value.items()}
    if isinstance(value, list):
        return [_checked(child, depth + 1) for child in value]
    return value


def _whole(text: str) -> str:
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


_TIME: Final = re.compile(
    r"[0-9]{4}(?:[0-9]{4}T[0-9]{6}|-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:?[0-9]{2})",
    re.ASCII,
)


def parse_time(text: object) -> datetime | None:
    """Read a time in Amazon's compact form (`20260115T123456Z`) or in RFC 3339; None and the empty text are none.

    Returns aware UTC. Raises ValueError for everything else: a time that is not understood is no guess.
    """
    if text is None or text == "":
        return None
    if not isinstance(text, str) or _TIME.fullmatch(text) is None:
        raise ValueError("not a time")
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC)
    except OverflowError:
        raise ValueError("not a time") from None
    if not believable(moment):
        raise ValueError("not a time")
    return moment


def _label(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _code(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= MAX_WORD else None


def _group(value: object) -> object:
    return value if isinstance(value, dict) else None


def _word(value: str) -> str:
    if not value or len(value) > MAX_WORD or value != value.strip():
        raise ValueError("not a word")
    return value


Word = Annotated[str, AfterValidator(_word)]
Label = Annotated[str | None, BeforeValidator(_label)]
Time = Annotated[datetime | None, BeforeValidator(parse_time)]


class Wire(BaseModel):
    """Base of everything on the wire."""

    model_config = ConfigDict(
        extra="ignore", strict=True, frozen=True, alias_generator=to_camel, hide_input_in_errors=True
    )


class Price(Wire):
    """An amount as text and its currency."""

    amount: str
    currency_code: str


class Code(Wire):
    """One reason of a permission's state."""

    reason_code: Word
    reason_description: Label = None


class PermissionStatus(Wire):
    """State of a permission, which may have several reasons."""

    state: Word
    reasons: list[Code] | None = None
    last_updated_timestamp: Time = None


class Status(Wire):
    """State of a charge or refund, with at most one reason."""

    state: Word
    reason_code: Word | None = None
    reason_description: Label = None
    last_updated_timestamp: Time = None


class Limits(Wire):
    """Total that may be captured, and what is left."""

    amount_limit: Price | None = None
    amount_balance: Price | None = None


class Buyer(Wire):
    """Who bought."""

    name: Label = None
    email: Label = None


class Address(Wire):
    """A postal address."""

    name: Label = None
    address_line1: Label = None
    address_line2: Label = None
    address_line3: Label = None
    city: Label = None
    state_or_region: Label = None
    postal_code: Label = None
    country_code: Label = None
    phone_number: Label = None


class Metadata(Wire):
    """What the merchant told about the order."""

    merchant_reference_id: Label = None


class Permission(Wire):
    """A charge permission."""

    charge_permission_id: Word
    charge_permission_type: Word | None = None
    status_details: PermissionStatus
    limits: Limits | None = None
    creation_timestamp: Time = None
    expiration_timestamp: Time = None
    release_environment: Label = None
    merchant_metadata: Annotated[Metadata | None, BeforeValidator(_group)] = None
    buyer: Annotated[Buyer | None, BeforeValidator(_group)] = None
    shipping_address: Annotated[Address | None, BeforeValidator(_group)] = None
    billing_address: Annotated[Address | None, BeforeValidator(_group)] = None


class Charge(Wire):
    """A charge."""

    charge_id: Word
    charge_permission_id: Word
    charge_amount: Price
    capture_amount: Price | None = None
    refunded_amount: Price | None = None
    status_details: Status
    creation_timestamp: Time = None
    expiration_timestamp: Time = None


class Refund(Wire):
    """A refund."""

    refund_id: Word
    charge_id: Word
    refund_amount: Price
    status_details: Status
    creation_timestamp: Time = None


class Problem(Wire):
    """The body of a refusal."""

    reason_code: Annotated[str | None, BeforeValidator(_code)] = None
    message: Label = None


W = TypeVar("W", bound=Wire)


def parse(body: bytes, model: type[W]) -> W:
    """Read a body as one of the models. Raises `UnreadableError` that names the first field that does not fit."""
    value = parse_json(body)
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UnreadableError(f"{where} is missing or not as expected") from None


def parse_problem(body: bytes) -> Problem:
    """Read the body of a refusal; whatever is unreadable is simply not known."""
    try:
        return parse(body, Problem)
    except UnreadableError:
        return Problem()
