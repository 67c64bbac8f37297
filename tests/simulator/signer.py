"""A small signer of the tests' own: it shares no line with the client nor with the simulator."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from azpay_tui.simulator.core import Request, Response, Simulator

KEY_ID = "SANDBOX-TESTKEY0000000000000001"
PLAIN_KEY_ID = "TESTKEY0000000000000002"
SALTS = {"AMZN-PAY-RSASSA-PSS": 20, "AMZN-PAY-RSASSA-PSS-V2": 32}


@cache
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def sign(
    method: str,
    path: str,
    body: bytes,
    moment: datetime,
    *,
    query: str = "",
    key_id: str = KEY_ID,
    algorithm: str = "AMZN-PAY-RSASSA-PSS-V2",
    salt: int | None = None,
    extra: dict[str, str] | None = None,
    unsigned: dict[str, str] | None = None,
    date_form: str = "%Y%m%dT%H%M%SZ",
    private: rsa.RSAPrivateKey | None = None,
    sort: bool = False,
    collapse: bool = False,
) -> list[tuple[str, str]]:
    """All headers of a signed request, in the order in which the list names them.

    ``sort`` orders them by name whatever their case, ``collapse`` signs values with their white space made single.
    """
    headers = {
        "accept": "application/json",
        "content-type": "application/json",
        "x-amz-pay-date": moment.strftime(date_form),
        "x-amz-pay-host": "pay-api.amazon.com",
        "x-amz-pay-region": "na",
        **(extra or {}),
    }
    if sort:
        headers = dict(sorted(headers.items(), key=lambda pair: pair[0].lower()))
    names = ";".join(headers)
    signed = {name.lower(): " ".join(value.split()) if collapse else value for name, value in headers.items()}
    lines = "".join(f"{name}:{value}\n" for name, value in signed.items())
    canonical = f"{method}\n{path}\n{query}\n{lines}\n{names}\n{sha256(body).hexdigest()}"
    text = f"{algorithm}\n{sha256(canonical.encode()).hexdigest()}"
    length = SALTS.get(algorithm, 32) if salt is None else salt
    signature = (private or private_key()).sign(
        text.encode(), padding.PSS(padding.MGF1(hashes.SHA256()), length), hashes.SHA256()
    )
    value = f"{algorithm} PublicKeyId={key_id}, SignedHeaders={names}, Signature={base64.b64encode(signature).decode()}"
    return [*headers.items(), *(unsigned or {}).items(), ("authorization", value)]


class World:
    """A simulator on a clock that stands still unless it is moved, and short words to talk to it."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self._keys = 0

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        code: str | None = None,
        raw: bytes | None = None,
        **signing: Any,
    ) -> Response:
        data = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        extra: dict[str, str] = dict(signing.pop("extra", {}))
        if method == "POST" and key != "":
            self._keys += 1
            extra["x-amz-pay-idempotency-key"] = key or f"k{self._keys:06d}"
        if code is not None:
            extra["x-amz-pay-simulation-code"] = code
        moment = self.simulator.wall() + signing.pop("late", timedelta())
        headers = sign(method, path, data, moment, extra=extra, **signing)
        return self.simulator.handle(Request(method, path, signing.get("query", ""), tuple(headers), data))

    def sim(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        """A control request; answers its JSON and insists on the status."""
        data = b"" if body is None else json.dumps(body).encode()
        response = self.simulator.handle(Request(method, f"/_sim/{path}", "", (), data))
        assert response.status == status, response.body
        return json.loads(response.body) if response.body else None

    def order(self, situation: str, **wish: Any) -> Made:
        [made] = self.sim("POST", "orders", [{"situation": situation, **wish}], 201)
        return Made(made)

    def get(self, kind: str, object_id: str) -> Any:
        response = self.send("GET", f"/v2/{kind}/{object_id}")
        assert response.status == 200, response.body
        return json.loads(response.body)

    def permission(self, object_id: str) -> Any:
        return self.get("chargePermissions", object_id)

    def charge(self, object_id: str) -> Any:
        return self.get("charges", object_id)

    def refund(self, object_id: str) -> Any:
        return self.get("refunds", object_id)

    def authorize(self, permission: str, amount: str, currency: str = "USD", **more: Any) -> Response:
        options = {name: more.pop(name) for name in ("key", "code") if name in more}
        price = {"amount": amount, "currencyCode": currency}
        wish = {"chargePermissionId": permission, "chargeAmount": price, **more}
        return self.send("POST", "/v2/charges", wish, **options)

    def capture(self, charge: str, amount: str, currency: str = "USD", **options: Any) -> Response:
        price = {"amount": amount, "currencyCode": currency}
        return self.send("POST", f"/v2/charges/{charge}/capture", {"captureAmount": price}, **options)

    def void(self, charge: str) -> Response:
        return self.send("DELETE", f"/v2/charges/{charge}/cancel", {"cancellationReason": "test"})

    def give_back(self, charge: str, amount: str, currency: str = "USD", **options: Any) -> Response:
        price = {"amount": amount, "currencyCode": currency}
        return self.send("POST", "/v2/refunds", {"chargeId": charge, "refundAmount": price}, **options)

    def close(self, permission: str, cancel: bool = False, **options: Any) -> Response:
        body = {"closureReason": "test", "cancelPendingCharges": cancel}
        return self.send("DELETE", f"/v2/chargePermissions/{permission}/close", body, **options)

    def ledger(self) -> Any:
        return self.sim("GET", "ledger")

    def advance(self, span: str) -> None:
        self.sim("POST", "clock", {"advance": span})


class Made:
    """The ids of an order that was made."""

    def __init__(self, made: dict[str, Any]) -> None:
        self.number: str = made["number"]
        self.permission: str = made["permission_id"]
        self.charges: list[str] = made["charge_ids"]
        self.refunds: list[str] = made["refund_ids"]

    @property
    def charge(self) -> str:
        [only] = self.charges
        return only


def body(response: Response, status: int) -> Any:
    """The JSON of an answer that must have this status."""
    assert response.status == status, response.body
    return json.loads(response.body)


def reason(response: Response, status: int) -> Any:
    """The reason code of a refusal that must have this status."""
    return body(response, status)["reasonCode"]
