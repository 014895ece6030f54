"""To partners whose programs take events: a key with which the platform signs them was replaced."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from fondaco.accounts.permissions import Permission
from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.catalog.models import App
from fondaco.messaging import events
from fondaco.messaging.models import EventSigningKey, SigningAlgorithm
from fondaco.messaging.signing import public_forms
from fondaco.notify.letters import Letter, Mail
from fondaco.notify.recipients import members
from fondaco.partners.models import Partner

REPLACED = Mail(
    "signing_key_replaced",
    when="a key that signs events was replaced, by staff or because it was a year old",
    to="the partner's developers and the technical contacts of its apps, if events were ever sent to one of them",
    subject="A key that signs your events was replaced",
)
_NAMES = {SigningAlgorithm.ECDSA: "ECDSA P-256", SigningAlgorithm.ED25519: "Ed25519"}


@projects(events.SIGNING_KEY_CREATED)
def queue(event: Event, key: EventSigningKey) -> None:
    """The very first key replaces none, and nobody knows it yet."""
    if event.data["replaced"]:
        served = Partner.objects.filter(apps__retired_at=None, apps__endpoints__isnull=False).distinct()
        for partner_id in served.order_by("pk").values_list("pk", flat=True):
            REPLACED.queue(partner_id)


@REPLACED.compose
def compose(partner_id: UUID) -> Letter:
    partner = Partner.objects.get(pk=partner_id)
    named = App.objects.filter(partner=partner, retired_at=None).exclude(technical_email="").order_by("technical_email")
    addresses = [*named.values_list("technical_email", flat=True), *members(partner_id, Permission.PARTNER_APPS_EDIT)]
    keys = EventSigningKey.objects.filter(retired_at=None).order_by("algorithm")
    return Letter(
        to=list(dict.fromkeys(addresses)),
        subject=_("A key that signs your events was replaced"),
        paragraphs=[
            _("The platform signs events with a new key from now on. If your program asks for keys by the id in the "
              "signature, or asks for the list at least every few days, there is nothing to do."),
            _("If you wrote a key into your program, put in the new one. Until then the old one is served for thirty "
              "days, and an old Ed25519 key signs beside the new one for a week, so no event is lost."),
        ],
        facts=[(_NAMES[SigningAlgorithm(key.algorithm)], _describe(key)) for key in keys],
        button=(_("See all keys"), f"{settings.API_ROOT}/events/signature-keys"),
        closing=_("Secrets of your own apps are not concerned."),
    )  # fmt: skip


def _describe(key: EventSigningKey) -> str:
    words = {"key": public_forms(key).standard or key.pk.hex, "since": date_format(key.created_at, "j F Y, H:i")}
    return _("%(key)s, since %(since)s") % words
