"""Which columns of a shop's export mean what, and what its status words mean about the money: data and look-up."""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from azpay_tui.domain.claims import Claim
from azpay_tui.domain.paths import follow

Field = Literal[
    "number",
    "permission",
    "ids",
    "amount",
    "currency",
    "created",
    "buyer_name",
    "buyer_email",
    "status",
    "lines",
    "shipping",
    "shipping_tax",
]
"""What a column may say of an order; `shipping` is without its tax where `shipping_tax` has a column.

Amazon's ids are found in every column; `permission` says whose the others are."""

FIELDS: Final[tuple[Field, ...]] = get_args(Field)
"""Every field."""

_SAME: Final = str.maketrans(" -", "__")


def folded(title: str) -> str:
    """Return a title as it is compared: `Order Number`, `order-number` and `order_number` are one."""
    return title.strip().casefold().translate(_SAME)


@dataclass(frozen=True, slots=True)
class Mapping:
    """How to read the rows of one kind of shop."""

    columns: MappingType[Field, tuple[str, ...]]
    """Names for each field, best first: the title of a column (case, blank and hyphen make no difference) or, in JSON,
    a path such as `orderCustomer.email` (`paths.follow` says what one can be). What is found first counts.
    """
    statuses: MappingType[str, Claim] = field(default_factory=dict)
    """The shop's status words (or numbers) and what each says about the money; a word that is missing says nothing."""
    complete: bool = False
    """Whether the rows of an order name all of its charges and refunds; its rows then stand one after the other."""
    timezone: str = "UTC"
    """IANA name of the zone in which times without one are written."""

    def claim(self, word: str) -> Claim | None:
        """Return what a status word says about the money; None when nobody said."""
        found = self.statuses.get(word)
        if found is None:
            plain = word.strip().casefold()
            found = next((claim for name, claim in self.statuses.items() if name.casefold() == plain), None)
        return found

    def places(self, titles: Sequence[str]) -> dict[Field, tuple[int, ...]]:
        """Return where each field stands under these titles, best first; a field without a column is left out."""
        at: dict[str, int] = {}
        for index, title in enumerate(titles):
            at.setdefault(folded(title), index)
        found = {
            name: tuple(at[plain] for plain in dict.fromkeys(map(folded, names)) if plain in at)
            for name, names in self.columns.items()
        }
        return {name: indices for name, indices in found.items() if indices}

    def missing(self, titles: Sequence[str]) -> tuple[str, ...]:
        """Return the best name of every field that has no column under these titles."""
        there = self.places(titles)
        return tuple(names[0] for name, names in self.columns.items() if names and name not in there)

    def find(self, record: object, name: Field) -> object:
        """Return what a JSON object says of a field: the first of its paths that leads to something."""
        for path in self.columns.get(name, ()):
            found = follow(record, path)
            if found not in (None, ""):
                return found
        return None


GENERIC: Final = Mapping(
    {
        "number": ("order_number", "ordernumber", "number", "increment_id", "order_no", "orders_id", "order_id"),
        "permission": (
            "permission_id",
            "charge_permission_id",
            "chargepermissionid",
            "amazon_charge_permission_id",
            "amazon_order_reference_id",
            "amazonorderreferenceid",
            "order_reference_id",
        ),
        "ids": ("charge_ids", "refund_ids", "charge_id", "chargeid", "refund_id", "amazon_charge_id"),
        "amount": ("amount", "order_total", "grand_total", "amounttotal", "total"),
        "currency": ("currency", "currency_code", "currencycode", "order_currency", "order_currency_code"),
        "created": ("created", "created_at", "createdat", "date_created", "order_date", "orderdatetime", "date_added"),
        "buyer_name": ("buyer_name", "customer_name", "customers_name", "buyer"),
        "buyer_email": ("buyer_email", "customer_email", "customers_email_address", "billing_email", "email"),
        "status": ("order_status", "shop_status", "orders_status"),
        "lines": ("order_lines", "lines", "line_items", "lineitems"),
    }
)
"""Names that many exports use; read when nobody said how the source is to be read."""
