"""What people read for an operator's responsibility, and for the state of an invitation."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fondaco.accounts.permissions import OperatorRole
from fondaco.accounts.states import InvitationStatus

OPERATOR_ROLE_LABELS: Final[dict[OperatorRole, Promise]] = {
    OperatorRole.PARTNER_MANAGER: _("Partner manager"),
    OperatorRole.TECHNICAL_REVIEWER: _("Technical reviewer"),
    OperatorRole.MARKETING_REVIEWER: _("Marketing reviewer"),
    OperatorRole.SUPPORT: _("Support"),
    OperatorRole.FINANCE: _("Finance"),
}
OPERATOR_ROLE_EXPLANATIONS: Final[dict[OperatorRole, Promise]] = {
    OperatorRole.PARTNER_MANAGER: _("admits partners and appoints staff"),
    OperatorRole.TECHNICAL_REVIEWER: _("decides on technical content, cuts programs off, lets own APIs check tokens"),
    OperatorRole.MARKETING_REVIEWER: _("decides on listing content"),
    OperatorRole.SUPPORT: _("looks into accounts and mends installations, and can cut programs off"),
    OperatorRole.FINANCE: _("closes invoices and pays partners"),
}
INVITATION_LABELS: Final[dict[InvitationStatus, Promise]] = {
    InvitationStatus.PENDING: _("Open"),
    InvitationStatus.ACCEPTED: _("Accepted"),
    InvitationStatus.WITHDRAWN: _("Taken back"),
    InvitationStatus.EXPIRED: _("Expired"),
}
