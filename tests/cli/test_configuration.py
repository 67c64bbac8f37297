"""What is wrong with configuration, key or data is said in one sentence, with exit code 7, before anything is sent."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from tests.cli.conftest import Result, Shop

from azpay_tui.bootstrap import main


@pytest.fixture
def copied(shop: Shop, tmp_path: Path) -> Path:
    """A copy of the profile that a test may spoil."""
    directory = tmp_path / "profile"
    directory.mkdir(mode=0o700)
    for name in ("config.toml", "sim-key.pem"):
        shutil.copy2(shop.simulated.directory / name, directory / name)
    return directory


def run(shop: Shop, directory: Path, *arguments: str) -> Result:
    shop.capture.readouterr()
    code = main(["--config", str(directory / "config.toml"), "--data-dir", str(shop.data), *arguments])
    return Result(code, *shop.capture.readouterr())


def change(directory: Path, old: str, new: str) -> None:
    file = directory / "config.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("merchant_id", "merchant_idd", "nearest known one is merchant_id"),
        ('"na"', '"mars"', "region"),
        ("[profiles.sim]", "[profiles.sim", "not valid TOML"),
        ('"simulator"', '"sandbox"', "simulator only"),
        ('default_profile = "sim"', 'default_profile = "other"', "other"),
        ('url = "http://127.0.0.1', 'url = "http://10.0.0.1', "this machine"),
        ('public_key_id = "SANDBOX-', 'public_key_id = "LIVE-', "LIVE key"),
        ("writable = true", 'writable = "yes"', "true or false"),
    ],
)
def test_a_broken_configuration_exits_7(shop: Shop, copied: Path, old: str, new: str, says: str) -> None:
    change(copied, old, new)
    for command in (("orders", "list"), ("sync", "--once"), ("capture", "X", "--yes")):
        done = run(shop, copied, *command, "--json")
        assert (done.code, done.error["code"]) == (7, "configuration")
        assert says in done.error["message"]
        assert "\n" not in done.error["message"]


def test_a_missing_file_or_profile_exits_7(shop: Shop, tmp_path: Path) -> None:
    assert run(shop, tmp_path, "orders", "list", "--json").error["code"] == "configuration"
    shop.capture.readouterr()
    assert main([*shop.options, "--profile", "nobody", "orders", "list"]) == 7


def test_a_file_that_cannot_be_read_is_a_matter_of_configuration_not_of_usage(
    shop: Shop, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(copied, "merchant_id", "merchant_idd")
    (copied / "config.toml").chmod(0o000)
    monkeypatch.setattr(os, "access", lambda *_: False)  # root, too, is told that it may not
    done = run(shop, copied, "orders", "list", "--json")
    assert (done.code, done.error["code"]) == (7, "configuration")


def test_without_any_configuration_a_command_says_what_to_do(shop: Shop) -> None:
    for command in ([], ["orders", "list"]):
        shop.capture.readouterr()
        assert main(command) == 7
        err = shop.capture.readouterr().err
        assert "azpay demo" in err
        assert "config.toml" in err


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_key_others_can_read_sends_nothing(shop: Shop, copied: Path, mode: int) -> None:
    order = shop.make("authorized")
    (copied / "sim-key.pem").chmod(mode)
    for command in (("capture", order, "--yes"), ("refresh", order), ("sync", "--once", "--all")):
        done = run(shop, copied, *command, "--json")
        assert (done.code, done.error["code"]) == (7, "configuration"), done
        assert "chmod 600" in done.error["message"]
    assert shop.requests(order) == []
    assert run(shop, copied, "orders", "list", "--json").code == 0


def test_a_key_amazon_does_not_know_exits_7(shop: Shop, copied: Path) -> None:
    order = shop.make("authorized")
    change(copied, 'public_key_id = "SANDBOX-', 'public_key_id = "SANDBOX-X')
    done = run(shop, copied, "capture", order, "--yes", "--json")
    assert (done.code, done.error["code"]) == (7, "credentials")
    assert shop.requests(order) == []


def test_a_data_directory_open_to_others_is_refused(shop: Shop) -> None:
    shop.data.mkdir(mode=0o755)
    shop.data.chmod(0o755)
    done = shop("sync", "--once", "--json")
    assert (done.code, done.error["code"]) == (7, "configuration")
    assert "chmod 700" in done.error["message"]


def test_the_data_of_another_shop_is_refused(shop: Shop, copied: Path) -> None:
    order = shop.make("authorized")
    change(copied, "A1SIMULATEDSHOP", "A1OTHERSHOP")
    done = run(shop, copied, "capture", order, "--yes", "--json")
    assert done.code == 7
    assert shop.requests(order) == []


def test_everything_in_the_data_directory_is_private(shop: Shop) -> None:
    order = shop.make("authorized")
    shop.good("capture", order, "--yes")
    found = [shop.data, *shop.data.rglob("*")]
    assert len(found) > 3
    for path in found:
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_damaged_cache_is_rebuilt_and_nothing_is_lost(shop: Shop) -> None:
    order = shop.make("captured", number="D-1")
    for path in shop.data.glob("cache.db*"):
        path.unlink()
    (shop.data / "cache.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 8192)
    (shop.data / "cache.db").chmod(0o600)
    done = shop("orders", "list", "--json")
    assert (done.code, done.json["orders"][0]["status"]) == (0, "NEW")
    assert "damaged" in done.err
    synced = shop.good("sync", "--once")
    assert "damaged" not in synced.err
    (row,) = shop.good("orders", "list", "--json").json["orders"]
    assert (row["id"], row["number"], row["status"]) == (order, "D-1", "CAPTURED")


def test_a_damaged_journal_sends_nothing(shop: Shop) -> None:
    order = shop.make("authorized")
    (shop.data / "journal.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 8192)
    done = shop("capture", order, "--yes", "--json")
    assert done.code == 1
    assert "damaged" in done.err
    assert shop.requests(order) == []


@pytest.mark.parametrize("name", ["journal.db", "cache.db"])
def test_a_newer_database_is_read_and_never_written(shop: Shop, name: str) -> None:
    order = shop.make("authorized", number="N-1")
    connection = sqlite3.connect(shop.data / name)
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    assert shop.good("orders", "show", "N-1", "--json").json["order"]["id"] == order
    done = shop("capture", order, "--yes", "--json")
    assert (done.code, done.error["code"]) == (3, "read-only")
    assert "newer" in done.error["message"]
    assert shop.requests(order) == []
    for _again in range(2):  # the first refusal learnt nothing, so the second one is the same
        done = shop("orders", "track", "S01-0000000-0000000", "--json")
        assert (done.code, done.error["code"]) == (3, "not-valid")
    if name == "cache.db":
        done = shop("sync", "--once", "--all", "--json")
        assert (done.code, done.error["code"]) == (3, "not-valid")


def test_a_data_directory_that_is_none_is_said_by_every_read(shop: Shop) -> None:
    shop.data.write_text("not a directory", encoding="utf-8")
    for command in (["orders", "list"], ["journal", "list"], ["audit", "verify"], ["views", "list"]):
        done = shop(*command, "--json")
        assert (done.code, done.error["code"]) == (7, "configuration"), command
        assert "is no directory" in done.err


def test_a_live_profile_is_read_only_unless_it_says_otherwise(shop: Shop, copied: Path) -> None:
    order = shop.make("authorized")
    change(copied, "writable = true", "writable = false")
    done = run(shop, copied, "capture", order, "--yes", "--json")
    assert (done.code, done.error["code"]) == (3, "read-only")
    assert "writable" in done.error["message"]
