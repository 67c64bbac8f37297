"""A desk that lives in memory: sixty varied orders, real rules, and an Amazon that answers when the test says so."""

from __future__ import annotations

import functools
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from azpay_tui.backoffice.act import check_amount, find_offer
from azpay_tui.backoffice.errors import BackOfficeError, BusyError, ChangedError, OfflineError
from azpay_tui.backoffice.marks import Marking
from azpay_tui.backoffice.messages.letters import Correspondence
from azpay_tui.backoffice.records import Event, ProfileInfo, Ready, SaleReady
from azpay_tui.domain import effect, limits, outlook, refund_limits, states
from azpay_tui.domain.calls import Budget, Call
from azpay_tui.domain.cancelling import PlanError, Wanted, plan
from azpay_tui.domain.deliveries import Delivery, DeliveryReady, Parcel
from azpay_tui.domain.disagreements import ORPHANS
from azpay_tui.domain.dossier import Attempt, Dossier, Evidence
from azpay_tui.domain.filters import WHOLE, Narrowed
from azpay_tui.domain.idempotency import derive_key, key_base
from azpay_tui.domain.intent import Intent, IntentDraft, Place, Prepared, Seen, State, Verb, Wish
from azpay_tui.domain.lapses import Day, DayOfLapses, Mark, Sum
from azpay_tui.domain.marks import MarkChange, Marked, MarkEdit, Marks, Note, needs_person
from azpay_tui.domain.matching import matches
from azpay_tui.domain.matrix import offers
from azpay_tui.domain.messages import Message, MessageDraft, MessageState
from azpay_tui.domain.money import Money
from azpay_tui.domain.offer import Offer
from azpay_tui.domain.order import (
    Buyer,
    Charge,
    LocalDecline,
    OpenIntent,
    Order,
    Permission,
    Reason,
    Refund,
    ShopFacts,
    kind_of,
)
from azpay_tui.domain.policies import PRESETS, Settings
from azpay_tui.domain.policy import Policy
from azpay_tui.domain.queue import Queue, Queued
from azpay_tui.domain.rows import VIEWS, ListRow, Page, SyncStatus, TimelineEntry, TrackedOrder, TrackResult
from azpay_tui.domain.slips import Booked
from azpay_tui.domain.sources import SourceState
from azpay_tui.domain.switch import Act, Switch
from azpay_tui.mailing import OFF, Mail
from azpay_tui.store.cache.project import UNPAID, Acts, project
from azpay_tui.store.cache.row import to_list_row

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOSTILE = (
    "Eve \x1b[31mred\x1b[0m",
    "\x1b]52;c;cHduZWQ=\x07clip",
    "\x1b]0;title\x07 \x1b[c",
    "[red]x [/oops]",
    "[@click=app.quit]press[/]",
    "\u202egnp.exe",
    "nul\x00 del\x7f c1\x9b6n",
    "tab\tnew\nline\r",
    "Z\u0335\u0336\u0337\u0338\u0321\u0322algo",
    "a\u200bzero\ufeffwidth\U000e0041",
    "W" * 300,
)
HONEST = (
    "Jane Doe",
    "山田 太郎",
    "Zoë Brandt",
    "محمد علي",
    "P. Singh",
    "ｱｲｳ ｴｵ",
    "👩\u200d👩\u200d👧 Family",
    "O'Brien [ACME]",
)


def order_id(number: int) -> str:
    return f"S01-{7730000 + number:07d}-{number:07d}"


def charge_id(number: int, charge: int = 1) -> str:
    return f"{order_id(number)}-C{charge:06d}"


def refund_id(number: int, refund: int = 1) -> str:
    return f"{order_id(number)}-R{refund:06d}"


@dataclass
class Maker:
    """Makes orders in a situation."""

    now: datetime = NOW
    made: list[Order] = field(default_factory=list)

    def add(
        self,
        *,
        charge: str | None = None,
        reason: str | None = None,
        captured: int | None = None,
        refunds: Sequence[tuple[str, int]] = (),
        permission: str | None = states.CHARGEABLE,
        permission_reason: str | None = None,
        age: timedelta = timedelta(hours=5),
        currency: str = "USD",
        **changes: object,
    ) -> Order:
        """Add one order; amounts are per cent of its amount."""
        number = len(self.made) + 1
        amount = Money((number * 7919) % 90000 + 1000, currency)
        created = self.now - age - timedelta(minutes=number)

        def part(percent: int) -> Money:
            return Money(amount.minor * percent // 100, currency)

        charges: tuple[Charge, ...] = ()
        if charge is not None:
            taken = part(captured) if captured is not None else None
            back = sum(part(p).minor for s, p in refunds if s == states.REFUNDED)
            charges = (
                Charge(
                    charge_id(number),
                    charge,
                    amount,
                    reason=reason,
                    captured=taken,
                    refunded=Money(back, currency) if taken is not None else None,
                    created=created,
                    expires=created + timedelta(days=30),
                    updated=created,
                ),
            )
        given = tuple(
            Refund(refund_id(number, i), charge_id(number), state, part(percent), created=self.now - timedelta(hours=2))
            for i, (state, percent) in enumerate(refunds, 1)
        )
        held = sum(c.amount.minor for c in charges if c.state in states.LIVE_CHARGE)
        used = sum(c.captured.minor for c in charges if c.captured is not None)
        names = HOSTILE + HONEST
        order = Order(
            order_id(number),
            shop=ShopFacts(str(1000 + number), amount, created, complete=True),
            permission=None
            if permission is None
            else Permission(
                order_id(number),
                permission,
                states.ONE_TIME,
                reasons=(Reason(permission_reason),) if permission_reason else (),
                limit=amount,
                balance=Money(amount.minor - max(used, held), currency),
                created=created,
                expires=created + timedelta(days=180),
                buyer=Buyer(names[number % len(names)], f"buyer{number}@example.com"),
            ),
            charges=charges,
            refunds=given,
            refreshed_at=self.now - timedelta(minutes=3),
        )
        order = replace(order, **changes)  # type: ignore[arg-type]
        self.made.append(order)
        return order


@functools.cache
def sample_orders(now: datetime = NOW, rounds: int = 3) -> tuple[Order, ...]:
    """Return about twenty situations per round, every status word among them."""
    make = Maker(now)
    for turn in range(rounds):
        currency = ("USD", "JPY", "EUR")[turn % 3]
        authorized = states.AUTHORIZED
        make.add(charge=authorized, currency=currency, age=timedelta(days=turn))
        make.add(charge=authorized, currency=currency, age=timedelta(days=5, hours=10))
        make.add(charge=authorized, currency=currency, age=timedelta(days=12))
        make.add(charge=states.CAPTURE_INITIATED, currency=currency)
        make.add(charge=states.AUTHORIZATION_INITIATED, currency=currency)
        make.add(charge=states.CAPTURED, captured=100, permission=states.CLOSED, currency=currency)
        make.add(charge=states.CAPTURED, captured=40, currency=currency)
        paid = {"charge": states.CAPTURED, "captured": 100, "currency": currency, "permission": states.CLOSED}
        make.add(refunds=((states.REFUNDED, 30),), **paid)  # type: ignore[arg-type]
        make.add(refunds=((states.REFUNDED, 100),), **paid)  # type: ignore[arg-type]
        make.add(refunds=((states.REFUND_INITIATED, 20),), **paid)  # type: ignore[arg-type]
        make.add(refunds=((states.DECLINED, 20),), **paid)  # type: ignore[arg-type]
        make.add(charge=states.DECLINED, reason="SoftDeclined", currency=currency)
        make.add(charge=states.DECLINED, reason="HardDeclined", currency=currency)
        make.add(declines=(LocalDecline(now, None, "AmazonRejected"),), permission=states.CLOSED, currency=currency)
        make.add(charge=states.CANCELED, reason="MerchantCanceled", currency=currency)
        make.add(charge=states.CANCELED, reason="ExpiredUnused", age=timedelta(days=31), currency=currency)
        make.add(charge=states.CANCELED, reason="ChargePermissionCanceled", permission=states.CLOSED, currency=currency)
        make.add(permission=states.NON_CHARGEABLE, permission_reason="PaymentMethodInvalid", currency=currency)
        make.add(permission=states.CLOSED, permission_reason="MerchantClosed", currency=currency)
        make.add(currency=currency)
        make.add(permission=None, refreshed_at=None, currency=currency)
        number = len(make.made) + 1
        make.add(permission=None, missing=frozenset({order_id(number)}), currency=currency)
        make.add(charge="Teleported", currency=currency)
        number = len(make.made) + 1
        open_intent = OpenIntent(
            f"I{number}", "capture", charge_id(number), "unknown", None, now - timedelta(hours=6), "ops"
        )
        make.add(charge=authorized, intents=(open_intent,), currency=currency)
    return tuple(make.made)


@functools.lru_cache(maxsize=4096)
def row_of(order: Order, now: datetime, marks: Marks | None = None) -> ListRow:
    """Return what the list shows of an order, by the rules of the cache."""
    return to_list_row(project(order, now, Acts(), marks or Marks()).shown(), order.id)


def in_view(row: ListRow, view: str) -> bool:
    match view:
        case "attention":
            return needs_person(row.attention, row.marks)
        case "to-capture":
            return row.status in ("AUTHORIZED", "PART-CAPTURED")
        case "unpaid":
            return row.status in UNPAID
        case "refunds":
            return bool(row.refunded)
        case "unknown":
            return row.status in ("UNKNOWN", "UNRECOGNISED", "NOT FOUND")
        case "orphans":
            return not ORPHANS.isdisjoint(row.differs)
        case "diverged":
            return not ORPHANS.issuperset(row.differs)
        case _:
            return True


def backwards(sort: str | None) -> bool:
    """Whether a sort is walked backwards; newest first is the way forward."""
    return sort == "created" or (sort is not None and sort.startswith("-") and sort != "-created")


def _sums(rows: Sequence[ListRow], mark: Mark, day: Day) -> tuple[Sum, ...]:
    """Add up what ends on a day, by currency."""
    found: dict[str, Sum] = {}
    for row in rows:
        for one in row.lapses:
            if one.mark == mark and day.start <= one.at < day.end:
                word = one.amount.currency if one.amount else "~"
                before = found.get(word, Sum(None, 0))
                both = before.amount + one.amount if before.amount and one.amount else one.amount
                found[word] = Sum(both, before.orders + 1)
    return tuple(found[word] for word in sorted(found))


class MemoryReader:
    """Reads of the memory desk: keyset pages, newest first unless sorted otherwise."""

    def __init__(self, desk: MemoryDesk) -> None:
        self._desk = desk
        self.pages_read = 0
        self._places: dict[str, ListRow] = {}

    def _rows(self, view: str, query: str, sort: str | None = None, narrowed: Narrowed = WHOLE) -> list[ListRow]:
        rows = [self._row(order) for order in self._desk.orders.values()]
        rows = [row for row in rows if in_view(row, view) and matches(narrowed, row)]
        for word in f"{query} {narrowed.filter.query}".casefold().split():
            rows = [r for r in rows if word in f"{r.id} {r.number or ''} {r.buyer or ''} {' '.join(r.tags)}".casefold()]
        rows.sort(key=lambda row: self._key(row, sort), reverse=backwards(sort))
        return rows

    def _row(self, order: Order) -> ListRow:
        return row_of(order, self._desk.now(), self._desk.marked.get(order.id))

    @staticmethod
    def _key(row: ListRow, sort: str | None) -> tuple[object, ...]:
        newest = -(row.created.timestamp() if row.created else 0.0)
        amount = (row.amount.currency, row.amount.minor) if row.amount else ("~", 0)
        keys: dict[str, tuple[object, ...]] = {
            "expires": (row.expires.timestamp() if row.expires else float("inf"),),
            "amount": amount,
            "number": (row.number or "~",),
            "status": (row.status, newest),
        }
        return (*keys.get((sort or "").removeprefix("-"), (newest,)), row.id)

    def page(
        self,
        view: str = "all",
        *,
        query: str = "",
        sort: str | None = None,
        after: str | None = None,
        before: str | None = None,
        from_end: bool = False,
        limit: int = 50,
        narrowed: Narrowed = WHOLE,
    ) -> Page:
        self.pages_read += 1
        rows = self._rows(view, query, sort, narrowed)
        start, end = 0, len(rows)
        if after is not None:
            start = sum(1 for row in rows if row.cursor == after or self._before(row, after, sort))
        if before is not None:
            end = sum(1 for row in rows if self._before(row, before, sort))
        if from_end or before is not None:
            start = max(start, end - limit)
        else:
            end = min(end, start + limit)
        part = rows[start:end]
        self._places |= {row.cursor: row for row in part}
        return Page(
            tuple(part),
            part[-1].cursor if part and end < len(rows) else None,
            part[0].cursor if part and start > 0 else None,
        )

    def _before(self, row: ListRow, cursor: str, sort: str | None) -> bool:
        """Whether a row stands before a place, whose row may have gone since."""
        mine, its = self._key(row, sort), self._key(self._places[cursor], sort)
        return mine > its if backwards(sort) else mine < its

    def row(
        self, order_id: str, *, view: str = "all", sort: str | None = None, query: str = "", narrowed: Narrowed = WHOLE
    ) -> ListRow | None:
        if order_id not in self._desk.orders:
            return None
        row = self._row(self._desk.orders[order_id])
        held = any(row.id == found.id for found in self._rows(view, query, None, narrowed))
        if held and (view != "all" or sort is not None or narrowed.filter):
            self._places[row.cursor] = row
        return row if held else None

    def total(self, view: str = "all", query: str = "", cap: int = 1000, *, narrowed: Narrowed = WHOLE) -> int | None:
        count = len(self._rows(view, query, None, narrowed))
        return count if count <= cap else None

    def place(
        self,
        cursor: str,
        view: str = "all",
        *,
        query: str = "",
        sort: str | None = None,
        narrowed: Narrowed = WHOLE,
        cap: int = 10_000,
    ) -> int | None:
        rows = self._rows(view, query, sort, narrowed)
        count = sum(1 for row in rows if self._before(row, cursor, sort))
        return count if count <= cap else None

    def counts(self) -> dict[str, int]:
        return {view: len(self._rows(view, "")) for view in VIEWS}

    def lapses(self, mark: Mark, days: Sequence[Day]) -> tuple[DayOfLapses, ...]:
        rows = self._rows("all", "")
        return tuple(DayOfLapses(day, _sums(rows, mark, day)) for day in days)

    def order(self, order_id: str) -> Order | None:
        return self._desk.orders.get(order_id)

    def marks(self, order_id: str) -> Marks:
        return self._desk.marked.get(order_id, Marks())

    def slips(self, order_id: str | None = None, limit: int = -1) -> tuple[Booked, ...]:
        return tuple(one for one in self._desk.booked if order_id in (None, one.order_id))

    def deliveries(self, order_id: str) -> tuple[Delivery, ...]:
        return tuple(one for one in self._desk.told if one.parcel.order_id == order_id)

    def timeline(self, order_id: str) -> tuple[TimelineEntry, ...]:
        order = self._desk.orders[order_id]
        found = [TimelineEntry(c.created or NOW, "amazon", c.state, c.id, c.amount) for c in order.charges]
        found += [TimelineEntry(r.created or NOW, "amazon", r.state, r.id, r.amount) for r in order.refunds]
        if order.created is not None:
            found.append(TimelineEntry(order.created, "amazon", "created", order.id, order.amount))
        return tuple(sorted(found, key=lambda entry: entry.at, reverse=True))

    def raw(self, order_id: str) -> dict[str, str]:
        return {order_id: json.dumps({"chargePermissionId": order_id})}

    def queue(self, now: datetime, limit: int = 100) -> Queue:
        found = [queued for order_id in self._desk.orders for queued in self.objects(order_id) if queued.due]
        found.sort(key=lambda queued: (not queued.attempts, queued.due))
        due = [queued.kind for queued in found if queued.due and queued.due <= now]
        return Queue(tuple((kind, due.count(kind)) for kind in sorted(set(due))), tuple(found[:limit]))

    def objects(self, order_id: str) -> tuple[Queued, ...]:
        order = self._desk.orders[order_id]
        facts = [*([order.permission] if order.permission else []), *order.charges, *order.refunds]
        return tuple(
            Queued(
                fact.id,
                order_id,
                kind_of(fact.id) or "permission",
                fact.state,
                None if fact.state in ("Closed", "Declined", "Canceled", "Refunded") else NOW + timedelta(hours=place),
                order.refreshed_at,
                self._desk.failing.get(fact.id, 0),
                "Amazon did not answer in time." if fact.id in self._desk.failing else "",
                False,
            )
            for place, fact in enumerate(facts)
        )

    def resolve(self, text: str) -> tuple[str, ...]:
        return tuple(o.id for o in self._desk.orders.values() if text in (o.id, o.number))

    def status(self, now: datetime) -> SyncStatus:
        return replace(self._desk.sync, switch=self._desk.switched)

    def sources(self) -> tuple[SourceState, ...]:
        return tuple(self._desk.sourced)

    def switch(self) -> Switch | None:
        return self._desk.switched

    def acts(self, order_id: str) -> tuple[Act, ...]:
        found = [i for i in self._desk.intents(order_id=order_id) if i.draft.wish.order_id == order_id]
        return tuple(Act(str(i.draft.wish.verb), i.draft.person, i.state) for i in reversed(found))

    def failures(self, after: int) -> int:
        return 0

    def stirred(self, since: datetime, revision: int = 0, limit: int = 1000) -> tuple[str, ...]:
        made = [order for order in self._desk.orders.values() if order.created is not None and order.created > since]
        return tuple(order.id for order in made[:limit])

    def revision(self) -> int:
        return len(self._desk.changed)

    def changed_since(self, revision: int) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._desk.changed[revision:]))


class MemoryMarks:
    """The journal and cache of marks; raises `refusal` while there is one."""

    def __init__(self, desk: MemoryDesk) -> None:
        self._desk = desk
        self._notes = 0
        self.refusal: Exception | None = None

    def mark(self, edits: Sequence[MarkEdit], at: datetime, *, undo: bool = False) -> dict[str, int | None]:
        if self.refusal is not None:
            raise self.refusal
        done: dict[str, int | None] = {}
        for edit in edits:
            marks = self._desk.marked.get(edit.order_id, Marks())
            if marks.standing == edit.before:
                notes = tuple(note for note in marks.notes if note.id not in edit.retract)
                done[edit.order_id] = None
                if edit.note:
                    self._notes += 1
                    done[edit.order_id] = self._notes
                    notes = (Note(self._notes, at, "ops", edit.note), *notes)
                self._desk.marked[edit.order_id] = Marks(edit.after, notes)
        return done

    def reproject(self, order_ids: Iterable[str], now: datetime) -> None:
        self._desk.changed.extend(order_ids)


class MemoryMessages:
    """Messages that are kept, and delivered to nobody."""

    def __init__(self) -> None:
        self.kept: list[Message] = []

    def enqueue(self, drafts: Sequence[MessageDraft], at: datetime) -> tuple[Message, ...]:
        made = [
            Message(f"M-{number:06}-0a1b2c3d", number, draft, at, "ops", "waiting", next_due=at)
            for number, draft in enumerate(drafts, len(self.kept) + 1)
        ]
        self.kept += made
        return tuple(made)

    def messages(
        self, *, order_id: str | None = None, states: Sequence[MessageState] = (), limit: int = 100
    ) -> tuple[Message, ...]:
        found = (one for one in self.kept if order_id in (None, one.draft.order_id))
        return tuple(one for one in found if not states or one.state in states)[:limit]

    list = messages

    def retry(self, name: str, seen: Message | None = None) -> Message:
        return self._move(name, "waiting")

    def drop(self, name: str) -> Message:
        return self._move(name, "dropped")

    def _move(self, name: str, state: MessageState) -> Message:
        (at,) = [number for number, one in enumerate(self.kept) if one.id == name]
        self.kept[at] = replace(self.kept[at], state=state)
        return self.kept[at]


class MemoryDesk:
    """Fulfils the `Desk` protocol without files or network.

    Intents stay in flight until `finish`, unless `auto` is set; `offline` refuses checks.
    """

    def __init__(
        self,
        orders: Iterable[Order] | None = None,
        *,
        environment: str = "simulator",
        writable: bool = True,
        timezone: str = "UTC",
        auto: bool = False,
        policy: Settings = PRESETS["amazon"],
        mail: Mail = OFF,
    ) -> None:
        made = sample_orders() if orders is None else orders
        self.orders: dict[str, Order] = {order.id: order for order in made}
        self.clock = NOW
        self.auto = auto
        self.offline = False
        self.marked: dict[str, Marks] = {}
        self.booked: tuple[Booked, ...] = ()
        self.told: tuple[Delivery, ...] = ()
        self.stopped: list[float] = []
        self.watched: list[tuple[str, ...]] = []
        self.refreshed: list[str] = []
        self.syncs = 0
        self.submitted: list[tuple[Ready, tuple[str, ...]]] = []
        self.settled: list[tuple[str, State, str]] = []
        self.resumed: list[str | None] = []
        self.changed: list[str] = []
        self.called: list[Call] = []
        self.failing: dict[str, int] = {}
        self.sourced: list[SourceState] = []
        self.asked: list[str] = []
        self.messages = MemoryMessages()
        self.switched: Switch | None = None
        self.sync = SyncStatus(
            "ONLINE", NOW - timedelta(hours=1), NOW - timedelta(minutes=2), 0, 0, 0, timedelta(0), True
        )
        reason = None if writable else "Read-only: the profile says writable = false."
        self._profile = ProfileInfo(
            "shop-us",
            environment,  # type: ignore[arg-type]
            "na",
            Place("v2", "na", environment, "M1"),
            "ops",
            "jump-2",
            timezone,
            writable,
            reason,
            policy=policy,
        )
        self._reader = MemoryReader(self)
        self.marks = MemoryMarks(self)
        self._marking = Marking(self.marks, self.marks, self._reader, self.now, "ops", ZoneInfo(timezone), self.emit)  # type: ignore[arg-type]
        self.letters = Correspondence(self.messages, self._reader, mail, self._profile, self.now)  # type: ignore[arg-type]
        self._intents: dict[str, Intent] = {}
        self._listeners: list[Callable[[Event], None]] = []
        self._lock = threading.RLock()

    @property
    def profile(self) -> ProfileInfo:
        return self._profile

    @property
    def reader(self) -> MemoryReader:
        return self._reader

    def now(self) -> datetime:
        return self.clock

    def emit(self, event: Event) -> None:
        for listener in tuple(self._listeners):
            listener(event)

    def change(self, order: Order) -> None:
        """Put a changed or new order into the cache and tell."""
        self.orders[order.id] = order
        self.changed.append(order.id)
        self.emit(Event("orders", (order.id,)))

    def set_sync(self, **changes: object) -> None:
        self.sync = replace(self.sync, **changes)  # type: ignore[arg-type]
        self.offline = self.sync.connection == "OFFLINE"
        self.emit(Event("sync"))

    def offers(self, order: Order) -> tuple[Offer, ...]:
        found = offers(order, Policy(self._profile.policy, self._profile.read_only_reason), self.clock)
        if self.offline:
            off = "There is no connection to Amazon."
            found = tuple(
                o if o.verdict == "no" else replace(o, verdict="no", reason=off, warnings=(), waits=True) for o in found
            )
        return found

    def suggest(self, order: Order, verb: Verb, target: str) -> Money | None:
        charge = order.charge(target)
        match verb:
            case Verb.CAPTURE:
                return charge.amount if charge else None
            case Verb.REFUND:
                left = refund_limits.refundable(order, charge) if charge else None
                return left or None
            case Verb.AUTHORIZE:
                return limits.chargeable_left(order, self.clock) or None
            case _:
                return None

    def check(self, wish: Wish, seen: Seen | None = None) -> Ready:
        if self.offline:
            raise OfflineError("There is no connection to Amazon; nothing was sent.")
        order = self.orders[wish.order_id]
        fresh = Seen.of(order)
        if seen is not None and (different := seen.differences(fresh)):
            raise ChangedError(f"The order changed: {different[0][0]} is now {different[0][2]}.")
        offer = check_amount(order, wish, find_offer(self.offers(order), wish), self.clock, ())
        base = key_base(self._profile.place, wish, order)
        return Ready(
            wish,
            order,
            offer,
            Prepared("POST", f"/charges/{wish.target}/{wish.verb}", b"{}"),
            base,
            0,
            derive_key(base, 0),
            fresh,
            self.clock,
            outlook.after(order, wish, self.clock),
            effect.already_so(order, wish),
            wish.slip,
        )

    def plan_sale(self, order_id: str, wanted: Wanted) -> SaleReady:
        policy = Policy(read_only=self._profile.read_only_reason)
        order = self.orders[order_id]
        try:
            return SaleReady(order, plan(order, wanted, policy, self.now(), "ops"), self.now())
        except PlanError as error:
            raise BackOfficeError(str(error)) from error

    def check_delivery(self, parcel: Parcel, *, again: bool = False) -> DeliveryReady:
        prepared = Prepared("POST", "/deliveryTrackers", b"{}")
        return DeliveryReady(parcel, self.orders[parcel.order_id], self.now(), prepared, self.told)

    def submit(self, ready: Ready, accepted: Iterable[str] = ()) -> Intent:
        with self._lock:
            if any(i.draft.wish.order_id == ready.wish.order_id and i.open for i in self._intents.values()):
                raise BusyError("Another action on this order is under way.")
            self.submitted.append((ready, tuple(accepted)))
            number = len(self._intents) + 1
            draft = IntentDraft(
                ready.wish,
                self._profile.place,
                ready.prepared,
                ready.base,
                ready.counter,
                ready.key,
                ready.seen,
                "ops",
                "session",
                self.clock,
                tuple(accepted),
            )
            intent = Intent(f"I{number:04d}", draft, "sent", None, 1, None, None, None, None, False)
            self._intents[intent.id] = intent
        order = self.orders[ready.wish.order_id]
        wish = ready.wish
        note = OpenIntent(intent.id, wish.verb, wish.target, "sent", wish.amount, self.clock, "ops")
        self.change(replace(order, intents=(*order.intents, note)))
        self.emit(Event("intent", (order.id,), intent))
        if self.auto:
            return self.finish(intent.id)
        return intent

    def finish(self, intent_id: str, state: State = "succeeded", reason: str | None = None) -> Intent:
        """Let Amazon answer: the intent ends and the order shows it."""
        with self._lock:
            intent = replace(
                self._intents[intent_id],
                state=state,
                reason=reason,
                settled_by="answer",
                settled_at=self.clock,
            )
            self._intents[intent_id] = intent
        wish = intent.draft.wish
        order = self.orders[wish.order_id]
        order = replace(order, intents=tuple(i for i in order.intents if i.id != intent_id))
        if state in ("unknown", "attention"):
            note = OpenIntent(intent.id, wish.verb, wish.target, state, wish.amount, self.clock, "ops")
            order = replace(order, intents=(*order.intents, note))
        if state == "succeeded":
            order = _done(order, wish, self.clock)
        self.change(order)
        self.emit(Event("intent", (order.id,), intent))
        return intent

    def wait(self, intent_id: str, timeout: float) -> Intent:
        return self._intents[intent_id]

    def resume(self, intent_id: str | None = None, timeout: float = 30.0) -> tuple[Intent, ...]:
        self.resumed.append(intent_id)
        return ()

    def settle(self, intent_id: str, outcome: State, note: str) -> Intent:
        self.settled.append((intent_id, outcome, note))
        return self.finish(intent_id, outcome, note)

    def dossier(self, intent_id: str) -> Dossier:
        intent = self._intents[intent_id]
        return Dossier(intent, "b" * 64, tuple(self.attempts(intent)))

    def attempts(self, intent: Intent) -> Iterator[Attempt]:
        """What was sent, and an answer of a server that knows no outcome."""
        for number in range(1, intent.attempts + 1):
            at = intent.draft.at + timedelta(seconds=10 * number)
            came = Evidence(
                at, "answered", "Amazon had an internal error.", 500, "InternalServerError", f"req-{number}", at, 61,
                "e" * 64, '{"reasonCode":"InternalServerError"}',
            )  # fmt: skip
            yield Attempt(number, at, at + timedelta(seconds=2), "unknown", (came,))

    def intents(self, *, order_id: str | None = None, open_only: bool = False, limit: int = 100) -> tuple[Intent, ...]:
        found = [i for i in reversed(self._intents.values()) if order_id in (None, i.draft.wish.order_id)]
        return tuple(i for i in found if i.open or not open_only)[:limit]

    def refresh(self, order_ids: Sequence[str], *, wait: bool = False) -> None:
        if self.offline and wait:
            raise OfflineError("There is no connection to Amazon.")
        self.refreshed.extend(order_ids)

    def answer(self, order_id: str, problem: str | None = None) -> None:
        """Let a refresh that a person asked for end."""
        self.emit(Event("read", (order_id,), problem=problem))

    def switch_on(self, mode: str) -> Switch:
        self.switched = Switch("on", mode, self.clock, self.profile.person)
        return self.switched

    def switch_off(self) -> Switch | None:
        if self.switched is None:
            return None
        self.switched = replace(self.switched, position="off", at=self.clock)
        return self.switched

    def sync_once(
        self, *, all_: bool = False, act: bool = False, progress: Callable[[int, int], None] | None = None
    ) -> int:
        return 0

    def sync_now(self) -> None:
        self.syncs += 1

    def watch(self, order_ids: Sequence[str]) -> None:
        self.watched.append(tuple(order_ids))

    def track(self, orders: Sequence[TrackedOrder]) -> TrackResult:
        raise BackOfficeError("Not here.")

    def sources(self) -> tuple[SourceState, ...]:
        return tuple(self.sourced)

    def run_source(self, name: str) -> None:
        self.asked.append(name)

    def ask_source(
        self, name: str, *, since: datetime | None = None, listener: Callable[[SourceState], None] | None = None
    ) -> SourceState:
        self.asked.append(name)
        return next(state for state in self.sourced if state.name == name)

    def mark(self, order_ids: Sequence[str], change: MarkChange) -> Marked:
        return self._marking.mark(order_ids, change)

    def unmark(self) -> Marked:
        return self._marking.undo()

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def start(self) -> None:
        """Nothing to start."""

    def stop(self, timeout: float) -> int:
        self.stopped.append(timeout)
        return len(self.in_flight())

    def calls(self) -> tuple[Call, ...]:
        return tuple(self.called)

    def budget(self) -> tuple[Budget, ...]:
        return (Budget("get-charge", 12, 20, 2.0), Budget("capture", 20, 20, 1.0))

    def in_flight(self) -> tuple[Intent, ...]:
        return tuple(i for i in self._intents.values() if i.state in ("intent", "sent"))


def _done(order: Order, wish: Wish, now: datetime) -> Order:
    """Return the order as it is once Amazon did the wish."""
    charge = order.charge(wish.target)
    match wish.verb:
        case Verb.CAPTURE if charge is not None:
            amount = wish.amount or charge.amount
            new = replace(charge, state=states.CAPTURED, captured=amount, refunded=Money.zero(amount), updated=now)
        case Verb.VOID if charge is not None:
            new = replace(charge, state=states.CANCELED, reason="MerchantCanceled", updated=now)
        case Verb.REFUND if charge is not None and wish.amount is not None:
            number = len(order.refunds) + 1
            refund = Refund(
                f"{order.id}-R{number:06d}", charge.id, states.REFUND_INITIATED, wish.amount, created=now, updated=now
            )
            return replace(order, refunds=(*order.refunds, refund))
        case Verb.CANCEL | Verb.CLOSE if order.permission is not None:
            closed = replace(order.permission, state=states.CLOSED, reasons=(Reason("MerchantClosed"),))
            return replace(order, permission=closed, canceled_here=wish.verb is Verb.CANCEL)
        case _:
            return order
    return replace(order, charges=tuple(new if c.id == new.id else c for c in order.charges))
