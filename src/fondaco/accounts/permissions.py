"""Every permission there is. Views and endpoints name the one they need; roles are sets of them."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    """``apps.* people.* …`` are held by account roles, ``partner.*`` by partner members, ``operator.*`` by staff."""

    APPS_VIEW = "apps.view"
    APPS_INSTALL = "apps.install"
    APPS_LAUNCH = "apps.launch"
    APPS_MANAGE = "apps.manage"
    PEOPLE_VIEW = "people.view"
    PEOPLE_MANAGE = "people.manage"
    ROLES_MANAGE = "roles.manage"
    SIGN_IN_MANAGE = "sign_in.manage"
    BILLING_MANAGE = "billing.manage"
    SUPPORT_ASK = "support.ask"

    PARTNER_VIEW = "partner.view"
    PARTNER_APPS_EDIT = "partner.apps.edit"
    PARTNER_LISTING_EDIT = "partner.listing.edit"
    PARTNER_PUBLISH = "partner.publish"
    PARTNER_CLIENTS_MANAGE = "partner.clients.manage"
    PARTNER_MEMBERS_MANAGE = "partner.members.manage"
    PARTNER_REVENUE_VIEW = "partner.revenue.view"
    PARTNER_APPS_TRANSFER = "partner.apps.transfer"
    PARTNER_SUPPORT = "partner.support"

    OPERATOR_VIEW = "operator.view"
    OPERATOR_PARTNERS = "operator.partners"
    OPERATOR_REVIEW_TECHNICAL = "operator.review.technical"
    OPERATOR_REVIEW_LISTING = "operator.review.listing"
    OPERATOR_SUPPORT = "operator.support"
    OPERATOR_ACCESS_REVOKE = "operator.access.revoke"
    OPERATOR_CLIENTS_MANAGE = "operator.clients.manage"
    OPERATOR_FINANCE = "operator.finance"
    OPERATOR_STAFF_MANAGE = "operator.staff.manage"


LABELS: Final[dict[Permission, Promise]] = {
    Permission.APPS_VIEW: _("AppConnect visible"),
    Permission.APPS_INSTALL: _("Install"),
    Permission.APPS_LAUNCH: _("Launch"),
    Permission.APPS_MANAGE: _("Manage"),
    Permission.PEOPLE_VIEW: _("See people"),
    Permission.PEOPLE_MANAGE: _("Manage people"),
    Permission.ROLES_MANAGE: _("Manage roles"),
    Permission.SIGN_IN_MANAGE: _("Manage sign-in"),
    Permission.BILLING_MANAGE: _("Billing"),
    Permission.SUPPORT_ASK: _("Support"),
    Permission.PARTNER_VIEW: _("See the portal"),
    Permission.PARTNER_APPS_EDIT: _("Edit apps"),
    Permission.PARTNER_LISTING_EDIT: _("Edit listings"),
    Permission.PARTNER_PUBLISH: _("Publish"),
    Permission.PARTNER_CLIENTS_MANAGE: _("Manage OAuth clients"),
    Permission.PARTNER_MEMBERS_MANAGE: _("Manage members"),
    Permission.PARTNER_REVENUE_VIEW: _("See revenue"),
    Permission.PARTNER_APPS_TRANSFER: _("Transfer and retire apps"),
    Permission.PARTNER_SUPPORT: _("Support"),
    Permission.OPERATOR_VIEW: _("See the backoffice"),
    Permission.OPERATOR_PARTNERS: _("Admit partners"),
    Permission.OPERATOR_REVIEW_TECHNICAL: _("Review technical content"),
    Permission.OPERATOR_REVIEW_LISTING: _("Review listings"),
    Permission.OPERATOR_SUPPORT: _("Support accounts"),
    Permission.OPERATOR_ACCESS_REVOKE: _("Cut off access"),
    Permission.OPERATOR_CLIENTS_MANAGE: _("Manage own APIs"),
    Permission.OPERATOR_FINANCE: _("Finance"),
    Permission.OPERATOR_STAFF_MANAGE: _("Manage staff"),
}
"""What a permission is called on pages; the first four as customers know them (DOMAIN 7.4)."""

EXPLANATIONS: Final[dict[Permission, Promise]] = {
    Permission.APPS_VIEW: _("Sees the My Apps page."),
    Permission.APPS_INSTALL: _("Installs apps for the account, which is an order on the account's behalf."),
    Permission.APPS_LAUNCH: _("Sees and launches the installed apps that they hold a licence for."),
    Permission.APPS_MANAGE: _("Changes users, plan and settings of installed apps, and removes them."),
    Permission.PEOPLE_VIEW: _("Sees who belongs to the account."),
    Permission.PEOPLE_MANAGE: _("Invites people, changes their role and deactivates them."),
    Permission.ROLES_MANAGE: _("Creates roles and decides what they may do."),
    Permission.SIGN_IN_MANAGE: _("Decides how people sign in, e.g. through the company's own directory."),
    Permission.BILLING_MANAGE: _("Sees and pays what the account owes."),
    Permission.SUPPORT_ASK: _("Opens, reads and answers support tickets of the account."),
    Permission.PARTNER_VIEW: _("Sees the partner's apps and where they stand."),
    Permission.PARTNER_APPS_EDIT: _(
        "Registers apps, edits versions and technical content, and submits them; sends events again."
    ),
    Permission.PARTNER_LISTING_EDIT: _("Edits and submits listing content and plans."),
    Permission.PARTNER_PUBLISH: _("Makes approved versions available to customers."),
    Permission.PARTNER_CLIENTS_MANAGE: _("Makes OAuth clients for the developer account, sees and renews their keys."),
    Permission.PARTNER_MEMBERS_MANAGE: _("Invites colleagues and decides their role."),
    Permission.PARTNER_REVENUE_VIEW: _("Sees what the partner's apps earn."),
    Permission.PARTNER_APPS_TRANSFER: _("Gives apps to other partners, takes them over, and retires them for good."),
    Permission.PARTNER_SUPPORT: _("Opens support tickets for the partner, and answers in customers' about its apps."),
    Permission.OPERATOR_VIEW: _("Enters the backoffice."),
    Permission.OPERATOR_PARTNERS: _("Accepts, questions and rejects requests to become a partner."),
    Permission.OPERATOR_REVIEW_TECHNICAL: _("Decides on technical content."),
    Permission.OPERATOR_REVIEW_LISTING: _("Decides on listing content."),
    Permission.OPERATOR_SUPPORT: _("Answers tickets, looks into any account's installations and mends them."),
    Permission.OPERATOR_ACCESS_REVOKE: _("Cuts programs off at once: one token, an installation, a whole app."),
    Permission.OPERATOR_CLIENTS_MANAGE: _(
        "Gives the platform's own APIs credentials to check tokens of every account, renews and ends them."
    ),
    Permission.OPERATOR_FINANCE: _("Closes invoices and pays partners."),
    Permission.OPERATOR_STAFF_MANAGE: _("Appoints staff and gives them roles that they hold themselves."),
}

ADMIN: Final = frozenset(p for p in Permission if not p.startswith(("partner.", "operator.")))
"""Everything that a role of an account can hold, and what Admin always holds, whatever a later release adds."""
SUPERVISOR: Final = frozenset(
    {Permission.APPS_VIEW, Permission.APPS_LAUNCH, Permission.PEOPLE_VIEW, Permission.SUPPORT_ASK}
)
AGENT: Final = frozenset[Permission]()
"""Agents see nothing of My Apps until a role gives them Launch (DOMAIN 7.4)."""


class OperatorRole(StrEnum):
    """What an operator is responsible for; one person may hold several."""

    PARTNER_MANAGER = "partner_manager"
    TECHNICAL_REVIEWER = "technical_reviewer"
    MARKETING_REVIEWER = "marketing_reviewer"
    SUPPORT = "support"
    FINANCE = "finance"


OPERATOR_ROLES: Final[dict[OperatorRole, frozenset[Permission]]] = {
    OperatorRole.PARTNER_MANAGER: frozenset(
        {Permission.OPERATOR_VIEW, Permission.OPERATOR_PARTNERS, Permission.OPERATOR_STAFF_MANAGE}
    ),
    OperatorRole.TECHNICAL_REVIEWER: frozenset(
        {
            Permission.OPERATOR_VIEW,
            Permission.OPERATOR_REVIEW_TECHNICAL,
            Permission.OPERATOR_ACCESS_REVOKE,
            Permission.OPERATOR_CLIENTS_MANAGE,
        }
    ),
    OperatorRole.MARKETING_REVIEWER: frozenset({Permission.OPERATOR_VIEW, Permission.OPERATOR_REVIEW_LISTING}),
    OperatorRole.SUPPORT: frozenset(
        {Permission.OPERATOR_VIEW, Permission.OPERATOR_SUPPORT, Permission.OPERATOR_ACCESS_REVOKE}
    ),
    OperatorRole.FINANCE: frozenset({Permission.OPERATOR_VIEW, Permission.OPERATOR_FINANCE}),
}


def narrow(permissions: frozenset[Permission], to: frozenset[str] | None) -> frozenset[Permission]:
    """What is left of ``permissions`` to who acts with less than all of them; None leaves all."""
    return permissions if to is None else frozenset(one for one in permissions if one in to)
