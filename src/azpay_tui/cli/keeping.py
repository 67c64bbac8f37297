"""Keeping orders in step: track, refresh, sync, and settling what is open."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Final, cast

from azpay_tui.backoffice.ports import Desk
from azpay_tui.backoffice.records import Event
from azpay_tui.cli import resolve, shapes
from azpay_tui.cli.context import Context
from azpay_tui.cli.journal import show_intents
from azpay_tui.cli.outcome import NOT_VALID, OK, UNKNOWN, CommandError
from azpay_tui.cli.output import Progress, json_result, result, say, shown
from azpay_tui.cli.sources.news import SourceNews
from azpay_tui.cli.sources.shapes import shape
from azpay_tui.cli.wording import way
from azpay_tui.domain import telling
from azpay_tui.domain.closing import UNCLOSED
from azpay_tui.domain.filters import Narrowed, parse
from azpay_tui.domain.intent import OPEN_STATES, Intent, State
from azpay_tui.domain.order import kind_of, order_id_of
from azpay_tui.domain.queue import remaining
from azpay_tui.domain.rows import TrackedOrder

_LOOK: Final = 1.0
"""Seconds after which a watch looks whether a signal came."""


def track(context: Context, ids: list[str], *, as_json: bool) -> int:
    """Learn of orders, charges and refunds by Amazon's ids; whether they are all of an order stays open."""
    grouped: dict[str, dict[str, list[str]]] = {}
    for text in ids:
        object_id = text.strip()
        kind = kind_of(object_id)
        if kind is None:
            raise CommandError(
                f"{object_id!r} is not an id of Amazon, such as S01-1234567-1234567 or S01-1234567-1234567-C000001."
            )
        found = grouped.setdefault(order_id_of(object_id), {"charge": [], "refund": []})
        if kind != "permission":
            found[kind].append(object_id)
    orders = [
        TrackedOrder(order_id, charge_ids=tuple(of["charge"]), refund_ids=tuple(of["refund"]))
        for order_id, of in grouped.items()
    ]
    with context.desk() as desk:
        done = desk.track(orders)
    if done.deleted:
        raise CommandError(
            f"{', '.join(done.deleted)} was deleted here: it is not taken in again.", NOT_VALID, "deleted"
        )
    if as_json:
        json_result({"added": done.added, "updated": done.updated, "unchanged": done.unchanged})
    else:
        result(f"{done.added} added, {done.updated} updated, {done.unchanged} unchanged.")
    return OK


def refresh(context: Context, orders: list[str], *, as_json: bool) -> int:
    """Read orders from Amazon now, whatever their due time."""
    context.require_key()
    with context.desk() as desk:
        ids = list(dict.fromkeys(resolve.order_id(desk.reader, text) for text in orders))
        progress = Progress("Orders read")
        for done, order_id in enumerate(ids, 1):
            desk.refresh([order_id], wait=True)
            progress(done, len(ids))
        progress.end()
        rows = [row for order_id in ids if (row := desk.reader.row(order_id)) is not None]
    if as_json:
        json_result({"orders": [shapes.row(row) for row in rows]})
    else:
        for row in rows:
            result(shown(f"{row.id}  {row.status}  {row.amount or ''}".rstrip()))
    return OK


def sync(context: Context, *, all_: bool, watch: bool, once: bool, act: bool, as_json: bool) -> int:
    """Bring everything that is due in step, once or until a signal ends it; a watch takes automatic steps anyway."""
    if watch and (all_ or once):
        raise CommandError("--watch does not go with --once or --all.")
    context.require_key()
    with context.desk() as desk:
        if watch:
            _watch(desk)
        news = SourceNews(desk)
        count = sync_desk(desk, all_=all_, act=act)
        news()
        sources = [shape(state) for state in desk.sources()]
        status = desk.reader.status(desk.now())
        open_ = len(desk.intents(open_only=True, limit=1000))
        unclosed = _unclosed(desk)
    if as_json:
        more = {"sources": sources} if sources else {}
        json_result({"read": count, "errors": status.errors, "open_intents": open_, **more})
    else:
        failed = f", {status.errors} could not be read" if status.errors else ""
        waiting = f", {open_} open in the journal" if open_ else ""
        result(f"{count} read{failed}{waiting}.")
        if unclosed != 0:
            orders = f"{unclosed} orders are" if unclosed is not None else "More than 1,000 orders are"
            orders = "1 order is" if unclosed == 1 else orders
            say(f"{orders} captured in full and still open at Amazon: azpay orders list --unclosed")
    return OK


def _unclosed(desk: Desk) -> int | None:
    """Count the orders that wait to be closed, unless nobody wants to be reminded; None: more than are counted."""
    if desk.profile.policy.close_after_capture == "never":
        return 0
    return desk.reader.total(narrowed=Narrowed(parse(UNCLOSED), desk.now()))


def sync_desk(desk: Desk, *, all_: bool = False, act: bool = False) -> int:
    """Read what is due with progress on standard error; returns how many objects were read."""
    progress = Progress("Read from Amazon")

    def left() -> timedelta | None:
        return remaining(desk.reader.queue(desk.now(), 1).waiting, desk.budget())

    try:
        return desk.sync_once(all_=all_, act=act, progress=lambda done, total: progress(done, total, left))
    finally:
        progress.end()


def _watch(desk: Desk) -> None:
    """Keep in step until a signal comes; tells standard error what changed."""
    last = ""
    news = SourceNews(desk)
    told: dict[str, str] = {}

    def tell(event: Event) -> None:
        nonlocal last
        if event.kind == "sync":
            news()
        line, about = line_of(event), event.intent.id if event.intent is not None else ""
        if line is not None and (not about or told.get(about) != line):
            told[about] = line
            say(line)
        status = desk.reader.status(desk.now())
        if status.connection != last:
            last = status.connection
            say(shown(f"{last} {status.message}".rstrip()))

    desk.subscribe(tell)
    desk.start()
    forever = threading.Event()
    while True:  # A signal may reach another thread, and then wakes nobody who waits without an end.
        forever.wait(_LOOK)


def line_of(event: Event) -> str | None:
    """Say what an event tells somebody who watches, ready for the screen; None: nothing."""
    if event.kind == "intent" and event.intent is not None:
        return became(event.intent)
    if event.kind == "automatic" and event.problem is not None:
        return shown(event.problem)
    if event.kind == "orders" and event.order_ids:
        return f"{len(event.order_ids)} {'order' if len(event.order_ids) == 1 else 'orders'} changed."
    return None


def became(intent: Intent) -> str | None:
    """Say what became of what was confirmed, ready for the screen; None while it is merely on its way."""
    if intent.state in ("intent", "sent"):
        return None
    wish = intent.draft.wish
    return shown(f"{wish.verb} {wish.target}: {intent.state}. {telling.tell(intent).text(way(wish.order_id))}".rstrip())


def resume(context: Context, intent_id: str | None, *, as_json: bool) -> int:
    """Settle open intents now; exit code 5 when some are left open."""
    with context.desk() as desk:
        _refuse_when_read_only(desk)
        looked = desk.resume(intent_id)
        left = [intent for intent in looked if intent.open]
        if intent_id is None:
            left = list(desk.intents(open_only=True, limit=1000))
    show_intents(looked, as_json=as_json)
    if left:
        say(shown(f"Still open: {', '.join(intent.id for intent in left)}."))
    return UNKNOWN if left else OK


def settle(context: Context, intent_id: str, outcome: str, note: str, *, as_json: bool) -> int:
    """Record a person's decision on an intent that no rule can settle."""
    with context.desk() as desk:
        _refuse_when_read_only(desk)
        moved: Intent = desk.settle(intent_id, cast(State, outcome), note)
    show_intents((moved,), as_json=as_json)
    return OK if moved.state not in OPEN_STATES else UNKNOWN


def _refuse_when_read_only(desk: Desk) -> None:
    if desk.profile.read_only_reason is not None:
        raise CommandError(desk.profile.read_only_reason, 3, "read-only")
