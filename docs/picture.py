"""Takes the README's picture from the running console: `python docs/picture.py docs/screenshot.svg`.

A simulator of its own, its sample orders, the real back office; nothing is left behind.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from azpay_tui import bootstrap, config
from azpay_tui.backoffice.harvest.contract import read_orders
from azpay_tui.backoffice.ports import Desk
from azpay_tui.domain.rows import TrackedOrder
from azpay_tui.tui.app import Console

SIZE = (118, 32)
KEYS = ("j", "j", "j")


async def take(desk: Desk, target: Path) -> None:
    """Open the console, move to an order and save what is on the screen."""
    console = Console(desk)
    async with console.run_test(size=SIZE) as pilot:
        await pilot.pause(1.0)
        for key in KEYS:
            await pilot.press(key)
        await pilot.pause(1.0)
        target.write_text(console.export_screenshot(title="azpay", simplify=True), encoding="utf-8")


def main(target: Path) -> None:
    """Start a simulator, learn of its orders, read them, take the picture."""
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        command = [sys.executable, "-m", "azpay_tui.simulator", "--seed", "7", "--profile-dir", str(place)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as shop:
            try:
                if shop.stdout is None or not shop.stdout.readline().startswith("ready"):
                    raise SystemExit("The simulator did not start.")
                parts = bootstrap.Parts()
                profile = replace(config.load(place / "config.toml"), name="shop")
                desk = parts.desk(profile, replace(parts.info(profile, None), person="ops", host="desk"))
                with (place / "orders.csv").open("rb") as export:
                    desk.track([line for line in read_orders(export) if isinstance(line, TrackedOrder)])
                desk.sync_once()
                asyncio.run(take(desk, target))
            finally:
                shop.terminate()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
