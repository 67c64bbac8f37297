"""A running program looks at its configuration again before it does anything without a person."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from azpay_tui.config import load
from azpay_tui.unchanged import Unchanged

WRITTEN = """[profiles.shop]
region = "eu"
environment = "sandbox"
merchant_id = "A1TEST"
public_key_id = "SANDBOX-AH1"
private_key_file = "key.pem"
writable = true
policy = { payment_action = "authorize-and-capture" }
"""
WEB = '[[profiles.shop.source]]\nname = "web"\nrun = ["true"]\n'
CAPTURES = f"{WEB}captures = true\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "config.toml"
    found.write_text(WRITTEN, encoding="utf-8")
    return found


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (WRITTEN + CAPTURES, "The shop of source web captures by itself, and two must not"),
        (WRITTEN.replace("writable = true", "writable = false"), "Read-only: profile shop is not writable"),
        (WRITTEN.replace("authorize-and-capture", "review"), "The policy wants nothing done by itself"),
        (WRITTEN.replace("authorize-and-capture", "authorize"), "The profile shop was changed in "),
        (WRITTEN.replace("A1TEST", "A2TEST"), "start azpay again, so that it holds."),
        (f"{WRITTEN}captures = maybe", "nothing is sent before it is: "),
        (f"{WRITTEN}captures = true", "The configuration is no longer valid"),
        (WRITTEN.replace("profiles.shop", "profiles.other"), "There is no profile 'shop' in "),
        (None, "No such file or directory"),
    ],
)
def test_what_is_written_by_hand_stands_against_it_until_it_is_taken_back(
    file: Path, now: str | None, said: str
) -> None:
    unchanged = Unchanged(load(file, "shop"))
    assert unchanged() is None
    if now is None:
        file.unlink()
    else:
        file.write_text(now, encoding="utf-8")
    assert [said in (unchanged() or "") for _ in range(2)] == [True, True]
    file.write_text(WRITTEN, encoding="utf-8")
    assert unchanged() is None


def test_what_has_nothing_to_do_with_money_stands_in_no_way(file: Path) -> None:
    unchanged = Unchanged(load(file, "shop"))
    file.write_text(f'{WRITTEN}timezone = "Europe/Berlin"\n{WEB}captures = false\n', encoding="utf-8")
    assert unchanged() is None


def test_only_what_changed_is_read_as_a_configuration(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unchanged = Unchanged(load(file, "shop"))
    unchanged()
    monkeypatch.setattr("azpay_tui.unchanged.parsed", None)
    assert unchanged() is None


def test_one_that_asks_meanwhile_with_what_was_written_before_changes_no_answer(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two threads ask: one read the file before it was changed, and is done while the other looks at what it reads."""
    unchanged = Unchanged(load(file, "shop"))
    file.write_text(WRITTEN.replace("writable = true", "writable = false"), encoding="utf-8")
    assert "Read-only" in (unchanged() or "")
    meanwhile: list[str | None] = []
    contents = [_Meanwhile(file.read_bytes(), lambda: meanwhile.append(unchanged())), WRITTEN.encode()]
    monkeypatch.setattr("azpay_tui.unchanged.read_bytes", lambda _: contents.pop(0))
    assert "Read-only" in (unchanged() or "")
    assert meanwhile == [None]
    monkeypatch.undo()
    assert "Read-only" in (unchanged() or ""), "nor one later"


class _Meanwhile(bytes):
    """What a file says; something else happens while it is compared."""

    happens: Callable[[], None]

    def __new__(cls, content: bytes, happens: Callable[[], None]) -> _Meanwhile:
        made = super().__new__(cls, content)
        made.happens = happens
        return made

    def __ne__(self, other: object) -> bool:
        found = super().__ne__(other)
        self.happens()
        return found
