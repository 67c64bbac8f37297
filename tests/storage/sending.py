"""One refund, told to whoever traces this process: `sending.py DIRECTORY` writes a word where the request leaves."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.storage.deed import prepare
from tests.support.office import open_office

from azpay_tui.domain.intent import Verb
from azpay_tui.simulator.wire import Request


def main(directory: Path) -> None:
    """Confirm, send, record; the words go to a file of their own, where a trace sees them between the syncs."""
    deed = prepare(Verb.REFUND, directory / "template")
    simulator = deed.copy(directory / "run")
    told = os.open(directory / "told", os.O_CREAT | os.O_WRONLY, 0o600)

    def before(request: Request) -> None:
        if request.method != "GET":
            os.write(told, b"LEAVING")

    with open_office(directory / "run", simulator) as office:
        office.transport.before = before
        os.write(told, b"CONFIRMED")
        done = office.desk.wait(office.desk.submit(deed.ready).id, 60)
        os.write(told, b"RECORDED")
    assert done.state == "accepted", done.state


if __name__ == "__main__":
    main(Path(sys.argv[1]))
