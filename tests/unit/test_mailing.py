"""The mail section of a profile, and what is refused in it."""

from pathlib import Path

import pytest
from tests.unit.test_config import SIMULATOR, Text, read, refusal, toml

from azpay_tui.mailing import OFF, Server


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def section(keys: str) -> dict[str, object]:
    return SIMULATOR | {"mail": Text(f"{{ {keys} }}")}


ON = 'send = "manual", from = "Your Shop <shop@shop.example>", host = "smtp.shop.example"'


def test_nothing_leaves_unless_the_profile_says_so(file: Path) -> None:
    assert read(file, SIMULATOR).mail == OFF
    assert not read(file, section('host = "smtp.shop.example"')).mail.on
    assert read(file, section(ON)).mail.on


def test_everything_that_can_be_set(file: Path) -> None:
    keys = """send = "automatic", from = '"Your Shop" <shop@shop.example>', shop = "Shop",
        reply_to = "help@shop.example", admin = "ops@shop.example", language = "de",
        languages = { AT = "de", US = "en" }, templates = "letters",
        confirm = true, host = "smtp.shop.example", port = 2525, tls = "implicit", user = "shop",
        password_file = "mail.key", ca_file = "ca.pem", timeout = "10s\""""
    mail = read(file, section(" ".join(keys.split()))).mail
    here = file.parent
    assert (mail.send, mail.sender, mail.sender_name, mail.shop) == (
        "automatic", "shop@shop.example", "Your Shop", "Shop",
    )  # fmt: skip
    assert (mail.reply_to, mail.admin, mail.templates, mail.confirm) == (
        "help@shop.example", "ops@shop.example", here / "letters", True,
    )  # fmt: skip
    assert [mail.language_for(country) for country in ("AT", "us", "FR", None)] == ["de", "en", "de", "de"]
    assert mail.server == Server(
        "smtp.shop.example", 2525, "implicit", "shop", here / "mail.key", here / "ca.pem"
    )  # fmt: skip
    assert mail.timeout.total_seconds() == 10


@pytest.mark.parametrize(("tls", "port"), [("starttls", 587), ("implicit", 465), ("none", 25)])
def test_the_port_follows_the_way_it_is_encrypted(file: Path, tls: str, port: int) -> None:
    server = read(file, section(f'host = "127.0.0.1", tls = "{tls}"')).mail.server
    assert server is not None
    assert server.port == port


def test_a_program_of_ones_own_is_found_beside_the_file(file: Path) -> None:
    mail = read(file, section('send = "manual", from = "a@b.example", run = ["./send", "-t"]')).mail
    assert mail.run == (str(file.parent / "send"), "-t")
    assert mail.shop == "a@b.example"


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ('sent = "off"', "there is no key 'sent'; the nearest known one is send."),
        ('send = "always"', 'send must be "off" or "manual" or "automatic", not \'always\'.'),
        ("send = true", "not true or false."),
        ('send = "manual", from = "a@b.example"', "letters have no way to leave: set run"),
        ('send = "manual", host = "h"', "from is missing; it must be the address letters come from"),
        ('from = "shop"', "from must be the address letters come from"),
        ('from = "A <a@b.example> <c@d.example>"', "from must be "),
        ('from = "Käufer@shop.example"', "from must be "),
        ('reply_to = "a@b.example\\nBcc: c@d.example"', "on one line"),
        ('admin = "a@b.example, c@d.example"', "admin must be an e-mail address"),
        ('admin = "A <a@b.example>"', "admin must be an e-mail address"),
        ('language = "German"', "not 'German'."),
        ('languages = { de = "de" }', "two capital letters, then a language."),
        ("languages = 1", "not a number."),
        ('shop = ""', "shop must be a name, on one line and not empty."),
        ("confirm = 1", "confirm must be true or false without quotes"),
        ('run = "msmtp -t"', "run must be a list of words"),
        ("run = []", "not an empty list."),
        ('run = ["msmtp -t"]', "no shell reads it."),
        ('run = ["~nobody-of-this-name/msmtp"]', "run starts with ~, but that home directory is not known"),
        ('run = ["curl", "--password=hunter2"]', "run holds a password (--password and its value)"),
        ('run = ["msmtp"], host = "h"', "run and host are two ways to send; keep one of them."),
        ('port = 25', "port belongs to a mail server, but host is missing"),
        ('password_file = "x"', "password_file belongs to a mail server, but host is missing"),
        ('host = "smtp.shop.example:587"', "without port or address in front."),
        ('host = "h", port = 70000', "port must be a number from 1 to 65535"),
        ('host = "h", port = true', "port must be a number from 1 to 65535"),
        ('host = "h", tls = "no"', 'tls must be "starttls" or "implicit" or "none"'),
        ('host = "smtp.shop.example", tls = "none"', "for a server on this machine only"),
        ('host = "h", user = "u"', "password_file is missing."),
        ('host = "h", password_file = "p"', "user is missing."),
        ('host = "h", timeout = "1h"', "timeout must be between 1s and 5m, not '1h'"),
        ('host = "h", timeout = "soon"', "timeout must be a span"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_one_sentence(file: Path, keys: str, said: str) -> None:
    sentence = refusal(file, toml(shop=section(keys)))
    assert said in sentence
    assert "mail: " in sentence
    assert "hunter2" not in sentence


def test_a_section_that_is_none_is_refused(file: Path) -> None:
    assert "mail must be a section named [profiles.NAME.mail]" in refusal(file, toml(shop=SIMULATOR | {"mail": "on"}))
