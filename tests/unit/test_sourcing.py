"""Sections of sources in config.toml: every key, every refusal, and no password among the words of a command."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from azpay_tui.argv import secret_in
from azpay_tui.config import ConfigError, load
from azpay_tui.domain.spans import parse, written
from azpay_tui.sourcing import Source

PROFILE = """\
default_profile = "shop"
[profiles.shop]
region = "eu"
environment = "sandbox"
merchant_id = "A2MERCHANT"
public_key_id = "SANDBOX-AFKEY"
private_key_file = "key.pem"
"""
RUN = 'run = ["ssh", "web1", "mysql", "--batch", "shop"]\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def section(text: str, name: str = "web") -> str:
    return f'[[profiles.shop.source]]\nname = "{name}"\n{text}'


def read(file: Path, *sections: str) -> tuple[Source, ...]:
    file.write_text(PROFILE + "".join(sections), encoding="utf-8")
    return load(file).sources


def refusal(file: Path, *sections: str) -> str:
    with pytest.raises(ConfigError) as caught:
        read(file, *sections)
    sentence = str(caught.value)
    assert sentence.isprintable()
    assert sentence.startswith(f"{file}, profile shop")
    return sentence.removeprefix(f"{file}, profile shop")


def test_the_least_of_each_kind_and_the_defaults(file: Path) -> None:
    command, http, reports = read(
        file,
        section(RUN),
        section('kind = "http"\nurl = "https://shop.example/wp/"\nkey_file = "rest.key"\n', "rest"),
        section('kind = "reports"\n', "reports"),
    )
    assert command == Source("web", "command", ("ssh", "web1", "mysql", "--batch", "shop"))
    assert (command.every, command.since, command.first) == (timedelta(minutes=5), timedelta(2), timedelta(90))
    assert (command.timeout, command.max_bytes, command.complete) == (timedelta(minutes=5), 1_000_000_000, None)
    assert http == Source("rest", "http", url="https://shop.example/wp", key_file=file.parent / "rest.key")
    assert reports == Source("reports", "reports")
    assert [source.side for source in (command, http, reports)] == ["shop", "shop", "amazon"]


def test_every_key_can_be_set(file: Path) -> None:
    """S3.58: how often a shop is asked."""
    (source,) = read(
        file,
        section(
            'kind = "command"\nrun = ["./bin/orders", "--all", ""]\npreset = "woocommerce"\nprefix = "wp2_"\n'
            'sql_file = "own.sql"\nevery = "10s"\nsince = "0s"\nfirst = "1h"\ncomplete = true\ntimeout = "30s"\n'
            "max_bytes = 1000\n"
        ),
    )
    assert source == Source(
        "web",
        "command",
        (str(file.parent / "bin" / "orders"), "--all", ""),
        preset="woocommerce",
        prefix="wp2_",
        sql_file=file.parent / "own.sql",
        every=timedelta(seconds=10),
        since=timedelta(),
        first=timedelta(hours=1),
        complete=True,
        timeout=timedelta(seconds=30),
        max_bytes=1000,
    )


def test_a_program_of_ones_home(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ops")
    (source,) = read(file, section('run = ["~/bin/orders"]\n'))
    assert source.run == ("/home/ops/bin/orders",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (RUN + 'evry = "5m"\n', "source web: there is no key 'evry'; the nearest known one is every."),
        ("", "source web: run is missing; it must be a list of words such as"),
        ('run = "ssh web1 mysql"\n', "run must be a list of words such as"),
        ("run = []\n", "run must be a list of words"),
        ('run = ["a", 1]\n', "every word in quotes"),
        ('run = ["a", "b\\nc"]\n', "on one line"),
        ('run = ["ssh web1 mysql"]\n', "the program is a word of its own; no shell reads it."),
        ('run = [""]\n', "the program is a word of its own"),
        (RUN + 'kind = "sql"\n', 'kind must be "command" or "http" or "reports", not \'sql\'.'),
        (RUN + "kind = 1\n", "kind must be"),
        (RUN + 'url = "https://shop.example"\n', 'url is for kind "http", but kind is command: remove it.'),
        ('kind = "reports"\ncomplete = true\n', 'complete is for kind "command" or "http", but kind is reports'),
        ('kind = "http"\nkey_file = "k"\n', "url is missing; it must be the shop's address"),
        ('kind = "http"\nurl = "https://shop.example"\n', "key_file is missing; it must be the path of a file."),
        ('kind = "http"\nurl = "http://shop.example"\nkey_file = "k"\n', "a key travels over https only"),
        (RUN + 'every = "5"\n', 'every must be a span such as "30s", "5m", "2h" or "1d", not \'5\'.'),
        (RUN + 'every = "9s"\n', "every must be between 10s and 30d, not '9s'."),
        (RUN + "every = 300\n", "every must be a span such as"),
        (RUN + 'since = "-2d"\n', "since must be a span"),
        (RUN + 'first = "9999d"\n', "first must be between 1s and 3650d"),
        (RUN + 'timeout = "0s"\n', "timeout must be between 1s and 1d"),
        (RUN + "max_bytes = 0\n", "max_bytes must be a number of bytes"),
        (RUN + "max_bytes = true\n", "max_bytes must be a number of bytes"),
        (RUN + 'complete = "yes"\n', "complete must be true or false without quotes, not text in quotes."),
        (
            RUN + 'preset = "wocommerce"\n',
            "there is no preset wocommerce; the nearest known one is woocommerce",
        ),
        (RUN + 'preset = "../x"\n', "preset must be the name of a preset"),
        (RUN + 'prefix = "a\'; DROP"\n', "prefix must be what table names begin with"),
        (RUN + 'sql_file = ""\n', "sql_file must be the path of a file"),
    ],
)
def test_what_is_wrong_names_profile_source_and_key(file: Path, text: str, expected: str) -> None:
    sentence = refusal(file, section(text))
    assert sentence.startswith(", source web: ")
    assert expected in sentence


@pytest.mark.parametrize("name", ["", "a b", "import", "track", "US", "reports", "-x", "ä", "\\u001b[2J", "a" * 41])
def test_names_of_sources(file: Path, name: str) -> None:
    assert "name must" in refusal(file, section(RUN, name))


def test_a_source_without_a_name_is_told_by_its_place(file: Path) -> None:
    sentence = refusal(file, section(RUN), f"[[profiles.shop.source]]\n{RUN}")
    assert sentence == ", source 2: name is missing; it must be a short name: letters, digits, point, - and _."


def test_two_sources_of_one_name(file: Path) -> None:
    assert "two sources are called WEB" in refusal(file, section(RUN), section(RUN, "WEB"))


def test_one_pair_of_brackets_is_not_enough(file: Path) -> None:
    assert "[[profiles.NAME.source]]" in refusal(file, f'[profiles.shop.source]\nname = "web"\n{RUN}')
    assert "[[profiles.NAME.source]]" in refusal(file, "source = [1]\n")


@pytest.mark.parametrize(
    "url",
    ["https://user:pw9@shop.example", "https://shop.example?key=pw9", "https://", "shop", "https://[", "ftp://a/"],
)
def test_an_address_with_a_key_in_it_is_not_repeated(file: Path, url: str) -> None:
    sentence = refusal(file, section(f'kind = "http"\nurl = "{url}"\nkey_file = "k"\n'))
    assert "url must be the shop's address" in sentence
    assert "pw9" not in sentence


WITH_SECRET = [
    ["mysql", "-pHunter2", "shop"],
    ["mysql", "-u", "root", "-p", "shop"],
    ["mysql", "--password=Hunter2"],
    ["mysql", "--password", "Hunter2"],
    ["mysql", "--password"],
    ["ssh", "web1", "mysql -pHunter2 shop"],
    ["ssh", "web1", "sh", "-c", "'mysql --batch -pHunter2 shop'"],
    ["ssh", "web1", "MYSQL_PWD=Hunter2 mysql shop"],
    ["env", "PGPASSWORD=Hunter2", "psql"],
    ["sshpass", "-pHunter2", "ssh", "web1", "mysql"],
    ["sshpass", "-p", "Hunter2", "ssh", "web1", "mysql"],
    ["plink", "-pw", "Hunter2", "web1"],
    ["mysqlsh", "mysql://root:Hunter2@db/shop"],
    ["curl", "-u", "admin:Hunter2", "https://shop.example"],
    ["curl", "-uadmin:Hunter2", "https://shop.example"],
    ["curl", "--user=admin:Hunter2", "https://shop.example"],
    ["curl", "-H", "Authorization: Bearer Hunter2", "https://shop.example"],
    ["export", "--db-password=Hunter2"],
    ["export", "--api-key", "Hunter2"],
]


@pytest.mark.parametrize("words", WITH_SECRET, ids=" ".join)
def test_a_password_is_refused_with_the_way_to_do_it_and_not_repeated(file: Path, words: list[str]) -> None:
    sentence = refusal(file, section(f"run = {words!r}\n".replace("'", '"') if "'" not in "".join(words) else RUN_SH))
    assert "run holds a password" in sentence
    assert "~/.my.cnf" in sentence
    assert "Hunter2" not in sentence


RUN_SH = 'run = ["ssh", "web1", "sh", "-c", "\'mysql --batch -pHunter2 shop\'"]\n'


@pytest.mark.parametrize(
    "words",
    [
        ["ssh", "-p2222", "web1", "mysql", "--batch", "shop"],
        ["ssh", "-p", "2222", "-i", "~/.ssh/key", "web1", "mysql", "--protocol=tcp", "-P3306", "-uroot", "-h", "db"],
        ["sshpass", "-f", "pw.txt", "ssh", "-p", "22", "web1", "mysql"],
        ["mysql", "--defaults-extra-file=/home/ops/.my.cnf", "--batch", "shop"],
        ["mysql", "--password=", "shop"],
        ["docker", "compose", "-p", "shop", "exec", "-u", "1000:1000", "db", "mariadb", "--batch"],
        ["psql", "-p", "5432", "--csv", "--no-password", "shop"],
        ["curl", "--netrc", "https://shop.example/orders.csv"],
        ["python3", "export.py", "--password-file", "pw.txt"],
        ["cat", "/srv/orders.csv"],
    ],
    ids=" ".join,
)
def test_what_only_looks_like_a_password(words: list[str]) -> None:
    assert secret_in(words) is None


@pytest.mark.parametrize("text", ["30s", "5m", "2h", "1d", "0s", "90d"])
def test_a_span_is_written_as_it_is_read(text: str) -> None:
    span = parse(text)
    assert span is not None
    assert written(span) == text


@pytest.mark.parametrize("text", ["", "5", "m", "5M", "1.5h", "-1d", "1y", "1 2h", "٣m", "9999999s"])
def test_what_is_no_span(text: str) -> None:
    assert parse(text) is None


def test_a_span_is_written_in_its_largest_whole_unit() -> None:
    assert [written(timedelta(seconds=s)) for s in (90, 120, 3600, 86400, 90000)] == ["90s", "2m", "1h", "1d", "25h"]
