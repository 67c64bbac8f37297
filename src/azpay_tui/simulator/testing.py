"""A running simulator for the tests of any project: in this process, over real HTTP, gone when the block ends.

    with running() as amazon_pay:
        order = amazon_pay.order("authorized", amount="120.00")
        my_shop(amazon_pay.url, amazon_pay.public_key_id, amazon_pay.private_key).ship(order.number)
        assert [entry.operation for entry in amazon_pay.effects()] == ["capture"]

pytest users get the same as a fixture from ``azpay_tui.simulator.pytest_plugin``.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from azpay_tui.simulator.certificate import ensure_certificate
from azpay_tui.simulator.core import Simulator
from azpay_tui.simulator.profile import (
    DATA,
    KEY,
    MERCHANT_ID,
    STORE_ID,
    Profile,
    key_pem,
    new_key,
    write_private,
    write_profile,
)
from azpay_tui.simulator.records import LedgerEntry
from azpay_tui.simulator.routes import LEDGER_WORDS
from azpay_tui.simulator.samples import make_samples
from azpay_tui.simulator.shapes import exports
from azpay_tui.simulator.threaded import Loopback
from azpay_tui.simulator.wire import Plain, Request

_IN_LEDGER: Final = (*sorted(LEDGER_WORDS), "other")


class SimulatorError(ValueError):
    """What was asked of the simulator does not fit; the message is one sentence that says what would."""


@dataclass(frozen=True, slots=True)
class MadeOrder:
    """An order with Amazon's ids; ``number`` is the shop's."""

    number: str
    permission_id: str
    charge_ids: tuple[str, ...]
    refund_ids: tuple[str, ...]

    @property
    def charge_id(self) -> str:
        """The only charge. Raises SimulatorError when there is none, or more than one."""
        return _only(self.charge_ids, "charge", self.permission_id)

    @property
    def refund_id(self) -> str:
        """The only refund. Raises SimulatorError when there is none, or more than one."""
        return _only(self.refund_ids, "refund", self.permission_id)


class RunningSimulator:
    """A simulator that answers at ``url``, and everything a test wants of it.

    ``core`` is the simulator itself, for what has no word here. ``directory`` is a profile directory as
    ``azpay simulate --profile-dir`` writes it; it is removed when the block ends. Every method that the simulator
    refuses raises SimulatorError.
    """

    def __init__(self, core: Simulator, profile: Profile, url: str, ca_file: Path | None) -> None:
        self.core = core
        self.url = url
        self.directory = profile.directory
        self.region = "na"
        self.merchant_id = MERCHANT_ID
        self.store_id = STORE_ID
        self.public_key_id = profile.public_key_id
        self.private_key = key_pem(profile.key).decode()
        self.private_key_file = profile.directory / KEY
        self.ca_file = ca_file

    @property
    def host(self) -> str:
        """Host and port without the scheme, as the official SDKs want it for their service URL."""
        return self.url.partition("://")[2]

    def order(
        self,
        situation: str = "open",
        *,
        number: str | None = None,
        amount: str | None = None,
        currency: str | None = None,
        limit: str | None = None,
        age: str | None = None,
        captured: str | None = None,
        refunded: str | None = None,
        buyer_name: str | None = None,
        buyer_email: str | None = None,
    ) -> MadeOrder:
        """Make an order in a situation; 120.00 USD unless said.

        Amounts are decimal texts, ``age`` (of the last charge) is digits and one of s, m, h, d.
        """
        wish: dict[str, Plain] = {
            "situation": situation,
            "number": number,
            "amount": amount,
            "currency": currency,
            "limit": limit,
            "age": age,
            "captured": captured,
            "refunded": refunded,
            "buyer_name": buyer_name,
            "buyer_email": buyer_email,
        }
        [made] = self._control("POST", "orders", [wish])
        return _made(made)

    def orders(self) -> list[MadeOrder]:
        """All orders, sample orders included, with the charges and refunds they have by now."""
        return [_made(item) for item in self._control("GET", "orders")]

    def now(self) -> datetime:
        """The simulator's moment, UTC."""
        return self.core.clock.now()

    def advance(self, span: str, *, dates_too: bool = False) -> datetime:
        """Move the clock (digits and one of s, m, h, d) and answer the new moment; what falls due changes.

        Requests are signed with the date of the caller's machine, so the dates that are accepted, and the Date header,
        stay where they are. With ``dates_too`` they move along: then a client that does not follow is refused.
        """
        before = self.core.clock.offset
        self._control("POST", "clock", {"advance": span})
        if not dates_too:
            moved = self.core.clock.offset - before
            self.switch(clock_skew_seconds=self.core.settings.clock_skew_seconds - int(moved.total_seconds()))
        return self.now()

    def act(self, act: str, object_id: str, **parameters: str) -> dict[str, Any]:
        """Act as Amazon, the buyer or somebody in Seller Central; answers what the object is now."""
        return cast("dict[str, Any]", self._control("POST", "acts", {"act": act, "id": object_id, **parameters}))

    def fault(
        self,
        fault: str,
        *,
        operation: str | None = None,
        object_id: str | None = None,
        times: int = 1,
        **parameters: bool | int | float | str,
    ) -> str:
        """Arrange a fault for the next ``times`` requests of an operation and object (any, unless said); its id."""
        match: dict[str, Plain] = {"operation": operation, "id": object_id}
        posted: dict[str, Plain] = {"match": match, "fault": fault, "times": times, **parameters}
        return str(self._control("POST", "faults", posted)["id"])

    def faults(self) -> list[dict[str, Any]]:
        """The faults that are not used up, with ``times`` they have left."""
        return cast("list[dict[str, Any]]", self._control("GET", "faults"))

    def clear_faults(self) -> None:
        """Forget the faults that are not used up."""
        self._control("DELETE", "faults")

    def settings(self) -> dict[str, Any]:
        """All switches by name."""
        return cast("dict[str, Any]", self._control("GET", "settings"))

    def switch(self, **switches: bool | int | str) -> dict[str, Any]:
        """Set switches; answers all of them."""
        return cast("dict[str, Any]", self._control("PATCH", "settings", switches))

    def ledger(self) -> tuple[LedgerEntry, ...]:
        """Every write request so far, refused and repeated ones too."""
        return tuple(self.core.ledger)

    def effects(self, operation: str | None = None, object_id: str | None = None) -> tuple[LedgerEntry, ...]:
        """The writes that took effect, of one operation or object when it is named.

        Raises SimulatorError for an operation that the ledger does not know.
        """
        if operation is not None and operation not in _IN_LEDGER:
            raise SimulatorError(f"The ledger knows no {operation}; it knows {', '.join(_IN_LEDGER)}.")
        return tuple(
            entry
            for entry in self.ledger()
            if entry.effect
            and (operation is None or entry.operation == operation)
            and (object_id is None or object_id in (entry.id, entry.permission_id))
        )

    def _control(self, method: str, name: str, body: Plain = None) -> Any:
        data = b"" if body is None else json.dumps(body).encode()
        response = self.core.handle(Request(method, f"/_sim/{name}", body=data))
        answer: Any = json.loads(response.body) if response.body else None
        if response.status >= 400:
            raise SimulatorError(answer["error"])
        return answer


@contextmanager
def running(
    *, orders: int = 0, seed: int = 0, tls: bool = False, settings: dict[str, bool | int | str] | None = None
) -> Iterator[RunningSimulator]:
    """Run a simulator on a free port of 127.0.0.1 while the block lasts.

    ``orders`` sample orders are there from the start, ``seed`` decides them and all ids, ``tls`` serves HTTPS with the
    certificate in ``ca_file``, ``settings`` are switches. The key pair is made once per process. Raises SimulatorError
    for a switch that does not exist.
    """
    with tempfile.TemporaryDirectory(prefix="azpay-") as name:
        directory = Path(name)
        (directory / DATA).mkdir(mode=0o700)
        profile = Profile(directory, _key(), 0, tls)
        write_private(directory / KEY, key_pem(profile.key))
        core = Simulator(profile.keys(), seed=seed)
        make_samples(orders, core.book, core.settings, core.clock.now())
        pair = ensure_certificate(directory) if tls else None
        with Loopback(core, pair) as loopback:
            url = core.url = write_profile(
                profile, loopback.port, tls, exports(core.book, core.settings, core.clock.now())
            )
            found = RunningSimulator(core, profile, url, pair[0] if pair else None)
            if settings:
                found.switch(**settings)
            yield found


@cache
def _key() -> RSAPrivateKey:
    return new_key()


def _made(value: dict[str, Any]) -> MadeOrder:
    return MadeOrder(value["number"], value["permission_id"], tuple(value["charge_ids"]), tuple(value["refund_ids"]))


def _only(ids: tuple[str, ...], what: str, permission_id: str) -> str:
    if len(ids) != 1:
        has = f"{len(ids)} {what}s; name the one that is meant" if ids else f"no {what}"
        raise SimulatorError(f"The order {permission_id} has {has}.")
    return ids[0]
