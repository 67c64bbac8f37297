"""What azpay is built from is pinned by hash, and what is built from it is the same bytes anywhere."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.supply import audit
from tests.support.figures import tell
from tests.tools import ROOT, Unavailable

LOCKS = [ROOT / "requirements.lock", *sorted((ROOT / ".ci").glob("*.lock"))]
_PINNED = re.compile(r"(?P<name>[a-z0-9-]+)==\S+(?: ; [^\\]+)?(?: --hash=sha256:[0-9a-f]{64})+")


def requirements(lock: Path) -> Iterator[str]:
    """Give every requirement of a lock on one line."""
    joined = lock.read_text(encoding="utf-8").replace("\\\n", " ")
    for line in joined.splitlines():
        text = " ".join(line.split())
        if text and not text.startswith("#"):
            yield text


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_requirement_is_pinned_by_its_hashes(lock: Path) -> None:
    found = list(requirements(lock))
    loose = [text[:80] for text in found if _PINNED.fullmatch(text) is None]
    tell("S14", len(found), len(loose), seed=loose[0] if loose else "", says=f"{len(found)} pinned in {lock.name}")
    assert found
    assert not loose


def test_everything_that_is_asked_for_is_in_the_lock() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = project["project"]["dependencies"] + project["project"]["optional-dependencies"]["dev"]
    asked += project["build-system"]["requires"]
    names = {re.split(r"[^a-z0-9-]", name, maxsplit=1)[0] for name in asked}
    pinned = {text.partition("==")[0] for text in requirements(LOCKS[0])}
    tell("S14", len(names), len(names - pinned))
    assert names <= pinned


def built(directory: Path, *, umask: int, zone: str) -> Path:
    """Build a wheel from a fresh copy of the sources somewhere; returns it."""
    copy = directory / "copy"
    for name in ("src", "pyproject.toml", "README.md", "requirements.lock", "Makefile"):
        place = copy / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, place, ignore=shutil.ignore_patterns("__pycache__"), copy_function=shutil.copy)
        else:
            shutil.copy(ROOT / name, place)
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1767225600", "TZ": zone}
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(directory / "dist")],
        cwd=copy,
        env=environment,
        umask=umask,
        check=True,
        capture_output=True,
    )
    (wheel,) = (directory / "dist").glob("*.whl")
    return wheel


def test_a_wheel_is_the_same_bytes_wherever_it_is_built(tmp_path: Path) -> None:
    one = built(tmp_path / "one", umask=0o022, zone="UTC")
    two = built(tmp_path / "another place", umask=0o077, zone="Asia/Tokyo")
    sums = {hashlib.sha256(wheel.read_bytes()).hexdigest() for wheel in (one, two)}
    tell("S14", 2, len(sums) - 1, says="2 equal wheels")
    assert one.name == two.name
    assert len(sums) == 1
    with zipfile.ZipFile(one) as wheel:
        tops = {name.partition("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"azpay_tui"}, "tests and tools are not shipped"


# What the audit says


def dependency(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "version": "1.0", **more}


HOLE = {"id": "PYSEC-1", "fix_versions": ["1.1"]}


def test_an_audit_without_a_known_hole_is_good(capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.said([dependency("one", vulns=[]), dependency("two", vulns=[])]) == 0
    assert capsys.readouterr().out == "2 of 2 packages looked at, 0 with known holes\n"


def test_a_known_hole_is_named_and_fails_the_audit(capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.said([dependency("one", vulns=[HOLE]), dependency("two", skip_reason="not found")]) == 1
    assert "one 1.0: PYSEC-1, mended in 1.1\n" in capsys.readouterr().out


def test_what_nobody_looked_at_is_no_success() -> None:
    with pytest.raises(Unavailable, match="cannot speak of 1 packages"):
        audit.said([dependency("one", vulns=[]), dependency("two", skip_reason="not found")])


def test_an_audit_without_its_service_ends_with_69(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def away(_name: str) -> Path:
        raise Unavailable("The index cannot be reached.")

    monkeypatch.setattr(audit, "environment", away)
    assert audit.main() == os.EX_UNAVAILABLE
    assert capsys.readouterr().err == "The index cannot be reached.\n"
