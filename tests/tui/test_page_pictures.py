"""Pictures of the pages and of the ways to a command: look at every one that changed."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.tui.desk import HOSTILE, NOW, MemoryDesk
from textual.pilot import Pilot

from azpay_tui.domain.calls import Call
from azpay_tui.domain.intent import State, Verb, Wish
from azpay_tui.tui.app import Console
from azpay_tui.tui.screens.page import PageScreen

Compare = Callable[..., bool]


def desk(environment: str = "simulator") -> MemoryDesk:
    """A desk with a job of every kind, some calls, and an object that fails."""
    made = MemoryDesk(environment=environment)
    live = [o for o in made.orders.values() if o.charges and o.charges[0].state == "Authorized"]
    live = [order for order in live if order.permission is not None and not order.intents]
    states: tuple[tuple[State, str | None], ...] = (
        ("unknown", "Amazon did not answer in time."),
        ("attention", None),
        ("declined", "HardDeclined"),
        ("succeeded", None),
    )
    for order, (state, reason) in zip(live, states, strict=False):
        wish = Wish(Verb.CAPTURE, order.id, order.charges[0].id, order.charges[0].amount)
        intent = made.submit(made.check(wish))
        made.finish(intent.id, state, reason)
        due = NOW + timedelta(minutes=4) if state == "unknown" else None
        made._intents[intent.id] = replace(made._intents[intent.id], attempts=2, next_due=due)
    target = live[0].id
    made.called = [
        Call(NOW - timedelta(seconds=9), "get-permission", target, 0.31, 200, "7f3a-11c0"),
        Call(NOW - timedelta(seconds=7), "capture", f"{target}-C000001", 1.72, 422, "7f3a-11c1", "HardDeclined"),
        Call(NOW - timedelta(seconds=5), "get-charge", f"{target}-C000001", 12.0, None, None, HOSTILE[0]),
    ]
    made.failing = {f"{live[1].id}-C000001": 3}
    made.reader.raw = lambda order_id: {  # type: ignore[method-assign]
        order_id: json.dumps(
            {
                "chargePermissionId": order_id,
                "buyer": {"name": HOSTILE[2], "email": "jane@example.com"},
                "shippingAddress": {"name": "Jane", "addressLine1": "1 Main St", "countryCode": "US"},
                "statusDetails": {"state": "Chargeable", "reasons": None},
            }
        )
    }
    made.sync = replace(made.sync, queue=41, errors=1)
    return made


def shown(keys: str) -> Callable[[Pilot[None]], Awaitable[None]]:
    """Open something and wait until it is read."""

    async def run(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, Console)
        app.sitting.say("12:00:00 capture: outcome UNKNOWN, being checked; do not repeat it.", warning=True)
        for key in keys:
            await pilot.press(key if len(key) == 1 and key.isalnum() else _NAMES[key])
        for _ in range(400):
            await pilot.pause(0.02)
            screen = app.screen
            if not isinstance(screen, PageScreen) or (screen.body.choices and not screen._looking):
                break
        await pilot.pause()

    return run


_NAMES = {"!": "exclamation_mark", "@": "at", "?": "question_mark", ":": "colon", "\t": "tab", "^": "ctrl+p"}
_KEYS = {
    "jobs": "2!",
    "log": "2@",
    "sync": "2S",
    "raw": "2x",
    "help": "2?",
    "found": "2?refu",
    "palette": "2^",
    "line": "2:re\t",
    "copy": "2y",
    "help-of-a-page": "2!?",
}
_SIZES = [(80, 24), (120, 36)]


@pytest.mark.parametrize("size", _SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", ["jobs", "log", "sync", "raw"])
def test_page(snap_compare: Compare, name: str, size: tuple[int, int]) -> None:
    assert snap_compare(Console(desk()), terminal_size=size, run_before=shown(_KEYS[name]))


@pytest.mark.parametrize("name", ["help", "found", "palette", "line", "copy", "help-of-a-page"])
def test_way(snap_compare: Compare, name: str) -> None:
    assert snap_compare(Console(desk()), terminal_size=(80, 24), run_before=shown(_KEYS[name]))


def test_raw_of_a_live_shop(snap_compare: Compare) -> None:
    assert snap_compare(Console(desk("live")), terminal_size=(80, 24), run_before=shown(_KEYS["raw"]))


def test_nothing_to_show(snap_compare: Compare) -> None:
    assert snap_compare(Console(MemoryDesk()), terminal_size=(60, 15), run_before=shown(_KEYS["jobs"]))


def test_wide(snap_compare: Compare) -> None:
    assert snap_compare(Console(desk()), terminal_size=(200, 50), run_before=shown(_KEYS["sync"]))
