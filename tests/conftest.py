"""What every test starts from: the same locale, zone, file modes and an empty home, whoever runs it and wherever."""

import functools
import gc
import itertools
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
import pytest_textual_snapshot
import typer
from cryptography.hazmat.primitives import serialization
from syrupy.location import PyTestLocation
from tests.support.figures import full

ROOT = Path(__file__).parent.parent
# What a person or a machine may have set and what must not change a result.
_FOREIGN = ("TEXTUAL_", "PYTHON", "SSL", "XDG_", "LC_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSH_")
_FOREIGN_NAMES = frozenset({"NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "LANGUAGE", "ESCDELAY", "TZDIR"})
# The snapshot plugin hands the place of its report to itself through the environment.
_KEPT = frozenset({"TEXTUAL_SNAPSHOT_TEMPDIR"})

# The same examples in every run; HYPOTHESIS_PROFILE=explore looks for new ones. No test asserts a time.
hypothesis.settings.register_profile("steady", deadline=None, derandomize=True, database=None)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=2000, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


def _picture_directory(cls: type, *, test_location: PyTestLocation) -> str:
    """Return the directory of a test module's pictures: snapshots/tui/list for tests/tui/test_list.py."""
    module = Path(test_location.filepath).relative_to(ROOT / "tests").with_suffix("")
    return str(ROOT / "snapshots" / module.parent / module.name.removeprefix("test_"))


pytest_textual_snapshot.SVGImageExtension.dirname = classmethod(_picture_directory)

# What takes longest. Where everything runs, every 48th of these tests does, and those marked `always`; `make safety`
# runs all of them.
_PROOFS = ("hostile", "machine", "planted", "processes", "schedules", "secrets", "storage")
# A whole console or command on a terminal for each of many cases: of each test every sixth, where everything runs.
_CASES = (
    "test_bytes", "test_dialog_bytes", "test_lifecycle", "test_painter", "test_terminal", "test_terminal_app",
    "test_wide_bytes",
)  # fmt: skip
_EVERYTHING = 5000


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave most of what is slow out of a run of the whole suite, the same tests each time."""
    if full() or len(items) < _EVERYTHING:
        return
    slow = [item for item in items if item.path.relative_to(ROOT / "tests").parts[0] in _PROOFS]
    cases = [item for item in items if item.path.stem in _CASES]
    some = [item for _, of in itertools.groupby(cases, lambda item: item.function) for item in list(of)[::6]]
    kept = {*slow[::48], *some, *(item for item in slow if item.get_closest_marker("always"))}
    dropped = [item for item in (*slow, *cases) if item not in kept]
    config.hook.pytest_deselected(items=dropped)
    left = set(dropped)
    items[:] = [item for item in items if item not in left]


def pytest_collection_finish() -> None:
    """Look for garbage less often, and not among what stays: that took a quarter of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


# A shell's background job is deaf to Ctrl-C and so is whatever it starts; a terminal's own programs are not.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# What nohup starts is deaf to the end of its terminal. The run stays so; what it starts hears it again.
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, lambda _signal, _frame: None)


@pytest.fixture(name="snap_compare")
def _snap_compare(snap_compare: Callable[..., bool]) -> Callable[..., bool]:
    """Compare the picture of a screen with the one that is kept, and say what to do when they differ."""

    def compare(*args: object, **options: object) -> bool:
        if not snap_compare(*args, **options):
            pytest.fail(
                "The picture is not the one in snapshots/. Look at both in snapshot_report.html; when the new one is "
                "right, run this test with --snapshot-update and look at every picture that changed.",
                pytrace=False,
            )
        return True

    return compare


@pytest.fixture(scope="session", autouse=True)
def _made_once() -> Iterator[None]:
    """Check the primes of each key once, and build the commands once: a program does so, and we are a thousand."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(serialization, "load_pem_private_key", functools.cache(serialization.load_pem_private_key))
        patch.setattr(typer.main, "get_command", functools.cache(typer.main.get_command))
        yield


@pytest.fixture(autouse=True)
def _same_start(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give each test (and what it starts) its own home, the C.UTF-8 locale, UTC, umask 022 and no foreign variables."""
    for name in list(os.environ):
        if name not in _KEPT and (name in _FOREIGN_NAMES or name.upper().startswith(_FOREIGN)):
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    home.chmod(0o700)
    monkeypatch.setenv("HOME", str(home))
    for name, directory in {
        "CONFIG": ".config",
        "DATA": ".local/share",
        "STATE": ".local/state",
        "CACHE": ".cache",
    }.items():
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / directory))
    for name, value in {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC", "TERM": "xterm-256color"}.items():
        monkeypatch.setenv(name, value)
    time.tzset()
    umask = os.umask(0o022)
    yield
    os.umask(umask)
    monkeypatch.undo()
    time.tzset()
