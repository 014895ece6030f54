"""A client of the portal at work on its partner's own apps: which scopes give it what, and who answers for it.

What a program does in the management API is recorded as the client's doing. Wherever the house keeps a person beside
(who submitted, whom to write to), that is whoever made the client or changed it last, and once they have left, the
partner's first owner: a program does not stop because somebody went.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fondaco.accounts.permissions import Permission
from fondaco.identity.errors import NotAMachine
from fondaco.identity.models import ClientKind, OAuthClient
from fondaco.identity.tokens import AccessToken, note_use, verify_access_token
from fondaco.kit.errors import NotFound
from fondaco.partners.models import Member, MemberRole, Partner

PERMISSIONS: Final = {
    "partner-apps:read": frozenset({Permission.PARTNER_VIEW}),
    "partner-apps:write": frozenset({Permission.PARTNER_APPS_EDIT, Permission.PARTNER_LISTING_EDIT}),
    "partner-apps:publish": frozenset({Permission.PARTNER_PUBLISH}),
}


@dataclass(frozen=True, slots=True)
class Machine:
    """A token that a client of the portal got for itself, and the partner whose apps it may work on."""

    client: OAuthClient
    partner: Partner
    scopes: frozenset[str]

    @property
    def permissions(self) -> frozenset[Permission]:
        """What its scopes give; all of them let it look."""
        given = [PERMISSIONS[scope] for scope in self.scopes]
        return frozenset({Permission.PARTNER_VIEW}).union(*given)

    def member(self) -> Member:
        """The seat that it works from: a developer's, narrowed to the scopes. Only in memory, never to be saved."""
        colleagues = Member.objects.filter(partner=self.partner, is_active=True).select_related("partner", "person")
        member = colleagues.filter(person_id=self.client.responsible_id).first()
        member = member or colleagues.filter(role=MemberRole.OWNER).order_by("created_at").first()
        if member is None:
            raise NotFound
        member.role = MemberRole.DEVELOPER.value
        member.narrowed_to = frozenset(self.permissions)
        return member


def find_machine(plain: str) -> Machine:
    """Who stands behind an access token.

    Raises :class:`TokenRefused` for one that is not alive, and :class:`NotAMachine` for one that was not got for this:
    an installation's, a user's, or one without a scope of these.
    """
    token = verify_access_token(plain)
    scopes = token.scopes & PERMISSIONS.keys()
    partner = find_partner(token)
    if not scopes or partner is None:
        raise NotAMachine
    note_use(token.credentials)
    return Machine(token.client, partner, scopes)


def find_partner(token: AccessToken) -> Partner | None:
    """The partner whose own client got this token for itself; None for an installation's client, and for a user's."""
    if token.user is not None or token.client.kind != ClientKind.PORTAL:
        return None
    return Partner.objects.filter(developer_account_id=token.account_id).select_related("developer_account").first()


def scope_for(permission: Permission) -> str:
    """The scope that gives ``permission``, "" when none does."""
    return next((scope for scope, given in PERMISSIONS.items() if permission in given), "")
