"""What the shop says of an order, beside what Amazon shows."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, tzinfo

from rich.text import Text

from azpay_tui.domain.divergence import differences, said
from azpay_tui.domain.goods import costs
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.money import AmountError
from azpay_tui.domain.order import Order
from azpay_tui.tui.display import display
from azpay_tui.tui.widgets.words import keys_of, local, outside


def difference_lines(
    order: Order, codes: Collection[str], now: datetime, valid: Collection[Verb], where: tzinfo
) -> Iterator[Text]:
    """Yield in full on what shop and Amazon disagree at `now` (UTC), but for what an attention code says already.

    `valid` are the verbs offered now.
    """
    try:
        found = differences(order, now)
    except AmountError:  # amounts of several currencies: the sums say so
        return
    for difference in found:
        if difference.code == "charged-elsewhere" and "diverged" in codes:
            continue
        known = difference.explanation
        step = known.step(valid).write(keys_of)
        yield Text(f"  {difference.code}: {display(local(f'{known.sentence} {known.money} {step}', where), 600)}")


def shop_lines(order: Order) -> Iterator[Text]:
    """Yield the shop's word, who named the order, and what was ordered; nothing when nobody did."""
    shop = order.shop
    word = said(shop)
    if word:
        yield Text(f"Status   {outside(word, 120)}")
    if shop.sightings:
        named = (f"{one.source} {one.number}" if one.number else one.source for one in shop.sightings)
        yield Text(f"Named by {outside(', '.join(named), 300)}")
    for line in shop.lines:
        amount = f"  {line.amount}" if line.amount else ""
        sku = f"  {outside(line.sku, 60)}" if line.sku else ""
        of = f"{outside(line.quantity, 20)} x" if line.kind == "item" else line.kind
        more = costs(line)
        yield Text(f"  {of} {outside(line.name, 120)}{amount}{sku}{f'  ({more})' if more else ''}")
