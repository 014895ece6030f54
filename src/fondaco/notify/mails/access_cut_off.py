"""The kill switch, to those it concerns: the partner once, and each customer's people who manage apps.

A client that a partner made in the portal concerns the partner's people who look after clients.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from fondaco.accounts.permissions import Permission
from fondaco.audit.models import Event
from fondaco.audit.recording import projects, projects_jointly
from fondaco.catalog.models import App
from fondaco.identity import events as identity_events
from fondaco.identity.models import ClientKind, Cutoff, OAuthClient
from fondaco.installs import events
from fondaco.installs.models import Installation
from fondaco.notify.letters import Letter, Mail, link
from fondaco.notify.recipients import managers, members, technical_people

CUT_OFF_CUSTOMER = Mail(
    "access_cut_off_customer",
    when="an operator cuts an app off in an account, or everywhere",
    to="the account's people who manage apps",
    subject="⟨app⟩ is cut off",
)
RESTORED_CUSTOMER = Mail(
    "access_restored_customer",
    when="an operator lets a cut-off app in again",
    to="the account's people who manage apps",
    subject="⟨app⟩ is let in again",
)
CUT_OFF_PARTNER = Mail(
    "access_cut_off_partner",
    when="an operator cuts an app, a version or one installation off",
    to="the app's technical contact and the partner's developers",
    subject="⟨app⟩ is cut off",
)
RESTORED_PARTNER = Mail(
    "access_restored_partner",
    when="a cut-off is lifted",
    to="the app's technical contact and the partner's developers",
    subject="⟨app⟩ is let in again",
)
CLIENT_CUT_OFF = Mail(
    "client_cut_off",
    when="an operator cuts an OAuth client off that a partner made in the portal",
    to="the partner's people who manage OAuth clients",
    subject="⟨client⟩ is cut off",
)
CLIENT_RESTORED = Mail(
    "client_restored",
    when="an operator lets such a client in again",
    to="the partner's people who manage OAuth clients",
    subject="⟨client⟩ is let in again",
)


@projects_jointly(events.INSTALLATION_CUT_OFF)
def queue_cut_off_customers(happened: Sequence[tuple[Event, Installation]]) -> None:
    CUT_OFF_CUSTOMER.queue_all(event.pk for event, _installation in happened)


@projects_jointly(events.INSTALLATION_RESTORED)
def queue_restored_customers(happened: Sequence[tuple[Event, Installation]]) -> None:
    RESTORED_CUSTOMER.queue_all(event.pk for event, _installation in happened)


@projects(identity_events.ACCESS_CUT_OFF)
def queue_cut_off_partner(event: Event, cutoff: Cutoff) -> None:
    (CLIENT_CUT_OFF if _is_of_the_portal(cutoff) else CUT_OFF_PARTNER).queue(cutoff.pk)


@projects(identity_events.ACCESS_RESTORED)
def queue_restored_partner(event: Event, cutoff: Cutoff) -> None:
    (CLIENT_RESTORED if _is_of_the_portal(cutoff) else RESTORED_PARTNER).queue(cutoff.pk)


@CUT_OFF_CUSTOMER.compose
def compose_cut_off_customer(event_id: UUID) -> Letter:
    event, installation = _load(event_id)
    names = _names(installation)
    return Letter(
        to=managers(installation.account_id),
        subject=_("%(app)s is cut off") % names,
        paragraphs=[
            _(
                "We cut the program of %(app)s off. It can no longer read or change anything of %(account)s, and "
                "nobody can open it. This is why:"
            )
            % names
        ],
        quote=event.data["reason"],
        button=(_("See how it stands"), link(f"/my-apps/{installation.pk.hex}")),
        closing=_(
            "The app stays installed, and you need not do anything. You can uninstall it, or ask %(support)s. "
            "We write again when it works."
        )
        % {"support": settings.SUPPORT_EMAIL},
    )


@RESTORED_CUSTOMER.compose
def compose_restored_customer(event_id: UUID) -> Letter:
    _event, installation = _load(event_id)
    names = _names(installation)
    return Letter(
        to=managers(installation.account_id),
        subject=_("%(app)s is let in again") % names,
        paragraphs=[
            _("%(app)s may work for %(account)s again. %(partner)s was sent new credentials; the old ones stay dead.")
            % names
        ],
        button=(_("Open My Apps"), link("/my-apps")),
        closing=_("There is nothing to do: it is launched as before as soon as its program uses the new ones."),
    )


@CUT_OFF_PARTNER.compose
def compose_cut_off_partner(cutoff_id: UUID) -> Letter | None:
    cutoff = _cutoff(cutoff_id)
    app = _app(cutoff)
    if app is None:
        return None
    return Letter(
        to=technical_people(app),
        subject=_("%(app)s is cut off") % {"app": app.name},
        paragraphs=[
            _scope(cutoff, app) + " " + _("Its tokens and credentials are refused from now on. This is why:"),
        ],
        quote=cutoff.reason,
        button=(_("Open the app"), link(f"/portal/apps/{app.pk.hex}")),
        closing=_(
            "Events still reach your program. Write to %(support)s and say what happened and what you mended. When "
            "access is restored, each installation gets new credentials by app.credentials_rotated."
        )
        % {"support": settings.SUPPORT_EMAIL},
    )


@RESTORED_PARTNER.compose
def compose_restored_partner(cutoff_id: UUID) -> Letter | None:
    cutoff = _cutoff(cutoff_id)
    app = _app(cutoff)
    if app is None:
        return None
    return Letter(
        to=technical_people(app),
        subject=_("%(app)s is let in again") % {"app": app.name},
        paragraphs=[
            _(
                "The cut-off was lifted. Each installation that it covered is being sent new credentials by "
                "app.credentials_rotated; the ones from before stay dead."
            )
        ],
        button=(_("Open the app"), link(f"/portal/apps/{app.pk.hex}")),
        closing=_("Take the new ones up, then see in the portal that each installation is let in."),
    )


@CLIENT_CUT_OFF.compose
def compose_client_cut_off(cutoff_id: UUID) -> Letter:
    cutoff = _cutoff(cutoff_id)
    client = _client(cutoff)
    return Letter(
        to=members(client.account.partner.pk, Permission.PARTNER_CLIENTS_MANAGE),
        subject=_("%(client)s is cut off") % {"client": client.name},
        paragraphs=[
            _(
                "We cut %(client)s off, an OAuth client of your developer account. Its IDs, its secret and its tokens "
                "are dead. This is why:"
            )
            % {"client": client.name}
        ],
        quote=cutoff.reason,
        button=(_("Open the client"), link(f"/portal/clients/{client.pk.hex}")),
        closing=_("Write to %(support)s and say what happened and what you mended.")
        % {"support": settings.SUPPORT_EMAIL},
    )


@CLIENT_RESTORED.compose
def compose_client_restored(cutoff_id: UUID) -> Letter:
    client = _client(_cutoff(cutoff_id))
    return Letter(
        to=members(client.account.partner.pk, Permission.PARTNER_CLIENTS_MANAGE),
        subject=_("%(client)s is let in again") % {"client": client.name},
        paragraphs=[
            _("%(client)s, an OAuth client of your developer account, may work again. What it had before stays dead.")
            % {"client": client.name},
            _("It has a new client ID. Give that to your program.")
            if client.is_public
            else _("Regenerate its secret in the portal, and give the new ID and secret to your program."),
        ],
        button=(_("Open the client"), link(f"/portal/clients/{client.pk.hex}")),
    )


def _is_of_the_portal(cutoff: Cutoff) -> bool:
    return cutoff.client is not None and cutoff.client.kind == ClientKind.PORTAL


def _client(cutoff: Cutoff) -> OAuthClient:
    if cutoff.client is None or not _is_of_the_portal(cutoff):
        raise LookupError("a cut-off of no client of the portal")
    return cutoff.client


def _load(event_id: UUID) -> tuple[Event, Installation]:
    event = Event.objects.get(pk=event_id)
    found = Installation.objects.select_related("app__partner", "account")
    return event, found.get(pk=UUID(hex=event.subject_id))


def _names(installation: Installation) -> dict[str, str]:
    return {
        "app": installation.app.name,
        "account": installation.account.company_name,
        "partner": installation.app.partner.name,
    }


def _cutoff(cutoff_id: UUID) -> Cutoff:
    found = Cutoff.objects.select_related("client__app", "client__account__partner", "version__app", "app")
    return found.get(pk=cutoff_id)


def _app(cutoff: Cutoff) -> App | None:
    if cutoff.client is not None:
        return cutoff.client.app
    return cutoff.version.app if cutoff.version is not None else cutoff.app


def _scope(cutoff: Cutoff, app: App) -> str:
    if cutoff.client is not None:
        return _("We cut %(app)s off at %(account)s.") % {
            "app": app.name,
            "account": cutoff.client.account.company_name,
        }
    if cutoff.version is not None:
        return _("We cut version %(version)s of %(app)s off in every account.") % {
            "app": app.name,
            "version": cutoff.version.name,
        }
    return _("We cut %(app)s off in every account.") % {"app": app.name}
