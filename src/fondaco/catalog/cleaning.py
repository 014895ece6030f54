"""What is typed, as it is stored: every rule about one form at once, for the action and for the page. No writes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from fondaco.catalog.asking import find_refused, name_scopes
from fondaco.catalog.content import AppDetails, ListingFields, TechnicalFields
from fondaco.catalog.data_fields import DATA_FIELDS
from fondaco.catalog.errors import ScopeMissing
from fondaco.catalog.models import Category, IdTokenAlgorithm
from fondaco.catalog.scopes import REQUESTABLE
from fondaco.catalog.validation import MAX_CATEGORIES, SLUG, FieldProblems, problem_with_video


def clean_details(found: FieldProblems, details: AppDetails) -> dict[str, str]:
    """An app's own details; whether a name or an address is taken is not known here. An empty address stays empty."""
    clean = {
        "name": found.text("name", details.name, least=3, most=50),
        "slug": found.text("slug", details.slug, most=50),
        "website": found.url("website", details.website),
        "technical_email": found.email("technical_email", details.technical_email),
        "support_email": found.email("support_email", details.support_email),
        "billing_email": found.email("billing_email", details.billing_email),
        "security_email": found.email("security_email", details.security_email),
    }
    if clean["slug"] and not SLUG.fullmatch(clean["slug"]):
        found.add("slug", _("Use 3 to 50 lower-case letters, digits and hyphens."))
    return clean


def clean_technical(fields: TechnicalFields) -> dict[str, Any]:
    """Technical content. Raises :class:`Invalid`, or :class:`ScopeMissing` when it asks for more than its scopes."""
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
    if fields.id_token_signed_response_alg is not None:
        name = "id_token_signed_response_alg"
        clean[name] = found.choice(name, fields.id_token_signed_response_alg, IdTokenAlgorithm)
    if refused := find_refused(clean, scopes):
        for one in refused:
            found.add(one.field, one.words)
        raise ScopeMissing(fields=found.fields, scopes=", ".join(name_scopes(refused)))
    found.raise_if_any()
    return clean


def clean_listing(fields: ListingFields) -> tuple[dict[str, Any], list[str]]:
    """Listing content, and the slugs of its categories."""
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
