"""`azpay sources add`: judge a new source, ask it once, and only then write it into the configuration."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from azpay_tui import configfile
from azpay_tui.backoffice.sources.tap import SourceError
from azpay_tui.cli.context import FINISH_SECONDS, Context
from azpay_tui.cli.outcome import OK, CommandError, Terminated
from azpay_tui.cli.output import json_result, result, say, shown
from azpay_tui.cli.sources.running import ask, named
from azpay_tui.cli.sources.shapes import shape
from azpay_tui.domain.sources import SourceState
from azpay_tui.domain.spans import written
from azpay_tui.domain.switching import CLOSE
from azpay_tui.paths import shown as shown_path
from azpay_tui.profiles import Profile
from azpay_tui.sourcing import RESERVED, Source, capturing

Keys = dict[str, str | bool | Sequence[str]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was typed."""

    words: tuple[str, ...]
    """Name and command."""
    preset: str | None
    prefix: str | None
    url: str | None
    key_file: str | None
    every: str | None
    first: str | None
    complete: bool | None


def add_source(context: Context, wanted: Wanted, *, untried: bool, as_json: bool) -> int:
    """Add a source to the profile; when it fails nothing is written.

    Exit code 2 for what is missing, 7 for what cannot be written into a configuration, 4 when the source failed, 6
    when it could not be reached.
    """
    profile = context.profile()
    keys = _keys(context, profile, wanted)
    draft = configfile.draft_source(profile.file, profile.name, keys)
    source = draft.source
    state = None if untried else _tried(context, profile, source)
    configfile.write_source(draft)
    if capturing((source,)) is not None:
        _end_automatic(context, source.name)
    if as_json:
        told = None if state is None else shape(state)
        json_result({"name": source.name, "file": str(profile.file), "section": draft.section, "tried": told})
        return OK
    if state is not None:
        result(shown(f"{source.name}: {state.message}"))
    result(f"Added to {shown_path(profile.file)}:")
    for line in draft.section.splitlines():
        result(f"  {shown(line)}")
    say(f"It is asked every {written(source.every)} while a console is open or azpay sync --watch runs.")
    return OK


def _end_automatic(context: Context, name: str) -> None:
    """Switch automatic steps off where the new source's shop captures by itself: what runs now does not know of it."""
    switch = context.reader().switch()
    if switch is None or switch.position != "on" or switch.mode == CLOSE:
        return
    with context.desk() as desk:
        desk.switch_off()
    say(f"The shop of {name} captures by itself, so {switch.mode} was switched off: see azpay policy plan.")


def _keys(context: Context, profile: Profile, wanted: Wanted) -> Keys:
    command = context.behind or ()
    before = wanted.words[: len(wanted.words) - len(command)]
    if len(before) > 1:
        raise CommandError(
            "Put -- in front of the command, as in: azpay sources add NAME --preset P -- ssh web1 mysql --batch shop."
        )
    if bool(command) == bool(wanted.url):
        raise CommandError(
            "Say where orders come from: azpay sources add NAME --preset P -- COMMAND, or --url URL --key-file FILE "
            "for a shop that is asked by HTTP."
        )
    keys: Keys = {"name": before[0] if before else _free_name(profile, wanted)}
    if wanted.url:
        keys |= {"kind": "http", "url": wanted.url}
    else:
        keys["run"] = list(command)
    if wanted.key_file is not None:
        file = Path(os.path.abspath(os.path.expanduser(wanted.key_file)))
        keys["key_file"] = configfile.written_path(file, profile.file)
    for key in ("preset", "prefix", "every", "first", "complete"):
        value = getattr(wanted, key)
        if value is not None:
            keys[key] = value
    return keys


def _free_name(profile: Profile, wanted: Wanted) -> str:
    taken = {source.name.lower() for source in profile.sources} | set(RESERVED)
    base = wanted.preset or "shop"
    return next(name for name in (base, *(f"{base}-{at}" for at in range(2, 100))) if name not in taken)


def _tried(context: Context, profile: Profile, source: Source) -> SourceState:
    """Ask the source once; what it gives is kept. Raises `CommandError` when it fails."""
    with_it = replace(profile, sources=(*profile.sources, source))
    desk = context.builder.desk(with_it, context.info())
    try:
        return ask(desk, source.name, None)
    except SourceError as error:
        failed = named(source.name, error)
        raise CommandError(
            f"{failed.message} Nothing was written; --untried writes it without asking.", failed.exit_code, failed.code
        ) from error
    except Terminated:
        say("Nothing was written into the configuration.")
        raise
    finally:
        desk.stop(FINISH_SECONDS)
