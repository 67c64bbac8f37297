"""Pictures of the pages jobs, log, sync, lapses and raw: look at every one that changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.tui.desk import NOW, MemoryDesk
from tests.tui.pictures import (
    LARGE,
    MIDDLE,
    PLAIN,
    SMALL,
    SMALLEST,
    Camera,
    busy_shop,
    console_of,
    shop,
    sized,
    sourced,
    typed,
)
from textual.pilot import Pilot

from azpay_tui.domain.policies import PRESETS, chosen
from azpay_tui.domain.rows import FirstSync
from azpay_tui.store.errors import JournalUnavailable
from azpay_tui.tui.levers import Levers

KEYS = {"jobs": "!", "log": "@", "sync": "S", "raw": "x", "lapses": "L"}


async def said(pilot: Pilot[None]) -> None:
    console_of(pilot).sitting.say("12:00:00 capture: outcome UNKNOWN, being checked; do not repeat it.", warning=True)


@sized(SMALL, MIDDLE)
@pytest.mark.parametrize("name", KEYS)
def test_page(picture: Camera, name: str, size: tuple[int, int]) -> None:
    assert picture(busy_shop(), said, "2", KEYS[name], size=size)


@pytest.mark.parametrize(
    ("name", "size"),
    [("jobs", SMALLEST), ("sync", SMALLEST), ("lapses", SMALLEST), ("log", LARGE), ("sync", LARGE), ("lapses", LARGE)],
    ids=["jobs-60x15", "sync-60x15", "lapses-60x15", "log-200x50", "sync-200x50", "lapses-200x50"],
)
def test_page_sizes(picture: Camera, name: str, size: tuple[int, int]) -> None:
    assert picture(busy_shop(), said, "2", KEYS[name], size=size)


@pytest.mark.parametrize("name", ["jobs", "log", "sync", "lapses"])
def test_nothing(picture: Camera, name: str) -> None:
    assert picture(MemoryDesk([]), KEYS[name])


def test_nothing_sent_of_an_order(picture: Camera) -> None:
    desk = shop()
    desk.reader.raw = lambda order_id: {}  # type: ignore[method-assign]
    assert picture(desk, "6", "x")


@pytest.mark.parametrize(
    ("name", "levers"), [("jobs", Levers("mono")), ("sync", PLAIN), ("lapses", PLAIN)], ids=["mono", "ascii", "lapses"]
)
def test_terminal(picture: Camera, name: str, levers: Levers) -> None:
    assert picture(busy_shop(), said, "2", KEYS[name], levers=levers)


@pytest.mark.parametrize(("name", "environment"), [("jobs", "live"), ("raw", "live"), ("sync", "sandbox")])
def test_environment(picture: Camera, name: str, environment: str) -> None:
    assert picture(busy_shop(environment), "2", KEYS[name])


def test_personal_data_of_a_live_shop(picture: Camera) -> None:
    assert picture(busy_shop("live"), "2", "x", "p")


def test_offline(picture: Camera) -> None:
    desk = busy_shop()
    desk.set_sync(
        connection="OFFLINE",
        since=NOW - timedelta(minutes=40),
        last_success=NOW - timedelta(minutes=41),
        message="No route to pay-api.amazon.com.",
    )
    assert picture(desk, "2", "S")


def test_error_of_the_journal(picture: Camera) -> None:
    desk = busy_shop()

    def refuse(**named: object) -> tuple[()]:
        raise JournalUnavailable("The journal cannot be read: the disk is full. Make room; nothing was changed.")

    desk.intents = refuse  # type: ignore[method-assign, assignment]
    assert picture(desk, "!")


def test_detail_of_a_line(picture: Camera) -> None:
    assert picture(busy_shop(), said, "2", "!", "j", "j")


def test_log_of_calls_alone(picture: Camera) -> None:
    assert picture(busy_shop(), said, "2", "@", "tab", "tab", "j")


def test_find(picture: Camera) -> None:
    assert picture(busy_shop(), said, "2", "S", "/", typed("charge"), "enter")


@sized(SMALL, MIDDLE, LARGE)
def test_sources(picture: Camera, size: tuple[int, int]) -> None:
    desk = busy_shop()
    desk.sourced = sourced()
    assert picture(desk, "2", "S", typed("/old-shop"), "enter", size=size)


def test_sources_that_do_well(picture: Camera) -> None:
    desk = busy_shop()
    desk.sourced = [sourced()[0]]
    assert picture(desk, "2", "S", typed("/again in"), "enter")


def test_no_source(picture: Camera) -> None:
    assert picture(busy_shop(), "2", "S", typed("/sources add"), "enter")


@sized(SMALL, MIDDLE)
def test_first_sync(picture: Camera, size: tuple[int, int]) -> None:
    desk = busy_shop()
    desk.sourced = sourced()
    desk.set_sync(first=FirstSync(5000, 4760, (("charge", 1452), ("permission", 4760))), queue=6212)
    assert picture(desk, "2", "S", "j", "j", size=size)


NARROWED = chosen("magento", {"overcharge": "10%/5", "reason_required": True})


@sized(SMALLEST, SMALL, MIDDLE)
def test_policy(picture: Camera, size: tuple[int, int]) -> None:
    assert picture(busy_shop(policy=NARROWED), "2", "G", ":", typed("policy"), "enter", "G", size=size)


@pytest.mark.parametrize("levers", [Levers("mono"), PLAIN], ids=["mono", "ascii"])
def test_policy_on_a_terminal(picture: Camera, levers: Levers) -> None:
    assert picture(busy_shop(policy=PRESETS["xcart"]), "2", ":", typed("policy"), "enter", "j", "j", levers=levers)


def test_policy_that_narrows_nothing(picture: Camera) -> None:
    assert picture(MemoryDesk([]), ":", typed("policy"), "enter")


def test_policy_offline(picture: Camera) -> None:
    desk = busy_shop(policy=NARROWED)
    desk.set_sync(connection="OFFLINE", since=NOW - timedelta(minutes=40), message="No route to pay-api.amazon.com.")
    assert picture(desk, "2", ":", typed("policy"), "enter")


def test_lapses_of_guarantees(picture: Camera) -> None:
    assert picture(busy_shop(), "L", "tab", "j")


def test_orders_of_a_day(picture: Camera) -> None:
    assert picture(busy_shop(), "L", typed("/jpy"), "enter", "enter", size=MIDDLE)
