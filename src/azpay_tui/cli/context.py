"""What a command works with: the options given before it, and the parts that bootstrap builds on demand."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, cast

from azpay_tui import config
from azpay_tui.amazon.gateway import Gateway
from azpay_tui.backoffice.learn import Prober
from azpay_tui.backoffice.ports import Desk
from azpay_tui.backoffice.records import ProfileInfo
from azpay_tui.backoffice.stores import Reader
from azpay_tui.cli.outcome import CommandError
from azpay_tui.domain.dossier import Dossier
from azpay_tui.domain.intent import Intent, State
from azpay_tui.domain.messages import Message, MessageState, Try
from azpay_tui.domain.policy import Policy
from azpay_tui.domain.trail import Happening
from azpay_tui.profiles import Profile
from azpay_tui.settings import ConsoleSettings, load_settings, theme_of
from azpay_tui.store.journal.anchors import Anchor
from azpay_tui.store.journal.verify import Verified

if TYPE_CHECKING:
    import typer

FINISH_SECONDS: Final = 26.0
"""How long a call that is under way may still take when the program ends: its own deadline of 25 s, and one second to
write the outcome down."""


class JournalReader(Protocol):
    """Reads of the journal that need no heavy library."""

    def intent(self, intent_id: str) -> Intent | None:
        """Return one intent."""
        ...

    def intents(
        self, *, order_id: str | None = None, states: tuple[State, ...] = (), limit: int = 1000
    ) -> tuple[Intent, ...]:
        """Return intents, newest first; empty `states` means all."""
        ...

    def dossier(self, intent_id: str) -> Dossier | None:
        """Return an intent with all that was sent and came back."""
        ...

    def messages(
        self, *, order_id: str | None = None, states: tuple[MessageState, ...] = (), limit: int = 1000
    ) -> tuple[Message, ...]:
        """Return messages, newest first; empty `states` means all."""
        ...

    def message(self, name: str) -> tuple[Message, ...]:
        """Return the message of an id, or up to two whose id begins so."""
        ...

    def tries(self, message: Message) -> tuple[Try, ...]:
        """Return every attempt to deliver a message."""
        ...

    def trail(
        self, *, first: datetime | None = None, last: datetime | None = None, order_id: str | None = None
    ) -> tuple[Happening, ...]:
        """Return rows of the audit chain: from `first` on, before `last` (both UTC), of one order."""
        ...

    def verify(self, written_down: Sequence[Anchor] = ()) -> Verified | None:
        """Check journal, audit chain and anchors; None when there is no journal."""
        ...


class Builder(Protocol):
    """Builds parts; only bootstrap knows how."""

    def info(self, profile: Profile, read_only: str | None, *, demo: bool = False) -> ProfileInfo:
        """Say where and who, and why nothing may be sent when that is so."""
        ...

    def reader(self, profile: Profile) -> AbstractContextManager[Reader]:
        """Open the cache for reading, without a heavy library."""
        ...

    def journal_reader(self, profile: Profile) -> JournalReader:
        """Open the journal for reading, without a heavy library."""
        ...

    def gateway(self, profile: Profile, now: Callable[[], datetime]) -> Gateway:
        """Build the way to Amazon alone, for a read that belongs to no order; `now` dates the signatures (UTC)."""
        ...

    def probe(self, profile: Profile, now: Callable[[], datetime]) -> Prober:
        """Build what asks harmless questions of a sandbox or simulator; raises `ConfigError` for a live profile."""
        ...

    def desk(self, profile: Profile, info: ProfileInfo) -> Desk:
        """Build the whole back office; nothing is started."""
        ...

    def console_desk(self, profile: Profile, info: ProfileInfo, tell: Callable[[str], None]) -> Desk:
        """Build a desk that shows orders at once; `tell` hears, from any thread, what a person should know of it."""
        ...


def console_settings(
    theme: str | None, ascii: bool | None, mouse: bool | None, low_bandwidth: bool | None
) -> ConsoleSettings:
    """Take the options of the console; raises `CommandError` (exit code 2) for a theme that there is not."""
    try:
        return ConsoleSettings(None if theme is None else theme_of(theme), ascii, mouse, low_bandwidth)
    except ValueError as error:
        raise CommandError(str(error), code="usage") from error


@dataclass
class Context:
    """One invocation: options, and what was built for it."""

    builder: Builder
    profile_name: str | None = None
    config_file: Path | None = None
    data_dir: Path | None = None
    read_only: bool = False
    console: ConsoleSettings = field(default_factory=ConsoleSettings)
    """What the options say of the console."""
    behind: tuple[str, ...] | None = None
    """What was typed behind `--`; None without one. The parser of options does not tell."""
    _profile: Profile | None = field(default=None, init=False)
    _open: contextlib.ExitStack = field(default_factory=contextlib.ExitStack, init=False)

    def profile(self) -> Profile:
        """Read the configuration once; raises `ConfigError`."""
        if self._profile is None:
            profile = config.load(self.config_file, self.profile_name)
            if self.data_dir is not None:
                profile = replace(profile, data_dir=self.data_dir.absolute())
            self._profile = profile
        return self._profile

    def settings(self) -> ConsoleSettings:
        """Return how the console is wanted: by the options, else by the configuration. Raises `ConfigError`."""
        return self.console.over(load_settings(self.config_file))

    def info(self) -> ProfileInfo:
        """Say where and who, and whether anything may be sent."""
        profile = self.profile()
        reason = profile.not_writable
        if self.read_only:
            reason = "Read-only: azpay was started with --read-only; start it without to act."
        return self.builder.info(profile, reason)

    def require_key(self) -> None:
        """Raise `ConfigError` when the private key cannot be used: said here in its own words, before any request."""
        from azpay_tui.keyfile import check_key_file

        check_key_file(self.profile().private_key_file)

    def reader(self) -> Reader:
        """Open the cache for reading, until `close`."""
        return self._open.enter_context(self.builder.reader(self.profile()))

    def close(self) -> None:
        """Close what was opened for reading."""
        self._open.close()

    def journal_reader(self) -> JournalReader:
        """Open the journal for reading."""
        return self.builder.journal_reader(self.profile())

    def policy(self) -> Policy:
        """Return the profile's narrowing of Amazon's rules."""
        return Policy(self.profile().policy, self.info().read_only_reason)

    @contextlib.contextmanager
    def desk(self) -> Iterator[Desk]:
        """Build the back office and end it again, finishing the call that is under way whatever ends the command."""
        desk = self.builder.desk(self.profile(), self.info())
        try:
            yield desk
        finally:
            desk.stop(FINISH_SECONDS)


def corrected_now(reader: Reader) -> datetime:
    """Return the time as Amazon has it, by the offset that was stored last."""
    now = datetime.now(UTC)
    return now + reader.status(now).clock_offset


def context_of(ctx: typer.Context) -> Context:
    """Return what the options before a command chose."""
    return cast(Context, ctx.obj)
