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


@pytest.mark.parametrize("way", [False, True])
def test_it_finds_what_the_switches_say(shop: Shop, own: Path, way: bool) -> None:
    days = 2 if way else 30
    shop.sim(
        "PATCH",
        "/_sim/settings",
        {
            "charge_in_progress_blocks": way,
            "open_charges_reduce_balance": way,
            "pending_refunds_counted": way,
            "authorization_days": days,
            "quotas": "sandbox" if way else "off",
        },
    )
    charge = made(shop, "authorized", amount="50.00", limit="120.00", age="2h")["charge_ids"][0]
    refund = made(shop, "refunding")["refund_ids"][0]
    before = shop.sim("GET", "/_sim/orders")
    done = learn(shop, own, "--charge", charge, "--refund", refund, "--burst")
    assert answers(done) == {
        "charge_in_progress_blocks": way,
        "open_charges_reduce_balance": way,
        "pending_refunds_counted": way,
        "authorization_days": days,
        "clock_skew_accepted": 4,
        "clock_skew_refused": 6,
        "simulation_code_must_be_signed": False,
        "missing_key_answer": "400 MissingHeaderValue",
        "retry_after_sent": False if way else None,
    }
    assert done.json["written"] is True
    kept = {one.key: one.value for one in config.load(own).learned}
    assert kept == {key: value for key, value in answers(done).items() if value is not None}
    assert shop.sim("GET", "/_sim/orders") == before
    assert not any(entry["effect"] for entry in shop.requests(charge[:19]) + shop.requests("S01-0000000-0000000"))


def test_a_pause_that_is_asked_for_is_seen(shop: Shop, own: Path) -> None:
    fault = {"match": {"operation": "get-permission", "id": "S01-0000000-0000000"}, "fault": "throttle"}
    found = learn(shop, own, "--burst")
    assert answers(found)["retry_after_sent"] is None
    before = 1 + 4 + 2 + 1  # the key, dates, simulation codes and the missing order are read before the quick reads
    shop.sim("POST", "/_sim/faults", {**fault, "fault": "delay", "seconds": 0, "times": before})
    shop.sim("POST", "/_sim/faults", {**fault, "retry_after": 7})
    done = learn(shop, own, "--burst")
    assert answers(done)["retry_after_sent"] is True


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
        for prompt, text in (("[none]: ", "nonsense"), ("is not the id of a charge", None), ("[none]: ", "")):
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
