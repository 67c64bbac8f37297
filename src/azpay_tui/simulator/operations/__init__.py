"""Everything a signed request can do, one module per resource.

Every handler raises ApiError for a refusal and then has changed nothing but what a decline itself changes.
"""

from __future__ import annotations

from typing import Final

from azpay_tui.simulator.codes import CODES
from azpay_tui.simulator.operations import charges, deliveries, permissions, refunds, reports, schedules, sessions
from azpay_tui.simulator.operations.base import Ask, Desk, Handler, Result, wrong_code
from azpay_tui.simulator.routes import Operation

HANDLERS: Final[dict[Operation, Handler]] = {
    "get-permission": permissions.get,
    "update-permission": permissions.update,
    "close": permissions.close,
    "cancel": permissions.close,
    "authorize": charges.create,
    "get-charge": charges.get,
    "capture": charges.capture,
    "void": charges.void,
    "refund": refunds.create,
    "get-refund": refunds.get,
    "create-session": sessions.create,
    "get-session": sessions.get,
    "update-session": sessions.update,
    "complete-session": sessions.complete,
    "finalize-session": sessions.finalize,
    "get-buyer": sessions.get_buyer,
    "get-reports": reports.listed,
    "create-report": reports.create,
    "get-report": reports.get,
    "get-report-document": reports.document,
    "get-report-schedules": schedules.listed,
    "create-report-schedule": schedules.create,
    "get-report-schedule": schedules.get,
    "cancel-report-schedule": schedules.cancel,
    "get-disbursements": reports.get_disbursements,
    "track-delivery": deliveries.track,
}


def run(operation: Operation, desk: Desk, ask: Ask) -> Result:
    """Carry out a recognised operation. Raises ApiError, first of all for a simulation code it does not know."""
    if ask.code is not None and ask.code not in CODES.get(operation, {}):
        raise wrong_code(ask.code)
    return HANDLERS[operation](desk, ask)


__all__ = ["HANDLERS", "Ask", "Desk", "Result", "run"]
