"""What a person is told to do when a file cannot be made."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from azpay_tui.store.errors import JournalUnavailable
from azpay_tui.store.locks import exclusive


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
