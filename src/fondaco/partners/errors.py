"""Refusals of the partners domain."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fondaco.kit.errors import Conflict


class ApplicationLinkUnreadable(Conflict):
    code = "application-link-unreadable"
    message = _("This link is not complete or not ours. Open it again from the mail, or copy all of it.")


class AlreadyApplied(Conflict):
    code = "already-applied"
    message = _(
        "A request from %(email)s is already with us. Nothing was sent again; we will answer the first one by mail."
    )


class PartnerNameTaken(Conflict):
    code = "partner-name-taken"
    message = _("A partner called “%(name)s” already exists. Nothing was changed.")


class HasOwner(Conflict):
    code = "partner-has-owner"
    message = _("%(name)s has an owner, who can invite others. Nothing was sent.")


class LastOwner(Conflict):
    code = "last-owner"
    message = _("%(name)s is the last owner of this partner. Nothing was changed. Make someone else an owner first.")
