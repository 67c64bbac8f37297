"""The control surface under ``/_sim``: ledger, clock, faults, orders, acts, settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from azpay_tui.simulator import acts, situations
from azpay_tui.simulator.fields import FieldError, Fields
from azpay_tui.simulator.model import Order
from azpay_tui.simulator.rules import settle_due
from azpay_tui.simulator.wire import JsonError, JsonValue, Plain, Request, Response, dump_json, parse_json, rfc3339

if TYPE_CHECKING:
    from azpay_tui.simulator.core import Simulator

Handler: TypeAlias = "Callable[[Simulator, bytes], tuple[int, Plain]]"


def answer(simulator: Simulator, request: Request) -> Response:
    """Answer a control request: no signature is needed; bad input is 400 with one sentence under ``error``."""
    path = request.path.rstrip("/")
    methods = PATHS.get(path)
    if methods is None:
        return _response(simulator, 404, {"error": f"There is nothing at {path}; known are: {', '.join(PATHS)}."})
    door = methods.get(request.method)
    if door is None:
        return _response(simulator, 405, {"error": f"{path} answers {', '.join(methods)} only."})
    try:
        status, payload = door.handler(simulator, request.body)
    except FieldError as error:
        return _response(simulator, 400, {"error": error.sentence()})
    except JsonError as error:
        return _response(simulator, 400, {"error": f"The body is not valid JSON: {error}."})
    except acts.ActError as error:
        return _response(simulator, 400, {"error": str(error)})
    return _response(simulator, status, payload)


def _response(simulator: Simulator, status: int, payload: Plain) -> Response:
    return Response(status, simulator.headers(), b"" if status == 204 else dump_json(payload))


def _object(body: bytes) -> JsonValue:
    value = parse_json(body)
    if not isinstance(value, dict):
        raise FieldError("invalid", "body", "a JSON object is needed")
    return value


def listed(order: Order) -> dict[str, Plain]:
    """An order with its ids, as the control surface lists it."""
    return {
        "number": order.number,
        "permission_id": order.permission_id,
        "charge_ids": order.charge_ids(),
        "refund_ids": order.refund_ids(),
    }


def _ledger(simulator: Simulator, _: bytes) -> tuple[int, Plain]:
    return 200, [entry.as_json() for entry in simulator.ledger]


def _get_clock(simulator: Simulator, _: bytes) -> tuple[int, Plain]:
    return 200, {"now": rfc3339(simulator.clock.now())}


def _advance(simulator: Simulator, body: bytes) -> tuple[int, Plain]:
    fields = Fields(_object(body), ("advance",))
    fields.need_text("advance", limit=8)
    span = fields.span("advance")
    assert span is not None
    try:
        now = simulator.clock.advance(span)
    except ValueError as error:
        raise FieldError("invalid", "advance", str(error)) from error
    for order in simulator.book:
        if settle_due(order, now, simulator.settings, moved=True):
            simulator.book.dirty.add(order.permission_id)
    return 200, {"now": rfc3339(now)}


def _get_faults(simulator: Simulator, _: bytes) -> tuple[int, Plain]:
    return 200, [fault.as_json() for fault in simulator.faults.listed()]


def _add_fault(simulator: Simulator, body: bytes) -> tuple[int, Plain]:
    return 201, {"id": simulator.faults.add(_object(body)).fault_id}


def _clear_faults(simulator: Simulator, _: bytes) -> tuple[int, Plain]:
    simulator.faults.clear()
    return 204, None


def _get_orders(simulator: Simulator, _: bytes) -> tuple[int, Plain]:
    return 200, [listed(order) for order in simulator.book]


def _add_orders(simulator: Simulator, body: bytes) -> tuple[int, Plain]:
    value = parse_json(body)
    if not isinstance(value, list):
        raise FieldError("invalid", "body", "a JSON list of orders is needed")
    wishes = [situations.read_wish(item, f"[{index}].") for index, item in enumerate(value)]
    made = [situations.make_order(wish, simulator.book, simulator.settings, simulator.clock.now()) for wish in wishes]
    return 201, [listed(order) for order in made]


def _act(simulator: Simulator, body: bytes) -> tuple[int, Plain]:
    return 200, acts.perform(_object(body), simulator.book, simulator.settings, simulator.clock.now())


def _get_settings(simulator: Simulator, _: bytes) -> tuple[int, Plain]:
    return 200, simulator.settings.as_json()


def _change_settings(simulator: Simulator, body: bytes) -> tuple[int, Plain]:
    simulator.settings = simulator.settings.changed(_object(body))
    return 200, simulator.settings.as_json()


@dataclass(frozen=True, slots=True)
class Door:
    """One method of a path: who answers it, and what it does in one sentence."""

    handler: Handler
    says: str


#: Path -> method -> what it does.
PATHS: Final[dict[str, dict[str, Door]]] = {
    "/_sim/ledger": {"GET": Door(_ledger, "Lists one entry per write request on Amazon's paths, in their order.")},
    "/_sim/clock": {
        "GET": Door(_get_clock, "Answers the simulated moment."),
        "POST": Door(_advance, "Moves the clock forward by `advance`, for example 8d; what falls due happens."),
    },
    "/_sim/faults": {
        "GET": Door(_get_faults, "Lists the faults that are not used up, with the uses left."),
        "POST": Door(_add_fault, "Arranges a fault for the requests it matches."),
        "DELETE": Door(_clear_faults, "Forgets all faults."),
    },
    "/_sim/orders": {
        "GET": Door(_get_orders, "Lists all orders with their ids."),
        "POST": Door(_add_orders, "Makes orders in a situation and answers their ids."),
    },
    "/_sim/acts": {"POST": Door(_act, "Acts as Amazon, the buyer or somebody in Seller Central.")},
    "/_sim/settings": {
        "GET": Door(_get_settings, "Answers all switches."),
        "PATCH": Door(_change_settings, "Changes the given switches."),
    },
}
