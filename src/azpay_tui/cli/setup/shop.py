"""A simulated shop of one's own: the directory that `azpay simulate --profile-dir` would make, before it runs."""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import Final

from azpay_tui import config, configfile
from azpay_tui.cli.context import Context
from azpay_tui.cli.outcome import OK
from azpay_tui.cli.output import json_result, result, say
from azpay_tui.cli.setup.answers import Answers
from azpay_tui.cli.setup.asking import agreed, left
from azpay_tui.cli.setup.given import Given, console_command, profile_name
from azpay_tui.cli.wrapping import fill
from azpay_tui.paths import ConfigError, data_directory, private_directory
from azpay_tui.paths import shown as shown_path
from azpay_tui.profiles import Profile

ORDERS: Final = 200
SEED: Final = 0
"""What `azpay simulate` takes without options, so that it makes the very orders that were exported here."""


def make_shop(directory: Path) -> Profile:
    """Make the directory of a simulated shop (key pair, configuration, sample orders) or take the one that is there.

    Returns the profile the simulator will answer to. Raises `ConfigError` for a directory that cannot be used.
    """
    from azpay_tui.simulator.profile import ProfileError, open_profile, write_profile
    from azpay_tui.simulator.serve import build
    from azpay_tui.simulator.shapes import exports

    real = private_directory(directory)
    try:
        made = open_profile(real)
        simulator = build(made, None, orders=ORDERS, seed=SEED, delay_seconds=None)
        files = exports(simulator.book, simulator.settings, simulator.clock.now())
        write_profile(made, made.port or _free_port(), made.tls, files)
    except ProfileError as error:
        raise ConfigError(str(error)) from error
    return config.load(real / "config.toml", "sim")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def simulated_shop(context: Context, found: Answers, given: Given, file: Path, asks: bool) -> int:
    """Make a simulated shop and a profile for it, and learn of its sample orders."""
    name = profile_name(found, file, asks, "simulator")
    directory = given.directory or data_directory("simulator", name)
    if asks and not agreed(f"Make a simulated shop in {shown_path(directory)} and add profile {name}?"):
        raise left()
    shop = make_shop(directory)
    new = configfile.NewProfile(
        name=name,
        environment="simulator",
        region=shop.region,
        merchant_id=shop.merchant_id,
        public_key_id=shop.public_key_id,
        private_key_file=configfile.written_path(shop.private_key_file, file),
        store_id=shop.store_id,
        url=shop.url,
        ca_file=None if shop.ca_file is None else configfile.written_path(shop.ca_file, file),
        data_dir=configfile.written_path(shop.data_dir, file),
        pace="off",
    )
    orders = _learn_of_orders(context, shop, shop.file.with_name("orders.csv"))
    default = configfile.add_profile(file, new)  # last: whatever is interrupted, no profile leads to half a shop
    start = f"azpay simulate --profile-dir {shown_path(shop.file.parent)}"
    if given.as_json:
        json_result({"profile": name, "file": str(file), "default": default, "checked": None, "start": start})
        return OK
    made = f"Profile {name} is in {shown_path(file)}, with {orders} sample orders in {shown_path(shop.file.parent)}."
    result(fill(made, sys.stdout))
    say("Start the simulated Amazon Pay and leave it running:")
    say(f"  {start}")
    say("Then, in a second terminal:")
    say(f"  {console_command(name, default, context)}")
    return OK


def _learn_of_orders(context: Context, profile: Profile, export: Path) -> int:
    from azpay_tui.cli.importing import import_export

    desk = context.builder.desk(profile, context.builder.info(profile, None))
    try:
        with open(export, "rb") as stream:
            return import_export(desk, stream)
    finally:
        desk.stop(0)
