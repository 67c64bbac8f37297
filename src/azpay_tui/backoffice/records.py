"""What passes between the back office and a front end: where one is, what was checked, what happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from azpay_tui.backoffice.errors import BackOfficeError
from azpay_tui.domain.cancelling import WHOLE, Plan, Wanted
from azpay_tui.domain.configured import Fact
from azpay_tui.domain.goods import Slip
from azpay_tui.domain.intent import Intent, Place, Prepared, Seen, Wish
from azpay_tui.domain.money import Money
from azpay_tui.domain.offer import Offer
from azpay_tui.domain.order import Order
from azpay_tui.domain.policies import PRESETS, Settings
from azpay_tui.domain.unwinding import Step


@dataclass(frozen=True, slots=True)
class Ready:
    """A checked wish: the one record a dialog shows and the call is made of."""

    wish: Wish
    order: Order
    """As read from Amazon just now."""
    offer: Offer
    prepared: Prepared
    base: str
    counter: int
    key: str
    seen: Seen
    read_at: datetime
    """When Amazon was read, corrected UTC."""
    after: str
    """What the order will look like afterwards, one sentence."""
    already_so: bool = False
    """The wished state is already there: submitting sends nothing and succeeds."""
    slip: Slip | None = None
    """Which lines it takes or gives back: as wished, or all of them where the amount is theirs."""
    slips_seen: int = 0
    """How many slips the order had when this one was checked."""
    elsewhere: str = ""
    """What of the order was recorded as given back elsewhere, one sentence, where this refunds; else empty."""


@dataclass(frozen=True, slots=True)
class SaleReady:
    """A sale that may be cancelled: the one record a dialog shows and the steps are made of."""

    order: Order
    """As read from Amazon just now."""
    plan: Plan
    read_at: datetime
    wanted: Wanted = WHOLE
    """What it is the plan of."""
    counts: tuple[int, int] = (0, 0)
    """How many intents and slips the order had when it was made."""


@dataclass(frozen=True, slots=True)
class SaleDone:
    """How cancelling a sale went."""

    intents: tuple[Intent, ...]
    """What was done at Amazon, in its order, each as it stood at the end."""
    left: tuple[Step, ...]
    """What is still to be done; the same command goes on with it."""
    due: Money | None
    """What is still due to the buyer, refunds under way counted as given."""
    problem: BackOfficeError | None = None
    """Why it went no further; None: it came to its end, or an intent did not succeed."""

    @property
    def unsettled(self) -> Intent | None:
        """The step of which nobody knows yet whether it took effect; what is left is not known before that is."""
        return next((intent for intent in self.intents if intent.open), None)


@dataclass(frozen=True, slots=True)
class Event:
    """A fact for screens; cheap, may be dropped and re-read."""

    kind: Literal["orders", "intent", "sync", "read", "automatic"]
    """`read`: an order that a person wanted refreshed in the background was read, or could not be. `automatic`: the
    steps without a person stopped, pause or go on."""
    order_ids: tuple[str, ...] = ()
    intent: Intent | None = None
    problem: str | None = None
    """Why it could not be read, or why nothing automatic is done any more, one sentence or two."""
    well: bool = False
    """What `problem` tells is over: no warning."""


@dataclass(frozen=True, slots=True)
class ProfileInfo:
    """What every screen and dialog names: where one is and who one is."""

    name: str
    environment: Literal["simulator", "sandbox", "live"]
    region: str
    place: Place
    person: str
    """OS user, with the SSH origin when there is one."""
    host: str
    timezone: str
    writable: bool
    """False: read-only, by option, configuration or a newer database."""
    read_only_reason: str | None
    demo: bool = False
    pending_authorization: bool = False
    """Whether an authorization may be decided within 24 hours instead of at once."""
    policy: Settings = PRESETS["amazon"]
    """What the shop narrows."""
    facts: tuple[Fact, ...] = ()
    """Everything else that the profile decides."""
    capturing: str | None = None
    """Name of a source whose shop captures by itself; None: none does."""
    paused: str | None = None
    """Why nothing is done without a person since the configuration was changed, one sentence; None: it was not."""
