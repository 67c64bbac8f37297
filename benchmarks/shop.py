"""A made-up shop of any size in a real data directory: what the benchmarks look at."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from azpay_tui.amazon.hosts import endpoint
from azpay_tui.amazon.v2.signing import Signature
from azpay_tui.domain.intent import Place
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Buyer, Charge, Permission
from azpay_tui.domain.rows import ReadResult, TrackedOrder
from azpay_tui.keyfile import load_private_key
from azpay_tui.profiles import Profile
from azpay_tui.simulator.profile import open_profile, write_profile
from azpay_tui.store.opening import Stores, open_stores

BASE = 10_000
NOW = datetime.now(UTC)
PLACE = Place("v2", "na", "simulator", "A1SIMULATEDSHOP")
_NAMES = ("Ada Muster", "Jürgen Größl", "Zoë O'Brien", "Åsa Söderström", "François Lefèvre", "Magdalena Wójcik")
_STATES = ("Captured", "Captured", "Captured", "Captured", "Authorized", "Authorized", "Declined", "Canceled")
RARE = "yxwol"
"""Part of the name of one buyer in a thousand; `Muster` is part of one name in six."""


def order_id(number: int) -> str:
    """Name an order."""
    return f"S01-1234567-{number:07d}"


def tracked(number: int) -> TrackedOrder:
    """Say what the shop knows of an order."""
    name = order_id(number)
    return TrackedOrder(name, f"W-{100_000 + number}", charge_ids=(f"{name}-C000001",), complete=True, source="import")


def reads(number: int, chance: random.Random) -> Iterator[ReadResult]:
    """Say what Amazon answers for an order: a permission and a charge, each with a body of about 1 kB."""
    name, amount = order_id(number), Money(chance.randrange(100, 90_000), chance.choice(("USD", "EUR", "EUR")))
    age = timedelta(minutes=7 * number)
    state = "Captured" if age > timedelta(days=25) else chance.choice(_STATES)
    buyer = f"Pat Syxwolt{number}" if number % 1000 == 500 else chance.choice(_NAMES)
    created, due = NOW - age, NOW + timedelta(days=1)
    captured = amount if state == "Captured" else None
    permission = Permission(
        name,
        state="Closed" if captured else "Chargeable",
        kind="OneTime",
        limit=amount,
        balance=Money(0, amount.currency) if captured else amount,
        created=created,
        expires=created + timedelta(days=180),
        updated=created,
        buyer=Buyer(buyer, f"buyer{number}@mail.example"),
    )
    charge = Charge(
        f"{name}-C000001",
        state=state,
        amount=amount,
        reason={"Declined": "HardDeclined", "Canceled": "MerchantCanceled"}.get(state),
        captured=captured,
        created=created,
        expires=created + timedelta(days=30),
        updated=created,
    )
    for fact in (permission, charge):
        body = json.dumps({"id": fact.id, "state": fact.state, "more": "x" * 900})
        yield ReadResult(fact.id, NOW, fact, due=due, raw=body)


def open_shop(data_dir: Path) -> Stores:
    """Open the data directory of the shop for writing."""
    return open_stores(data_dir, PLACE, person="bench", now=lambda: NOW)


def fill(stores: Stores, orders: int) -> None:
    """Learn of so many orders and of what Amazon says about them; the same orders for the same number."""
    chance = random.Random(7)
    step = 5000
    for start in range(1, orders + 1, step):
        numbers = range(start, min(start + step, orders + 1))
        stores.journal.track([tracked(number) for number in numbers], NOW)
        stores.cache.put([read for number in numbers for read in reads(number, chance)], NOW)
    stores.cache.catch_up(NOW)
    stores.cache.file.checkpoint()


def made(directory: Path, orders: int) -> Path:
    """Return the data directory of a shop of this size, made now unless an earlier benchmark made it there.

    More than 10,000 orders (whole ten thousands) are copies of those, made by SQL: minutes become seconds.
    """
    data_dir = directory / f"shop-{orders}"
    if data_dir.exists():
        return data_dir
    building = directory / f"building-{orders}"
    if orders > BASE:
        shutil.copytree(made(directory, BASE), building)
        _multiply(building / "cache.db", orders // BASE)
    else:
        stores = open_shop(building)
        try:
            fill(stores, orders)
        finally:
            stores.close()
    building.rename(data_dir)
    return data_dir


def _multiply(cache: Path, times: int) -> None:
    """Copy the orders of a cache so often, each copy older than the one before and with ids of its own."""
    span = 7 * 60 * 1_000_000 * BASE
    with closing(sqlite3.connect(cache, isolation_level=None)) as connection:
        connection.executescript("PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; BEGIN")
        for copy in range(1, times):
            name, older = f"S{copy + 1:02d}", copy * span
            changed = {
                "rid": f"rid + {copy * BASE}",
                "order_id": f"'{name}' || substr(order_id, 4)",
                "object_id": f"'{name}' || substr(object_id, 4)",
                "number": f"number || '/{copy}'",
                "number_folded": f"number_folded || '/{copy}'",
                "k_number": f"k_number || '/{copy}'",
                "search_text": f"replace(search_text, 's01-', '{name.lower()}-')",
                "k_newest": f"k_newest + {older}",
                "created": f"created - {older}",
            }
            rows = f"rid <= {BASE}"
            for table, which in (("list_row", rows), ("lapse", rows), ("object", "order_id LIKE 'S01-%'")):
                names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
                values = ", ".join(changed.get(name, name) for name in names)
                connection.execute(
                    f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table} WHERE {which}"
                )
        connection.execute("UPDATE view_count SET n = n * ?", (times,))
        connection.execute("INSERT INTO search (search) VALUES ('rebuild')")
        connection.execute("COMMIT")


def offline_config(directory: Path) -> Path:
    """Write the configuration of a simulated shop that cannot be reached, with a key; returns the file."""
    profile = open_profile(directory / "profile")
    write_profile(profile, 1, False, {})
    return profile.directory / "config.toml"


@contextmanager
def simulated(directory: Path, orders: int) -> Iterator[Path]:
    """Run a simulated Amazon Pay with so many orders on loopback; gives the directory with config.toml, orders.csv."""
    command = [sys.executable, "-I", "-m", "azpay_tui", "simulate"]
    options = ["--orders", str(orders), "--seed", "7", "--profile-dir", str(directory)]
    with subprocess.Popen(
        [*command, *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            if not process.stdout.readline().startswith("ready"):
                raise RuntimeError("the simulator did not start")
            yield directory
        finally:
            process.terminate()


def signed_client(profile: Profile) -> httpx.Client:
    """Return a plain httpx client that signs its requests and does nothing else; paths begin with `/v2`."""
    key = load_private_key(profile.private_key_file)
    site = endpoint(profile.environment, profile.region, profile.url)
    signature = Signature(
        key_id=profile.public_key_id,
        key=lambda: key,
        host=site.host,
        region=profile.region,
        now=lambda: datetime.now(UTC),
    )
    headers = {"accept": "application/json", "content-type": "application/json"}
    return httpx.Client(base_url=site.origin, auth=signature, headers=headers, trust_env=False)
