"""Keeping programs out, and letting them in again. All are steps: installs owns what an operator does."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.audit.status import transition
from fondaco.catalog.models import App, Version
from fondaco.identity import events
from fondaco.identity.actions.clients import issue_credentials
from fondaco.identity.actions.rotation import end_credentials
from fondaco.identity.errors import AlreadyCutOff, ClientDeleted
from fondaco.identity.models import Cutoff, OAuthClient
from fondaco.identity.states import CutoffStatus
from fondaco.kit import clock


def place_client(*, client: OAuthClient, version: Version) -> None:
    """Notes what the client runs, so that a cut-off of that version or its app covers it."""
    client.app_id, client.version_id = version.app_id, version.pk
    client.save(update_fields=["app", "version"])


def begin_cutoff(*, actor: Actor, reason: str, covers: OAuthClient | Version | App) -> Cutoff:
    """Keeps out what ``covers`` stands for, from this commit on; raises :class:`AlreadyCutOff`."""
    field = {OAuthClient: "client", Version: "version", App: "app"}[type(covers)]
    try:
        with transaction.atomic():
            cutoff = Cutoff.objects.create(reason=reason, begun_by=actor.label[:200], **{field: covers})
    except IntegrityError as error:  # the one constraint that a person can meet: one in force for each
        raise AlreadyCutOff from error
    record(
        events.ACCESS_CUT_OFF,
        cutoff,
        actor=actor,
        data={"covers": field, "id": covers.pk.hex, "reason": reason},
        **cutoff.audit_scope(),
    )
    return cutoff


def cut_off_client(*, actor: Actor, client: OAuthClient, reason: str) -> Cutoff:
    """Keeps out one client of the portal, and ends for good what it holds and what people got by it."""
    locked = OAuthClient.objects.select_for_update(of=("self",)).select_related("account").get(pk=client.pk)
    if not locked.may_get_tokens:
        raise ClientDeleted(name=locked.name)
    cutoff = begin_cutoff(actor=actor, reason=reason, covers=locked)
    end_credentials(actor=actor, clients=[locked], reason=reason)
    return cutoff


def readmit_client(*, actor: Actor, cutoff: Cutoff, reason: str) -> Cutoff:
    """Lifts the cut-off of a client of the portal. A public one, which has no secret to make anew, gets another ID."""
    found = OAuthClient.objects.select_for_update(of=("self",)).select_related("account")
    locked = found.get(pk=cutoff.client_id)  # first, as when it is cut off: else the two could wait for each other
    lift_cutoff(actor=actor, cutoff=cutoff, reason=reason)
    if locked.is_public and locked.may_get_tokens:
        issue_credentials(actor=actor, client=locked, algorithm="")
    return cutoff


def lift_cutoff(*, actor: Actor, cutoff: Cutoff, reason: str) -> Cutoff:
    """Lets in again what gets new credentials; everything older stays dead."""
    transition(cutoff, CutoffStatus.LIFTED, actor=actor, reason=reason)
    cutoff.lifted_at = clock.now()
    cutoff.save(update_fields=["lifted_at"])
    return cutoff
