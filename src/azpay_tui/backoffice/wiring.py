"""How the use cases of one profile are made of the parts that bootstrap builds, and of each other."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from azpay_tui.amazon.gateway import Gateway
from azpay_tui.backoffice.act import Checker
from azpay_tui.backoffice.addresses import Addressing
from azpay_tui.backoffice.automatic import Automatic
from azpay_tui.backoffice.booking import Booking
from azpay_tui.backoffice.clock import CorrectedClock
from azpay_tui.backoffice.deliveries import Delivering
from azpay_tui.backoffice.discover.book import Book
from azpay_tui.backoffice.discover.discovery import Discovery
from azpay_tui.backoffice.events import Events
from azpay_tui.backoffice.health import Health
from azpay_tui.backoffice.judging import Judging
from azpay_tui.backoffice.marks import Marking
from azpay_tui.backoffice.messages.messaging import Messaging
from azpay_tui.backoffice.messages.ports import MessageParts
from azpay_tui.backoffice.outbox import Outbox, Session
from azpay_tui.backoffice.outcomes import Outcomes
from azpay_tui.backoffice.purging import Purging, Wipe
from azpay_tui.backoffice.reading import Reading
from azpay_tui.backoffice.records import ProfileInfo
from azpay_tui.backoffice.recovery import Recovery
from azpay_tui.backoffice.refresher import Lease, Refresher
from azpay_tui.backoffice.selling import Selling
from azpay_tui.backoffice.sender import Sender
from azpay_tui.backoffice.settling import Settling
from azpay_tui.backoffice.showing import show
from azpay_tui.backoffice.sources.engine import SourceParts
from azpay_tui.backoffice.stores import Cache, Deliveries, Journal, Reader
from azpay_tui.backoffice.switching import Switching
from azpay_tui.backoffice.syncing import Syncing
from azpay_tui.backoffice.threads import Threads
from azpay_tui.backoffice.tracking import Tracking
from azpay_tui.domain.keeping import DEFAULT_DAYS
from azpay_tui.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class Parts:
    """What bootstrap builds for a desk."""

    journal: Journal
    cache: Cache
    reader: Reader
    gateway: Gateway
    reports: Book
    session: Session
    lease: Lease
    daily: Callable[[], None]
    """Housekeeping of the lease holder: back-up, checkpoint; cheap when done already."""
    close: Callable[[], None]
    """Closes the stores."""
    scratch: Path
    """A private directory for files that are gone again at once."""
    sources: SourceParts
    """Where orders come from by themselves."""
    deliveries: Deliveries
    """Which parcels Amazon was told of."""
    messages: MessageParts
    """What is to be told, and on which ways."""
    wipe: Wipe
    """Removes every trace of personal data that was purged."""
    standing: Callable[[], str | None] = lambda: None
    """Says what the configuration, as it is now, has against steps without a person."""
    keep: timedelta = timedelta(days=DEFAULT_DAYS)
    """How long personal data of buyers is kept after nothing is due with their order any more."""


@dataclass(frozen=True, slots=True)
class Works:
    """The use cases of one profile, and what they share."""

    parts: Parts
    clock: CorrectedClock
    events: Events
    stop: threading.Event
    threads: Threads
    reading: Reading
    checker: Checker
    outbox: Outbox
    recovery: Recovery
    settling: Settling
    automatic: Automatic
    refresher: Refresher
    switching: Switching
    tracking: Tracking
    syncing: Syncing
    marking: Marking
    messaging: Messaging
    addressing: Addressing
    booking: Booking
    delivering: Delivering
    purging: Purging
    selling: Selling


def wired(
    info: ProfileInfo,
    parts: Parts,
    clock: CorrectedClock,
    pause: Callable[[float], bool] | None,
    jitter: Callable[[], float],
    threads: Threads,
) -> Works:
    """Make the use cases; nothing is started and nothing is read from Amazon. See `BackOffice` for what it takes."""
    journal, cache, reader, gateway, lease = parts.journal, parts.cache, parts.reader, parts.gateway, parts.lease
    policy, events, stop = Policy(info.policy, info.read_only_reason), Events(), threading.Event()
    tell, pause = events.tell, pause or stop.wait
    simulated, zone = info.environment == "simulator", ZoneInfo(info.timezone)
    health = Health(cache, clock, simulated=simulated)
    reading = Reading(gateway, cache, reader, clock, health, threads)
    judging = Judging(reader, policy, clock)
    sender = Sender(
        journal, Outcomes(journal, cache, clock, tell, pause), gateway, reading, judging, health, clock, policy, stop,
        pause, jitter,
    )  # fmt: skip
    checker = Checker(reader, journal, gateway, reading, health, clock, policy, info.place)
    outbox = Outbox(journal, cache, checker, sender, parts.session, info.person, clock, tell, stop, threads)
    worked_on, read_only = outbox.works_on, info.read_only_reason is not None
    recovery = Recovery(journal, cache, reader, sender, clock, worked_on, tell, read_only=read_only)
    settling = Settling(journal, cache, reader, recovery, sender, reading, info, clock, worked_on, tell, stop)
    automatic = Automatic(
        info, journal, reader, checker, outbox, health, clock, policy, judging, reading.order, parts.standing, tell
    )
    refresher = Refresher(
        cache, reader, reading, recovery, sender, health, clock, lease, tell, stop, pause, parts.daily, automatic.turn
    )
    discovery: Discovery | None = None
    if (reports := gateway.reports()) is not None:
        discovery = Discovery(
            reports, parts.reports, health, clock, pause, stop.is_set, parts.scratch, simulated=simulated
        )
    tracking = Tracking(
        journal, cache, reader, refresher, parts.sources, discovery, info.environment, lease, clock, tell, stop, threads
    )
    marking = Marking(journal, cache, reader, clock, info.person, zone, tell)
    messaging = Messaging(
        parts.messages, reader, info, clock, tell, stop, lambda order_id: show(cache, [order_id], clock())
    )
    purging = Purging(journal, cache, reader, parts.wipe, parts.keep, lease, clock, zone, stop)
    return Works(
        parts=parts,
        clock=clock,
        events=events,
        stop=stop,
        threads=threads,
        reading=reading,
        checker=checker,
        outbox=outbox,
        recovery=recovery,
        settling=settling,
        automatic=automatic,
        refresher=refresher,
        switching=Switching(info, journal, reader, clock, refresher.ask, parts.standing, tell),
        tracking=tracking,
        syncing=Syncing(reading, recovery, refresher, tracking, purging, messaging, threads, tell),
        marking=marking,
        messaging=messaging,
        addressing=Addressing(journal, cache, reader, clock, tell),
        booking=Booking(journal, reader, clock, info.person, tell),
        delivering=Delivering(info, parts.deliveries, reader, gateway, reading, health, clock, policy, tell),
        purging=purging,
        selling=Selling(
            checker, outbox, marking, purging, journal, cache, reader, reading, health, clock, policy, info.person, tell
        ),
    )
