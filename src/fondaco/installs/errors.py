"""Refusals of the installs domain."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fondaco.kit.errors import Conflict, Forbidden, Invalid


class AlreadyInstalled(Conflict):
    code = "already-installed"
    message = _("%(app)s is already in My Apps of this account. Nothing was ordered. Open it there instead.")


class NotInstallable(Conflict):
    code = "not-installable"
    message = _("This version cannot be installed here: %(reason)s Nothing was ordered.")


class PlanElsewhere(Invalid):
    code = "plan-not-offered"
    message = _("This plan does not belong to the version that you are installing. Nothing was ordered. Choose again.")


class TrialUsed(Conflict):
    code = "trial-used"
    message = _(
        "This account has already tried %(app)s, and an app can be tried once. Nothing was ordered. Choose a paid plan."
    )


class TrialNotRunning(Conflict):
    code = "trial-not-running"
    message = _("No trial of %(app)s runs here, and only one that runs can be extended. Nothing was changed.")


class UsersUnusable(Invalid):
    code = "users-unusable"
    message = _("The chosen users do not fit. Nothing was ordered. Correct the list and try again.")


class ConsentOutdated(Conflict):
    code = "consent-outdated"
    message = _(
        "What this app may access is not what you agreed to. Nothing was ordered. "
        "Read the permissions again and agree anew."
    )


class SettingsUnusable(Invalid):
    code = "settings-unusable"
    message = _("These settings do not fit. Nothing was changed. Correct them and try again.")


class SettingsMoved(Conflict):
    code = "settings-moved"
    message = _(
        "Somebody changed %(app)s while you looked at it. Your change was not made. Look at what is in force now."
    )


class NothingToChange(Conflict):
    code = "nothing-to-change"
    message = _("%(app)s is set up exactly so already. Nothing was changed.")


class NotChangeable(Conflict):
    code = "not-changeable"
    message = _("%(app)s does not work yet, so there is nothing to change. Try the installation again, or remove it.")


class NotUpgradable(Conflict):
    code = "not-upgradable"
    message = _("There is no newer version of %(app)s that this account can have now. Nothing was changed.")


class UpdateBroken(Conflict):
    code = "update-broken"
    message = _(
        "A change of %(app)s could not be completed, so nothing else can be changed until that is mended. "
        "The app goes on as it was. Ask %(support)s."
    )


class NotBroken(Conflict):
    code = "not-broken"
    message = _("No change of %(app)s waits to be mended. Nothing was changed; a colleague may have been faster.")


class OperationOpen(Conflict):
    """``operation`` names the one that is open: its id, kind and deadline."""

    code = "operation-open"
    shown = ("operation",)
    message = _(
        "%(change)s of %(app)s, asked for on %(since)s, still waits for the app's answer, so nothing else was changed. "
        "Try again when it is done."
    )


class AlreadyRemoved(Conflict):
    code = "already-removed"
    message = _("%(app)s was already removed from this account. Nothing was changed.")


class NothingToAnswer(Conflict):
    code = "nothing-to-answer"
    message = _(
        "There is no open operation to answer. Nothing was changed. Read the installation to see where it stands."
    )


class AnswerTooLate(Conflict):
    """``operation`` names the one that was closed."""

    code = "answer-too-late"
    shown = ("operation",)
    message = _(
        "The operation was closed as %(outcome)s before this answer came. Nothing was changed. "
        "Release what you prepared for it; if the customer tries again you get a new event."
    )


class NotRetryable(Conflict):
    code = "not-retryable"
    message = _("This installation did not fail, so there is nothing to try again. Nothing was changed.")


class LaunchRefused(Forbidden):
    """``fields`` has a sentence for each thing that is missing, by ``states.Lack``."""

    code = "launch-refused"
    message = _("%(app)s cannot be opened: %(reason)s")


class NotInUse(Conflict):
    code = "not-in-use"
    message = _(
        "%(app)s was never confirmed in this account, so its first credentials are its only ones. Nothing was changed."
    )


class StillInstalled(Conflict):
    code = "still-installed"
    message = _(
        "%(name)s is still installed in %(count)d accounts, so it was not retired. Nothing was changed. "
        "Wait until they have removed it, or ask %(support)s."
    )


class NotEnded(Conflict):
    code = "version-not-ended"
    message = _(
        "The last day of %(name)s was not announced or has not come yet, so nothing was removed. "
        "Customers were promised that it works until then."
    )


class ClearanceRunning(Conflict):
    code = "clearance-running"
    message = _("The installations of %(name)s are being removed already. Nothing was ordered twice.")


class NothingLeft(Conflict):
    code = "nothing-installed"
    message = _("Nobody has %(name)s installed any more. Nothing was changed.")


class AccessCutOff(Conflict):
    code = "access-cut-off"
    message = _("%(app)s is cut off by the platform: “%(reason)s” Nothing was changed. Ask %(support)s about it.")
