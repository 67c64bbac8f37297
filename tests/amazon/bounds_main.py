"""A process that asks hostile peers one after the other and tells what each exchange brought and cost.

Its one argument is JSON: directory, limits in seconds, and the URL of each peer by name. It prints a line of JSON for
each exchange, and at last how much its memory grew in all.
"""

from __future__ import annotations

import json
import resource
import sys
import time
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

from tests.amazon.bodies import CHARGE
from tests.support.office import profile

from azpay_tui.amazon import v2
from azpay_tui.amazon.transport import Patience
from azpay_tui.domain.attempt import classify
from azpay_tui.domain.intent import Verb, Wish
from azpay_tui.domain.money import Money

CAPTURE = Wish(Verb.CAPTURE, CHARGE["chargePermissionId"], CHARGE["chargeId"], Money(5000, "USD"))


def now() -> datetime:
    return datetime(2026, 1, 15, 12, 0, tzinfo=UTC)


def ask(directory: Path, url: str, patience: Patience, write: bool) -> dict[str, object]:
    gateway = v2.build(profile(directory, url=url), now=now, wall=now, patience=patience)
    tracemalloc.reset_peak()
    before, begun = tracemalloc.get_traced_memory()[0], time.monotonic()
    answer = gateway.send(gateway.prepare(CAPTURE), "k" * 32) if write else gateway.read(CAPTURE.target)
    seconds, peak = time.monotonic() - begun, tracemalloc.get_traced_memory()[1] - before
    gateway.close()
    return {
        "kind": answer.kind,
        "state": classify(CAPTURE, answer, 1).state,
        "fact": answer.fact is not None,
        "seconds": seconds,
        "peak": peak,
    }


def memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main() -> None:
    plan = json.loads(sys.argv[1])
    patience, directory = Patience(**plan["patience"]), Path(plan["directory"])
    urls: dict[str, str] = plan["urls"]
    tracemalloc.start()
    ask(directory, urls["whole"], patience, True)
    before = memory()
    for name, url in urls.items():
        for write in (True, False):
            print(json.dumps({"name": name, "write": write, **ask(directory, url, patience, write)}), flush=True)
    print(json.dumps({"grown": memory() - before}))


if __name__ == "__main__":
    main()
