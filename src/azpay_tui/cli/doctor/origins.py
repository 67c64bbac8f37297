"""Where orders come from: is each source's program there, its key file safe, and did its last run go well."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta
from typing import Final

from azpay_tui.cli.context import Context
from azpay_tui.cli.doctor.findings import Finding
from azpay_tui.cli.output import utc
from azpay_tui.cli.sources.shapes import states
from azpay_tui.domain.sources import SourceState
from azpay_tui.paths import ConfigError, check_parents, check_private_file
from azpay_tui.paths import shown as shown_path
from azpay_tui.profiles import Profile
from azpay_tui.sourcing import Source

_LATE: Final = timedelta(days=1)
"""A source that was due for so long is asked by nobody."""


def check_sources(context: Context, profile: Profile) -> list[Finding]:
    """Judge every source of the profile; asks none of them."""
    if not profile.sources:
        sentence = f"Profile {profile.name} has no source: orders are known by orders import and orders track alone."
        remedy = "azpay sources add --preset SHOP -- COMMAND makes new orders arrive by themselves."
        return [Finding("sources", "none", "note", sentence, remedy)]
    known = {state.name: state for state in states(context)}
    found: list[Finding] = []
    for source in profile.sources:
        problems = [*_program(source), *_files(source)]
        found += problems or _fared(known[source.name], datetime.now(UTC))
    return found


def _program(source: Source) -> list[Finding]:
    if not source.run or shutil.which(source.run[0]) is not None:
        return []
    there = "cannot be run" if os.path.exists(source.run[0]) else "is not there"
    sentence = f"Source {source.name}: its program {source.run[0]!r} {there}."
    return [Finding("sources", source.name, "warn", sentence, "Install it, or correct run in the configuration.")]


def _files(source: Source) -> list[Finding]:
    found = []
    try:
        if source.key_file is not None:
            check_parents(source.key_file)
            check_private_file(source.key_file)
    except ConfigError as error:
        found.append(Finding("sources", source.name, "warn", f"Source {source.name}: {error}"))
    if source.sql_file is not None and not os.access(source.sql_file, os.R_OK):
        sentence = f"Source {source.name}: its sql_file {shown_path(source.sql_file)} cannot be read."
        found.append(Finding("sources", source.name, "warn", sentence, "Check its name and permissions."))
    return found


def _fared(state: SourceState, now: datetime) -> list[Finding]:
    name, word = state.name, state.word
    if word == "new":
        sentence = f"Source {name} was never asked."
        return [Finding("sources", name, "note", sentence, f"azpay sources run {name} asks it now.")]
    if word == "failed":
        times = "once" if state.failures == 1 else f"{state.failures} times in a row"
        sentence = f"Source {name} failed {times}, last {utc(state.ended_at)}: {state.message}"
        return [Finding("sources", name, "warn", sentence, f"azpay sources run {name} asks it again.")]
    if word in ("stopped", "cut off"):
        sentence = f"Source {name} was asked last at {utc(state.started_at)} and did not come to its end."
        return [Finding("sources", name, "note", sentence, f"azpay sources run {name} asks it again.")]
    if state.next_at is not None and now - state.next_at > _LATE:
        sentence = f"Source {name} has been due since {utc(state.next_at)}, and nobody asked it."
        remedy = "Leave a console open, or let azpay sync --watch or a cron job with azpay sync --once run."
        return [Finding("sources", name, "note", sentence, remedy)]
    return [Finding("sources", name, "ok", f"Source {name} was last asked at {utc(state.ended_at)}: {state.message}")]
