from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from fondaco.kit.money import BadAmount, Money, UnitPrice, money_property

minor = st.integers(-(10**14), 10**14)


@given(minor, minor)
def test_sums_are_exact(a: int, b: int) -> None:
    assert Money(a) + Money(b) == Money(a + b)
    assert Money(a) - Money(b) == Money(a - b)
    assert (Money(a) < Money(b)) == (a < b)
    assert -Money(a) + Money(a) == Money(0)


@given(minor, st.integers(-1000, 1000))
def test_products_are_exact(a: int, times: int) -> None:
    assert Money(a) * times == times * Money(a) == Money(a * times)


@given(st.integers(-(10**12), 10**12), st.sampled_from(["USD", "EUR", "JPY", "KWD"]))
def test_what_is_written_reads_back(amount: int, currency: str) -> None:
    money = Money(amount, currency)
    assert Money.parse(format(money.decimal, "f"), currency) == money


@pytest.mark.parametrize(
    ("text", "minor"), [("18", 1800), ("18.5", 1850), ("18.50", 1850), ("-0.05", -5), (" 7 ", 700), ("0", 0)]
)
def test_parse(text: str, minor: int) -> None:
    assert Money.parse(text) == Money(minor)


@pytest.mark.parametrize(
    "text", ["", "$18", "18,50", "18.505", "1e3", "18.", ".5", "NaN", "--1", "१८", "9" * 14, "1 000"]
)
def test_what_is_no_amount_is_refused_and_never_rounded(text: str) -> None:
    with pytest.raises(BadAmount) as caught:
        Money.parse(text)
    assert caught.value.code == "bad-amount"
    assert f"“{text}”" in str(caught.value)


def test_yen_have_no_decimals() -> None:
    assert Money.parse("500", "JPY") == Money(500, "JPY")
    with pytest.raises(BadAmount):
        Money.parse("500.0", "JPY")
    assert Money(500, "JPY").format("en") == "¥500"


@pytest.mark.parametrize(
    ("money", "locale", "text"),
    [
        (Money(1800), "en", "$18"),
        (Money(1850), "en", "$18.50"),
        (Money(-1800), "en", "-$18"),
        (Money(123456700), "en", "$1,234,567"),
        (Money(1850), "de", "18,50\xa0$"),
        (Money(123400, "EUR"), "de", "1.234\xa0€"),
        (Money(1850), "pt-br", "US$\xa018,50"),
    ],
)
def test_format(money: Money, locale: str, text: str) -> None:
    assert money.format(locale) == text


def test_format_keeps_zeros_on_request_and_follows_the_active_language() -> None:
    assert Money(1800).format("en", drop_zeros=False) == "$18.00"
    with translation.override("de"):
        assert Money(1850).format() == "18,50\xa0$"


@pytest.mark.parametrize("wrong", [1.0, Decimal(1), "1", True, None])
def test_only_whole_minor_units(wrong: Any) -> None:
    with pytest.raises(TypeError):
        Money(wrong)
    with pytest.raises(TypeError):
        Money(1) * wrong


@pytest.mark.parametrize("other", [Money(1, "EUR"), 1, 0, None])
def test_nothing_else_goes_together_with_money(other: Any) -> None:
    for operation in ("__add__", "__sub__", "__lt__"):
        with pytest.raises(TypeError):
            getattr(Money(1), operation)(other)


def test_equal_amounts_of_two_currencies_differ() -> None:
    assert Money(1) != Money(1, "EUR")
    with pytest.raises(ValueError, match="ISO 4217"):
        Money(1, "usd")


def test_money_property() -> None:
    class Row:
        price_minor: int | None = 1800
        price_currency = "EUR"
        price = money_property("price")

    row = Row()
    assert row.price == Money(1800, "EUR")
    row.price = Money(5)
    assert (row.price_minor, row.price_currency) == (5, "USD")
    row.price = None
    assert row.price is None


@given(st.integers(0, 10**12), st.sampled_from(["USD", "JPY", "KWD"]))
def test_a_unit_price_reads_back(micros: int, currency: str) -> None:
    price = UnitPrice(micros, currency)
    assert UnitPrice.parse(format(price.decimal, "f"), currency) == price


@given(st.integers(0, 10**9), st.integers(0, 10**6))
def test_many_units_are_rounded_once(micros: int, quantity: int) -> None:
    exact = Decimal(micros) * quantity / 10_000
    assert abs(UnitPrice(micros).times(quantity).minor - exact) <= Decimal("0.5")


@pytest.mark.parametrize(
    ("text", "shown"), [("0.0125", "$0.0125"), ("18", "$18.00"), ("0.5", "$0.50"), ("0.000001", "$0.000001")]
)
def test_a_unit_price_is_shown_with_the_decimals_it_has(text: str, shown: str) -> None:
    assert UnitPrice.parse(text).format("en") == shown


def test_half_a_cent_goes_to_the_even_one() -> None:
    assert [UnitPrice(5000).times(count).minor for count in (1, 3, 5)] == [0, 2, 2]


@pytest.mark.parametrize("text", ["", "-1", "0.0000001", "1e3", "a", "1.", ".5"])
def test_what_is_no_unit_price(text: str) -> None:
    with pytest.raises(BadAmount):
        UnitPrice.parse(text)
