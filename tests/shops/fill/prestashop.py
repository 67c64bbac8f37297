"""PrestaShop as the module fills it when it captures at shipping: a charge is known once it was captured or ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.shops.orders import LOCAL, Kept, amount, captured, changed, insert, names, refunded

from azpay_tui.simulator.model import Charge, Order

SCHEMA = """
CREATE TABLE ps_orders (
  id_order int unsigned NOT NULL AUTO_INCREMENT,
  reference varchar(9) DEFAULT NULL,
  id_lang int unsigned NOT NULL,
  id_customer int unsigned NOT NULL,
  id_cart int unsigned NOT NULL,
  id_currency int unsigned NOT NULL,
  current_state int unsigned NOT NULL,
  payment varchar(255) NOT NULL,
  module varchar(255) DEFAULT NULL,
  total_paid decimal(20,6) NOT NULL DEFAULT 0,
  total_paid_tax_incl decimal(20,6) NOT NULL DEFAULT 0,
  total_paid_real decimal(20,6) NOT NULL DEFAULT 0,
  date_add datetime NOT NULL,
  date_upd datetime NOT NULL,
  PRIMARY KEY (id_order),
  KEY reference (reference),
  KEY date_add (date_add)
) DEFAULT CHARSET=utf8mb4;
CREATE TABLE ps_order_state_lang (
  id_order_state int unsigned NOT NULL,
  id_lang int unsigned NOT NULL,
  name varchar(64) NOT NULL,
  template varchar(64) NOT NULL,
  PRIMARY KEY (id_order_state, id_lang)
) DEFAULT CHARSET=utf8mb4;
CREATE TABLE ps_configuration (
  id_configuration int unsigned NOT NULL AUTO_INCREMENT,
  id_shop_group int unsigned DEFAULT NULL,
  id_shop int unsigned DEFAULT NULL,
  name varchar(254) NOT NULL,
  value text,
  date_add datetime NOT NULL,
  date_upd datetime NOT NULL,
  PRIMARY KEY (id_configuration),
  KEY name (name)
) DEFAULT CHARSET=utf8mb4;
CREATE TABLE ps_currency (
  id_currency int unsigned NOT NULL AUTO_INCREMENT,
  iso_code varchar(3) NOT NULL DEFAULT '0',
  PRIMARY KEY (id_currency)
) DEFAULT CHARSET=utf8mb4;
CREATE TABLE ps_customer (
  id_customer int unsigned NOT NULL AUTO_INCREMENT,
  firstname varchar(255) NOT NULL,
  lastname varchar(255) NOT NULL,
  email varchar(255) NOT NULL,
  PRIMARY KEY (id_customer)
) DEFAULT CHARSET=utf8mb4;
CREATE TABLE ps_amazonpay_transactions (
  amazon_transaction_id int NOT NULL AUTO_INCREMENT,
  amazon_checkout_session varchar(255) NOT NULL,
  amazon_transaction varchar(255) NOT NULL,
  transaction_type varchar(16) NOT NULL,
  transaction_amount float NOT NULL,
  transaction_reference varchar(255) NOT NULL,
  date_add datetime NOT NULL,
  date_upd datetime NOT NULL,
  PRIMARY KEY (amazon_transaction_id),
  KEY amazon_checkout_session (amazon_checkout_session),
  KEY amazon_transaction (amazon_transaction),
  KEY transaction_type (transaction_type)
) DEFAULT CHARSET=utf8;
CREATE TABLE ps_amazonpay_orders (
  id int NOT NULL AUTO_INCREMENT,
  id_order int NOT NULL,
  id_cart int NOT NULL,
  amazon_checkout_session_id varchar(255) NOT NULL,
  amazon_charge_permission_id varchar(255) NOT NULL,
  amazon_charge_id varchar(255) NOT NULL,
  PRIMARY KEY (id)
) DEFAULT CHARSET=utf8;
"""
# States as a French shop calls them; 25 is the module's own for what is authorized.
_STATES = {2: "Paiement accepté", 4: "Expédié", 6: "Annulé", 7: "Remboursé", 8: "Erreur de paiement", 25: "Amazon Pay"}
_ROLES = {
    "PS_OS_PAYMENT": "2",
    "PS_OS_SHIPPING": "4",
    "PS_OS_CANCELED": "6",
    "PS_OS_REFUND": "7",
    "PS_OS_ERROR": "8",
    "AMAZONPAY_AUTHORIZED_STATUS_ID": "25",
    "AMAZONPAY_CAPTURED_STATUS_ID": "2",
    "AMAZONPAY_DECLINE_STATUS_ID": "8",
    "PS_TIMEZONE": "Europe/Athens",
    "PS_SHOP_DEFAULT": "2",
}


def kept(orders: Sequence[Order]) -> Iterator[Kept]:
    for order in orders:
        charges = [charge.charge_id for charge in order.charges if _step(charge)]
        yield Kept(
            number=_reference(order),
            order_id=order.permission_id,
            ids=frozenset([*charges, *order.refund_ids()]),
            changed=changed(order),
            amount=amount(order),
            currency=order.currency,
            buyer=order.buyer.name,
            created=order.created.replace(microsecond=0),
        )


def fill(orders: Sequence[Order]) -> Iterator[str]:
    codes = sorted({order.currency for order in orders})
    for number, code in enumerate(codes, start=1):
        yield insert("ps_currency", {"id_currency": number, "iso_code": code})
    for state, name in _STATES.items():
        yield insert("ps_order_state_lang", {"id_order_state": state, "id_lang": 1, "name": name, "template": ""})
    for name, value in _ROLES.items():
        times = {"date_add": orders[0].created, "date_upd": orders[0].created}
        yield insert("ps_configuration", {"name": name, "value": value, **times})
    for number, order in enumerate(orders, start=1):
        yield from _order(number, order, codes.index(order.currency) + 1)
    # Nobody came back from Amazon, and somebody paid by cheque.
    yield _checkout(900, 0, "left-0", "", "")
    first = orders[0]
    yield insert("ps_orders", {**_head(901, first, 1), "reference": "CHEQUE", "module": "ps_checkpayment"})


def _order(number: int, order: Order, currency: int) -> Iterator[str]:
    session = f"4f1c2a8b-77aa-4c9d-9a51-{number:012d}"
    taken = next((charge.charge_id for charge in order.charges if _step(charge) == "capture"), "")
    first, last = names(order)
    yield insert(
        "ps_customer", {"id_customer": number, "firstname": first, "lastname": last, "email": order.buyer.email}
    )
    yield insert("ps_orders", _head(number, order, currency))
    yield _checkout(number, number, session, order.permission_id, taken)
    rows = [("chargePermission", order.permission_id, order.amount)]
    for charge in order.charges:
        if step := _step(charge):
            rows.append((step, charge.charge_id, charge.captured or 0))
        kinds = {"Refunded": "refund", "Declined": "refund_declined"}
        rows += (
            (kinds.get(refund.state, "refund_pending"), refund.refund_id, -refund.amount) for refund in charge.refunds
        )
    for kind, reference, minor in rows:
        yield insert(
            "ps_amazonpay_transactions",
            {
                "amazon_checkout_session": session,
                "amazon_transaction": reference,
                "transaction_type": kind,
                "transaction_amount": minor,
                "transaction_reference": "",
                "date_add": order.created + LOCAL,
                "date_upd": changed(order) + LOCAL,
            },
        )


def _head(number: int, order: Order, currency: int) -> dict[str, object]:
    return {
        "id_order": number,
        "reference": _reference(order),
        "id_lang": 1,
        "id_customer": number,
        "id_cart": number,
        "id_currency": currency,
        "current_state": _state(order),
        "payment": "Amazon Pay",
        "module": "amazonpay",
        "total_paid": amount(order),
        "total_paid_tax_incl": amount(order),
        "date_add": order.created + LOCAL,
        "date_upd": order.created + LOCAL,
    }


def _checkout(number: int, order: int, session: str, permission_id: str, charge_id: str) -> str:
    return insert(
        "ps_amazonpay_orders",
        {
            "id": number,
            "id_order": order,
            "id_cart": number,
            "amazon_checkout_session_id": session,
            "amazon_charge_permission_id": permission_id,
            "amazon_charge_id": charge_id,
        },
    )


def _step(charge: Charge) -> str:
    """The step that the module writes down with the charge's id; none for one that waits or was declined."""
    if charge.state in ("Captured", "CaptureInitiated"):
        return "capture"
    return "cancel" if charge.reason == "MerchantCanceled" else ""


def _reference(order: Order) -> str:
    return f"XK{order.number.removeprefix('ORD-')}"


def _state(order: Order) -> int:
    if refunded(order) and refunded(order) >= captured(order):
        return 7
    if captured(order):
        return 4 if order.state == "Closed" else 2
    states = {charge.state for charge in order.charges}
    if "Declined" in states:
        return 8
    return 6 if "Canceled" in states or order.state == "Closed" else 25
