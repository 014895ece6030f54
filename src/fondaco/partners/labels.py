"""What people read for a member's role."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fondaco.partners.models import MemberRole

ROLE_LABELS: Final[dict[MemberRole, Promise]] = {
    MemberRole.OWNER: _("Owner"),
    MemberRole.DEVELOPER: _("Developer"),
    MemberRole.MARKETING: _("Marketing"),
    MemberRole.FINANCE: _("Finance"),
}
ROLE_EXPLANATIONS: Final[dict[MemberRole, Promise]] = {
    MemberRole.OWNER: _("does everything, and decides who belongs to the partner"),
    MemberRole.DEVELOPER: _("registers apps, edits and submits versions, publishes them"),
    MemberRole.MARKETING: _("edits and submits listings and plans"),
    MemberRole.FINANCE: _("sees what the apps earn"),
}
