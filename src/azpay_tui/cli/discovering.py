"""Learning of orders from Amazon's own reports: what is asked for, what is said meanwhile, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from azpay_tui.backoffice.discover.taking import Discovered, Outcome, Wanted
from azpay_tui.cli.context import Context
from azpay_tui.cli.outcome import NOT_VALID, OK, REFUSED, CommandError, Terminated
from azpay_tui.cli.output import Progress, error_value, json_result, result, say, shown, utc
from azpay_tui.configfile import draft_source, source_section, write_source
from azpay_tui.domain.reports import KnownReport, word_of
from azpay_tui.paths import ConfigError
from azpay_tui.paths import shown as shown_path

_SANDBOX: Final = (
    "Amazon makes reports of orders for live accounts only, so a sandbox cannot be discovered: tell azpay of its "
    "orders with azpay orders import FILE or azpay orders track ID."
)
_SOURCE: Final = {"name": "reports", "kind": "reports", "every": "6h"}
"""What takes in the daily reports; one look is one small request."""
_WORTH_COUNTING: Final = 10_000
"""Lines of one report that take long enough to be counted for somebody who waits."""
_GONE_ON: Final = "What is not ready yet is gone on with by the next azpay discover."


class _Teller:
    """Tells standard error how far a discovery is."""

    def __init__(self) -> None:
        self._ready: Progress | None = None
        self._lines: Progress | None = None

    def said(self, sentence: str) -> None:
        """Say a sentence on a line of its own."""
        self.end()
        say(shown(sentence))

    def waiting(self, ready: int, total: int) -> None:
        """Count reports."""
        if self._ready is None:
            self.end()
            self._ready = Progress("Reports ready")
        self._ready(ready, total)

    def read(self, lines: int) -> None:
        """Count lines."""
        if lines < _WORTH_COUNTING:
            return
        if self._lines is None:
            self.end()
            self._lines = Progress("Lines read")
        self._lines(lines)

    def end(self) -> None:
        """Leave the line of a count."""
        for progress in (self._ready, self._lines):
            if progress is not None:
                progress.end()
        self._ready = self._lines = None


def discover(context: Context, *, days: int, schedule: bool, wait: int, as_json: bool) -> int:
    """Ask for reports over so many days, wait for them up to `wait` minutes, harvest them, have them made daily.

    Exit code 4 when a report failed, 3 when one is not ready in time or the profile is a sandbox; what could be had is
    harvested all the same. With --read-only nothing is asked for.
    """
    if context.profile().environment == "sandbox":
        raise CommandError(_SANDBOX, NOT_VALID, "not-valid")
    context.require_key()
    wanted = Wanted(
        back=timedelta(days=days), ask=not context.read_only, schedule=schedule, patience=timedelta(minutes=wait)
    )
    teller = _Teller()
    if context.read_only:
        say("Look only: no report is asked for; those that are at Amazon already are harvested.")
    with context.desk() as desk:
        try:
            found = desk.discover(wanted, teller)
        except Terminated:
            teller.said("What Amazon was asked for is not lost: the next azpay discover goes on with it.")
            raise
        finally:
            teller.end()
        orphans = desk.reader.counts().get("orphans", 0)
    lasting = _keep_on(context) if wanted.ask and schedule else None
    error = _error(found)
    if as_json:
        value = _value(found, orphans)
        json_result(value if error is None else {**value, "error": error_value(error)})
    else:
        for sentence in _sentences(found, orphans):
            result(shown(sentence))
        if lasting is not None:
            result(shown(lasting))
    if error is None:
        return OK
    say(shown(error.message))
    return error.exit_code


def _keep_on(context: Context) -> str | None:
    """Have new reports taken in by themselves: write a source of them, and say so; None: there is one already."""
    profile = context.profile()
    if any(source.kind == "reports" for source in profile.sources):
        return None
    lasts = "while a console is open or azpay sync --watch runs"
    try:
        draft = draft_source(profile.file, profile.name, _SOURCE)
        write_source(draft)
    except ConfigError as error:
        lines = source_section(profile.name, _SOURCE).splitlines()
        say(shown(f"{error} The lines are: {' / '.join(lines)}."))
        return f"New reports are taken in {lasts} once the configuration has a source of kind reports."
    return f"New reports are taken in {lasts}: source reports, added to {shown_path(profile.file)}."


def _error(found: Discovered) -> CommandError | None:
    if found.problems:
        return CommandError(" ".join(found.problems), REFUSED, "report-failed")
    if found.waiting:
        count = len(found.waiting)
        what = "1 report is" if count == 1 else f"{count} reports are"
        return CommandError(f"{what} not ready yet. {_GONE_ON}", NOT_VALID, "not-ready")
    return None


def _sentences(found: Discovered, orphans: int) -> Sequence[str]:
    harvested = found.harvested
    added = sum(report.added for report in harvested)
    lines = sum(report.lines for report in harvested)
    of = "1 report" if len(harvested) == 1 else f"{len(harvested)} reports"
    sentences = [f"{of} harvested: {lines:,} lines, {found.orders:,} orders, {added:,} of them new."]
    if orphans:
        sentences.append(f"No shop names {orphans:,} of all orders: azpay orders list --view orphans.")
    if found.made:
        sentences.append(f"From now on made daily: {', '.join(map(word_of, found.made))}.")
    if added:
        sentences.append("azpay sync --once reads them from Amazon, what matters first.")
    return sentences


def _value(found: Discovered, orphans: int) -> dict[str, object]:
    harvested = found.harvested
    return {
        "reports": [_outcome(outcome) for outcome in found.outcomes],
        "waiting": [_report(report) for report in found.waiting],
        "lines": sum(report.lines for report in harvested),
        "orders": found.orders,
        "added": sum(report.added for report in harvested),
        "orphans": orphans,
        "problems": list(found.problems),
        "schedules": {"made": list(found.made), "kept": [schedule.report_type for schedule in found.kept]},
    }


def _report(report: KnownReport) -> dict[str, object]:
    return {
        "id": report.id,
        "type": report.report_type,
        "from": utc(report.start),
        "to": utc(report.end),
        "state": report.state,
        "message": report.message,
    }


def _outcome(outcome: Outcome) -> dict[str, object]:
    taken = outcome.taken
    counts = {"lines": 0, "orders": 0, "ids": 0, "added": 0, "updated": 0, "unchanged": 0, "bad": 0, "replaced": 0}
    if taken is not None:
        counts = {name: getattr(taken, name) for name in counts}
    return {**_report(outcome.report), **counts}
