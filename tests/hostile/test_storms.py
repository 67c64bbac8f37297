"""Heaps of keys, answers and pastes on every screen of the real console: no money moves, and it goes on working."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.hostile import noise
from tests.support.figures import full, size, tell
from tests.tui.terminal import Terminal

from azpay_tui.bootstrap import main
from azpay_tui.simulator.testing import RunningSimulator, running

HEADER = "order_number,permission_id,charge_ids,refund_ids,currency,amount"
PLACES = {
    "list": (b"", "[6]All"),
    "detail": (b"\r\x1b[H", "SUMS"),
    "actions": (b"\ra", "Capture 120.00"),
    "jobs": (b"!", "jobs:"),
    "log": (b"@", "log:"),
    "sync": (b"S", "sync:"),
    "raw": (b"x", "as sent"),
    "help": (b"?", "HELP"),
    "palette": (b"\x10", "COMMANDS"),
    "copy": (b"y", "COPY"),
    "filter": (b"f", "FILTER"),
    "columns": (b"t", "COLUMNS"),
    "command line": (b":", "\n:"),
    "find": (b"/", "\n/"),
    "note": (b"i", "note"),
    "capture": (b"ac", "CAPTURE"),
    "cancel": (b"ak", "CANCEL"),
}
"""Keys that lead from the list to each place, and what it shows."""
FEW = ("actions", "capture")
"""Where everything is tried also when there is no time for all."""


@dataclass
class Sitting:
    """A console on a real simulator, on a real terminal, at an order with 120.00 USD to capture."""

    amazon_pay: RunningSimulator
    terminal: Terminal
    order_id: str

    @property
    def requests(self) -> int:
        """How many requests that could move money arrived at Amazon, refused ones too."""
        return len(self.amazon_pay.ledger())

    def back(self) -> None:
        """Go back to the order in the list of all, as a person does: Escape as often as it takes."""
        terminal = self.terminal
        # A paste without an end is one for a second more.
        terminal.settle(1.2)
        for _ in range(12):
            # Where one types to find something the first Escape only clears what was typed.
            terminal.press(b"\x1b")
            terminal.press(b"\x1b")
            terminal.press(b"6")
            if self.at_list:
                terminal.press(b"#\x15")
                terminal.press(self.order_id.encode())
                terminal.press(b"\r")
                return
        raise AssertionError(f"no way back to the list\n{terminal.text}")

    @property
    def at_list(self) -> bool:
        lines = self.terminal.text.splitlines()
        return "[6]All" in lines[1] and any(line.startswith("> ") for line in lines)

    def go(self, place: str) -> None:
        """Go to a place of the console."""
        keys, shown = PLACES[place]
        self.back()
        self.terminal.send(keys)
        self.terminal.until(lambda: shown in self.terminal.text)
        self.terminal.settle()

    def arm(self) -> None:
        """Open the dialog and put the focus on the button that captures, as a calm person does; it may be there."""
        if "> [ Capture 120.00 USD ]" in self.terminal.text:
            return
        self.go("capture")
        self.terminal.until(lambda: "Ready:" in self.terminal.text)
        for _ in range(6):
            self.terminal.press(b"\t")
            if "> [ Capture 120.00 USD ]" in self.terminal.text:
                return
        raise AssertionError(self.terminal.text)

    def usable(self) -> bool:
        """Whether a known key does what it does."""
        self.back()
        self.terminal.send(b"?")
        self.terminal.until(lambda: "HELP" in self.terminal.text)
        self.terminal.settle()
        self.terminal.press(b"\x1b")
        return self.at_list and "Traceback" not in self.terminal.received.decode("utf-8", "replace")


@pytest.fixture
def sitting(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Iterator[Sitting]:
    tmp_path.chmod(0o700)
    with running() as amazon_pay:
        made = amazon_pay.order("authorized")
        export = tmp_path / "orders.csv"
        export.write_text(f"{HEADER}\n{made.number},{made.permission_id},{made.charge_id},,USD,120.00\n")
        options = ["--config", str(amazon_pay.directory / "config.toml"), "--data-dir", str(tmp_path / "data")]
        assert main([*options, "orders", "import", str(export)]) == 0
        assert main([*options, "sync", "--once"]) == 0
        terminal = Terminal(sys.executable, "-m", "azpay_tui", *options)
        try:
            terminal.until(lambda: "ONLINE" in terminal.text)
            terminal.settle()
            yield Sitting(amazon_pay, terminal, made.permission_id)
        finally:
            terminal.close()


def held(sitting: Sitting, runs: int, says: str) -> None:
    """Write the figure down, then hold that no money moved, and that the console can be used and left."""
    usable = sitting.usable()
    tell("S1", runs, sitting.requests + (not usable), seed=f"noise {noise.SEED}", says=says)
    assert sitting.requests == 0
    assert usable
    sitting.terminal.press(b"q")
    assert sitting.terminal.wait() == 0


def parted() -> list[tuple[str, ...]]:
    """Return the places in parts, each for one console."""
    names = tuple(PLACES)
    return [names[start : start + 3] for start in range(0, len(names), 3)] if full() else [FEW]


@pytest.mark.parametrize("places", parted(), ids="-".join)
def test_every_key_answer_and_paste(sitting: Sitting, places: tuple[str, ...]) -> None:
    bursts = noise.bursts()
    sent = 0
    for place in places:
        sitting.go(place)
        for kind, parts in bursts.items():
            if full():
                sitting.go(place)
            for part in parts:
                sitting.terminal.send(part)
                sitting.terminal.read(0)
                sent += len(part)
            assert sitting.requests == 0, f"{kind} at {place}"
    held(sitting, sent, f"bytes of keys, answers and pastes at {', '.join(places)}")


@pytest.mark.parametrize("places", parted(), ids="-".join)
def test_random_bytes(sitting: Sitting, places: tuple[str, ...]) -> None:
    sent = 0
    for seed, place in enumerate(places):
        sitting.go(place)
        for part in noise.at_random(size(noise.RANDOM // 8, noise.RANDOM), noise.SEED + seed):
            sitting.terminal.send(part)
            sitting.terminal.read(0)
            sent += len(part)
        assert sitting.requests == 0, place
    held(sitting, sent, f"random bytes at {', '.join(places)}")


def test_enter_in_noise_on_the_armed_button(sitting: Sitting) -> None:
    """Alone it captures; with anything before or behind it, it does not."""
    bursts = list(noise.around_enter(size(2, 60)))
    for burst in bursts:
        sitting.arm()
        sitting.terminal.press(burst)
        assert sitting.requests == 0, burst
    sitting.arm()
    tell("S1", len(bursts), sitting.requests, seed=f"noise {noise.SEED}", says="bursts with Enter on the armed button")
    sitting.terminal.press(b"\r")
    sitting.terminal.until(lambda: sitting.requests > 0)
    sitting.terminal.settle()
    assert [(entry.operation, entry.effect) for entry in sitting.amazon_pay.ledger()] == [("capture", True)]
