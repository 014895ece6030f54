"""Mails that are not taken in."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fondaco.kit.errors import Forbidden, Invalid


class ReplyRefused(Forbidden):
    code = "reply-refused"
    message = _(
        "This mail was not taken in: it was not sent from the address of someone who may answer here. "
        "Answer from the address that you sign in with, or on the page."
    )


class ReplyUnreadable(Invalid):
    code = "reply-unreadable"
    message = _("This mail was not taken in: %(problem)s Write it again on the page.")
