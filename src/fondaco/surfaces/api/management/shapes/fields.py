"""Kinds of fields, and the two kinds of bodies: what comes in is strict and closed, what goes out is made by us."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Final, Generic, Literal, TypeVar

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils.translation import gettext as _
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    field_validator,
)

T = TypeVar("T")

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LINE_END: Final = re.compile(r"[\r\n\t\u2028\u2029]")
_PICTURE: Final = {
    "type": "string",
    "contentEncoding": "base64",
    "description": "A PNG or JPEG picture in base64; an icon may be an SVG.",
}


class Body(BaseModel):
    """What comes in: no unknown fields, no "3" for 3, no characters that nothing can show or keep."""

    model_config = ConfigDict(extra="forbid", strict=True)

    @field_validator("*")
    @classmethod
    def _can_be_kept(cls, value: Any) -> Any:
        for text in _texts_in(value):
            _check_text(text)
        return value


class Shape(BaseModel):
    """What goes out."""


class Page(Shape, Generic[T]):
    """Some of a list. ``next_cursor`` is the ``cursor`` to ask for what follows; null at the end."""

    items: list[T]
    next_cursor: str | None


def _texts_in(value: Any) -> Iterator[str]:
    """Texts, also in lists and objects; other bodies look after their own."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for inner in [*value, *value.values()] if isinstance(value, dict) else value:
            yield from _texts_in(inner)


def _check_text(value: str) -> str:
    if _CONTROL.search(value):
        raise ValueError(_("This contains characters that cannot be shown."))
    return value


def _check_line(value: str) -> str:
    if _LINE_END.search(value):
        raise ValueError(_("Use one line."))
    return _check_text(value)


def _check_email(value: str) -> str:
    try:
        validate_email(value)
    except ValidationError as error:
        raise ValueError(_("Write an e-mail address like support@company.example.")) from error
    return _check_line(value)


def _check_website(value: str) -> str:
    try:
        URLValidator(schemes=["http", "https"])(value)
    except ValidationError as error:
        raise ValueError(_("Write an address like https://company.example.")) from error
    return _check_line(value)


def _decode(value: Any) -> bytes:
    if not isinstance(value, str):
        raise ValueError(_("This must be text."))  # noqa: TRY004 - pydantic takes only this kind as a finding
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(_("This is not base64.")) from error


def _read_day(value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise ValueError(_("Write a day like 2030-01-31.")) from error


Day = Annotated[date, BeforeValidator(_read_day)]
Line = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_check_line)]
Text = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_check_text)]
Name = Annotated[Line, Field(min_length=1, max_length=100)]
Email = Annotated[Line, Field(max_length=254), AfterValidator(_check_email)]
Website = Annotated[Line, Field(max_length=300), AfterValidator(_check_website)]
Password = Annotated[str, Field(max_length=200), AfterValidator(_check_text)]
IdTokenAlgorithm = Literal["ES256", "RS256"]
WireId = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
ShortId = Annotated[str, Field(pattern="^[0-9a-f]{24}$")]
Slug = Annotated[str, Field(pattern="^[a-z0-9-]{1,50}$")]
Picture = Annotated[bytes, BeforeValidator(_decode), WithJsonSchema(_PICTURE)]

Cursor = Annotated[str | None, Field(max_length=500)]
Limit = Annotated[int, Field(ge=1, le=100)]
