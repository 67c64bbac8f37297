"""`azpay` whose Amazon is a simulator inside the same process; used by tests that answer its questions on a terminal.

Arguments: the public key id and the key file that this Amazon knows, then the arguments of azpay. `AMAZON` in the
environment makes it another one: `offline`, `clock` (20 minutes ahead), `trouble` (answers 503), `slow` (429).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from tests.support.inline import InlineTransport, control

from azpay_tui.bootstrap import Parts
from azpay_tui.cli.run import run
from azpay_tui.simulator.core import Simulator
from azpay_tui.simulator.settings import Settings


def amazon(key_id: str, key_file: Path, kind: str = "") -> InlineTransport:
    """An Amazon that knows one key."""
    settings = Settings(clock_skew_seconds=1200 if kind == "clock" else 0)
    key = load_pem_private_key(key_file.read_bytes(), None)
    assert isinstance(key, RSAPrivateKey)
    simulator = Simulator({key_id: key.public_key()}, settings=settings)
    status = {"trouble": 503, "slow": 429}.get(kind)
    if status is not None:
        fault = {"match": {"operation": "get-permission"}, "fault": "status", "code": status, "times": 9}
        control(simulator, "POST", "/_sim/faults", fault)
    transport = InlineTransport(simulator)
    transport.reachable = kind != "offline"
    return transport


def main(arguments: Sequence[str]) -> int:
    transport = amazon(arguments[0], Path(arguments[1]), os.environ.get("AMAZON", ""))
    return run(Parts(transport), list(arguments[2:]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
