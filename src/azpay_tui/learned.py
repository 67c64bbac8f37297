"""What `azpay doctor --learn` settled on a shop's own sandbox: points that Amazon's public documents leave open."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from azpay_tui.paths import ConfigError
from azpay_tui.tomlfile import check_known, kind

Value = bool | int | str
_WORD: Final = re.compile(r"[0-9]{3} [A-Za-z]{1,60}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Point:
    """One open point: the question, what an answer looks like, and what each means for a person at the console.

    `means` has the texts for true and false, for each of `words`, or for any number or word ({} stands for it) and
    then, where there is a second one, for zero.
    """

    key: str
    form: Literal["flag", "number", "word", "choice"]
    question: str
    means: tuple[str, ...]
    least: int = 0
    most: int = 0
    words: tuple[str, ...] = ()

    def meaning(self, value: Value) -> str:
        """Return what an answer means for the console, one or two sentences."""
        if isinstance(value, bool):
            return self.means[0 if value else 1]
        if self.form == "choice":
            return self.means[self.words.index(str(value))]
        return self.means[1 if value == 0 and len(self.means) > 1 else 0].format(value)


POINTS: Final = {
    point.key: point
    for point in (
        Point(
            "charge_in_progress_blocks",
            "flag",
            "Does an open authorization over a part of the order block the next one?",
            (
                "One authorization at a time: capture or void the open one before the next. azpay locks authorize "
                "meanwhile, because the order says NonChargeable.",
                "Several authorizations may be open on one order, as long as the balance lasts.",
            ),
        ),
        Point(
            "open_charges_reduce_balance",
            "flag",
            "Do open authorizations reduce the balance of the order (limits.amountBalance)?",
            (
                "What azpay shows as left to charge is what may be authorized at once. A void gives it back.",
                "What azpay shows as left to charge still includes what is only authorized. azpay's own proposal of an "
                "amount leaves out what is held.",
            ),
        ),
        Point(
            "pending_refunds_counted",
            "flag",
            "Does refundedAmount of a charge count refunds that are still being decided?",
            (
                "Amazon's total is ahead of the money: a refund counted in it may still be declined. azpay reads each "
                "refund for itself.",
                "Amazon's total lags behind: it does not show a refund before it is final. azpay adds those it knows.",
            ),
        ),
        Point(
            "authorization_days",
            "number",
            "After how many days does an authorization lapse here?",
            ("Capture within {} days. azpay takes the date from each charge, so nothing has to be set.",),
            least=1,
            most=400,
        ),
        Point(
            "clock_skew_accepted",
            "number",
            "How many minutes may the date of a request be off?",
            ("A clock that is up to {} minutes off does no harm to other programs. azpay corrects for its own.",),
            most=60,
        ),
        Point(
            "clock_skew_refused",
            "number",
            "From how many minutes on is the date of a request refused?",
            ("A request dated {} minutes off is refused. azpay keeps its dates right by Amazon's clock.",),
            least=1,
            most=60,
        ),
        Point(
            "simulation_code_signed",
            "choice",
            "Is the header with a sandbox simulation code signed?",
            (
                "A client may sign x-amz-pay-simulation-code or leave it out of the signature. azpay sends none.",
                "A client has to sign x-amz-pay-simulation-code with the rest. azpay sends none.",
                "A client must leave x-amz-pay-simulation-code out of the signature. azpay sends none.",
            ),
            words=("either", "needed", "refused"),
        ),
        Point(
            "missing_key_answer",
            "word",
            "How is a request without an idempotency key refused?",
            ("Seen in a log, {} means that a client forgot the key. azpay always sends one.",),
        ),
        Point(
            "retry_after_seconds",
            "number",
            "How many seconds does Amazon say to wait when it refuses for too many requests (429)?",
            (
                "azpay waits exactly as long as Amazon says; {} seconds was one example.",
                "Amazon does not say. azpay chooses the pause itself: random, and longer with each refusal in a row.",
            ),
            most=3600,
        ),
        Point(
            "closure_reason",
            "choice",
            "Which reason does an order give that the merchant closed?",
            (
                "As the newer pages of Amazon's guide have it. azpay reads both words alike.",
                "As the older pages of Amazon's guide have it. azpay reads both words alike.",
            ),
            words=("MerchantClosed", "MerchantCanceled"),
        ),
    )
}


_SWITCHES: Final[tuple[str, ...]] = (
    "charge_in_progress_blocks",
    "open_charges_reduce_balance",
    "pending_refunds_counted",
    "authorization_days",
    "simulation_code_signed",
    "retry_after_seconds",
    "closure_reason",
)
"""Answers that are settings of the simulator under the same name."""


@dataclass(frozen=True, slots=True)
class Learned:
    """One answer, and when it was learned (UTC)."""

    key: str
    value: Value
    at: datetime

    @property
    def point(self) -> Point:
        """The point it answers."""
        return POINTS[self.key]


def simulator_settings(learned: Sequence[Learned]) -> dict[str, Value]:
    """Return the settings of the simulator that make it behave as was learned; empty when nothing fits."""
    answers = {one.key: one.value for one in learned}
    found: dict[str, Value] = {key: answers[key] for key in _SWITCHES if key in answers}
    accepted, refused = answers.get("clock_skew_accepted"), answers.get("clock_skew_refused")
    if isinstance(accepted, int) and isinstance(refused, int):
        found["date_window_seconds"] = (accepted + refused) * 30  # half-way between the two
    status, _, reason = str(answers.get("missing_key_answer", "")).partition(" ")
    if status == "400" and reason in ("MissingHeaderValue", "MissingHeader"):
        found["missing_key_reason"] = reason
    return found


def read(value: object, where: str) -> tuple[Learned, ...]:
    """Read a section of answers, each `{ value = ..., at = TIME }`. Raises ConfigError that names the key."""
    if not isinstance(value, Mapping):
        raise ConfigError(f"{where}: learned must be a section, not {kind(value)}.")
    return tuple(_one(str(key), entry, where) for key, entry in value.items())


def _one(key: str, entry: object, where: str) -> Learned:
    check_known(key, tuple(POINTS), f"{where}, learned")
    form = f"{where}: learned.{key} must look like {{ value = {_example(POINTS[key])}, at = 2026-01-15T12:00:00Z }}."
    if not isinstance(entry, Mapping) or set(entry) != {"value", "at"}:
        raise ConfigError(form)
    value, at = entry["value"], entry["at"]
    if not isinstance(at, datetime) or at.tzinfo is None or not fits(key, value):
        raise ConfigError(form)
    return Learned(key, value, at.astimezone(UTC))


def fits(key: str, value: object) -> bool:
    """Tell whether a value may be the answer to a point."""
    point = POINTS[key]
    match point.form:
        case "flag":
            return isinstance(value, bool)
        case "number":
            return isinstance(value, int) and not isinstance(value, bool) and point.least <= value <= point.most
        case "word":
            return isinstance(value, str) and _WORD.fullmatch(value) is not None
        case "choice":
            return value in point.words


def _example(point: Point) -> str:
    if point.form == "choice":
        return " or ".join(f'"{word}"' for word in point.words)
    return {"flag": "true", "number": str(point.most)}.get(point.form, '"400 MissingHeaderValue"')
