"""What a timeline says of a thing that happened, in words that every side can read. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fondaco.audit.kinds import all_kinds
from fondaco.installs.states import OperationKind
from fondaco.messaging.payloads import MessageType

REACHED: Final = "attempt.reached"
MISSED: Final = "attempt.missed"

_SUBJECTS: Final[Mapping[str, Promise]] = {
    OperationKind.INSTALL: _("the installation"),
    OperationKind.UPDATE: _("the change"),
    OperationKind.UPGRADE: _("the move to a newer version"),
    OperationKind.UNINSTALL: _("the removal"),
    MessageType.APP_INSTALLED: _("the installation"),
    MessageType.APP_UPDATED: _("the change"),
    MessageType.APP_UNINSTALLED: _("the removal"),
    MessageType.TRIAL_STARTED: _("the beginning of the trial"),
    MessageType.TRIAL_EXTENDED: _("more days of the trial"),
    MessageType.TRIAL_ENDED: _("the end of the trial"),
    MessageType.CREDENTIALS_ROTATED: _("new credentials"),
}
_SENTENCES: Final[Mapping[str, Promise]] = {
    "installation.requested": _("The app was ordered."),
    "installation.retried": _("It is being installed."),
    "installation.failed": _("The app's program could not be reached. It is tried again by itself."),
    "installation.rejected": _("It is not installed: its maker declined."),
    "installation.timed_out": _("It is not installed: its maker did not answer in time."),
    "installation.pending": _("It is being removed."),
    "installation.completed": _("It is active."),
    "installation.suspended": _("The trial is over, so nobody gets in."),
    "installation.revoked": _("It is gone from the account."),
    "installation.cut_off": _("The platform cut the app's program off."),
    "installation.restored": _("The platform let the app's program in again."),
    "installation.launched": _("Somebody opened the app."),
    "operation.opened": _("The app's program has to confirm %(what)s."),
    "operation.retried": _("The app's program is asked again about %(what)s."),
    "operation.objected": _("The app's program declined %(what)s, which is done at the end of its time all the same."),
    "operation.approved": _("The app's program confirmed %(what)s."),
    "operation.rejected": _("The app's program declined %(what)s."),
    "operation.timed_out": _("Nobody answered about %(what)s in time."),
    "operation.failed": _("It was not possible to carry out %(what)s."),
    "operation.superseded": _("Something else came in place of %(what)s."),
    "operation.settled": _("Support mended %(what)s."),
    "operation.settled.proposed": _("Support put %(what)s in force."),
    "operation.settled.current": _("Support kept what was in force before %(what)s."),
    "operation.settled.ask_again": _("Support asks the app's program once more about %(what)s."),
    "trial.started": _("The trial began."),
    "trial.extended": _("The platform let the trial last longer."),
    "trial.ended": _("The trial ended."),
    "credentials.issued": _("The app's program was given credentials."),
    "credentials.acknowledged": _("The app's program uses its new credentials; the old ones ended."),
    "credentials.rotated": _("The credentials of the app's program were replaced."),
    "credentials.revoked": _("Credentials of the app's program stopped working."),
    "client.regranted": _("The app's program may do what the other version asks for."),
    "licence.assigned": _("People were given licences."),
    "licence.released": _("Licences were taken back."),
    REACHED: _("The app's program was told of %(what)s."),
    MISSED: _("The app's program could not be told of %(what)s."),
}
_OF_CHANGES: Final[Mapping[str, Promise]] = {
    "installation.failed": _("It was not certain what became of %(what)s, so support was asked to look."),
    "installation.pending": _("It is updating."),
}
_OF_VERSIONS: Final[Mapping[str, Promise]] = {
    "installation.requested": _("The app was ordered in version %(what)s."),
    "client.regranted": _("The app runs in version %(what)s, and its program may do what that asks for."),
}
_CHANGES: Final = (OperationKind.UPDATE, OperationKind.UPGRADE)


def describe(kind: str, about: str) -> str:
    """``about`` is an operation's kind, a message's type, a version's name, or empty."""
    more = _OF_CHANGES if about in _CHANGES else _OF_VERSIONS if about else {}
    sentence = more.get(kind) or _SENTENCES.get(kind)
    if sentence is None:
        return next((each.meaning for each in all_kinds() if each.name == kind), kind)
    return str(sentence) % {"what": _SUBJECTS.get(about, about)}
