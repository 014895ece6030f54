"""Refusals of the review domain."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fondaco.kit.errors import Conflict, Forbidden, Invalid


class AlreadyDecided(Conflict):
    code = "already-decided"
    message = _(
        "%(name)s was faster: this submission is %(status)s. Your decision was not used and nothing was changed."
    )


class OwnWork(Forbidden):
    code = "own-work"
    message = _("You belong to the partner whose app this is, so someone else must decide on it. Nothing was changed.")


class FeedbackRequired(Invalid):
    code = "feedback-required"
    message = _("A rejection needs feedback that tells the partner what to change. Nothing was decided.")


class FindingsBlock(Conflict):
    code = "findings-block"
    message = _(
        "The checks found what must be mended first: %(checks)s. Nothing was submitted or decided. "
        "Mend it and run the checks again, or ask a reviewer to waive it."
    )


class ChecksRunning(Conflict):
    code = "checks-running"
    message = _(
        "The checks of exactly this content have not finished. Nothing was decided. "
        "Wait for them, or run them again when they were abandoned."
    )


class AlreadyWaived(Conflict):
    code = "already-waived"
    message = _(
        "%(name)s waived this check for the app already, until %(day)s. Nothing was changed. "
        "Withdraw that waiver first if another reason or end is right."
    )


class WaiverOver(Conflict):
    code = "waiver-over"
    message = _("This waiver is withdrawn already. Nothing was changed.")


class NotTrusted(Conflict):
    code = "not-trusted"
    message = _("%(name)s is not trusted, so there is nothing to withdraw. Nothing was changed.")


class OwnPartner(Forbidden):
    code = "own-partner"
    message = _("You belong to this partner, so someone else must decide whether to trust it. Nothing was changed.")
