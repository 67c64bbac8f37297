"""One harmless signed read: it proves that the key is good without touching an order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from azpay_tui.amazon.errors import KEY_UNUSABLE
from azpay_tui.amazon.hosts import AMAZON_HOSTS
from azpay_tui.cli.context import Builder
from azpay_tui.cli.doctor.findings import Finding
from azpay_tui.domain.attempt import CLOCK_LIMIT, Answer
from azpay_tui.paths import shown as shown_path
from azpay_tui.profiles import Profile

_PREFIX: Final = {"na": "01", "eu": "02", "jp": "03"}
_KEYS: Final = "Seller Central, Integration, Integration Central"
_SET_CLOCK: Final = "Set the clock of this machine, for example with sudo timedatectl set-ntp true."


@dataclass(frozen=True, slots=True)
class SignedRead:
    """How the read ended, and how far Amazon's clock is from this machine's; None when no answer said it."""

    answer: Answer
    offset: timedelta | None
    finding: Finding
    """The verdict on key and connection; its area is `key` or `connection`."""

    @property
    def good(self) -> bool:
        """Whether Amazon accepted the key."""
        return self.finding.level in ("ok", "note")

    @property
    def offline(self) -> bool:
        """Whether no answer came from Amazon, so that nothing is known of the key."""
        return self.finding.area == "connection"


def signed_read(
    builder: Builder, profile: Profile, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> SignedRead:
    """Ask for a charge permission that cannot exist, signed with the profile's key; 404 means that the key is good.

    A refusal whose `Date` is more than four minutes off is asked once more with Amazon's time (the one repetition that
    the safety contract allows). Changes nothing at Amazon and nothing on disk. Raises `ConfigError`.
    """
    answer = _read(builder, profile, now)
    offset = offset_of(answer)
    if answer.status in (401, 403) and offset is not None and abs(offset) > CLOCK_LIMIT:
        corrected = _read(builder, profile, lambda: now() + offset)
        if corrected.kind == "answered":
            answer = corrected
    return SignedRead(answer, offset, judge(answer, profile))


def offset_of(answer: Answer) -> timedelta | None:
    """Return Amazon's clock minus this machine's; `Date` has whole seconds, so half a second is added."""
    if answer.server_date is None or answer.received_at is None:
        return None
    return answer.server_date + timedelta(milliseconds=500) - answer.received_at


def nobodys_id(profile: Profile) -> str:
    """Return the id of a charge permission that nobody has: all zeros, in the form of the profile's environment."""
    return f"{'P' if profile.environment == 'live' else 'S'}{_PREFIX[profile.region]}-0000000-0000000"


def _read(builder: Builder, profile: Profile, now: Callable[[], datetime]) -> Answer:
    gateway = builder.gateway(profile, now)
    try:
        return gateway.read(nobodys_id(profile), urgent=True)
    finally:
        gateway.close()


def judge(answer: Answer, profile: Profile) -> Finding:
    """Say what the answer to the read means for the key and the connection."""
    if answer.kind == "unsent" and answer.reason_code == KEY_UNUSABLE:
        return Finding("key", "signed-read", "bad", answer.message, "Put the key file right, then try again.")
    if answer.kind != "answered" or answer.status is None:
        return Finding("connection", "signed-read", "bad", _named(answer.message, profile), _reach(profile))
    where = "The simulator" if profile.environment == "simulator" else f"Amazon ({AMAZON_HOSTS[profile.region]})"
    match answer.status:
        case 404 if not answer.reason_code:
            sentence = "What answers does not speak as Amazon Pay does: it says 404 without any reason code."
            return Finding("connection", "signed-read", "bad", sentence, _reach(profile))
        case 404 | 200:
            return Finding("key", "signed-read", "ok", f"{where} accepts the key: a signed read was answered.")
        case 429:
            return Finding(
                "key", "signed-read", "note", f"{where} knows the key and asks for a pause (429).", "Wait a minute."
            )
        case 400 if answer.reason_code == "InvalidParameterValue":
            return Finding(
                "key", "signed-read", "note", f"{where} accepts the key; it did not like the made-up id (400)."
            )
        case 401:
            return Finding("key", "signed-read", "bad", f"{where} does not know this key (401).", _unknown_key(profile))
        case 403:
            return _forbidden(answer, where, profile)
        case status if status >= 500:
            return Finding(
                "connection", "signed-read", "bad", f"{where} has trouble just now ({status}).", "Try again later."
            )
        case status if 300 <= status < 400:
            return Finding(
                "connection",
                "signed-read",
                "bad",
                f"Something between here and Amazon answered with another address ({status}).",
                "Sign in to the network you are in, or ask who runs it to let pay-api.amazon.* through.",
            )
        case _:
            return Finding(
                "connection",
                "signed-read",
                "bad",
                f"The signed read was refused in an unexpected way: {answer.message}",
                "Check region and environment of the profile; Amazon's support asks for the request id "
                f"{answer.request_id or '(none was sent)'}.",
            )


def _named(message: str, profile: Profile) -> str:
    """Call a simulator so: the way to Amazon speaks of Amazon whoever is there."""
    return message.replace("Amazon", "the simulator") if profile.environment == "simulator" else message


def _forbidden(answer: Answer, where: str, profile: Profile) -> Finding:
    offset = offset_of(answer)
    if answer.reason_code == "InvalidAccountStatus":
        return Finding(
            "key",
            "signed-read",
            "bad",
            f"{where} knows the key, but the merchant account is not in good standing (403 InvalidAccountStatus).",
            "Sign in to Seller Central and see what is asked for there.",
        )
    if offset is not None and abs(offset) > CLOCK_LIMIT:
        return Finding(
            "key",
            "signed-read",
            "bad",
            f"{where} refused the signature (403), and the clock of this machine is {spoken(offset)} off.",
            _SET_CLOCK,
        )
    return Finding(
        "key",
        "signed-read",
        "bad",
        f"{where} refused the signature ({answer.status} {answer.reason_code or ''}".rstrip()
        + "): public_key_id and private key do not belong together.",
        f"Name the key file that was downloaded together with {profile.public_key_id} ({_KEYS}).",
    )


def _unknown_key(profile: Profile) -> str:
    if profile.environment == "simulator":
        return f"Use the profile that the simulator wrote: {simulate_command(profile)}"
    return (
        f"Compare public_key_id with {_KEYS}, in its {profile.environment} view; and check that the account belongs to "
        f"region {profile.region} ({AMAZON_HOSTS[profile.region]})."
    )


def simulate_command(profile: Profile) -> str:
    """Return the command that starts the simulator of a profile; the key lies in the directory that it made."""
    made = profile.private_key_file.name == "sim-key.pem"
    return f"azpay simulate --profile-dir {shown_path(profile.private_key_file.parent) if made else 'DIR'}"


def _reach(profile: Profile) -> str:
    if profile.environment == "simulator":
        return f"Start the simulator and leave it running: {simulate_command(profile)}"
    return (
        f"Check the network: {AMAZON_HOSTS[profile.region]}, port 443, has to be reachable directly; "
        "azpay uses no proxy. What azpay has read before can be seen without it."
    )


def clock_finding(offset: timedelta | None, profile: Profile) -> Finding:
    """Say how far this machine's clock is off."""
    if offset is None:
        return Finding("clock", "offset", "note", "The clock could not be compared: no answer came.")
    if profile.environment == "simulator":
        return Finding("clock", "offset", "ok", f"The simulator's clock is {spoken(offset)} from this machine's.")
    if abs(offset) <= timedelta(seconds=30):
        return Finding("clock", "offset", "ok", f"The clock is right: {spoken(offset)} from Amazon's.")
    sentence = f"The clock of this machine is {spoken(offset)} {'behind' if offset > timedelta() else 'ahead'}"
    if abs(offset) <= timedelta(minutes=5):
        return Finding("clock", "offset", "note", f"{sentence}; azpay corrects for it.", _SET_CLOCK)
    if abs(offset) <= timedelta(hours=1):
        return Finding("clock", "offset", "warn", f"{sentence}; azpay corrects for it.", _SET_CLOCK)
    return Finding("clock", "offset", "bad", f"{sentence}: that is too much, actions are switched off.", _SET_CLOCK)


def spoken(span: timedelta) -> str:
    """Say how long a span is, without its sign."""
    seconds = round(abs(span.total_seconds()))
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= 2 * size:
            return f"{seconds // size} {word}s"
    return f"{seconds} {'second' if seconds == 1 else 'seconds'}"
