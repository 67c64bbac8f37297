"""Only safe places: nobody else may read or swap what azpay keeps."""

import os
import shlex
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from azpay_tui import paths
from azpay_tui.paths import ConfigError, UnsafePathError

STRANGER = 12345


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o077, 0o777], ids=oct)
def umask(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[int]:
    """Set a umask after the directory of the test was made, so that it acts on azpay alone."""
    assert tmp_path.is_dir()
    value: int = request.param
    before = os.umask(value)
    yield value
    os.umask(before)


@pytest.fixture
def another_user(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Make a path belong to somebody else: by chown where that is allowed, else by being somebody else ourselves."""

    def change(path: Path) -> None:
        if os.geteuid() == 0:
            os.chown(path, STRANGER, STRANGER)
        else:
            monkeypatch.setattr(os, "geteuid", lambda: STRANGER)

    return change


@pytest.mark.usefixtures("umask")
def test_directories_are_private_under_any_umask(tmp_path: Path) -> None:
    made = paths.private_directory(tmp_path / "a" / "b" / "c")
    assert made == (tmp_path / "a" / "b" / "c").resolve()
    assert [mode(tmp_path / part) for part in ("a", "a/b", "a/b/c")] == [0o700] * 3


@pytest.mark.usefixtures("umask")
def test_files_are_private_under_any_umask(tmp_path: Path) -> None:
    with open(tmp_path / "export.csv", "w", encoding="utf-8", opener=paths.private_opener) as stream:
        stream.write("x")
    assert mode(tmp_path / "export.csv") == 0o600


def test_the_opener_closes_a_file_that_was_open_to_others(tmp_path: Path) -> None:
    export = tmp_path / "export.csv"
    export.write_text("old")
    export.chmod(0o666)
    with open(export, "w", encoding="utf-8", opener=paths.private_opener) as stream:
        stream.write("new")
    assert (mode(export), export.read_text()) == (0o600, "new")


def test_the_opener_follows_no_symbolic_link(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("kept")
    (tmp_path / "link").symlink_to("target")
    with pytest.raises(OSError, match="symbolic"):
        paths.private_opener(str(tmp_path / "link"), os.O_WRONLY | os.O_TRUNC)
    assert (tmp_path / "target").read_text() == "kept"


@pytest.mark.parametrize("bits", [0o710, 0o701, 0o750, 0o705, 0o740, 0o704, 0o720, 0o702, 0o777])
def test_a_directory_open_to_others_is_refused_with_the_remedy(tmp_path: Path, bits: int) -> None:
    directory = tmp_path / "data"
    directory.mkdir()
    directory.chmod(bits)
    with pytest.raises(UnsafePathError, match=rf"chmod 700 {directory}$"):
        paths.private_directory(directory)
    assert mode(directory) == bits, "a refusal changes nothing"


def test_a_directory_of_another_user_is_refused(tmp_path: Path, another_user: Callable[[Path], None]) -> None:
    directory = tmp_path / "data"
    directory.mkdir(0o700)
    another_user(directory)
    with pytest.raises(UnsafePathError, match=r"belongs to .* run azpay as .*, or chown"):
        paths.private_directory(directory)


def test_a_file_in_the_place_of_a_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(UnsafePathError, match="is no directory"):
        paths.private_directory(tmp_path / "data")
    with pytest.raises(UnsafePathError, match="cannot be used: Not a directory"):
        paths.private_directory(tmp_path / "data" / "below")


def test_a_directory_that_cannot_be_made_is_refused() -> None:
    with pytest.raises(UnsafePathError, match=r"cannot be (used|made)"):
        paths.private_directory(Path("/proc/azpay"))


@pytest.mark.parametrize(
    ("bits", "safe"),
    [
        (0o700, True),
        (0o755, True),
        (0o1777, True),
        (0o1775, True),
        (0o775, False),
        (0o757, False),
        (0o777, False),
        (0o2775, False),
    ],
    ids=lambda value: oct(value) if type(value) is int else "",
)
@pytest.mark.parametrize("depth", ["data", "below/data"])
def test_directories_above_may_be_writable_only_with_the_sticky_bit(
    tmp_path: Path, bits: int, safe: bool, depth: str
) -> None:
    above = tmp_path / "above"
    (above / "below").mkdir(parents=True)
    above.chmod(bits)
    if safe:
        paths.private_directory(above / depth)
    else:
        with pytest.raises(UnsafePathError, match=rf"chmod go-w {above}, or"):
            paths.private_directory(above / depth)
        assert not (above / depth).exists()


def test_the_way_behind_a_symbolic_link_is_checked_too(tmp_path: Path) -> None:
    (tmp_path / "open" / "data").mkdir(parents=True, mode=0o700)
    (tmp_path / "open").chmod(0o777)
    (tmp_path / "link").symlink_to(tmp_path / "open" / "data")
    with pytest.raises(UnsafePathError, match=f"chmod go-w {tmp_path / 'open'}"):
        paths.private_directory(tmp_path / "link")


def test_a_loop_of_links_is_an_error_and_no_crash(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(UnsafePathError):
        paths.private_directory(tmp_path / "a" / "data")


@pytest.mark.parametrize("bits", [0o640, 0o604, 0o660, 0o606, 0o610, 0o601, 0o644, 0o666])
def test_an_existing_file_open_to_others_is_refused(tmp_path: Path, bits: int) -> None:
    file = tmp_path / "cache.db"
    file.write_text("")
    file.chmod(bits)
    with pytest.raises(UnsafePathError, match=rf"chmod 600 {file}$"):
        paths.check_private_file(file)
    assert mode(file) == bits


def test_an_existing_file_of_another_user_is_refused(tmp_path: Path, another_user: Callable[[Path], None]) -> None:
    file = tmp_path / "cache.db"
    file.touch(0o600)
    another_user(file)
    with pytest.raises(UnsafePathError, match="belongs to"):
        paths.check_private_file(file)


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "link").symlink_to("pipe")
    (tmp_path / "directory").mkdir(0o700)
    for name, reason in (("pipe", "no regular"), ("link", "symbolic link"), ("directory", "no regular")):
        with pytest.raises(UnsafePathError, match=reason):
            paths.check_private_file(tmp_path / name)
    with pytest.raises(UnsafePathError, match="cannot be checked: No such file"):
        paths.check_private_file(tmp_path / "missing")


def test_defaults_keep_live_sandbox_and_simulator_apart() -> None:
    directories = {paths.data_directory(environment, "shop") for environment in ("live", "sandbox", "simulator")}
    assert len(directories) == 3
    assert paths.config_file() == Path(os.environ["XDG_CONFIG_HOME"], "azpay", "config.toml")


def test_root_is_warned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert "root" in (paths.root_warning() or "")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert paths.root_warning() is None


@pytest.mark.parametrize("name", ["a b", "it's", "\x1b[2J", "‮evil", "-rf", "$(id)"])
def test_a_path_in_a_message_drives_neither_terminal_nor_shell(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text("")
    file.chmod(0o644)
    with pytest.raises(ConfigError) as caught:
        paths.check_private_file(file)
    assert str(caught.value).isprintable()
    if name.isprintable():
        assert shlex.split(str(caught.value).partition("chmod 600 ")[2]) == [str(file)]
