"""A shop's policy on the command line: shown with its reasons, kept by every verb, refused where it would widen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.cli.conftest import Result, Shop
from tests.support.terminal import Terminal

from azpay_tui.bootstrap import main
from azpay_tui.domain.policies import PRESETS, SETTINGS

Under = Callable[..., Result]


def settings(done: Result) -> dict[str, Any]:
    return {each["name"]: each for each in done.json["settings"]}


def test_show_names_every_setting_with_its_origin(under: Callable[[str], Shop]) -> None:
    shop = under('{ preset = "magento", overcharge = "15%/75", reason_required = true }')
    done = shop.good("policy", "show", "--json")
    assert (done.json["profile"], done.json["preset"]) == ("sim", "magento")
    found = settings(done)
    assert list(found) == [one.name for one in SETTINGS]
    assert found["overcharge"] | {"says": ""} == {
        "name": "overcharge",
        "value": "15%/75",
        "from": "set in the profile",
        "preset": "limit",
        "says": "",
    }
    assert (found["partial_capture"]["value"], found["partial_capture"]["from"]) == (False, "preset magento")
    text = shop.good("policy", "show").out
    for said in ("Profile sim, preset magento", 'overcharge = "15%/75"', *(one.says for one in SETTINGS)):
        assert said in text


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_is_shown_as_it_is_whatever_the_profile_has(shop: Shop, preset: str) -> None:
    done = shop.good("policy", "show", preset, "--json")
    assert (done.json["profile"], done.json["preset"]) == (None, preset)
    assert {each["from"] for each in done.json["settings"]} <= {
        f"preset {preset}",
        f"by whole_amounts = true, preset {preset}",
    }


def test_an_unknown_preset_names_those_there_are(shop: Shop) -> None:
    done = shop("policy", "show", "shopware")
    assert done.code == 2
    assert "amazon, xcart, oxid, magento" in done.err


def test_a_policy_that_would_widen_stops_every_command(under: Callable[[str], Shop]) -> None:
    shop = under('{ overcharge = "20%/100" }')
    for command in (("policy", "show"), ("orders", "list"), ("sync",)):
        done = shop(*command)
        assert done.code == 7
        assert 'profile sim, policy: overcharge = "20%/100" would widen Amazon\'s rule' in done.err


def test_actions_and_verbs_say_which_setting_narrowed_them(under: Callable[[str], Shop]) -> None:
    """S0.3, S0.13, S0.15, S0.17."""
    shop = under('"xcart"')
    order = shop.make("authorized")
    found = {each["verb"]: each for each in shop.good("orders", "actions", order, "--json").json["actions"]}
    assert found["capture"]["min"] == found["capture"]["max"] == {"amount": "120.00", "currency": "USD"}
    assert "(whole_amounts = true, preset xcart)" in found["capture"]["reason"]
    assert found["authorize"]["verdict"] == "no"
    assert found["void"]["reason"] is None
    assert "AUTHORIZED (X-Cart: Authorized)" in shop.good("orders", "show", order).out
    done = shop("capture", order, "--amount", "60", "--yes", "--json")
    assert (done.code, done.error["code"]) == (3, "not-valid")
    assert "place it again with the customer" in done.error["message"]
    assert shop.effects(order) == []
    assert shop.good("capture", order, "--yes", "--json").json["outcome"] == "succeeded"
    assert shop.effects(order) == [("capture", "120.00")]


def test_200_goes_up_to_230_by_both_routes(under: Callable[[str], Shop]) -> None:
    """S4.6, S4.7: 230 at once, or 30 beside 200; 230.01 is refused although the permission would allow it."""
    shop = under('{ overcharge = "15%/75" }')
    whole = shop.make("open", amount="200.00", limit="1000.00")
    assert shop("authorize", whole, "--amount", "230.01", "--yes").code == 3
    assert shop.good("authorize", whole, "--amount", "230", "--yes", "--json").json["outcome"] == "succeeded"
    held = shop.make("authorized", amount="200.00", limit="1000.00")
    accepted = ("--yes", "--accept", "second-hold", "--json")
    assert shop("authorize", held, "--amount", "30.01", *accepted).code == 3
    assert shop.good("authorize", held, "--amount", "30", *accepted).json["outcome"] == "succeeded"
    assert shop.effects(whole) == [("authorize", "230.00")]
    assert shop.effects(held) == [("authorize", "30.00")]


def decline_softly(shop: Shop, order: str, *accept: str) -> Result:
    """Try to authorize; Amazon declines it for now and keeps no charge."""
    shop.fault(order, "authorize", "status", code=422, reason="SoftDeclined")
    done = shop("authorize", order, "--yes", *accept)
    assert done.code == 4, done
    return done


def test_soft_declines_are_counted_and_after_three_another_try_has_to_be_accepted(shop: Shop) -> None:
    """S3.26, S3.29."""
    order = shop.make("open")
    for _ in range(2):
        assert "Next: Authorize again" in decline_softly(shop, order).err
    third = decline_softly(shop, order)
    assert "Next: Ask the buyer for another payment method" in third.err
    assert "azpay authorize" not in shop.good("orders", "show", order).out
    refused = shop("authorize", order, "--yes", "--json")
    assert (refused.code, refused.error["code"]) == (3, "warning-not-accepted")
    said = 'Declined softly 3 times in a row (soft_declines = "3", preset amazon): ask the buyer for another payment'
    assert said in refused.error["message"]
    shop.sim("DELETE", "/_sim/faults")
    done = shop.good("authorize", order, "--yes", "--accept", "same-card", "--json")
    assert done.json["outcome"] == "succeeded"
    assert shop.effects(order) == [("authorize", "120.00")]


def test_with_hours_nothing_is_tried_again_before_they_have_passed(under: Callable[[str], Shop]) -> None:
    """S3.26."""
    shop = under('{ soft_declines = "1/24h" }')
    order = shop.make("declined-soft", age="3h")
    (offer,) = [
        one for one in shop.good("orders", "actions", order, "--json").json["actions"] if one["verb"] == "authorize"
    ]
    assert offer["verdict"] == "no"
    assert offer["changes_at"] is not None
    for accept in ((), ("--accept", "same-card")):
        done = shop("authorize", order, "--yes", *accept, "--json")
        assert (done.code, done.error["code"], done.error["changes_at"]) == (3, "not-valid", offer["changes_at"])
        assert "ask the buyer for another payment method" in done.error["message"]
    assert shop.requests(order) == []


def test_a_script_without_a_reason_is_told_to_give_one(under: Callable[[str], Shop]) -> None:
    shop = under("{ reason_required = true }")
    order = shop.make("authorized")
    done = shop("void", order, "--yes", "--json")
    assert (done.code, done.error["code"]) == (3, "reason-required")
    assert "(reason_required = true, set in the profile)" in done.error["message"]
    assert "--note TEXT" in done.error["message"]
    assert shop("void", order, "--yes", "--note", "  ").code == 3
    assert shop.good("void", order, "--dry-run").json["verdict"] == "yes"
    assert shop.effects(order) == []
    assert shop.good("void", order, "--yes", "--note", "ordered twice", "--json").json["outcome"] == "succeeded"


def test_on_a_terminal_the_reason_is_asked_for(under: Callable[[str], Shop]) -> None:
    shop = under("{ reason_required = true }")
    order = shop.make("authorized")
    with Terminal(shop.command("void", order), columns=100) as terminal:
        terminal.wait_for("Reason (stays here): ")
        terminal.type("\n")
        assert terminal.ended() == 3
        assert "nothing was sent" in terminal.text
    with Terminal(shop.command("void", order), columns=100) as terminal:
        terminal.wait_for("Reason (stays here): ")
        terminal.type("ordered twice\n")
        terminal.wait_for("Type yes")
        terminal.type("yes\n")
        assert terminal.ended() == 0
    (intent,) = shop.good("journal", "list", "--json").json["intents"]
    assert "ordered twice" in shop.good("journal", "show", intent["id"]).out


def test_the_audit_chain_says_under_which_policy(under: Callable[[str], Shop]) -> None:
    shop = under('{ preset = "oxid", partial_refund = false }')
    order = shop.make("authorized")
    shop.good("void", order, "--yes")
    assert "oxid, partial_refund = false" in shop.good("audit", "export").out


def test_a_profile_of_another_file_is_not_read_for_a_preset(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--config", "/nowhere/config.toml", "policy", "show", "xcart"]) == 0
    assert "Preset xcart" in capsys.readouterr().out
