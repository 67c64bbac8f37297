"""The configuration that the simulator writes, and what a person has added to it."""

import tomllib
from pathlib import Path

import pytest

from azpay_tui.simulator.profile import CONFIG, KEY, ProfileError, open_profile, write_profile

SOURCE = """
# ours
[[profiles.sim.source]]
name = "shop"
run = ["cat", "woocommerce.tsv"]
url = "not this one"
"""


def written(directory: Path, port: int, *, tls: bool = False) -> str:
    write_profile(open_profile(directory), port, tls, {})
    return (directory / CONFIG).read_text()


def test_what_a_person_added_stays_when_port_and_scheme_change(tmp_path: Path) -> None:
    first = written(tmp_path, 4001)
    (tmp_path / CONFIG).write_text(first.replace("writable = true", "writable = false  # look only") + SOURCE)
    assert open_profile(tmp_path).port == 4001
    mine = written(tmp_path, 4001)
    moved = written(tmp_path, 4002)
    assert moved == mine.replace("4001", "4002")
    assert moved.endswith(SOURCE)
    secured = tomllib.loads(written(tmp_path, 4002, tls=True))["profiles"]["sim"]
    assert (secured["url"], secured["ca_file"]) == ("https://127.0.0.1:4002", "sim-ca.pem")
    assert secured["source"][0]["url"] == "not this one"
    assert written(tmp_path, 4002) == moved
    assert (tmp_path / CONFIG).stat().st_mode & 0o777 == 0o600


def test_a_new_key_is_named_in_the_configuration(tmp_path: Path) -> None:
    first = written(tmp_path, 4001) + SOURCE
    (tmp_path / CONFIG).write_text(first)
    old = open_profile(tmp_path).public_key_id
    (tmp_path / KEY).unlink()
    second = written(tmp_path, 4001)
    new = open_profile(tmp_path).public_key_id
    assert new != old
    assert second == first.replace(old, new)
    older = second.replace(new, new.removeprefix("SANDBOX-"))
    (tmp_path / CONFIG).write_text(older)
    assert written(tmp_path, 4002) == older.replace("4001", "4002")


def test_a_configuration_in_another_form_is_left_as_it_is(tmp_path: Path) -> None:
    text = 'profiles.sim = { environment = "simulator", url = "http://127.0.0.1:4001" }\n'
    (tmp_path / CONFIG).write_text(text)
    with pytest.raises(
        ProfileError, match=r'let its profile sim have url = "http://127\.0\.0\.1:4002" and public_key_id'
    ):
        written(tmp_path, 4002)
    assert (tmp_path / CONFIG).read_text() == text
