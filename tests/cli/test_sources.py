"""`azpay sources`: real programs as shops, and a configuration that keeps every byte it had."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import Result, Shop, until

from azpay_tui.bootstrap import main
from azpay_tui.config import load

HEADER = "order_number\tpermission_id\tamount\tcurrency\n"
ONE = "S01-0000000-0000001"
TWO = "S01-0000000-0000002"


class Copied:
    """A profile of its own that tests may change, and a shop's orders as a file that `cat` prints."""

    def __init__(self, shop: Shop, directory: Path) -> None:
        directory.mkdir(mode=0o700)
        for name in ("config.toml", "sim-key.pem"):
            shutil.copy2(shop.simulated.directory / name, directory / name)
        self.shop = shop
        self.file = directory / "config.toml"
        self.orders = directory / "orders.tsv"
        self.orders.write_text(f"{HEADER}1001\t{ONE}\t12.00\tUSD\n")
        self.options = ["--config", str(self.file), "--data-dir", str(shop.data)]

    def __call__(self, *arguments: str) -> Result:
        self.shop.capture.readouterr()
        code = main([*self.options, *arguments])
        return Result(code, *self.shop.capture.readouterr())

    def good(self, *arguments: str) -> Result:
        done = self(*arguments)
        assert done.code == 0, done
        return done

    def source(self, text: str) -> None:
        """Write a source into the configuration by hand."""
        with open(self.file, "a", encoding="utf-8") as file:
            file.write(f"[[profiles.sim.source]]\n{text}\n")


@pytest.fixture
def copied(shop: Shop, tmp_path: Path) -> Copied:
    return Copied(shop, tmp_path / "profile")


def test_a_source_is_tried_and_then_written_beside_everything_that_is_there(copied: Copied) -> None:
    with open(copied.file, "a", encoding="utf-8") as file:
        file.write("# the shop's own comment\n[console]\nascii = true  # for the old terminal")
    before = copied.file.read_text()
    done = copied.good("sources", "add", "web", "--every", "1m", "--not-complete", "--", "cat", str(copied.orders))
    assert done.out.startswith("web: 1 order with 1 id in 2 lines: 1 new, 0 changed.\n")
    assert copied.file.read_text() == (
        f'{before}\n\n[[profiles.sim.source]]\nname = "web"\nrun = ["cat", "{copied.orders}"]\n'
        'every = "1m"\ncomplete = false\n'
    )
    assert [source.name for source in load(copied.file).sources] == ["web"]
    assert [row["id"] for row in copied.good("orders", "list", "--json").json["orders"]] == [ONE]


def test_the_name_may_be_left_out(copied: Copied) -> None:
    for _ in range(2):
        copied.good("sources", "add", "--preset", "oxid", "--prefix", "x_", "--untried", "--", "true", "--", "-x")
    found = load(copied.file).sources
    assert [(source.name, source.run, source.prefix) for source in found] == [
        ("oxid", ("true", "--", "-x"), "x_"),
        ("oxid-2", ("true", "--", "-x"), "x_"),
    ]


def test_a_shop_that_is_asked_by_http(copied: Copied) -> None:
    arguments = ("--preset", "woocommerce-rest", "--url", "https://shop.example", "--key-file", "rest.key")
    done = copied.good("sources", "add", "rest", *arguments, "--first", "7d", "--untried", "--json").json
    assert (done["name"], done["tried"]) == ("rest", None)
    (source,) = load(copied.file).sources
    assert (source.kind, source.url, source.preset) == ("http", "https://shop.example", "woocommerce-rest")
    assert source.key_file == Path("rest.key").absolute()


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        ((), 2, "Say where orders come from"),
        (("web", "cat", "x"), 2, "Put -- in front of the command"),
        (("web", "--url", "https://shop.example", "--", "cat"), 2, "Say where orders come from"),
        (("web", "--every", "1s", "--", "cat"), 7, "every must be between 10s and 30d"),
        (("web", "--preset", "wocommerce", "--", "cat"), 7, "the nearest known one is woocommerce"),
        (("import", "--", "cat"), 7, "name must not be import"),
        (("web", "--", "mysql", "-pHunter2"), 7, "run holds a password"),
        (("web", "--", "azpay-no-such-program"), 6, "web: there is no program 'azpay-no-such-program'"),
        (("web", "--", "sh", "-c", "echo gone >&2; exit 3"), 4, "web: sh ended with 3: gone."),
        (("web", "--", "sh", "-c", "echo '<html>'"), 4, "web: sh printed a web page in place of orders"),
    ],
)
def test_what_is_refused_changes_nothing(copied: Copied, arguments: tuple[str, ...], code: int, expected: str) -> None:
    before = copied.file.read_bytes()
    # In front of --, behind which everything is the command's.
    at = arguments.index("--") if "--" in arguments else len(arguments)
    done = copied("sources", "add", *arguments[:at], "--json", *arguments[at:])
    assert (done.code, expected in done.error["message"]) == (code, True), done
    assert "Hunter2" not in done.err + done.out
    assert copied.file.read_bytes() == before


def test_a_source_written_in_another_form_is_left_alone(copied: Copied) -> None:
    text = copied.file.read_text()
    copied.file.write_text(f'{text}source = [{{ name = "web", run = ["cat"] }}]\n')
    done = copied("sources", "add", "two", "--untried", "--", "cat")
    assert done.code == 7
    assert "cannot be added to safely: write the section of the source into it yourself." in done.err


def test_list_and_show(copied: Copied) -> None:
    assert copied.good("sources", "list", "--json").json == {"sources": []}
    copied.source(f'name = "web"\nrun = ["cat", "{copied.orders}"]\npreset = "oxid"')
    copied.source('name = "bad"\nrun = ["false"]')
    (web, bad) = copied.good("sources", "list", "--json").json["sources"]
    assert (web["name"], web["state"], web["every"], web["next"]) == ("web", "new", "5m", None)
    assert copied("sources", "run").code == 4
    (web, bad) = copied.good("sources", "list", "--json").json["sources"]
    assert (web["state"], web["orders"], web["runs"], web["failures"]) == ("ok", 1, 1, 0)
    assert (bad["state"], bad["failures"]) == ("failed", 1)
    lines = copied.good("sources", "list").out.splitlines()
    assert [line.split("\t")[:2] for line in lines] == [["NAME", "STATE"], ["web", "ok"], ["bad", "failed"]]
    shown = copied.good("sources", "show", "web", "--json").json["source"]
    assert (shown["run"], shown["preset"], shown["complete"]) == (f"cat {copied.orders}", "oxid", True)
    assert "gaps " in copied.good("sources", "show", "web").out
    assert copied("sources", "show", "wbe").code == 2


def test_running_tells_what_came_and_what_failed(copied: Copied) -> None:
    assert "This profile has no source" in copied("sources", "run").err
    copied.source(f'name = "web"\nrun = ["cat", "{copied.orders}"]')
    copied.source('name = "gone"\nrun = ["azpay-no-such-program"]')
    copied.source('name = "bad"\nrun = ["false"]')
    done = copied("sources", "run")
    assert (done.code, done.out.splitlines()) == (
        6,
        ["web: 1 order with 1 id in 2 lines: 1 new, 0 changed."],
    )
    assert "gone: there is no program" in done.err
    assert "bad: false ended with 1 and said nothing;" in done.err
    done = copied("sources", "run", "--json")
    assert [source["state"] for source in done.json["sources"]] == ["ok", "failed", "failed"]
    assert done.json["error"]["code"] == "source-unreachable"
    assert copied("sources", "run", "wbe").code == 2
    assert copied("sources", "run", "web", "--since", "soon").code == 2
    assert copied("sources", "run", "web", "--since", "99999999d").code == 2
    assert copied("sources", "run", "web", "--since", "1d", "--all-days", "2").code == 2


def test_how_far_back_is_said(copied: Copied, tmp_path: Path) -> None:
    asked, question = tmp_path / "asked", tmp_path / "own.sql"
    question.write_text(":since\n")
    copied.source(f'name = "web"\nrun = ["tee", "{asked}"]\nsql_file = "{question}"')
    copied.good("sources", "run", "web", "--since", "2026-08-24")
    assert asked.read_text() == "'2026-08-24 00:00:00'\n"
    copied.good("sources", "run", "web", "--since", "2026-08-24T12:00:00+02:00")
    assert asked.read_text() == "'2026-08-24 10:00:00'\n"


def test_a_sync_asks_first_and_tells_what_failed(copied: Copied) -> None:
    made = copied.shop.sim("POST", "/_sim/orders", [{"situation": "authorized", "number": "2001"}])[0]
    copied.orders.write_text(f"{HEADER}2001\t{made['permission_id']}\t12.00\tUSD\n")
    copied.source(f'name = "web"\nrun = ["cat", "{copied.orders}"]')
    copied.source('name = "bad"\nrun = ["false"]')
    done = copied.good("sync", "--once", "--json")
    assert done.json["read"] > 0
    assert [source["state"] for source in done.json["sources"]] == ["ok", "failed"]
    assert "bad: false ended with 1" in done.err
    assert copied.good("orders", "show", made["permission_id"], "--json").json["order"]["permission"]["state"]


def test_ctrl_c_ends_a_run_and_keeps_what_came(copied: Copied, tmp_path: Path) -> None:
    began, pid = tmp_path / "began", tmp_path / "pid"
    script = f"cat {copied.orders}; echo $$ > {pid}; touch {began}; trap '' TERM INT; sleep 600"
    copied.source(f'name = "web"\nrun = ["sh", "-c", "{script}"]')
    command = [sys.executable, "-m", "azpay_tui", *copied.options, "sources", "run"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        until(began.exists)
        process.send_signal(signal.SIGINT)
        told = process.communicate(timeout=60)[1]
    finally:
        process.kill()
    assert process.returncode == 130
    assert "web: Stopped before its end. What came is kept; the next run asks for the rest.\n" in told
    until(lambda: not Path(f"/proc/{pid.read_text().strip()}").exists())
    (state,) = copied.good("sources", "list", "--json").json["sources"]
    assert (state["state"], state["orders"]) == ("stopped", 1)
    assert [row["id"] for row in copied.good("orders", "list", "--json").json["orders"]] == [ONE]


def test_a_watching_sync_asks_by_itself_and_tells_what_failed(copied: Copied, tmp_path: Path) -> None:
    copied.source(f'name = "web"\nrun = ["cat", "{copied.orders}"]')
    copied.source('name = "bad"\nrun = ["false"]')
    told = tmp_path / "told"
    command = [sys.executable, "-m", "azpay_tui", *copied.options, "sync", "--watch"]
    with open(told, "w") as errors, subprocess.Popen(command, stderr=errors) as process:
        try:
            until(lambda: "bad: false ended with 1" in told.read_text())
            until(lambda: [r["id"] for r in copied.good("orders", "list", "--json").json["orders"]] == [ONE])
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 143
        finally:
            process.kill()


def test_the_sql_of_a_preset(copied: Copied) -> None:
    done = copied.good("sources", "sql", "woocommerce", "--since", "2026-08-24", "--prefix", "wp7_")
    assert "'2026-08-24 00:00:00'" in done.out
    assert "wp7_posts" in done.out
    assert ":since" not in done.out
    names = [line.split("\t")[0] for line in copied.good("sources", "sql").out.splitlines()]
    assert {"PRESET", "woocommerce", "oxid", "magento2"} <= set(names)
    assert {"name", "kind", "complete", "title", "plugin"} == set(
        copied.good("sources", "sql", "--json").json["presets"][0]
    )
    for arguments in (("wocommerce",), ("woocommerce-rest",), ("oxid", "--prefix", "'"), ("oxid", "--since", "x")):
        assert copied("sources", "sql", *arguments).code == 2


def test_doctor_looks_at_every_source(copied: Copied) -> None:
    def findings() -> dict[str, tuple[str, str]]:
        found = copied("doctor", "--json").json["findings"]
        return {f["what"]: (f["level"], f["sentence"]) for f in found if f["area"] == "sources"}

    assert findings()["none"][0] == "note"
    copied.source(f'name = "web"\nrun = ["cat", "{copied.orders}"]')
    copied.source('name = "gone"\nrun = ["azpay-no-such-program"]')
    copied.source('name = "bad"\nrun = ["false"]')
    key = copied.file.with_name("rest.key")
    key.write_text("x")
    key.chmod(0o644)
    copied.source('name = "rest"\nkind = "http"\nurl = "https://shop.example"\nkey_file = "rest.key"\n'
                  'preset = "woocommerce-rest"')  # fmt: skip
    before = findings()
    assert (before["web"][0], before["gone"][0]) == ("note", "warn")
    assert "'azpay-no-such-program' is not there" in before["gone"][1]
    assert "is open to others: chmod 600" in before["rest"][1]
    copied("sources", "run", "web")
    copied("sources", "run", "bad")
    after = findings()
    assert (after["web"][0], after["bad"][0]) == ("ok", "warn")
    assert "Source bad failed once, last " in after["bad"][1]
