"""Many orders never read: in whose turn Amazon is asked, what goes before them, and how long it takes at its pace."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import Any

from tests.support.office import START, Office

from azpay_tui.amazon.throttle import Throttle, quotas
from azpay_tui.domain.claims import Claim
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.queue import about, remaining
from azpay_tui.domain.rows import TrackedOrder

PIECE = 8
"""Objects that are asked for side by side, in no order among themselves."""


def learn(office: Office, count: int, situation: str = "open", claim: Claim | None = None) -> list[str]:
    """Make orders of different ages and learn of them all at once; returns their ids, the newest first."""
    wanted = [{"situation": situation, "age": f"{1 + number * 7 % count}h"} for number in range(count)]
    made = office.sim("POST", "/_sim/orders", wanted)
    orders = [
        TrackedOrder(
            each["permission_id"],
            created=START - timedelta(hours=1 + number * 7 % count),
            charge_ids=tuple(each["charge_ids"]),
            claim=claim,
            source="shop",
            side="shop",
        )
        for number, each in enumerate(made)
    ]
    office.desk.track(orders)
    return [order.order_id for order in sorted(orders, key=lambda order: order.created or START, reverse=True)]


def asked(office: Office) -> list[str]:
    """Return the orders Amazon was asked for, as often as it was."""
    found = [re.search(r"[A-Z]\d\d-\d{7}-\d{7}", request.path) for request in office.transport.requests]
    return [match.group() for match in found if match]


def in_pieces(ids: list[str]) -> list[set[str]]:
    return [set(ids[start : start + PIECE]) for start in range(0, len(ids), PIECE)]


def test_amazon_is_asked_for_the_newest_first_and_last_for_what_the_shop_is_done_with(office: Office) -> None:
    done = learn(office, 24, claim="shipped")
    rest = learn(office, 24)
    assert office.desk.sync_once() == 48
    assert in_pieces(asked(office)) == in_pieces([*rest, *done])


def test_a_page_that_comes_on_screen_goes_before_what_is_left(office: Office) -> None:
    newest_first = learn(office, 60)
    page = newest_first[-4:]
    refresher = office.desk.works.refresher

    def scroll(request: Any) -> None:
        if len(office.transport.requests) == 3:
            office.desk.watch(page)

    office.transport.before = scroll
    assert refresher._round() == 0.0, "it goes on at once"
    assert len(asked(office)) <= PIECE
    before = len(asked(office))
    refresher._wake.clear()
    refresher._round()
    assert set(asked(office)[before : before + len(page)]) <= {*page, *newest_first[:12]}
    assert set(page) <= set(asked(office)[before : before + PIECE])
    assert sorted(asked(office)) == sorted(newest_first), "each once"


def test_a_round_ends_in_time_for_money(office: Office, monkeypatch: Any) -> None:
    order = office.make("authorized")
    learn(office, 40)
    monkeypatch.setattr("azpay_tui.backoffice.refresher._LONGEST", -1.0)
    settled: list[int] = []
    refresher = office.desk.works.refresher
    monkeypatch.setattr(refresher, "settle_due", lambda: settled.append(len(asked(office))))
    del office.transport.requests[:]
    while refresher._round() == 0.0:
        pass
    assert settled[0] <= PIECE
    assert settled == sorted(settled)
    assert len(settled) > 3
    assert office.offer(order, Verb.CAPTURE).verdict == "yes"


def test_the_time_that_is_left_is_the_time_it_takes(office: Office) -> None:
    learn(office, 60, "authorized")
    office.sim("PATCH", "/_sim/settings", {"quotas": "sandbox"})
    seconds = [0.0]

    def wait(condition: threading.Condition, length: float) -> None:
        seconds[0] += length
        office.local.advance(seconds=length)

    paced = Throttle(quotas("sandbox", "quota"), clock=lambda: seconds[0], wait=wait)
    gateway: Any = office.desk.works.parts.gateway
    gateway._line.throttle = paced
    first = office.desk.reader.status(office.desk.now()).first
    assert first is not None
    assert first.waiting == (("charge", 60), ("permission", 60))
    said = remaining(first.waiting, office.desk.budget())
    assert said is not None
    assert office.desk.sync_once() == 120
    assert abs(seconds[0] - said.total_seconds()) <= 10, "but for the tokens that are kept for money"
    assert not any(call.status == 429 for call in office.desk.calls())


def test_a_length_is_said_no_more_exactly_than_it_is_known() -> None:
    lengths = (timedelta(seconds=59), timedelta(seconds=130), timedelta(minutes=59), timedelta(hours=6, minutes=5))
    assert [about(length) for length in lengths] == ["under 1 min", "2 min", "59 min", "6 h 05 min"]
