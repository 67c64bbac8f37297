"""Orders by the Admin API of Shopware 6, with an integration that may only read.

Sources: Shopware's developer documentation (Admin API: authentication, search criteria) and what its controllers do
with these parameters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

from azpay_tui.shops.errors import ShopError, ShopHeavyError
from azpay_tui.shops.keys import ShopKey
from azpay_tui.shops.paging import Page, pages
from azpay_tui.shops.wire import Reply, Wire

_TOKEN: Final = "/api/oauth/token"
_ORDERS: Final = "/api/search/order"
_BOOK: Final = "/api/search/swag-amazon-pay-transaction"
_ANY: Final[Mapping[str, object]] = {}
_ASSOCIATIONS: Final[Mapping[str, object]] = {
    "stateMachineState": _ANY,
    "currency": _ANY,
    "orderCustomer": _ANY,
    "lineItems": _ANY,
    "transactions": {
        "associations": {"stateMachineState": _ANY},
        "sort": [{"field": "createdAt", "order": "ASC"}],  # the last one counts
    },
}
# Nothing of an address travels that no list shows.
_INCLUDES: Final = {
    "order": [
        *("id", "orderNumber", "orderDateTime", "createdAt", "updatedAt", "amountTotal"),
        *(
            "shippingTotal",
            "customFields",
            "stateMachineState",
            "currency",
            "orderCustomer",
            "lineItems",
            "transactions",
        ),
    ],
    "order_transaction": ["id", "createdAt", "customFields", "stateMachineState"],
    "state_machine_state": ["technicalName"],
    "currency": ["isoCode"],
    "order_customer": ["firstName", "lastName", "email"],
    "order_line_item": ["label", "quantity", "unitPrice", "totalPrice", "payload", "type", "position"],
}
_BOOK_FIELDS: Final = ["id", "orderId", "reference", "type", "status", "time", "amount", "currency"]
_CHANGED: Final = ("createdAt", "updatedAt", "transactions.createdAt", "transactions.updatedAt")
_PRIVILEGE: Final = re.compile(r"[a-z_]{1,60}:[a-z]{1,20}", re.ASCII)
_CODE: Final = re.compile(r"[A-Z0-9_]{1,80}", re.ASCII)
_BEARER: Final = re.compile(r"[A-Za-z0-9._~+/=-]{1,8192}", re.ASCII)


class Shopware:
    """One shop; `note` takes a sentence about what it cannot tell."""

    def __init__(self, wire: Wire, key: ShopKey, note: Callable[[str], None]) -> None:
        self._wire = wire
        self._where = wire.address.origin
        self._key = key
        self._note = note
        self._token: str | None = None
        self._has_book = True
        """Until the plugin turns out to be an older one, or the key to lack the right."""

    def orders(self, since: datetime) -> Iterator[list[object]]:
        """Yield page after page of the orders made or changed since a moment, newest first.

        What the plugin keeps of Amazon's charges and refunds beside the order comes with it as
        `amazonPayTransactions`, when the shop has that and the key may read it. Raises `ShopError`.
        """
        # As the database has it: without a zone, in UTC.
        moment = since.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.000")
        ranges = [{"type": "range", "field": field, "parameters": {"gte": moment}} for field in _CHANGED]
        wanted = {
            "filter": [{"type": "multi", "operator": "or", "queries": ranges}],
            # A new order comes in at the front, so that none slips through between two pages.
            "sort": [{"field": "createdAt", "order": "DESC"}, {"field": "id", "order": "ASC"}],
            "associations": _ASSOCIATIONS,
            "includes": _INCLUDES,
        }

        def ask(number: int, size: int) -> Page:
            found = self._search(_ORDERS, {**wanted, "page": number, "limit": size})
            return Page(found, len(found) >= size)

        for page in pages(self._where, ask):
            yield from self._with_book(page)

    def _with_book(self, page: list[object]) -> Iterator[list[object]]:
        """Add the plugin's own list of charges and refunds; the orders come even when it cannot be read."""
        ids = [str(order["id"]) for order in page if isinstance(order, dict) and isinstance(order.get("id"), str)]
        entries: dict[str, list[object]] = {}
        failure: ShopError | None = None
        try:
            for entry in self._book(ids):
                if isinstance(entry, dict):
                    entries.setdefault(str(entry.get("orderId")), []).append(entry)
        except ShopError as error:
            failure = error
        yield [
            {**order, "amazonPayTransactions": entries[str(order["id"])]}
            if isinstance(order, dict) and str(order.get("id")) in entries
            else order
            for order in page
        ]
        if failure is not None:
            raise failure

    def _book(self, ids: list[str]) -> Iterator[object]:
        wanted = {
            "filter": [{"type": "equalsAny", "field": "orderId", "value": "|".join(ids)}],
            "sort": [{"field": "id", "order": "ASC"}],
            "includes": {"swag_amazon_pay_transaction": _BOOK_FIELDS},
        }

        def ask(number: int, size: int) -> Page:
            reply = self._asked(_BOOK, {**wanted, "page": number, "limit": size})
            lacking = reply.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
            if lacking and "LIMIT" not in self._first_error(reply)[0]:
                self._has_book = False
                if reply.status == HTTPStatus.FORBIDDEN:
                    self._note(
                        "The key lacks swag_amazon_pay_transaction:read: only the latest charge and refund are read."
                    )
                return Page([], False)
            found = self._records(reply)
            return Page(found, len(found) >= size)

        if ids and self._has_book:
            for page in pages(self._where, ask):
                yield from page

    def _search(self, path: str, wanted: Mapping[str, object]) -> list[object]:
        return self._records(self._asked(path, wanted))

    def _asked(self, path: str, wanted: Mapping[str, object]) -> Reply:
        """Ask with a token, and once more with a new one when the old one is over (they live ten minutes)."""
        fresh = self._token is None
        reply = self._wire.ask("POST", path, self._bearer(), body=wanted)
        if reply.status == HTTPStatus.UNAUTHORIZED and not fresh:
            self._token = None
            reply = self._wire.ask("POST", path, self._bearer(), body=wanted)
        return reply

    def _bearer(self) -> dict[str, str]:
        if self._token is None:
            self._token = self._new_token()
        return {"authorization": f"Bearer {self._token}"}

    def _new_token(self) -> str:
        wanted = {
            "grant_type": "client_credentials",
            "client_id": self._key.name,
            "client_secret": self._key.secret,
        }
        try:
            reply = self._wire.ask("POST", _TOKEN, {}, body=wanted)
        except ShopHeavyError as error:
            # Some versions answer so to an access key id that is none; a smaller page would not help.
            raise ShopError(
                f"{self._where} gives no token for the key: check the access key id in key_file, and the shop's log."
            ) from error
        if reply.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise ShopError(
                f"{self._where} does not take the key ({reply.status}): check the access key id and the secret in "
                "key_file; the secret shows only once, when the integration is made."
            )
        if reply.status != HTTPStatus.OK:
            raise self._refusal(reply)
        found = self._wire.decoded(reply)
        token = found.get("access_token") if isinstance(found, dict) else None
        if not isinstance(token, str) or not _BEARER.fullmatch(token):
            raise ShopError(f"{self._where} answers the key with something that is no token: check url.")
        return token

    def _records(self, reply: Reply) -> list[object]:
        if reply.status != HTTPStatus.OK:
            raise self._refusal(reply)
        found = self._wire.decoded(reply)
        data = found.get("data") if isinstance(found, dict) else None
        if not isinstance(data, list):
            raise ShopError(f"{self._where} answers with something that is no list of orders: check url.")
        return data

    def _refusal(self, reply: Reply) -> ShopError:
        code, detail = self._first_error(reply)
        said = f"{reply.status}, {code}" if code else str(reply.status)
        match reply.status:
            case HTTPStatus.FORBIDDEN:
                lacking = ", ".join(dict.fromkeys(_PRIVILEGE.findall(detail)))
                return ShopError(
                    f"{self._where} does not let the key read orders ({said}): give the integration a role with "
                    f"{lacking or 'the rights to read orders, transactions, states, currencies and line items'}."
                )
            case HTTPStatus.UNAUTHORIZED:
                return ShopError(
                    f"{self._where} does not take its own token ({said}): check that the web server passes the header "
                    "Authorization on."
                )
            case HTTPStatus.NOT_FOUND | HTTPStatus.METHOD_NOT_ALLOWED:
                return ShopError(f"{self._where} has no Admin API at /api ({said}): check url; Shopware 6.4 or later.")
            case HTTPStatus.BAD_REQUEST if "LIMIT" in code:
                return ShopHeavyError(f"{self._where} allows no page of this size ({said}).", passing=False)
            case _:
                return ShopError(f"{self._where} refuses the question ({said}): look into the shop's log.")

    def _first_error(self, reply: Reply) -> tuple[str, str]:
        """Return code and detail of a refusal, empty where there is none that could be shown."""
        try:
            found = self._wire.decoded(reply)
        except ShopError:
            return "", ""
        errors = found.get("errors") if isinstance(found, dict) else None
        first = errors[0] if isinstance(errors, list) and errors else None
        if not isinstance(first, dict):
            return "", ""
        code, detail = first.get("code"), first.get("detail")
        return (
            code if isinstance(code, str) and _CODE.fullmatch(code) else "",
            detail if isinstance(detail, str) else "",
        )
