"""The section of the shop's hooks in config.toml: every key, every refusal, and no secret repeated."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from azpay_tui.address import Address
from azpay_tui.config import ConfigError, load
from azpay_tui.telling import NO_HOOKS, Hooks

PROFILE = """\
default_profile = "shop"
[profiles.shop]
region = "eu"
environment = "sandbox"
merchant_id = "A2MERCHANT"
public_key_id = "SANDBOX-AFKEY"
private_key_file = "key.pem"
"""
SECRET = 'secret_file = "hook.secret"\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def read(file: Path, text: str) -> Hooks:
    file.write_text(f"{PROFILE}[profiles.shop.tell]\n{text}", encoding="utf-8")
    return load(file).hooks


def test_nobody_is_told_unless_the_profile_says_so(file: Path) -> None:
    file.write_text(PROFILE, encoding="utf-8")
    assert load(file).hooks == NO_HOOKS
    assert NO_HOOKS.channels == ()


def test_a_command_and_a_webhook(file: Path) -> None:
    hooks = read(
        file,
        'command = ["./tell", "--live"]\nwebhook = "https://Shop.example:8443/azpay/Hook/"\ntimeout = "2m"\n' + SECRET,
    )
    assert hooks == Hooks(
        (str(file.parent / "tell"), "--live"),
        Address("https", "shop.example", 8443, "/azpay/Hook/"),
        file.parent / "hook.secret",
        timedelta(minutes=2),
    )
    assert hooks.channels == ("command", "webhook")
    assert hooks.webhook is not None
    assert hooks.webhook.url == "https://shop.example:8443/azpay/Hook/"


@pytest.mark.parametrize("address", ["http://127.0.0.1:8080/hook", "http://localhost", "http://[::1]:1/x"])
def test_http_is_for_this_machine_alone(file: Path, address: str) -> None:
    found = read(file, f'webhook = "{address}"\n{SECRET}').webhook
    assert found is not None
    assert found.url == (address if address != "http://localhost" else "http://localhost")
    with pytest.raises(ConfigError, match="must begin with https://"):
        read(file, f'webhook = "http://shop.example/hook"\n{SECRET}')


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "nothing is told without command or webhook"),
        ('comand = ["a"]', "command"),
        ('command = "tell"', "command must be a list of words"),
        ("command = []", "not an empty list"),
        ('command = ["a\\nb"]', "on one line"),
        ('command = ["tell the shop"]', "the program is a word of its own"),
        ('command = ["curl", "-u", "azpay:HUSH"]', "holds a password"),
        ('webhook = "https://shop.example/hook"', "webhook and secret_file belong together"),
        (SECRET + 'command = ["tell"]', "webhook and secret_file belong together"),
        (f'webhook = "https://user:HUSH@shop.example/hook"\n{SECRET}', "webhook must be an address"),
        (f'webhook = "https://shop.example/hook?token=HUSH"\n{SECRET}', "webhook must be an address"),
        (f'webhook = "https://shop.example:70000/HUSH"\n{SECRET}', "webhook must be an address"),
        (f'webhook = "ftp://shop.example/HUSH"\n{SECRET}', "webhook must be an address"),
        (f'webhook = "https://shop.example/a b"\n{SECRET}', "webhook must be an address"),
        (f"webhook = 7\n{SECRET}", "in quotes"),
        ('webhook = "https://shop.example"\nsecret_file = "whsec_HUSH"', "the path of a file, not what is in it"),
        ('webhook = "https://shop.example"\nsecret_file = " "', "not empty"),
        ('command = ["tell"]\ntimeout = 30', "in quotes"),
        ('command = ["tell"]\ntimeout = "soon"', "must be a span"),
        ('command = ["tell"]\ntimeout = "0s"', "must be between 1s and 10m"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence_with_profile_and_key(file: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(file, text)
    told = str(caught.value)
    assert "profile shop, tell" in told
    assert says in told
    assert "HUSH" not in told


def test_a_word_in_the_place_of_the_section_is_refused(file: Path) -> None:
    file.write_text(f'{PROFILE}tell = "https://shop.example"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"tell must be a section named \[profiles.NAME.tell\]"):
        load(file)
