"""Refusals of the catalog domain."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fondaco.kit.errors import Conflict, Invalid


class RevisionConflict(Conflict):
    code = "revision-conflict"
    message = _(
        "%(name)s saved this page while you were editing it. Your changes were not saved and theirs were kept. "
        "Compare the two below, then save again."
    )


class DraftTooLarge(Invalid):
    code = "draft-too-large"
    message = _(
        "What you typed is longer than a draft can hold, so the last changes are only in your browser. Shorten it."
    )


class ScopeMissing(Invalid):
    code = "scope-missing"
    message = _(
        "This version asks for something that its scopes do not allow: %(scopes)s is missing. Nothing was saved. "
        "Add the scope, or take back what needs it."
    )


class ContentLocked(Conflict):
    code = "content-locked"
    message = _(
        "This content is %(status)s and cannot be changed. Nothing was saved. "
        "Take it back from review, or create a new version once this one is published."
    )


class AnotherInReview(Conflict):
    code = "another-in-review"
    message = _(
        "The %(track)s content of version %(name)s is in review, and reviewers read one version of an app at a time. "
        "Nothing was submitted. Wait for its decision, or take it back first."
    )


class IconLocked(Conflict):
    code = "icon-locked"
    message = _(
        "The icon is part of a listing that is in review or published, so it was not changed. "
        "Ask the platform's support if it has to change."
    )


class SlugLocked(Conflict):
    code = "slug-locked"
    message = _("The address of this app is public since its first version became available. It was not changed.")


class TrialPlanLocked(Conflict):
    code = "trial-plan-locked"
    message = _("Every version has exactly one 30-day trial, which cannot be changed or removed. Nothing was saved.")


class PriceLocked(Conflict):
    code = "price-locked"
    message = _(
        "This version is available to customers, so its prices and licence limits stay as they are. "
        "Nothing was saved. Bring new prices with a new version."
    )


class ScreenshotsChanged(Conflict):
    code = "screenshots-changed"
    message = _(
        "The pictures of this listing are not the ones you saw: somebody added or removed one. Their order was not "
        "changed. Look at the list again, then order it."
    )


class ContentIncomplete(Invalid):
    code = "content-incomplete"
    message = _("Some required fields are missing or not right yet. Nothing was submitted. Complete what is listed.")


class NotApproved(Conflict):
    code = "not-approved"
    message = _(
        "This version cannot be made available: its technical content is %(status)s, and only approved content can. "
        "Nothing was changed."
    )


class NotPublished(Conflict):
    code = "not-published"
    message = _(
        "The technical content of this version is %(status)s, so there is nothing to take out of the marketplace. "
        "Nothing was changed."
    )


class AppRetired(Conflict):
    code = "app-retired"
    message = _("%(app)s is retired. It can still be read, but nothing of it can be changed. Nothing was changed now.")


class AlreadyRetired(Conflict):
    code = "already-retired"
    message = _("%(name)s is retired already. Nothing was changed.")


class NotDeprecated(Conflict):
    code = "not-deprecated"
    message = _(
        "Version %(name)s is not deprecated, and only a deprecated version can be retired by itself. "
        "Nothing was changed. Deprecate it first."
    )


class StillInReview(Conflict):
    code = "still-in-review"
    message = _(
        "Version %(name)s is in review. Nothing was changed. Take it back from review, or wait for the decision."
    )


class InTransfer(Conflict):
    code = "in-transfer"
    message = _("%(app)s is on its way to another partner. Nothing was changed. Let that end first.")


class TransferOpen(Conflict):
    code = "transfer-open"
    message = _("%(app)s is already offered to %(receiver)s. Nothing was sent. Take that offer back first.")


class TransferOver(Conflict):
    code = "transfer-over"
    message = _("This transfer was %(status)s in the meantime. Nothing was changed now.")


class OwnOffer(Conflict):
    code = "own-offer"
    message = _("You offered %(app)s, so its receiver answers. Nothing was changed. You can take the offer back.")


class NotAnswered(Conflict):
    code = "transfer-not-accepted"
    message = _("The receiving partner has not accepted this transfer yet. Nothing was changed.")


class TesterOver(Conflict):
    code = "test-account-over"
    message = _("This account's test of %(app)s was %(status)s in the meantime. Nothing was changed now.")


class TesterOpen(Conflict):
    code = "test-account-open"
    message = _("%(account)s is invited to test %(app)s already. Nothing was sent.")


class LinkMissing(Conflict):
    code = "install-link-off"
    message = _("This version has no installation link. Nothing was changed.")


class NothingPlanned(Conflict):
    code = "nothing-planned"
    message = _(
        "No time is set at which this version would be made available. Its technical content is %(status)s. "
        "Nothing was changed; someone may have been faster."
    )


class PlannerLeft(Conflict):
    code = "planner-left"
    message = _(
        "%(name)s, who set the time, may no longer publish this app. Nothing was changed. "
        "Someone who may can make the version available or set another time."
    )


class NoLongerComplete(Conflict):
    code = "no-longer-complete"
    message = _(
        "The technical content no longer has what the platform asks for: %(first)s Nothing was changed. "
        "Begin a new version as a copy, complete it and submit it."
    )


class AlreadyUnlisted(Conflict):
    code = "already-unlisted"
    message = _("This version is out of the marketplace already. Nothing was changed.")


class NotUnlisted(Conflict):
    code = "not-unlisted"
    message = _("This version was not taken out of the marketplace for a while. Nothing was changed.")


class AlreadyWithheld(Conflict):
    code = "already-withheld"
    message = _("The platform has taken this version out of the marketplace already. Nothing was changed.")


class NotWithheld(Conflict):
    code = "not-withheld"
    message = _("The platform does not keep this version out of the marketplace, so there is nothing to let in again.")


class NothingToWithhold(Conflict):
    code = "nothing-to-withhold"
    message = _(
        "Nothing of this version has passed a review, or it is deprecated already, so customers cannot newly install "
        "it. Nothing was changed."
    )


class BadImage(Invalid):
    code = "bad-image"
    message = _("This picture cannot be used. Nothing was saved.")
