"""The policy page: what the shop narrows, what that means for one order, and what else the profile decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from azpay_tui.backoffice.planning import Plan, plan
from azpay_tui.backoffice.ports import Desk
from azpay_tui.domain.automatic import Step
from azpay_tui.domain.configured import Fact
from azpay_tui.domain.moments import written
from azpay_tui.domain.order import Order
from azpay_tui.domain.policies import NARROWS, OF_PRESETS, PRESETS, SETTINGS, Setting, Settings
from azpay_tui.domain.switching import cannot
from azpay_tui.tui.display import display, fit
from azpay_tui.tui.feed import READ_ERRORS
from azpay_tui.tui.screens.page import PageScreen
from azpay_tui.tui.sitting import Sitting
from azpay_tui.tui.widgets.choices import Choice
from azpay_tui.tui.widgets.words import NAMES, object_name, order_name

_WIDTH = 32
"""Columns of a setting with its value."""
HEAD = 100
"""Orders that are looked at for what would be done now."""
_NOTHING = "  No action of this order is made stricter by the policy now."


def setting_line(settings: Settings, setting: Setting) -> Choice:
    """Set one setting: its value and where it comes from; below, what it does and what the preset has."""
    shown, preset = settings.shown(setting.name), PRESETS[settings.preset]
    kept = settings.value(setting.name) == preset.value(setting.name)
    has = "" if kept else f" Preset {settings.preset} has {preset.shown(setting.name)}."
    own = "*" if setting.name in settings.own else " "
    text = f"{own} {fit(shown, _WIDTH)} {settings.origin(setting.name)}"
    return Choice(("setting", setting.name), text, f"{setting.says}{has} It may be {setting.allowed}.", copy=shown)


def order_lines(desk: Desk, order: Order) -> Iterator[Choice]:
    """Set what the policy makes stricter of an order's actions."""
    for offer in desk.offers(order):
        if offer.policy is None:
            continue
        which = f", {object_name(offer.target)}" if offer.target and offer.target != order.id else ""
        said = display(offer.policy, 500)
        left = "not available" if offer.verdict == "no" else f"{offer.minimum} to {offer.maximum}"
        left = f"only {offer.maximum}" if offer.minimum == offer.maximum and offer.verdict != "no" else left
        yield Choice(("order", order.id), f"  {NAMES[offer.verb]}{which}: {left}. {said}", said, copy=said)


def fact_lines(facts: Iterable[Fact]) -> Iterator[Choice]:
    """Set what else the profile decides, by what it belongs to; below, what it means."""
    for group, of_group in groupby(facts, lambda fact: fact.group):
        yield Choice(None, group)
        for fact in of_group:
            value = display(fact.value, 300)
            yield Choice(
                ("fact", fact.name), f"  {fit(fact.name, _WIDTH)} {value}", display(fact.says, 500), copy=value
            )


def automatic_lines(found: Plan) -> Iterator[Choice]:
    """Say how automatic steps stand, then the head of what would be done now and of what is left alone."""
    switch, rests = found.switch, found.resting
    on = f"{found.mode}, switched on by {switch.person} on {written(switch.at)}" if switch is not None else ""
    yield Choice(None, f"WITHOUT A PERSON  {'off' if rests is not None else 'on'}")
    said = display(rests or f"On: {on}. Orders made before are left alone.", 500)
    yield Choice(("automatic", ""), f"  {said}", f"{said} :switch-on and :switch-off turn it.", copy=said)
    for one in (*found.steps, *found.left):
        step = one.next
        what = f"{step.verb} {step.amount or ''}".rstrip() if isinstance(step, Step) else "left alone"
        why = display(step.why, 300)
        yield Choice(("order", one.order.id), f"  {order_name(one.order)}: {what}. {why}", why, copy=one.order.id)


class PolicyScreen(PageScreen, inherit_bindings=False):
    """Settings of the policy, what they make stricter of the order one came from, and what else the profile decides."""

    twin = "azpay policy show"

    def __init__(self, desk: Desk, sitting: Sitting, order_id: str | None) -> None:
        """Show the policy of a desk, and what it means for `order_id`."""
        super().__init__(desk, sitting, "policy")
        self._order_id = order_id

    def look(self) -> tuple[str, Sequence[Choice]]:
        """Gather the settings, and the offers of the order."""
        settings = self.desk.profile.policy
        found = plan(self.desk.reader, self.desk.profile, self.desk.now(), HEAD)
        lines = [Choice(("preset", ""), f"preset {settings.preset}: {OF_PRESETS[settings.preset]}", NARROWS)]
        lines.append(Choice(None, f"SETTINGS  {len(SETTINGS)}, of the profile's own (*) {len(settings.own)}"))
        lines += [setting_line(settings, setting) for setting in SETTINGS]
        order = self.desk.reader.order(self._order_id) if self._order_id is not None else None
        if order is not None:
            lines.append(Choice(None, f"ORDER {order_name(order)}"))
            narrowed = list(order_lines(self.desk, order))
            lines += narrowed or [
                Choice(("order", order.id), "  No action of this order is made stricter by the policy now.")
            ]
        lines += automatic_lines(found)
        lines += fact_lines(self.desk.profile.facts)
        return f"policy: {settings.preset}", lines

    def why_not_switch(self) -> str | None:
        """Say why nothing automatic can be switched on, or None."""
        profile = self.desk.profile
        why = cannot(profile.policy, profile.capturing, profile.read_only_reason or profile.paused)
        return None if why is None else display(why, 400)

    def switch_off(self) -> None:
        """Switch off what is on, in the background."""
        self.say("Switching off ...")
        self.run_worker(self._switch_off, thread=True, group="switch")

    def _switch_off(self) -> None:
        try:
            switch = self.desk.switch_off()
            said = "Nothing was on." if switch is None else f"{switch.mode} is off: nothing more without a person."
        except READ_ERRORS as error:
            said = display(str(error), 400)
        self.app.call_from_thread(self.say, said)
        self.app.call_from_thread(self.look_again)

    def opens(self, choice: Choice) -> str | None:
        """Return the order of a line about it."""
        value = choice.value
        return str(value[1]) if isinstance(value, tuple) and value[0] == "order" else None
