"""A MariaDB of the test's own: data in a temporary directory, a socket in it, no network, gone when the block ends."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = "root"
READER = "azpay"
STRICT = "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO"
"""What a fresh MySQL 8 insists on."""
ZONE = "+02:00"
"""The server's time zone: not UTC, so that what a shop keeps in local time can be told."""
_PATIENCE = 60


class Unavailable(Exception):
    """There is no MariaDB here; the message is one sentence with what to do."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    client: str
    socket: Path

    def command(self, database: str, user: str = ROOT, mode: str = "") -> list[str]:
        """The command that a source runs, without its ssh."""
        options = [f"--socket={self.socket}", f"--user={user}", "--batch"]
        if mode:
            options.append(f"--init-command=SET SESSION sql_mode = '{mode}'")
        return [self.client, "--no-defaults", *options, *([database] if database else [])]

    def ask(self, sql: str, database: str = "", user: str = ROOT, mode: str = "") -> bytes:
        """Run SQL from standard input and return what the client prints. Raises RefusedError."""
        done = subprocess.run(
            self.command(database, user, mode), input=sql.encode(), capture_output=True, timeout=120, check=False
        )
        if done.returncode:
            raise RefusedError(done.stderr.decode(errors="replace").strip())
        return done.stdout


class RefusedError(Exception):
    """The server refused; the message is its own."""


@contextmanager
def mariadb() -> Iterator[Server]:
    """Start a server for as long as the block lasts. Raises Unavailable."""
    daemon, installer, client = tool("mariadbd"), tool("mariadb-install-db"), tool("mariadb")
    with tempfile.TemporaryDirectory(prefix="azpay-shops-") as name:
        home = Path(name)
        # Root is refused as the server's user unless it is named.
        user = ["--user=root"] if os.geteuid() == 0 else []
        data = [f"--datadir={home / 'data'}", *user]
        made = subprocess.run(
            [installer, "--no-defaults", *data, "--auth-root-authentication-method=normal", "--skip-test-db"],
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise RuntimeError(f"MariaDB's tables could not be made: {made.stdout}{made.stderr}")
        server = Server(client, home / "socket")
        options = ["--skip-networking", "--skip-log-bin", f"--socket={server.socket}", f"--default-time-zone={ZONE}"]
        sizes = ["--innodb-buffer-pool-size=32M", "--innodb-flush-log-at-trx-commit=0"]
        # A server that starts clears its directory of temporary tables, so each has its own.
        log = [f"--tmpdir={home}", f"--log-error={home / 'error.log'}", f"--pid-file={home / 'pid'}"]
        with subprocess.Popen([daemon, "--no-defaults", *data, *options, *sizes, *log]) as process:
            try:
                _wait(server, process, home / "error.log")
                yield server
            finally:
                process.terminate()


def _wait(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            server.ask("SELECT 1;")
        except RefusedError as error:
            if process.poll() is not None or time.monotonic() > end:
                told = log.read_text(errors="replace")[-1000:] if log.exists() else ""
                raise RuntimeError(f"MariaDB does not start: {error} {told}") from error
            time.sleep(0.1)
        else:
            return


def tool(name: str) -> str:
    # Debian keeps the server out of the PATH of people.
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/libexec")
    if found is None:
        raise Unavailable(
            f"This needs MariaDB, and there is no {name} here; install it (Debian's package is mariadb-server)."
        )
    return found
