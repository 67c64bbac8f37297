"""How the switch of automatic steps stands: one fact of the journal, every turn of it a row of the audit chain."""

from __future__ import annotations

import json
from typing import Any, Final

from sqlmodel import Session, func, select

from azpay_tui.domain.switch import Switch
from azpay_tui.store.errors import SwitchedOff
from azpay_tui.store.journal.audit import AuditWriter, Fact
from azpay_tui.store.journal.switched import SWITCH, switch_of
from azpay_tui.store.journal.tables import IntentRow, MetaRow
from azpay_tui.store.times import storable, to_text

_SAYS: Final = "Automatic steps were switched otherwise meanwhile: nothing was done."


def standing(session: Session) -> Switch | None:
    """Return how the switch stands; None while it was never turned."""
    row = session.get(MetaRow, SWITCH)
    return None if row is None else switch_of(row.value)


def turn(session: Session, audit: AuditWriter, to: Switch, seen: Switch | None, session_id: str) -> Switch:
    """Turn the switch and tell of it; raises `SwitchedOff` when it does not stand as it was `seen`."""
    if standing(session) != seen:
        raise SwitchedOff(_SAYS)
    after = session.exec(select(func.max(IntentRow.seq))).one() or 0
    told: dict[str, Fact] = {"position": to.position, "mode": to.mode, "why": to.why, "after": after}
    audit.add(to.at, to.person, "switch", order_id="", session=session_id, data=told)
    kept: dict[str, Any] = {**told, "at": to_text(to.at), "person": storable(to.person)}
    text = json.dumps(kept, ensure_ascii=False, sort_keys=True)
    session.merge(MetaRow(name=SWITCH, value=text))
    return switch_of(text) or to


def must_stand(session: Session, wanted: Switch) -> dict[str, Fact]:
    """Return what a step tells of the switch it rests on; raises `SwitchedOff` unless it is on and stands so."""
    if wanted.position != "on" or standing(session) != wanted:
        raise SwitchedOff(_SAYS)
    return {"mode": wanted.mode, "switched_by": wanted.person, "switched_at": to_text(wanted.at)}
