"""`azpay purge`: removing buyers' personal data by hand, when it expired or because somebody asks for it."""

from __future__ import annotations

from datetime import timedelta

from azpay_tui.backoffice.ports import Desk
from azpay_tui.cli import resolve
from azpay_tui.cli.confirm import require_way
from azpay_tui.cli.context import Context
from azpay_tui.cli.outcome import NOT_VALID, OK, CommandError
from azpay_tui.cli.output import ask, json_result, result, say, shown, utc
from azpay_tui.domain.keeping import MOST_DAYS
from azpay_tui.domain.retention import duty
from azpay_tui.domain.status import attention


def purge(
    context: Context, orders: list[str], days: int | None, *, yes: bool, dry_run: bool, as_json: bool
) -> int:  # fmt: skip
    """Remove personal data of the named orders, or of those with which nothing was due for so many days.

    What the profile's own rule removes anyhow needs no confirmation. Raises `CommandError`.
    """
    if orders and days is not None:
        raise CommandError("Choose one of --order and --days.")
    if days is not None and not 0 <= days <= MOST_DAYS:
        raise CommandError(f"--days must be a number from 0 to {MOST_DAYS}.")
    by_rule = not orders and (days is None or days >= context.profile().retention_days)
    require_way(yes or by_rule, dry_run)
    with context.desk() as desk:
        found = _named(desk, orders) if orders else desk.expired(None if days is None else timedelta(days=days))
        if not dry_run:
            if found and not (yes or by_rule):
                _confirm(found)
            found = desk.purge(found)
    if as_json:
        json_result({"orders": list(found), "dry_run": dry_run})
        return OK
    done = "would be removed" if dry_run else "was removed"
    result(f"Personal data of {len(found)} {'order' if len(found) == 1 else 'orders'} {done}.")
    if dry_run and found:
        result("\n".join(found))
    return OK


def _named(desk: Desk, texts: list[str]) -> tuple[str, ...]:
    """Return the orders that texts name; warns of what is still due with one, refuses while an action is open."""
    found: dict[str, None] = {}
    for text in texts:
        order = resolve.load(desk.reader, text)
        if order.intents:
            raise CommandError(
                f"Not now: {order.id} is needed as it is, {duty(order, desk.now())}. Settle it first: azpay journal "
                f"show {order.intents[0].id}.",
                NOT_VALID,
                "busy",
            )
        if order.purged_at is not None:
            say(f"{order.id}: it was removed already, {utc(order.purged_at)}.")
            continue
        still = duty(order, desk.now(), attention(order, desk.now()))
        if still is not None:
            say(shown(f"{order.id}: {still}. Who bought it cannot be learned from azpay afterwards."))
        found[order.id] = None
    return tuple(found)


def _confirm(found: tuple[str, ...]) -> None:
    say(f"Names, e-mail and postal addresses of {len(found)} orders are removed for good, also from back-ups.")
    if ask("Type yes to remove them: ") != "yes":
        raise CommandError("Not confirmed: nothing was removed.", code="not-confirmed")
