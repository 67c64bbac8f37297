"""`azpay init`: asks what is missing, judges each answer, tries the key with one harmless read, writes the profile."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Final, TypeVar

from azpay_tui import configfile
from azpay_tui.cli.context import Context
from azpay_tui.cli.outcome import CommandError, Terminated
from azpay_tui.cli.output import say
from azpay_tui.cli.setup import answers
from azpay_tui.cli.setup.account import account
from azpay_tui.cli.setup.answers import Answers
from azpay_tui.cli.setup.asking import can_ask, question
from azpay_tui.cli.setup.given import Given
from azpay_tui.cli.setup.shop import simulated_shop
from azpay_tui.cli.wrapping import tell
from azpay_tui.paths import ConfigError, config_file
from azpay_tui.paths import shown as shown_path

T = TypeVar("T")
_OPTIONS: Final = {
    "environment": "--environment",
    "region": "--region",
    "merchant_id": "--merchant-id",
    "public_key_id": "--public-key-id",
    "key_file": "--private-key-file",
}


def init(context: Context, given: Given) -> int:
    """Make a profile; nothing is written before everything was judged and, on a terminal, agreed to.

    Exit code 2 when something is missing and nobody can be asked, 7 for what cannot be used, 6 without connection.
    Ctrl-C leaves, with a word about it.
    """
    try:
        return _init(context, given)
    except Terminated as ended:
        if ended.number == signal.SIGINT:
            say("")
            say("Left: nothing was added to the configuration.")
        raise


def _init(context: Context, given: Given) -> int:
    file = context.config_file or config_file()
    found = _read_options(given)
    if found.name is None:
        found.name = _option("--profile", context.profile_name, answers.name)
    asks = can_ask() and not given.yes
    configfile.is_addable(file, found.name or "")
    if not asks:
        _require(found, given)
    else:
        tell(f"A profile is one shop in one region and environment. It will be added to {shown_path(file)}.")
        say("Nothing is written before the end; Ctrl-C leaves.")
        _ask_environment(found)
    if found.environment == "simulator" and found.url is None and found.key_file is None:
        return simulated_shop(context, found, given, file, asks)
    return account(context, found, given, file, asks)


def _read_options(given: Given) -> Answers:
    """Judge what was given as options; the sentence of a refusal names the option."""
    found = Answers()
    environment = _option("--environment", given.environment, answers.environment)
    found.environment = environment
    found.region = _option("--region", given.region, answers.region)
    found.merchant_id = _option("--merchant-id", given.merchant_id, answers.merchant_id)
    if given.public_key_id is not None and environment is not None:
        found.public_key_id = _option(
            "--public-key-id", given.public_key_id, lambda text: answers.public_key_id(text, environment)
        )
    found.key_file = _option("--private-key-file", given.private_key_file, answers.key_path)
    found.store_id = _option("--store-id", given.store_id, answers.store_id)
    found.name = _option("--profile-name", given.name, answers.name)
    found.url = _option("--url", given.url, answers.url)
    if given.url is not None and environment not in (None, "simulator"):
        raise CommandError(f"--url is for the simulator only, and --environment is {environment}: leave it out.")
    return found


def _option(name: str, text: str | None, read: Callable[[str], T]) -> T | None:
    if text is None:
        return None
    try:
        return read(text)
    except ConfigError as error:
        raise CommandError(f"{name}: {error}") from error


def _require(found: Answers, given: Given) -> None:
    """Raise a usage error that names every option that is missing where nobody can be asked."""
    if found.environment == "simulator" and found.url is None and found.key_file is None:
        missing = []
    else:
        missing = [option for key, option in _OPTIONS.items() if getattr(found, key) is None]
        if given.public_key_id is not None and found.environment is None:
            missing.remove("--public-key-id")
        if found.environment == "simulator" and found.url is None:
            missing.append("--url")
    if not given.yes:
        missing.append("--yes")
    if missing:
        raise CommandError(f"Nobody is asked here, and missing is: {', '.join(missing)}.", code="missing-options")


def _ask_environment(found: Answers) -> None:
    if found.environment is None:
        say("  1 simulator  a shop on this machine: no account, no money")
        say("  2 sandbox    Amazon's test environment, with your own test account")
        say("  3 live       real orders and real money; begins as look-only")
        found.environment = question("Which one", answers.environment, default="simulator")
