"""Commands that only look at the journal: what was confirmed, and what became of it."""

from __future__ import annotations

from azpay_tui.backoffice.errors import BackOfficeError
from azpay_tui.cli import intent_shapes
from azpay_tui.cli.context import Context, corrected_now
from azpay_tui.cli.outcome import OK, CommandError
from azpay_tui.cli.output import amount_text, json_result, result, say, shown, table, utc
from azpay_tui.cli.reads import MOST_ROWS
from azpay_tui.cli.wording import way
from azpay_tui.domain import dossier, telling
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
        json_result({"intents": [intent_shapes.intent(intent) for intent in intents]})
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
            "reason": intent_shapes.plain_reason(intent) or "",
            "person": intent.draft.person,
        }
        for intent in intents
    ]
    table(columns, rows, frozenset({"amount"}))


def show_intent(context: Context, intent_id: str, *, live: bool, as_json: bool) -> int:
    """Show one entry of the journal with all that was sent and came back, and what a decision about it would mean."""
    found = context.journal_reader().dossier(intent_id)
    if found is None:
        raise CommandError(f"There is no intent {intent_id!r} in the journal: see azpay journal list.")
    order_id = found.intent.draft.wish.order_id
    if live:
        read_live(context, order_id)
        found = context.journal_reader().dossier(intent_id) or found
    intent = found.intent
    if as_json:
        value = {
            **intent_shapes.intent(intent),
            "request": intent_shapes.request(intent),
            **intent_shapes.dossier(found),
        }
        json_result({"intent": value})
        return OK
    reader = context.reader()
    for line in dossier.lines(found, reader.order(order_id), corrected_now(reader)):
        if not line.value:
            result(f"\n{line.label}" if line.label != "CONFIRMED" else line.label)
        else:
            result(f"  {line.label:<16} {shown(line.value)}")
    told = telling.tell(intent).text(way(order_id))
    if told:
        result(f"\n{shown(told)}")
    return OK


def read_live(context: Context, order_id: str) -> None:
    """Read an order from Amazon before it is shown; what hinders that is said, and what is known is shown."""
    context.require_key()
    with context.desk() as desk:
        try:
            desk.refresh([order_id], wait=True)
        except BackOfficeError as error:
            say(shown(f"Amazon could not be asked: {error}"))
