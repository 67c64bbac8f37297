"""What the audit chain says of messages, held against the rows as they are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from azpay_tui.store.journal.chain import Row
from azpay_tui.store.journal.digests import MESSAGE, Query, digests, seal_of_letter
from azpay_tui.store.journal.spoken import Disagreement
from azpay_tui.store.journal.tries_told import TriesTold


@dataclass(slots=True)
class _Said:
    row: int
    order_id: str
    about: str
    channel: str
    seal: str | None
    """Of the text of a letter with its salt, from before the chain told to whom it goes and under which subject."""
    body: str | None
    """The plain hash of what is to be delivered: to a shop, and of letters from before there were salts."""
    state: str
    at: str
    """When it was kept."""
    fixed: str | None
    """Digest of what never changes; None: from before the chain told of it, and of the text, and how far it came."""
    text: str | None
    """Hash of recipient, subject and text, with the salt of a letter."""
    moved: dict[str, str | None]
    """How far it has come, by columns; numbers as text."""
    forgotten: bool = False
    """Whether the personal data of its order's buyer was removed."""


_GIVEN_UP: Final = ("failed", "dropped")
"""What a purge makes of a letter that failed; purges of earlier versions left it as it was."""
_KEPT: Final = ("id", "order_id", "kind", "channel", "state", "salt", "recipient", "subject", "body")
_MOVES: Final = ("attempts", "tries", "next_due", "ended_at")


class Heard:
    """Takes the rows of a chain in their order, then compares."""

    def __init__(self) -> None:
        """Start with nothing said."""
        self._messages: dict[str, _Said] = {}
        self._tries = TriesTold()
        self._between: list[Disagreement] = []
        """Edits with which an attempt began."""

    def take(self, row: Row, data: Mapping[str, Any]) -> None:
        """Take one row and what it says; raises `ValueError` or `TypeError` when azpay says nothing like that."""
        if row.kind == "purge":
            for said in self._messages.values():
                if said.order_id == row.order_id and said.about != "shop":
                    _forget(said, row)
        elif row.kind == "message":
            attempt = int(data.get("attempt") or 0)
            name, state = str(data.get("message")), str(data.get("state"))
            if data.get("act") == "queued":
                self._messages[name] = _queued(row, data, state)
            elif name in self._messages:
                self._tries.take(row, data, name, attempt)
                self._step(self._messages[name], row, data, name)

    def _step(self, said: _Said, row: Row, data: Mapping[str, Any], name: str) -> None:
        text = _text(data)
        if text is not None and said.text is not None and text != said.text:
            sentence = f"what it says or to whom was changed before row {row.seq:,} told of it again"
            self._between.append(Disagreement(f"message {name}", sentence, said.row))
        said.state, said.row = str(data.get("state")), row.seq
        tries = int(said.moved["tries"] or 0)
        match data.get("act"):
            case "began":
                said.moved |= {"attempts": str(data.get("attempt")), "tries": str(tries + 1)}
            case "retried":
                said.moved["tries"] = "0"
        said.moved |= _due(data)

    def compare(self, query: Query) -> Iterator[Disagreement]:
        """Yield every message, and every attempt to deliver one, that is not as the chain says."""
        yield from self._between
        columns = {name for (name,) in query("SELECT name FROM pragma_table_info('message')")}
        fixed = dict(_digests(query)) if "occasion" in columns else {}
        left, salts = dict(self._messages), dict[str, bytes]()
        for now in _rows(query, columns):
            name = _word(now["id"]) or ""
            said = left.pop(name, None)
            if said is None:
                yield Disagreement(f"message {name}", "no row of the chain tells of it", 0)
            elif (wrong := _wrong(now, said, fixed.get(name))) is not None:
                yield Disagreement(f"message {name}", wrong, said.row)
            else:
                salts[name] = now["salt"] or b""
        yield from (Disagreement(f"message {name}", "it is gone", said.row) for name, said in left.items())
        whole = {name for name, said in self._messages.items() if said.fixed is not None}
        forgotten = {name for name, said in self._messages.items() if said.forgotten}
        yield from self._tries.compare(query, salts, whole, forgotten)


def _queued(row: Row, data: Mapping[str, Any], state: str) -> _Said:
    about, channel = str(data.get("about")), str(data.get("channel"))
    moved = {"attempts": "0", "tries": "0", **_due(data)}
    hashes = data.get("body_seal"), data.get("body_sha256")
    return _Said(
        row.seq, row.order_id, about, channel, *hashes, state, row.at, data.get("message_row"), _text(data), moved
    )


def _text(data: Mapping[str, Any]) -> Any:
    return data.get("text_seal", data.get("text_sha256"))


def _due(data: Mapping[str, Any]) -> dict[str, str | None]:
    return {"next_due": data.get("due"), "ended_at": data.get("ended")}


def _forget(said: _Said, row: Row) -> None:
    said.forgotten, said.row = True, row.seq
    if said.state in ("waiting", "failed"):
        said.moved |= {"next_due": None, "ended_at": said.moved["ended_at"] or said.at}
    said.state = "dropped" if said.state == "waiting" else said.state


def _digests(query: Query) -> Iterator[tuple[str | None, str]]:
    for values, digest in digests(query, "message", MESSAGE):
        yield _word(values[1]), digest


def _rows(query: Query, columns: set[str]) -> Iterator[dict[str, bytes | None]]:
    names = (*_KEPT, *_MOVES)
    # A journal that may only be read can be from before the salts.
    blobs = ", ".join(f"CAST({name if name in columns else repr('')} AS BLOB)" for name in names)
    for values in query(f"SELECT {blobs} FROM message"):
        yield {name: None if value is None else bytes(value) for name, value in zip(names, values, strict=True)}


def _word(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "replace")


def _wrong(now: Mapping[str, bytes | None], said: _Said, fixed: str | None) -> str | None:
    """Say in what a message is not as it was told; None: in nothing."""
    state = _word(now["state"])
    if tuple(_word(now[name]) for name in ("order_id", "kind", "channel")) != (said.order_id, said.about, said.channel):
        return "whom it is for was changed afterwards"
    if state != said.state and not (said.forgotten and (said.state, state) == _GIVEN_UP):
        return f"its state is {state!r}, it was {said.state!r}"
    if said.fixed is None:
        return None if _is_body(now["body"] or b"", now["salt"] or b"", said) else "what it says was changed afterwards"
    if fixed != said.fixed:
        return "it was changed afterwards"
    if not _is_text(now, said):
        return "what it says or to whom was changed afterwards"
    moved = {name: _word(now[name]) for name in _MOVES}
    return None if moved == said.moved else "how far it has come was changed afterwards"


def _is_text(now: Mapping[str, bytes | None], said: _Said) -> bool:
    """Tell whether a message says what was told, to whom it was told; of what was forgotten nothing may be left."""
    salt, *texts = (now[name] or b"" for name in ("salt", "recipient", "subject", "body"))
    return not any((salt, *texts)) if said.forgotten else seal_of_letter(salt, *texts) == said.text


def _is_body(body: bytes, salt: bytes, said: _Said) -> bool:
    """Tell whether body and salt are those of what was said; of nothing said, and of what was forgotten, are none."""
    if said.forgotten or (said.seal is None and said.body is None):
        return not body and not salt
    if said.seal is not None:
        return seal_of_letter(salt, body) == said.seal
    return not salt and hashlib.sha256(body).hexdigest() == said.body
