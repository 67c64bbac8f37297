"""Sources and presets to look at; reads local files alone."""

from __future__ import annotations

import shlex
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from azpay_tui.cli.context import Context
from azpay_tui.cli.outcome import OK, CommandError
from azpay_tui.cli.output import json_result, result, say, shown, table, utc
from azpay_tui.cli.sources.shapes import moment, shape, states
from azpay_tui.cli.wrapping import fill
from azpay_tui.domain.sources import NONE_YET, SourceState
from azpay_tui.domain.spans import written
from azpay_tui.sourcing import Source

if TYPE_CHECKING:
    from azpay_tui.presets import Preset

_COLUMNS: Final = {
    "name": "NAME",
    "state": "STATE",
    "ended": "LAST RUN",
    "next": "NEXT",
    "orders": "ORDERS",
    "ids": "IDS",
    "bad": "BAD",
    "message": "MESSAGE",
}
_PRESETS: Final = {"name": "PRESET", "kind": "KIND", "complete": "COMPLETE", "title": "SHOP", "plugin": "PLUGIN"}
_BACK: Final = timedelta(days=90)


def list_sources(context: Context, *, as_json: bool) -> int:
    """Show every source of the profile."""
    found = states(context)
    if as_json:
        json_result({"sources": [shape(state) for state in found]})
        return OK
    if not found:
        say(NONE_YET)
    rows = [{name: _cell(value) for name, value in shape(state).items()} for state in found]
    table(_COLUMNS, rows, frozenset({"orders", "ids", "bad"}))
    return OK


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def show_source(context: Context, name: str, *, as_json: bool) -> int:
    """Show one source; raises `CommandError` (exit code 2) when there is none of this name."""
    profile = context.profile()
    source = next((one for one in profile.sources if one.name == name), None)
    if source is None:
        known = ", ".join(one.name for one in profile.sources) or "none"
        raise CommandError(f"There is no source {name!r} in profile {profile.name}; there are: {known}.")
    state = next(one for one in states(context) if one.name == name)
    from azpay_tui import presets

    preset = None if source.preset is None else presets.load(source.preset)
    if as_json:
        json_result({"source": {**_configured(source, preset), **shape(state)}})
        return OK
    for key, value in _configured(source, preset).items():
        if value is not None:
            result(_line(key, value))
    for key, value in _fared(state).items():
        result(_line(key, value))
    return OK


def _line(key: str, value: object) -> str:
    lead = f"{key.replace('_', ' '):<14} "
    return fill(shown(str(value)), sys.stdout, indent=lead, hanging=" " * len(lead))


def _configured(source: Source, preset: Preset | None) -> dict[str, object]:
    complete = source.complete if source.complete is not None else preset is not None and preset.complete
    return {
        "name": source.name,
        "kind": source.kind,
        "side": source.side,
        "run": shlex.join(source.run) if source.run else None,
        "url": source.url,
        "key_file": None if source.key_file is None else str(source.key_file),
        "preset": source.preset,
        "prefix": source.prefix,
        "sql_file": None if source.sql_file is None else str(source.sql_file),
        "every": written(source.every),
        "since": written(source.since),
        "first": written(source.first),
        "complete": complete,
        "timeout": written(source.timeout),
        "max_bytes": source.max_bytes,
        "gaps": None if preset is None else preset.gaps,
        "rights": None if preset is None else preset.rights,
    }


def _fared(state: SourceState) -> dict[str, object]:
    return {
        "state": state.word,
        "last run": f"{utc(state.started_at) or 'never'} to {utc(state.ended_at) or '?'}" if state.runs else "never",
        "next run": utc(state.next_at) or "as soon as a console is open or azpay sync runs",
        "seen until": utc(state.covered_until) or "nothing",
        "counts": f"{state.lines} lines, {state.orders} orders, {state.ids} ids, {state.bad} bad lines",
        "message": state.message,
    }


def list_presets(*, as_json: bool) -> int:
    """Show every preset."""
    from azpay_tui import presets

    found = [presets.load(name) for name in presets.names()]
    values = [
        {"name": one.name, "kind": one.kind, "complete": one.complete, "title": one.title, "plugin": one.plugin}
        for one in found
    ]
    if as_json:
        json_result({"presets": values})
        return OK
    table(_PRESETS, [{**{k: str(v) for k, v in one.items()}, "complete": _yes(one["complete"])} for one in values])
    return OK


def _yes(value: object) -> str:
    return "yes" if value else "no"


def show_sql(name: str, since: str | None, prefix: str | None, *, as_json: bool) -> int:
    """Print the SQL of a preset for the last 90 days or since a moment; raises `CommandError` (exit code 2)."""
    from azpay_tui import presets

    now = datetime.now(UTC)
    asked = moment(since, now, UTC) or now - _BACK
    try:
        preset = presets.load(name)
        if preset.sql is None:
            raise CommandError(
                f"{preset.title} is asked by HTTP, so there is no SQL: azpay sources add NAME --preset {name} "
                "--url URL --key-file FILE."
            )
        sql = preset.question(asked, prefix)
    except presets.PresetError as error:
        raise CommandError(str(error)) from error
    if as_json:
        json_result({"preset": name, "since": utc(asked), "sql": sql, "gaps": preset.gaps, "rights": preset.rights})
    else:
        result(sql.rstrip("\n"))
    return OK
