"""A copy of the program with one bug in it, and an interpreter that imports this copy in place of the program.

The copy is what every process imports that such an interpreter starts: the tests of a bug may start as many as they
like. Nothing of it is in the package that is shipped.
"""

from __future__ import annotations

import shutil
import sys
import sysconfig
from pathlib import Path

from tests.planted.bugs import Bug
from tests.safety.pieces import ROOT

PACKAGE = ROOT / "src" / "azpay_tui"


_FIRST = """
import sys
from importlib.machinery import PathFinder

class First:
    @staticmethod
    def find_spec(name, path=None, target=None):
        return PathFinder.find_spec(name, [{place!r}], target) if name == "azpay_tui" else None

sys.meta_path.insert(0, First)
"""
"""Finds the copy before anything else, whatever paths a test puts in front."""


class PlantError(Exception):
    """A bug does not fit the program any more; one sentence that names bug and file."""


def plant(bug: Bug, directory: Path) -> Path:
    """Put a copy of the program with the bug into an empty directory; return its interpreter.

    Raises PlantError when the lines of an edit do not stand in the program exactly once.
    """
    source = directory / "src"
    shutil.copytree(PACKAGE, source / PACKAGE.name)
    for edit in bug.edits:
        file = source / PACKAGE.name / edit.file
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        if text.count(edit.old) != 1:
            raise PlantError(
                f"The bug {bug.name} cannot be planted: what it changes stands {text.count(edit.old)} times in "
                f"{edit.file}, not once; bring tests/planted/bugs.py in step with the program."
            )
        file.write_text(text.replace(edit.old, edit.new), encoding="utf-8")
        if file.suffix == ".py":
            compile(file.read_text(encoding="utf-8"), str(file), "exec")
    return _interpreter(directory / "python", source)


def _interpreter(home: Path, source: Path) -> Path:
    """Make an environment that has the program in `source` and everything else from this one."""
    base = Path(sys._base_executable)  # type: ignore[attr-defined]
    python = home / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(base)
    (home / "pyvenv.cfg").write_text(f"home = {base.parent}\ninclude-system-site-packages = false\n", encoding="utf-8")
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)}))
    packages.mkdir(parents=True)
    # Plain lines: what lies in the other environment is importable, its own .pth files do nothing here.
    own = dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib"))
    lines = "".join(f"{place}\n" for place in own)
    (packages / "planted.pth").write_text(f"{lines}import planted_first\n", encoding="utf-8")
    (packages / "planted_first.py").write_text(_FIRST.format(place=str(source)), encoding="utf-8")
    return python
