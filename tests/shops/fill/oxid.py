"""OXID as the module fills it: a line in its log for every answer and every notification."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime

from tests.shops.orders import LOCAL, Kept, all_ids, amount, captured, changed, insert, names, newest, refunded

from azpay_tui.simulator.model import Order


def schema(start: str = "OSC_AMAZON") -> str:
    """The tables; `start` is what the log's columns begin with."""
    word = "char(32) CHARACTER SET latin1 COLLATE latin1_general_ci NOT NULL"
    return f"""
CREATE TABLE oxorder (
  OXID {word},
  OXSHOPID int NOT NULL DEFAULT 1,
  OXUSERID {word},
  OXORDERDATE datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
  OXORDERNR int unsigned NOT NULL DEFAULT 0,
  OXBILLEMAIL varchar(255) NOT NULL DEFAULT '',
  OXBILLFNAME varchar(255) NOT NULL DEFAULT '',
  OXBILLLNAME varchar(255) NOT NULL DEFAULT '',
  OXPAYMENTTYPE {word},
  OXTOTALORDERSUM double NOT NULL DEFAULT 0,
  OXSENDDATE datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
  OXPAID datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
  OXCURRENCY varchar(32) NOT NULL DEFAULT '',
  OXFOLDER varchar(32) NOT NULL DEFAULT '',
  OXTRANSID varchar(64) NOT NULL DEFAULT '',
  OXSTORNO tinyint(1) NOT NULL DEFAULT 0,
  OXTRANSSTATUS varchar(30) NOT NULL DEFAULT '',
  {start}_REMARK text,
  OXTIMESTAMP timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  PRIMARY KEY (OXID),
  KEY MAINIDX (OXSHOPID, OXSTORNO, OXORDERDATE),
  KEY OXORDERNR (OXORDERNR)
) DEFAULT CHARSET=utf8;
CREATE TABLE amazonpaylog (
  {start}_PAYLOGID {word},
  {start}_OXSHOPID {word},
  {start}_OXUSERID {word},
  {start}_OXORDERID {word},
  {start}_RESPONSE_MSG varchar(255) NOT NULL,
  {start}_STATUS_CODE varchar(100) NOT NULL,
  {start}_REQUEST_TYPE varchar(100) NOT NULL,
  {start}_IDENTIFIER {word},
  {start}_CHARGE_PERMISSION_ID {word},
  {start}_CHARGE_ID {word},
  {start}_OBJECT_TYPE {word},
  {start}_OBJECT_ID {word},
  OXTIMESTAMP timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  PRIMARY KEY ({start}_PAYLOGID),
  UNIQUE KEY {start}_UNIQUE ({start}_OXSHOPID, {start}_OXORDERID, {start}_RESPONSE_MSG, {start}_IDENTIFIER,
    {start}_CHARGE_ID, {start}_OBJECT_TYPE, {start}_OBJECT_ID)
) DEFAULT CHARSET=utf8;
"""


def kept(orders: Sequence[Order]) -> Iterator[Kept]:
    for order in orders:
        elsewhere = frozenset(order.charge_ids()[1:])
        yield Kept(
            number=order.number.removeprefix("ORD-"),
            order_id=order.permission_id,
            ids=frozenset(each for each in all_ids(order) if each not in elsewhere),
            changed=changed(order),
            amount=amount(order),
            currency=order.currency,
            buyer=order.buyer.name,
            created=order.created.replace(microsecond=0),
        )


def fill(orders: Sequence[Order], start: str = "OSC_AMAZON") -> Iterator[str]:
    yield "SET SESSION time_zone = '+00:00';"
    for at, order in enumerate(orders):
        first, last = names(order)
        charge = order.charges[0] if order.charges else None
        paid = changed(order) + LOCAL if captured(order) else "0000-00-00 00:00:00"
        yield insert(
            "oxorder",
            {
                "OXID": _oxid(order),
                "OXUSERID": _hash(order.buyer.email),
                "OXORDERDATE": order.created + LOCAL,
                "OXORDERNR": int(order.number.removeprefix("ORD-")),
                "OXBILLEMAIL": order.buyer.email,
                "OXBILLFNAME": first,
                "OXBILLLNAME": last,
                "OXPAYMENTTYPE": "oxidamazonexpress" if at % 2 else "oxidamazon",
                "OXTOTALORDERSUM": amount(order),
                "OXPAID": paid,
                "OXCURRENCY": order.currency,
                "OXTRANSID": charge.charge_id if charge else "",
                "OXTRANSSTATUS": _status(order),
                f"{start}_REMARK": _remark(order),
                "OXTIMESTAMP": changed(order),
            },
        )
        yield from _log(at, order, start)
    # What the module writes down apart from orders, and an order that was paid otherwise.
    yield _line(start, "x1", "no basket", "Start processRefund", changed(orders[0]), request="amazonpay")
    yield insert("oxorder", {"OXID": "other", "OXUSERID": "u", "OXORDERNR": 900, "OXPAYMENTTYPE": "oxidinvoice"})


def _log(at: int, order: Order, start: str) -> Iterator[str]:
    oxid, permission = _oxid(order), order.permission_id
    first = order.charges[0].charge_id if order.charges else "null"
    yield _line(start, f"{at}-0", oxid, "Completed", order.created, permission, permission, first)
    for serial, charge in enumerate(order.charges):
        row = f"{at}-{serial}"
        # What happens to the first charge is written down with the order; further ones were made in Seller Central, and
        # of those the shop learns by a notification that names no order.
        if serial:
            yield _notice(start, f"{row}n", permission, "CHARGE", charge.charge_id, charge.created)
            continue
        if charge.state != "Authorized":
            yield _line(start, f"{row}s", oxid, charge.state, charge.updated, permission, permission, charge.charge_id)
        for count, refund in enumerate(charge.refunds):
            message = f"Refunded: {amount(order, refund.amount)} {order.currency}"
            identifier, state = refund.refund_id, refund.updated
            yield _line(start, f"{row}r{count}", oxid, message, state, identifier, "null", charge.charge_id)


def _notice(start: str, row: str, permission: str, kind: str, object_id: str, moment: datetime) -> str:
    return _line(
        start, row, "no basket", "STATE_CHANGE", moment, permission, permission, "null", kind, object_id, "IPN"
    )


def _line(
    start: str,
    row: str,
    oxid: str,
    message: str,
    moment: datetime,
    identifier: str = "guest",
    permission: str = "null",
    charge: str = "null",
    kind: str = "null",
    object_id: str = "null",
    request: str = "amazonpay",
) -> str:
    columns = {
        "PAYLOGID": row,
        "OXSHOPID": "1",
        "OXUSERID": "guest",
        "OXORDERID": oxid,
        "RESPONSE_MSG": message,
        "STATUS_CODE": "200",
        "REQUEST_TYPE": request,
        "IDENTIFIER": identifier,
        "CHARGE_PERMISSION_ID": permission,
        "CHARGE_ID": charge,
        "OBJECT_TYPE": kind,
        "OBJECT_ID": object_id,
    }
    named = {f"{start}_{name}": value for name, value in columns.items()}
    return insert("amazonpaylog", {**named, "OXTIMESTAMP": moment})


def _oxid(order: Order) -> str:
    return _hash(order.permission_id)


def _hash(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _status(order: Order) -> str:
    last = newest(order)
    if refunded(order):
        return "REFUNDED"
    if last is not None and last.state == "Canceled":
        return last.reason or "MerchantCanceled"
    return "OK" if last is not None and last.state not in ("AuthorizationInitiated", "Declined") else "NOT_FINISHED"


def _remark(order: Order) -> str:
    """For people; of a refund the last one."""
    refunds = [refund for charge in order.charges for refund in charge.refunds if refund.state == "Refunded"]
    if refunds:
        return f"AmazonPay REFUND: {amount(order, max(refunds, key=lambda refund: refund.created).amount)}"
    return f"AmazonPay Captured: {amount(order, captured(order))}" if captured(order) else "AmazonPay Authorized"
