"""That a sale was cancelled here: a local act, kept by the journal, from which everything due afterwards is derived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal, get_args

from azpay_tui.domain.money import Money

Refunds = Literal["automatic", "manual"]
"""What becomes of money already taken: refunded along with the cancelling, or left to a person."""
REFUNDS: Final[tuple[Refunds, ...]] = get_args(Refunds)


@dataclass(frozen=True, slots=True)
class Goal:
    """How much of a charge shall have gone back in all, so that carrying it out twice never refunds twice."""

    charge_id: str
    refunded: Money


@dataclass(frozen=True, slots=True)
class Pieces:
    """Which lines of the order one act cancelled."""

    lines: tuple[tuple[str, int], ...]
    """The key of each line, see `domain.goods`, with how many pieces of it."""
    shipping: Money | None = None
    taken: bool = field(default=False, compare=False)
    """Whether money had been taken for them: then it goes back, otherwise they are not to be captured."""
    among: str = field(default="", compare=False)
    """Which lines the order had then, see `Goods.fingerprint`; empty: they could not be read, or an older act."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A sale cancelled here in whole or by lines; several acts on one order are put together by `together`."""

    at: datetime
    person: str
    whole: bool
    refunds: Refunds
    goals: tuple[Goal, ...] = ()
    """Of each charge at most one."""
    pieces: tuple[Pieces, ...] = ()
    """Of the acts that cancelled lines, oldest first."""

    def goal(self, charge_id: str) -> Money | None:
        """Return how much of a charge shall have gone back in all; None where nothing was said of it."""
        return next((goal.refunded for goal in self.goals if goal.charge_id == charge_id), None)


def together(acts: Sequence[Cancelled]) -> Cancelled | None:
    """Put the acts on one order together, oldest first; None when there is none.

    Of each charge the last goal counts: every act counts what went before it in.
    """
    if not acts:
        return None
    goals = {goal.charge_id: goal for act in acts for goal in act.goals}
    pieces = tuple(one for act in acts for one in act.pieces)
    whole = next((act for act in acts if act.whole), None)
    said = whole or acts[-1]
    return replace(said, refunds=acts[-1].refunds, goals=tuple(goals.values()), pieces=pieces)
