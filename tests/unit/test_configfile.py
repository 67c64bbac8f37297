"""Adding to config.toml: nothing that stands there is lost, and nothing is half-written."""

import os
import tomllib
from pathlib import Path

import pytest

from azpay_tui import configfile
from azpay_tui.config import load
from azpay_tui.configfile import NewProfile, add_profile, written_path
from azpay_tui.paths import ConfigError

NEW = NewProfile("shop", "sandbox", "eu", "A2MERCHANT", "SANDBOX-AFKEY", "key.pem")
OLD = """# my shop
[profiles."my.old"]   # dear to me
region = 'na'
environment = "sandbox"
merchant_id = "A1"
public_key_id = "SANDBOX-A"
private_key_file = "a.pem"

[console]  # how I like it
theme = "dark"
"""


def test_a_file_is_made_with_its_directories_and_is_a_valid_configuration(tmp_path: Path) -> None:
    file = tmp_path / "config" / "azpay" / "config.toml"
    os.umask(0o777)
    assert add_profile(file, NEW) is True
    os.umask(0o022)
    profile = load(file)
    assert (profile.name, profile.region, profile.merchant_id) == ("shop", "eu", "A2MERCHANT")
    assert profile.private_key_file == file.parent / "key.pem"
    assert profile.writable
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert os.listdir(file.parent) == ["config.toml"]
    lines = file.read_text(encoding="utf-8").splitlines()
    for above, line in zip(["", *lines], lines, strict=False):
        assert " = " not in line or "  # " in line or above.startswith("# "), "every key is explained"
    assert max(map(len, lines[1:])) <= 78


def test_a_live_profile_begins_as_look_only(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    add_profile(file, NewProfile("shop", "live", "jp", "A2MERCHANT", "LIVE-AFKEY", "key.pem"))
    assert load(file).writable is False
    assert "writable = false" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("default", [True, False])
@pytest.mark.parametrize("form", ["plain", "no newline", "dos", "bom"])
def test_everything_that_stood_there_stays(tmp_path: Path, default: bool, form: str) -> None:
    file = tmp_path / "config.toml"
    old = ('default_profile = "my.old"  # the first one\n' if default else "") + OLD
    text = {"plain": old, "no newline": old[:-1], "dos": old.replace("\n", "\r\n"), "bom": "\ufeff" + old}[form]
    file.write_bytes(text.encode())
    file.chmod(0o644)
    assert add_profile(file, NEW) is not default
    after = file.read_bytes().decode()
    assert text.lstrip("\ufeff") in after
    assert after.startswith("\ufeff") is (form == "bom")
    assert ("\r\n" in after) is (form == "dos")
    assert load(file).name == ("my.old" if default else "shop")
    assert load(file, "my.old").merchant_id == "A1"
    assert load(file, "shop").merchant_id == "A2MERCHANT"
    assert file.stat().st_mode & 0o777 == 0o600


def refused(file: Path, new: NewProfile, says: str) -> None:
    before = file.read_bytes() if file.exists() else None
    with pytest.raises(ConfigError, match=says) as caught:
        add_profile(file, new)
    assert str(caught.value).isprintable()
    assert (file.read_bytes() if file.exists() else None) == before
    assert not list(file.parent.glob(".config*"))


@pytest.mark.parametrize(
    ("old", "says"),
    [
        ("[profiles.shop]\n", "already; choose another name"),
        ("profiles = { other = {} }\n", "not valid TOML|Correct that line"),
        ("[profiles.shop\n", "not valid TOML"),
        ('[profile.a]\nregion = "eu"\n', "nearest known one is profiles"),
    ],
)
def test_a_file_that_cannot_be_added_to_is_left_alone(tmp_path: Path, old: str, says: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(old, encoding="utf-8")
    refused(file, NEW, says)


def test_what_azpay_would_refuse_is_not_written(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    refused(file, NewProfile("shop", "live", "eu", "A2", "SANDBOX-A", "key.pem"), "use the live key")
    refused(file, NewProfile("shop", "sandbox", "eu", "A2", "SANDBOX-A", "k\udc80.pem"), "not UTF-8")
    file.write_text("", encoding="utf-8")
    file.chmod(0o666)
    refused(file, NEW, "chmod go-w")


def test_a_change_by_somebody_else_meanwhile_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "config.toml"
    file.write_text(OLD, encoding="utf-8")
    made = configfile.section

    def slow(new: NewProfile) -> str:
        file.write_text(OLD + "# theirs\n", encoding="utf-8")
        return made(new)

    monkeypatch.setattr(configfile, "section", slow)
    with pytest.raises(ConfigError, match="changed meanwhile"):
        add_profile(file, NEW)
    assert file.read_text(encoding="utf-8") == OLD + "# theirs\n"
    assert not list(tmp_path.glob(".config*"))


def test_a_crash_before_the_end_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "config.toml"
    file.write_text(OLD, encoding="utf-8")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        add_profile(file, NEW)
    assert file.read_text(encoding="utf-8") == OLD
    assert os.listdir(tmp_path) == ["config.toml"]


def test_a_link_to_the_file_stays_a_link(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text(OLD, encoding="utf-8")
    link = tmp_path / "config.toml"
    link.symlink_to(real)
    add_profile(link, NEW)
    assert link.is_symlink()
    assert load(link, "shop").merchant_id == "A2MERCHANT"
    assert "my.old" in tomllib.loads(real.read_text(encoding="utf-8"))["profiles"]


def test_a_key_beside_the_file_is_written_by_its_name_alone(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    assert written_path(tmp_path / "keys" / 'a "b"\\.pem', file) == 'keys/a "b"\\.pem'
    assert written_path(tmp_path.parent / "b.pem", file) == str(tmp_path.parent / "b.pem")
    add_profile(file, NewProfile("shop", "sandbox", "eu", "A2", "SANDBOX-A", 'keys/a "b"\\\t.pem'.replace("\t", "")))
    assert load(file).private_key_file == tmp_path / "keys" / 'a "b"\\.pem'
