"""Programs of the operator's own: APIs that check tokens of every account with ``fondaco.resource_server``.

Each is a client of an account of the platform's own, in which nobody has a seat. It can get no token; all that it may
is ask what access tokens are worth. ``by`` is the operator who decides, or None for whoever runs the machine, from the
command line. Every change needs a reason, which goes into the audit trail.
"""

from __future__ import annotations

from itertools import count
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from fondaco.accounts.actions import create_account
from fondaco.accounts.models import PLATFORM, Account, Operator
from fondaco.accounts.permissions import Permission
from fondaco.accounts.policies import check_operator_can
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.catalog.validation import FieldProblems
from fondaco.identity import events
from fondaco.identity.actions.clients import IssuedCredentials, create_client, issue_credentials, revoke_client
from fondaco.identity.actions.rotation import rotate_credentials
from fondaco.identity.errors import ProgramNameTaken
from fondaco.identity.introspection import SCOPE
from fondaco.identity.models import ClientKind, OAuthClient
from fondaco.identity.states import ClientStatus
from fondaco.kit.errors import NotFound

ACCOUNT_NAME: Final = "platform"
_LONGEST_NAME: Final = 100
_LONGEST_REASON: Final = 1000


def create_operator_client(*, actor: Actor, by: Operator | None, name: str, reason: str) -> IssuedCredentials:
    """Credentials with which an API may ask about access tokens of every account; the secret leaves once.

    Raises :class:`ProgramNameTaken` while another one is called so.
    """
    with transaction.atomic(durable=True):
        _check(by)
        found = FieldProblems()
        name = found.text("name", name, most=_LONGEST_NAME, least=1)
        reason = _reason(found, reason)
        found.raise_if_any()
        account = _own_account(actor)
        living = account.oauth_clients.filter(kind=ClientKind.OPERATOR).exclude(status=ClientStatus.REVOKED)
        if living.filter(name=name).exists():
            raise ProgramNameTaken(name=name)
        client = create_client(
            actor=actor,
            account=account,
            name=name,
            kind=ClientKind.OPERATOR,
            scopes=[SCOPE],
            redirect_uris=[],
            grant_types=[],
        )
        client.responsible = by.person if by else None
        client.save(update_fields=["responsible"])
        data = {"name": name, "reason": reason}
        record(events.OPERATOR_CLIENT_ADMITTED, client, actor=actor, account_id=account.pk, data=data)
        return issue_credentials(actor=actor, client=client, algorithm="")


def rotate_operator_client(
    *, actor: Actor, by: Operator | None, client: OAuthClient, reason: str, is_forced: bool = False
) -> IssuedCredentials:
    """A new ID and secret. The old ones work for seven days more, or (``is_forced``) end with this commit.

    Raises :class:`RotationUnderWay` while an earlier overlap runs, unless forced.
    """
    with transaction.atomic(durable=True):
        locked, reason = _open(by, client, reason)
        rotate_credentials(actor=actor, clients=[locked], is_forced=is_forced, reason=reason)
        return issue_credentials(actor=actor, client=locked, algorithm="")


def delete_operator_client(*, actor: Actor, by: Operator | None, client: OAuthClient, reason: str) -> None:
    """Ends the program: it may ask nothing more from this commit on, and is listed no more."""
    with transaction.atomic(durable=True):
        locked, reason = _open(by, client, reason)
        revoke_client(actor=actor, client=locked, reason=reason)


def _check(by: Operator | None) -> None:
    if by is not None:
        check_operator_can(by, Permission.OPERATOR_CLIENTS_MANAGE)


def _open(by: Operator | None, client: OAuthClient, reason: str) -> tuple[OAuthClient, str]:
    """The client, locked for this change, and the reason as it is kept."""
    _check(by)
    found = FieldProblems()
    reason = _reason(found, reason)
    found.raise_if_any()
    operators = OAuthClient.objects.filter(kind=ClientKind.OPERATOR).exclude(status=ClientStatus.REVOKED)
    locked = operators.select_for_update(of=("self",)).select_related("account").filter(pk=client.pk).first()
    if locked is None:
        raise NotFound
    return locked, reason


def _reason(found: FieldProblems, reason: str) -> str:
    if not reason.strip():
        found.add("reason", _("Write the reason."))
        return ""
    return found.text("reason", reason, most=_LONGEST_REASON, lines=True)


def _own_account(actor: Actor) -> Account:
    """The platform's own account, made for its first program; locked, so that names of programs stay unique."""
    own = Account.objects.select_for_update().filter(features__contains=[PLATFORM]).order_by("pk").first()
    if own is not None:
        return own
    names = (f"{ACCOUNT_NAME}-{number}" if number > 1 else ACCOUNT_NAME for number in count(1))
    name = next(name for name in names if not Account.objects.filter(name=name).exists())  # a customer may be called so
    return create_account(
        actor=actor, name=name, company_name=settings.PLATFORM_NAME, is_sandbox=True, features=[PLATFORM]
    )
