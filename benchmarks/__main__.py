"""Run every benchmark, each in a process of its own, on shops that are made once."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.common import SHARED

ALL = ("startup", "list_paint", "refreshing", "reads", "sync", "harvest", "act")


def main() -> int:
    """Run them one after the other; returns 1 when one failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write all figures here")
    chosen = parser.parse_args()
    found, failed = {}, []
    with tempfile.TemporaryDirectory(prefix="azpay-bench-") as directory:
        for name in ALL:
            file = Path(directory) / f"{name}.json"
            command = [sys.executable, "-m", f"benchmarks.{name}", "--json", str(file)]
            if subprocess.run(command, env={**os.environ, SHARED: directory}).returncode:
                failed.append(name)
            else:
                found[name] = json.loads(file.read_text(encoding="utf-8"))
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
