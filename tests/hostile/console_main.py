"""Runs the console on a desk whose every text is hostile; `HOSTILE_FROM` and `HOSTILE_WORDS` choose which."""

import os
import sys

from azpay_tui.tui.levers import prepare_environment

prepare_environment()

from tests.hostile.corpus import FEW, TEXTS  # noqa: E402
from tests.hostile.world import HostileDesk  # noqa: E402

from azpay_tui.tui.running import run_console  # noqa: E402

if __name__ == "__main__":
    texts = TEXTS if os.environ.get("HOSTILE_ALL") else FEW
    desk = HostileDesk(len(texts), texts, words=bool(os.environ.get("HOSTILE_WORDS")), environment="live")
    sys.exit(run_console(desk, report_dir=None))
