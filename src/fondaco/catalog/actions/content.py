"""Editing the two contents of a version."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import transaction

from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.catalog import events
from fondaco.catalog.actions.versions import clean_version_name
from fondaco.catalog.cleaning import clean_listing, clean_technical
from fondaco.catalog.content import ListingFields, TechnicalFields
from fondaco.catalog.models import Category, ListingContent, TechnicalContent, Version
from fondaco.catalog.policies import EDIT_PERMISSION, check_can, check_editable, check_revision
from fondaco.catalog.states import Track
from fondaco.kit.errors import Invalid
from fondaco.partners.models import Member

Content = TypeVar("Content", TechnicalContent, ListingContent)


def edit_technical(
    *, actor: Actor, by: Member, version: Version, revision: int, fields: TechnicalFields
) -> TechnicalContent:
    """Saves all technical content. A draft may be incomplete; what is given must be right.

    ``revision`` is the one that the editor began from; when someone saved since, :class:`RevisionConflict` and nothing
    is overwritten.
    """
    with transaction.atomic(durable=True):
        check_can(by, version.app, EDIT_PERMISSION[Track.TECHNICAL])
        content = _open(TechnicalContent, version, revision)
        clean = clean_technical(fields)
        if fields.test_credentials is None:
            clean.pop("test_credentials")
        if fields.version_name is not None:
            _rename(version, fields.version_name)
        _save(content, clean, actor=actor, by=by)
    version.technical = content
    return content


def edit_listing(*, actor: Actor, by: Member, version: Version, revision: int, fields: ListingFields) -> ListingContent:
    """Saves all listing content but plans and screenshots; see :func:`edit_technical`."""
    with transaction.atomic(durable=True):
        check_can(by, version.app, EDIT_PERMISSION[Track.LISTING])
        content = _open(ListingContent, version, revision)
        clean, categories = clean_listing(fields)
        before = set(content.categories.values_list("pk", flat=True))
        content.categories.set(Category.objects.filter(pk__in=categories))
        _save(content, clean, actor=actor, by=by, also=["categories"] if before != set(categories) else [])
    version.listing = content
    return content


def _open(model: type[Content], version: Version, revision: int) -> Content:
    """Locks the content for this change; it must be editable and still what the editor saw."""
    content = model._base_manager.select_for_update(of=("self",)).select_related("version__app").get(pk=version.pk)
    check_editable(content)
    check_revision(content, revision)
    return content


def _save(content: Content, clean: dict[str, Any], *, actor: Actor, by: Member, also: list[str] | None = None) -> None:
    changed = sorted([name for name, value in clean.items() if getattr(content, name) != value] + (also or []))
    for name, value in clean.items():
        setattr(content, name, value)
    content.save(update_fields=[*clean, *content.note_save(by.person.name)])
    record(
        events.VERSION_EDITED,
        content.version,
        actor=actor,
        partner_id=content.version.app.partner_id,
        data={"part": content._meta.model_name, "fields": changed, "revision": content.revision},
    )


def _rename(version: Version, name: str) -> None:
    try:
        clean = clean_version_name(version.app, name, version=version)
    except Invalid as error:
        raise Invalid(fields={"version_name": error.fields["name"]}) from error
    if clean != version.name:
        version.name = clean
        version.save(update_fields=["name"])
