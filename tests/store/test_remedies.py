"""What a full disk or missing rights leave of a file that cannot be made, and what a person is told to do."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.store.making import NOW

from azpay_tui.store.errors import JournalUnavailable
from azpay_tui.store.files import Ballast
from azpay_tui.store.locks import Session, exclusive


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.ENOSPC, "No space left on device. Free some space."),
        (errno.EDQUOT, "Disk quota exceeded. Free some space."),
        (errno.EACCES, "Permission denied. Check owner and permissions."),
    ],
)
def test_a_full_disk_is_not_taken_for_missing_rights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, told: str
) -> None:
    def refused(*args: object, **named: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", refused)
    with pytest.raises(JournalUnavailable) as caught, exclusive(tmp_path / "a.lock"):
        pass
    assert str(caught.value).endswith(told)


def descriptors() -> set[str]:
    return set(os.listdir("/proc/self/fd"))


def full_after(room: int) -> Callable[[int, bytes], int]:
    """Return an `os.write` for a disk with `room` bytes left: the last write takes a part, the next one fails."""
    write, left = os.write, room

    def writing(descriptor: int, content: bytes) -> int:
        nonlocal left
        if not left:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        done = write(descriptor, content[:left])
        left -= done
        return done

    return writing


@pytest.mark.parametrize("room", [0, 10])
def test_a_session_that_finds_no_room_leaves_neither_file_nor_descriptor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    before = descriptors()
    monkeypatch.setattr(os, "write", full_after(room))
    with pytest.raises(JournalUnavailable, match="Free some space"):
        Session(tmp_path, "ops", NOW)
    assert list(tmp_path.iterdir()) == []
    assert descriptors() == before


@pytest.mark.parametrize("room", [0, 10, Ballast.SIZE - 1])
def test_a_ballast_that_finds_no_room_is_refused_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    monkeypatch.setattr(os, "write", full_after(room))
    with pytest.raises(JournalUnavailable, match=r"No space left on device.*Free some space") as caught:
        Ballast(tmp_path / "ballast").ensure()
    assert caught.value.full
    assert list(tmp_path.iterdir()) == []


def test_a_ballast_is_whole_also_where_one_write_takes_a_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, content: write(descriptor, content[:100_000]))
    Ballast(tmp_path / "ballast").ensure()
    assert (tmp_path / "ballast").stat().st_size == Ballast.SIZE


def test_a_ballast_for_which_rights_are_missing_is_not_taken_for_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*args: object, **named: object) -> int:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "open", refused)
    with pytest.raises(JournalUnavailable, match=r"Permission denied.*Check owner and permissions") as caught:
        Ballast(tmp_path / "ballast").ensure()
    assert not caught.value.full
