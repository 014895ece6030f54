"""Refusals of the accounts domain."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fondaco.kit.errors import Conflict, Invalid


class AccountNameTaken(Conflict):
    code = "account-name-taken"
    message = _("Another account is already called “%(name)s”. Nothing was created. Choose another name.")


class LastAdmin(Conflict):
    code = "last-admin"
    message = _(
        "%(name)s is the last administrator of this account. Nothing was changed. "
        "Make someone else an administrator first."
    )


class AlreadyHere(Conflict):
    code = "already-a-member"
    message = _("%(email)s already belongs to %(place)s. Nothing was changed.")


class AlreadyInvited(Conflict):
    code = "already-invited"
    message = _(
        "An invitation to %(email)s is still open. Nothing was sent again. "
        "Take the open one back first if you want to send another."
    )


class InvitationOver(Conflict):
    code = "invitation-over"
    message = _(
        "This invitation can no longer be used: it was accepted, taken back, or is too old. "
        "Ask the person who invited you for a new one."
    )


class InvitationUnreadable(Conflict):
    code = "invitation-unreadable"
    message = _("This link is not complete. Open it again from the mail, or copy all of it into the address bar.")


class PasswordTooWeak(Invalid):
    code = "password-too-weak"
    message = _("This password is easy to guess. Nothing was saved. Choose another one.")
