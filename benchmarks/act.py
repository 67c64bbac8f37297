"""One capture from the confirmed dialog to its settled outcome, against the same requests alone and the same number of
durable commits alone: what safety costs.
"""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from unittest.mock import patch

import httpx

from azpay_tui import config
from azpay_tui.amazon.exchange import Received, exchange
from azpay_tui.backoffice.ports import Desk
from azpay_tui.backoffice.records import Ready
from azpay_tui.bootstrap import Parts, build_desk
from azpay_tui.domain.intent import Intent, Verb, Wish
from azpay_tui.domain.rows import TrackedOrder
from azpay_tui.store.sqlite import JOURNAL_PRAGMAS
from benchmarks.common import Table, finish, options, timed, workplace
from benchmarks.shop import signed_client, simulated


@dataclass
class Wire:
    """Writes down every request that leaves."""

    sent: list[httpx.Request] = field(default_factory=list)

    @contextmanager
    def tapped(self) -> Iterator[None]:
        """Listen at the one function through which every request goes."""

        def listen(client: httpx.Client, request: httpx.Request, auth: httpx.Auth, until: float) -> Received:
            self.sent.append(request)
            return exchange(client, request, auth, until)

        with patch("azpay_tui.amazon.v2.client.exchange", listen):
            yield


@dataclass
class Part:
    """What one half of an action took: milliseconds and requests."""

    ms: list[float] = field(default_factory=list)
    requests: list[httpx.Request] = field(default_factory=list)


def authorized(client: httpx.Client, count: int) -> list[TrackedOrder]:
    """Make orders that wait to be captured."""
    answer = client.post("/_sim/orders", json=[{"situation": "authorized"}] * count)
    answer.raise_for_status()
    return [
        TrackedOrder(made["permission_id"], charge_ids=tuple(made["charge_ids"]), complete=True, source="import")
        for made in answer.json()
    ]


def capture(desk: Desk, order: TrackedOrder, wire: Wire, look: Part, send: Part) -> None:
    """Look at the order as the dialog does, confirm, wait for the outcome."""
    charge = order.charge_ids[0]
    known = desk.reader.order(order.order_id)
    amount = desk.suggest(known, Verb.CAPTURE, charge) if known else None
    ready: list[Ready] = []
    done: list[Intent] = []
    wish = Wish(Verb.CAPTURE, order.order_id, charge, amount)
    for part, action in (
        (look, lambda: ready.append(desk.check(wish))),
        (send, lambda: done.append(desk.wait(desk.submit(ready[0]).id, 30))),
    ):
        wire.sent.clear()
        part.ms.append(timed(action))
        part.requests = list(wire.sent)
    if done[0].state != "succeeded":
        raise RuntimeError(f"the capture ended {done[0].state}: {done[0].reason}")


def again(client: httpx.Client, requests: list[httpx.Request], ours: TrackedOrder, other: TrackedOrder) -> None:
    """Send the same requests about another order, one after the other, with nothing around them."""
    for request in requests:
        key = {"x-amz-pay-idempotency-key": uuid.uuid4().hex} if request.method == "POST" else {}
        path = request.url.path.replace(ours.charge_ids[0], other.charge_ids[0]).replace(ours.order_id, other.order_id)
        client.request(request.method, path, content=request.content, headers=key).raise_for_status()


def commits_of(data_dir: Path) -> int:
    """Return how many durable transactions the journal holds: each adds one row to its chain."""
    with closing(sqlite3.connect(data_dir / "journal.db")) as connection:
        return int(connection.execute("SELECT max(seq) FROM audit").fetchone()[0])


def durable(directory: Path, count: int) -> float:
    """Commit so many small rows the way the journal does; milliseconds for all."""
    with closing(sqlite3.connect(directory / "commits.db", isolation_level=None)) as connection:
        for pragma in JOURNAL_PRAGMAS:
            connection.execute(pragma)
        connection.execute("CREATE TABLE IF NOT EXISTS row (id INTEGER PRIMARY KEY, text TEXT)")
        return timed(
            lambda: [connection.execute("INSERT INTO row (text) VALUES (?)", ("x" * 500,)) for _ in range(count)]
        )


def main() -> None:
    """Measure and print."""
    chosen = options(__doc__, rounds=20)
    wire, look, send = Wire(), Part(), Part()
    alone: tuple[list[float], list[float]] = ([], [])
    commits: list[float] = []
    with (
        workplace() as directory,
        simulated(directory / "simulated-act", 0) as shop,
        tempfile.TemporaryDirectory(dir=directory) as data,
    ):
        profile = replace(config.load(shop / "config.toml"), data_dir=Path(data) / "data")
        desk = build_desk(profile, Parts().info(profile, None))
        try:
            with signed_client(profile) as client, wire.tapped():
                orders = authorized(client, 2 * chosen.rounds + 1)
                desk.track(orders[: chosen.rounds + 1])
                desk.sync_once()
                capture(desk, orders[0], wire, Part(), Part())
                before = commits_of(profile.data_dir)
                for ours, other in zip(orders[1 : chosen.rounds + 1], orders[chosen.rounds + 1 :], strict=True):
                    capture(desk, ours, wire, look, send)
                    for found, part in zip(alone, (look, send), strict=True):
                        found.append(timed(partial(again, client, part.requests, ours, other)))
                    each = (commits_of(profile.data_dir) - before) // len(look.ms)
                    commits.append(durable(Path(data), each))
        finally:
            desk.stop(10)
    table = Table("One capture", ["its requests alone", "azpay"])
    for name, found, part in (("look, before the dialog", alone[0], look), ("confirm, until settled", alone[1], send)):
        table.add(f"{name} ({len(part.requests)} requests)", statistics.median(found), statistics.median(part.ms))
    table.add(f"{each} durable commits alone", statistics.median(commits), None)
    finish([table], chosen.json)


if __name__ == "__main__":
    main()
