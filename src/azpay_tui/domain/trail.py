"""The rows of the audit chain in the product's words: who did what when, and what came of it; nothing of a buyer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

SHORT: Final = 12
"""Characters of a key or a hash that are shown."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One row of the chain."""

    seq: int
    at: datetime
    person: str
    """As screens name the person."""
    kind: str
    order_id: str
    intent_id: str
    data: Mapping[str, Any]

    def fact(self, name: str) -> str:
        """Return one of its facts as text, empty when it has none of that name."""
        value = self.data.get(name)
        return "" if value is None else str(value)

    @property
    def who(self) -> str:
        """The person, and what the machine knew of the person."""
        facts = (
            ("OS user ", self.fact("os_user") or "not recorded"),
            ("logged in as ", self.fact("login")),
            ("from ", self.fact("origin")),
        )
        return f"{self.person or 'nobody named'} ({', '.join(f'{word}{value}' for word, value in facts if value)})"


def sentence(row: Happening) -> str:
    """Say what a row tells of."""
    tell = _TELL.get(row.kind)
    if tell is None:
        return f"{row.kind} (not known to this version)"
    try:
        return tell(row)
    except TypeError:  # the check of the chain names the row
        return f"{row.kind} (what it says makes no sense)"


def facts(row: Happening) -> Iterator[tuple[str, Any]]:
    """Yield the facts of a row that may leave the house: keys shortened, no text that somebody typed.

    Rows of earlier versions hold such texts, what shops say, and hashes by which a guessed letter can be told; none of
    these is among them.
    """
    for name, value in row.data.items():
        if name == "key":
            yield name, _short(str(value))
        elif (row.kind, name) not in _WITHHELD and name != "reason" and not (name == "tags" and isinstance(value, str)):
            yield name, value


_WITHHELD: Final = frozenset(
    {("intent", "note"), ("settle", "note"), ("track", "number"), ("track", "status"), ("message", "body_sha256")}
)


def shared_accounts(rows: Iterable[Happening]) -> Iterator[str]:
    """Yield a sentence for each user of the machine whom rows show with several logins or addresses."""
    seen: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in rows:
        if row.fact("os_user"):
            seen[row.fact("os_user")].add((row.fact("login"), row.fact("origin")))
    for user, ways in sorted(seen.items()):
        if len(ways) > 1:
            told = "; ".join(" ".join(part for part in _way(*way) if part) for way in sorted(ways))
            yield f"Shared account: {user} was used by several people or from several places ({told})."


def _way(login: str, origin: str) -> tuple[str, str]:
    return f"logged in as {login}" if login else "", f"from {origin}" if origin else "at the machine"


def _short(text: str) -> str:
    return f"{text[:SHORT]}..." if len(text) > SHORT else text


def _intent(row: Happening) -> str:
    amount = f" {row.fact('amount')}" if row.fact("amount") else ""
    accepted = row.data.get("accepted") or ()
    warned = f", accepting {', '.join(map(str, accepted))}" if accepted else ""
    key = _short(row.fact("key"))
    begun = "confirmed"
    if row.fact("mode"):
        begun = f"began ({row.fact('mode')}, switched on by {row.fact('switched_by')} on {row.fact('switched_at')})"
    return (
        f"{begun} {row.fact('verb')}{amount} on {row.fact('target')} ({row.intent_id}), key {key}, "
        f"{row.fact('method')} {row.fact('path')}, body {_short(row.fact('body_sha256'))}{warned}{_noted(row)}"
    )


def _attempt(row: Happening) -> str:
    return f"sent {row.intent_id}, attempt {row.fact('attempt')}, key {_short(row.fact('key'))}"


def _outcome(row: Happening) -> str:
    status = f"HTTP {row.fact('status')}" if row.fact("status") else row.fact("kind")
    parts = [status, row.fact("code"), f"request id {row.fact('request')}" if row.fact("request") else ""]
    result = f", made {row.fact('result')}" if row.fact("result") else ""
    late = ", after it was settled: it stays as it was" if row.data.get("late") else ""
    came = ", ".join(part for part in parts if part)
    return f"attempt {row.fact('attempt')} of {row.intent_id} ended as {row.fact('state')}: {came}{result}{late}"


def _settle(row: Happening) -> str:
    by = row.fact("by")
    before, after = row.fact("from"), row.fact("state")
    result = f", made {row.fact('result')}" if row.fact("result") else ""
    if by.startswith("person ") and before != after:
        return f"settled {row.intent_id} as {after}; it was {before}{result}{_noted(row)}"
    if before == after:
        agreed = "a later read agreed" if row.data.get("reconciled") else "looked at, nothing new"
        return f"{row.intent_id} stays {after}: {agreed} (by {by})"
    return f"{row.intent_id} became {after}; it was {before} (by {by}){result}"


def _noted(row: Happening) -> str:
    return ", with a note" if row.fact("note_sha256") or row.fact("note") else ""


def _mark(row: Happening) -> str:
    data = row.data
    parts = []
    if "review_at" in data:
        parts.append(f"reviewed ({data.get('review_about') or '-'})" if data["review_at"] else "not reviewed any more")
    if "remind_until" in data:
        parts.append(f"put off until {data['remind_until']}" if data["remind_until"] else "no reminder any more")
    if "tags" in data:
        parts.append("tags changed")
    if "note" in data:
        parts.append(f"note {data['note']} written")
    if data.get("retracted"):
        parts.append(f"note {', '.join(map(str, data['retracted']))} taken back")
    undone = "undone: " if data.get("undo") else ""
    return f"marked: {undone}{', '.join(parts) or 'nothing that shows'}"


def _slip(row: Happening) -> str:
    pieces = f"{row.fact('pieces')} pieces" if row.data.get("pieces") != 1 else "1 piece"
    back = ", back to the stock" if row.data.get("restock") else ""
    of = f" of {row.fact('of')}" if row.fact("of") else ", recorded of what was done elsewhere"
    return f"wrote slip {row.fact('slip')}{of}: {row.fact('verb')} {row.fact('amount')}, {pieces}{back}"


def _track(row: Happening) -> str:
    ids = row.data.get("ids") or ()
    more = f" with {', '.join(map(str, ids))}" if ids else ""
    return f"learnt of the order from {row.fact('source')}{more}"


def _purge(row: Happening) -> str:
    return "personal data of the buyer removed"


def _address(row: Happening) -> str:
    parts = row.data.get("parts") or ()
    if not row.fact("seal"):
        return "the parcel goes again where Amazon says"
    return f"the parcel goes elsewhere, changed here ({', '.join(map(str, parts))}): not protected by Amazon"


def _message(row: Happening) -> str:
    act = row.fact("act")
    told = f"{row.fact('message')} to the {row.fact('about')} by {row.fact('channel')}"
    if act in _MESSAGE_ACTS:
        return f"message {told}: {_MESSAGE_ACTS[act]}"
    return f"message {told}: attempt {row.fact('attempt')} {act}, it is {row.fact('state')} now"


def _letters(row: Happening) -> str:
    return f"letters are written by themselves after what is declined from {row.fact('letters_since')} on"


def _sale(row: Happening) -> str:
    what = "the sale" if row.data.get("whole") else "lines of the sale"
    goals = row.data.get("goals") or ()
    given = f", to be refunded in all: {'; '.join(map(str, goals))}" if goals else ""
    return f"cancelled {what}, refunds {row.fact('refunds')}{given}"


def _delete(row: Happening) -> str:
    return "deleted the order from the lists; its amounts and ids stay here"


def _delivery(row: Happening) -> str:
    what = f"delivery {row.fact('delivery')}"
    if not row.fact("kind"):
        return f"{what}: telling Amazon of a parcel with {row.fact('carrier')}"
    status = f"HTTP {row.fact('status')}" if row.fact("status") else row.fact("kind")
    request = f"request id {row.fact('request')}" if row.fact("request") else ""
    came = ", ".join(part for part in (status, row.fact("code"), request) if part)
    return f"{what} ended as {row.fact('outcome')}: {came}"


def _switch(row: Happening) -> str:
    mode, position = row.fact("mode"), row.fact("position")
    if position == "stopped":
        return f"automatic steps ({mode}) stopped: {row.fact('why')}"
    return f"automatic steps switched {position}: {mode}"


def _settings(row: Happening) -> str:
    names = [name for name in row.data if name not in _ABOUT_PEOPLE and not name.startswith("was_")]
    parts = [
        f"{name} {_word(row.data[name])}"
        + (f" (was {_word(row.data[f'was_{name}'])})" if f"was_{name}" in row.data else "")
        for name in sorted(names)
    ]
    return f"settings in force from here: {', '.join(parts)}"


def _word(value: object) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


_MESSAGE_ACTS: Final = {
    "queued": "kept, to be sent",
    "began": "an attempt begins",
    "retried": "to be sent again",
    "dropped": "not to be sent",
}
_ABOUT_PEOPLE: Final = frozenset({"os_user", "login", "origin"})
_TELL: Final = {
    "intent": _intent,
    "attempt": _attempt,
    "outcome": _outcome,
    "settle": _settle,
    "mark": _mark,
    "slip": _slip,
    "track": _track,
    "purge": _purge,
    "message": _message,
    "address": _address,
    "switch": _switch,
    "settings": _settings,
    "sale": _sale,
    "delete": _delete,
    "delivery": _delivery,
    "letters": _letters,
}
