"""The tables that the simulator's manual is made from: complete, and sentences."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from tests.simulator.signer import World

from azpay_tui.simulator.acts import ACTS
from azpay_tui.simulator.control import PATHS
from azpay_tui.simulator.faults import FAULTS
from azpay_tui.simulator.settings import SWITCHES, Settings
from azpay_tui.simulator.situations import SITUATIONS


def test_every_switch_is_described_with_its_default() -> None:
    assert {switch.name: switch.default for switch in SWITCHES} == asdict(Settings())


@pytest.mark.parametrize(
    "says", [thing.says for table in (ACTS, FAULTS, SITUATIONS, *PATHS.values()) for thing in table.values()]
)
def test_every_description_is_one_sentence(says: str) -> None:
    assert says[0].isupper() or says.startswith("`")
    assert says.endswith(".")
    assert len(says) < 140


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda switch: switch.name)
def test_a_switch_takes_its_kind_of_value_and_no_other(world: World, switch: object) -> None:
    from azpay_tui.simulator.settings import Switch

    assert isinstance(switch, Switch)
    assert switch.says.endswith(".")
    if isinstance(switch.default, bool):
        right, wrong = [True, False], [1, "yes"]
    elif isinstance(switch.default, int):
        right, wrong = [switch.least, switch.most], [switch.least - 1, switch.most + 1, "1", True]
    else:
        right, wrong = list(switch.words), ["some other word", 1, ""]
    for value in right:
        assert world.sim("PATCH", "settings", {switch.name: value})[switch.name] == value
    for value in wrong:
        assert switch.name in world.sim("PATCH", "settings", {switch.name: value}, 400)["error"]
