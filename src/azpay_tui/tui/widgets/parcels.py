"""The parcels of an order: of which Amazon was told, and the one of which it was not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo

from rich.text import Text

from azpay_tui.domain.deliveries import Delivery, not_told
from azpay_tui.domain.slips import Booked
from azpay_tui.tui.display import display
from azpay_tui.tui.widgets.words import absolute


def parcel_lines(slips: Sequence[Booked], deliveries: Sequence[Delivery], where: tzinfo) -> Iterator[Text]:
    """Yield the parcel that waits to be told of, with the keys for it, then every attempt, newest first."""
    untold = not_told(slips, deliveries)
    if untold is not None:
        yield Text(f"{display(untold, 200)} (a t)")
    for done in deliveries:
        said = f"{done.parcel.named}: {done.became} by {done.person}{done.why_not}"
        yield Text(f"{display(said, 300)}  {absolute(done.at, where)}")
