"""Everything that can happen to a back office, in any order: people, Amazon, buyers, lines, clocks, restarts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar, Final

import hypothesis
import stamina
from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.machine import judge
from tests.machine.world import OFFERED, STOPPING, World, told

from azpay_tui.amazon.v2.line import READ_TRIES
from azpay_tui.backoffice.errors import BackOfficeError

STEPS: Final = 8
SITUATIONS: Final = (
    "open", "open", "authorized", "authorized", "authorized", "captured", "captured", "captured", "part-captured",
    "part-captured", "pending", "lapsed", "capturing",
    "closed-authorized", "suspended-authorized", "suspended", "declined-soft", "declined-hard", "voided",
    "part-refunded", "refunded", "refund-cap", "refunding", "refund-declined", "unknown",
)  # fmt: skip
FAULTS: Final = (
    "stall-before", "stall-after", "close-before", "close-after", "reset-before", "reset-after", "truncate", "garbage",
    "status", "throttle", "unknown-state",
)  # fmt: skip
OPERATIONS: Final = (
    "authorize", "capture", "void", "refund", "cancel", "close", "get-permission", "get-charge", "get-refund",
)  # fmt: skip
SWITCHES: Final = (
    "charge_in_progress_blocks", "open_charges_reduce_balance", "pending_refunds_counted", "errors_saved_with_key",
)  # fmt: skip

which = st.integers(0, 5)
choices = st.integers(0, OFFERED + 5)
portions = st.sampled_from([0, 0, 30, 100, 150])


ACTS: Final = (
    {"act": "approve"}, {"act": "decline", "reason": "SoftDeclined"}, {"act": "decline", "reason": "HardDeclined"},
    {"act": "decline", "reason": "AmazonRejected"}, {"act": "refuse"}, {"act": "settle"}, {"act": "suspend"},
    {"act": "repair"}, {"act": "expire"}, {"act": "charge-elsewhere"}, {"act": "capture-elsewhere"},
    {"act": "refund-elsewhere"}, {"act": "refund-elsewhere", "amount": "1"}, {"act": "void-elsewhere"},
    {"act": "close-elsewhere"}, {"act": "unknown-state", "word": "Hibernating"},
)  # fmt: skip
acts = st.integers(0, len(ACTS) - 1)


class Machine(RuleBasedStateMachine):
    """Acts on a world; `tally` belongs to the series of runs."""

    tally: ClassVar[Counter[str]] = Counter()
    called: ClassVar[str] = "machine"
    """What a series of it is called in `make safety`."""

    def __init__(self) -> None:
        super().__init__()
        self.world = self.new_world()

    def new_world(self) -> World:
        return World(self.tally)

    @initialize(switches=st.sets(st.sampled_from(SWITCHES)), situation=st.sampled_from(SITUATIONS))
    def begin(self, switches: set[str], situation: str) -> None:
        settings = {name: name in switches for name in SWITCHES}
        self.world.desks[0].sim("PATCH", "/_sim/settings", settings)
        self.world.arrive(situation, "USD", True)

    # People

    @rule(situation=st.sampled_from(SITUATIONS), currency=st.sampled_from(["USD", "EUR", "JPY"]), known=st.booleans())
    @precondition(lambda self: len(self.world.orders) < 2)
    def an_order_arrives(self, situation: str, currency: str, known: bool) -> None:
        self.world.arrive(situation, currency, known)

    @rule(at=which, order=which, choice=choices, portion=portions)
    def act(self, at: int, order: int, choice: int, portion: int) -> None:
        office = self.world.desk(at)
        self.world.act(office, self.world.wish(office, self.world.order(order), choice, portion))

    @rule(
        at=which, order=which, choice=choices, portion=portions, other=acts, thing=which,
        moment=st.sampled_from([*STOPPING, *STOPPING, *STOPPING, "compared", "request-leaving"]),
    )  # fmt: skip
    def act_while_others_do(
        self, at: int, order: int, choice: int, portion: int, other: int, thing: int, moment: str
    ) -> None:
        office = self.world.desk(at)
        wish = self.world.wish(office, self.world.order(order), choice, portion)
        self.world.changed_on_the_way(office, wish, self._acts(order, other, thing), moment)

    @rule(at=which, order=which, choice=choices, portion=portions)
    def act_under_refresh(self, at: int, order: int, choice: int, portion: int) -> None:
        office = self.world.desk(at)
        self.world.acted_under_refresh(office, self.world.wish(office, self.world.order(order), choice, portion))

    @rule(at=which, order=which)
    def refresh(self, at: int, order: int) -> None:
        office, order_id = self.world.desk(at), self.world.order(order)
        if self.world.refresh(office, order_id):
            self.world.words_stand(office, order_id)
            if not self.world.odd_in(order_id):
                self.world.offers_agree(office, order_id)

    @rule(at=which, everything=st.booleans())
    def sync(self, at: int, everything: bool) -> None:
        self._quietly(lambda: self.world.desk(at).desk.sync_once(all_=everything))

    @rule(at=which)
    @precondition(lambda self: self._open())
    def resume(self, at: int) -> None:
        self._quietly(lambda: self.world.desk(at).desk.resume())

    @rule(at=which, intent=which)
    @precondition(lambda self: self._open())
    def resume_one(self, at: int, intent: int) -> None:
        standing = self._open()
        self._quietly(lambda: self.world.desk(at).desk.resume(standing[intent % len(standing)].id))

    @rule(intent=which)
    @precondition(lambda self: self._open())
    def a_person_settles(self, intent: int) -> None:
        standing = self._open()
        self.world.settle(standing[intent % len(standing)])

    # Others

    @rule(
        at=which, order=which, choice=choices, portion=portions, fault=st.sampled_from(FAULTS),
        times=st.sampled_from([1, 2, 4, 9]),
    )  # fmt: skip
    def act_and_it_breaks(self, at: int, order: int, choice: int, portion: int, fault: str, times: int) -> None:
        office = self.world.desk(at)
        wish = self.world.wish(office, self.world.order(order), choice, portion)
        self.something_breaks(str(wish.verb), fault, times)
        self.world.act(office, wish)

    @rule(order=which, other=acts, thing=which)
    def others_act(self, order: int, other: int, thing: int) -> None:
        any(self.world.act_by_others(act) for act in self._acts(order, other, thing))

    @rule(at=which, order=which, thing=which, word=st.sampled_from(["Hibernating", "captured", "Closed2", "N/A"]))
    def a_word_that_nobody_documents(self, at: int, order: int, thing: int, word: str) -> None:
        order_id = self.world.order(order)
        things = judge.objects(self.world.theirs(order_id))
        self.world.act_by_others({"act": "unknown-state", "id": things[thing % len(things)], "word": word})
        if self.world.refresh(self.world.desk(at), order_id):
            self.world.words_stand(self.world.desk(at), order_id)

    @rule(operation=st.sampled_from(OPERATIONS), fault=st.sampled_from(FAULTS), times=st.sampled_from([1, 1, 2, 5]))
    def something_breaks(self, operation: str, fault: str, times: int) -> None:
        self.world.desks[0].fault(operation, fault, times, **({"code": 500} if fault == "status" else {}))

    @rule()
    def it_is_mended(self) -> None:
        self.world.desks[0].sim("DELETE", "/_sim/faults")
        self.world.line(True)

    @rule()
    def the_line_is_cut(self) -> None:
        self.world.line(False)

    @rule(hours=st.sampled_from([0.01, 0.3, 2, 30, 24 * 8, 24 * 31, 24 * 181]))
    def time_passes(self, hours: float) -> None:
        self.world.pass_time(hours=hours)

    # Processes

    @rule(name=st.sampled_from(["first", "second"]))
    def a_desk_ends_or_begins(self, name: str) -> None:
        up = self.world.online
        if name not in self.world.names():
            self.world.open(name)
        elif len(self.world.names()) > 1:
            self.world.close(name)
        else:
            self.world.close(name)
            self.world.open(name)
        self.world.line(up)

    # Always

    @invariant()
    def ledger_and_journal_agree(self) -> None:
        self.world.check()

    def teardown(self) -> None:
        """Mend everything and let a person say the word: nothing is left that nobody sees."""
        try:
            if self.world.orders:
                self.it_is_mended()
                self.world.pass_time(minutes=1)
                self.sync(0, False)
                self.world.check()
                for intent in self._open():
                    assert intent.state in ("unknown", "attention"), intent
                    status = self.world.desks[0].desk.reader.row(intent.draft.wish.order_id)
                    assert status is not None
                    assert status.status == "UNKNOWN" or "unknown" in status.attention, status
        finally:
            self.world.end()

    # Helpers

    def _acts(self, order: int, other: int, thing: int) -> list[dict[str, Any]]:
        """Return every act on every object of an order, beginning with the one that was drawn."""
        things = judge.objects(self.world.theirs(self.world.order(order)))
        first = thing % len(things)
        objects = [*things[first:], *things[:first]]
        return [{**act, "id": one} for act in (*ACTS[other:], *ACTS[:other]) for one in objects]

    def _open(self) -> list[Any]:
        return [intent for intent in self.world.intents() if intent.open]

    def _quietly(self, ask: Callable[[], object]) -> None:
        with suppress(BackOfficeError):
            ask()


def series(seed: int, runs: int, of: type[Machine] = Machine) -> None:
    """Try so many runs of one seed; raises what the shortest run that fails raised."""
    tally: Counter[str] = Counter()
    machine = hypothesis.seed(seed)(type("Machine", (of,), {"tally": tally}))
    settings = hypothesis.settings(
        max_examples=runs,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=False,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    failed = True
    try:
        # What the line reads again it reads at once: a pause of the machine's own clock is no part of the world.
        with stamina.set_testing(True, attempts=READ_TRIES):
            run_state_machine_as_test(machine, settings=settings)
        failed = False
    finally:
        told(tally, f"{of.called} {seed}", runs, int(failed))
