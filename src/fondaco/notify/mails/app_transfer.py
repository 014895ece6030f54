"""The steps of an app's way to another partner: to the owners of both, and to the staff who confirm it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from fondaco.accounts.permissions import Permission
from fondaco.audit.models import Event
from fondaco.audit.recording import projects_jointly
from fondaco.catalog import events
from fondaco.catalog.models import AppTransfer
from fondaco.notify.letters import Letter, Mail, link
from fondaco.notify.recipients import members, operators
from fondaco.partners.models import Partner

OFFERED = Mail(
    "app_transfer_offered",
    when="an owner offers an app to another partner",
    to="the owners of the other partner",
    subject="⟨giver⟩ offers you ⟨app⟩",
)
ACCEPTED = Mail(
    "app_transfer_accepted",
    when="an offered app is accepted",
    to="the owners of the partner that offered it",
    subject="⟨receiver⟩ takes ⟨app⟩ over",
)
TO_CONFIRM = Mail(
    "app_transfer_to_confirm",
    when="an offered app is accepted",
    to="the partner managers",
    subject="To confirm: ⟨app⟩ from ⟨giver⟩ to ⟨receiver⟩",
)
DECLINED = Mail(
    "app_transfer_declined",
    when="an offered app is declined",
    to="the owners of the partner that offered it",
    subject="⟨receiver⟩ does not take ⟨app⟩ over",
)
WITHDRAWN = Mail(
    "app_transfer_withdrawn",
    when="the offer of an app is taken back",
    to="the owners of the partner that it was offered to",
    subject="⟨giver⟩ no longer offers ⟨app⟩",
)
EXPIRED_GIVER = Mail(
    "app_transfer_expired_giver",
    when="the offer of an app was not answered within 14 days",
    to="the owners of the partner that offered it",
    subject="The offer of ⟨app⟩ has run out",
)
EXPIRED_RECEIVER = Mail(
    "app_transfer_expired_receiver",
    when="the offer of an app was not answered within 14 days",
    to="the owners of the partner that it was offered to",
    subject="The offer of ⟨app⟩ has run out",
)
REFUSED_GIVER = Mail(
    "app_transfer_refused_giver",
    when="a partner manager does not confirm a transfer",
    to="the owners of the partner that offered the app",
    subject="The transfer of ⟨app⟩ was not confirmed",
)
REFUSED_RECEIVER = Mail(
    "app_transfer_refused_receiver",
    when="a partner manager does not confirm a transfer",
    to="the owners of the partner that accepted the app",
    subject="The transfer of ⟨app⟩ was not confirmed",
)
COMPLETED_GIVER = Mail(
    "app_transfer_completed_giver",
    when="a partner manager confirms a transfer",
    to="the owners of the partner that gave the app",
    subject="⟨app⟩ belongs to ⟨receiver⟩ now",
)
COMPLETED_RECEIVER = Mail(
    "app_transfer_completed_receiver",
    when="a partner manager confirms a transfer",
    to="the owners of the partner that received the app",
    subject="⟨app⟩ is yours now",
)
_SENT: Final[dict[str, tuple[Mail, ...]]] = {
    events.TRANSFER_OFFERED.name: (OFFERED,),
    events.TRANSFER_ACCEPTED.name: (ACCEPTED, TO_CONFIRM),
    events.TRANSFER_DECLINED.name: (DECLINED,),
    events.TRANSFER_WITHDRAWN.name: (WITHDRAWN,),
    events.TRANSFER_EXPIRED.name: (EXPIRED_GIVER, EXPIRED_RECEIVER),
    events.TRANSFER_REFUSED.name: (REFUSED_GIVER, REFUSED_RECEIVER),
    events.TRANSFER_COMPLETED.name: (COMPLETED_GIVER, COMPLETED_RECEIVER),
}


@projects_jointly(
    events.TRANSFER_OFFERED,
    events.TRANSFER_ACCEPTED,
    events.TRANSFER_DECLINED,
    events.TRANSFER_WITHDRAWN,
    events.TRANSFER_EXPIRED,
    events.TRANSFER_REFUSED,
    events.TRANSFER_COMPLETED,
)
def queue(happened: Sequence[tuple[Event, AppTransfer]]) -> None:
    """Each step is two facts, one for each partner, and one round of mails."""
    for kind, transfer in {(event.kind, transfer) for event, transfer in happened}:
        for mail in _SENT[kind]:
            mail.queue(transfer.pk)


@OFFERED.compose
def compose_offered(transfer_id: UUID) -> Letter | None:
    transfer = _load(transfer_id)
    if not transfer.is_offered:
        return None
    return Letter(
        to=_owners(transfer.receiver),
        subject=_("%(giver)s offers you %(app)s") % _names(transfer),
        paragraphs=[
            _("%(person)s of %(giver)s wants to hand %(app)s over to %(receiver)s, with its customers.")
            % _names(transfer),
            _("Read what moves before you decide. Nothing changes before the platform has confirmed it, too."),
        ],
        quote=transfer.note,
        button=(_("See what moves"), _page(transfer, transfer.receiver)),
        closing=_("The offer stands until %(day)s.") % {"day": date_format(transfer.expires_at, "j F Y")},
    )


@ACCEPTED.compose
def compose_accepted(transfer_id: UUID) -> Letter:
    transfer = _load(transfer_id)
    return Letter(
        to=_owners(transfer.giver),
        subject=_("%(receiver)s takes %(app)s over") % _names(transfer),
        paragraphs=[
            _("%(answerer)s of %(receiver)s accepted. %(app)s moves as soon as the platform has confirmed it.")
            % _names(transfer)
        ],
        button=(_("Open the transfer"), _page(transfer, transfer.giver)),
        closing=_("There is nothing to do until then."),
    )


@TO_CONFIRM.compose
def compose_to_confirm(transfer_id: UUID) -> Letter | None:
    transfer = _load(transfer_id)
    if not transfer.is_accepted:
        return None
    return Letter(
        to=operators(Permission.OPERATOR_PARTNERS),
        subject=_("To confirm: %(app)s from %(giver)s to %(receiver)s") % _names(transfer),
        paragraphs=[
            _("Both partners agree. It changes whom the customers pay, so it happens when one of you confirms it.")
        ],
        quote=transfer.note,
        button=(_("Decide"), link(f"/backoffice/transfers/{transfer.pk.hex}")),
    )


@DECLINED.compose
def compose_declined(transfer_id: UUID) -> Letter:
    transfer = _load(transfer_id)
    return Letter(
        to=_owners(transfer.giver),
        subject=_("%(receiver)s does not take %(app)s over") % _names(transfer),
        paragraphs=[_("%(answerer)s of %(receiver)s declined. %(app)s stays yours, unchanged.") % _names(transfer)],
        quote=transfer.reason,
        button=(_("Open the transfer"), _page(transfer, transfer.giver)),
        closing=_("You can offer it again, to this or to another partner."),
    )


@WITHDRAWN.compose
def compose_withdrawn(transfer_id: UUID) -> Letter:
    transfer = _load(transfer_id)
    return Letter(
        to=_owners(transfer.receiver),
        subject=_("%(giver)s no longer offers %(app)s") % _names(transfer),
        paragraphs=[
            _("The offer was taken back before you answered it. %(app)s stays with %(giver)s.") % _names(transfer)
        ],
        button=(_("Open the transfer"), _page(transfer, transfer.receiver)),
        closing=_("There is nothing to do."),
    )


@EXPIRED_GIVER.compose
def compose_expired_giver(transfer_id: UUID) -> Letter:
    transfer = _load(transfer_id)
    return _expired(transfer, transfer.giver)


@EXPIRED_RECEIVER.compose
def compose_expired_receiver(transfer_id: UUID) -> Letter:
    transfer = _load(transfer_id)
    return _expired(transfer, transfer.receiver)


@REFUSED_GIVER.compose
def compose_refused_giver(transfer_id: UUID) -> Letter:
    transfer = _load(transfer_id)
    return _refused(transfer, transfer.giver)


@REFUSED_RECEIVER.compose
def compose_refused_receiver(transfer_id: UUID) -> Letter:
    transfer = _load(transfer_id)
    return _refused(transfer, transfer.receiver)


@COMPLETED_GIVER.compose
def compose_completed_giver(transfer_id: UUID) -> Letter:
    transfer = _load(transfer_id)
    return Letter(
        to=_owners(transfer.giver),
        subject=_("%(app)s belongs to %(receiver)s now") % _names(transfer),
        paragraphs=[
            _("The platform confirmed the transfer. %(app)s is no longer in your portal.") % _names(transfer),
            _("Its programs go on at their addresses. Keep them alive until %(receiver)s has taken them over.")
            % _names(transfer),
        ],
        button=(_("Open the transfer"), _page(transfer, transfer.giver)),
    )


@COMPLETED_RECEIVER.compose
def compose_completed_receiver(transfer_id: UUID) -> Letter:
    transfer = _load(transfer_id)
    return Letter(
        to=_owners(transfer.receiver),
        subject=_("%(app)s is yours now") % _names(transfer),
        paragraphs=[
            _("The platform confirmed the transfer, and the customers are told.") % _names(transfer),
            _("The app has no contact addresses and no installation links until you set them."),
            _(
                "It has a new webhook secret. The one that its programs know signs beside it for a week only: if they "
                "check it, give them the new one, which is under Signatures."
            ),
        ],
        button=(
            _("Open the app"),
            link(f"/portal/apps/{transfer.app_id.hex}", place=f"partner:{transfer.receiver_id.hex}"),
        ),
    )


def _expired(transfer: AppTransfer, to: Partner) -> Letter:
    return Letter(
        to=_owners(to),
        subject=_("The offer of %(app)s has run out") % _names(transfer),
        paragraphs=[
            _("%(receiver)s did not answer within 14 days. %(app)s stays with %(giver)s, unchanged.") % _names(transfer)
        ],
        button=(_("Open the transfer"), _page(transfer, to)),
        closing=_("%(giver)s can offer it again.") % _names(transfer),
    )


def _refused(transfer: AppTransfer, to: Partner) -> Letter:
    return Letter(
        to=_owners(to),
        subject=_("The transfer of %(app)s was not confirmed") % _names(transfer),
        paragraphs=[_("%(app)s stays with %(giver)s, unchanged.") % _names(transfer)],
        quote=transfer.reason,
        button=(_("Open the transfer"), _page(transfer, to)),
        closing=_("Once that is settled, %(giver)s can offer it again.") % _names(transfer),
    )


def _owners(partner: Partner) -> list[str]:
    return members(partner.pk, Permission.PARTNER_APPS_TRANSFER)


def _page(transfer: AppTransfer, reader: Partner) -> str:
    return link(f"/portal/transfers/{transfer.pk.hex}", place=f"partner:{reader.pk.hex}")


def _load(transfer_id: UUID) -> AppTransfer:
    return AppTransfer.objects.select_related("app", "giver", "receiver").get(pk=transfer_id)


def _names(transfer: AppTransfer) -> dict[str, str]:
    return {
        "app": transfer.app.name,
        "giver": transfer.giver.name,
        "receiver": transfer.receiver.name,
        "person": transfer.offered_by,
        "answerer": transfer.answered_by,
    }
