"""A whole back office over the simulator's core: real SQLite files, the real client, a clock moved by hand."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.support.inline import InlineTransport, control

from azpay_tui.amazon import v2
from azpay_tui.amazon.throttle import Throttle
from azpay_tui.backoffice.clock import CorrectedClock
from azpay_tui.backoffice.desk import BackOffice
from azpay_tui.backoffice.messages.ports import Courier, MessageParts
from azpay_tui.backoffice.records import ProfileInfo, Ready
from azpay_tui.backoffice.sources.engine import SourceParts
from azpay_tui.backoffice.threads import Threads
from azpay_tui.backoffice.wiring import Parts
from azpay_tui.bootstrap import _NoSession
from azpay_tui.domain.intent import Intent, Place, Verb, Wish
from azpay_tui.domain.messages import Channel
from azpay_tui.domain.money import Money, parse_amount
from azpay_tui.domain.offer import Offer
from azpay_tui.domain.order import Order
from azpay_tui.domain.policies import PRESETS, Settings
from azpay_tui.domain.rows import TrackedOrder
from azpay_tui.mailing import OFF, Mail
from azpay_tui.profiles import Profile
from azpay_tui.simulator.core import Simulator
from azpay_tui.sourcing import Source
from azpay_tui.store import opening
from azpay_tui.store.cache.reports import ReportBook
from azpay_tui.store.cache.sources import SourceBook
from azpay_tui.store.locks import Lease, is_held

KEY_ID = "SANDBOX-AHTESTKEY0000000000000001"
LIVE_KEY_ID = "LIVE-AHTESTKEY0000000000000001"
START = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
PLACE = Place("v2", "na", "simulator", "A1TESTMERCHANT")
_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Hands:
    """A clock for one side, moved by hand."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


class Real(Hands):
    """The machine's clock, which no hand moves."""

    def __call__(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class Office:
    """A desk with its simulator and everything a test wants to look at."""

    desk: BackOffice
    simulator: Simulator
    transport: InlineTransport
    local: Hands
    directory: Path
    stores: Any
    tracked: list[TrackedOrder] = field(default_factory=list)

    # The world

    def world(self, **time: float) -> None:
        """Let time pass on both sides."""
        self.local.advance(**time)

    def sim(self, method: str, path: str, body: object = None) -> Any:
        return control(self.simulator, method, path, body)

    def make(self, situation: str, *, known: bool = True, **more: Any) -> str:
        """Make an order in a situation and learn of it; returns its id."""
        made = self.sim("POST", "/_sim/orders", [{"situation": situation, **more}])[0]
        currency = more.get("currency", "USD")
        tracked = TrackedOrder(
            made["permission_id"],
            number=made["number"],
            amount=parse_amount(more.get("amount", "120.00"), currency) if known else None,
            charge_ids=tuple(made["charge_ids"]) if known else (),
            refund_ids=tuple(made["refund_ids"]) if known else (),
            complete=known,
            source="import" if known else "track",
        )
        self.desk.track([tracked])
        self.desk.sync_once()
        return tracked.order_id

    def effects(self) -> list[tuple[str, str | None, str | None]]:
        """Return (operation, id, amount) of every ledger entry that had an effect."""
        return [(e["operation"], e["id"], e["amount"]) for e in self.sim("GET", "/_sim/ledger") if e["effect"]]

    def fault(self, operation: str, fault: str, times: int = 1, **more: Any) -> None:
        self.sim("POST", "/_sim/faults", {"match": {"operation": operation}, "fault": fault, "times": times, **more})

    # The desk

    def until(self, condition: Callable[[], object], seconds: float = 30) -> None:
        """Wait for what the desk does by itself."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "it never came to pass"
            threading.Event().wait(0.01)

    def order(self, order_id: str) -> Order:
        order = self.desk.reader.order(order_id)
        assert order is not None
        return order

    def offer(self, order_id: str, verb: Verb) -> Offer:
        return next(o for o in self.desk.offers(self.order(order_id)) if o.verb is verb)

    def wish(self, order_id: str, verb: Verb, amount: str | None = None, **more: Any) -> Wish:
        order = self.order(order_id)
        offers = [o for o in self.desk.offers(order) if o.verb is verb]
        target = next((o.target for o in offers if o.verdict != "no" and o.target), offers[0].target or order_id)
        money: Money | None = None
        if verb in (Verb.AUTHORIZE, Verb.CAPTURE, Verb.REFUND):
            currency = order.amount.currency if order.amount else "USD"
            money = parse_amount(amount, currency) if amount else self.desk.suggest(order, verb, target)
        return Wish(verb, order_id, target, money, **more)

    def ready(self, order_id: str, verb: Verb, amount: str | None = None, **more: Any) -> Ready:
        return self.desk.check(self.wish(order_id, verb, amount, **more))

    def act(
        self, order_id: str, verb: Verb, amount: str | None = None, accept: tuple[str, ...] = (), **more: Any
    ) -> Intent:
        """Check, confirm and wait."""
        ready = self.ready(order_id, verb, amount, **more)
        return self.desk.wait(self.desk.submit(ready, accept).id, 60)


def profile(directory: Path, **changes: Any) -> Profile:
    key_file = directory / "key.pem"
    if not key_file.exists():
        pem = _KEY.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        key_file.touch(0o600)
        key_file.write_bytes(pem)
    values: dict[str, Any] = {
        "name": "sim",
        "api": "v2",
        "region": "na",
        "environment": "simulator",
        "url": "http://127.0.0.1:9",
        "ca_file": None,
        "merchant_id": PLACE.merchant,
        "store_id": None,
        "public_key_id": KEY_ID,
        "private_key_file": key_file,
        "data_dir": directory / "data",
        "writable": True,
        "policy": PRESETS["amazon"],
        "timezone": "UTC",
        "pace": "off",
        "pending_authorization": False,
        "file": directory / "config.toml",
    }
    return Profile(**{**values, **changes})


@contextmanager
def open_office(
    directory: Path,
    simulator: Simulator | None = None,
    *,
    local: Hands | None = None,
    person: str = "ops",
    read_only: str | None = None,
    sources: tuple[Source, ...] = (),
    environment: Literal["simulator", "sandbox", "live"] = "simulator",
    jitter: Callable[[], float] = random.random,
    threads: Threads | None = None,
    policy: Settings = PRESETS["amazon"],
    couriers: Mapping[Channel, Courier] = MappingProxyType({}),
    mail: Mail = OFF,
    throttle: Throttle | None = None,
    standing: Callable[[], str | None] = lambda: None,
) -> Iterator[Office]:
    """Build everything bootstrap builds, with the simulator's core at the end of the line; closes it afterwards."""
    local = local or Hands()
    place = replace(PLACE, environment=environment)
    simulator = simulator or Simulator(dict.fromkeys((KEY_ID, LIVE_KEY_ID), _KEY.public_key()), seed=7, base=local)
    address = {} if environment == "simulator" else {"url": None}
    key_id = LIVE_KEY_ID if environment == "live" else KEY_ID
    settings = profile(directory, environment=environment, public_key_id=key_id, **address)
    stores = opening.open_stores(settings.data_dir, place, person=person, now=local)
    transport = InlineTransport(simulator)
    clock = CorrectedClock(stores.cache, timedelta(), local)
    gateway = v2.build(settings, now=clock, wall=local, transport=transport)
    # It is the key of the file: to check its primes in every office anew takes as long as a whole action.
    gateway._line.signature._key = lambda: _KEY  # type: ignore[attr-defined]
    gateway._line.throttle = throttle or gateway._line.throttle  # type: ignore[attr-defined]
    read_only = read_only or stores.read_only_reason
    info = ProfileInfo("sim", environment, "na", place, person, "host", "UTC", read_only is None, read_only)
    info = replace(info, policy=policy)
    hooks = tuple(channel for channel in couriers if channel != "mail")
    parts = Parts(
        journal=stores.journal,
        cache=stores.cache,
        reader=stores.reader,
        gateway=gateway,
        reports=ReportBook(stores.cache.file),
        session=stores.session or _NoSession(),
        lease=stores.lease,
        daily=lambda: None,
        close=stores.close,
        messages=MessageParts(stores.messages, lambda: Lease(stores.data.messages_lock), couriers, hooks, mail),
        deliveries=stores.deliveries,
        wipe=stores.wipe,
        standing=standing,
        sources=SourceParts(
            sources,
            SourceBook(stores.cache.file),
            lambda name: Lease(stores.data.source_lock(name)),
            lambda name: is_held(stores.data.source_lock(name)),
        ),
        scratch=settings.data_dir,
    )

    def pause(seconds: float) -> bool:
        local.advance(seconds=seconds)
        return False

    desk = BackOffice(info, parts, clock=clock, local=local, pause=pause, jitter=jitter, threads=threads)
    try:
        yield Office(desk, simulator, transport, local, directory, stores)
    finally:
        desk.stop(10)
