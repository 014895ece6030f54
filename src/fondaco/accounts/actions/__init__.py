"""Writes of the accounts domain."""

from fondaco.accounts.actions.accounts import appoint_operator, create_account, create_person
from fondaco.accounts.actions.founding import admit_operator, open_account
from fondaco.accounts.actions.invitations import accept_invitation, invite, invite_user, withdraw, withdraw_invitation
from fondaco.accounts.actions.people import (
    confirm_email_change,
    rename_person,
    request_email_change,
    withdraw_email_change,
)
from fondaco.accounts.actions.users import (
    add_user,
    change_user_role,
    deactivate_user,
    end_seat,
    reactivate_user,
    restore_seat,
)

__all__ = [
    "accept_invitation",
    "add_user",
    "admit_operator",
    "appoint_operator",
    "change_user_role",
    "confirm_email_change",
    "create_account",
    "create_person",
    "deactivate_user",
    "end_seat",
    "invite",
    "invite_user",
    "open_account",
    "reactivate_user",
    "rename_person",
    "request_email_change",
    "restore_seat",
    "withdraw",
    "withdraw_email_change",
    "withdraw_invitation",
]
