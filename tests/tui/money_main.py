"""Runs the console on a desk in memory that writes each confirmed action into the file `DESK_MONEY`."""

import os
import sys
from collections.abc import Iterable

from azpay_tui.tui.levers import prepare_environment

prepare_environment()

from tests.tui.desk import MemoryDesk  # noqa: E402
from tests.tui.host import captured  # noqa: E402

from azpay_tui.backoffice.records import Ready  # noqa: E402
from azpay_tui.domain.intent import Intent  # noqa: E402
from azpay_tui.tui.running import run_console  # noqa: E402


class Desk(MemoryDesk):
    """Writes down what a person confirmed."""

    def submit(self, ready: Ready, accepted: Iterable[str] = ()) -> Intent:
        with open(os.environ["DESK_MONEY"], "a") as file:
            file.write(f"{ready.wish.verb} {ready.wish.amount}\n")
        return super().submit(ready, accepted)


if __name__ == "__main__":
    sys.exit(run_console(Desk([captured()]), report_dir=None))
