"""What azpay is made of, and whether anything of it has a known hole: `python -m tests.supply.audit` (`make audit`).

Writes build/sbom.json (CycloneDX), which needs no network, then asks the advisory service of Python's package index.
Exit code 0: nothing is known; 1: something is; 69: the tools or the service cannot be had, which is said in one
sentence and is no success.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import Any

from tests.tools import ROOT, Unavailable, environment

LOCK = ROOT / "requirements.lock"
SBOM = ROOT / "build" / "sbom.json"


def main() -> int:
    try:
        programs = environment("audit")
        print(f"{SBOM.relative_to(ROOT)}: {write_sbom(programs)} packages with their hashes")
        return audit(programs)
    except Unavailable as error:
        sys.stderr.write(f"{error}\n")
        return os.EX_UNAVAILABLE


def write_sbom(programs: Path) -> int:
    """Write the list of what is in the lock; returns how many packages it has."""
    SBOM.parent.mkdir(exist_ok=True)
    command = (str(programs / "cyclonedx-py"), "requirements", str(LOCK), "--pyproject", str(ROOT / "pyproject.toml"))
    options = ("--output-reproducible", "--of", "JSON", "-o", str(SBOM))
    subprocess.run([*command, *options], check=True, stderr=subprocess.DEVNULL)
    return len(json.loads(SBOM.read_text(encoding="utf-8"))["components"])


def audit(programs: Path) -> int:
    """Ask for known holes of every pinned package. Raises Unavailable when nobody answers."""
    with tempfile.TemporaryDirectory(prefix="azpay-audit-") as directory:
        report = Path(directory) / "report.json"
        options = ("--require-hashes", "--disable-pip", "--progress-spinner", "off", "--timeout", "20")
        command = [str(programs / "pip-audit"), "-r", str(LOCK), *options, "-f", "json", "-o", str(report)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if not report.exists():
            told = textwrap.shorten(done.stderr.strip().rpartition("\n")[2], 240, placeholder=" ...")
            raise Unavailable(
                f"The service that knows of holes did not answer; check that it can be reached from here, then try "
                f"again. It said: {told}"
            )
        return said(json.loads(report.read_text(encoding="utf-8"))["dependencies"])


def said(dependencies: list[dict[str, Any]]) -> int:
    """Say what is known; returns the exit code. Raises Unavailable when packages were not looked at and no hole is."""
    skipped = [found for found in dependencies if "skip_reason" in found]
    bad = [found for found in dependencies if found.get("vulns")]
    for found in bad:
        for hole in found["vulns"]:
            fixed = ", ".join(hole["fix_versions"]) or "no version yet"
            print(f"{found['name']} {found['version']}: {hole['id']}, mended in {fixed}")
    print(f"{len(dependencies) - len(skipped)} of {len(dependencies)} packages looked at, {len(bad)} with known holes")
    if bad:
        return 1
    if skipped:
        raise Unavailable(
            f"The service that knows of holes cannot speak of {len(skipped)} packages; check that it can be reached "
            f"from here, then try again. It said: {skipped[0]['skip_reason']}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
