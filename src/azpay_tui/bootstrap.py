"""The one place that builds things: profile, stores, gateway, back office, console."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING

import platformdirs

from azpay_tui import configured, paths, people
from azpay_tui.backoffice.ports import Desk
from azpay_tui.backoffice.records import ProfileInfo
from azpay_tui.backoffice.stores import Reader
from azpay_tui.cli import logs
from azpay_tui.cli.context import JournalReader
from azpay_tui.cli.crash import drop_reports
from azpay_tui.cli.output import say
from azpay_tui.cli.run import run
from azpay_tui.domain.intent import Place
from azpay_tui.profiles import Profile
from azpay_tui.sourcing import capturing
from azpay_tui.unchanged import Unchanged

if TYPE_CHECKING:
    from azpay_tui.amazon.gateway import Gateway
    from azpay_tui.amazon.transport import Transport
    from azpay_tui.backoffice.learn import Prober
    from azpay_tui.store.journal.anchors import AnchorBook
    from azpay_tui.store.journal.audit import Witness
    from azpay_tui.store.opening import Stores


def main(argv: Sequence[str] | None = None) -> int:
    """Run `azpay` with these arguments (default: those of the process) and return its exit code."""
    return run(Parts(), list(sys.argv[1:] if argv is None else argv))


def utc_now() -> datetime:
    """Return the machine's time, UTC."""
    return datetime.now(UTC)


def anchors(profile: Profile) -> AnchorBook:
    """Return where the end of a profile's audit chain is told: outside its data directory."""
    from azpay_tui.store.journal.anchors import SYSLOG, AnchorBook

    directory = platformdirs.user_state_path("azpay", appauthor=False) / "anchors"
    return AnchorBook(directory, profile.data_dir, syslog=SYSLOG if profile.syslog else None)


def witness(profile: Profile) -> Witness:
    """Return what every row of the audit chain says: who is at the keyboard, and the settings that matter."""
    from azpay_tui.store.journal.audit import Witness
    from azpay_tui.store.sqlite import JOURNAL_SCHEMA

    settings: dict[str, str | int | bool] = {
        "writable": profile.writable,
        "public_key_id": profile.public_key_id,
        "policy": str(profile.policy),
        "schema": JOURNAL_SCHEMA,
        "azpay": version("azpay-tui"),
    }
    return Witness(people.who().facts, settings)


class Parts:
    """Builds the parts of one profile; implements `cli.context.Builder`.

    `transport` stands for the network wherever `gateway` is used; only tests give one, no option or setting does.
    """

    def __init__(self, transport: Transport | None = None) -> None:
        self._transport = transport

    def info(self, profile: Profile, read_only: str | None, *, demo: bool = False) -> ProfileInfo:
        """Say where and who, and why nothing may be sent when that is so."""
        return ProfileInfo(
            name=profile.name,
            environment=profile.environment,
            region=profile.region,
            place=Place(profile.api, profile.region, profile.environment, profile.merchant_id),
            person=str(people.who()),
            host=socket.gethostname(),
            timezone=profile.timezone,
            writable=read_only is None,
            read_only_reason=read_only,
            demo=demo,
            pending_authorization=profile.pending_authorization,
            policy=profile.policy,
            facts=configured.facts(profile),
            capturing=capturing(profile.sources),
        )

    def reader(self, profile: Profile) -> AbstractContextManager[Reader]:
        """Open the cache for reading; imports nothing heavy unless it is damaged. Raises `StoreError`."""
        from azpay_tui.store.cache.read import open_reader
        from azpay_tui.store.errors import CacheUnavailable, is_damage
        from azpay_tui.store.settled import lacks_cache

        paths.check_parents(profile.data_dir)
        paths.check_readable(profile.data_dir)
        if lacks_cache(profile.data_dir):
            _rebuild_cache(profile, self.info(profile, None))
        reader = open_reader(profile.data_dir, utc_now)
        try:
            reader.revision()
        except CacheUnavailable as error:
            reader.close()
            if not is_damage(error.__cause__):
                raise
            _rebuild_cache(profile, self.info(profile, None))
            reader = open_reader(profile.data_dir, utc_now)
        return closing(reader)

    def journal_reader(self, profile: Profile) -> JournalReader:
        """Open the journal for reading; imports nothing heavy."""
        from azpay_tui.store.journal import read

        paths.check_parents(profile.data_dir)
        paths.check_readable(profile.data_dir)
        return read.JournalReader(profile.data_dir, anchors(profile))

    def gateway(self, profile: Profile, now: Callable[[], datetime]) -> Gateway:
        """Build the way to Amazon alone; nothing is sent. Raises `ConfigError`."""
        from azpay_tui.amazon import v2

        return v2.build(profile, now=now, transport=self._transport)

    def probe(self, profile: Profile, now: Callable[[], datetime]) -> Prober:
        """Build what asks harmless questions of a sandbox or simulator. Raises `ConfigError`, also for live."""
        from azpay_tui.amazon import v2

        return v2.build_probe(profile, now=now, transport=self._transport)

    def desk(self, profile: Profile, info: ProfileInfo) -> Desk:
        """Build the back office of a profile; nothing is started or read yet. Raises `ConfigError`, `StoreError`."""
        return build_desk(profile, info)

    def console_desk(self, profile: Profile, info: ProfileInfo, tell: Callable[[str], None]) -> Desk:
        """Build a desk that is complete once it is started, or at once where the databases have to be made ready."""
        from azpay_tui.amazon.hosts import endpoint
        from azpay_tui.backoffice.late import LateDesk
        from azpay_tui.store.cache.read import CacheReader
        from azpay_tui.store.errors import CacheUnavailable
        from azpay_tui.store.settled import is_settled

        endpoint(profile.environment, profile.region, profile.url)
        data_dir = paths.private_directory(profile.data_dir)
        if not is_settled(data_dir, info.place):
            return build_desk(profile, info, tell)
        reader = CacheReader(data_dir)
        try:
            return LateDesk(info, reader, lambda: build_desk(profile, info, tell), reader.close)
        except CacheUnavailable:
            reader.close()
            return build_desk(profile, info, tell)


def build_desk(profile: Profile, info: ProfileInfo, tell: Callable[[str], None] = say) -> Desk:
    """Build stores, gateway and back office; a newer database makes it read-only.

    `tell` hears what a person should know of it. Raises `ConfigError` and `StoreError`.
    """
    from azpay_tui.amazon import v2
    from azpay_tui.backoffice import wiring
    from azpay_tui.backoffice.clock import CorrectedClock
    from azpay_tui.backoffice.desk import BackOffice
    from azpay_tui.backoffice.messages.ports import MessageParts
    from azpay_tui.backoffice.sources.engine import SourceParts
    from azpay_tui.delivery.couriers import hooks_of, mail_of
    from azpay_tui.store.cache.reports import ReportBook
    from azpay_tui.store.cache.sources import SourceBook
    from azpay_tui.store.locks import Lease, is_held
    from azpay_tui.store.opening import open_stores

    logs.install()
    data_dir = paths.private_directory(profile.data_dir)
    stores = open_stores(
        data_dir,
        info.place,
        person=info.person,
        now=utc_now,
        witness=witness(profile),
        anchors=None if info.demo else anchors(profile),
    )
    try:
        if stores.rebuilt is not None:
            tell(stores.rebuilt)
        if stores.read_only_reason is not None and info.read_only_reason is None:
            info = replace(info, writable=False, read_only_reason=stores.read_only_reason)
        clock = CorrectedClock(stores.cache, stores.reader.status(utc_now()).clock_offset)
        parts = wiring.Parts(
            journal=stores.journal,
            cache=stores.cache,
            reader=stores.reader,
            gateway=v2.build(profile, now=clock),
            reports=ReportBook(stores.cache.file),
            session=stores.session or _NoSession(),
            lease=stores.lease,
            daily=_Housekeeping(stores, timedelta(days=profile.retention_days)),
            close=stores.close,
            sources=SourceParts(
                profile.sources,
                SourceBook(stores.cache.file),
                lambda name: Lease(stores.data.source_lock(name)),
                lambda name: is_held(stores.data.source_lock(name)),
            ),
            scratch=data_dir,
            messages=MessageParts(
                stores.messages,
                lambda: Lease(stores.data.messages_lock),
                {
                    **hooks_of(profile.hooks, utc_now if profile.environment == "simulator" else clock),
                    **mail_of(profile.mail),
                },
                profile.hooks.channels,
                profile.mail,
            ),
            deliveries=stores.deliveries,
            wipe=stores.wipe,
            standing=_unasked if info.demo else Unchanged(profile),
            keep=timedelta(days=profile.retention_days),
        )
        return BackOffice(info, parts, clock=clock)
    except BaseException:
        stores.close()
        raise


def _rebuild_cache(profile: Profile, info: ProfileInfo) -> None:
    """Make a damaged cache anew from the journal; what Amazon said is read again by the next sync."""
    from azpay_tui.store.opening import open_stores

    with closing(open_stores(profile.data_dir, info.place, person=info.person, now=utc_now)) as stores:
        if stores.rebuilt is not None:
            say(stores.rebuilt)


def _unasked() -> None:
    """Stand for a configuration that nobody can change: the demo's is gone with it."""


class _Housekeeping:
    """What the lease holder does beside refreshing; called every second, at work once a minute."""

    _EVERY = 60.0

    def __init__(self, stores: Stores, keep: timedelta) -> None:
        self._stores = stores
        self._keep = keep
        self._next = 0.0

    def __call__(self) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self._EVERY
        self._stores.back_up_daily(utc_now())
        self._stores.cache.file.checkpoint()
        drop_reports(utc_now() - self._keep)


class _NoSession:
    """Stands for the session of a process that cannot write: it owns nothing and takes nothing over."""

    id = ""

    def is_alive(self, session_id: str) -> bool:
        """Count every session as alive."""
        return True
