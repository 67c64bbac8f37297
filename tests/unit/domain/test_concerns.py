import re
from datetime import timedelta

import pytest
from tests.support.orders import NOW, SITUATIONS, charge, order

from azpay_tui.domain.concerns import concern
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.matrix import offers
from azpay_tui.domain.offer import valid_verbs
from azpay_tui.domain.policy import Policy
from azpay_tui.domain.status import ATTENTION_CODES, attention


@pytest.mark.parametrize("code", ATTENTION_CODES)
def test_every_attention_code_says_what_it_means_and_what_to_do(code: str) -> None:
    found = concern(code)
    for text in (found.sentence, found.money, *(step.text for step in found.steps)):
        assert re.fullmatch(r"[A-Z].*[.]", text)
    assert found.steps[-1].command in (None, Verb.REFRESH)


@pytest.mark.parametrize("name", SITUATIONS)
def test_what_it_names_is_offered_there(name: str) -> None:
    made = SITUATIONS[name]()
    valid = valid_verbs(offers(made, Policy(), NOW))
    assert {concern(code).step(valid).command for code in attention(made, NOW)} <= valid | {None}


def test_what_lapses_soon_is_captured() -> None:
    made = order(charge("Authorized", age=timedelta(days=6)))
    assert attention(made, NOW) == ("lapses-soon",)
    assert concern("lapses-soon").step(valid_verbs(offers(made, Policy(), NOW))).command is Verb.CAPTURE
