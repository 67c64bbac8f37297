"""A profile that may not act: no command sends anything, whether the configuration or the option says so."""

from __future__ import annotations

import re

import pytest
from tests.cli.conftest import Shop
from tests.support.figures import size, tell

from azpay_tui.bootstrap import main
from azpay_tui.config import profile_of

VERBS = ("authorize", "capture", "void", "refund", "cancel", "close")


def commands(order: str, other: str) -> list[list[str]]:
    """Every command that sends something, or settles something, where that may be."""
    acting = [[verb, name, "--yes"] for verb in VERBS for name in (order, other)]
    settling = [
        ["journal", "settle", "I-000001", "--as", as_, "--note", "why"] for as_ in ("succeeded", "refused", "abandoned")
    ]
    return [
        *acting,
        *settling,
        ["journal", "resume"],
        ["journal", "resume", "I-000001"],
        ["sync"],
        ["sync", "--all"],
        ["refresh", order],
        ["journal", "show", "I-000001", "--live"],
    ]


@pytest.mark.parametrize("how", ["configuration", "option"][: size(1, 2)])
def test_no_command_sends_anything(shop: Shop, how: str) -> None:
    order, other = shop.make("authorized"), shop.make("captured")
    shop.fault(order, "capture", "reset-before", times=4)
    assert shop("capture", order, "--yes").code == 5
    shop.sim("DELETE", "/_sim/faults")
    known = len(shop.requests(order)) + len(shop.requests(other))
    options = list(shop.options)
    if how == "option":
        options.append("--read-only")
    else:
        written = (shop.simulated.directory / "config.toml").read_text(encoding="utf-8")
        file = shop.data.with_name("config.toml")
        file.write_text(re.sub("writable = true", "writable = false", written), encoding="utf-8")
        options[1] = str(file)
    tried, broken, codes = 0, [], {}
    for arguments in commands(order, other):
        tried += 1
        codes[" ".join(arguments)] = main([*options, *arguments])
        if len(shop.requests(order)) + len(shop.requests(other)) != known:
            broken.append(" ".join(arguments))
    tell("S9", tried, len(broken), says=f"commands, read-only by {how}", seed=", ".join(broken))
    assert not broken
    (intent,) = shop.good("journal", "list", "--json").json["intents"]
    assert intent["state"] == "unknown"
    for said, code in codes.items():
        if said.split()[0] in VERBS or "settle" in said or "resume" in said:
            assert code in (2, 3), said


def test_a_live_profile_may_not_act_unless_it_says_so(tmp_path) -> None:  # type: ignore[no-untyped-def]
    shop = {
        "region": "eu", "environment": "live", "merchant_id": "A2", "public_key_id": "LIVE-1",
        "private_key_file": "key.pem",
    }  # fmt: skip

    def writable(**more: object) -> bool:
        return profile_of({"default_profile": "a", "profiles": {"a": {**shop, **more}}}, tmp_path / "c.toml").writable

    assert not writable()
    assert not writable(writable=False)
    assert writable(writable=True)
