"""Commands that only look at the journal: what was confirmed, and what became of it."""

from __future__ import annotations

from azpay_tui.cli import shapes
from azpay_tui.cli.context import Context
from azpay_tui.cli.outcome import OK, CommandError
from azpay_tui.cli.output import json_result, json_text, result, shown, table, utc
from azpay_tui.cli.reads import MOST_ROWS, amount_text
from azpay_tui.cli.wording import way
from azpay_tui.domain import telling
from azpay_tui.domain.intent import Intent


def list_intents(context: Context, *, limit: int, as_json: bool) -> int:
    """Show the journal's newest entries."""
    if not 1 <= limit <= MOST_ROWS:
        raise CommandError(f"--limit must be from 1 to {MOST_ROWS:,}, not {limit}.")
    show_intents(context.journal_reader().intents(limit=limit), as_json=as_json)
    return OK


def show_intents(intents: tuple[Intent, ...], *, as_json: bool) -> None:
    """Write journal entries."""
    if as_json:
        json_result({"intents": [shapes.intent(intent) for intent in intents]})
        return
    columns = {
        "at": "CONFIRMED",
        "id": "INTENT",
        "verb": "VERB",
        "target": "OBJECT",
        "amount": "AMOUNT",
        "state": "STATE",
        "reason": "REASON",
        "person": "PERSON",
    }
    rows = [
        {
            "at": utc(intent.draft.at) or "",
            "id": intent.id,
            "verb": str(intent.draft.wish.verb),
            "target": intent.draft.wish.target,
            "amount": amount_text(intent.draft.wish.amount),
            "state": intent.state,
            "reason": shapes.plain_reason(intent) or "",
            "person": intent.draft.person,
        }
        for intent in intents
    ]
    table(columns, rows, frozenset({"amount"}))


def show_intent(context: Context, intent_id: str, *, as_json: bool) -> int:
    """Show one entry of the journal with the request it stands for."""
    intent = context.journal_reader().intent(intent_id)
    if intent is None:
        raise CommandError(f"There is no intent {intent_id!r} in the journal: see azpay journal list.")
    value = {"intent": {**shapes.intent(intent), "request": shapes.request(intent)}}
    if as_json:
        json_result(value)
        return OK
    for key, item in value["intent"].items():
        result(f"{key:<18}{shown(_plain(item))}")
    told = telling.tell(intent).text(way(intent.draft.wish.order_id))
    if told:
        result(shown(told))
    return OK


def _plain(value: object) -> str:
    if value is None or value == []:
        return "-"
    return value if isinstance(value, str) else json_text(value)
