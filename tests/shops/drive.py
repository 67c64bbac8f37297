"""The presets against real shops' tables on a real MariaDB.

``python -m tests.shops.drive`` (``make shops``); ``UPDATE=1`` writes the captured answers anew. Exit code 0: every
check passed; 1: one failed; 69: there is no MariaDB here, which is said in one sentence and is no success.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from tests.shops.server import Unavailable, tool

LIVE = Path(__file__).with_name("live.py")


def main(arguments: list[str]) -> int:
    try:
        for name in ("mariadbd", "mariadb-install-db", "mariadb"):
            tool(name)
    except Unavailable as error:
        sys.stderr.write(f"{error}\n")
        return os.EX_UNAVAILABLE
    return int(pytest.main([str(LIVE), "-q", "-p", "no:cacheprovider", *arguments]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
