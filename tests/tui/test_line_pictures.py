"""Pictures of the message line, as a message and as a prompt: look at every one that changed."""

from __future__ import annotations

import pytest
from tests.tui.desk import HOSTILE, order_id
from tests.tui.pictures import PLAIN, SMALLEST, Camera, Step, at, console_of, shop, typed
from textual.pilot import Pilot

from azpay_tui.domain.intent import Verb, Wish


@pytest.mark.parametrize(
    "keys",
    [
        (typed(":re"), "tab"),
        (typed(":sort "), "tab"),
        (typed(":refudn"), "enter"),
        (typed(":capture 12.50"),),
        (typed(":capture 99999999"), "enter"),
    ],
    ids=["completed", "argument", "unknown", "amount", "too-much"],
)
def test_command_line(picture: Camera, keys: tuple[str | Step, ...]) -> None:
    assert picture(shop(), "2", *keys)


def test_command_line_narrow(picture: Camera) -> None:
    assert picture(shop("live"), "2", typed(":re"), "tab", size=SMALLEST)


@pytest.mark.parametrize(
    "keys",
    [
        ("/", typed("jane")),
        ("/", typed("jane"), "enter"),
        ("/", typed("nobody"), "enter"),
        ("#",),
        ("#", typed("S01-9999999-9999999"), "enter"),
        ("f", "k", "enter", typed("amount>10")),
        ("f", "k", "enter", typed("amount>ten"), "enter"),
    ],
    ids=["find", "found", "not-found", "go", "not-here", "filter", "filter-wrong"],
)
def test_prompt(picture: Camera, keys: tuple[str | Step, ...]) -> None:
    assert picture(shop(), "6", *keys)


@pytest.mark.parametrize("key", ["i", "z", "comma"], ids=["note", "later", "tag"])
def test_prompt_of_a_mark(picture: Camera, key: str) -> None:
    assert picture(shop(), "1", key, *("x" if key == "comma" else "1"))


def test_prompt_narrow(picture: Camera) -> None:
    assert picture(shop(), "1", "z", "tab", size=SMALLEST)


def test_prompt_with_a_hostile_text(picture: Camera) -> None:
    async def paste(pilot: Pilot[None]) -> None:
        from textual import events

        pilot.app.post_message(events.Paste("".join(HOSTILE)))

    assert picture(shop(), "6", "/", paste)


@pytest.mark.parametrize("outcome", ["succeeded", "declined", "unknown"])
def test_news(picture: Camera, outcome: str) -> None:
    desk = shop()
    order = desk.orders[order_id(1)]

    async def act(pilot: Pilot[None]) -> None:
        wish = Wish(Verb.CAPTURE, order.id, order.charges[0].id, order.charges[0].amount)
        intent = desk.submit(desk.check(wish))
        desk.finish(intent.id, outcome, "HardDeclined" if outcome == "declined" else None)  # type: ignore[arg-type]

    assert picture(desk, "6", at(order.id), act)


def test_news_of_a_decline_narrow(picture: Camera) -> None:
    desk = shop()
    order = desk.orders[order_id(1)]

    async def act(pilot: Pilot[None]) -> None:
        wish = Wish(Verb.CAPTURE, order.id, order.charges[0].id, order.charges[0].amount)
        desk.finish(desk.submit(desk.check(wish)).id, "declined", "HardDeclined")

    assert picture(desk, "6", at(order.id), act, size=SMALLEST, levers=PLAIN)


def test_several_unread_warnings(picture: Camera) -> None:
    async def warn(pilot: Pilot[None]) -> None:
        say = console_of(pilot)._orders.say
        say("12:00:00 capture S01-7730001-0000001-C000001: outcome UNKNOWN.", warning=True, unasked=True)
        say("The clock of this computer is 7 minutes behind Amazon's.", warning=True, unasked=True)
        say(f"{'A long sentence that says what is wrong and what to do. ' * 6}", warning=True, unasked=True)

    assert picture(shop(), "6", warn)


def test_link(picture: Camera) -> None:
    assert picture(shop(), "6", "j", "o")
