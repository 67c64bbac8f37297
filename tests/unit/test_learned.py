"""Answers of `doctor --learn` in config.toml: each known, each of its form, each with its time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from azpay_tui.config import load
from azpay_tui.configfile import set_learned
from azpay_tui.learned import POINTS, Learned, Value, simulator_settings
from azpay_tui.paths import ConfigError
from azpay_tui.simulator.settings import Settings

PROFILE = """default_profile = "a"   # mine
[profiles.a]
region = "eu"
environment = "sandbox"
merchant_id = "A1"
public_key_id = "SANDBOX-A"
private_key_file = "a.pem"
"""
AT = datetime(2026, 1, 15, 12, tzinfo=UTC)


def examples(key: str) -> tuple[Value, ...]:
    point = POINTS[key]
    forms: dict[str, tuple[Value, ...]] = {"flag": (True, False), "number": (point.most, point.least)}
    return forms.get(point.form, point.words or ("400 MissingHeader",))


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "config.toml"
    file.write_text(PROFILE + text, encoding="utf-8")
    return file


def test_every_point_can_be_written_and_read_again(tmp_path: Path) -> None:
    file = write(tmp_path, "")
    entries = [Learned(key, examples(key)[0], AT) for key in POINTS]
    set_learned(file, "a", entries)
    assert load(file).learned == tuple(entries)
    assert "# mine" in file.read_text(encoding="utf-8")


def test_every_point_says_what_it_means() -> None:
    for key, point in POINTS.items():
        assert point.question.endswith("?"), key
        for value in examples(key):
            assert point.meaning(value).endswith("."), key
            assert "{" not in point.meaning(value)


def test_what_the_simulator_is_set_to_are_its_settings() -> None:
    found = simulator_settings([Learned(key, examples(key)[0], AT) for key in POINTS])
    assert len(found) == len(POINTS) - 1, "two points make one setting"
    settings = Settings().as_json()
    assert {key: type(value) for key, value in found.items()} == {key: type(settings[key]) for key in found}
    assert simulator_settings([Learned("clock_skew_accepted", 4, AT), Learned("clock_skew_refused", 6, AT)]) == {
        "date_window_seconds": 300
    }
    assert simulator_settings([Learned("clock_skew_accepted", 16, AT)]) == {}
    assert simulator_settings([Learned("missing_key_answer", "400 InvalidHeaderValue", AT)]) == {}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[profiles.a.learned]\nauthorisation_days = 3\n", "nearest known one is authorization_days"),
        ("[profiles.a.learned]\nauthorization_days = 3\n", "must look like"),
        ("[profiles.a.learned]\nauthorization_days = { value = 0, at = 2026-01-15T12:00:00Z }\n", "must look like"),
        ("[profiles.a.learned]\nauthorization_days = { value = true, at = 2026-01-15T12:00:00Z }\n", "must look like"),
        ("[profiles.a.learned]\nauthorization_days = { value = 3, at = 2026-01-15T12:00:00 }\n", "must look like"),
        ("[profiles.a.learned]\nauthorization_days = { value = 3 }\n", "must look like"),
        ('[profiles.a.learned]\nmissing_key_answer = { value = "a", at = 2026-01-15T12:00:00Z }\n', "must look like"),
        ("[profiles.a.learned]\nclosure_reason = { value = 1, at = 2026-01-15T12:00:00Z }\n", "must look like"),
        ("learned = 3\n", "must be a section"),
    ],
)
def test_an_answer_of_another_form_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        load(write(tmp_path, text))
    assert str(caught.value).isprintable()


def test_times_of_other_zones_are_read_as_utc(tmp_path: Path) -> None:
    text = "[profiles.a.learned]\npending_refunds_counted = { value = true, at = 2026-01-15T14:00:00+02:00 }\n"
    (found,) = load(write(tmp_path, text)).learned
    assert found.at == AT
    set_learned(
        tmp_path / "config.toml", "a", [Learned("pending_refunds_counted", False, AT.astimezone(timezone(timedelta())))]
    )
    (found,) = load(tmp_path / "config.toml").learned
    assert found.value is False


@pytest.mark.parametrize(
    "text",
    [
        "learned.pending_refunds_counted = { value = true, at = 2026-01-15T12:00:00Z }\n",
        "learned = { pending_refunds_counted = { value = true, at = 2026-01-15T12:00:00Z } }\n",
    ],
)
def test_a_section_in_another_form_is_left_alone(tmp_path: Path, text: str) -> None:
    file = write(tmp_path, text)
    before = file.read_bytes()
    with pytest.raises(ConfigError):
        set_learned(file, "a", [Learned("authorization_days", 3, AT)])
    assert file.read_bytes() == before


def test_a_section_in_the_middle_keeps_its_neighbours(tmp_path: Path) -> None:
    text = (
        "\n[ profiles . a . learned ] # by hand\n# why\n"
        "pending_refunds_counted = { value = true, at = 2026-01-15T12:00:00Z }\n\n# the next one\n[profiles.b] # here\n"
    )
    file = write(tmp_path, text)
    set_learned(file, "a", [Learned("pending_refunds_counted", False, AT), Learned("authorization_days", 2, AT)])
    after = file.read_text(encoding="utf-8")
    for line in ("# why", "# by hand", "# the next one", "[profiles.b] # here"):
        assert line in after
    assert {one.key: one.value for one in load(file).learned} == {
        "pending_refunds_counted": False,
        "authorization_days": 2,
    }
