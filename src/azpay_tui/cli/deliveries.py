"""`azpay track-delivery`: check live, show, confirm, tell Amazon of the parcel, report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from azpay_tui.backoffice.errors import ToldBeforeError
from azpay_tui.backoffice.records import ProfileInfo
from azpay_tui.backoffice.stores import Reader
from azpay_tui.cli import confirm, intent_shapes, resolve, shapes
from azpay_tui.cli.context import Context
from azpay_tui.cli.outcome import NOT_VALID, OFFLINE, OK, REFUSED, UNKNOWN, CommandError
from azpay_tui.cli.output import ask, error_value, json_result, result, say, shown, utc
from azpay_tui.domain.deliveries import (
    ALREADY_SO,
    Delivery,
    DeliveryReady,
    Outcome,
    Parcel,
    ParcelError,
    is_carrier,
    not_told,
    parcel_of,
    to_offer,
)
from azpay_tui.domain.moments import written
from azpay_tui.domain.order import Order
from azpay_tui.domain.retention import no_buyer
from azpay_tui.domain.slips import Booked
from azpay_tui.domain.status import status_of

_CODES: Final[dict[Outcome, int]] = {"sent": OK, "refused": REFUSED, "unknown": UNKNOWN, "unsent": OFFLINE}


@dataclass(frozen=True, slots=True)
class Request:
    """What was typed."""

    order: str
    carrier: str = ""
    number: str = ""
    again: bool = False
    yes: bool = False
    dry_run: bool = False
    as_json: bool = False


def track_delivery(context: Context, request: Request) -> int:
    """Tell Amazon of a parcel; returns the exit code. Raises `CommandError` before anything was sent."""
    confirm.require_way(request.yes, request.dry_run)
    with context.desk() as desk:
        if desk.profile.read_only_reason is not None:
            raise CommandError(desk.profile.read_only_reason, NOT_VALID, "read-only")
        order = resolve.load(desk.reader, request.order)
        parcel = _parcel(desk.reader, order, request)
        context.require_key()
        try:
            ready = desk.check_delivery(parcel, again=request.again)
        except ToldBeforeError as error:
            raise CommandError(
                f"{error.message} To send it all the same say --again.", NOT_VALID, error.code
            ) from error
        if request.dry_run:
            return _dry_run(ready)
        if ready.already_so is None and not request.yes:
            _confirm(desk.profile, ready)
        done = desk.send_delivery(ready)
    return _report(done, already_so=ready.already_so is not None, as_json=request.as_json)


def _parcel(reader: Reader, order: Order, request: Request) -> Parcel:
    """Return the parcel that was typed; what was not is that of the newest slip of which Amazon was not told."""
    carrier, number = request.carrier, request.number
    if not number.strip():
        offered = to_offer(reader.slips(order.id), reader.deliveries(order.id))
        if offered is None:
            raise CommandError(
                "Say --carrier CODE and --number N: no slip of this order has a tracking number to be sent."
            )
        carrier, number = carrier or offered[0], offered[1]
    try:
        return parcel_of(order.id, carrier, number)
    except ParcelError as error:
        raise CommandError(str(error)) from error


def _dry_run(ready: DeliveryReady) -> int:
    prepared = ready.prepared
    request = {"method": prepared.method, "path": prepared.path, "body": intent_shapes.body(prepared.body)}
    json_result({"dry_run": True, "would_send": None if ready.already_so is not None else request})
    return OK


def _confirm(profile: ProfileInfo, ready: DeliveryReady) -> None:
    order, parcel = ready.order, ready.parcel
    say("TRACK DELIVERY: Amazon is told of the parcel, and tells the buyer of its arrival")
    facts = {
        "Environment": f"{profile.environment.upper()} / {profile.name} ({profile.region})",
        "Signed in as": profile.person,
        "Order": f"{order.id}{f'  #{order.number}' if order.number else ''}",
        "Buyer": order.buyer_name or no_buyer(order),
        "Status": status_of(order, ready.read_at),
        "Carrier": parcel.carrier,
        "Number": parcel.tracking,
    }
    for label, value in facts.items():
        say(f"  {label:<15}{shown(value)}")
    for before in ready.before:
        say(f"  {'Before':<15}{shown(f'{before.told}, {written(before.at)} by {before.person}')}")
    if ask("Type yes to tell Amazon: ") != "yes":
        raise CommandError("Not confirmed: nothing was sent.", code="not-confirmed")


def _report(done: Delivery, *, already_so: bool, as_json: bool) -> int:
    code, reason = _CODES[done.outcome], ALREADY_SO if already_so else done.why
    if as_json:
        value = {"order": done.parcel.order_id, **delivery_shape(done), "reason": reason or None}
        if code == OFFLINE:
            value["error"] = error_value(CommandError(reason, code, "offline"))
        json_result(value)
    else:
        parcel = done.parcel
        why = f": {reason}" if reason and (already_so or done.outcome != "sent") else ""
        result(shown(f"{parcel.carrier} {parcel.tracking} of {parcel.order_id} {done.became}{why}"))
    if code == UNKNOWN:
        say("What Amazon did is not known, and nothing repeats it: to send it once more say --again.")
    return code


# With its order


def delivery_shape(done: Delivery) -> shapes.Json:
    """Write one attempt to tell Amazon of a parcel for scripts."""
    return {
        "carrier": done.parcel.carrier,
        "tracking": done.parcel.tracking or None,
        "outcome": done.outcome,
        "reason": done.why or None,
        "request_id": done.request_id or None,
        "at": utc(done.at),
        "person": done.person,
    }


def to_tell(order_id: str, carrier: str) -> str:
    """Write the command that tells Amazon of the number of a slip; what the slip calls its carrier may be no code."""
    return f"azpay track-delivery {order_id}{'' if is_carrier(carrier) else ' --carrier CODE'}"


def delivery_lines(order_id: str, slips: Sequence[Booked], deliveries: Sequence[Delivery]) -> Iterator[str]:
    """Yield for people which parcels Amazon was told of, and the one of which it was not."""
    untold = not_told(slips, deliveries)
    if untold is not None:
        carrier, _number = to_offer(slips, deliveries) or ("", "")
        yield shown(f"parcel {untold}; to tell it: {to_tell(order_id, carrier)}")
    for done in deliveries:
        yield shown(f"parcel {done.parcel.named}  {utc(done.at)} by {done.person}: {done.became}{done.why_not}")
