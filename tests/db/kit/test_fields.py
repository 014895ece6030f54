"""Sealed columns, seen through the models that have one."""

from __future__ import annotations

import pytest
from django.core import serializers
from django.core.exceptions import FieldError
from django.db import connection
from django.db.models import F
from django.test import override_settings

from fondaco.identity.models import TokenSigningKey
from fondaco.kit import clock, crypto
from fondaco.kit.fields import IdField, SealedField, ShortIdField
from fondaco.kit.rotation import rewrap_all, sealed_columns
from fondaco.messaging.models import EventSigningKey

OLD, NEW = {"old": b"o" * 32}, {"new": b"n" * 32}
pytestmark = pytest.mark.django_db


def stored(key: TokenSigningKey | EventSigningKey) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT private_key FROM {key._meta.db_table} WHERE id = %s", [key.pk])
        return bytes(cursor.fetchone()[0])


def make(private_key: bytes = b"secret") -> TokenSigningKey:
    now = clock.now()
    return TokenSigningKey.objects.create(
        private_key=private_key, public_jwk={}, signs_from=now, signs_until=now, published_until=now
    )


def test_plain_in_python_sealed_in_the_column() -> None:
    key = make()
    assert b"secret" not in stored(key)
    assert TokenSigningKey.objects.get(pk=key.pk).private_key == b"secret"
    assert TokenSigningKey.objects.values_list("private_key", flat=True).get(pk=key.pk) == b"secret"
    assert crypto.unseal(stored(key), context="identity.TokenSigningKey.private_key") == b"secret"


def test_every_way_of_writing_seals() -> None:
    key = make()
    key.private_key = b"saved"
    key.save()
    assert TokenSigningKey.objects.get(pk=key.pk).private_key == b"saved"
    TokenSigningKey.objects.filter(pk=key.pk).update(private_key=b"updated")
    assert TokenSigningKey.objects.get(pk=key.pk).private_key == b"updated"
    key.private_key = b"in bulk"
    TokenSigningKey.objects.bulk_update([key], ["private_key"])
    assert TokenSigningKey.objects.get(pk=key.pk).private_key == b"in bulk"
    assert b"bulk" not in stored(key)


def test_a_value_moved_to_another_column_does_not_open() -> None:
    key = make()
    with pytest.raises(crypto.SealBroken):
        crypto.unseal(stored(key), context="messaging.EventSigningKey.private_key")


def test_it_cannot_be_searched_nor_take_text() -> None:
    with pytest.raises(FieldError):
        TokenSigningKey.objects.filter(private_key=b"secret").exists()
    with pytest.raises(FieldError):
        TokenSigningKey.objects.filter(private_key=F("public_jwk")).exists()
    assert not TokenSigningKey.objects.filter(private_key__isnull=True).exists()
    with pytest.raises(TypeError, match="takes bytes, not str"):
        make("secret")  # type: ignore[arg-type]


def test_a_dump_carries_the_sealed_form() -> None:
    key = make()
    dump = serializers.serialize("json", [key])
    assert "secret" not in dump
    assert "c2VjcmV0" not in dump  # its base64
    (loaded,) = serializers.deserialize("json", dump)
    assert isinstance(loaded.object, TokenSigningKey)
    assert loaded.object.private_key == b"secret"


def test_rotation_rewraps_every_sealed_column() -> None:
    assert {f"{model.__name__}.{field.name}" for model, field in sealed_columns()} >= {
        "TokenSigningKey.private_key",
        "EventSigningKey.private_key",
    }
    with override_settings(MASTER_KEYS=OLD):
        keys = [make(b"secret %d" % number) for number in range(5)]
    with override_settings(MASTER_KEYS={**NEW, **OLD}):
        keys.append(make(b"secret 5"))
        assert rewrap_all(batch=2) == 5
        assert rewrap_all() == 0
    with override_settings(MASTER_KEYS=NEW):
        found = TokenSigningKey.objects.order_by("pk").values_list("private_key", flat=True)
        assert list(found) == [b"secret %d" % number for number in range(6)]


@pytest.mark.parametrize("field", [IdField(), ShortIdField(), SealedField(null=True)])
def test_migrations_can_rebuild_the_field(field: IdField | ShortIdField | SealedField) -> None:
    _name, path, args, kwargs = field.deconstruct()
    assert path == f"fondaco.kit.fields.{type(field).__name__}"
    assert type(field)(*args, **kwargs).deconstruct()[1:] == (path, args, kwargs)
