"""Requests in the forms of Amazon's own SDKs, each made by the tests' own signer."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from tests.simulator.signer import Made, World, body, reason, sign

from azpay_tui.simulator.core import Request, Response

NODE_DATE = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Form:
    """How an SDK writes a request: what differs from the plain one."""

    name: str
    key_header: str = "x-amz-pay-idempotency-key"
    signed: dict[str, str] = field(default_factory=dict)
    unsigned: dict[str, str] = field(default_factory=dict)
    query: str = ""
    slash: str = ""
    signing: dict[str, Any] = field(default_factory=dict)


FORMS = [
    Form(
        "node",
        key_header="x-amz-pay-Idempotency-Key",
        signed={"user-agent": "amazon-pay-api-sdk-nodejs/2.3.4 (JS/20.1; linux)", "x-amz-pay-host": "127.0.0.1:8443"},
        query="nextToken=a%20b~!()*c&pageSize=1",
        signing={"date_form": NODE_DATE, "sort": True},
    ),
    Form(
        "php",
        signed={"x-amz-pay-host": "localhost"},
        unsigned={
            "user-agent": "amazon-pay-api-sdk-php/2.7.2 (PHP/8.2; Linux)",
            "x-amz-pay-sdk-type": "PHP",
            "x-amz-pay-sdk-version": "2.7.2",
            "x-amz-pay-language-version": "8.2",
        },
        query="nextToken=a%20b~%21%27%28%29%2Ac&pageSize=1",
        signing={"sort": True},
    ),
    Form(
        "java",
        unsigned={"user-agent": "amazon-pay-api-sdk-java/2.6.7 (Java/17; Linux)", "x-amz-pay-sdk-type": "Java"},
        signed={"accept": "application/json ", "content-type": " application/json"},
        query="nextToken=a%20b~%21'()%2Ac&pageSize=1",
        signing={"sort": True, "collapse": True},
    ),
    Form(
        "net",
        unsigned={"user-agent": "amazon-pay-api-sdk-dotnet/2.7.3 (.NET 8; Linux)"},
        query="nextToken=a%20b~%2A&pageSize=1",
        slash="/",
        signing={"sort": True, "collapse": True},
    ),
]
ALGORITHMS = ["AMZN-PAY-RSASSA-PSS", "AMZN-PAY-RSASSA-PSS-V2"]


def request(world: World, form: Form, method: str, path: str, wish: Any = None, **more: Any) -> Request:
    data = b"" if wish is None else json.dumps(wish).encode()
    extra = {**form.signed, **({form.key_header: more.pop("key")} if "key" in more else {})}
    query = form.query if method == "GET" else ""
    unsigned = {**form.unsigned, **more.pop("unsigned", {})}
    path = f"{path}{form.slash}"
    headers = sign(
        method, path, data, world.simulator.wall(), query=query, extra=extra, unsigned=unsigned, **form.signing, **more
    )
    return Request(method, path, query, tuple(headers), data)


def authorize(world: World, form: Form, made: Made, **more: Any) -> tuple[Request, Response]:
    price = {"amount": "5.00", "currencyCode": "USD"}
    wish = {"chargePermissionId": made.permission, "chargeAmount": price, "captureNow": False}
    asked = request(world, form, "POST", "/v2/charges", wish, **more)
    return asked, world.simulator.handle(asked)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_each_sdk_reads_acts_once_and_ends(world: World, form: Form, algorithm: str) -> None:
    made = world.order("open")
    path = f"/v2/chargePermissions/{made.permission}"
    read = world.simulator.handle(request(world, form, "GET", path, algorithm=algorithm))
    assert body(read, 200)["chargePermissionId"] == made.permission
    _, first = authorize(world, form, made, key="k1", algorithm=algorithm)
    _, again = authorize(world, form, made, key="k1", algorithm=algorithm)
    assert body(first, 201) == body(again, 201)
    closing = {"closureReason": "done", "cancelPendingCharges": True}
    closed = world.simulator.handle(request(world, form, "DELETE", f"{path}/close", closing, algorithm=algorithm))
    assert body(closed, 200)["statusDetails"]["state"] == "Closed"
    assert [(entry["operation"], entry["effect"]) for entry in world.ledger()] == [
        ("authorize", True),
        ("authorize", False),
        ("cancel", True),
    ]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_simulation_code_acts_signed_or_not(world: World, form: Form) -> None:
    made = world.order("open")
    code = {"x-amz-pay-simulation-code": "SoftDeclined"}
    assert reason(authorize(world, form, made, key="k1", unsigned=code)[1], 422) == "SoftDeclined"
    signed = replace(form, signed={**form.signed, **code})
    assert reason(authorize(world, signed, made, key="k2")[1], 422) == "SoftDeclined"


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_each_signed_header_counts_and_no_unsigned_one(world: World, form: Form) -> None:
    made = world.order("open")
    asked, _ = authorize(world, form, made, key="k1")
    for name in ("accept", "content-type", "x-amz-pay-host", form.key_header, *form.signed):
        headers = tuple((known, f"{value}x" if known == name else value) for known, value in asked.headers)
        assert reason(world.simulator.handle(replace(asked, headers=headers)), 403) == "InvalidRequestSignature"
    others = tuple((known, f"{value}x" if known in form.unsigned else value) for known, value in asked.headers)
    assert world.simulator.handle(replace(asked, headers=others)).status == 201


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_the_query_is_signed_as_it_was_sent(world: World, form: Form) -> None:
    made = world.order("open")
    asked = request(world, form, "GET", f"/v2/chargePermissions/{made.permission}")
    rewritten = asked.query.replace("~", "%7E")
    assert reason(world.simulator.handle(replace(asked, query=rewritten)), 403) == "InvalidRequestSignature"
