"""What the audit chain says of attempts to deliver messages, held against the rows as they are."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from azpay_tui.store.journal.chain import Row
from azpay_tui.store.journal.digests import TRY, Query, digests, seal_of_letter
from azpay_tui.store.journal.spoken import Disagreement

_NAMES: Final = "SELECT seq, CAST(id AS BLOB) FROM message"
_WHYS: Final = "SELECT message_seq, number, CAST(why AS BLOB) FROM message_try"


@dataclass(frozen=True, slots=True)
class _Said:
    row: int
    digest: str
    ended: bool
    why_seal: str | None
    """Of what came of it in words; None: the chain does not tell, as of what is for a shop."""


class TriesTold:
    """Takes what is said of messages in its order, then compares."""

    def __init__(self) -> None:
        """Start with nothing said."""
        self._said: dict[tuple[str, int], _Said] = {}

    def take(self, row: Row, data: Mapping[str, Any], name: str, attempt: int) -> None:
        """Take one row on a message; those from before the chain told of attempts by themselves say nothing here."""
        if "try_row" in data:
            ended, seal = data.get("act") != "began", data.get("why_seal")
            told = None if seal is None else str(seal)
            self._said[name, attempt] = _Said(row.seq, str(data["try_row"]), ended, told)

    def compare(
        self, query: Query, salts: Mapping[str, bytes], whole: Collection[str], forgotten: Collection[str]
    ) -> Iterator[Disagreement]:
        """Yield every attempt that is not as the chain says.

        `salts` are those of the messages that are as they were told; of the `whole` ones the chain tells of every
        attempt, and of the `forgotten` ones nothing may be left of what came of them.
        """
        names = {int(seq): bytes(name).decode("utf-8", "replace") for seq, name in query(_NAMES)}
        whys = {(int(seq), int(number)): bytes(why) for seq, number, why in query(_WHYS)}
        left = dict(self._said)
        for values, digest in digests(query, "message_try", TRY):
            seq, number = int(values[0]), int(values[1])
            name = names.get(seq, f"{seq:06}")
            said = left.pop((name, number), None)
            if said is None:
                if name in whole or seq not in names:
                    yield Disagreement(_called(name, number), "no row of the chain tells of it", 0)
            elif digest != said.digest:
                yield Disagreement(_called(name, number), "it was changed afterwards", said.row)
            elif name in salts and not _is_why(salts[name], whys[seq, number], said, name in forgotten):
                yield Disagreement(_called(name, number), "what came of it was changed afterwards", said.row)
        for (name, number), said in left.items():
            yield Disagreement(_called(name, number), "it is gone", said.row)


def _called(name: str, number: int) -> str:
    return f"message {name} attempt {number}"


def _is_why(salt: bytes, why: bytes, said: _Said, forgotten: bool) -> bool:
    if forgotten or not said.ended:
        return not why
    return said.why_seal is None or seal_of_letter(salt, why) == said.why_seal
