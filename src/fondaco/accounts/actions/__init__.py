"""Writes of the accounts domain."""

from fondaco.accounts.actions.accounts import appoint_operator, create_account, create_person
from fondaco.accounts.actions.invitations import accept_invitation, invite, invite_user, withdraw_invitation
from fondaco.accounts.actions.users import add_user, change_user_role, deactivate_user, reactivate_user

__all__ = [
    "accept_invitation",
    "add_user",
    "appoint_operator",
    "change_user_role",
    "create_account",
    "create_person",
    "deactivate_user",
    "invite",
    "invite_user",
    "reactivate_user",
    "withdraw_invitation",
]
