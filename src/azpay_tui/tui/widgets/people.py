"""Who bought, where the parcel goes and who is billed, as lines of the detail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from rich.text import Text

from azpay_tui.domain.addresses import BILLING, NOT_PROTECTED, Moved, billing, lines, ships_to
from azpay_tui.domain.order import Address, Order
from azpay_tui.domain.retention import no_buyer
from azpay_tui.tui.widgets.words import absolute, outside


def mask_email(address: str) -> str:
    """Return an e-mail address with the part before the @ hidden but for its first letter."""
    name, at, domain = address.partition("@")
    return f"{name[:1]}***{at}{domain}" if at else "***"


def _address(label: str, address: Address | None, masked: bool, more: str = "") -> Iterator[Text]:
    if address is None:
        return
    said = f"  ({more})" if more else ""
    if masked:
        yield Text(f"{label}  {outside(address.country, 40) or 'hidden'}  (p: show){said}")
    elif more:
        yield Text(f"{label}{said}")
    else:
        yield Text(label)
        for part in lines(address):
            yield Text(f"  {outside(part, 120)}")


def people_lines(order: Order, moved: Moved | None, masked: bool, where: tzinfo) -> Iterator[Text]:
    """Yield who bought, where the parcel goes and who is billed; masked without e-mail and street."""
    yield Text(f"Buyer    {outside(order.buyer_name, 80) or no_buyer(order)}")
    if order.buyer_email:
        shown = mask_email(order.buyer_email) if masked else order.buyer_email
        yield Text(f"E-mail   {outside(shown, 120)}{'  (p: show)' if masked else ''}")
    if moved is not None:
        by = f"changed here by {outside(moved.person, 60)}, {absolute(moved.at, where)}"
        yield Text(f"! {NOT_PROTECTED} by Amazon: the address was {by}", "bold")
    yield from _address("Ship to", ships_to(order, moved), masked)
    bills = billing(order)
    yield from _address("Bill to", bills.address, masked, BILLING[bills.standing])
