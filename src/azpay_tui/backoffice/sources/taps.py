"""From a source of the configuration to what asks it and to how its answer is read."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from azpay_tui import presets
from azpay_tui.backoffice.harvest import Environment, Reading
from azpay_tui.backoffice.sources.command import CommandTap
from azpay_tui.backoffice.sources.http import HttpTap
from azpay_tui.backoffice.sources.tap import SourceError, Tap
from azpay_tui.paths import ConfigError, check_parents, check_unchangeable, shown, without_waiting
from azpay_tui.sourcing import Source

_LONGEST: Final = 1_000_000
"""Bytes of a question of one's own."""


def tap_of(source: Source, reports: Callable[[], Tap]) -> Tap:
    """Make what asks a source; `reports` makes what looks for Amazon's reports, over the one way to Amazon.

    Raises `SourceError` for a question that cannot be read.
    """
    match source.kind:
        case "command":
            return CommandTap(source, question_of(source))
        case "http":
            return HttpTap(source)
        case "reports":
            return reports()


def question_of(source: Source) -> Callable[[datetime], str] | None:
    """Return what makes the text for a command's standard input; None when it gets none.

    Raises `SourceError` when the source's own file cannot be read.
    """
    preset = None if source.preset is None else presets.load(source.preset)
    if source.sql_file is not None:
        sql = _own(source.sql_file)
    elif preset is not None and preset.sql is not None:
        sql = preset.sql
    else:
        return None
    prefix = source.prefix if source.prefix is not None else "" if preset is None else preset.prefix
    return lambda since: presets.filled(sql, since, prefix)


def reading_of(source: Source, environment: Environment) -> Reading:
    """Say how the answer of a source is read: by its preset's mapping, else by names that many exports use."""
    mapping = None if source.preset is None else presets.load(source.preset).mapping
    return Reading(source.name, source.side, environment, mapping, source.complete)


def _own(file: Path) -> str:
    """Read a question of one's own; who can change it could ask anything, and have a database's client do more."""
    try:
        check_parents(file)
        with open(file, "rb", opener=without_waiting) as stream:
            check_unchangeable(file, os.fstat(stream.fileno()), "The sql_file")
            content = stream.read(_LONGEST + 1)
        if len(content) > _LONGEST:
            raise SourceError(f"sql_file {shown(file)} is larger than a megabyte: that is no question.")
        return content.decode("utf-8-sig")
    except ConfigError as error:
        raise SourceError(str(error)) from error
    except OSError as error:
        raise SourceError(f"sql_file {shown(file)} cannot be read: {error.strerror}. Check its name.") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"sql_file {shown(file)} is not UTF-8 text: save it as UTF-8.") from error
