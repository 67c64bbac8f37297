"""What the tests of the stores start from: one place, one order, wishes and facts."""

import functools
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from azpay_tui.domain.attempt import Answer
from azpay_tui.domain.intent import IntentDraft, Place, Prepared, Seen, Verb, Wish
from azpay_tui.domain.money import Money
from azpay_tui.domain.order import Buyer, Charge, Permission, Refund
from azpay_tui.domain.rows import ReadResult, TrackedOrder
from azpay_tui.store.opening import Stores, open_stores

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PLACE = Place("v2", "na", "simulator", "MERCHANT")
ORDER = "S01-1234567-0000001"


def oid(number: int) -> str:
    return f"S01-1234567-{number:07d}"


def open_at(path: Path, *, now: datetime = NOW, busy: float = 5.0, place: Place = PLACE) -> Stores:
    return open_stores(path, place, person="ops", now=lambda: now, busy=busy)


Files = tuple[tuple[str, int, bytes], ...]
"""Name, mode and contents of each file of a data directory that nobody has open."""


def files_of(path: Path) -> Files:
    return tuple((file.name, file.stat().st_mode, file.read_bytes()) for file in path.iterdir() if file.is_file())


def put(files: Files, path: Path) -> None:
    """Make a data directory of such files: a copy costs little of what making the databases anew does."""
    path.mkdir(mode=0o700)
    for name, mode, content in files:
        target = path / name
        target.touch()
        target.chmod(mode)
        target.write_bytes(content)


@functools.cache
def empty() -> Files:
    """What `open_at` makes of nothing."""
    with tempfile.TemporaryDirectory(prefix="azpay-empty-") as directory:
        home = Path(directory) / "data"
        open_at(home).close()
        return files_of(home)


def draft(
    order: str = ORDER,
    *,
    verb: Verb = Verb.CAPTURE,
    base: str = "base",
    counter: int = 0,
    body: bytes = b'{"captureAmount":{"amount":"1.00","currencyCode":"USD"}}',
    note: str = "",
    session: str = "s-1",
) -> IntentDraft:
    target = order if verb in (Verb.AUTHORIZE, Verb.CANCEL, Verb.CLOSE) else f"{order}-C000001"
    amount = None if verb in (Verb.VOID, Verb.CANCEL, Verb.CLOSE) else Money(100, "USD")
    return IntentDraft(
        wish=Wish(verb, order, target, amount, note=note),
        place=PLACE,
        prepared=Prepared("POST", f"/charges/{target}/capture", body),
        key_base=base,
        counter=counter,
        key="0" * 32,
        seen=Seen((("state", "Authorized"), ("reason", ""))),
        person="ops",
        session=session,
        at=NOW,
        accepted_warnings=("beyond-capture",),
    )


def answer(status: int = 200, raw: bytes = b"{}") -> Answer:
    return Answer("answered", "ok", status, request_id="R-1", received_at=NOW, server_date=NOW, raw=raw)


def permission(order: str = ORDER, **changes: object) -> Permission:
    values: dict[str, object] = {
        "state": "Chargeable",
        "kind": "OneTime",
        "limit": Money(12000, "USD"),
        "balance": Money(12000, "USD"),
        "created": NOW - timedelta(days=1),
        "expires": NOW + timedelta(days=179),
        "updated": NOW - timedelta(days=1),
        "buyer": Buyer("Jane Doe", "jane@example.com"),
    }
    return Permission(order, **{**values, **changes})  # type: ignore[arg-type]


def charge(order: str = ORDER, number: int = 1, **changes: object) -> Charge:
    values: dict[str, object] = {
        "state": "Authorized",
        "amount": Money(12000, "USD"),
        "created": NOW - timedelta(days=1),
        "expires": NOW + timedelta(days=29),
        "updated": NOW - timedelta(days=1),
    }
    return Charge(f"{order}-C{number:06d}", **{**values, **changes})  # type: ignore[arg-type]


def refund(order: str = ORDER, number: int = 2, **changes: object) -> Refund:
    values: dict[str, object] = {
        "charge_id": f"{order}-C000001",
        "state": "Refunded",
        "amount": Money(500, "USD"),
        "created": NOW,
        "updated": NOW,
    }
    return Refund(f"{order}-R{number:06d}", **{**values, **changes})  # type: ignore[arg-type]


def read(fact: Permission | Charge | Refund, at: datetime = NOW, *, raw: str = "{}") -> ReadResult:
    return ReadResult(fact.id, at, fact, due=at + timedelta(days=1), raw=raw)


def tracked(order: str = ORDER, **changes: object) -> TrackedOrder:
    values: dict[str, object] = {"charge_ids": (f"{order}-C000001",), "complete": True, "source": "import"}
    return TrackedOrder(order, **{**values, **changes})  # type: ignore[arg-type]


def fill(stores: Stores, count: int, change: Callable[[int], dict[str, object]] = lambda number: {}) -> list[str]:
    """Track and read `count` orders; `change` gives what a charge of one has of its own."""
    ids = [oid(number) for number in range(1, count + 1)]
    known = stores.journal.track([tracked(i, number=str(1000 + n)) for n, i in enumerate(ids)], NOW)
    stores.cache.reproject(known.changed_ids, NOW)
    reads = [read(permission(i, created=NOW - timedelta(hours=n))) for n, i in enumerate(ids)]
    reads += [read(charge(i, **change(n))) for n, i in enumerate(ids)]
    stores.cache.put(reads, NOW)
    return ids
