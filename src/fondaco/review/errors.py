"""Refusals of the review domain."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fondaco.kit.errors import Conflict, Forbidden, Invalid


class AlreadyDecided(Conflict):
    code = "already-decided"
    message = _(
        "%(name)s was faster: this submission is %(status)s. What you sent was not used and nothing was changed."
    )


class OwnWork(Forbidden):
    code = "own-work"
    message = _("You belong to the partner whose app this is, so someone else must decide on it. Nothing was changed.")


class FeedbackRequired(Invalid):
    code = "feedback-required"
    message = _("A rejection needs feedback that tells the partner what to change. Nothing was decided.")


class AlreadyTaken(Conflict):
    code = "already-taken"
    message = _(
        "%(name)s works on this submission. It was not given to you. Take another one, or ask %(name)s to hand it over."
    )


class NotTaken(Conflict):
    code = "not-taken"
    message = _("Nobody works on this submission, so there is nothing to give away. Nothing was changed.")


class NotSnoozed(Conflict):
    code = "not-snoozed"
    message = _("This submission is in the queue already. Nothing was changed.")


class SecondOpinionNeeded(Conflict):
    code = "second-opinion-needed"
    message = _(
        "You approved this submission already, and it needs the approval of another person, too. "
        "Yours is kept. Ask a colleague to look at it."
    )


class ConversationClosed(Conflict):
    code = "conversation-closed"
    message = _(
        "This submission is %(status)s, so the conversation about it has ended. Nothing was sent. "
        "Write to support, or in the conversation of the next submission."
    )


class NoReviewAccount(Conflict):
    code = "no-review-account"
    message = _(
        "There is no account yet in which reviewers install apps. Nothing was installed. "
        "Ask a partner manager to pick one on the page Reviews."
    )


class ReasonTitleTaken(Conflict):
    code = "reason-title-taken"
    message = _("A reason called “%(title)s” is kept already. Nothing was saved. Choose another title, or change that.")


class ReasonChanged(Conflict):
    code = "reason-changed"
    message = _(
        "%(name)s saved this reason while you were editing it. Yours was not saved and theirs was kept. "
        "Compare with how it is now and save again."
    )


class NotForReviews(Conflict):
    code = "not-for-reviews"
    message = _(
        "%(account)s is the developer account of a partner, whose people would see what others submit. "
        "Nothing was changed. Pick an account of the platform's own."
    )


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


class SampleOver(Conflict):
    code = "sample-over"
    message = _("%(name)s has looked at this sample already. What you sent was not used and nothing was changed.")


class OwnPartner(Forbidden):
    code = "own-partner"
    message = _("You belong to this partner, so someone else must decide whether to trust it. Nothing was changed.")
