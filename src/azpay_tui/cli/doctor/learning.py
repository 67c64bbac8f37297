"""`azpay doctor --learn`: agree to the calls, make them, write the answers to the profile, print a report to share."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

from azpay_tui.backoffice.learn import Questions, Seen, learn
from azpay_tui.cli.context import Context
from azpay_tui.cli.doctor.signed import SignedRead, nobodys_id, signed_read
from azpay_tui.cli.outcome import CONFIGURATION, NOT_VALID, OFFLINE, OK, CommandError
from azpay_tui.cli.output import json_result, result, say, shown, utc
from azpay_tui.cli.setup.asking import agreed, can_ask, question
from azpay_tui.cli.wrapping import fill, tell
from azpay_tui.configfile import learned_line, set_learned
from azpay_tui.domain.order import ObjectKind, kind_of
from azpay_tui.learned import POINTS, Learned
from azpay_tui.paths import ConfigError
from azpay_tui.paths import shown as shown_path
from azpay_tui.profiles import Profile

_CURRENCY = {"na": "USD", "eu": "EUR", "jp": "JPY"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options as they were typed."""

    permissions: tuple[str, ...] = ()
    charges: tuple[str, ...] = ()
    refunds: tuple[str, ...] = ()
    burst: bool = False
    yes: bool = False
    as_json: bool = False


def learn_points(context: Context, wanted: Wanted) -> int:
    """Settle open points on a sandbox or simulator with harmless calls that were agreed to.

    Exit code 3 on a live profile, 2 without an agreement, 7 or 6 when key or connection do not allow it.
    """
    profile = context.profile()
    if profile.environment == "live":
        raise CommandError(
            "Nothing is tried out on a live account: name a sandbox profile with --profile.", NOT_VALID, "live"
        )
    asks = can_ask() and not wanted.yes
    if not asks and not wanted.yes:
        raise CommandError("Nobody can be asked here: say --yes to agree to the calls.", code="not-confirmed")
    asked = _questions(profile, wanted, asks)
    _agree(asked, asks)
    read = signed_read(context.builder, profile)
    _require(read)
    offset = read.offset or timedelta()
    probe = context.builder.probe(profile, lambda: datetime.now(UTC) + offset)
    try:
        seen = learn(probe, asked, say)
    finally:
        probe.close()
    at = datetime.now(UTC).replace(microsecond=0)
    entries = [Learned(one.key, one.value, at) for one in seen if one.value is not None]
    written = _write(profile, entries)
    if wanted.as_json:
        json_result(_value(profile, seen, at, written))
    else:
        _report(profile, seen, at)
    return OK


def _questions(profile: Profile, wanted: Wanted, asks: bool) -> Questions:
    permissions, charges, refunds = wanted.permissions, wanted.charges, wanted.refunds
    if asks and not (permissions or charges or refunds):
        tell("Some points need objects of your own sandbox. Ids are separated by blanks; Enter leaves a question out.")
        permissions = _asked_ids("Orders that you closed yourself", "permission")
        charges = _asked_ids("Charges of an order with an open authorization over a part of its amount", "charge")
        refunds = _asked_ids("Refunds that were made just now and are not decided", "refund")
    for option, kind, ids in (
        ("--permission", "permission", permissions),
        ("--charge", "charge", charges),
        ("--refund", "refund", refunds),
    ):
        for one in ids:
            if kind_of(one) != kind:
                raise CommandError(
                    f"{option}: {shown(one, 60)!r} is not the id of a {kind}, such as {_EXAMPLES[kind]}."
                )
    return Questions(
        nobody=nobodys_id(profile),
        currency=_CURRENCY[profile.region],
        permissions=tuple(dict.fromkeys(permissions)),
        charges=tuple(dict.fromkeys(charges)),
        refunds=tuple(dict.fromkeys(refunds)),
        burst=wanted.burst,
    )


_EXAMPLES = {
    "permission": "S01-1234567-1234567",
    "charge": "S01-1234567-1234567-C000001",
    "refund": "S01-1234567-1234567-R000001",
}


def _asked_ids(label: str, kind: ObjectKind) -> tuple[str, ...]:
    def read(text: str) -> tuple[str, ...]:
        ids = tuple(part.upper() for part in re.split(r"[\s,;]+", text.strip()) if part)
        for one in ids:
            if kind_of(one) != kind:
                raise ConfigError(f"{shown(one, 60)!r} is not the id of a {kind}, such as {_EXAMPLES[kind]}.")
        return ids

    return question(label, read, optional=True) or ()


def _agree(asked: Questions, asks: bool) -> None:
    say("These calls will be made. None of them can change anything or move money:")
    for number, line in enumerate(asked.calls(), 1):
        lead = f"  {number}. "
        tell(line, indent=lead, hanging=" " * len(lead))
    if asks and not agreed("Make them?", default=False):
        raise CommandError("Not agreed: nothing was asked of Amazon.", code="not-confirmed")


def _require(read: SignedRead) -> None:
    """Raise `CommandError` when key or connection do not allow to learn anything."""
    if not read.good:
        code = OFFLINE if read.offline else CONFIGURATION
        finding = read.finding
        raise CommandError(f"{finding.sentence} {finding.remedy}", code, "offline" if read.offline else "credentials")


def _write(profile: Profile, entries: Sequence[Learned]) -> bool:
    """Write the answers to the profile; what keeps that from being done is said, with the lines to write by hand."""
    if not entries:
        return False
    try:
        set_learned(profile.file, profile.name, entries)
    except ConfigError as error:
        tell(shown(str(error)))
        say(f"[profiles.{profile.name}.learned]")
        for entry in entries:
            say(learned_line(entry))
        return False
    tell(f"Written to profile {profile.name} in {shown_path(profile.file)}.")
    return True


def _answer(one: Seen) -> str:
    if one.value is None:
        return "not settled"
    return {True: "yes", False: "no"}[one.value] if isinstance(one.value, bool) else str(one.value)


def _report(profile: Profile, seen: Sequence[Seen], at: datetime) -> None:
    """Print what was seen; no credential, no buyer and no whole id is in it."""
    result(f"azpay {version('azpay-tui')} asked the {profile.environment} of region {profile.region}, {utc(at)}")
    for one in seen:
        point = POINTS[one.key]
        result("")
        result(fill(point.question, sys.stdout))
        for label, text in (
            ("answer", _answer(one)),
            ("seen", one.evidence),
            ("means", point.meaning(one.value) if one.value is not None else ""),
        ):
            if text:
                result(fill(shown(text), sys.stdout, indent=f"  {label:<8}", hanging=" " * 10))
    settled = sum(one.value is not None for one in seen)
    result("")
    result(f"{settled} of {len(seen)} points settled. This report names no buyer and no key: it can be passed on.")


def _value(profile: Profile, seen: Sequence[Seen], at: datetime, written: bool) -> dict[str, object]:
    return {
        "environment": profile.environment,
        "region": profile.region,
        "version": version("azpay-tui"),
        "at": utc(at),
        "written": written,
        "points": [
            {
                "key": one.key,
                "question": POINTS[one.key].question,
                "value": one.value,
                "settled": one.value is not None,
                "evidence": one.evidence,
                "means": POINTS[one.key].meaning(one.value) if one.value is not None else None,
            }
            for one in seen
        ],
    }
