"""The drives of Amazon's SDKs say what they lack, tell a failure from it, and reach the simulator."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import ssl
from pathlib import Path

import pytest
from tests.sdk import drive
from tests.sdk.php.front import Front

from azpay_tui.simulator.testing import running

HERE = Path(__file__).parent


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory as the whole PATH, and another one in place of build/sdk."""
    found = tmp_path / "bin"
    found.mkdir()
    monkeypatch.setenv("PATH", str(found))
    monkeypatch.setattr(drive, "BUILD", tmp_path / "build")
    return found


def program(directory: Path, name: str, text: str) -> None:
    file = directory / name
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)


@pytest.mark.parametrize(("language", "lacking"), [("node", "node"), ("php", "php")])
def test_a_missing_program_is_said_and_is_no_success(
    programs: Path, capsys: pytest.CaptureFixture[str], language: str, lacking: str
) -> None:
    assert drive.main([language]) == 69
    [line] = capsys.readouterr().err.splitlines()
    assert f"there is no {lacking} on the PATH" in line


@pytest.mark.parametrize(
    ("language", "runs", "installs", "says"),
    [("node", "node", "npm", "could not be installed from npm"), ("php", "php", "composer", "from Packagist")],
)
def test_a_registry_out_of_reach_is_said_and_is_no_success(
    programs: Path, capsys: pytest.CaptureFixture[str], language: str, runs: str, installs: str, says: str
) -> None:
    program(programs, runs, "exit 0")
    program(programs, installs, "echo could not resolve host >&2; exit 7")
    assert drive.main([language]) == 69
    [line] = capsys.readouterr().err.splitlines()
    assert says in line
    assert "could not resolve host" in line
    assert not (drive.BUILD / language).exists()


@pytest.mark.parametrize(("code", "ends"), [(0, 0), (1, 1), (69, 1)])
def test_the_scenario_learns_where_the_simulator_is_and_says_how_it_ended(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, ends: int
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "nowhere")
    told = tmp_path / "told"
    program(
        programs,
        "npm",
        f'[ "$1" = install ] || exit 9\n{shutil.which("mkdir", path=os.defpath)} -p node_modules/@amazonpay',
    )
    env = shutil.which("env", path=os.defpath)
    cat = shutil.which("cat", path=os.defpath)
    program(
        programs, "node", f'{env} > {told}; {cat} "$SIMULATOR_KEY_FILE" "$SIMULATOR_CA_FILE" >> {told}; exit {code}'
    )
    assert drive.main(["node"]) == ends
    text = told.read_text()
    assert re.search(r"^SIMULATOR_HOST=127\.0\.0\.1:\d+$", text, re.MULTILINE)
    assert re.search(r"^SIMULATOR_KEY_ID=SANDBOX-\w+$", text, re.MULTILINE)
    assert "BEGIN PRIVATE KEY" in text
    assert "BEGIN CERTIFICATE" in text
    assert "PROXY" not in text


def test_another_version_is_installed_anew(programs: Path) -> None:
    home = drive.fresh_home("node", "package.json")
    (home / "node_modules").mkdir()
    assert (drive.fresh_home("node", "package.json") / "node_modules").is_dir()
    (home / "package.json").write_text("{}")
    assert not (drive.fresh_home("node", "package.json") / "node_modules").exists()


def test_wrong_names_are_usage_errors() -> None:
    assert drive.main([]) == drive.main(["ruby"]) == os.EX_USAGE


def test_the_front_takes_a_connection_meant_for_443_to_the_simulator() -> None:
    with running(tls=True) as amazon_pay, Front(int(amazon_pay.host.rpartition(":")[2])) as front:
        amazon_pay.order("authorized")
        context = ssl.create_default_context(cafile=amazon_pay.ca_file)
        connection = http.client.HTTPSConnection("127.0.0.1", front.port, timeout=120, context=context)
        connection.set_tunnel("localhost", 443)
        for _ in range(2):
            connection.request("GET", "/_sim/orders")
            assert len(json.loads(connection.getresponse().read())) == 1
        connection.close()
        plain = http.client.HTTPConnection("127.0.0.1", front.port, timeout=120)
        plain.request("GET", "/_sim/orders")
        assert plain.getresponse().status == 405
        plain.close()


def test_versions_are_exact_and_no_registry_is_named() -> None:
    manifests = [(HERE / "node" / "package.json").read_text(), (HERE / "php" / "composer.json").read_text()]
    wanted = {**json.loads(manifests[0])["dependencies"], **json.loads(manifests[1])["require"]}
    assert len(wanted) == 2
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    assert not any("://" in manifest for manifest in manifests)
