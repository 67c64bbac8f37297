import pytest
from hypothesis import given
from hypothesis import strategies as st

from azpay_tui.domain.money import EXPONENTS, MAX_DIGITS, AmountError, Money, parse_amount, parse_wire, total

CURRENCIES = st.sampled_from(sorted(EXPONENTS))
MINOR = st.integers(0, 10**MAX_DIGITS - 1)

NOT_AMOUNTS = [
    "",
    " ",
    " 1",
    "1 ",
    "1\n",
    "\t1",
    "1\u00a0",
    "+1",
    "-1",
    "\u22121",
    "1e3",
    "1E3",
    "0x10",
    "1_000",
    "1,000",
    "1,50",
    "1.000,00",
    "1'000",
    ".5",
    "5.",
    ".",
    "1..5",
    "1.5.0",
    "NaN",
    "nan",
    "inf",
    "Infinity",
    "-0",
    "$1",
    "1 USD",
    "\u0661\u0662",  # Arabic-Indic digits
    "\uff11\uff12",  # full-width digits
    "\u0967",  # Devanagari one
    "\u00b2",  # superscript two
    "1\u200b",
    "\u202e1",
    "1\x00",
    "1/2",
    "0" * (MAX_DIGITS + 1),
    "9" * 400,
]


@pytest.mark.parametrize("text", NOT_AMOUNTS)
@pytest.mark.parametrize("currency", ["USD", "JPY"])
def test_what_is_no_amount_is_refused_with_a_sentence(text: str, currency: str) -> None:
    with pytest.raises(AmountError, match=r"^.+ Write digits with an optional point, such as [0-9.]+\.$"):
        parse_amount(text, currency)


@pytest.mark.parametrize(
    ("text", "currency", "allowed"),
    [("1.005", "USD", "at most 2 decimals"), ("0.000", "EUR", "at most 2 decimals"), ("12.0", "JPY", "no decimals")],
)
def test_an_amount_finer_than_the_currency_is_refused(text: str, currency: str, allowed: str) -> None:
    with pytest.raises(AmountError, match=allowed):
        parse_amount(text, currency)


def test_amounts_in_a_currency_amazon_does_not_present_cannot_be_entered() -> None:
    for currency in ("XYZ", "KWD", "usd", "", "US\u0130"):
        with pytest.raises(AmountError, match="not one Amazon Pay presents"):
            parse_amount("1.00", currency)


def test_a_refusal_never_repeats_a_long_text_or_its_control_characters() -> None:
    with pytest.raises(AmountError) as caught:
        parse_amount("\x1b[31m" + "9" * 10_000, "USD")
    assert len(str(caught.value)) < 150
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("0", "USD", 0),
        ("12", "USD", 12_00),
        ("12.5", "USD", 12_50),
        ("12.50", "EUR", 12_50),
        ("007.10", "GBP", 7_10),
        ("1250", "JPY", 1250),
        ("9" * (MAX_DIGITS - 2) + ".99", "USD", 10**MAX_DIGITS - 1),
        ("9" * MAX_DIGITS, "JPY", 10**MAX_DIGITS - 1),
    ],
)
def test_amounts_are_read_into_minor_units(text: str, currency: str, minor: int) -> None:
    assert parse_amount(text, currency) == Money(minor, currency)


@given(MINOR, CURRENCIES)
def test_an_amount_written_is_read_back(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    text = money.decimal()
    if len(text.replace(".", "")) <= MAX_DIGITS:
        assert parse_amount(text, currency) == money
    assert parse_wire(text, currency) == money
    assert money.grouped().replace(",", "") == text
    assert ("." in text) == (currency != "JPY")


@given(st.text(max_size=20), CURRENCIES)
def test_whatever_text_comes_is_an_amount_or_refused(text: str, currency: str) -> None:
    try:
        money = parse_amount(text, currency)
    except AmountError:
        return
    assert set(text) <= set("0123456789.")
    assert money.minor >= 0
    whole, _, fraction = text.partition(".")
    assert money.minor == int(whole) * 10**money.exponent + int(fraction.ljust(money.exponent, "0") or "0")


@pytest.mark.parametrize(
    ("text", "currency", "minor", "exponent"),
    [
        ("14.00", "USD", 14_00, 2),
        ("475.4500", "EUR", 475_45, 2),
        ("14", "USD", 14_00, 2),
        ("1400", "JPY", 1400, 0),
        ("1400.00", "JPY", 1400, 0),
        ("1.234", "KWD", 1234, 3),
        ("5", "XYZ", 5, 0),
    ],
)
def test_amazons_amounts_are_read(text: str, currency: str, minor: int, exponent: int) -> None:
    money = parse_wire(text, currency)
    assert (money.minor, money.currency, money.exponent) == (minor, currency, exponent)
    assert money.known == (currency in EXPONENTS)


@pytest.mark.parametrize("text", [t for t in NOT_AMOUNTS if t != "0" * (MAX_DIGITS + 1)])
def test_what_amazon_sends_and_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(AmountError, match="Amazon sent"):
        parse_wire(text, "USD")


@pytest.mark.parametrize(("text", "currency"), [("14.001", "USD"), ("14.5", "JPY"), ("1", "usd"), ("1", "EURO")])
def test_amazons_amount_finer_than_the_currency_or_without_one_is_refused(text: str, currency: str) -> None:
    with pytest.raises(AmountError, match="Amazon sent"):
        parse_wire(text, currency)


@pytest.mark.parametrize(
    ("money", "plain", "people"),
    [
        (Money(0, "USD"), "0.00", "0.00 USD"),
        (Money(5, "USD"), "0.05", "0.05 USD"),
        (Money(1_249_00, "USD"), "1249.00", "1,249.00 USD"),
        (Money(1_234_567, "JPY"), "1234567", "1,234,567 JPY"),
        (Money(-1_05, "EUR"), "-1.05", "-1.05 EUR"),
        (Money(1234, "KWD", 3), "1.234", "1.234 KWD"),
    ],
)
def test_amounts_are_written_for_amazon_and_for_people(money: Money, plain: str, people: str) -> None:
    assert money.decimal() == plain
    assert str(money) == people


def test_amounts_of_different_currencies_are_never_combined() -> None:
    one, other, finer = Money(100, "USD"), Money(100, "EUR"), Money(100, "USD", 3)
    for left, right in ((one, other), (one, finer)):
        assert not left.same_currency(right)
        for operation in (left.__add__, left.__sub__, left.__lt__, left.__le__, left.__gt__, left.__ge__):
            with pytest.raises(AmountError, match="cannot be combined"):
                operation(right)
    assert one != other
    assert one != finer
    assert not finer.known


@given(MINOR, MINOR, st.sampled_from([("USD", 2), ("JPY", 0), ("XYZ", 3)]))
def test_money_counts_and_compares_as_its_minor_units_do(one: int, other: int, kind: tuple[str, int]) -> None:
    left, right = Money(one, *kind), Money(other, *kind)
    assert left + right == Money(one + other, *kind)
    assert left - right == Money(one - other, *kind)
    assert Money.zero(left) == left - left == Money(0, *kind)
    assert (left < right, left <= right, left > right, left >= right) == (
        one < other,
        one <= other,
        one > other,
        one >= other,
    )
    assert bool(left) == (one != 0)


@pytest.mark.parametrize("kind", [("USD", 2), ("XYZ", 3)])
def test_equal_money_is_neither_more_nor_less(kind: tuple[str, int]) -> None:
    one, same = Money(5, *kind), Money(5, *kind)
    assert (one < same, one <= same, one > same, one >= same) == (False, True, False, True)
    assert not Money.zero(one)
    assert Money(1, *kind)
    assert Money(-1, *kind)


def test_a_refusal_shows_what_an_amount_looks_like() -> None:
    for currency, example in (("USD", "12.50"), ("JPY", "1250")):
        with pytest.raises(AmountError) as caught:
            parse_amount("x" * 50, currency)
        assert str(caught.value) == (
            f"{'x' * 40!r} is not an amount. Write digits with an optional point, such as {example}."
        )
    with pytest.raises(AmountError) as caught:
        parse_amount("1.5", "JPY")
    assert str(caught.value) == "'1.5' has too many decimals: JPY has no decimals."


def test_money_in_a_currency_without_known_decimals_needs_them() -> None:
    with pytest.raises(AmountError, match="XYZ"):
        Money(1, "XYZ")
    assert not Money(1, "XYZ", 2).known


@given(st.lists(MINOR, max_size=5), CURRENCIES)
def test_totals_add_up(amounts: list[int], currency: str) -> None:
    like = Money(7, currency)
    assert total([Money(minor, currency) for minor in amounts], like) == Money(sum(amounts), currency)


def test_an_amount_has_no_more_decimals_than_amazon_could_send() -> None:
    assert str(Money(1, "XXX", 20)) == f"0.{'0' * 19}1 XXX"
    with pytest.raises(AmountError, match="No currency has 21 decimals"):
        Money(1, "XXX", 21)
