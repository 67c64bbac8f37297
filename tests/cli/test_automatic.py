"""Automatic steps on the command line: the switch and its refusals, the plan, and the one sync that acts."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Shop, until
from tests.support.terminal import Terminal

from azpay_tui.store.files import DataDir

ALL = "authorize-and-capture+close"
WHOLE = [("authorize", "120.00"), ("capture", "120.00"), ("close", None)]
ACTS = '{ payment_action = "authorize-and-capture", close_after_capture = "automatic" }'
Under = Callable[[str], Shop]


def switched_on(shop: Shop) -> None:
    """Switch everything on, and let the second pass in which that was done: Amazon's times have no fractions."""
    at = datetime.fromisoformat(shop.good("policy", "switch-on", "--confirm", ALL, "--json").json["switch"]["at"])
    until(lambda: datetime.now(UTC) > at + timedelta(seconds=2))


def new(shop: Shop, situation: str = "open", **more: Any) -> str:
    return shop.make(situation, age="0s", limit="138.00", **more)


def test_the_one_sync_that_acts_does_what_the_plan_says(under: Under) -> None:
    """S3.16, S3.17, S3.30, S3.32, S3.34, S4.22: switched on by typing its name, after the warnings."""
    shop = under(ACTS)
    old = new(shop)
    plain = shop.good("policy", "plan").out
    assert "Nothing is done without a person. It was never switched on" in plain
    done = shop.good("policy", "switch-on", "--confirm", ALL)
    for word in ("digital goods", "same day", "allow-listing", "closed at Amazon"):
        assert word in done.err
    switched_on(shop)
    order = new(shop)
    found = shop.good("policy", "plan", "--json").json
    assert (found["mode"], found["acting"], found["why"], found["switch"]["position"]) == (ALL, True, None, "on")
    (step,) = found["steps"]
    assert (step["order"], step["verb"], step["target"]) == (order, "authorize", order)
    assert step["amount"] == {"amount": "120.00", "currency": "USD"}
    text = shop.good("policy", "plan")
    assert "authorize 120.00 USD" in text.out
    assert "1 to be done, 0 left alone." in text.err
    shop.good("sync", "--once")
    assert shop.effects(order) == []
    shop.good("sync", "--once", "--act")
    assert (shop.effects(order), shop.effects(old)) == (WHOLE, [])
    shown = shop.good("orders", "show", order, "--json").json["order"]["timeline"]
    assert {"policy"} == {entry["source"] for entry in shown if "capture" in entry["what"]}
    assert [intent["person"] for intent in shop.good("journal", "list", "--json").json["intents"]] == ["policy"] * 3
    trail = shop.good("audit", "export").out
    assert f"automatic steps switched on: {ALL}" in trail
    assert f"began ({ALL}, switched on by " in trail
    assert shop.good("policy", "switch-off", "--json").json["switch"]["position"] == "off"
    assert shop.good("policy", "switch-off").out == "Nothing was on.\n"
    later = new(shop)
    shop.good("sync", "--act")
    assert shop.effects(later) == []
    assert "was switched off by" in shop.good("policy", "plan", "--json").json["why"]
    shop.good("audit", "verify")


def copied(shop: Shop, target: Path) -> Path:
    """Write a back-up of the journal, whole, as azpay makes one."""
    with closing(sqlite3.connect(DataDir(shop.data).journal)) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))
    return target


def put_back(shop: Shop, backup: Path) -> None:
    """Restore the journal as the manual says."""
    journal = DataDir(shop.data).journal
    journal.unlink()
    shutil.copy(backup, journal)
    journal.chmod(0o600)
    shop.good("doctor", "--rebuild-cache")
    shop.learn(shop.line(shop.made[-1]))
    shop.good("sync", "--once")


def test_a_back_up_that_is_put_back_switches_nothing_on(under: Under) -> None:
    """S3.32: what was switched off after it was made stays off, until a person looked and switches it on again."""
    shop = under(ACTS)
    switched_on(shop)
    backup = copied(shop, shop.data.with_name("backup.db"))
    shop.good("policy", "switch-off")
    order = new(shop)
    put_back(shop, backup)
    shop("sync", "--once", "--act")
    assert shop.effects(order) == []
    found = shop.good("policy", "plan", "--json").json
    assert (found["acting"], found["switch"]["position"]) == (False, "stopped")
    assert "as after a back-up was put back" in found["why"]
    assert "azpay policy switch-on starts it again" in found["why"]
    shop.good("sync", "--once", "--act")
    assert shop.effects(order) == []
    switched_on(shop)
    later = new(shop)
    shop.good("sync", "--once", "--act")
    assert (shop.effects(later), shop.effects(order)) == (WHOLE, [])


def test_what_is_left_alone_is_told_with_its_reason(under: Under) -> None:
    shop = under(ACTS)
    switched_on(shop)
    order = new(shop)
    shop.good("orders", "mark", order, "--note", "asked for another colour")
    (left,) = shop.good("policy", "plan", "--json").json["left"]
    assert (left["order"], left["why"]) == (order, "A person wrote a note on it or tagged it.")
    assert "A person wrote a note on it or tagged it." in shop.good("policy", "plan").out


REFUSED: dict[str, tuple[str, tuple[str, ...], int, str]] = {
    "nobody can be asked": (ACTS, (), 2, f"say --confirm {ALL}"),
    "another name": (ACTS, ("--confirm", "authorize"), 2, f"It is called {ALL}."),
    "nothing wanted": ('"amazon"', ("--confirm", "authorize"), 3, "The policy wants nothing done by itself"),
    "review": ('{ payment_action = "review" }', ("--confirm", "review"), 3, "wants nothing done by itself"),
    "an unknown mode": ('{ payment_action = "auto" }', (), 7, 'payment_action must be "manual" or "authorize"'),
    "not writable": (f"{ACTS}\nwritable = false", ("--confirm", ALL), 3, "set writable = true"),
    "a shop that captures": (
        f'{ACTS}\n[[profiles.sim.source]]\nname = "web"\nrun = ["true"]\npreset = "woocommerce"',
        ("--confirm", ALL),
        3,
        "The shop of source web captures by itself",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_switched_on_is_refused_in_one_sentence(under: Under, name: str) -> None:
    """S3.16, S3.32."""
    policy, options, code, said = REFUSED[name]
    shop = under(policy)
    if "writable" in policy:
        file = shop.data.with_name("config.toml")
        file.write_text(file.read_text(encoding="utf-8").replace("writable = true\n", ""), encoding="utf-8")
    done = shop("policy", "switch-on", *options)
    assert done.code == code, done
    assert said in " ".join(done.err.split())
    assert done.out == ""


def test_a_source_may_say_that_its_shop_authorizes_only(under: Under) -> None:
    shop = under(
        f'{ACTS}\n[[profiles.sim.source]]\nname = "web"\nrun = ["true"]\npreset = "woocommerce"\ncaptures = false'
    )
    shop.good("policy", "switch-on", "--confirm", ALL)


def test_a_source_whose_shop_captures_by_itself_ends_it_when_it_is_added(under: Under) -> None:
    """S3.32: also for a watch that runs already and read its configuration before."""
    shop = under(ACTS)
    shop.good("policy", "switch-on", "--confirm", ALL)
    shop.good("sources", "add", "plain", "--preset", "magento2", "--untried", "--", "true")
    assert shop.good("policy", "plan", "--json").json["acting"] is True
    done = shop.good("sources", "add", "web", "--preset", "woocommerce", "--untried", "--", "true")
    assert f"captures by itself, so {ALL} was switched off" in done.err
    found = shop.good("policy", "plan", "--json").json
    assert found["switch"]["position"] == "off"
    assert "The shop of source web captures by itself" in found["why"]


def test_a_watch_that_runs_hears_what_is_written_by_hand(under: Under, tmp_path: Path) -> None:
    """S3.32: it pauses in one sentence, sends nothing and goes on reading; taken back, it goes on."""
    shop = under(ACTS)
    switched_on(shop)
    first, file, said = new(shop), shop.data.with_name("config.toml"), tmp_path / "said"
    written = file.read_text(encoding="utf-8")
    with said.open("wb") as err:
        watch = subprocess.Popen(shop.command("sync", "--watch"), stderr=err)
    try:
        until(lambda: shop.effects(first) == WHOLE)
        file.write_text(f'{written}[[profiles.sim.source]]\nname = "web"\nrun = ["true"]\ncaptures = true\n')
        until(lambda: b"Automatic steps pause. The shop of source web captures by itself" in said.read_bytes())
        (made,) = shop.sim("POST", "/_sim/orders", [{"situation": "open", "age": "0s", "limit": "138.00"}])
        shop.learn(shop.line(made))
        order = str(made["permission_id"])
        until(lambda: shop.good("orders", "show", order, "--json").json["order"]["status"] == "OPEN")
        file.write_text(f"{written}captures = perhaps\n")
        until(lambda: b"The configuration is no longer valid, and nothing is sent before it is: " in said.read_bytes())
        assert shop.effects(order) == []
        file.write_text(written)
        until(lambda: shop.effects(order) == WHOLE)
        assert b"Automatic steps go on" in said.read_bytes()
    finally:
        watch.terminate()
        watch.wait(60)


def test_read_only_it_is_not_switched_on_and_off_all_the_same(under: Under) -> None:
    shop = under(ACTS)
    shop.good("policy", "switch-on", "--confirm", ALL)
    assert shop("--read-only", "policy", "switch-on", "--confirm", ALL).code == 3
    assert "is off from" in shop.good("--read-only", "policy", "switch-off").out


def test_on_a_terminal_the_name_is_asked_for(under: Under) -> None:
    """S3.32."""
    shop = under(ACTS)
    for typed, code in (("yes", 2), (ALL, 0)):
        with Terminal(shop.command("policy", "switch-on"), columns=100) as terminal:
            terminal.wait_for("allow-listing")
            terminal.wait_for(f"Type {ALL} to switch it on: ")
            terminal.type(f"{typed}\n")
            assert terminal.ended() == code
    assert shop.good("policy", "plan", "--json").json["acting"] is True
