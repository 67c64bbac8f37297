"""`azpay doctor`: finds what is wrong, says what to do, changes nothing, and works when things are broken."""

from __future__ import annotations

import http.server
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.cli.conftest import Result, Shop, until
from tests.cli.init_main import amazon
from tests.support.terminal import Terminal

from azpay_tui import config
from azpay_tui.amazon.reach import Reached
from azpay_tui.bootstrap import Parts, main
from azpay_tui.cli.doctor import machine, network, places
from azpay_tui.cli.doctor.findings import AREAS
from azpay_tui.cli.doctor.signed import spoken
from azpay_tui.cli.run import run
from azpay_tui.store.checkup import users


@pytest.fixture
def copied(shop: Shop, tmp_path: Path) -> Path:
    """A copy of the profile that a test may spoil."""
    directory = tmp_path / "profile"
    directory.mkdir(mode=0o700)
    for name in ("config.toml", "sim-key.pem"):
        shutil.copy2(shop.simulated.directory / name, directory / name)
    return directory


def look(shop: Shop, directory: Path, *more: str) -> Result:
    shop.capture.readouterr()
    code = main(["--config", str(directory / "config.toml"), "--data-dir", str(shop.data), "doctor", "--json", *more])
    return Result(code, *shop.capture.readouterr())


def found(done: Result, area: str, what: str) -> dict[str, Any]:
    """Return one finding."""
    return next(one for one in done.json["findings"] if (one["area"], one["what"]) == (area, what))


def change(directory: Path, old: str, new: str) -> None:
    file = directory / "config.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def contents(shop: Shop) -> tuple[bytes, object]:
    """What must not change: the journal byte for byte, and what the cache says (its log may move into its file)."""
    return (shop.data / "journal.db").read_bytes(), shop.good("orders", "list", "--json").json


def test_a_sound_shop_has_nothing_wrong_and_nothing_is_changed(shop: Shop) -> None:
    order = shop.make("authorized")
    shop.good("capture", order, "--yes")
    before, requests = contents(shop), shop.sim("GET", "/_sim/ledger")
    done = shop("doctor", "--json")
    assert done.code == 0, done
    assert done.json["worst"] in ("note", "warn")  # warn: these tests may run as root
    assert "error" not in done.json
    assert [one["area"] for one in done.json["findings"]] == sorted(
        (one["area"] for one in done.json["findings"]), key=AREAS.index
    ), "each area once"
    assert {one["area"] for one in done.json["findings"]} == set(AREAS)
    for area, what in (("key", "signed-read"), ("connection", "way"), ("database", "audit"), ("database", "cache")):
        assert found(done, area, what)["level"] == "ok", (area, what)
    assert contents(shop) == before
    assert shop.sim("GET", "/_sim/ledger") == requests
    text = shop.good("doctor").out
    assert "CONFIGURATION\n  ok    Profile sim (simulator, na)" in text
    assert "PRIVATE KEY" not in done.out + text


def test_every_trouble_has_a_remedy(shop: Shop, copied: Path) -> None:
    (copied / "sim-key.pem").chmod(0o644)
    shop.data.mkdir(mode=0o755)
    shop.data.chmod(0o755)
    done = look(shop, copied)
    assert done.code == 7
    for one in done.json["findings"]:
        assert one["sentence"].endswith((".", ")")) or "chmod" in one["sentence"], one
        if one["level"] == "bad":
            assert one["remedy"] or "chmod" in one["sentence"], one


def add_to(directory: Path, text: str) -> None:
    with open(directory / "config.toml", "a", encoding="utf-8") as file:
        file.write(text)


BROKEN: dict[str, tuple[Callable[[Path], None], str, str, str]] = {
    "unknown key": (
        lambda d: change(d, "merchant_id", "merchant_idd"),
        "configuration",
        "profile",
        "nearest known one",
    ),
    "no toml": (lambda d: change(d, "[profiles.sim]", "[profiles.sim"), "configuration", "profile", "not valid TOML"),
    "no profile": (lambda d: change(d, 'default_profile = "sim"', ""), "configuration", "profile", "names no default"),
    "no file": (lambda d: (d / "config.toml").unlink(), "configuration", "profile", "cannot be read"),
    "no theme": (lambda d: add_to(d, '[console]\ntheme = "pink"\n'), "configuration", "console", "There is no theme"),
    "open key": (lambda d: (d / "sim-key.pem").chmod(0o644), "key", "file", "chmod 600"),
    "no default": (
        lambda d: change(d, 'default_profile = "sim"', 'default_profile = "sims"'),
        "configuration",
        "profile",
        "sims",
    ),
    "no key": (lambda d: (d / "sim-key.pem").unlink(), "key", "file", "No such file"),
    "other key": (lambda d: change(d, '"SANDBOX-', '"SANDBOX-X'), "key", "signed-read", "does not know this key (401)"),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_broken_is_found_and_the_rest_is_looked_at_all_the_same(shop: Shop, copied: Path, broken: str) -> None:
    spoil, area, what, says = BROKEN[broken]
    spoil(copied)
    done = look(shop, copied)
    assert done.code == 7, done
    finding = found(done, area, what)
    assert finding["level"] == "bad"
    assert says in finding["sentence"]
    sentences = [one["sentence"] for one in done.json["findings"]]
    assert sentences.count(finding["sentence"]) == 1, "said once"
    assert found(done, "versions", "versions")["level"] == "ok"
    assert done.json["error"]["code"] in ("configuration", "key")


def test_several_things_may_be_broken_at_once(shop: Shop, copied: Path) -> None:
    shop.make("open")
    (shop.data / "journal.db").write_bytes(b"garbage" * 1000)
    (copied / "sim-key.pem").write_text("nonsense", encoding="utf-8")
    done = look(shop, copied)
    assert done.code == 7
    assert "is damaged" in found(done, "database", "journal")["sentence"]
    assert "no private key" in found(done, "key", "file")["sentence"]
    assert not [one for one in done.json["findings"] if one["what"] == "signed-read"], "said of the file already"
    assert found(done, "database", "cache")["level"] == "ok"


def test_without_a_configuration_it_says_how_to_begin(capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["doctor"]) == 7
    out = capsys.readouterr().out
    assert "azpay init" in out
    assert "VERSIONS" in out


def test_a_mistake_in_another_profile_does_not_wait(shop: Shop, copied: Path) -> None:
    add_to(copied, '\n[profiles.other]\nregion = "mars"\n')
    done = look(shop, copied)
    assert done.code == 0
    finding = found(done, "configuration", "profile-other")
    assert finding["level"] == "warn"


def test_a_simulator_that_does_not_run_is_no_connection(own_shop: Shop) -> None:
    own_shop.simulated.end()
    done = own_shop("doctor", "--json")
    assert done.code == 6
    finding = found(done, "connection", "way")
    assert "No simulator answers" in finding["sentence"]
    assert "azpay simulate --profile-dir" in finding["remedy"]
    assert done.json["error"]["code"] == "connection"


def test_a_damaged_journal_names_the_back_ups(shop: Shop) -> None:
    shop.make("open")
    (shop.data / "journal.db").write_bytes(b"garbage" * 1000)
    done = shop("doctor", "--json")
    assert done.code == 1
    assert "backups" in found(done, "database", "journal")["remedy"]


def test_a_changed_journal_breaks_the_audit_chain(shop: Shop) -> None:
    shop.make("open")
    with closing(sqlite3.connect(shop.data / "journal.db")) as connection:
        connection.execute("UPDATE audit SET person = 'somebody else' WHERE seq = 1")
        connection.commit()
    done = shop("doctor", "--json")
    assert done.code == 1
    assert "broken at row 1" in found(done, "database", "audit")["sentence"]


def test_a_journal_that_is_gone_is_no_clean_start(shop: Shop) -> None:
    shop.make("authorized")
    (shop.data / "journal.db").unlink()
    done = shop("doctor", "--json")
    assert done.code == 1
    journal = found(done, "database", "journal")
    assert journal["level"] == "bad"
    assert "There is no back-up in" in journal["remedy"]
    (shop.data / "backups").mkdir(mode=0o700)
    (shop.data / "backups" / "journal-20260101.db").touch(mode=0o600)
    assert "put the newest back-up" in found(shop("doctor", "--json"), "database", "journal")["remedy"]


def test_a_directory_that_cannot_be_written_is_bad(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.make("authorized")
    access = os.access

    def protected(path: str | Path, mode: int) -> bool:  # what root never sees
        return access(path, mode) and not (Path(path) == shop.data and mode & os.W_OK)

    monkeypatch.setattr(os, "access", protected)
    done = shop("doctor", "--json")
    assert done.code == 7
    assert "cannot be written" in found(done, "files", "data-dir")["sentence"]
    refused = shop("doctor", "--rebuild-cache", "--json")
    assert (refused.code, refused.error["code"]) == (3, "read-only")
    assert not list(shop.data.glob("cache.db.replaced-*"))


def test_what_answers_is_not_taken_for_the_simulator(shop: Shop, copied: Path) -> None:
    class Nothing(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Nothing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        change(copied, shop.simulated.url, url)
        done = look(shop, copied)
        assert done.code == 6
        assert "does not speak as Amazon Pay" in found(done, "connection", "signed-read")["sentence"]
        server.shutdown()
    change(copied, url, shop.simulated.url.replace("http:", "https:"))
    done = look(shop, copied)
    assert done.code == 6
    assert "--tls" in found(done, "connection", "way")["remedy"]


def test_a_damaged_cache_is_a_warning_and_is_made_anew(shop: Shop) -> None:
    order = shop.make("authorized")
    for path in shop.data.glob("cache.db-*"):
        path.unlink()
    (shop.data / "cache.db").write_bytes(b"garbage" * 1000)
    done = shop("doctor", "--json")
    assert done.code == 0
    assert found(done, "database", "cache")["level"] == "warn"
    assert "--rebuild-cache" in found(done, "database", "cache")["remedy"]
    made = shop.good("doctor", "--rebuild-cache", "--json").json
    assert made["rebuilt"] is True
    assert "1 orders are read again" in made["message"]
    assert shop.good("orders", "show", order, "--json").json["order"]["status"] == "NEW"
    assert shop.good("sync", "--once", "--json").json["read"] == 2
    assert shop.good("orders", "show", order, "--json").json["order"]["status"] == "AUTHORIZED"
    assert "cache.db.replaced" in found(shop("doctor", "--json"), "database", "aside")["sentence"]


def test_the_cache_is_not_set_aside_where_a_new_one_has_no_room(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    order = shop.make("authorized")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=4096))
    done = shop("doctor", "--rebuild-cache", "--json")
    assert (done.code, done.error["code"]) == (1, "no-room")
    assert "4 KiB free" in done.err
    assert shop.good("orders", "show", order, "--json").json["order"]["status"] == "AUTHORIZED"


def test_the_cache_is_not_made_anew_under_a_console(shop: Shop) -> None:
    shop.make("open")
    with Terminal(shop.command("sync", "--watch")):
        until(lambda: users(shop.data))
        done = shop("doctor", "--rebuild-cache", "--json")
        assert (done.code, done.error["code"]) == (3, "in-use")
        assert found(shop("doctor", "--json"), "database", "users")["level"] == "note"
    assert not list(shop.data.glob("cache.db.replaced-*"))
    assert until(lambda: shop("doctor", "--rebuild-cache").code == 0)


def test_an_action_of_unknown_outcome_is_a_warning(shop: Shop) -> None:
    shop.good("capture", shop.make("authorized"), "--yes")
    assert found(shop("doctor", "--json"), "database", "open")["level"] == "ok"
    with closing(sqlite3.connect(shop.data / "journal.db")) as connection:
        connection.execute("UPDATE intent SET state = 'unknown'")
        connection.commit()
    finding = found(shop("doctor", "--json"), "database", "open")
    assert finding["level"] == "warn"
    assert finding["sentence"].startswith("1 action is not settled (1 unknown), the oldest since")
    assert "azpay journal resume" in finding["remedy"]


# Against Amazon itself: no request leaves this process


@pytest.fixture
def sandbox(shop: Shop, copied: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run doctor with a sandbox profile whose Amazon is inside the process."""
    file = copied / "config.toml"
    before = config.load(file)
    monkeypatch.setattr(network, "reach", lambda *_: Reached(("192.0.2.1",), "TLSv1.3"))

    def doctor(kind: str = "", environment: str = "sandbox", **more: str) -> Result:
        key_id = f"{environment.upper()}-AFGOODKEY"
        lines = {
            "environment": environment,
            "region": "na",
            "merchant_id": "A1MERCHANT",
            "public_key_id": key_id,
            "private_key_file": "sim-key.pem",
        } | more
        learned = lines.pop("learned", "")
        text = "\n".join(f'{key} = "{value}"' for key, value in lines.items())
        text = f'default_profile = "shop"\n[profiles.shop]\n{text}\n[profiles.shop.learned]\n{learned}\n'
        file.write_text(text, encoding="utf-8")
        shop.capture.readouterr()
        parts = Parts(amazon(key_id, before.private_key_file, kind))
        code = run(parts, ["--config", str(file), "--data-dir", str(shop.data), "doctor", "--json"])
        return Result(code, *shop.capture.readouterr())

    return doctor


def test_the_clock_is_compared_with_amazons(sandbox: Callable[..., Result]) -> None:
    done = sandbox()
    assert done.code == 0, done
    assert found(done, "clock", "offset")["level"] == "ok"
    done = sandbox("clock")
    assert done.code == 0
    finding = found(done, "clock", "offset")
    assert finding["level"] == "warn"
    assert "minutes behind; azpay corrects for it" in finding["sentence"]
    assert "timedatectl" in finding["remedy"]
    assert found(done, "key", "signed-read")["level"] == "ok"


def test_trouble_at_amazon_is_told_from_trouble_with_the_key(sandbox: Callable[..., Result]) -> None:
    done = sandbox("trouble")
    assert done.code == 6
    assert "503" in found(done, "connection", "signed-read")["sentence"]
    assert sandbox("slow").code == 0


def test_the_way_says_at_which_step_it_ends(sandbox: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    for failed, why, says in (
        ("name", "The name pay-api.amazon.com cannot be found", "cannot be found."),
        ("connection", "Connection refused", "does not answer: Connection refused."),
        ("certificate", "self-signed certificate", "cannot be trusted: self-signed certificate."),
    ):
        reached = Reached(failed=failed, why=why)  # type: ignore[arg-type]
        monkeypatch.setattr(network, "reach", lambda *_, reached=reached: reached)
        done = sandbox("offline")
        assert done.code == 6
        finding = found(done, "connection", "way")
        assert finding["sentence"].endswith(says)
        assert finding["remedy"]


def test_what_a_profile_chose_is_said(sandbox: Callable[..., Result]) -> None:
    assert found(sandbox(pace="off"), "configuration", "pace")["level"] == "warn"
    live = sandbox(environment="live")
    assert "only looks" in found(live, "configuration", "writable")["sentence"]
    assert found(live, "key", "prefix")["sentence"] == "public_key_id belongs to live."
    older = sandbox(public_key_id="AFOLD")
    assert found(older, "key", "prefix")["level"] == "note"


def test_what_was_learned_is_told(sandbox: Callable[..., Result]) -> None:
    finding = found(sandbox(), "configuration", "learned")
    assert (finding["level"], finding["remedy"]) == ("note", "azpay doctor --learn does, with harmless calls.")
    done = sandbox(
        learned="pending_refunds_counted = { value = true, at = 2026-01-15T12:00:00Z }\n"
        "authorization_days = { value = 2, at = 2026-01-14T12:00:00Z }"
    )
    assert "2 of 10 open points are settled on this account, last on 2026-01-15" in done.out


def test_a_refresh_takes_as_long_as_the_quotas_say() -> None:
    profile = config.profile_of(
        {
            "profiles": {
                "a": {
                    "region": "eu",
                    "environment": "sandbox",
                    "merchant_id": "A1",
                    "public_key_id": "SANDBOX-A",
                    "private_key_file": "a.pem",
                }
            }
        },
        Path("/nowhere/config.toml"),
        "a",
    )
    (finding,) = network.check_quotas(profile, {"permission": 600, "charge": 905, "refund": 5})
    assert "1,510 objects" in finding.sentence
    assert "about 15 minutes at 1 a second" in finding.sentence


# The machine


def test_the_terminal_is_described(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "is_terminal", lambda _: True)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("LINES", "20")
    said = {
        one.what: one
        for one in machine.check_terminal(
            {"TERM": "tmux-256color", "TMUX": "x", "SSH_CONNECTION": "x", "NO_COLOR": "1"}
        )
    }
    assert "without colour (NO_COLOR)" in said["type"].sentence
    assert "60 columns and 20 lines" in said["size"].sentence
    assert "set-clipboard on" in said["tmux"].remedy
    assert "SSH" in said["ssh"].sentence
    assert {one.what: one.level for one in machine.check_terminal({"TERM": "dumb"})}["type"] == "warn"
    assert "screen" in {one.what for one in machine.check_terminal({"TERM": "screen", "STY": "1"})}
    colours = [
        machine.check_terminal({"TERM": "xterm", "COLORTERM": "truecolor"})[0].sentence,
        machine.check_terminal({"TERM": "xterm-256color"})[0].sentence,
    ]
    assert "all colours" in colours[0]
    assert "256 colours" in colours[1]


@pytest.mark.parametrize(
    ("version", "level"),
    [((3, 39, 9), "bad"), ((3, 40, 1), "note"), ((3, 50, 7), None), ((3, 44, 6), None), ((3, 51, 3), None)],
)
def test_a_library_with_a_fault_is_named(version: tuple[int, int, int], level: str | None) -> None:
    assert [one.level for one in machine._sqlite(version)] == ([level] if level else [])


def test_a_network_file_system_is_a_warning(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"disk / ext4 rw 0 0\nserver:/home {tmp_path} nfs4 rw 0 0\n", encoding="utf-8")
    monkeypatch.setattr(places, "_MOUNTS", mounts)
    assert found(shop("doctor", "--json"), "files", "file-system")["level"] == "warn"


def test_files_open_to_others_and_old_back_ups_are_named(shop: Shop) -> None:
    shop.make("open")
    (shop.data / "journal.db").chmod(0o644)
    backups = shop.data / "backups"
    backups.mkdir(mode=0o700, exist_ok=True)
    backup = backups / "journal-20200101.db"
    backup.touch(0o600)
    long_ago = time.time() - 10 * 86400
    os.utime(backup, (long_ago, long_ago))
    done = shop("doctor", "--json")
    assert "journal.db" in found(done, "files", "modes")["sentence"]
    assert "10 days old" in found(done, "database", "backup")["sentence"]


def test_spans_are_said_in_words() -> None:
    spans = [
        timedelta(seconds=-1),
        timedelta(seconds=90),
        timedelta(minutes=20),
        timedelta(hours=30),
        timedelta(days=3),
    ]
    assert [spoken(span) for span in spans] == ["1 second", "90 seconds", "20 minutes", "30 hours", "3 days"]


def test_it_reads_well_on_a_terminal(shop: Shop) -> None:
    with Terminal(shop.command("doctor"), columns=80) as terminal:
        assert terminal.ended() == 0
    lines = terminal.text.splitlines()
    assert any(line.startswith("  ok    The terminal is") for line in lines)
    cut = [line for line in lines if len(line) > 80 and " " in line[8:80]]
    assert [line for line in cut if not line.startswith("Warning")] == []
