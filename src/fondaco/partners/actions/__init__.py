"""Writes of the partners domain."""

from fondaco.partners.actions.applications import (
    answer_application,
    apply_to_become_partner,
    approve_application,
    question_application,
    reject_application,
    verify_application,
)
from fondaco.partners.actions.members import (
    add_member,
    change_member_role,
    invite_member,
    invite_owner,
    remove_member,
    resend_member_invitation,
    withdraw_member_invitation,
)
from fondaco.partners.actions.partners import create_partner

__all__ = [
    "add_member",
    "answer_application",
    "apply_to_become_partner",
    "approve_application",
    "change_member_role",
    "create_partner",
    "invite_member",
    "invite_owner",
    "question_application",
    "reject_application",
    "remove_member",
    "resend_member_invitation",
    "verify_application",
    "withdraw_member_invitation",
]
