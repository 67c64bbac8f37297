"""Charging more than an order's total: how much more is allowed, and whether by one authorization or by a second one.

Amazon allows an order to be raised for shipping, taxes and changes after checkout, up to the permission's limit; a shop
may narrow that to a share of the total (guide: post-purchase order modifications; object charge permission).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from azpay_tui.domain import limits, states
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Order
from azpay_tui.domain.owing import cancelled_whole
from azpay_tui.domain.policies import Settings
from azpay_tui.domain.remaining import left_out, rest_to_charge
from azpay_tui.domain.slips import Booked
from azpay_tui.domain.words import usable

Route = Literal["whole", "difference"]
"""One authorization of the new total, or a second one of what the first ones lack."""
HOW_LIMIT: Final = 60
"""Characters of how the buyer was told."""


class ChargeMoreError(ValueError):
    """An order cannot be raised to that total; the text is a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Room:
    """How much an order may come to in all, and how much of that is left above its total."""

    total: Money
    """The order's total: the shop's when known, else the permission's limit; without lines cancelled before capture."""
    spent: Money
    """Captured, authorized or being decided."""
    most: Money
    """What it may come to in all."""
    left: Money
    """What may still be charged above the total; never negative."""
    why: str
    """What bounds it, as the end of a sentence, with the arithmetic."""

    @property
    def base(self) -> Money:
        """What more is counted from: the total, or what is captured and held where that is more."""
        return max(self.total, self.spent)

    @property
    def sentence(self) -> str:
        """The remaining allowance with its arithmetic."""
        if self.most <= self.total:
            return f"Nothing may be charged above the total of {self.total}: {self.why}."
        used = f", {self.spent} of it captured or held" if self.spent > self.total else ""
        return f"{self.left} above the total of {self.total} may be charged, {self.most} in all{used}: {self.why}."


@dataclass(frozen=True, slots=True)
class Plan:
    """How an order gets a higher total."""

    total: Money
    """The new one."""
    amount: Money
    """What is to be authorized."""
    route: Route
    room: Room

    @property
    def sentence(self) -> str:
        """Which way it is done, and why."""
        if self.route == "whole":
            return f"Nothing is captured or held: one authorization of all {self.amount}."
        return (
            f"{self.room.spent} are captured or held already: one more authorization of the difference, {self.amount}."
        )

    @property
    def note(self) -> str:
        """What the journal keeps with the authorization."""
        return f"Total raised from {self.room.total} to {self.total}."


def open_balance(order: Order) -> Money | None:
    """Return Amazon's balance of an order while it can be charged; None once it is closed, or when it is not known."""
    permission = order.permission
    return permission.balance if permission is not None and permission.state != states.CLOSED else None


def left_to_charge(order: Order, booked: Sequence[Booked]) -> str:
    """Say what Amazon's balance is while the order can be charged; empty: closed, or not known.

    Where lines were cancelled here and leave less of it, that is said too; `booked`, the order's slips, tell how much.
    """
    balance, rest = open_balance(order), rest_to_charge(order, booked)
    if balance is None:
        return ""
    if rest is None or not rest.same_currency(balance) or rest >= balance:
        return str(balance)
    return f"{balance} at Amazon; more than {rest} asks first, for lines were cancelled"


def room(order: Order, settings: Settings, now: datetime) -> Room | None:
    """Return how much more than its total an order may be charged at `now` (UTC).

    None where its total, its limit or its charges are not known, or are in several currencies, and where lines were
    cancelled here of which nobody can tell what they cost.
    """
    whole, permission = order.amount, order.permission
    gone = left_out(order)
    captured, held = limits.captured_total(order), limits.held_total(order, now)
    if whole is None or not whole.known or permission is None or permission.limit is None:
        return None
    if captured is None or held is None or gone is None or permission.kind != states.ONE_TIME:
        return None
    if not all(money.same_currency(whole) for money in (captured, held, gone, permission.limit)):
        return None
    amount = whole - gone
    most, why = permission.limit, f"the permission's limit is {permission.limit}"
    share = settings.overcharge.of(amount)
    if share is not None and amount + share < most:
        most, why = amount + share, f"{settings.overcharge.reckoned(amount)} ({settings.why('overcharge')})"
    elif order.shop.amount is None:
        why = f"{why}, and no source told a total: import it"
    spent = captured + held
    left, balance = most - max(amount, spent), limits.chargeable_most(order)
    if balance is not None and balance.same_currency(amount):
        free = balance - max(amount - spent, Money.zero(amount))
        if free < left:
            left, why = free, f"{why}, and Amazon has {balance} left to charge"
    return Room(amount, spent, most, max(left, Money.zero(amount)), why)


def above_total(order: Order, settings: Settings, now: datetime) -> str:
    """Return the remaining allowance above the total of an order that can be charged at `now` (UTC); else empty.

    Empty as well for one whose sale was cancelled here.
    """
    found = room(order, settings, now) if usable(order) and not cancelled_whole(order) else None
    return found.sentence if found is not None and found.left else ""


def plan(order: Order, settings: Settings, total: Money, now: datetime) -> Plan:
    """Choose how an order is raised to a new total at `now` (UTC); raises `ChargeMoreError` where it cannot be.

    Nothing captured or held: one authorization of all of it. Else one more, of the difference.
    """
    if cancelled_whole(order):
        raise ChargeMoreError("The sale was cancelled here: nothing more is charged for it.")
    found = room(order, settings, now)
    if found is None or not total.same_currency(found.total):
        if order.cancelled is not None and left_out(order) is None:
            raise ChargeMoreError(
                "Lines of this order were cancelled here, and what the others cost cannot be told: authorize an amount."
            )
        raise ChargeMoreError("How much this order may be charged is not known here: refresh it, or import its total.")
    if total <= found.total:
        raise ChargeMoreError(
            f"{total} is not more than the order's total of {found.total}: authorize or capture it as it is."
        )
    if total > found.base + found.left:
        again = " For more, place another order with the customer."
        raise ChargeMoreError(f"{total} is too much. {found.sentence}{again}")
    if total <= found.spent:
        raise ChargeMoreError(f"{found.spent} are captured or held already: {total} needs no further authorization.")
    return Plan(total, total - found.spent, "difference" if found.spent else "whole", found)


def buyer_text(order: Order, planned: Plan) -> str:
    """Return what the buyer is to be told before more is charged; nothing personal is in it."""
    named = f"Your order {order.number}" if order.number else f"Your order {order.id}"
    more = planned.total - planned.room.total
    return (
        f"{named}: its total is now {planned.total} instead of {planned.room.total}, {more} more. "
        "The payment method that you chose at Amazon Pay is charged with it."
    )


def told_note(planned: Plan, how: str) -> str:
    """Return the note that says that the buyer was told; raises `ChargeMoreError` when `how` is empty or too long."""
    line = " ".join(how.split())
    if not line:
        raise ChargeMoreError("Say how the buyer was told, such as: by phone.")
    if len(line) > HOW_LIMIT:
        raise ChargeMoreError(f"How the buyer was told has {len(line)} characters; at most {HOW_LIMIT} fit.")
    return f"Buyer told of {planned.total} instead of {planned.room.total}, {planned.amount} to authorize: {line}"
