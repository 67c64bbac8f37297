"""`azpay address`: where a parcel goes and who is billed; a change stays here and costs Amazon's protection."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from azpay_tui.cli import resolve
from azpay_tui.cli.context import Context
from azpay_tui.cli.outcome import NOT_VALID, OK, CommandError
from azpay_tui.cli.output import ask, is_terminal, json_result, result, say, shown, utc
from azpay_tui.domain.addresses import (
    BILLING,
    NOT_PROTECTED,
    WARNING,
    WARNS,
    AddressError,
    Moved,
    billing,
    changed,
    lines,
    parse,
    ships_to,
)
from azpay_tui.domain.order import Address, Order
from azpay_tui.domain.retention import no_buyer


def show_address(context: Context, text: str, *, as_json: bool) -> int:
    """Show where a parcel goes and who is billed; reads the local files alone."""
    reader = context.reader()
    order = resolve.load(reader, text)
    _show(order, reader.marks(order.id).moved, as_json=as_json)
    return OK


def set_address(
    context: Context, text: str, parts: Sequence[str], accepted: Sequence[str], *, clear: bool, as_json: bool
) -> int:
    """Have a parcel sent elsewhere, or with `clear` again where Amazon says.

    Raises `CommandError`: exit code 2 for what is no address, 3 where nobody accepts that it is not protected.
    """
    if clear and parts:
        raise CommandError("Choose one of --set and --clear.")
    with context.desk() as desk:
        order = resolve.load(desk.reader, text)
        address = None
        if not clear:
            try:
                address = changed(order, desk.reader.marks(order.id).moved, parse(parts))
            except AddressError as error:
                raise CommandError(str(error), NOT_VALID if order.purged_at else 2, "address") from error
            _require_accepted(accepted)
        done = desk.readdress(order.id, address)
        moved = desk.reader.marks(order.id).moved
    if as_json:
        _show(order, moved, as_json=True)
    else:
        result(shown(done.sentence))
    return OK


def _require_accepted(accepted: Sequence[str]) -> None:
    if WARNING in accepted:
        return
    if not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
        raise CommandError(f"{WARNS} To go on say --accept {WARNING}.", NOT_VALID, "warning-not-accepted")
    say(WARNS)
    if ask("Type yes to send it there: ") != "yes":
        raise CommandError("Not confirmed: nothing was changed.", code="not-confirmed")


def _show(order: Order, moved: Moved | None, *, as_json: bool) -> None:
    goes, bills = ships_to(order, moved), billing(order)
    if as_json:
        json_result(
            {
                "order": order.id,
                "ship_to": _shape(goes),
                "protected": moved is None,
                "changed": None if moved is None else {"at": utc(moved.at), "person": moved.person},
                "bill_to": _shape(bills.address),
                "billing": bills.standing,
            }
        )
        return
    why = no_buyer(order)
    for line in _lines("Ship to", goes, why):
        result(line)
    if moved is not None:
        result(shown(f"{'':<15}{NOT_PROTECTED}: changed here by {moved.person}, {utc(moved.at)}"))
    for line in _lines("Bill to", bills.address, why):
        result(line)
    if BILLING[bills.standing]:
        result(f"{'':<15}({BILLING[bills.standing]})")


def _lines(label: str, address: Address | None, otherwise: str) -> list[str]:
    found = lines(address) if address is not None else (otherwise,)
    return [f"{label if number == 0 else '':<15}{shown(line)}" for number, line in enumerate(found)]


def _shape(address: Address | None) -> dict[str, str | None] | None:
    if address is None:
        return None
    return {
        "name": address.name,
        "line1": address.line1,
        "line2": address.line2,
        "line3": address.line3,
        "city": address.city,
        "region": address.region,
        "postal_code": address.postal_code,
        "country": address.country,
        "phone": address.phone,
    }
