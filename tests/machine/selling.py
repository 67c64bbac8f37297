"""The random lives again, of a shop that sells by lines, cancels sales and has steps taken without a person."""

from __future__ import annotations

from typing import ClassVar, Final

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from tests.machine.machine import FAULTS, SWITCHES, Machine, choices, portions, which
from tests.machine.shop import EVERYTHING, MEANWHILE, PIECES, Shop
from tests.machine.world import World

from azpay_tui.cli.unfulfilled import NOTE
from azpay_tui.domain.cancelling import WHOLE, Wanted
from azpay_tui.domain.money import Money
from azpay_tui.domain.sale import REFUNDS

SITUATIONS: Final = (
    "captured", "captured", "authorized", "authorized", "part-captured", "part-captured", "open", "pending", "lapsed",
    "capturing", "closed-authorized", "suspended-authorized", "part-refunded", "refunding", "refund-declined",
)  # fmt: skip
NO_FAULT: Final = (None, None, None)
pieces = st.tuples(st.integers(0, PIECES["TEA"]), st.integers(0, PIECES["CUP"]))
freights = st.sampled_from([0, 0, 50, 100])
refunds = st.sampled_from([None, *REFUNDS])
broken = st.sampled_from([*NO_FAULT, *((fault, times) for fault in FAULTS for times in (1, 9))])


class Selling(Machine):
    """Acts on a shop."""

    called: ClassVar[str] = "sales"
    world: Shop

    # What the other lives try often enough would only leave less room here.
    act_under_refresh = act_while_others_do = a_word_that_nobody_documents = None  # type: ignore[assignment]

    def new_world(self) -> World:
        return Shop(self.tally)

    @initialize(
        switches=st.sets(st.sampled_from(SWITCHES)), situation=st.sampled_from(SITUATIONS), automatic=st.booleans(),
        two=st.booleans(),
    )  # fmt: skip
    def begin(self, switches: set[str], situation: str, automatic: bool = False, two: bool = False) -> None:
        if two:
            self.world.open("second")
        if automatic:
            self.it_is_switched_on(0)
        super().begin(switches, situation)

    # By lines

    @rule(
        at=which, order=which, choice=choices, pieces=pieces, freight=freights,
        adjust=st.sampled_from([0, 0, 100, -100]), fault=broken,
    )  # fmt: skip
    def act_by_lines(
        self, at: int, order: int, choice: int, pieces: tuple[int, int], freight: int, adjust: int,
        fault: tuple[str, int] | None,
    ) -> None:  # fmt: skip
        office = self.world.desk(at)
        wish = self.world.slip_wish(office, self.world.order(order), choice, pieces, freight, adjust)
        if wish is None:
            return
        if fault is not None:
            self.something_breaks(str(wish.verb), *fault)
        self.world.act_by_lines(office, wish)

    @rule(at=which, order=which, pieces=pieces)
    def pieces_went_back_elsewhere(self, at: int, order: int, pieces: tuple[int, int]) -> None:
        self.world.record(self.world.desk(at), self.world.order(order), pieces)

    # Sales

    @rule(at=which, order=which, refunds=refunds, goodwill=st.sampled_from([0, 0, 0, 500, 99_900]), fault=broken)
    def cancel_the_sale(
        self, at: int, order: int, refunds: str | None, goodwill: int, fault: tuple[str, int] | None
    ) -> None:
        order_id = self.world.order(order)
        extra = Money(goodwill, self.world.theirs(order_id).currency) if goodwill else None
        self._cancel(at, order_id, Wanted(refunds, extra), fault)  # type: ignore[arg-type]

    @rule(at=which, order=which, refunds=refunds, pieces=pieces, freight=freights, fault=broken)
    def cancel_some_lines(
        self, at: int, order: int, refunds: str | None, pieces: tuple[int, int], freight: int,
        fault: tuple[str, int] | None,
    ) -> None:  # fmt: skip
        order_id = self.world.order(order)
        lines = {key: many for key, many in zip(PIECES, pieces, strict=True) if many}
        shipping = Money(freight, self.world.theirs(order_id).currency) if freight else None
        wanted = Wanted(refunds, None, lines, shipping)  # type: ignore[arg-type]
        self._cancel(at, order_id, wanted, fault)

    @rule(at=which, order=which, fault=broken)
    def cannot_fulfil(self, at: int, order: int, fault: tuple[str, int] | None) -> None:
        self._cancel(at, self.world.order(order), WHOLE, fault, NOTE)

    @rule(at=which, order=which, refunds=refunds, other=st.integers(0, 14), thing=which)
    def cancel_the_sale_while_others_do(self, at: int, order: int, refunds: str | None, other: int, thing: int) -> None:
        wanted = Wanted(refunds)  # type: ignore[arg-type]
        order_id = self.world.order(order)
        self.world.cancel_sale(
            self.world.desk(at), order_id, wanted, "out of stock", lambda: self.others_act(order, other, thing)
        )

    @rule(
        at=which, order=which, choice=choices, portion=portions, refunds=refunds, moment=st.sampled_from(MEANWHILE),
        up=st.booleans(),
    )  # fmt: skip
    @precondition(lambda self: len(self.world.names()) > 1)
    def act_while_the_sale_is_cancelled(
        self, at: int, order: int, choice: int, portion: int, refunds: str | None, moment: str, up: bool
    ) -> None:
        office = self.world.desk(at)
        wish = self.world.wish(office, self.world.order(order), choice, portion)
        wanted = Wanted(refunds)  # type: ignore[arg-type]
        self.world.acted_while_cancelled(office, wish, wanted, moment, up)

    # Without a person

    @rule(at=which)
    def it_is_switched_on(self, at: int) -> None:
        self._quietly(lambda: self.world.desk(at).desk.switch_on(EVERYTHING))
        self.world.pass_time(minutes=1)

    @rule(at=which)
    def it_is_switched_off(self, at: int) -> None:
        self._quietly(lambda: self.world.desk(at).desk.switch_off())

    @rule(at=which, fault=broken)
    def a_round_without_a_person(self, at: int, fault: tuple[str, int] | None) -> None:
        if fault is not None:
            for operation in ("authorize", "capture", "close"):
                self.something_breaks(operation, *fault)
        self.world.tick(self.world.desk(at))

    @rule(at=which, fault=broken)
    def a_new_order_and_a_round(self, at: int, fault: tuple[str, int] | None) -> None:
        if len(self.world.orders) < 3:
            self.world.arrive("open", "USD", True, age="0s")
        self.a_round_without_a_person(at, fault)

    # Helpers

    def _cancel(
        self, at: int, order_id: str, wanted: Wanted, fault: tuple[str, int] | None, note: str = "out of stock"
    ) -> None:
        if fault is not None:
            for operation in ("cancel", "void", "refund", "close"):
                self.something_breaks(operation, *fault)
        self.world.cancel_sale(self.world.desk(at), order_id, wanted, note)
