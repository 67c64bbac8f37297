"""`azpay doctor`: every check is made, whatever the others found, because it is needed most when things are broken."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from azpay_tui.cli.context import Context
from azpay_tui.cli.doctor.databases import check_databases
from azpay_tui.cli.doctor.findings import AREAS, Area, Finding, exit_code, worst
from azpay_tui.cli.doctor.machine import check_terminal, check_versions
from azpay_tui.cli.doctor.network import check_connection, check_quotas
from azpay_tui.cli.doctor.origins import check_sources
from azpay_tui.cli.doctor.places import check_places
from azpay_tui.cli.doctor.profiles import check_configuration, check_key
from azpay_tui.cli.doctor.untold import check_messages
from azpay_tui.cli.outcome import NOT_VALID, OK, UNEXPECTED, CommandError
from azpay_tui.cli.output import error_value, json_result, result, shown
from azpay_tui.cli.wrapping import fill
from azpay_tui.paths import ConfigError, check_readable
from azpay_tui.paths import shown as shown_path
from azpay_tui.profiles import Profile
from azpay_tui.store.errors import StoreError
from azpay_tui.store.files import DataDir

_MARGIN: Final = 2 * 1024 * 1024
"""Bytes that have to be free beside the size of the old cache."""
_WORDS: Final = {"ok": "ok", "note": "note", "warn": "WARN", "bad": "BAD"}


def doctor(context: Context, *, as_json: bool) -> int:
    """Look at everything, say what was found and what to do; changes nothing.

    Exit code 0 when nothing is bad, 7 for configuration, key or files, 6 when the connection alone is bad, else 1.
    """
    findings, profile = check_all(context)
    code = exit_code(findings)
    if as_json:
        json_result(_value(findings, profile, code))
    else:
        _show(findings)
    return code


def check_all(context: Context) -> tuple[list[Finding], Profile | None]:
    """Make every check; what keeps one from being made is itself a finding."""
    findings, profile = check_configuration(context)
    if profile is None:
        sentence = "Key, files, connection and databases were not looked at: that needs a profile."
        findings.append(Finding("configuration", "skipped", "note", sentence))
    else:
        findings += _guarded("key", lambda: check_key(profile))
        findings += _guarded("files", lambda: check_places(profile))
        findings += _guarded("connection", lambda: check_connection(context.builder, profile))
        objects: dict[str, int] = {}

        def databases() -> list[Finding]:
            found, known = check_databases(profile)
            objects.update(known)
            return found

        findings += _guarded("database", databases)
        findings += _guarded("sources", lambda: check_sources(context, profile))
        findings += _guarded("messages", lambda: check_messages(context))
        findings += _guarded("quotas", lambda: check_quotas(profile, objects))
    findings += _guarded("versions", check_versions)
    findings += _guarded("terminal", check_terminal)
    return sorted(findings, key=lambda finding: AREAS.index(finding.area)), profile


def _guarded(area: Area, check: Callable[[], list[Finding]]) -> list[Finding]:
    """Make one check; a refusal of configuration, store or system ends it and not the others."""
    try:
        return check()
    except (ConfigError, StoreError) as error:
        return [Finding(area, "check", "bad", str(error))]
    except OSError as error:
        return [Finding(area, "check", "bad", f"This could not be looked at: {error}.")]


def _value(findings: list[Finding], profile: Profile | None, code: int) -> dict[str, object]:
    value: dict[str, object] = {
        "profile": None if profile is None else profile.name,
        "worst": worst(findings),
        "findings": [
            {
                "area": finding.area,
                "what": finding.what,
                "level": finding.level,
                "sentence": finding.sentence,
                "remedy": finding.remedy or None,
            }
            for finding in findings
        ],
    }
    if code != OK:
        bad = next(finding for finding in findings if finding.level == "bad")
        value["error"] = error_value(CommandError(bad.sentence, code, bad.area))
    return value


def _show(findings: list[Finding]) -> None:
    area = ""
    for finding in findings:
        if finding.area != area:
            area = finding.area
            result(area.upper())
        lead = f"  {_WORDS[finding.level]:<5} "
        result(fill(shown(finding.sentence), sys.stdout, indent=lead, hanging=" " * len(lead)))
        if finding.remedy:
            result(fill(shown(finding.remedy), sys.stdout, indent=" " * len(lead)))
    bad = sum(finding.level == "bad" for finding in findings)
    warned = sum(finding.level == "warn" for finding in findings)
    result(f"{bad} bad, {warned} {'warning' if warned == 1 else 'warnings'}." if bad or warned else "Nothing is wrong.")


def rebuild(context: Context, *, as_json: bool) -> int:
    """Make the cache anew from the journal; every object is then read again by the next sync.

    Refused (exit code 3) while another azpay has the data directory open, and (1) where the disk has no room for it.
    """
    from azpay_tui.store.checkup import users
    from azpay_tui.store.opening import rebuild_cache

    profile = context.profile()
    check_readable(profile.data_dir)
    if profile.data_dir.exists() and not os.access(profile.data_dir, os.W_OK):
        where = shown_path(profile.data_dir)
        raise CommandError(
            f"{where} cannot be written: nothing was changed. Check owner and permissions.", NOT_VALID, "read-only"
        )
    if users(profile.data_dir):
        raise CommandError(
            "A console, or another command of azpay, has this profile open: end it first, nothing was changed.",
            NOT_VALID,
            "in-use",
        )
    _require_room(profile.data_dir)
    sentence = rebuild_cache(profile.data_dir, datetime.now(UTC))
    following = "Open the console or run azpay sync --once to read them."
    if as_json:
        json_result({"rebuilt": True, "message": sentence, "next": following})
    else:
        result(shown(sentence))
        result(following)
    return OK


def _require_room(data_dir: Path) -> None:
    """Refuse while the new cache would not fit: the old one, set aside, would leave nothing to look at."""
    cache = DataDir(data_dir).cache
    if not cache.exists():
        return
    free, size = shutil.disk_usage(data_dir).free, cache.stat().st_size + _MARGIN
    if free < size:
        raise CommandError(
            f"The disk has {free // 1024:,} KiB free and the new cache needs about {size // 1024:,}: "
            "nothing was changed. Free some space.",
            UNEXPECTED,
            "no-room",
        )
