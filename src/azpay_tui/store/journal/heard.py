"""What the audit chain says of messages, held against the rows as they are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from azpay_tui.store.journal.chain import Row
from azpay_tui.store.journal.digests import Query, seal_of_letter
from azpay_tui.store.journal.spoken import Disagreement


@dataclass(slots=True)
class _Said:
    row: int
    order_id: str
    about: str
    channel: str
    seal: str | None
    """Of the text of a letter with its salt."""
    body: str | None
    """The plain hash of what is to be delivered: to a shop, and of letters from before there were salts."""
    state: str
    forgotten: bool = False
    """Whether the personal data of its order's buyer was removed."""


_SALTED: Final = "SELECT 1 FROM pragma_table_info('message') WHERE name = 'salt'"
_GIVEN_UP: Final = ("failed", "dropped")
"""What a purge makes of a letter that failed; purges of earlier versions left it as it was."""


class Heard:
    """Takes the rows of a chain in their order, then compares."""

    def __init__(self) -> None:
        """Start with nothing said."""
        self._messages: dict[str, _Said] = {}

    def take(self, row: Row, data: Mapping[str, Any]) -> None:
        """Take one row and what it says; raises `TypeError` when azpay says nothing like that."""
        if row.kind == "purge":
            for said in self._messages.values():
                if said.order_id == row.order_id and said.about != "shop":
                    said.forgotten, said.row = True, row.seq
                    said.state = "dropped" if said.state == "waiting" else said.state
        elif row.kind == "message":
            int(data.get("attempt") or 0)  # nothing else is ever said of it
            name, state = str(data.get("message")), str(data.get("state"))
            if data.get("act") == "queued":
                about, channel = str(data.get("about")), str(data.get("channel"))
                hashes = data.get("body_seal"), data.get("body_sha256")
                self._messages[name] = _Said(row.seq, row.order_id, about, channel, *hashes, state)
            elif name in self._messages:
                self._messages[name].state, self._messages[name].row = state, row.seq

    def compare(self, query: Query) -> Iterator[Disagreement]:
        """Yield every message that is not as the chain says."""
        left = dict(self._messages)
        # A journal that may only be read can be from before the salts.
        salt = "salt" if [*query(_SALTED)] else "''"
        columns = ("id", "order_id", "kind", "channel", "state", "body", salt)
        for values in query(f"SELECT {', '.join(f'CAST({name} AS BLOB)' for name in columns)} FROM message"):
            name, order_id, kind, channel, state = (bytes(value).decode("utf-8", "replace") for value in values[:5])
            said, body_and_salt = left.pop(name, None), (bytes(values[5]), bytes(values[6]))
            what = f"message {name}"
            if said is None:
                yield Disagreement(what, "no row of the chain tells of it", 0)
            elif (order_id, kind, channel) != (said.order_id, said.about, said.channel):
                yield Disagreement(what, "whom it is for was changed afterwards", said.row)
            elif state != said.state and not (said.forgotten and (said.state, state) == _GIVEN_UP):
                yield Disagreement(what, f"its state is {state!r}, it was {said.state!r}", said.row)
            elif not _is_body(*body_and_salt, said):
                yield Disagreement(what, "what it says was changed afterwards", said.row)
        yield from (Disagreement(f"message {name}", "it is gone", said.row) for name, said in left.items())


def _is_body(body: bytes, salt: bytes, said: _Said) -> bool:
    """Tell whether body and salt are those of what was said; of nothing said, and of what was forgotten, are none."""
    if said.forgotten or (said.seal is None and said.body is None):
        return not body and not salt
    if said.seal is not None:
        return seal_of_letter(salt, body) == said.seal
    return not salt and hashlib.sha256(body).hexdigest() == said.body
