"""Runs the console on a desk in memory; `DESK_*` variables choose what goes wrong."""

import os
import sys
import threading
from pathlib import Path

from azpay_tui.tui.levers import prepare_environment

prepare_environment()

from tests.tui.desk import NOW, MemoryDesk, sample_orders  # noqa: E402

from azpay_tui.tui.running import run_console  # noqa: E402


class Desk(MemoryDesk):
    """Writes down that it was stopped; may wait in there, or fail to read."""

    def stop(self, timeout: float) -> int:
        note = os.environ.get("DESK_STOPPED")
        if note is not None:
            Path(note).write_text("stopped")
        wait = os.environ.get("DESK_STOP_WAITS")
        if wait is not None:
            threading.Event().wait(float(wait))
        return super().stop(timeout)

    def sync_now(self) -> None:
        secret = os.environ.get("DESK_CRASHES")
        if secret is not None:
            raise RuntimeError(f"token {secret}")
        super().sync_now()


if __name__ == "__main__":
    desk = Desk(sample_orders(NOW, int(os.environ.get("DESK_ROUNDS", "3"))), auto="DESK_AUTO" in os.environ)
    reports = os.environ.get("DESK_REPORTS")
    sys.exit(run_console(desk, report_dir=Path(reports) if reports else None))
