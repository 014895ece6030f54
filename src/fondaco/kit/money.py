"""Amounts of money: whole minor units and a currency. No floating point anywhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache, total_ordering
from typing import Any

from babel import Locale
from babel.numbers import format_currency, get_currency_precision
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext_lazy as _

from fondaco.kit.errors import Invalid

_CURRENCY = re.compile(r"[A-Z]{3}")
_MICRO_PLACES = 6
_AMOUNT = re.compile(r"(-?)([0-9]{1,13})(?:\.([0-9]+))?")


class BadAmount(Invalid, ValueError):
    """A text is not an amount of money."""

    code = "bad-amount"
    message = _("“%(text)s” is not an amount in %(currency)s. Write it like 18 or 18.50, without a currency sign.")


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """``minor`` units (cents for USD, yen for JPY) of an ISO 4217 ``currency``.

    Adding or comparing two currencies is a TypeError, as is any float.
    """

    minor: int
    currency: str = "USD"

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"money is counted in whole minor units, not in {type(self.minor).__name__}")
        if not _CURRENCY.fullmatch(self.currency):
            raise ValueError(f"{self.currency!r} is not an ISO 4217 currency code")

    @classmethod
    def parse(cls, text: str, currency: str = "USD") -> Money:
        """The amount written as ``18`` or ``18.50``; raises :class:`BadAmount`, never rounds."""
        match = _AMOUNT.fullmatch(text.strip())
        places = get_currency_precision(currency)
        if not match or len(match[3] or "") > places:
            raise BadAmount(text=text, currency=currency)
        minor = int(match[2] + (match[3] or "").ljust(places, "0"))
        return cls(-minor if match[1] else minor, currency)

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, exactly: ``Decimal("18.50")``."""
        return Decimal(self.minor).scaleb(-get_currency_precision(self.currency))

    def format(self, locale: str | None = None, *, drop_zeros: bool = True) -> str:
        """For people: ``$18.50``; a whole amount is ``$18``, or ``$18.00`` without ``drop_zeros``.

        ``locale`` is a language tag like ``pt-br``; without one the active language is used.
        """
        name = to_locale(locale or get_language() or "en")
        if drop_zeros and self.decimal == self.decimal.to_integral_value():
            pattern = _whole_pattern(name)
            return format_currency(self.decimal, self.currency, format=pattern, locale=name, currency_digits=False)
        return format_currency(self.decimal, self.currency, locale=name)

    def __str__(self) -> str:
        return f"{self.decimal} {self.currency}"

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __mul__(self, times: int) -> Money:
        if type(times) is not int:
            raise TypeError(f"money is multiplied by whole numbers, not by {type(times).__name__}")
        return Money(self.minor * times, self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def _same(self, other: object) -> int:
        if not isinstance(other, Money):
            raise TypeError(f"money and {type(other).__name__} do not go together")
        if other.currency != self.currency:
            raise TypeError(f"{self.currency} and {other.currency} do not go together")
        return other.minor


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """What one unit of something counted costs, in millionths of the currency's major unit: $0.0125 is 12,500.

    A price this small cannot be an amount of money; many units of it are one, rounded once, half to even.
    """

    micros: int
    currency: str = "USD"

    def __post_init__(self) -> None:
        if type(self.micros) is not int or self.micros < 0:
            raise TypeError("a unit price is a whole number of millionths, not below zero")

    @classmethod
    def parse(cls, text: str, currency: str = "USD") -> UnitPrice:
        """The price written as ``0.0125``, with at most six decimals; raises :class:`BadAmount`, never rounds."""
        match = _AMOUNT.fullmatch(text.strip())
        if not match or match[1] or len(match[3] or "") > _MICRO_PLACES:
            raise BadAmount(text=text, currency=currency)
        return cls(int(match[2] + (match[3] or "").ljust(_MICRO_PLACES, "0")), currency)

    @property
    def decimal(self) -> Decimal:
        """The price in major units, exactly: ``Decimal("0.0125")``."""
        return Decimal(self.micros).scaleb(-_MICRO_PLACES)

    def times(self, quantity: int) -> Money:
        """What ``quantity`` units cost."""
        places = get_currency_precision(self.currency)
        total = (self.decimal * quantity).scaleb(places).to_integral_value(ROUND_HALF_EVEN)
        return Money(int(total), self.currency)

    def format(self, locale: str | None = None) -> str:
        """For people: ``$0.0125``, with as many decimals as it has, at least those of the currency."""
        name = to_locale(locale or get_language() or "en")
        places = get_currency_precision(self.currency)
        decimals = "0" * places + "#" * (_MICRO_PLACES - places)
        pattern = _whole_pattern(name).replace("#,##0", f"#,##0.{decimals}")
        return format_currency(self.decimal, self.currency, format=pattern, locale=name, currency_digits=False)


@cache
def _whole_pattern(locale: str) -> str:
    """The locale's own pattern, with its order and signs, less the decimals."""
    pattern: str = Locale.parse(locale).currency_formats["standard"].pattern
    return pattern.replace(".00", "")


def money_property(name: str) -> Any:
    """A property ``name`` over the columns ``{name}_minor`` and ``{name}_currency``; None when the minor is None."""

    def read(obj: Any) -> Money | None:
        minor = getattr(obj, f"{name}_minor")
        return None if minor is None else Money(minor, getattr(obj, f"{name}_currency"))

    def write(obj: Any, value: Money | None) -> None:
        setattr(obj, f"{name}_minor", None if value is None else value.minor)
        if value is not None:
            setattr(obj, f"{name}_currency", value.currency)

    return property(read, write)
