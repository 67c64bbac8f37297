"""Plants one bug after the other and says what catches it: `python -m tests.planted [NAME ...]`.

`python -m tests.planted --with NAME -m tests.schedules --from 1 --to 100` runs anything else with a bug. Exit code 0:
every bug was caught, and its test passes without it; 1: not so.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.planted.bugs import BUGS
from tests.planted.catching import environment, passes, try_to_catch
from tests.planted.planting import PlantError, plant
from tests.safety.pieces import ROOT
from tests.support.figures import tell

NAMES = {bug.name: bug for bug in BUGS}


def main(arguments: list[str]) -> int:
    wanted = arguments[1:2] if arguments[:1] == ["--with"] else arguments
    unknown = [name for name in wanted if name not in NAMES]
    if unknown or (arguments[:1] == ["--with"] and len(arguments) < 3):
        sys.stderr.write(f"Name bugs out of these: {', '.join(NAMES)}.\n")
        return os.EX_USAGE
    try:
        if arguments[:1] == ["--with"]:
            return _run_with(arguments[1], arguments[2:])
        return _catch(wanted or list(NAMES))
    except PlantError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _run_with(name: str, arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="azpay-planted-") as directory:
        python = plant(NAMES[name], Path(directory))
        return subprocess.run([str(python), *arguments], cwd=ROOT, env=environment(), check=False).returncode


def _catch(names: list[str]) -> int:
    sound = passes(NAMES[name] for name in names)
    if sound.says != "every test passed":
        sys.stdout.write(f"Without any bug: {sound.says}.\n")
        return 1
    missed = []
    for name in names:
        verdict = try_to_catch(NAMES[name])
        if not verdict.caught:
            missed.append(name)
        sys.stdout.write(f"{'caught' if verdict.caught else 'MISSED':<7} {name:<30} {verdict.says}\n")
        sys.stdout.flush()
    caught = len(names) - len(missed)
    tell("R22", len(names), len(missed), seed=missed[0] if missed else "", says=f"{caught} of {len(names)} caught")
    sys.stdout.write(f"caught {caught} of {len(names)}\n")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
