"""Promise S7: every directory is 0700 and every file 0600 from the moment it is made, whatever the umask."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import HEADER, simulate
from tests.support.figures import full, tell

SOURCES = ("journal.db", "cache.db", "reports", "backups", "sessions", "config.toml", "views.json")
MADE = ("trail.txt", "second/sim-key.pem", "second/orders.csv")


@pytest.mark.parametrize("umask", ["000", "077"] if full() else ["000"])
def test_a_whole_day_leaves_nothing_open(tmp_path: Path, umask: str) -> None:
    root = tmp_path / "shop"
    root.mkdir(mode=0o700)
    with simulate(tmp_path / "sim", "--orders", "0") as simulated:
        (made,) = simulated.call("POST", "/_sim/orders", [{"situation": "captured"}])
        simulated.call("PATCH", "/_sim/settings", {"live_reports_in_sandbox": True, "report_seconds": 0})
        order = made["permission_id"]
        (root / "config" / "azpay").mkdir(mode=0o700, parents=True)
        for directory in (root / "config", root / "config" / "azpay"):
            directory.chmod(0o700)
        config = root / "config" / "azpay" / "config.toml"
        text = (tmp_path / "sim" / "config.toml").read_text(encoding="utf-8")
        text = re.sub(r"(?m)^data_dir.*\n", "", text)
        config.write_text(
            re.sub(r'(?m)^private_key_file = "', f'private_key_file = "{tmp_path}/sim/', text), encoding="utf-8"
        )
        config.chmod(0o600)
        homes = {f"XDG_{name}_HOME": str(root / name.lower()) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
        export = f"{HEADER}\n1001,{order},{' '.join(made['charge_ids'])},,USD,120.00,,Ada Muster,\n"
        done = subprocess.run(
            [sys.executable, "-m", "tests.secrets.day", str(root), order, umask],
            env={"PATH": os.environ["PATH"], "HOME": str(root), "LANG": "C.UTF-8", "TZ": "UTC", **homes},
            input=export, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    tell("S7", len(found["left"]) + found["made"], len(found["open"]), seed=f"umask {umask}")
    assert {name: code for name, code in found["codes"].items() if code} == {"crash": 70}, done.stderr
    for name in (*SOURCES, *MADE):
        assert any(name in path for path in found["left"]), (name, found["left"])
    assert found["open"] == []
