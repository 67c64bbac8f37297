"""The policies as tables: every setting, every preset, and what each preset makes of every row of the action matrix."""

from __future__ import annotations

from docs.tables import code, table
from tests.support.orders import NOW
from tests.support.policies import EVERY_ROW

from azpay_tui.domain.intent import MONEY_VERBS, Verb
from azpay_tui.domain.matrix import offers
from azpay_tui.domain.offer import Offer
from azpay_tui.domain.order import Order
from azpay_tui.domain.policies import OF_PRESETS, PRESETS, SETTINGS, Settings
from azpay_tui.domain.policy import Policy


def settings() -> str:
    """Every setting with what it may be and does."""
    rows = ((f"`{one.name}`", one.allowed.replace('such as "15', 'a share such as "15'), one.says) for one in SETTINGS)
    return table(("Setting", "Values", "What it does"), rows)


def presets() -> str:
    """Every preset with every setting."""
    rows = [
        (f"`{one.name}`", *(code([preset.shown(one.name).partition(" = ")[2]]) for preset in PRESETS.values()))
        for one in SETTINGS
    ]
    return table(("Setting", *(f"`{name}`" for name in PRESETS)), rows)


def verdicts() -> str:
    """Each preset's verdicts on every row of the matrix: without and with the policy."""
    blocks = []
    for name, preset in PRESETS.items():
        blocks.append(f"### {name}\n\n{OF_PRESETS[name]}.")
        rows = [(row, *(_cell(made, preset, verb) for verb in MONEY_VERBS)) for row, made in EVERY_ROW.items()]
        blocks.append(table(("Row", *map(str, MONEY_VERBS)), rows))
    return "\n\n".join(blocks)


def _cell(made: Order, preset: Settings, verb: Verb) -> str:
    free = next(one for one in offers(made, Policy(), NOW) if one.verb is verb)
    bound = next(one for one in offers(made, Policy(preset), NOW) if one.verb is verb)
    before, after = _said(free), _said(bound)
    return before if before == after else f"{before} → **{after}**"


def _said(offer: Offer) -> str:
    """Return verdict, warnings and amounts of an offer."""
    words = [offer.verdict, *(f"`{name}`" for name in offer.warnings)]
    least, most = offer.minimum, offer.maximum
    if least is None or most is None:
        return " ".join(words)
    amounts = f"only {most.decimal()}" if least == most else f"{least.decimal()} to {most.decimal()}"
    return f"{' '.join(words)}, {amounts}"
