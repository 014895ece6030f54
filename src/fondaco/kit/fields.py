"""Model fields: the two kinds of id, and secrets that are sealed in the database and plain in Python."""

from __future__ import annotations

import base64
import uuid
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.lookups import IsNull, Lookup, Transform

from fondaco.kit import crypto
from fondaco.kit.ids import new_id, new_short_id

if TYPE_CHECKING:
    _UUIDField = models.UUIDField[uuid.UUID | str, uuid.UUID]
    _CharField = models.CharField[str, str]
    _BinaryField = models.BinaryField[bytes | None, bytes | None]
else:
    _UUIDField, _CharField, _BinaryField = models.UUIDField, models.CharField, models.BinaryField


class IdField(_UUIDField):
    """Primary key, a sortable UUID made in Python."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("primary_key", True)
        kwargs.setdefault("default", new_id)
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)


class ShortIdField(_CharField):
    """Primary key, the wire's 24 hex digits."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 24)
        kwargs.setdefault("primary_key", True)
        kwargs.setdefault("default", new_short_id)
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)


class SealedField(_BinaryField):
    """``bytes`` (or None) in Python, a sealed envelope in the column, bound to this very model and field.

    It cannot be searched: the same value is sealed differently each time. Only ``isnull`` is a lookup.
    ``fondaco.kit.rotation.rewrap_all`` finds every column of this kind by its class.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    @property
    def context(self) -> str:
        """``app.Model.field``: what the envelope is bound to."""
        return f"{self.model._meta.app_label}.{self.model._meta.object_name}.{self.name}"

    def get_prep_value(self, value: Any) -> bytes | None:
        if value is None:
            return None
        if not isinstance(value, bytes | bytearray | memoryview):
            raise TypeError(f"{self.context} takes bytes, not {type(value).__name__}")
        return crypto.seal(bytes(value), context=self.context)

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> bytes | None:
        return None if value is None else crypto.unseal(bytes(value), context=self.context)

    def get_lookup(self, lookup_name: str) -> type[Lookup[Any]] | None:
        return IsNull if lookup_name == "isnull" else None

    def get_transform(self, lookup_name: str) -> type[Transform] | None:
        return None

    def value_to_string(self, obj: models.Model) -> str:
        """A database dump carries the sealed form."""
        sealed = self.get_prep_value(self.value_from_object(obj))
        return "" if sealed is None else base64.b64encode(sealed).decode()

    def to_python(self, value: Any) -> bytes | None:
        if isinstance(value, str):
            return crypto.unseal(base64.b64decode(value), context=self.context) if value else None
        return None if value is None else bytes(value)
