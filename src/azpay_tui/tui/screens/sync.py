"""The sync page: how well the data is in step, where orders come from, what is read next, why an order was not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Final

from azpay_tui.backoffice.ports import Desk
from azpay_tui.domain.calls import Budget
from azpay_tui.domain.queue import Queue, Queued, class_of, remaining, why
from azpay_tui.domain.rows import SyncStatus
from azpay_tui.tui import theme
from azpay_tui.tui.display import display, fit
from azpay_tui.tui.screens.page import PageScreen
from azpay_tui.tui.sitting import Sitting
from azpay_tui.tui.widgets.choices import Choice
from azpay_tui.tui.widgets.sources import no_source, source_line
from azpay_tui.tui.widgets.status_line import age, first_text
from azpay_tui.tui.widgets.words import absolute, relative, span

HEAD: Final = 100
"""Objects of the queue that are shown."""
_SOURCE: Final = "source "


def summary(
    status: SyncStatus, queue: Queue, budget: Sequence[Budget], now: datetime, where: tzinfo
) -> Iterator[tuple[str, str]]:
    """Yield what there is to say of all of it: a short line, and what is said of it under the cursor."""
    since = f" since {absolute(status.since, where)}" if status.since is not None else ""
    who = "this console reads" if status.holder else "another azpay on this data reads, or none does"
    calm = "Amazon answers." if status.connection in ("ONLINE", "SLOW") else "Nothing more is known."
    said = display(status.message, 400) or calm
    yield f"{status.connection}{since}, {age(status, now)}; {who}", said
    kinds = ", ".join(f"{count:,} {kind}{'' if count == 1 else 's'}" for kind, count in queue.waiting)
    left = remaining(queue.waiting, budget)
    pace = f", {_length(left)} at Amazon's pace" if left is not None else ""
    failing = f"; {status.errors:,} could not be read" if status.errors else ""
    yield (
        f"{status.queue:,} due{f' ({kinds})' if kinds else ''}{pace}{failing}",
        "Money goes first, then what is on screen, then what lapses soon, then the rest; what fails goes to the back.",
    )
    if status.first is not None:
        rest = remaining(status.first.reads, budget)
        yield (
            first_text(status.first, rest),
            "The newest orders go first, those the shop is done with last. Whatever ends it, it goes on where it was.",
        )
    # Reads first: they are what a sync waits for.
    order = sorted(budget, key=lambda each: not each.operation.startswith("get-"))
    allowed = "  ".join(f"{each.operation} {each.left}/{each.burst} +{each.rate:g}/s" for each in order)
    yield (
        f"budget now: {allowed or 'no pace is kept here'}",
        f"Requests that may go at once, of how many, and how many more each second. {allowed}",
    )


def _length(length: timedelta) -> str:
    return f"about {int(length.total_seconds())} s" if length < timedelta(minutes=2) else f"about {span(length)}"


def queued_line(queued: Queued, status: SyncStatus, now: datetime, where: tzinfo) -> Choice:
    """Set one object: class of its state, id, Amazon's word, when it is read, failed tries."""
    due = "never" if queued.due is None else "now" if queued.due <= now else relative(queued.due, now)
    tries = f"{queued.attempts} failed" if queued.attempts else ""
    parts = (
        f"{'!' if queued.attempts else ' '} {fit(class_of(queued), 10)}",
        fit(display(queued.object_id, 40), 27),
        fit(display(queued.state or "-", 40), 13),
        fit(due, 10, "right"),
        f" {tries}",
    )
    word = f"{display(queued.state, 60)}. " if queued.state else ""
    read = f"Last read {relative(queued.read, now)} ({absolute(queued.read, where)})." if queued.read else ""
    at = f" Next {absolute(queued.due, where)}." if queued.due is not None else ""
    return Choice(
        (queued.order_id, queued.object_id),
        " ".join(parts).rstrip(),
        f"{word}{display(why(queued, status, now), 500)} {read}{at}",
        copy=queued.object_id,
        style=theme.WARNING if queued.attempts else theme.PLAIN,
    )


class SyncScreen(PageScreen, inherit_bindings=False):
    """Connection, queue and budget, sources, then the order one came from, what fails, and what is read next."""

    twin = "azpay sync --status"

    def __init__(self, desk: Desk, sitting: Sitting, order_id: str | None) -> None:
        """Show the sync of a desk, and why `order_id` was not read."""
        super().__init__(desk, sitting, "sync")
        self._order_id = order_id

    def look(self) -> tuple[str, Sequence[Choice]]:
        """Read the head of the queue."""
        now, reader, budget = self.desk.now(), self.desk.reader, self.desk.budget()
        status, queue = reader.status(now), reader.queue(now, HEAD)
        said = enumerate(summary(status, queue, budget, now, self.zone))
        lines = [Choice(("", str(number)), text, detail) for number, (text, detail) in said]
        sources = self.desk.sources()
        lines.append(Choice(None, f"SOURCES  {len(sources) or 'none'}"))
        lines += [source_line(state, now, self.zone) for state in sources] or [no_source()]
        own = reader.objects(self._order_id) if self._order_id is not None else ()
        failing = [each for each in queue.objects if each.attempts]
        rest = [each for each in queue.objects if not each.attempts]
        groups = ((f"ORDER {display(self._order_id or '', 40)}", own), ("FAILING", failing), ("READ NEXT", rest))
        shown: set[str] = set()
        for heading, group in groups:
            new = [each for each in group if each.object_id not in shown]
            if new:
                lines.append(Choice(None, f"{heading}  {len(new)}{' and more' if len(new) == HEAD else ''}"))
                lines += [queued_line(each, status, now, self.zone) for each in new]
                shown |= {each.object_id for each in new}
        return f"sync: {status.queue:,} due, {status.errors:,} failing", lines

    def source_here(self) -> str | None:
        """Return the source of the line under the cursor."""
        choice = self.body.choice
        value = choice.value if choice is not None else None
        about = str(value[1]) if isinstance(value, tuple) else ""
        return about.removeprefix(_SOURCE) if about.startswith(_SOURCE) else None

    def order_here(self) -> str | None:
        """Return the order of the line under the cursor."""
        choice = self.body.choice
        return self.opens(choice) if choice is not None else None

    def opens(self, choice: Choice) -> str | None:
        """Return the order of an object."""
        return choice.value[0] or None if isinstance(choice.value, tuple) else None
