"""Asking sources now, with progress, and saying what came of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from azpay_tui.backoffice.ports import Desk
from azpay_tui.backoffice.sources.tap import SourceError
from azpay_tui.cli.context import Context
from azpay_tui.cli.outcome import OK, CommandError, Terminated
from azpay_tui.cli.output import Progress, error_value, json_result, result, say, shown
from azpay_tui.cli.sources.shapes import moment, shape
from azpay_tui.domain.sources import SourceState


def run_sources(context: Context, name: str | None, since: str | None, *, as_json: bool) -> int:
    """Ask one source or all, one after the other; the exit code is that of the first that failed.

    4 when a source failed, 6 when it could not be reached, 3 while another process asks it.
    """
    profile = context.profile()
    names = [source.name for source in profile.sources] if name is None else [name]
    if not names:
        raise CommandError("This profile has no source: azpay sources add NAME --preset P -- COMMAND adds one.")
    failed: SourceError | None = None
    states: list[SourceState] = []
    with context.desk() as desk:
        asked = moment(since, datetime.now(UTC), profile.zone)
        for one in names:
            try:
                state = ask(desk, one, asked)
                if not as_json:
                    result(shown(f"{one}: {state.message}"))
            except SourceError as error:
                say(shown(f"{one}: {error.message}", 4000))
                failed = failed or named(one, error)
                state = next(state for state in desk.sources() if state.name == one)
            states.append(state)
    if as_json:
        value: dict[str, object] = {"sources": [shape(state) for state in states]}
        if failed is not None:
            value["error"] = error_value(CommandError(failed.message, failed.exit_code, failed.code))
        json_result(value)
    return OK if failed is None else failed.exit_code


def ask(desk: Desk, name: str, since: datetime | None) -> SourceState:
    """Ask a source with progress on standard error; raises as `Desk.ask_source`."""
    listener, end = progress_of(name)
    try:
        return desk.ask_source(name, since=since, listener=listener)
    except Terminated:
        end()
        say(shown(f"{name}: Stopped before its end. What came is kept; the next run asks for the rest."))
        raise
    finally:
        end()


def progress_of(name: str) -> tuple[Callable[[SourceState], None], Callable[[], None]]:
    """Return what shows how far a source is, and what ends that."""
    progress = Progress(f"{name}: lines read")
    said = ""

    def listener(state: SourceState) -> None:
        nonlocal said
        if state.message != said:
            said = state.message
            say(shown(f"{name}: {said}"))
        progress(state.lines)

    return listener, progress.end


def named(name: str, error: SourceError) -> SourceError:
    """Return the error with the source's name in front."""
    return type(error)(f"{name}: {error.message}")
