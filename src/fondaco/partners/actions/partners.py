"""Creating a partner with its developer account (FAQ 6 and 8)."""

from __future__ import annotations

from typing import Final

from django.db import IntegrityError, transaction

from fondaco.accounts.actions import create_account
from fondaco.accounts.models import Account
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.kit.ids import new_slug
from fondaco.partners import events
from fondaco.partners.errors import PartnerNameTaken
from fondaco.partners.models import DeveloperGrant, GrantKind, Partner, PartnerApplication

FREE_LICENCES: Final = 3
FREE_CREDIT_MINOR: Final = 25_00
_SLUG_LENGTH: Final = 36  # leaves room for a number when the name is taken


def create_partner(
    *, actor: Actor, name: str, website: str, contact_email: str, application: PartnerApplication | None = None
) -> Partner:
    """Creates the partner, its sandbox account, and what that account is given for free. A step."""
    account = create_account(actor=actor, name=_free_account_name(name), company_name=name, is_sandbox=True)
    try:
        with transaction.atomic():
            partner = Partner.objects.create(
                name=name,
                website=website,
                contact_email=contact_email,
                developer_account=account,
                application=application,
            )
    except IntegrityError as error:
        raise PartnerNameTaken(name=name) from error
    record(events.PARTNER_CREATED, partner, actor=actor, partner_id=partner.pk, data={"name": name})
    for grant in (
        DeveloperGrant(account=account, kind=GrantKind.LICENCES, quantity=FREE_LICENCES),
        DeveloperGrant(account=account, kind=GrantKind.CREDIT, amount_minor=FREE_CREDIT_MINOR),
    ):
        grant.save()
        record(
            events.DEVELOPER_GRANT_GIVEN,
            grant,
            actor=actor,
            account_id=account.pk,
            partner_id=partner.pk,
            data={"kind": grant.kind, "quantity": grant.quantity, "amount_minor": grant.amount_minor},
        )
    return partner


def _free_account_name(name: str) -> str:
    base = f"{new_slug(name)[:_SLUG_LENGTH].strip('-') or 'partner'}"
    taken = set(Account.objects.filter(name__startswith=base).values_list("name", flat=True))
    candidate, number = base, 2
    while candidate in taken:
        candidate, number = f"{base}-{number}", number + 1
    return candidate
