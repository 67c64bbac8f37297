"""Another program on the journal: `locker.py PATH`; each line on stdin is SQL, or `release`; each is acknowledged."""

from __future__ import annotations

import sqlite3
import sys


def main(path: str) -> None:
    """Do what is asked, line by line."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=30)
    for line in sys.stdin:
        words = line.strip()
        if words == "release":
            connection.rollback()
        else:
            connection.execute(words).fetchall()
        print("done", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
