"""What a profile's policy says: every setting with its value and where it comes from; reads the configuration alone."""

from __future__ import annotations

import sys
from typing import Final

from azpay_tui.cli.context import Context
from azpay_tui.cli.outcome import OK, CommandError
from azpay_tui.cli.output import json_result, result, say, shown, table
from azpay_tui.cli.wrapping import fill
from azpay_tui.domain.policies import NARROWS, OF_PRESETS, PRESETS, SETTINGS, Settings

_COLUMNS: Final = {"setting": "SETTING", "from": "FROM", "preset": "PRESET HAS"}


def show_policy(context: Context, preset: str | None, *, as_json: bool) -> int:
    """Show the policy of the profile, or a preset as it is; raises `CommandError` (exit code 2) for an unknown one."""
    if preset is not None and preset not in PRESETS:
        raise CommandError(f"There is no preset {preset!r}; there are: {', '.join(PRESETS)}.")
    profile = context.profile().name if preset is None else None
    settings = context.profile().policy if preset is None else PRESETS[preset]
    if as_json:
        json_result(
            {
                "profile": profile,
                "preset": settings.preset,
                "means": OF_PRESETS[settings.preset],
                "settings": [_shape(settings, setting.name, setting.says) for setting in SETTINGS],
            }
        )
        return OK
    whose = f"Profile {profile}, preset" if profile is not None else "Preset"
    result(fill(shown(f"{whose} {settings.preset}: {OF_PRESETS[settings.preset]}."), sys.stdout))
    table(_COLUMNS, [_row(settings, setting.name) for setting in SETTINGS], frozenset())
    for setting in SETTINGS:
        result(fill(setting.says, sys.stdout, indent=f"{setting.name:<20} ", hanging=" " * 21))
    say(NARROWS)
    return OK


def _written(settings: Settings, name: str) -> bool | str:
    value = settings.value(name)
    return value if isinstance(value, bool) else str(value)


def _shape(settings: Settings, name: str, says: str) -> dict[str, object]:
    return {
        "name": name,
        "value": _written(settings, name),
        "from": settings.origin(name),
        "preset": _written(PRESETS[settings.preset], name),
        "says": says,
    }


def _row(settings: Settings, name: str) -> dict[str, str]:
    kept = settings.value(name) == PRESETS[settings.preset].value(name)
    has = "" if kept else PRESETS[settings.preset].shown(name).partition(" = ")[2]
    return {"setting": settings.shown(name), "from": settings.origin(name), "preset": has}
