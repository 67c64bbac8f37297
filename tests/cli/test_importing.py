"""`azpay orders import` takes whatever a shop can give, says what it was, and can be interrupted and repeated."""

from __future__ import annotations

import io
import signal
import subprocess
from pathlib import Path

import pytest
from tests.cli.conftest import DEADLINE, Shop, simulate, until

from azpay_tui.cli import output
from azpay_tui.cli.output import Progress

HEAD = "number\tpermission_id\tcharge_id\tcurrency\tamount\n"


def row(number: int) -> str:
    return f"{number}\tS01-{number:07d}-0000001\tS01-{number:07d}-0000001-C000001\tEUR\t12.50\n"


def learned(shop: Shop) -> int:
    return len(shop.good("orders", "list", "--limit", "10000", "--json").json["orders"])


def test_a_log_from_a_pipe_is_harvested(shop: Shop) -> None:
    text = "[INFO] captured S01-1111111-1111111-A000001\nnothing\n[WARN] refund S01-1111111-1111111-R000001 late\n"
    done = shop.process("orders", "import", "-", stdin=text)
    assert (done.code, done.err.replace("\n", "")[:8] in ("", "Warning:")) == (0, True)
    assert done.out == "1 added, 0 updated, 0 unchanged.\n3 lines, 1 order, 3 ids.\n"
    done = shop.process("orders", "import", "-", "--json", stdin=text)
    assert done.json == {
        "added": 0, "updated": 0, "unchanged": 1, "bad": [], "bad_count": 0, "problems": [], "lines": 3, "orders": 1,
        "ids": 3, "replaced_bytes": 0, "interrupted": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"a log\nwithout any\n", "holds no id of Amazon"),
        (b"<html>Sign in</html>", "import: this is a web page"),
        (b"P01-1111111-1111111", "import: 1 id is of Amazon's live environment"),
    ],
)
def test_a_file_without_orders_is_an_error_in_one_sentence(shop: Shop, content: bytes, says: str) -> None:
    file = shop.data.with_name("log.txt")
    file.write_bytes(content)
    done = shop("orders", "import", str(file), "--json")
    assert (done.code, done.error["code"]) == (2, "bad-file")
    assert says in done.error["message"]
    assert learned(shop) == 0


def test_what_was_not_understood_is_told_and_the_rest_is_there(shop: Shop) -> None:
    file = shop.data.with_name("export.tsv")
    text = HEAD + row(1) + row(2).replace("12.50", "1,250") + "half of S01-0000003-0000001\n" + row(4)
    file.write_bytes(text.encode() + b"\xfc\xfc S01-0000005-00000")
    done = shop("orders", "import", str(file))
    assert done.code == 2
    assert "Line 3: The amount is '1,250'" in done.err
    assert "Line 4: The line has 1 column," in done.err
    assert "import: line 6, the last one, breaks off" in done.err
    assert "2 bytes are no text" in done.err
    assert done.out == (
        "4 added, 0 updated, 0 unchanged; 2 things were not understood, ids were taken all the same.\n"
        "6 lines, 4 orders, 7 ids.\n"
    )
    assert learned(shop) == 4


def test_a_preset_and_the_name_of_a_source_say_how_it_is_read(shop: Shop, tmp_path: Path) -> None:
    with simulate(tmp_path / "other", "--orders", "12") as found:
        file = str(found.directory / "oxid.tsv")
        done = shop.good("orders", "import", file, "--preset", "oxid", "--source", "web1", "--incomplete", "--json")
    assert (done.json["added"], done.json["lines"]) == (12, 13)
    (one, *_) = shop.good("orders", "list", "--json").json["orders"]
    assert one["number"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--preset", "woocomerce"], "woocommerce"),
        (["--source", "a b"], "name of a source"),
        (["--source", "us"], "name of a source"),
    ],
)
def test_a_wrong_option_is_said_before_anything_is_read(shop: Shop, options: list[str], says: str) -> None:
    done = shop("orders", "import", "/does/not/exist", *options)
    assert done.code == 2
    assert says in done.err


def test_a_signal_ends_an_import_with_a_report_and_the_rest_comes_later(shop: Shop) -> None:
    text = HEAD + "".join(map(row, range(1500)))
    command = shop.command("orders", "import", "-", "--json")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(text.encode())
            process.stdin.flush()
            until(lambda: learned(shop) >= 500)
            process.send_signal(signal.SIGINT)  # the pipe stays open: it waits for more
            assert process.wait(DEADLINE) == 130
            report = process.stdout.read().decode()
        finally:
            process.kill()
    assert '"interrupted":true' in report
    assert f'"added":{learned(shop)},' in report
    rest = shop.process("orders", "import", "-", "--json", stdin=text).json
    assert (rest["interrupted"], rest["orders"], rest["added"] + rest["unchanged"]) == (False, 1500, 1500)
    assert rest["added"] < 1500


def test_a_text_of_progress_replaces_the_one_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: True)
    monkeypatch.setattr(output.sys, "stderr", stream)
    clock = iter(range(100))
    monkeypatch.setattr(output.time, "monotonic", lambda: next(clock))
    progress = Progress("Read")
    progress.text(lambda: "1,000 lines")
    progress.text(lambda: "2 lines")
    progress.end()
    assert stream.getvalue() == "\rRead: 1,000 lines \rRead: 2 lines     \n"


def test_progress_elsewhere_is_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(output.sys, "stderr", stream)
    clock = iter(range(0, 1000, 20))
    monkeypatch.setattr(output.time, "monotonic", lambda: next(clock))
    progress = Progress("Read")
    for lines in range(5):
        progress.text(lambda lines=lines: f"{lines} lines")  # type: ignore[misc]
    progress.end()
    assert stream.getvalue() == "Read: 1 lines\nRead: 3 lines\n"
