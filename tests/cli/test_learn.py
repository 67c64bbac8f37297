"""`azpay doctor --learn` finds the truth, whichever way it is, and changes nothing but the profile."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Result, Shop, simulate
from tests.support.terminal import Terminal

from azpay_tui import config
from azpay_tui.bootstrap import main
from azpay_tui.learned import simulator_settings
from azpay_tui.paths import config_file


@pytest.fixture
def own(shop: Shop, tmp_path: Path) -> Path:
    """A configuration of the test's own, which may be written to."""
    directory = tmp_path / "profile"
    directory.mkdir(mode=0o700)
    for name in ("config.toml", "sim-key.pem"):
        shutil.copy2(shop.simulated.directory / name, directory / name)
    return directory / "config.toml"


def learn(shop: Shop, file: Path, *options: str) -> Result:
    shop.capture.readouterr()
    arguments = ["doctor", "--learn", "--yes", "--json", *options]
    code = main(["--config", str(file), "--data-dir", str(shop.data), *arguments])
    return Result(code, *shop.capture.readouterr())


def answers(done: Result) -> dict[str, Any]:
    assert done.code == 0, done
    return {point["key"]: point["value"] for point in done.json["points"]}


def made(shop: Shop, situation: str, **more: str) -> dict[str, Any]:
    return dict(shop.sim("POST", "/_sim/orders", [{"situation": situation, **more}])[0])


WORLDS: list[dict[str, Any]] = [
    {
        "charge_in_progress_blocks": False,
        "open_charges_reduce_balance": False,
        "pending_refunds_counted": False,
        "authorization_days": 30,
        "simulation_code_signed": "either",
        "missing_key_reason": "MissingHeaderValue",
        "date_window_seconds": 300,
        "closure_reason": "MerchantClosed",
    },
    {
        "charge_in_progress_blocks": True,
        "open_charges_reduce_balance": True,
        "pending_refunds_counted": True,
        "authorization_days": 2,
        "simulation_code_signed": "needed",
        "missing_key_reason": "MissingHeader",
        "date_window_seconds": 900,
        "closure_reason": "MerchantCanceled",
    },
    {"charge_in_progress_blocks": True, "simulation_code_signed": "refused", "date_window_seconds": 120},
    {"open_charges_reduce_balance": True, "date_window_seconds": 3600},
]


@pytest.mark.parametrize("world", WORLDS, ids=["as assumed", "the other way", "strict", "lenient"])
def test_it_finds_what_the_switches_say(shop: Shop, own: Path, world: dict[str, Any]) -> None:
    shop.sim("PATCH", "/_sim/settings", world)
    truth = shop.sim("GET", "/_sim/settings")
    charge = made(shop, "authorized", amount="50.00", limit="120.00", age="2h")["charge_ids"][0]
    refund = made(shop, "refunding")["refund_ids"][0]
    closed = shop.make("open")
    shop.good("cancel", closed, "--yes")
    before = shop.sim("GET", "/_sim/orders")
    done = learn(shop, own, "--permission", closed, "--charge", charge, "--refund", refund)
    found = answers(done)
    accepted = max(minutes for minutes in (0, 4, 6, 14, 16) if minutes * 60 <= truth["date_window_seconds"])
    refused = min((minutes for minutes in (4, 6, 14, 16) if minutes * 60 > truth["date_window_seconds"]), default=None)
    assert (found.pop("clock_skew_accepted"), found.pop("clock_skew_refused")) == (accepted, refused)
    assert found.pop("missing_key_answer") == f"400 {truth['missing_key_reason']}"
    assert found.pop("retry_after_seconds") is None, "not tried"
    assert found == {key: truth[key] for key in found}
    assert len(found) == 6
    assert done.json["written"] is True
    kept = {one.key: one.value for one in config.load(own).learned}
    assert kept == {key: value for key, value in answers(done).items() if value is not None}
    assert shop.sim("GET", "/_sim/orders") == before
    assert not any(entry["effect"] for entry in shop.requests(charge[:19]) + shop.requests("S01-0000000-0000000"))
    if refused is not None and accepted:
        # a simulator set as was learned is the same world again
        assert simulator_settings(config.load(own).learned) == {
            key: truth[key] for key in WORLDS[0] if key != "date_window_seconds"
        } | {"date_window_seconds": (accepted + refused) * 30}


@pytest.mark.parametrize("seconds", [0, 7])
def test_the_pause_that_amazon_asks_for_is_seen(shop: Shop, own: Path, seconds: int) -> None:
    shop.sim("PATCH", "/_sim/settings", {"quotas": "sandbox", "retry_after_seconds": seconds})
    assert answers(learn(shop, own, "--burst"))["retry_after_seconds"] == seconds


def test_without_a_limit_nothing_is_said_of_the_pause(shop: Shop, own: Path) -> None:
    done = learn(shop, own, "--burst")
    assert answers(done)["retry_after_seconds"] is None
    assert answers(learn(shop, own))["retry_after_seconds"] is None


def test_what_is_not_proved_is_not_settled(shop: Shop, own: Path) -> None:
    whole = made(shop, "authorized")["charge_ids"][0]
    captured = made(shop, "captured")["charge_ids"][0]
    declined = made(shop, "refund-declined")["refund_ids"][0]
    shop.sim("PATCH", "/_sim/settings", {"charge_in_progress_blocks": True})
    done = learn(shop, own, "--charge", whole, "--charge", captured, "--refund", declined)
    found = answers(done)
    assert found["charge_in_progress_blocks"] is None
    assert found["pending_refunds_counted"] is None
    evidence = {point["key"]: point["evidence"] for point in done.json["points"]}
    assert "authorize a part only" in evidence["charge_in_progress_blocks"]
    assert "still being decided" in evidence["pending_refunds_counted"]
    assert "charge_in_progress_blocks" not in {one.key for one in config.load(own).learned}


def test_a_charge_that_was_not_named_keeps_a_point_open(shop: Shop, own: Path) -> None:
    order = shop.make("authorized", amount="50.00", limit="120.00")
    charge = shop.made[-1]["charge_ids"][0]
    shop.good("authorize", order, "--amount", "20.00", "--yes", "--accept", "second-hold")
    shop.sim("PATCH", "/_sim/settings", {"open_charges_reduce_balance": True, "charge_in_progress_blocks": True})
    found = answers(learn(shop, own, "--charge", charge))
    assert found["open_charges_reduce_balance"] is None
    assert found["charge_in_progress_blocks"] is None


def test_the_report_can_be_passed_on(shop: Shop, own: Path) -> None:
    order = made(shop, "authorized", amount="50.00", limit="120.00", buyer_name="Ada Canary")
    shop.capture.readouterr()
    command = ["--config", str(own), "doctor", "--learn", "--yes", "--charge", order["charge_ids"][0]]
    assert main(command) == 0
    out, err = shop.capture.readouterr()
    profile = config.load(own)
    for secret in (
        order["permission_id"],
        order["charge_ids"][0],
        "Canary",
        profile.public_key_id,
        profile.merchant_id,
        "PRIVATE KEY",
    ):
        assert secret not in out, secret
    assert "can be passed on" in out
    assert "None of them can change anything or move money" in err


def test_earlier_answers_stay_and_a_new_one_takes_the_place_of_its_own(shop: Shop, own: Path) -> None:
    charge = made(shop, "authorized", amount="50.00", limit="120.00", age="2h")["charge_ids"][0]
    assert learn(shop, own, "--charge", charge).code == 0
    with open(own, "a", encoding="utf-8") as file:
        file.write("# mine\n\n[profiles.other]  # stays\n")
    shop.sim("PATCH", "/_sim/settings", {"charge_in_progress_blocks": True})
    assert learn(shop, own).code == 0, "without ids"
    found = {one.key: one.value for one in config.load(own).learned}
    assert found["charge_in_progress_blocks"] is False
    assert learn(shop, own, "--charge", charge).code == 0
    found = {one.key: one.value for one in config.load(own).learned}
    assert found["charge_in_progress_blocks"] is True
    text = own.read_text(encoding="utf-8")
    assert "# mine" in text
    assert "[profiles.other]  # stays" in text
    assert text.count("[profiles.sim.learned]") == 1


def test_nothing_is_tried_out_on_a_live_account(shop: Shop, own: Path) -> None:
    text = own.read_text(encoding="utf-8").replace('"simulator"', '"live"').replace('"SANDBOX-', '"LIVE-')
    own.write_text("\n".join(line for line in text.splitlines() if not line.startswith("url")), encoding="utf-8")
    done = learn(shop, own)
    assert (done.code, done.error["code"]) == (3, "live")


def test_without_an_agreement_nothing_is_asked(shop: Shop, own: Path) -> None:
    shop.capture.readouterr()
    assert main(["--config", str(own), "doctor", "--learn"]) == 2
    assert "--yes" in shop.capture.readouterr().err
    before = len(shop.sim("GET", "/_sim/ledger"))
    command = [*shop.command()[:3], "--config", str(own), "doctor", "--learn"]
    with Terminal(command, columns=100) as terminal:
        for prompt, text in (
            ("Orders that you closed yourself [none]: ", ""),
            ("part of its amount [none]: ", "nonsense"),
            ("is not the id of a charge", None),
            ("part of its amount [none]: ", ""),
        ):
            terminal.wait_for(prompt)
            if text is not None:
                terminal.written = b""
                terminal.type(f"{text}\n")
        terminal.wait_for("Refunds that were made")
        terminal.wait_for("[none]: ")
        terminal.written = b""
        terminal.type("\n")
        terminal.wait_for("Make them? [y/N]: ")
        assert "4. ask for a charge of it without an idempotency key" in terminal.text
        terminal.type("\n")
        assert terminal.ended() == 2
        assert "nothing was asked of Amazon" in terminal.text
    assert len(shop.sim("GET", "/_sim/ledger")) == before
    assert config.load(own).learned == ()


@pytest.mark.parametrize(
    "options",
    [("--charge", "S01-1234567-1234567"), ("--permission", "x"), ("--refund", "S01-1234567-1234567-C000001")],
)
def test_an_id_of_another_kind_is_refused(shop: Shop, own: Path, options: tuple[str, str]) -> None:
    done = learn(shop, own, *options)
    assert done.code == 2
    assert f"{options[0]}: " in done.err
    assert main(["--config", str(own), "doctor", *options]) == 2, "and they go with --learn alone"


def test_a_bad_key_or_no_connection_ends_it_first(own_shop: Shop, tmp_path: Path) -> None:
    file = own_shop.simulated.directory / "config.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"SANDBOX-', '"SANDBOX-X'), encoding="utf-8")
    assert learn(own_shop, file).error["code"] == "credentials"
    file.write_text(text, encoding="utf-8")
    own_shop.simulated.end()
    done = learn(own_shop, file)
    assert (done.code, done.error["code"]) == (6, "offline")


def test_a_simulator_behaves_as_was_learned(shop: Shop, own: Path, tmp_path: Path) -> None:
    text = own.read_text(encoding="utf-8")
    own.write_text(
        f"{text}\n[profiles.sim.learned]\n"
        "pending_refunds_counted = { value = true, at = 2026-01-15T12:00:00Z }\n"
        "authorization_days = { value = 2, at = 2026-01-15T12:00:00Z }\n"
        'missing_key_answer = { value = "400 MissingHeader", at = 2026-01-15T12:00:00Z }\n',
        encoding="utf-8",
    )
    users = config_file()
    users.parent.mkdir(mode=0o700, parents=True)
    shutil.copy2(own, users)
    with simulate(tmp_path / "again", "--orders", "0", "--learned-from", "sim") as running:
        settings = running.call("GET", "/_sim/settings")
    assert (settings["pending_refunds_counted"], settings["authorization_days"]) == (True, 2)
    assert settings["charge_in_progress_blocks"] is False
    own.write_text(text, encoding="utf-8")
    shutil.copy2(own, users)
    assert main(["simulate", "--learned-from", "sim"]) == 2
