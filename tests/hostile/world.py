"""A shop in memory whose every text is hostile, for the real console to show."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from tests.hostile.fields import Filler
from tests.tui.desk import NOW, MemoryDesk, MemoryReader, sample_orders
from tests.tui.pictures import busy_shop

from azpay_tui.backoffice.records import Event
from azpay_tui.domain.calls import Call
from azpay_tui.domain.deliveries import Delivery, Parcel
from azpay_tui.domain.goods import Goods, Line, Slip
from azpay_tui.domain.intent import Intent, Verb
from azpay_tui.domain.marks import Marks, Note, Reminder, Review, Standing, Trouble
from azpay_tui.domain.messages import Message, MessageDraft
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Address, Buyer, LocalDecline, Order, Reason, ShopFacts, Sighting
from azpay_tui.domain.queue import Queue, Queued
from azpay_tui.domain.rows import OrderLine, TimelineEntry
from azpay_tui.domain.slips import Booked
from azpay_tui.domain.sources import SourceState
from azpay_tui.domain.switch import Switch

TEXT = "a text that is replaced"
PER_ROUND = len(sample_orders(rounds=1))
"""Orders in one of each situation."""


class Texts:
    """Texts, round and round."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self.at = 0

    def __call__(self) -> str:
        text = self._texts[self.at % len(self._texts)]
        self.at += 1
        return text


def complete(order: Order) -> Order:
    """Give an order a text in every field that can have one."""
    shop: ShopFacts = replace(
        order.shop,
        number=TEXT,
        buyer_name=TEXT,
        buyer_email=TEXT,
        status=TEXT,
        lines=(OrderLine(TEXT, TEXT, order.shop.amount, TEXT), OrderLine(TEXT, TEXT, None, TEXT)),
        sightings=(Sighting(TEXT, "shop", TEXT, TEXT, "paid"), Sighting(TEXT, "amazon", TEXT, TEXT)),
        shared=((TEXT, TEXT),),
        asked=True,
    )
    order = replace(
        order,
        shop=shop,
        charges=tuple(replace(charge, description=TEXT, reason=charge.reason or "") for charge in order.charges),
        refunds=tuple(replace(refund, description=TEXT, reason=refund.reason or "") for refund in order.refunds),
        intents=tuple(replace(each, result_id=TEXT, person=TEXT) for each in order.intents),
        declines=order.declines or (LocalDecline(NOW, None, TEXT),) if order.charges == () else (),
    )
    if order.permission is None:
        return order
    permission = replace(
        order.permission,
        reasons=tuple(replace(reason, description=TEXT) for reason in order.permission.reasons or (Reason(""),)),
        environment=TEXT,
        reference=TEXT,
        buyer=Buyer(TEXT, TEXT),
        shipping=Address(*(TEXT,) * 9),
    )
    return replace(order, permission=permission)


def hostile_orders(count: int, fill: Filler, texts: Texts) -> Iterator[Order]:
    """Yield orders; each begins with the text after that of the one before, so that each field sees all of them."""
    made = sample_orders(rounds=-(-count // PER_ROUND))
    for place, order in enumerate(made[:count]):
        texts.at = place
        yield fill(complete(order))


class HostileReader(MemoryReader):
    """Reads whose every text is hostile."""

    def __init__(self, desk: HostileDesk) -> None:
        super().__init__(desk)
        self._hostile = desk

    def timeline(self, order_id: str) -> tuple[TimelineEntry, ...]:
        return tuple(self._hostile.fill(replace(entry, object_id=TEXT)) for entry in super().timeline(order_id))

    def raw(self, order_id: str) -> dict[str, str]:
        texts = self._hostile.texts
        body = {"chargePermissionId": order_id, texts(): texts(), "buyer": {"name": texts(), "email": texts()}}
        return {order_id: json.dumps({**body, "list": [texts(), {texts(): texts()}]}), texts(): texts()}

    def objects(self, order_id: str) -> tuple[Queued, ...]:
        return tuple(self._hostile.fill(replace(queued, error=TEXT)) for queued in super().objects(order_id))

    def queue(self, now: datetime, limit: int = 100) -> Queue:
        found = super().queue(now, limit)
        return replace(
            found, objects=tuple(self._hostile.fill(replace(queued, attempts=2)) for queued in found.objects)
        )


class HostileDesk(MemoryDesk):
    """A desk whose every text is hostile; with `words` also Amazon's states, which no verb is valid for."""

    def __init__(self, count: int, texts: Sequence[str], *, words: bool = False, environment: str = "live") -> None:
        self.texts = Texts(texts)
        self.fill = Filler(self.texts, words=words)
        super().__init__(list(hostile_orders(count, self.fill, self.texts)), environment=environment)
        self.hostile_reader = HostileReader(self)
        self._reader = self.hostile_reader
        self._profile = self.fill(replace(self._profile, read_only_reason=None, capturing=TEXT, paused=TEXT))
        self.called = [
            self.fill(Call(NOW - timedelta(seconds=place), "capture", TEXT, 0.3, status, request, TEXT))
            for place, (status, request) in enumerate(((422, TEXT), (None, None), (200, TEXT)) * 4)
        ]
        self.sourced = [self.fill(state) for state in sources()]
        self.marked = {order_id: self._marks() for order_id in list(self.orders)[::2]}
        self.sync = self.fill(replace(self.sync, message=TEXT, shop_heard=True, errors=3))
        self._jobs()
        self.booked = tuple(self.fill(booked_of(order_id)) for order_id in self.orders)
        self.told = tuple(self.fill(delivery_of(order_id)) for order_id in self.orders)
        self.messages.kept = [self.fill(message_of(order_id, number)) for number, order_id in enumerate(self.orders, 1)]
        self.switched = self.fill(Switch("stopped", "authorize", NOW, TEXT, TEXT))

    def _marks(self) -> Marks:
        about = Trouble()
        standing = Standing(Review(about, NOW, TEXT), Reminder(NOW + timedelta(days=1), about, NOW, TEXT), (TEXT, TEXT))
        return self.fill(Marks(standing, (Note(1, NOW, TEXT, TEXT), Note(2, NOW, TEXT, TEXT))))

    def _jobs(self) -> None:
        for intent in busy_shop().intents():
            full = replace(intent, reason=TEXT, result_id=TEXT, request_id=TEXT, settled_by=TEXT)
            noted = replace(full, draft=replace(full.draft, wish=replace(full.draft.wish, note=TEXT)))
            self._intents[intent.id] = self.fill(noted)

    def tell(self, intent: Intent) -> None:
        """Let an outcome be told on the message line."""
        self.emit(Event("intent", (intent.draft.wish.order_id,), intent))


def booked_of(order_id: str) -> Booked:
    """Return a refund of an order that was made elsewhere."""
    price, none = Money(500, "USD"), Money(0, "USD")
    made = Slip(Goods((Line(TEXT, TEXT, 1, price, none),), none, none), none, TEXT, TEXT, TEXT)
    return Booked("", Verb.REFUND, "", None, made, 1, order_id, None, NOW, TEXT, TEXT)


def delivery_of(order_id: str) -> Delivery:
    """Return a parcel of an order that Amazon refused."""
    return Delivery(1, Parcel(order_id, TEXT, TEXT), NOW, TEXT, "refused", TEXT, TEXT, NOW)


def message_of(order_id: str, number: int) -> Message:
    """Return a message about an order that did not arrive."""
    draft = MessageDraft("buyer", "mail", order_id, TEXT, TEXT, TEXT)
    return Message(f"M-{number:06}-0a1b2c3d", number, draft, NOW, TEXT, "failed", 3, 3, None, NOW, TEXT)


def sources() -> Iterator[SourceState]:
    """Yield a source that does well and one that fails."""
    every = timedelta(minutes=5)
    for ok in (True, False):
        yield SourceState(
            TEXT, "command", "shop", every, NOW, NOW, NOW, NOW, ok, TEXT, 4, 2, 2, bad=1, runs=3, failures=int(not ok)
        )
