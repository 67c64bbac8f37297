"""Amazon's own SDKs against the simulator: installs one from its registry, starts a simulator, runs its scenario.

``python -m tests.sdk.drive node`` (``make node-sdk``), ``... php`` (``make php-sdk``). Exit code 0: every check passed;
1: one failed; 69: the SDK cannot be had here, which is said in one sentence and is no success.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

HERE = Path(__file__).parent
BUILD = HERE.parents[1] / "build" / "sdk"
UNAVAILABLE = os.EX_UNAVAILABLE


class Unavailable(Exception):
    """The SDK cannot be had here; the message is one sentence with what to do."""


def main(arguments: list[str]) -> int:
    drives = {"node": node, "php": php}
    if len(arguments) != 1 or arguments[0] not in drives:
        sys.stderr.write(f"Name one of {', '.join(drives)}.\n")
        return os.EX_USAGE
    try:
        return drives[arguments[0]]()
    except Unavailable as error:
        sys.stderr.write(f"{error}\n")
        return UNAVAILABLE


def node() -> int:
    program, npm = tool("node", "Node.js 18 or newer"), tool("npm", "npm")
    home = fresh_home("node", "package.json")
    if not (home / "node_modules" / "@amazonpay").is_dir():
        options = ("--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
        patience = ("--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=30000")
        install("Node", "npm", [npm, "install", *options, *patience], home)
    with simulator() as found:
        more = {"NODE_PATH": str(home / "node_modules"), "NODE_NO_WARNINGS": "1"}
        return script([program, str(HERE / "node" / "drive.js")], {**found, **more})


def php() -> int:
    from tests.sdk.php.front import Front

    program, composer = tool("php", "PHP 8 with its curl extension"), tool("composer", "Composer")
    home = fresh_home("php", "composer.json")
    if not (home / "vendor" / "autoload.php").is_file():
        options = ("--no-interaction", "--no-progress", "--no-scripts", "--no-plugins", "--quiet")
        install("PHP", "Packagist", [composer, "install", *options], home)
    with simulator() as found, Front(int(found["SIMULATOR_HOST"].rpartition(":")[2])) as front:
        more = {"SDK_AUTOLOAD": str(home / "vendor" / "autoload.php"), "FRONT_PORT": str(front.port)}
        trust = f"curl.cainfo={found['SIMULATOR_CA_FILE']}"
        return script([program, "-d", trust, str(HERE / "php" / "drive.php")], {**found, **more})


def tool(name: str, title: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Unavailable(f"This needs {title}, and there is no {name} on the PATH; install it and try again.")
    return found


def fresh_home(language: str, manifest: str) -> Path:
    """A directory for the SDK, emptied when another version is wanted than the one that lies there."""
    home, wanted = BUILD / language, HERE / language / manifest
    if not (home / manifest).is_file() or (home / manifest).read_bytes() != wanted.read_bytes():
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        shutil.copyfile(wanted, home / manifest)
    return home


def install(language: str, registry: str, command: list[str], home: Path) -> None:
    environment = {**os.environ, "COMPOSER_ALLOW_SUPERUSER": "1"}
    done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        shutil.rmtree(home, ignore_errors=True)
        told = textwrap.shorten(done.stderr or done.stdout or f"exit code {done.returncode}", 240, placeholder=" ...")
        raise Unavailable(
            f"Amazon's {language} SDK could not be installed from {registry}; check that its registry can be reached "
            f"from here, then try again. It said: {told}"
        )


@contextmanager
def simulator() -> Iterator[dict[str, str]]:
    """A simulator in a process of its own, over TLS; gives what a script has to know of it."""
    with tempfile.TemporaryDirectory(prefix="azpay-sdk-") as name:
        directory = Path(name)
        options = ("--tls", "--orders", "0", "--profile-dir", name, "--until-stdin-closes")
        with subprocess.Popen(
            [sys.executable, "-m", "azpay_tui.simulator", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            assert process.stdin
            assert process.stdout
            line = process.stdout.readline().decode()
            if not line.startswith("ready "):
                raise RuntimeError("The simulator did not start; its own message stands above.")
            profile = tomllib.loads((directory / "config.toml").read_text(encoding="utf-8"))["profiles"]["sim"]
            try:
                yield {
                    "SIMULATOR_HOST": urlsplit(profile["url"]).netloc,
                    "SIMULATOR_KEY_ID": profile["public_key_id"],
                    "SIMULATOR_STORE_ID": profile["store_id"],
                    "SIMULATOR_KEY_FILE": str(directory / profile["private_key_file"]),
                    "SIMULATOR_CA_FILE": str(directory / profile["ca_file"]),
                }
            finally:
                process.stdin.close()


def script(command: list[str], more: Mapping[str, str]) -> int:
    """Run a scenario; 1 for anything but success, so that it cannot be taken for an SDK that is not to be had.

    A proxy of the environment is not for loopback.
    """
    own = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return 1 if subprocess.run(command, env={**own, **more}, check=False).returncode else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
