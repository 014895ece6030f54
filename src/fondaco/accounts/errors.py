"""Refusals of the accounts domain."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fondaco.kit.errors import Conflict, DomainError, Invalid


class AccountNameTaken(Conflict):
    code = "account-name-taken"
    message = _("Another account is already called “%(name)s”. Nothing was created. Choose another name.")


class LastAdmin(Conflict):
    code = "last-admin"
    message = _(
        "%(name)s is the last administrator of this account. Nothing was changed. "
        "Make someone else an administrator first."
    )


class MayNotGive(DomainError):
    """Nobody hands on more than they have, nor decides about who has more."""

    code = "may-not-give"
    status = 403
    message = _(
        "This takes permissions that you do not have yourself: %(missing)s. Nothing was changed. "
        "Ask an administrator to do it."
    )


class RoleFixed(Conflict):
    code = "role-fixed"
    message = _(
        "“%(name)s” belongs to every account. Nothing was changed. Admin always has every permission, and none of the "
        "three first roles can be deleted."
    )


class RoleInUse(Conflict):
    code = "role-in-use"
    message = _(
        "“%(name)s” is still used: by people, also those who are deactivated, by an open invitation, or by the "
        "account's sign-in. Nothing was deleted. Give them another role first."
    )


class RoleNameTaken(Conflict):
    code = "role-name-taken"
    message = _("This account already has a role called “%(name)s”. Nothing was saved. Choose another name.")


class RoleChanged(Conflict):
    code = "role-changed"
    message = _(
        "Someone else saved “%(name)s” while you were editing it. Nothing of yours was saved. "
        "Compare with how it is now and save again."
    )


class LastStaffManager(Conflict):
    code = "last-staff-manager"
    message = _(
        "%(name)s is the last one who can decide about staff. Nothing was changed. "
        "Give someone else that responsibility first."
    )


class NotOneself(Conflict):
    code = "not-oneself"
    message = _("You cannot take your own post away. Nothing was changed. Ask a colleague to do it.")


class RoleNotHeld(DomainError):
    code = "role-not-held"
    status = 403
    message = _(
        "You can only give responsibilities that you have yourself; you lack: %(roles)s. Nothing was changed. "
        "Ask a colleague who has them, or whoever runs the machine."
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
    """Of one that was accepted, ``accepted_by`` is the primary key of who did, and ``place`` the key of the place."""

    code = "invitation-over"
    message = _(
        "This invitation can no longer be used: it was accepted, taken back, or is too old. "
        "Ask the person who invited you for a new one."
    )
    accepted = _(
        "This invitation was accepted already. Nothing was changed. "
        "If it was you, sign in with your address and your password; you need no other invitation."
    )


class JoinedMeanwhile(Conflict):
    """Someone was about to get a login, and another window was faster."""

    code = "joined-meanwhile"
    message = _(
        "There is a login with the address %(email)s since a moment ago. Nothing more was done. "
        "Begin once more, and sign in with it."
    )


class InvitationUnreadable(Conflict):
    code = "invitation-unreadable"
    message = _("This link is not complete. Open it again from the mail, or copy all of it into the address bar.")


class PasswordTooWeak(Invalid):
    code = "password-too-weak"
    message = _("This password is easy to guess. Nothing was saved. Choose another one.")


class NameMissing(Invalid):
    code = "name-missing"
    message = _("Write your name as others should see it, in 1 to 100 visible characters. Nothing was changed.")


class EmailUnreadable(Invalid):
    code = "email-unreadable"
    message = _("Write an e-mail address like ana@company.example. Nothing was changed.")


class SameEmail(Invalid):
    code = "same-email"
    message = _("This is your address already. Nothing was changed.")


class EmailTaken(Conflict):
    code = "email-taken"
    message = _("Someone else signs in with %(email)s. Your address stays as it was. Choose another one.")


class EmailLinkOver(Conflict):
    code = "email-link-over"
    message = _(
        "This link no longer opens: it was used, taken back or is more than a day old. Nothing was changed by it. "
        "Ask for the change again in your settings, or sign in once more to get another link."
    )
