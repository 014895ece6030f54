"""Kinds of values in a ``fondaco.toml``: trimmed as the house keeps them, and judged by their form.

What is equal to the house is equal here, so that a file which was pushed once differs in nothing from what was saved.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

_CONTROL: Final = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]"
)
_LINE_END: Final = re.compile(r"\r\n?")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+|[^@\s]+@localhost")
_LOOPBACK: Final = re.compile(r"127(\.\d{1,3}){3}|::1|localhost|.+\.localhost")
_AMOUNT: Final = r"^[0-9]{1,13}(\.[0-9]{1,2})?$"
_UNIT_PRICE: Final = r"^[0-9]{1,13}(\.[0-9]{1,6})?$"
_MOST: Final = Decimal(10_000_000)
_MOST_OF_ONE: Final = Decimal(10_000)


def clean_text(value: Any) -> Any:
    """Trimmed, with one kind of line end; what is no text is left for the type to refuse."""
    if not isinstance(value, str):
        return value
    clean = _LINE_END.sub("\n", value).strip()
    if _CONTROL.search(clean):
        raise ValueError("This contains characters that cannot be shown.")
    return clean


def _clean_line(value: Any) -> Any:
    clean = clean_text(value)
    if isinstance(clean, str) and ("\n" in clean or "\t" in clean):
        raise ValueError("Use one line.")
    return clean


def _check_url(value: str) -> str:
    if not value:
        return value
    if not value.isascii() or " " in value:
        raise ValueError("Write special characters in their encoded form.")
    try:
        parts = urlsplit(value)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("This is no address.") from None
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and _LOOPBACK.fullmatch(host))
    if not is_safe:
        raise ValueError("Use an address that begins with https:// (http only for this very machine).")
    if not host or "@" in parts.netloc:
        raise ValueError("Write a host, and neither user name nor password.")
    if "#" in value:
        raise ValueError("Leave out what follows the #.")
    return value


def _check_email(value: str) -> str:
    if value and not _EMAIL.fullmatch(value):
        raise ValueError("Write an e-mail address like support@company.example.")
    return value


def _check_currency(value: str) -> str:
    if value != "USD":
        raise ValueError("Prices are in USD.")
    return value


def _quote(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError(f'Write the amount as text, so that nothing is rounded: "{value}".')  # noqa: TRY004
    return value.strip() if isinstance(value, str) else value


def _two_places(value: str) -> str:
    amount = Decimal(value)
    if amount > _MOST:
        raise ValueError("Use an amount up to 10,000,000.")
    return f"{amount:.2f}"


def _above_zero(value: str) -> str:
    if not Decimal(value):
        raise ValueError("Use an amount above 0, or leave it out.")
    return value


def _six_places(value: str) -> str:
    amount = Decimal(value)
    if not 0 < amount <= _MOST_OF_ONE:
        raise ValueError("Use a price above 0 and up to 10,000.")
    whole, _point, places = f"{amount:.6f}".partition(".")
    return f"{whole}.{places.rstrip('0').ljust(2, '0')}"


Unit = Annotated[str, Field(min_length=1, max_length=30), BeforeValidator(_clean_line)]
AppName = Annotated[str, Field(min_length=3, max_length=50), BeforeValidator(_clean_line)]
Slug = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]{1,48}[a-z0-9]$"), BeforeValidator(_clean_line)]
VersionName = Annotated[str, Field(pattern="^[A-Za-z0-9][A-Za-z0-9 ._+-]{0,29}$"), BeforeValidator(_clean_line)]
DisplayName = Annotated[str, Field(max_length=50), BeforeValidator(_clean_line)]
PlanName = Annotated[str, Field(min_length=1, max_length=40), BeforeValidator(_clean_line)]
Summary = Annotated[str, Field(max_length=140), BeforeValidator(_clean_line)]
Alternative = Annotated[str, Field(min_length=1, max_length=200), BeforeValidator(_clean_line)]
Reason = Annotated[str, Field(max_length=200), BeforeValidator(_clean_line)]
Name = Annotated[str, Field(min_length=1, max_length=60), BeforeValidator(_clean_line)]
Text1000 = Annotated[str, Field(max_length=1000), BeforeValidator(clean_text)]
Text5000 = Annotated[str, Field(max_length=5000), BeforeValidator(clean_text)]
Url300 = Annotated[str, Field(max_length=300), BeforeValidator(_clean_line), AfterValidator(_check_url)]
Url500 = Annotated[str, Field(max_length=500), BeforeValidator(_clean_line), AfterValidator(_check_url)]
RedirectUrl = Annotated[
    str, Field(min_length=1, max_length=500), BeforeValidator(_clean_line), AfterValidator(_check_url)
]
Email = Annotated[str, Field(max_length=254), BeforeValidator(_clean_line), AfterValidator(_check_email)]
RelativePath = Annotated[str, Field(min_length=1, max_length=200), BeforeValidator(_clean_line)]
Variable = Annotated[str, Field(pattern="^[A-Z][A-Z0-9_]{0,99}$"), BeforeValidator(_clean_line)]
Currency = Annotated[
    str, BeforeValidator(_clean_line), AfterValidator(_check_currency), WithJsonSchema({"const": "USD"})
]
Amount = Annotated[str, Field(pattern=_AMOUNT), BeforeValidator(_quote), AfterValidator(_two_places)]
Cap = Annotated[
    str, Field(pattern=_AMOUNT), BeforeValidator(_quote), AfterValidator(_two_places), AfterValidator(_above_zero)
]
UnitPrice = Annotated[str, Field(pattern=_UNIT_PRICE), BeforeValidator(_quote), AfterValidator(_six_places)]
Licences = Annotated[int, Field(ge=1, le=100_000)]
