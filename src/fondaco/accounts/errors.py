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


class NameMissing(Invalid):
    code = "name-missing"
    message = _("Write your name as others should see it, in 1 to 100 characters. Nothing was changed.")


class EmailUnreadable(Invalid):
    code = "email-unreadable"
    message = _("Write an e-mail address like ana@company.example. Nothing was changed.")


class SameEmail(Invalid):
    code = "same-email"
    message = _("This is your address already. Nothing was changed.")


class EmailTaken(Conflict):
    code = "email-taken"
    message = _("Someone else signs in with %(email)s. Your address stays as it was. Choose another one.")


class EmailChangeOver(Conflict):
    code = "email-change-over"
    message = _(
        "This link no longer opens: it was used, taken back or is more than a day old. Your address was not changed "
        "by it. Ask for the change again in your settings."
    )
