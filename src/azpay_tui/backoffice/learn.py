"""Settling on a shop's own sandbox what Amazon's documents leave open: which calls, and what their answers prove.

Only what an answer proves counts as settled; everything else is told as seen, with what would settle it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Protocol, TypeVar

from azpay_tui.backoffice import lessons
from azpay_tui.backoffice.lessons import OPEN, Proof, short
from azpay_tui.domain.attempt import Answer
from azpay_tui.domain.order import Charge, Permission, Refund, order_id_of
from azpay_tui.learned import POINTS, Value

SKEWS: Final = (4, 6, 14, 16)
"""Minutes by which dates are tried, in each direction until one is refused."""
BURST: Final = 30
"""Reads at most until Amazon says that they are too many."""
CODE: Final = "SoftDeclined"
"""A simulation code that is documented for creating charges; beside a read it can simulate nothing."""
_REFUSED: Final = (400, 401, 403)
F = TypeVar("F", Permission, Charge, Refund)


class Prober(Protocol):
    """Asks; no method raises for anything that Amazon or the network does."""

    def read(self, object_id: str, *, urgent: bool = False) -> Answer:
        """Read an object in the usual way."""
        ...

    def read_dated(self, object_id: str, off: timedelta) -> Answer:
        """Read an object with a date that is so far off Amazon's time."""
        ...

    def read_simulating(self, object_id: str, code: str, *, signed: bool) -> Answer:
        """Read an object with a simulation code beside it."""
        ...

    def read_at_once(self, object_id: str) -> Answer:
        """Read an object without keeping to the quotas."""
        ...

    def charge_without_key(self, permission_id: str, currency: str) -> Answer:
        """Ask for a charge on a permission that does not exist, without an idempotency key."""
        ...

    def close(self) -> None:
        """Release connections."""
        ...


@dataclass(frozen=True, slots=True)
class Questions:
    """What to ask about: ids of one's own sandbox objects, the id that nobody has, and whether to provoke a 429."""

    nobody: str
    currency: str
    permissions: tuple[str, ...] = ()
    charges: tuple[str, ...] = ()
    refunds: tuple[str, ...] = ()
    burst: bool = False

    def calls(self) -> tuple[str, ...]:
        """Return what will be asked, one line each, for a person to agree to."""
        lines = [
            f"read {short(self.nobody)}, an order that cannot exist, with the right date",
            f"read it with dates {', '.join(map(str, SKEWS))} minutes off, behind and ahead, until one is refused",
            f"read it with the simulation code {CODE}, signed and not signed",
            "ask for a charge of it without an idempotency key: refused, since there is no such order",
        ]
        lines += [f"read order {short(one)}" for one in self.permissions]
        lines += [f"read charge {short(one)} twice, and its order" for one in self.charges]
        lines += [f"read refund {short(one)} twice, and its charge" for one in self.refunds]
        if self.burst:
            lines.append(
                f"read the order that cannot exist up to {BURST} times at once, until Amazon asks for a pause: other "
                "programs that use this sandbox account may be told to wait for some seconds"
            )
        return tuple(lines)


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen about one point; `value` is None when it is not settled, and `evidence` then says why."""

    key: str
    value: Value | None
    evidence: str


@dataclass
class _Run:
    """The answers so far."""

    probe: Prober
    asked: Questions
    seen: list[Seen] = field(default_factory=list)

    def note(self, key: str, value: Value | None, evidence: str) -> None:
        self.seen.append(Seen(key, value, evidence))


def learn(probe: Prober, asked: Questions, told: Callable[[str], None] = lambda _: None) -> tuple[Seen, ...]:
    """Make the calls and return what they prove; `told` hears what is being done.

    The key must be known to be good. Nothing at Amazon changes.
    """
    run = _Run(probe, asked)
    told("Reading the objects you named ...")
    charges = _open_charges(run)
    _days(run, charges)
    _refunds(run)
    told("Trying dates that are off ...")
    _dates(run)
    told("Trying a simulation code ...")
    _simulation(run)
    told("Asking without an idempotency key ...")
    _missing_key(run)
    if asked.burst:
        told("Reading until Amazon asks for a pause ...")
        _burst(run)
    else:
        run.note("retry_after_seconds", None, "Not tried: --burst reads quickly until Amazon asks for a pause.")
    order = list(POINTS)
    return tuple(sorted(run.seen, key=lambda one: order.index(one.key)))


# Orders, charges, refunds


def _fact(answer: Answer, kind: type[F]) -> F | None:
    return answer.fact if isinstance(answer.fact, kind) else None


def _open_charges(run: _Run) -> list[Charge]:
    """Settle what an open authorization does to its order; returns every charge that was read."""
    read: list[Charge] = []
    groups: dict[str, list[Charge]] = {one: [] for one in run.asked.permissions}
    trouble: list[str] = []
    for charge_id in run.asked.charges:
        charge = _fact(run.probe.read(charge_id, urgent=True), Charge)
        if charge is None:
            trouble.append(f"Charge {short(charge_id)} could not be read.")
            continue
        read.append(charge)
        groups.setdefault(order_id_of(charge_id), []).append(charge)
    blocks: list[Proof] = []
    reduces: list[Proof] = []
    orders: list[Permission] = []
    for permission_id, charges in groups.items():
        permission = _fact(run.probe.read(permission_id, urgent=True), Permission)
        again = [_fact(run.probe.read(charge.id, urgent=True), Charge) for charge in charges]
        if permission is not None:
            orders.append(permission)
        steady = [(one.state, one.captured) for one in charges] == [(one.state, one.captured) for one in again if one]
        if permission is None:
            trouble.append(f"Order {short(permission_id)} could not be read.")
        elif not any(charge.state in OPEN for charge in charges):
            trouble.append(f"None of the charges named of order {short(permission_id)} is authorized and open.")
        elif not steady:
            trouble.append(f"A charge of order {short(permission_id)} changed meanwhile; try again.")
        else:
            blocks.append(lessons.blocks(permission, charges))
            reduces.append(lessons.reduces(permission, charges))
    _closures(run, orders)
    wanted = "Name an order with an open authorization over a part of its amount: --charge ID (of every charge it has)."
    for key, answers in (("charge_in_progress_blocks", blocks), ("open_charges_reduce_balance", reduces)):
        run.note(key, *lessons.agreed(answers, " ".join(trouble) or wanted))
    return read


def _closures(run: _Run, orders: Sequence[Permission]) -> None:
    """Settle which word an order gives that the merchant closed."""
    found: list[Proof] = [
        (reason.code, f"Order {short(order.id)} is Closed with {reason.code}.")
        for order in orders
        for reason in order.reasons
        if order.state == "Closed" and reason.code in ("MerchantClosed", "MerchantCanceled")
    ]
    run.note("closure_reason", *lessons.agreed(found, "Name an order that you closed: --permission ID."))


def _days(run: _Run, charges: Sequence[Charge]) -> None:
    """Settle when an authorization lapses: Amazon says it on each charge."""
    found: list[Proof] = []
    for charge in charges:
        if charge.created is None or charge.expires is None:
            continue
        span = charge.expires - charge.created
        days = max(1, round(span.total_seconds() / 86400))
        exact = f"{span.days} days" + (f" and {span.seconds / 3600:.1f} hours" if span.seconds else "")
        found.append((days, f"Charge {short(charge.id)} lapses {exact} after it was made."))
    run.note("authorization_days", *lessons.agreed(found, "Name a charge: --charge ID."))


def _refunds(run: _Run) -> None:
    """Settle whether a refund counts before it is final."""
    pending: dict[str, list[Refund]] = {}
    trouble: list[str] = []
    for refund_id in run.asked.refunds:
        refund = _fact(run.probe.read(refund_id, urgent=True), Refund)
        if refund is None:
            trouble.append(f"Refund {short(refund_id)} could not be read.")
        else:
            pending.setdefault(refund.charge_id, []).append(refund)
    found: list[Proof] = []
    for charge_id, refunds in pending.items():
        charge = _fact(run.probe.read(charge_id, urgent=True), Charge)
        again = [_fact(run.probe.read(refund.id, urgent=True), Refund) for refund in refunds]
        waiting = sum(refund.amount.minor for refund in refunds if refund.state == "RefundInitiated")
        if charge is None:
            trouble.append(f"Charge {short(charge_id)} could not be read.")
        elif not waiting:
            trouble.append(
                f"No refund named of charge {short(charge_id)} is still being decided: make one, and ask soon."
            )
        elif [one.state for one in refunds] != [one.state if one else None for one in again]:
            trouble.append(f"A refund of charge {short(charge_id)} was decided meanwhile; try again.")
        else:
            found.append(lessons.counted(charge, refunds, waiting))
    run.note(
        "pending_refunds_counted", *lessons.agreed(found, " ".join(trouble) or "Name a fresh refund: --refund ID.")
    )


# Dates, headers, keys


def _dates(run: _Run) -> None:
    """Settle how far the date of a request may be off."""
    accepted, refused, said = [], [], []
    for word, sign in (("behind", -1), ("ahead", 1)):
        best, worst = 0, None
        for minutes in SKEWS:
            answer = run.probe.read_dated(run.asked.nobody, timedelta(minutes=sign * minutes))
            if answer.status == 404 or answer.status == 200:
                best = minutes
            elif answer.status in _REFUSED:
                worst = minutes
                break
            else:
                run.note("clock_skew_accepted", None, f"No clear answer: {answer.message}")
                run.note("clock_skew_refused", None, f"No clear answer: {answer.message}")
                return
        accepted.append(best)
        if worst is not None:
            refused.append(worst)
        said.append(f"{word}: {best} minutes accepted, {f'{worst} refused' if worst else 'none refused'}")
    evidence = f"{'; '.join(said)}."
    run.note("clock_skew_accepted", min(accepted), evidence)
    run.note("clock_skew_refused", min(refused) if refused else None, evidence)


def _simulation(run: _Run) -> None:
    """Settle whether the simulation header has to be signed."""
    key = "simulation_code_signed"
    signed = run.probe.read_simulating(run.asked.nobody, CODE, signed=True)
    unsigned = run.probe.read_simulating(run.asked.nobody, CODE, signed=False)
    if signed.status is None or unsigned.status is None or 429 in (signed.status, unsigned.status):
        run.note(key, None, f"No clear answer: {(signed if signed.status is None else unsigned).message}")
        return
    evidence = f"Signed: {_word(signed)}. Not signed: {_word(unsigned)}."
    refused = (signed.status in (401, 403), unsigned.status in (401, 403))
    value = {(False, False): "either", (False, True): "needed", (True, False): "refused"}.get(refused)
    run.note(key, value, evidence)


def _missing_key(run: _Run) -> None:
    """Settle how a request without an idempotency key is refused."""
    key = "missing_key_answer"
    there = run.probe.read(run.asked.nobody, urgent=True)
    if there.status != 404:
        run.note(key, None, f"Not asked: the order that cannot exist was not found missing ({_word(there)}).")
        return
    answer = run.probe.charge_without_key(run.asked.nobody, run.asked.currency)
    code = answer.reason_code or ""
    if answer.status == 400 and (code.startswith("Missing") or "Header" in code):
        run.note(key, f"{answer.status} {code}", f"{_word(answer)}.")
    else:
        run.note(key, None, f"{_word(answer)}: refused for another reason first.")


def _burst(run: _Run) -> None:
    """Settle whether a 429 says how long to wait."""
    for count in range(1, BURST + 1):
        answer = run.probe.read_at_once(run.asked.nobody)
        if answer.status == 429:
            wait = 0 if answer.retry_after is None else max(1, min(3600, round(answer.retry_after.total_seconds())))
            said = "without Retry-After" if answer.retry_after is None else f"with Retry-After {wait}"
            run.note("retry_after_seconds", wait, f"429 at read {count}, {said}.")
            return
        if answer.status is None:
            run.note("retry_after_seconds", None, f"No clear answer: {answer.message}")
            return
    run.note("retry_after_seconds", None, f"{BURST} reads at once were all answered.")


def _word(answer: Answer) -> str:
    """Say how a question was answered: status and Amazon's word, nothing of its message."""
    return "no answer" if answer.status is None else f"{answer.status} {answer.reason_code or ''}".rstrip()
