"""Which consent of an account is in force. All are steps; the installation is locked by the caller."""

from __future__ import annotations

from fondaco.audit.actor import Actor
from fondaco.catalog.scopes import IMPLICIT
from fondaco.identity.actions import choose_id_token_algorithm, place_client, regrant_client
from fondaco.installs.models import Grant, Installation


def find_grant(installation: Installation) -> Grant:
    """The newest consent to the installation's version."""
    return installation.grants.filter(version_id=installation.version_id).latest("consented_at", "id")


def find_grant_in_force(installation: Installation) -> Grant | None:
    """What the account agreed to, by whom and when. The caller got the installation from a scoped query."""
    return installation.grants.filter(is_in_force=True).select_related("consented_by__person", "version").first()


def move_grant(installation: Installation, *, actor: Actor) -> None:
    """Brings the program to the installation's version: its place, its addresses, and what the account agreed to.

    It never gets more than the words that somebody agreed to for this version, whatever the version asks for by now.
    """
    version, client = installation.version, installation.client
    grant = find_grant(installation)
    installation.grants.filter(is_in_force=True).exclude(pk=grant.pk).update(is_in_force=False)
    if not grant.is_in_force:
        grant.is_in_force = True
        grant.save(update_fields=["is_in_force"])
    place_client(client=client, version=version)
    algorithm = version.technical.id_token_signed_response_alg
    choose_id_token_algorithm(actor=actor, client=client, algorithm=algorithm)
    regrant_client(
        actor=actor,
        client=client,
        scopes=[*IMPLICIT, *grant.scopes],
        redirect_uris=version.technical.redirect_urls,
        logout_url=version.technical.backchannel_logout_url,
        version=version.name,
    )
