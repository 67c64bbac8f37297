"""The policy of a profile in config.toml: a preset's name or a section, and what is refused in it."""

from pathlib import Path

import pytest
from tests.unit.test_config import SIMULATOR, Text, read, refusal, toml

from azpay_tui.domain.policies import PRESETS


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_chosen_by_its_name_alone(file: Path, name: str) -> None:
    assert read(file, SIMULATOR | {"policy": name}).policy == PRESETS[name]
    assert read(file, SIMULATOR | {"policy": Text(f'{{ preset = "{name}" }}')}).policy == PRESETS[name]


def test_the_default_is_amazons_own_rules(file: Path) -> None:
    assert read(file, SIMULATOR).policy == PRESETS["amazon"]
    own = read(file, SIMULATOR | {"policy": Text('{ overcharge = "15%/75" }')}).policy
    assert (own.preset, str(own.overcharge), own.own) == ("amazon", "15%/75", frozenset({"overcharge"}))


def test_a_section_sets_each_setting_otherwise_than_its_preset(file: Path) -> None:
    section = """[profiles.shop.policy]
preset = "xcart"
whole_amounts = false
partial_capture = true
partial_refund = true
overcharge = "15%/75"
refund_above = "limit"
reason_required = true
cancel_sale = "manual"
close_after_capture = "automatic"
shop_words = "oxid"
"""
    file.write_text(toml(shop=SIMULATOR) + section, encoding="utf-8")
    from azpay_tui.config import load

    own = load(file).policy
    assert own.preset == "xcart"
    assert len(own.own) == 9
    assert str(own).startswith("xcart, whole_amounts = false, partial_capture = true")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("1", 'policy must be "amazon" or "xcart" or "oxid" or "magento" in quotes, not a number.'),
        ("[]", "in quotes, not a list."),
        ('"generous"', "policy must be "),
        ('"Xcart"', "not 'Xcart'."),
        ("{ preset = 1 }", "policy: preset must be "),
        ('{ preset = "shopware" }', "not 'shopware'."),
        ("{ partial_refunds = false }", "there is no key 'partial_refunds'; the nearest known one is partial_refund."),
        ('{ overcharge = "20%/100" }', 'policy: overcharge = "20%/100" would widen Amazon\'s rule'),
        ('{ preset = "xcart", partial_refund = true }', "would widen whole_amounts = true (preset xcart)"),
        ("{ own = true }", "there is no key 'own'"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(file: Path, written: str, said: str) -> None:
    sentence = refusal(file, toml(shop=SIMULATOR | {"policy": Text(written)}))
    assert said in sentence
    assert "profile shop" in sentence


def test_a_policy_outside_a_profile_is_told_where_it_belongs(file: Path) -> None:
    told = refusal(file, '[policy]\npreset = "xcart"\n' + toml(default=None, shop=SIMULATOR))
    assert "policy belongs into a [profiles.NAME] section" in told
