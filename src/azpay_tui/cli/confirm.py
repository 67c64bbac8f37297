"""Before money moves: the facts of the one record the call is made of, and a typed answer."""

from __future__ import annotations

import sys
from dataclasses import replace

from azpay_tui.backoffice.records import ProfileInfo, Ready
from azpay_tui.cli.outcome import NOT_VALID, CommandError
from azpay_tui.cli.output import ask, is_terminal, say, shown, utc
from azpay_tui.domain import limits, refund_limits
from azpay_tui.domain.charging import open_balance, room
from azpay_tui.domain.intent import Verb
from azpay_tui.domain.money import AmountError, parse_amount
from azpay_tui.domain.outlook import TITLES
from azpay_tui.domain.reasons import warning_sentence
from azpay_tui.domain.retention import no_buyer
from azpay_tui.domain.slips import parts
from azpay_tui.domain.status import status_of

_LAST = 4


def require_way(yes: bool, dry_run: bool) -> None:
    """Raise a usage error (exit code 2) when nobody can be asked and `--yes` was not given."""
    if not (yes or dry_run or (is_terminal(sys.stdin) and is_terminal(sys.stderr))):
        raise CommandError("Nobody can be asked here: say --yes to confirm.", code="not-confirmed")


def require_accepted(ready: Ready, accepted: list[str]) -> None:
    """Raise `CommandError` (exit code 3), naming the warnings that were not accepted."""
    missing = [name for name in ready.offer.warnings if name not in accepted]
    if missing:
        sentences = " ".join(warning_sentence(name) for name in missing)
        if ready.offer.policy is not None and ready.offer.reason is not None:  # what the shop's policy has to say too
            sentences = ready.offer.reason
        options = " ".join(f"--accept {name}" for name in missing)
        raise CommandError(f"{sentences} To go on say {options}.", NOT_VALID, "warning-not-accepted")


def with_reason(ready: Ready, *, ask_for_it: bool) -> Ready:
    """Return the record with the reason that the shop's policy asks for, as noted or as typed now.

    Raises `CommandError` (exit code 3) when there is none: nothing was sent.
    """
    needed, wish = ready.offer.needs_note, ready.wish
    if needed is None or wish.note.strip():
        return ready
    if not ask_for_it:
        raise CommandError(f"{needed} Say it with --note TEXT.", NOT_VALID, "reason-required")
    say(shown(needed))
    note = ask("Reason (stays here): ") or ""
    if not note:
        raise CommandError("No reason was given: nothing was sent.", NOT_VALID, "reason-required")
    return replace(ready, wish=replace(wish, note=note))


def facts(profile: ProfileInfo, ready: Ready) -> list[tuple[str, str]]:
    """Return what a person has to read before confirming, all from the record used for the call."""
    order, wish, offer = ready.order, ready.wish, ready.offer
    charge = order.charge(wish.target)
    lines = [
        ("Environment", f"{profile.environment.upper()} / {profile.name} ({profile.region})"),
        ("Signed in as", profile.person),
        ("Order", f"{order.id}{f'  #{order.number}' if order.number else ''}"),
        ("Buyer", order.buyer_name or no_buyer(order)),
        ("Status", status_of(order, ready.read_at)),
        ("Acts on", f"{charge.id} ({charge.state} {charge.amount})" if charge else f"the whole order {order.id}"),
        ("Captured", str(limits.captured_total(order) or "-")),
        ("Refunded", str(refund_limits.refunded_total(order) or "-")),
    ]
    balance = open_balance(order)
    if balance is not None:
        lines.append(("Left to charge", str(balance)))
    if wish.amount is not None:
        at_most = f" (at most {offer.maximum})" if offer.maximum else ""
        lines.append(("Amount", f"{wish.amount}{at_most}"))
    above = room(order, profile.policy, ready.read_at) if wish.verb is Verb.AUTHORIZE else None
    if above is not None and above.left:
        lines.append(("Above total", above.sentence))
    if ready.slip is not None:
        lines += [("" if at else "Slip", said) for at, said in enumerate(parts(ready.slip))]
    lines += [("Know this", said) for said in (offer.reason, ready.elsewhere) if said]
    lines += [
        ("Read live", f"{utc(ready.read_at)}, unchanged since it was last read here"),
        ("Request key", ready.key),
    ]
    return lines


def confirm(profile: ProfileInfo, ready: Ready) -> None:
    """Show the facts and ask for the amount, `yes` or the end of the id.

    Raises `CommandError` (exit code 2) when the answer is another one: nothing was sent.
    """
    wish = ready.wish
    say(TITLES[wish.verb])
    for label, value in facts(profile, ready):
        say(f"  {label:<15}{shown(value)}")
    say(f"  {shown(ready.after)}")
    if wish.amount is not None:
        answer = ask(f"Type the amount in {wish.amount.currency} to {wish.verb} it: ")
        agreed = answer is not None and _is_amount(answer, ready)
    elif wish.verb is Verb.VOID:
        agreed = ask("Type yes to void this authorization: ") == "yes"
    else:
        end = wish.order_id[-_LAST:]
        agreed = ask(f"Type the last {_LAST} characters of {wish.order_id} to {wish.verb} the order: ") == end
    if not agreed:
        raise CommandError("Not confirmed: nothing was sent.", code="not-confirmed")


def _is_amount(answer: str, ready: Ready) -> bool:
    amount = ready.wish.amount
    if amount is None:
        return False
    try:
        return parse_amount(answer, amount.currency) == amount
    except AmountError:
        return False
