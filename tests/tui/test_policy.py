"""A shop's policy in the console: amounts that are fixed, reasons that are wanted, and which setting forbids what."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest
from tests.tui.desk import NOW, MemoryDesk
from tests.tui.host import SITUATIONS, Bench, an_order, checked, enter, press, tab_to, to_commit, until
from tests.tui.pilot import driven
from textual.widgets import Input

from azpay_tui.domain.configured import Fact
from azpay_tui.domain.intent import MONEY_VERBS, Verb
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Order
from azpay_tui.domain.policies import PRESETS, chosen
from azpay_tui.tui.dialogs import action
from azpay_tui.tui.dialogs.action import ActionResult
from azpay_tui.tui.widgets.action_lines import action_line, refusal_line
from azpay_tui.tui.widgets.words import order_name

XCART = PRESETS["xcart"]
REASONED = chosen("amazon", {"reason_required": True})


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(action, "DEBOUNCE", 0.01)
    monkeypatch.setattr(action, "TICK", 0.1)


def whole(order: Order) -> Money:
    """Return the amount of an order."""
    assert order.amount is not None
    return order.amount


def narrowed_order() -> Order:
    """An authorized order whose permission would allow a second hold."""
    order = an_order()
    assert order.permission is not None
    return replace(order, permission=replace(order.permission, balance=order.permission.limit))


def said(bench: Bench, name: str) -> str:
    """Return a part of the dialog on one line."""
    return " ".join(bench.says(name).split())


@pytest.mark.parametrize("verb", [Verb.AUTHORIZE, Verb.CAPTURE])
async def test_an_amount_that_is_fixed_cannot_be_edited(verb: Verb) -> None:
    """S0.13, S0.14, S0.15: the amount stands there and no key reaches it."""
    bench = Bench(verb, policy=XCART)
    async with bench.app.run_test() as pilot:
        await checked(pilot, bench)
        field = bench.dialog.query_one("#amount", Input)
        assert (field.value, field.disabled) == (whole(bench.order).decimal(), True)
        assert "the only amount that the shop's policy allows" in said(bench, "amount-hint")
        assert "(whole_amounts = true, preset xcart)" in said(bench, "facts")
        assert "place it again with the customer" in said(bench, "facts")
        for _ in range(6):
            await press(pilot, bench, "tab")
            assert bench.focused != "amount"
        await to_commit(pilot, bench)
        await press(pilot, bench, "enter")
        await until(pilot, lambda: bench.app.committed)
    (result,) = bench.app.committed
    assert result.ready.wish.amount == whole(bench.order)


async def test_a_refund_is_typed_and_a_part_of_it_is_refused() -> None:
    """S0.16, S0.17."""
    bench = Bench(Verb.REFUND, policy=XCART)
    async with bench.app.run_test() as pilot:
        await checked(pilot, bench)
        assert not bench.dialog.query_one("#amount", Input).disabled
        await enter(pilot, bench, "amount", "10.00")
        assert f"10.00 USD is too little: at least {whole(bench.order)}." in said(bench, "why")
        assert "refund all of it and place the order again with the customer" in said(bench, "facts")
        assert not bench.enabled
        await enter(pilot, bench, "amount", whole(bench.order).decimal())
        await until(pilot, lambda: bench.enabled)


async def test_a_part_asked_for_on_the_line_is_not_made_the_whole_behind_ones_back() -> None:
    bench = Bench(Verb.CAPTURE, policy=XCART, amount=Money(10_00, "USD"))
    async with bench.app.run_test() as pilot:
        await until(pilot, lambda: f"at least {whole(bench.order)}" in said(bench, "live"))
        bench.clock.advance(10)
        assert bench.dialog.query_one("#amount", Input).value == "10.00"
        assert "preset xcart" in said(bench, "live")
        assert not bench.enabled


@pytest.mark.parametrize("verb", MONEY_VERBS)
async def test_nothing_is_confirmed_without_the_reason_that_is_wanted(verb: Verb) -> None:
    bench = Bench(verb, policy=REASONED)
    async with bench.app.run_test() as pilot:
        await checked(pilot, bench)
        question = bench.dialog._question
        if question.has_amount and question.must_type:
            await enter(pilot, bench, "amount", "1.00")
        elif question.must_type:
            await enter(pilot, bench, "last4", bench.order.id[-4:])
        await until(pilot, lambda: "(reason_required = true, set in the profile)" in said(bench, "why"))
        await tab_to(pilot, bench, "note")
        await press(pilot, bench, "space")
        assert not bench.enabled
        await press(pilot, bench, *"late")
        await to_commit(pilot, bench)
        await press(pilot, bench, "enter")
        await until(pilot, lambda: bench.app.committed)
    (result,) = bench.app.committed
    assert isinstance(result, ActionResult)
    assert (result.note, result.ready.wish.note) == ("late", "late")


def test_the_actions_say_which_setting_narrowed_or_forbids_them() -> None:
    """S0.3, S0.13, S0.17: the reason stands where the other reasons stand."""
    desk, order = MemoryDesk([], policy=XCART), narrowed_order()
    offers = {offer.verb: offer for offer in desk.offers(order)}
    line = action_line(order, offers[Verb.CAPTURE], NOW, UTC).plain
    assert line.startswith(f"  a c  Capture {whole(order)} (Only the whole authorization")
    assert "(whole_amounts = true, preset xcart)" in line
    why = refusal_line(offers[Verb.AUTHORIZE], UTC).plain
    assert why.startswith("- Authorize: ")
    assert "whole_amounts = true, preset xcart" in why
    assert "with the customer" in why


def test_under_amazons_own_rules_nothing_is_said_of_a_policy() -> None:
    desk = MemoryDesk([])
    for make in SITUATIONS.values():
        assert not any("preset" in (offer.reason or "") for offer in desk.offers(make()))


async def test_the_policy_page_explains_settings_and_the_order_one_came_from() -> None:
    """S0.3, S0.17: which setting, where it comes from, what it makes of this order."""
    own = chosen("xcart", {"whole_amounts": False, "overcharge": "10%/5"})
    order = narrowed_order()
    async with driven(MemoryDesk([order], policy=own)) as console:
        await console.press("6", ":", *"policy", "enter")
        await console.until(lambda: "policy: xcart" in console.lines[0])
        for line in ('* overcharge = "10%/5"', "set in the profile", "  partial_capture = false", "preset xcart"):
            assert line in console.text
        assert order_name(order) in console.text
        await console.press("slash", *"overcharge", "enter")
        await console.until(lambda: 'Preset xcart has overcharge = "none".' in " ".join(console.text.split()))
        await console.press("slash", *"Capture,", "enter")
        await console.until(lambda: "to take less, void it" in " ".join(console.text.split()))
        await console.press("enter")
        await console.until(lambda: console.app.screen is console.screen)
        assert console.at == order.id
        assert console.desk.submitted == []


async def test_the_page_shows_what_else_the_profile_decides() -> None:
    """S1.12: mode, how orders stay in step, notifications."""
    desk = MemoryDesk([narrowed_order()])
    facts = (
        Fact("DONE BY ITSELF", "payment", "by hand", "A person authorizes and captures."),
        Fact("KEPT IN STEP", "notifications", "none", "None is needed: what Amazon decides is learnt by reading."),
    )
    desk._profile = replace(desk.profile, facts=facts)
    async with driven(desk, size=(120, 36)) as console:
        await console.press("6", ":", *"config", "enter")
        await console.until(lambda: "policy: amazon" in console.lines[0])
        assert "KEPT IN STEP" in console.text
        await console.press("slash", *"notifications", "enter")
        await console.until(lambda: "learnt by reading" in " ".join(console.text.split()))
        await console.press("y")
        assert console.app.clipboard == "none"


async def test_the_policy_page_without_a_policy_says_that_nothing_is_narrowed() -> None:
    async with driven(MemoryDesk([narrowed_order()]), (80, 30)) as console:
        await console.press("6", ":", *"settings", "enter")
        await console.until(lambda: "policy: amazon" in console.lines[0])
        assert "Amazon's own rules, not narrowed" in console.text
        assert "No action of this order is made stricter by the policy now." in console.text


async def test_the_shops_own_word_stands_beside_the_status() -> None:
    """S0.3, S3.19: the word an admin knows from the shop."""
    for name, word in (("xcart", " (X-Cart: Authorized)"), ("magento", " (Magento: Processing)"), ("amazon", "")):
        async with driven(MemoryDesk([narrowed_order()], policy=PRESETS[name])) as console:
            await console.press("6")
            await console.until(lambda word=word: f"+ AUTHORIZED{word}   SHIP" in console.screen.detail.text)
