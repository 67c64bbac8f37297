"""R21: whatever amount, currency and text come, money is exact from the field to the wire and back, or refused.

Judged by decimal arithmetic and by the simulator's own reader and writer of amounts, neither of which shares code with
the product.
"""

from __future__ import annotations

import json
import random
from decimal import Context, Decimal
from typing import Final

import pytest
from tests.amazon.bodies import CHARGE, changed, encoded
from tests.support.figures import full, size, tell

from azpay_tui.amazon.v2 import requests, translate
from azpay_tui.amazon.v2.wire import UnreadableError
from azpay_tui.cli.shapes import money as money_json
from azpay_tui.domain.intent import Verb, Wish
from azpay_tui.domain.money import AmountError, Money, parse_amount, parse_wire
from azpay_tui.simulator import amounts as theirs
from azpay_tui.simulator import bodies

DECIMALS: Final = {"JPY": 0} | {
    currency: 2 for currency in ("AUD", "CHF", "DKK", "EUR", "GBP", "HKD", "NOK", "NZD", "SEK", "USD", "ZAR")
}
"""Amazon's list, apart from the product's own."""
STRANGE: Final = ("XYZ", "KWD", "usd", "", "US", "USDX", "U\u0405D", "EUR ", "NaN", "\U0001f4b6")
ALPHABET: Final = "0123456789" * 3 + ".." + "-+eE_, '\u00a0\t\n\u0661\uff11\u0967\u00b2\u2212\u200b\ufeffxNaInf$\x00"
ODD: Final = (
    "NaN", "sNaN", "Infinity", "-Infinity", "1e2", "1E+2", "0x1F", "1_000", "1,000.00", "12,50", "+1", "-1", "--1",
    ".5", "5.", ".", "", " 1", "1 ", "1\n", "1..2", "1.2.3", "\u0661.\u0662", "\uff11", "1/2", "1\x00", "1.\u0665",
    "12.5\u200b", "\u22121", "9" * 16, "0" * 400, "1" * 5000, "0.001", "12.345", "1.0000000000000000000001",
)  # fmt: skip
EXACT: Final = Context(prec=6000)
CHUNK: Final = 5_000
PLACES: Final = ("chargeAmount", "captureAmount", "refundedAmount")


def drawn(chance: random.Random) -> tuple[str, str]:
    """Draw a text and a currency: plain amounts, amounts with a twist, and anything at all."""
    currency = chance.choice([*DECIMALS, "JPY", "USD"]) if chance.random() < 0.93 else chance.choice(STRANGE)
    kind = chance.random()
    if kind < 0.4:
        places = DECIMALS.get(currency, 2)
        minor = chance.choice((chance.randrange(10**15), chance.randrange(10**7), chance.randrange(1000)))
        return theirs_text(minor, places), currency
    if kind < 0.7:
        whole = "0" * chance.choice((0, 0, 0, 1, 3)) + str(chance.randrange(10 ** chance.randrange(1, 17)))
        return whole + chance.choice(
            ("", ".", "." + "0" * chance.randrange(6), f".{chance.randrange(10**4)}")
        ), currency
    if kind < 0.85:
        return "".join(chance.choices(ALPHABET, k=chance.randrange(12))), currency
    return chance.choice(ODD), currency


def theirs_text(minor: int, places: int) -> str:
    """Write an amount by decimal arithmetic."""
    return str(Decimal(minor).scaleb(-places, EXACT)) if minor or not places else "0." + "0" * places


def plain(text: str) -> Decimal | None:
    """Return what a text of nothing but ASCII digits and one point between them is worth, None for any other."""
    whole, point, fraction = text.partition(".")
    parts = (whole, fraction) if point else (whole,)
    if any(not part or set(part) - set("0123456789") for part in parts):
        return None
    return EXACT.create_decimal(text)


def decimals(text: str) -> int:
    return len(text.partition(".")[2])


def typed(text: str, currency: str) -> int | None:
    """Judge an amount that a person or a file gave: its minor units, None when it has to be refused."""
    worth, places = plain(text), DECIMALS.get(currency)
    if worth is None or places is None or len(text.replace(".", "")) > 15 or decimals(text) > places:
        return None
    return int(worth.scaleb(places, EXACT))


def sent(text: str, currency: str) -> tuple[int, int] | None:
    """Judge an amount on the wire: minor units and decimals, None when it has to be refused."""
    worth = plain(text)
    if worth is None or len(text) > 20 or len(currency) != 3 or not (currency.isascii() and currency.isupper()):
        return None
    places = DECIMALS.get(currency, decimals(text))
    minor = worth.scaleb(places, EXACT)
    return (int(minor), places) if minor == minor.to_integral_value() else None


def faults_of(text: str, currency: str) -> list[str]:
    """Try a text and a currency everywhere; returns what went wrong."""
    found = []
    expected = typed(text, currency)
    try:
        money = parse_amount(text, currency)
    except AmountError:
        money = None
    if (None if money is None else money.minor) != expected or (money is not None and type(money.minor) is not int):
        found.append(f"typed {text!r} {currency!r}: {money!r}, not {expected}")
    if money is not None and money.minor > 0:
        found += _round_trip(money)
    return found + _from_wire(text, currency)


def _round_trip(money: Money) -> list[str]:
    """Send a wish for an amount to the simulator's reader and take back what its writer says."""
    wish = Wish(Verb.CAPTURE, CHARGE["chargePermissionId"], CHARGE["chargeId"], money)
    body = requests.prepare(wish).body
    text = json.loads(body)["captureAmount"]["amount"]
    worth = Decimal(money.minor).scaleb(-DECIMALS[money.currency], EXACT)
    found = []
    if Decimal(text) != worth or decimals(text) != DECIMALS[money.currency] or not text.isascii():
        found.append(f"{money!r} went out as {text!r}")
    if money.minor < 10**12:  # more than their reader takes
        read = bodies.read_capture(body)
        if (read.amount, read.currency) != (money.minor, money.currency):
            found.append(f"{money!r} was read as {read}")
        text = theirs.format_amount(read.amount, read.currency)
    price = {"amount": text, "currencyCode": money.currency}
    charge = translate.charge(encoded(changed(CHARGE, **dict.fromkeys(PLACES, price))))
    if {charge.amount, charge.captured, charge.refunded} != {money}:
        found.append(f"{money!r} came back as {charge.amount!r}")
    if money_json(money) != {"amount": money.decimal(), "currency": money.currency}:
        found.append(f"{money!r} is printed as {money_json(money)}")
    if EXACT.create_decimal(money.grouped().replace(",", "")) != worth:
        found.append(f"{money!r} is shown as {money.grouped()}")
    return found


def _from_wire(text: str, currency: str) -> list[str]:
    """Let the text come from Amazon, as text and bare, as a number of JSON or whatever it is there."""
    expected = sent(text, currency)
    try:
        got = parse_wire(text, currency)
    except AmountError:
        got = None
    found = []
    if (None if got is None else (got.minor, got.exponent)) != expected:
        found.append(f"wire {text!r} {currency!r}: {got!r}, not {expected}")
    if got is not None and got.known != (currency in DECIMALS):
        found.append(f"{got!r} is known: {got.known}")
    one = {"amount": "1.00", "currencyCode": "USD"}
    whole, price = encoded(changed(CHARGE, chargeAmount=one, captureAmount=one, refundedAmount=one)), json.dumps(one)
    bare = whole.replace(f'"chargeAmount": {price}'.encode(), _price(text, currency, "%s"))
    twice = whole.replace(f'"chargeAmount": {price}'.encode(), _price(text, currency, '"1.00", "amount": "%s"'))
    assert bare != whole != twice
    for body in (bare, twice):
        try:
            charge = translate.charge(body)
        except UnreadableError:
            continue
        found.append(f"{body[:80]!r} was read as {charge.amount!r}")
    return found


def _price(text: str, currency: str, form: str) -> bytes:
    return f'"chargeAmount": {{"amount": {form % text}, "currencyCode": {json.dumps(currency)}}}'.encode(
        "utf-8", "replace"
    )


@pytest.mark.parametrize("chunk", range(size(1, 20)))
def test_money_is_exact_or_refused(chunk: int) -> None:
    chance = random.Random(f"money {chunk}")
    runs = CHUNK if full() else 3_000
    faults = [fault for _ in range(runs) for fault in faults_of(*drawn(chance))]
    tell("R21", runs, len(faults), seed=f"money {chunk}" if faults else "")
    assert not faults, "\n".join(faults[:20])


def test_the_judge_takes_and_refuses() -> None:
    assert (typed("12.50", "EUR"), typed("1250", "JPY"), typed("1250.0", "JPY"), typed("1e2", "EUR")) == (
        1250,
        1250,
        None,
        None,
    )
    assert (sent("475.4500", "EUR"), sent("1.500", "KWD"), sent("1400.00", "JPY")) == ((47545, 2), (1500, 3), (1400, 0))
    chance = random.Random("money 0")
    texts = [drawn(chance) for _ in range(3_000)]
    taken = sum(typed(*one) is not None for one in texts)
    assert 500 < taken < 2_500, "amounts of both kinds are tried"
