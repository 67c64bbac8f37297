"""The files behind report documents, made from the book.

Titles of the settlement are Amazon's; those of the transaction reports are not published, so they follow the names of
the older interface, as the reports are said to. The merchant's fees are made up.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final

from azpay_tui.simulator.amounts import SURPLUS, format_amount
from azpay_tui.simulator.model import Order
from azpay_tui.simulator.render import metadata_json
from azpay_tui.simulator.reporting import Report
from azpay_tui.simulator.rules import charge_expires, permission_expires, reported_state
from azpay_tui.simulator.settings import Settings
from azpay_tui.simulator.settlement import Movement, movements
from azpay_tui.simulator.wire import rfc3339

SELLER_ID: Final = "A1SIMULATEDSHOP"
Row = Sequence[str]
Within = Callable[[datetime, datetime], bool]

_SETTLEMENT: Final = (
    "TransactionPostedDate", "SettlementId", "AmazonTransactionId", "SellerReferenceId", "TransactionType",
    "AmazonOrderReferenceId", "SellerOrderId", "StoreName", "CurrencyCode", "TransactionDescription",
    "TransactionAmount", "TransactionPercentageFee", "TransactionFixedFee", "TotalTransactionFee",
    "NetTransactionAmount",
)  # fmt: skip
_ORDER: Final = (
    "AmazonOrderReferenceId", "SellerOrderId", "StoreName", "OrderTotalAmount", "CurrencyCode", "OrderReferenceStatus",
    "ReasonCode", "CreationTimestamp", "LastUpdateTimestamp", "ExpirationTimestamp",
)  # fmt: skip
_CHARGE: Final = (
    "AmazonAuthorizationId", "AmazonOrderReferenceId", "SellerOrderId", "AuthorizationAmount", "CapturedAmount",
    "CurrencyCode", "AuthorizationStatus", "ReasonCode", "CreationTimestamp", "LastUpdateTimestamp",
    "ExpirationTimestamp",
)  # fmt: skip
_CAPTURE: Final = (
    "AmazonCaptureId", "AmazonAuthorizationId", "AmazonOrderReferenceId", "SellerOrderId", "CaptureAmount",
    "RefundedAmount", "CurrencyCode", "CaptureStatus", "ReasonCode", "CreationTimestamp", "LastUpdateTimestamp",
)  # fmt: skip
_REFUND: Final = (
    "AmazonRefundId", "AmazonCaptureId", "AmazonOrderReferenceId", "SellerOrderId", "RefundAmount", "CurrencyCode",
    "RefundStatus", "ReasonCode", "CreationTimestamp", "LastUpdateTimestamp",
)  # fmt: skip
_CURRENCIES: Final = (
    "AmazonCaptureId", "AmazonOrderReferenceId", "SellerOrderId", "PresentmentAmount", "PresentmentCurrency",
    "ConvertedAmount", "ConversionRate", "CreationTimestamp",
)  # fmt: skip


def file_of(report: Report, orders: Iterable[Order], settings: Settings) -> str | None:
    """The text of a report, None when its time has no data: what was made or changed then is in it."""

    def within(created: datetime, updated: datetime) -> bool:
        return any(report.start <= moment < report.end for moment in (created, updated))

    kind = report.report_type.removesuffix("_DATA_").partition("OFFAMAZONPAYMENTS_")[2]
    if kind.endswith("SETTLEMENT"):
        return _settlement(report, orders, settings)
    makers = {
        "ORDER_REFERENCE": (_ORDER, _order_rows),
        "BILLING_AGREEMENT": (("AmazonBillingAgreementId", *_ORDER[1:]), _agreement_rows),
        "AUTHORIZATION": (_CHARGE, _charge_rows),
        "CAPTURE": (_CAPTURE, _capture_rows),
        "REFUND": (_REFUND, _refund_rows),
        "MULTI_CURRENCY_PAYMENTS": (_CURRENCIES, _currency_rows),
    }
    titles, maker = makers[kind]
    rows = [row for order in orders for row in maker(order, within, settings)]
    return _written([titles, *rows], settings) if rows else None


def _written(rows: Iterable[Row], settings: Settings) -> str:
    text = io.StringIO(newline="")
    if settings.report_delimiter == "comma":
        csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    else:
        csv.writer(text, delimiter="\t").writerows(rows)
    return text.getvalue()


def _settlement(report: Report, orders: Iterable[Order], settings: Settings) -> str | None:
    moved = [movement for movement in movements(orders) if report.start <= movement.posted < report.end]
    return settlement_text(moved, report.start, report.end, settings) if moved else None


def settlement_text(moved: Iterable[Movement], start: datetime, end: datetime, settings: Settings) -> str:
    """The text of a settlement file about these movements and this time."""

    def money(minor: int, currency: str) -> str:
        text = format_amount(abs(minor), currency)
        whole, dot, fraction = text.partition(".")
        grouped = f"{int(whole):,}" if settings.report_thousands else whole
        return f"{'-' if minor < 0 else ''}{grouped}{dot}{fraction}"

    rows: list[Row] = [
        ("SellerId", SELLER_ID),
        ("SettlementStartDate", _offset(start)),
        ("SettlementEndDate", _offset(end)),
        (),
        _SETTLEMENT,
    ]
    for movement in moved:
        order, currency = movement.order, movement.order.currency
        parts = (
            movement.gross,
            movement.percentage_fee,
            movement.fixed_fee,
            movement.percentage_fee + movement.fixed_fee,
            movement.net,
        )
        rows.append(
            (
                _offset(movement.posted),
                movement.settlement_id,
                movement.object_id,
                "",
                movement.kind,
                order.permission_id,
                _own(order, "merchantReferenceId"),
                _own(order, "merchantStoreName"),
                currency,
                f"Amazon Pay {movement.kind.lower()}",
                *(money(part, currency) for part in parts),
            )
        )
    return _written(rows, settings)


def _offset(moment: datetime) -> str:
    """ISO 8601 with a numeric offset, as settlements have it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S%z")


def _own(order: Order, name: str) -> str:
    """One of the merchant's own fields, empty when it was never said."""
    value = metadata_json(order)[name]
    return value if isinstance(value, str) else ""


def _order_rows(order: Order, within: Within, settings: Settings) -> Iterable[Row]:
    return _permission_rows(order, within, settings) if order.kind == "OneTime" else ()


def _agreement_rows(order: Order, within: Within, settings: Settings) -> Iterable[Row]:
    return _permission_rows(order, within, settings) if order.kind == "Recurring" else ()


def _permission_rows(order: Order, within: Within, settings: Settings) -> Iterable[Row]:
    if not within(order.created, order.updated):
        return
    state, reasons = reported_state(order, settings)
    yield (
        order.permission_id,
        _own(order, "merchantReferenceId"),
        _own(order, "merchantStoreName"),
        format_amount(order.limit, order.currency),
        order.currency,
        state,
        " ".join(reasons),
        rfc3339(order.created),
        rfc3339(order.updated),
        rfc3339(permission_expires(order)),
    )


def _charge_rows(order: Order, within: Within, settings: Settings) -> Iterable[Row]:
    for charge in order.charges:
        if within(charge.created, charge.updated):
            yield (
                charge.charge_id,
                order.permission_id,
                _own(order, "merchantReferenceId"),
                format_amount(charge.amount, order.currency),
                format_amount(charge.captured or 0, order.currency),
                order.currency,
                charge.state,
                charge.reason or "",
                rfc3339(charge.created),
                rfc3339(charge.updated),
                rfc3339(charge_expires(charge, settings)),
            )


def _capture_rows(order: Order, within: Within, settings: Settings) -> Iterable[Row]:
    for charge in order.charges:
        if charge.state in ("CaptureInitiated", "Captured") and within(charge.updated, charge.updated):
            yield (
                charge.charge_id,
                charge.charge_id,
                order.permission_id,
                _own(order, "merchantReferenceId"),
                format_amount(charge.captured or charge.capturing or 0, order.currency),
                format_amount(charge.refunded(settings.pending_refunds_counted), order.currency),
                order.currency,
                charge.state,
                charge.reason or "",
                rfc3339(charge.updated),
                rfc3339(charge.updated),
            )


def _refund_rows(order: Order, within: Within, _: Settings) -> Iterable[Row]:
    for charge in order.charges:
        for refund in charge.refunds:
            if within(refund.created, refund.updated):
                yield (
                    refund.refund_id,
                    refund.charge_id,
                    order.permission_id,
                    _own(order, "merchantReferenceId"),
                    format_amount(refund.amount, order.currency),
                    order.currency,
                    refund.state,
                    refund.reason or "",
                    rfc3339(refund.created),
                    rfc3339(refund.updated),
                )


def _currency_rows(order: Order, within: Within, _: Settings) -> Iterable[Row]:
    if order.currency in SURPLUS:
        return
    for charge in order.charges:
        if charge.captured and within(charge.updated, charge.updated):
            amount = format_amount(charge.captured, order.currency)
            number = _own(order, "merchantReferenceId")
            moment = rfc3339(charge.created)
            yield charge.charge_id, order.permission_id, number, amount, order.currency, amount, "1.00", moment
