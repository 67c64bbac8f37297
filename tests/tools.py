"""Tools with an environment of their own, so that the one of the tests stays small: made from a hash-locked file."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import sysconfig
import textwrap
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCKS = ROOT / ".ci"
BUILD = ROOT / "build" / "tools"


class Unavailable(Exception):
    """A tool cannot be had here; the message is one sentence with what to do."""


def environment(name: str, *, with_program: bool = False) -> Path:
    """Return the directory of the programs of `.ci/NAME.lock`, installed when they are not there; raises Unavailable.

    `with_program` lets them import what the tests of the program can import.
    """
    lock = LOCKS / f"{name}.lock"
    key = hashlib.sha256(lock.read_bytes() + str(BUILD).encode() + sys.version.encode()).hexdigest()[:12]
    home = BUILD / f"{name}-{key}"
    programs = home / "bin"
    ready = home / "ready"
    if not ready.exists():
        shutil.rmtree(home, ignore_errors=True)
        venv.create(home, with_pip=True, symlinks=True)
        _install(name, lock, programs)
        if with_program:
            packages = Path(sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)}))
            (packages / "program.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
        ready.touch()
    return programs


def _install(name: str, lock: Path, programs: Path) -> None:
    options = ("--quiet", "--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:")
    command = [str(programs / "python"), "-m", "pip", "install", *options, "-r", str(lock)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        told = textwrap.shorten(done.stderr or f"exit code {done.returncode}", 240, placeholder=" ...")
        raise Unavailable(
            f"The tools of .ci/{name}.lock could not be installed; check that Python's package index can be reached "
            f"from here, then try again. It said: {told}"
        )
