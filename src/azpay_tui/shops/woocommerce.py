"""Orders by WooCommerce's REST interface, version 3: a key that may read is enough.

Sources: WooCommerce's REST documentation (authentication, list all orders, list all refunds) and what its
controllers do with these parameters.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final

from azpay_tui.domain.order import PERMISSION_ID
from azpay_tui.shops.errors import ShopError
from azpay_tui.shops.keys import ShopKey
from azpay_tui.shops.paging import Page, pages
from azpay_tui.shops.wire import Reply, Wire

_ORDERS: Final = "/wp-json/wc/v3/orders"
# Nothing of an address travels that no list shows.
_FIELDS: Final = (
    "id,number,status,currency,total,date_created_gmt,date_modified_gmt,payment_method,transaction_id,"
    "billing.first_name,billing.last_name,billing.email,line_items,shipping_total,shipping_tax,meta_data,"
    "refunds"
)
_REFUND_FIELDS: Final = "id,amount,date_created_gmt,meta_data"
_FARTHEST: Final = timedelta(hours=15)
"""How far a shop's own clock can be from UTC, and a little more."""
_LEAD: Final = timedelta(hours=1, seconds=1)
"""A shop leaves out the very second it is asked for; where its clocks went forward it takes one hour for the next."""
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}", re.ASCII)
_AMAZON: Final = re.compile(PERMISSION_ID.pattern.encode(), re.ASCII)


class WooCommerce:
    """One shop; `note` takes a sentence about what it cannot tell."""

    def __init__(self, wire: Wire, key: ShopKey, note: Callable[[str], None]) -> None:
        self._wire = wire
        self._where = wire.address.origin
        self._headers = {"authorization": "Basic " + b64encode(f"{key.name}:{key.secret}".encode()).decode()}
        self._note = note
        self._by_change = True
        """Whether the shop can tell what changed since a moment."""

    def orders(self, since: datetime) -> Iterator[list[object]]:
        """Yield page after page of the orders made or changed since a moment, latest change first.

        Refunds of an order paid by Amazon Pay come with it, with what is noted on them. Raises `ShopError`.
        """

        def ask(number: int, size: int) -> Page:
            reply = self._list(number, size, since)
            refused = reply.status == HTTPStatus.BAD_REQUEST and self._code(reply) == "rest_invalid_param"
            if refused and self._by_change:
                self._by_change = False
                self._note("WooCommerce is older than 5.8: it names new orders, but none that changed later.")
                reply = self._list(number, size, since)
            found = self._array(reply)
            # A shop that does not know modified_after ignores it and would tell of all orders it ever had.
            over = self._by_change and _older(found, since)
            return Page(found, not over and self._more(reply, number, bool(found)))

        for page in pages(self._where, ask):
            yield from self._with_refunds(page)

    def _list(self, number: int, size: int, since: datetime) -> Reply:
        query = {"per_page": str(size), "page": str(number), "status": "any", "order": "desc", "_fields": _FIELDS}
        if self._by_change:
            query |= {"modified_after": _written(since - _LEAD), "dates_are_gmt": "true", "orderby": "modified"}
        else:
            query |= {"after": _written(since - _FARTHEST), "orderby": "date"}
        return self._wire.ask("GET", _ORDERS, self._headers, query=query)

    def _more(self, reply: Reply, number: int, some: bool) -> bool:
        """Tell whether there is a next page; a page may be short, because orders that nobody may see are left out."""
        total = reply.headers.get("x-wp-totalpages", "")
        if total.isascii() and total.isdigit() and len(total) <= 9:
            return number < int(total)
        if "link" in reply.headers:
            return 'rel="next"' in reply.headers["link"]
        return some

    def _with_refunds(self, page: list[object]) -> Iterator[list[object]]:
        done: list[object] = []
        failure: ShopError | None = None
        try:
            for order in page:
                done.append(self._refunded(order))
        except ShopError as error:
            failure = error
        if done:
            yield done
        if failure is not None:
            raise failure

    def _refunded(self, order: object) -> object:
        """Return an order with its refunds as the shop knows them, unless the order itself names all their ids."""
        if not isinstance(order, dict) or not _of_amazon(order):
            return order
        number, refunds = order.get("id"), order.get("refunds")
        if not isinstance(number, int) or not isinstance(refunds, list) or _refunds_named(order) >= len(refunds):
            return order
        query = {"per_page": "100", "_fields": _REFUND_FIELDS}
        reply = self._wire.ask("GET", f"{_ORDERS}/{number}/refunds", self._headers, query=query)
        if reply.status == HTTPStatus.NOT_FOUND:  # deleted since the list was made
            return order
        return {**order, "refunds": self._array(reply)}

    def _array(self, reply: Reply) -> list[object]:
        if reply.status != HTTPStatus.OK:
            raise self._refusal(reply)
        found = self._wire.decoded(reply)
        if not isinstance(found, list):
            raise ShopError(f"{self._where} answers with something that is no list of orders: check url.")
        return found

    def _code(self, reply: Reply) -> str:
        try:
            found = self._wire.decoded(reply)
        except ShopError:
            return ""
        code = found.get("code") if isinstance(found, dict) else None
        return code if isinstance(code, str) and re.fullmatch(r"[a-z0-9_]{1,60}", code, re.ASCII) else ""

    def _refusal(self, reply: Reply) -> ShopError:
        code = self._code(reply)
        said = f"{reply.status}, {code}" if code else str(reply.status)
        match reply.status:
            case HTTPStatus.UNAUTHORIZED:
                return ShopError(
                    f"{self._where} does not take the key ({said}): check the key in key_file, that it has the "
                    "permission Read, that its user may see orders, and that the web server passes the header "
                    "Authorization on."
                )
            case HTTPStatus.FORBIDDEN:
                return ShopError(
                    f"{self._where} does not let the key read orders ({said}): check the permission Read of the key, "
                    "that its user may see orders, and what protects the shop against robots."
                )
            case HTTPStatus.NOT_FOUND | HTTPStatus.METHOD_NOT_ALLOWED:
                return ShopError(
                    f"{self._where} has no interface of WooCommerce at /wp-json/wc/v3 ({said}): check url, that "
                    "WooCommerce is active and that the permalinks of WordPress are not Plain."
                )
            case _:
                return ShopError(f"{self._where} refuses the question ({said}): look into the shop's log.")


def _of_amazon(order: dict[str, object]) -> bool:
    return _AMAZON.search(repr(order).encode()) is not None


def _refunds_named(order: dict[str, object]) -> int:
    noted = order.get("meta_data")
    entries = noted if isinstance(noted, list) else []
    return sum(isinstance(entry, dict) and entry.get("key") == "amazon_refund_id" for entry in entries)


def _written(moment: datetime) -> str:
    """Write a moment in UTC without a zone: with one, the shop would turn it into its own time first."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _older(page: list[object], since: datetime) -> bool:
    """Tell whether the last order of a page changed before a moment."""
    last = page[-1] if page else None
    changed = last.get("date_modified_gmt") if isinstance(last, dict) else None
    return isinstance(changed, str) and _MOMENT.match(changed) is not None and changed[:19] < _written(since)
