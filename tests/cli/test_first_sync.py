"""A first sync from the command line: killed in the middle, it goes on where it was, the newest orders first."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta

from tests.cli.conftest import Shop, until
from tests.support.terminal import Terminal

from azpay_tui.store.cache.read import CacheReader

MANY = 100
KEPT = 8
"""Reads that are stored at once."""


def test_a_first_sync_that_is_killed_goes_on_where_it_was(shop: Shop) -> None:
    made = shop.sim("POST", "/_sim/orders", [{"situation": "open"}] * MANY)
    newest_first = [each["permission_id"] for each in made]
    now = datetime.now(UTC)
    lines = []
    for age, each in enumerate(made):
        fields = shop.line(each).split(",")
        fields[6] = f"{now - timedelta(hours=age):%Y-%m-%dT%H:%M:%SZ}"
        lines.append(",".join(fields))
    shop.learn(*lines)
    # No answer comes here, so that it is certain where the sync is when it is killed (or, at the latest, gives up).
    stuck = newest_first[60]
    shop.fault(stuck, "get-permission", "stall-before")
    reader = CacheReader(shop.data)

    def done() -> int:
        first = reader.status(now).first
        return 0 if first is None else first.done

    process = subprocess.Popen(shop.command("sync", "--once"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(lambda: done() >= KEPT or process.poll() is not None)
    process.kill()
    process.wait()
    read = done()
    assert KEPT <= read < MANY

    said = shop.good("sync", "--status").out
    assert f"First sync: {read} of {MANY} orders read; the newest first" in said
    value = shop.good("sync", "--status", "--json").json
    assert value["first_sync"] == {"orders": MANY, "read": read}
    assert value["due"] == MANY - read
    rows = shop.good("orders", "list", "--limit", str(MANY), "--json").json["orders"]
    known = {row["id"] for row in rows if row["refreshed_at"]}
    assert set(newest_first[:KEPT]) <= known <= set(newest_first[: read + 1])

    shop.sim("DELETE", "/_sim/faults")
    with Terminal(shop.command("sync", "--once")) as terminal:
        assert terminal.ended() == 0
    assert f"Read from Amazon: {MANY - read} of {MANY - read}" in terminal.text
    assert shop.good("sync", "--status", "--json").json["first_sync"] is None
