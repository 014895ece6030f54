"""Writes of the accounts domain."""

from fondaco.accounts.actions.accounts import appoint_operator, create_account, create_person
from fondaco.accounts.actions.founding import admit_operator, open_account
from fondaco.accounts.actions.invitations import (
    accept_invitation,
    check_pace,
    check_resend_rate,
    invite,
    invite_user,
    resend,
    resend_invitation,
    withdraw,
    withdraw_invitation,
)
from fondaco.accounts.actions.people import (
    confirm_email,
    forget_email_change,
    prove_email,
    rename_person,
    request_email_change,
    withdraw_email_change,
)
from fondaco.accounts.actions.roles import create_role, delete_role, edit_role
from fondaco.accounts.actions.staff import (
    appoint_staff,
    change_staff_roles,
    deactivate_operator,
    resend_staff_invitation,
    withdraw_staff_invitation,
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
    "appoint_staff",
    "change_staff_roles",
    "change_user_role",
    "check_pace",
    "check_resend_rate",
    "confirm_email",
    "create_account",
    "create_person",
    "create_role",
    "deactivate_operator",
    "deactivate_user",
    "delete_role",
    "edit_role",
    "end_seat",
    "forget_email_change",
    "invite",
    "invite_user",
    "open_account",
    "prove_email",
    "reactivate_user",
    "rename_person",
    "request_email_change",
    "resend",
    "resend_invitation",
    "resend_staff_invitation",
    "restore_seat",
    "withdraw",
    "withdraw_email_change",
    "withdraw_invitation",
    "withdraw_staff_invitation",
]
