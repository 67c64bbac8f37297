"""Automatic steps on the command line: what they would be now, and the switch that a person turns."""

from __future__ import annotations

import sys
from typing import Final

from azpay_tui.backoffice.planning import Plan, Planned, plan
from azpay_tui.cli.context import Context, corrected_now
from azpay_tui.cli.outcome import NOT_VALID, OK, CommandError
from azpay_tui.cli.output import ask, is_terminal, json_result, result, say, shown, table, utc
from azpay_tui.cli.shapes import money
from azpay_tui.cli.wrapping import fill
from azpay_tui.domain.automatic import Step
from azpay_tui.domain.moments import written
from azpay_tui.domain.switch import Switch
from azpay_tui.domain.switching import cannot, mode_of, warnings_of

_COLUMNS: Final = {"order": "ORDER", "number": "NUMBER", "what": "WHAT", "why": "WHY"}


def show_plan(context: Context, *, as_json: bool) -> int:
    """Show what would be done now without a person, and what is left alone; reads local files only."""
    reader = context.reader()
    found = plan(reader, context.info(), corrected_now(reader))
    if as_json:
        json_result(
            {
                "mode": found.mode or None,
                "acting": found.resting is None,
                "why": found.resting,
                "switch": _switch_shape(found.switch),
                "steps": [_step_shape(one, one.next) for one in found.steps if isinstance(one.next, Step)],
                "left": [_left_shape(one) for one in found.left],
            }
        )
        return OK
    result(fill(shown(standing(found)), sys.stdout))
    if found.resting is None:
        table(_COLUMNS, [_row(one) for one in (*found.steps, *found.left)])
        say(f"{len(found.steps)} to be done, {len(found.left)} left alone.")
    return OK


def standing(found: Plan) -> str:
    """Say how automatic steps stand, one sentence or two."""
    switch = found.switch
    if found.resting is not None or switch is None:
        return f"Nothing is done without a person. {found.resting}"
    return f"{found.mode}: on, switched on by {switch.person} on {written(switch.at)}; older orders are left alone."


def _switch_shape(switch: Switch | None) -> dict[str, str | None] | None:
    if switch is None:
        return None
    turned = {"position": switch.position, "mode": switch.mode, "at": utc(switch.at), "person": switch.person}
    return {**turned, "why": switch.why or None}


def _step_shape(one: Planned, step: Step) -> dict[str, object]:
    amount = money(step.amount)
    about = {"order": one.order.id, "number": one.order.number}
    return {**about, "verb": str(step.verb), "target": step.target, "amount": amount, "why": step.why}


def _left_shape(one: Planned) -> dict[str, object]:
    return {"order": one.order.id, "number": one.order.number, "why": one.next.why}


def _row(one: Planned) -> dict[str, str]:
    step = one.next
    what = f"{step.verb} {step.amount or ''}".rstrip() if isinstance(step, Step) else "-"
    return {"order": one.order.id, "number": one.order.number or "", "what": what, "why": step.why}


def switch_on(context: Context, confirm: str | None, *, as_json: bool) -> int:
    """Switch on what the policy wants, after its warnings; exit code 2 when it is not confirmed by its name.

    Exit code 3 where nothing may be automatic: read-only, nothing wanted, or a shop that captures by itself.
    """
    info = context.info()
    why = cannot(info.policy, info.capturing, info.read_only_reason)
    if why is not None:
        raise CommandError(why, NOT_VALID, "read-only" if info.read_only_reason else "not-valid")
    mode = mode_of(info.policy)
    if confirm is None and not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
        raise CommandError(f"Nobody can be asked here: say --confirm {mode} to switch it on.", code="not-confirmed")
    say(f"Without a person, on {info.environment.upper()} / {info.name}: {mode}")
    for sentence in warnings_of(mode):
        say(fill(f"- {sentence}", sys.stderr))
    typed = confirm if confirm is not None else ask(f"Type {mode} to switch it on: ")
    if typed != mode:
        raise CommandError(f"Not confirmed: nothing was switched on. It is called {mode}.", code="not-confirmed")
    with context.desk() as desk:
        switch = desk.switch_on(mode)
    if as_json:
        json_result({"switch": _switch_shape(switch)})
    else:
        result(shown(f"{switch.mode} is on from {written(switch.at)}, for orders made from then on."))
        say("A console or azpay sync --watch does it; azpay policy switch-off ends it at once.")
    return OK


def switch_off(context: Context, *, as_json: bool) -> int:
    """Switch automatic steps off; it is no error when they were not on."""
    with context.desk() as desk:
        switch = desk.switch_off()
    if as_json:
        json_result({"switch": _switch_shape(switch)})
    elif switch is None:
        result("Nothing was on.")
    else:
        result(f"{switch.mode} is off from {written(switch.at)}: nothing more is done without a person.")
    return OK
