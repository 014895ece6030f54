"""A newer version of an app that Starship has: it asks for more, so that somebody has to agree."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fondaco.catalog import actions
from fondaco.catalog.content import TechnicalFields
from fondaco.catalog.models import App, Version
from fondaco.catalog.states import TechnicalStatus, Track
from fondaco.kit import clock
from fondaco.partners.models import Member
from fondaco.review import actions as review
from fondaco.runtime.demo.apps import approve, load
from fondaco.runtime.demo.checks import run_checks_offline
from fondaco.runtime.demo.listings import MARA
from fondaco.runtime.demo.people import actor_for, member

_SLUG: Final = "deskbridge"
_NAME: Final = "6.1.0"
_NOTES: Final = "The ticket has the caller's name and company before you answer."


def make_upgrade() -> None:
    """Published after Deskbridge was ordered, so that My Apps offers it as soon as the order is confirmed."""
    by, app = member(MARA), App.objects.get(slug=_SLUG)
    version = app.versions.filter(name=_NAME).first()
    with clock.travel(-timedelta(minutes=6)):
        if version is None:
            version = actions.create_version(actor=actor_for(by.person), by=by, app=app, name=_NAME)
        version = load(version)
        if version.technical.status == TechnicalStatus.DRAFT:
            _write(version, by)
        version = load(version)
        for track in Track:
            approve(version, track)
        if load(version).technical.status == TechnicalStatus.APPROVED:
            actions.make_available(actor=actor_for(by.person), by=by, version=load(version))


def _write(version: Version, by: Member) -> None:
    content = version.technical
    reasons = {**content.scope_reasons, "contacts:read": "to show who is calling in the ticket"}
    fields = TechnicalFields(
        events_callback_url=content.events_callback_url,
        standalone_url=content.standalone_url,
        redirect_urls=tuple(content.redirect_urls),
        scopes=tuple(reasons),
        scope_reasons=reasons,
        receives_user_logout=content.receives_user_logout,
        backchannel_logout_url=content.backchannel_logout_url,
        is_manually_provisioned=content.is_manually_provisioned,
        release_notes=_NOTES,
        test_instructions=content.test_instructions,
    )
    actor = actor_for(by.person)
    actions.edit_technical(actor=actor, by=by, version=version, revision=content.revision, fields=fields)
    for track in Track:
        if not version.submissions.filter(track=track).exists():
            review.submit(actor=actor, by=by, version=load(version), track=track)
            run_checks_offline(version)
