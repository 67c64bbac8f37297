"""No variable of the environment may act on the program."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from azpay_tui.launch import cleaned_environment, isolate, isolated_command

TERMINAL = {
    name: "x" for name in ("COLUMNS", "TERM", "NO_COLOR", "SSH_CONNECTION", "LANG", "ESCDELAY", "HOME", "PATH", "TZ")
}


@pytest.mark.parametrize(
    "name",
    [
        "TEXTUAL_PRESS",
        "TEXTUAL_LOG",
        "TEXTUAL_DRIVER",
        "TEXTUAL_SCREENSHOT",
        "PYTHONPATH",
        "PYTHONSTARTUP",
        "PYTHONHOME",
        "PYTHONINSPECT",
        "PYTHONUNBUFFERED",
        "PYTHONDONTWRITEBYTECODE",
        "PYTHON_GIL",
        "SSLKEYLOGFILE",
    ],
)
@pytest.mark.parametrize("value", ["", "1"])
def test_what_could_act_is_removed_and_nothing_else(name: str, value: str) -> None:
    assert cleaned_environment(TERMINAL | {name: value}) == TERMINAL


def test_a_clean_environment_needs_nothing() -> None:
    assert cleaned_environment(TERMINAL) is None
    assert cleaned_environment({}) is None


def test_cleaning_ends() -> None:
    cleaned = cleaned_environment(TERMINAL | {"TEXTUAL_LOG": "x", "PYTHONPATH": "y"})
    assert cleaned is not None
    assert cleaned_environment(cleaned) is None


def test_arguments_reach_the_isolated_process_unchanged() -> None:
    arguments = ["--config", "a b", "-I", "", "\udcff"]
    assert isolated_command("/usr/bin/python3", arguments) == ["/usr/bin/python3", "-I", "-m", "azpay_tui", *arguments]


def test_a_clean_process_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("PYTHON", "TEXTUAL_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(os, "execve", lambda *_: pytest.fail("replaced without a reason"))
    isolate()


# Stands in for the program: prints what it can see once main() would go on to build things.
PROBE = """
import os, sys
from azpay_tui import launch
launch.isolated_command = lambda executable, arguments: [executable, "-I", __file__, *arguments]
print(os.getpid(), flush=True)
launch.isolate()
print("isolated" if sys.flags.isolated else "open", sys.argv[1:])
print(sorted(name for name in os.environ if name.startswith(("PYTHON", "TEXTUAL_", "SSLKEY"))))
print("foreign" if "foreign" in sys.modules else "own")
"""


def run_probe(tmp_path: Path, *options: str, **variables: str) -> list[str]:
    probe = tmp_path / "probe.py"
    probe.write_text(PROBE, encoding="utf-8")
    environment = {name: os.environ[name] for name in ("HOME", "PATH", "LANG")} | variables
    done = subprocess.run(
        [sys.executable, *options, str(probe), "orders", "a b"],
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_module_from_the_environment_is_gone_after_the_replacement(tmp_path: Path) -> None:
    (tmp_path / "evil").mkdir()
    (tmp_path / "evil" / "foreign.py").write_text("", encoding="utf-8")
    (tmp_path / "evil" / "sitecustomize.py").write_text("import foreign\n", encoding="utf-8")
    before, after, *seen = run_probe(tmp_path, PYTHONPATH=str(tmp_path / "evil"), TEXTUAL_PRESS="q", SSLKEYLOGFILE="k")
    assert before == after, "the process keeps its id"
    assert seen == ["isolated ['orders', 'a b']", "[]", "own"]


def test_a_clean_start_happens_once(tmp_path: Path) -> None:
    _, *seen = run_probe(tmp_path)
    assert seen == ["open ['orders', 'a b']", "[]", "own"]


def test_an_isolated_process_is_cleaned_in_place(tmp_path: Path) -> None:
    _, *seen = run_probe(tmp_path, "-I", TEXTUAL_PRESS="q", SSLKEYLOGFILE="k")
    assert seen == ["isolated ['orders', 'a b']", "[]", "own"]


def test_what_lies_where_somebody_stands_is_no_part_of_the_program(tmp_path: Path) -> None:
    for name in ("json", "platformdirs", "tomllib", "typer"):
        (tmp_path / f"{name}.py").write_text("open('acted', 'w').close()\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "azpay_tui", "orders", "list"],
        env={"HOME": str(tmp_path / "home"), "LANG": "C.UTF-8"}, cwd=tmp_path, capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip
    assert not (tmp_path / "acted").exists()
    assert done.returncode == 7, done.stderr
