"""Editing the two contents of a version."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.catalog import events
from fondaco.catalog.actions.versions import clean_version_name
from fondaco.catalog.asking import find_refused, name_scopes
from fondaco.catalog.content import ListingFields, TechnicalFields
from fondaco.catalog.data_fields import DATA_FIELDS
from fondaco.catalog.errors import ScopeMissing
from fondaco.catalog.models import Category, ListingContent, TechnicalContent, Version
from fondaco.catalog.policies import EDIT_PERMISSION, check_can, check_editable, check_revision
from fondaco.catalog.scopes import REQUESTABLE
from fondaco.catalog.states import Track
from fondaco.catalog.validation import MAX_CATEGORIES, FieldProblems, problem_with_video
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
        clean = _clean_technical(fields)
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
        clean, categories = _clean_listing(fields)
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


def _clean_technical(fields: TechnicalFields) -> dict[str, Any]:
    found = FieldProblems()
    scopes = found.choices("scopes", fields.scopes, REQUESTABLE)
    reasons = {
        scope: found.text("scopes", reason, most=200)
        for scope, reason in fields.scope_reasons.items()
        if scope in scopes and reason
    }
    clean = {
        "events_callback_url": found.url("events_callback_url", fields.events_callback_url, most=500),
        "standalone_url": found.url("standalone_url", fields.standalone_url, most=500),
        "redirect_urls": found.urls("redirect_urls", fields.redirect_urls),
        "scopes": scopes,
        "scope_reasons": {scope: reason for scope, reason in reasons.items() if reason},
        "data_fields": found.choices("data_fields", fields.data_fields, DATA_FIELDS),
        "receives_user_logout": bool(fields.receives_user_logout),
        "backchannel_logout_url": found.url("backchannel_logout_url", fields.backchannel_logout_url, most=500),
        "is_manually_provisioned": bool(fields.is_manually_provisioned),
        "are_credentials_claimed": bool(fields.are_credentials_claimed),
        "release_notes": found.text("release_notes", fields.release_notes, most=5000, lines=True),
        "test_instructions": found.text("test_instructions", fields.test_instructions, most=5000, lines=True),
    }
    credentials = found.text("test_credentials", fields.test_credentials or "", most=1000, lines=True)
    clean["test_credentials"] = credentials.encode() or None
    if refused := find_refused(clean, scopes):
        for one in refused:
            found.add(one.field, one.words)
        raise ScopeMissing(fields=found.fields, scopes=", ".join(name_scopes(refused)))
    found.raise_if_any()
    return clean


def _clean_listing(fields: ListingFields) -> tuple[dict[str, Any], list[str]]:
    found = FieldProblems()
    categories = found.choices("categories", fields.categories, Category.objects.values_list("pk", flat=True))
    if len(categories) > MAX_CATEGORIES:
        found.add("categories", _("Choose at most three."))
    clean = {
        "display_name": found.text("display_name", fields.display_name, most=50),
        "summary": found.text("summary", fields.summary, most=140),
        "description": found.text("description", fields.description, most=5000, lines=True),
        "video_url": found.url("video_url", fields.video_url),
        "support_url": found.url("support_url", fields.support_url),
        "support_email": found.email("support_email", fields.support_email),
        "docs_url": found.url("docs_url", fields.docs_url),
        "privacy_url": found.url("privacy_url", fields.privacy_url),
        "terms_url": found.url("terms_url", fields.terms_url),
    }
    if clean["video_url"] and (problem := problem_with_video(clean["video_url"])):
        found.add("video_url", problem)
    found.raise_if_any()
    return clean, categories
