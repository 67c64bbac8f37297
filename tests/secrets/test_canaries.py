"""Promise S2: whatever breaks, no key and no buyer gets into messages, logs, reports, arguments or environments."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from tests.cli.conftest import HEADER, simulate
from tests.support.figures import full, size, tell
from tests.tui.terminal import Terminal

from azpay_tui.keyfile import load_private_key

BUYER = ("zqcanary",)
SEED = 5
HIDDEN = ("zqhidden", "private key-")
"""What an exception alone says of a buyer and of a key, as it would stand on a screen."""
LEFT = b"\x1b[?1049l"
"""A console gives the terminal back; what comes before the next one begins is no screen of it."""


def canaries(pem: str) -> dict[str, bytes]:
    """Return every part of a key by which it could be told: lines of the file, and its numbers in two notations."""
    numbers = load_pem_private_key(pem.encode(), password=None).private_numbers()  # type: ignore[union-attr]
    parts = {f"line {number}": line for number, line in enumerate(pem.splitlines()) if len(line) == 64}
    for name in ("p", "q", "d", "dmp1", "dmq1", "iqmp"):
        value = getattr(numbers, name)
        parts |= {f"{name} decimal": str(value)[:60], f"{name} hexadecimal": f"{value:x}"[:60]}
    return {name: text.lower().encode() for name, text in parts.items()}


def test_nothing_that_breaks_tells_a_key_or_a_buyer(tmp_path: Path) -> None:
    count = size(12, 700)
    said, out, err = tmp_path / "said.json", tmp_path / "out.txt", tmp_path / "err.txt"
    with simulate(tmp_path / "sim", "--orders", "0") as simulated:
        (made,) = simulated.call("POST", "/_sim/orders", [{"situation": "captured", "amount": "5000.00"}])
        export = tmp_path / "orders.csv"
        ids = f"{made['permission_id']},{' '.join(made['charge_ids'])}"
        export.write_text(f"{HEADER}\n1001,{ids},,USD,5000.00,,Zora Zqcanary,zqcanary@example.com\n", encoding="utf-8")
        config = tmp_path / "sim" / "config.toml"
        pem = (tmp_path / "sim" / "sim-key.pem").read_text(encoding="ascii")
        state = {f"XDG_{name}_HOME": str(tmp_path / name.lower()) for name in ("STATE", "DATA", "CONFIG", "CACHE")}
        command = [sys.executable, "-m", "tests.secrets.injected", str(config), made["permission_id"], str(SEED)]
        with out.open("wb") as stdout, err.open("wb") as stderr:
            done = subprocess.run(
                [*command, str(count), str(export), str(said)],
                env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8", "TZ": "UTC", **state},
                stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, timeout=120 + count, check=False,
            )  # fmt: skip
    assert done.returncode == 0, err.read_text(encoding="utf-8")[-3000:]
    told = json.loads(said.read_bytes())
    places = {
        "standard output": "\n".join(told["printed"]).encode() + out.read_bytes(),
        "standard error": err.read_bytes(),
        "environment and arguments": told["process"].encode(),
    }
    reports = [*(tmp_path / "state").rglob("*.txt")]
    places |= {str(path): path.read_bytes() for path in reports}
    wrong = [(word, name) for name, text in places.items() for word in BUYER if word.encode() in text.lower()]
    files = [p for p in tmp_path.rglob("*") if p.is_file() and p.name not in ("sim-key.pem", "said.json")]
    places |= {str(path): path.read_bytes() for path in files}
    key = canaries(pem)
    wrong += [(part, name) for name, text in places.items() for part, sign in key.items() if sign in text.lower()]
    tell("S2", len(told["hits"]), len(wrong), seed=f"{SEED}", says="exceptions in commands and behind the screen")
    assert wrong == []
    assert len(told["hits"]) >= count, told["hits"]
    assert reports, "no crash was reported: nothing broke"
    assert len({re.sub(r":.*", "", hit) for hit in told["hits"]}) >= 8, "some commands were not tried"


def azpay(config: Path, *words: str) -> str:
    """Run a command in a process of its own and return what it printed."""
    command = [sys.executable, "-m", "azpay_tui", "--config", str(config), *words]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, encoding="utf-8").stdout


@pytest.mark.parametrize("seed", range(SEED, SEED + size(1, 10)))
def test_no_console_that_breaks_tells_a_key_or_a_buyer(tmp_path: Path, seed: int) -> None:
    count, steps = size(2, 30), () if full() else ("detail",)
    said = tmp_path / "said.json"
    with simulate(tmp_path / "sim", "--orders", "0") as simulated:
        (made,) = simulated.call("POST", "/_sim/orders", [{"situation": "captured", "amount": "5000.00"}])
        export, config = tmp_path / "orders.csv", tmp_path / "sim" / "config.toml"
        ids = f"{made['permission_id']},{' '.join(made['charge_ids'])}"
        export.write_text(f"{HEADER}\n1001,{ids},,USD,5000.00,,Zora Zqcanary,zqcanary@example.com\n", encoding="utf-8")
        pem = (tmp_path / "sim" / "sim-key.pem").read_text(encoding="ascii")
        for words in (("orders", "import", str(export)), ("sync", "--once")):
            azpay(config, *words)
        # Amazon's word of the buyer is what the console shows.
        buyers = (*BUYER, json.loads(azpay(config, "orders", "list", "--json"))["orders"][0]["buyer"].lower())
        command = (
            sys.executable,
            "-m",
            "tests.secrets.consoles",
            str(config),
            str(seed),
            str(count),
            str(said),
            *steps,
        )
        terminal = Terminal(*command, columns=120, rows=36, env={"TZ": "UTC", "HOME": str(tmp_path)})
        shown, wrong = False, []
        try:
            while (ended := os.waitpid(terminal.pid, os.WNOHANG))[0] == 0:
                if terminal.read(0.1):
                    text = terminal.text.lower()
                    shown = shown or buyers[1][:6] in text  # the list has room for the beginning of a name
                    wrong += [(word, "screen") for word in HIDDEN if word in text]
            terminal.status = os.waitstatus_to_exitcode(ended[1])
        finally:
            terminal.close()
    assert terminal.status == 0, terminal.text
    hits = json.loads(said.read_bytes())
    between = b"".join(part.partition(b"\x1b[?1049h")[0] for part in terminal.received.split(LEFT)[1:])
    places = {"between consoles": between.lower(), "all bytes": terminal.received.lower()}
    key = canaries(pem)
    wrong += [(word, "between consoles") for word in buyers if word.encode() in places["between consoles"]]
    reports = [*tmp_path.rglob("crash-*.txt")]
    places |= {str(path): path.read_bytes().lower() for path in reports}
    wrong += [(word, str(path)) for path in reports for word in buyers if word.encode() in places[str(path)]]
    wrong += [(part, name) for name, text in places.items() for part, sign in key.items() if sign in text]
    tell("S2", len(hits), len(wrong), seed=f"{seed}", says="exceptions in the console's own process")
    assert wrong == []
    assert len(hits) >= count, hits
    assert b"internal error" in between, "no console broke"
    assert shown, "the console never showed the buyer: it could not have told"
    assert reports


def test_a_process_that_holds_a_key_leaves_no_core_file(tmp_path: Path) -> None:
    with simulate(tmp_path / "sim", "--orders", "0"):
        pass
    before = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
    try:
        load_private_key(tmp_path / "sim" / "sim-key.pem")
        assert resource.getrlimit(resource.RLIMIT_CORE)[0] == 0
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, before)
