"""What the audit chain says of intents, attempts, evidence and notes, held against the rows as they are."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from azpay_tui.domain.money import Money
from azpay_tui.store.journal.chain import Row
from azpay_tui.store.journal.digests import ATTEMPT, EVIDENCE, FORGOT, INTENT, Query, digests

_NAMED: Final = ("verb", "target", "key", "counter", "method", "path", "merchant", "body_sha256")
_UNNUMBERED: Final = "unnumbered"
"""State of evidence from before the chain told of it by its number."""
_NOTE: Final = ("id", "text", "order_id", "at", "person", "retracted_at", "retracted_by")


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One row that is not as the chain says."""

    what: str
    """`I-000001`, `I-000001 attempt 1`, `evidence 3 of I-000001` or `note 4 of S01-…`."""
    sentence: str
    row: int
    """The last row of the chain that speaks of it; 0: none does."""


@dataclass(slots=True)
class _Said:
    """The last word of the chain on one thing."""

    row: int
    order_id: str = ""
    """Or the intent's id."""
    state: str = ""
    digest: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)


class Spoken:
    """Takes the rows of a chain in their order, then compares."""

    def __init__(self) -> None:
        """Start with nothing said."""
        self._intents: dict[str, _Said] = {}
        self._attempts: dict[tuple[str, int], _Said] = {}
        self._answers: dict[tuple[str, int], Counter[str]] = {}
        """Hashes of answers in rows from before evidence was told by its number."""
        self._evidence: dict[int, _Said] = {}
        self._notes: dict[int, _Said] = {}
        self._between: list[Disagreement] = []
        """Edits that a later step of ours has written over."""

    def take(self, row: Row, data: Mapping[str, Any]) -> None:
        """Take one row and what it says; raises `ValueError` or `TypeError` when azpay says nothing like that."""
        if row.kind == "mark":
            self._take_mark(row, data)
        elif row.kind == "purge":
            self._take_purge(row, data)
        elif row.intent_id:
            self._take_intent(row, data)

    def _take_mark(self, row: Row, data: Mapping[str, Any]) -> None:
        if "note" in data:
            facts = {"at": row.at, "person": row.person, "retracted_at": "", "retracted_by": ""}
            self._notes[int(data["note"])] = _Said(row.seq, row.order_id, "open", data.get("note_sha256"), facts)
        for number in data.get("retracted", ()):
            if (note := self._notes.get(int(number))) is not None:
                note.state, note.row = "retracted", row.seq
                note.facts |= {"retracted_at": row.at, "retracted_by": row.person}

    def _take_purge(self, row: Row, data: Mapping[str, Any]) -> None:
        for told in data.get(FORGOT, ()):
            number, was, _held, digest, kept = str(told).split(" ")
            before = self._evidence.get(int(number))
            if before is not None and before.digest is not None and was != before.digest:
                self._between.append(_edited(f"evidence {number} of {before.order_id}", before, row))
            name, state = (before.order_id, before.state) if before is not None else (row.order_id, _UNNUMBERED)
            self._evidence[int(number)] = _Said(row.seq, name, state, digest, {"kept_sha256": kept})

    def _take_intent(self, row: Row, data: Mapping[str, Any]) -> None:
        said = self._intents.setdefault(row.intent_id, _Said(row.seq, row.order_id))
        attempt = (row.intent_id, int(data.get("attempt") or 0))
        if said.digest is not None and data.get("was", said.digest) != said.digest:
            self._between.append(_edited(row.intent_id, said, row))
        tried = self._attempts.get(attempt)
        if tried is not None and tried.digest is not None and data.get("attempt_was", tried.digest) != tried.digest:
            self._between.append(_edited(f"{row.intent_id} attempt {attempt[1]}", tried, row))
        said.row = row.seq
        said.digest = data.get("row", said.digest)
        match row.kind:
            case "intent":
                said.state = "intent"
                said.facts = {name: data.get(name) for name in (*_NAMED, "amount")}
            case "attempt":
                said.state = "sent"
                self._attempts[attempt] = _Said(row.seq, digest=data.get("attempt_row"))
            case "outcome":
                if not data.get("late"):
                    said.state = data.get("state", "")
                if attempt in self._attempts:
                    self._attempts[attempt] = _Said(row.seq, digest=data.get("attempt_row"))
                if "evidence" in data:
                    facts = {"kept_sha256": data.get("kept_sha256")}
                    told = _Said(row.seq, row.intent_id, digest=data.get("evidence_row"), facts=facts)
                    self._evidence[int(data["evidence"])] = told
                else:
                    self._answers.setdefault(attempt, Counter())[str(data.get("answer_sha256"))] += 1
            case "settle":
                said.state = data.get("state", "")

    def compare(self, query: Query) -> Iterator[Disagreement]:
        """Yield every row that is not as the chain says, or once was not; intents first."""
        yield from self._between
        yield from self._compare_intents(query)
        yield from self._compare_attempts(query)
        yield from self._compare_evidence(query)
        yield from self._compare_notes(query)

    def _compare_intents(self, query: Query) -> Iterator[Disagreement]:
        left = dict(self._intents)
        for values, digest in digests(query, "intent", INTENT):
            row = dict(zip(INTENT, values, strict=True))
            name = _text(row["id"])
            said = left.pop(name, None)
            if said is None:
                yield Disagreement(name, "no row of the chain tells of it", 0)
                continue
            now = {key: _text(row[key]) for key in _NAMED} | {"amount": _amount(row)}
            wrong = [
                f"its {key} is {now[key]!r}, it was {told!r}"
                for key, told in said.facts.items()
                if told is not None and now[key] != str(told)
            ]
            if _text(row["state"]) != said.state:
                wrong.insert(0, f"its state is {_text(row['state'])!r}, it was {said.state!r}")
            if hashlib.sha256(row["body"]).hexdigest() != _text(row["body_sha256"]):
                wrong.append("its request is not the one that was confirmed")
            if not wrong and said.digest is not None and digest != said.digest:
                wrong.append("it was changed afterwards")
            if wrong:
                yield Disagreement(name, "; ".join(wrong), said.row)
        yield from (Disagreement(name, "it is gone", said.row) for name, said in left.items())

    def _compare_attempts(self, query: Query) -> Iterator[Disagreement]:
        left = dict(self._attempts)
        for values, digest in digests(query, "attempt", ATTEMPT):
            key = (_text(values[0]), int(values[1]))
            name = f"{key[0]} attempt {key[1]}"
            said = left.pop(key, None)
            if said is None:
                yield Disagreement(name, "no row of the chain tells of it", 0)
            elif said.digest is not None and digest != said.digest:
                yield Disagreement(name, "it was changed afterwards", said.row)
        for (intent, number), said in left.items():
            yield Disagreement(f"{intent} attempt {number}", "it is gone", said.row)

    def _compare_evidence(self, query: Query) -> Iterator[Disagreement]:
        left, unnumbered = dict(self._evidence), {key: Counter(told) for key, told in self._answers.items()}
        bodies = dict(_bodies(query))
        for values, digest in digests(query, "evidence", EVIDENCE):
            row = dict(zip(EVIDENCE, values, strict=True))
            number, key = int(row["id"]), (_text(row["intent_id"]), int(row["attempt"]))
            said, whole = left.pop(number, None), _text(row["raw_sha256"])
            name = f"evidence {number} of {said.order_id if said is not None else key[0]}"
            if said is None or said.state == _UNNUMBERED:
                if unnumbered.get(key, Counter())[whole] < 1:
                    yield Disagreement(name, "no row of the chain tells of it", 0)
                    continue
                unnumbered[key][whole] -= 1
            told = said.row if said is not None else self._intents[key[0]].row
            if said is not None and digest != said.digest:
                yield Disagreement(name, "it was changed afterwards", told)
            elif not _is_body(bodies.get(number, b""), int(row["raw_length"]), whole, said):
                yield Disagreement(name, "the answer in it is not the one that came", told)
        for number, said in left.items():
            yield Disagreement(f"evidence {number} of {said.order_id}", "it is gone", said.row)
        for (intent, attempt), answers in unnumbered.items():
            if answers.total():
                told = self._intents[intent].row
                yield Disagreement(f"{intent} attempt {attempt}", "what came back for it is gone", told)

    def _compare_notes(self, query: Query) -> Iterator[Disagreement]:
        left = dict(self._notes)
        for values, _ in digests(query, "note", _NOTE):
            number = int(values[0])
            said = left.pop(number, None)
            if said is None:
                yield Disagreement(f"note {number}", "no row of the chain tells of it", 0)
                continue
            name = f"note {number} of {said.order_id}"
            if hashlib.sha256(values[1]).hexdigest() != said.digest:
                yield Disagreement(name, "it was changed afterwards", said.row)
            elif bool(values[5]) != (said.state == "retracted"):
                yield Disagreement(name, f"the chain says that it is {said.state}", said.row)
            elif dict(zip(_NOTE[2:], map(_text, values[2:]), strict=True)) != {"order_id": said.order_id, **said.facts}:
                yield Disagreement(name, "whose it is, or when it was written, was changed afterwards", said.row)
        for number, said in left.items():
            yield Disagreement(f"note {number} of {said.order_id}", "it is gone", said.row)


def _edited(what: str, said: _Said, row: Row) -> Disagreement:
    return Disagreement(what, f"it was changed before row {row.seq:,} told of it again", said.row)


def _is_body(raw: bytes, length: int, whole: str, said: _Said | None) -> bool:
    """Tell whether a body is the one that came, or what was kept of it."""
    kept = said.facts.get("kept_sha256") if said is not None else None
    found = hashlib.sha256(raw).hexdigest()
    if kept is not None:
        return bool(found == kept)
    # Before the chain told of answers that were cut, nothing vouches for what was kept of one.
    return found == whole if len(raw) == length else said is None and 0 < len(raw) < length


def _bodies(query: Query) -> Iterator[tuple[int, bytes]]:
    for number, raw in query("SELECT id, raw FROM evidence"):
        yield int(number), bytes(raw)


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _amount(row: Mapping[str, bytes]) -> str:
    if not row["amount_currency"]:
        return ""
    try:
        return str(Money(int(row["amount_minor"]), _text(row["amount_currency"]), int(row["amount_exponent"])))
    except ValueError:
        return "no amount"
