"""Taking an app out of an account: asking the partner first, or at once when there is nothing to ask."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from fondaco.accounts.models import Operator, User
from fondaco.audit.actor import Actor
from fondaco.audit.status import transition
from fondaco.installs import snapshots
from fondaco.installs.actions import closing, operations
from fondaco.installs.actions.answering import MAX_REASON
from fondaco.installs.errors import AlreadyRemoved
from fondaco.installs.models import Installation
from fondaco.installs.policies import check_can_force, check_can_manage
from fondaco.installs.states import InstallationStatus, OperationKind, UninstallReason
from fondaco.kit.errors import Conflict, Invalid


def uninstall_app(
    *, actor: Actor, by: User, installation: Installation, reason_type: str, reason: str = ""
) -> Installation:
    """Removes an app for everyone once the partner acknowledged, or after seven days whatever it says.

    One that never worked is removed at once. ``reason_type`` is one of :class:`UninstallReason`.
    """
    _check_reason(reason_type, reason)
    with transaction.atomic(durable=True):
        locked = _lock(installation)
        check_can_manage(by, locked)
        if not operations.has_worked(locked):
            return _remove_at_once(actor, locked, reason_type, reason)
        operations.check_none_open(locked)
        current = snapshots.take(locked)
        operations.open_operation(
            actor=actor,
            installation=locked,
            kind=OperationKind.UNINSTALL,
            snapshots=(current, snapshots.removed(current)),
            requested_by=by,
            reason_type=reason_type,
            reason=reason,
        )
        return transition(locked, InstallationStatus.PENDING, actor=actor, reason=reason, fields={"reason": ""})


def cancel_installation(*, actor: Actor, by: User, installation: Installation) -> Installation:
    """Removes an app which never worked: installing, failed, rejected or timed out."""
    with transaction.atomic(durable=True):
        locked = _lock(installation)
        check_can_manage(by, locked)
        if operations.has_worked(locked):
            raise Conflict(_("This app works, so it has to be uninstalled. Nothing was changed."))
        return _remove_at_once(actor, locked, UninstallReason.OTHER.value, "")


def force_uninstall_app(*, actor: Actor, by: User | Operator, installation: Installation, reason: str) -> Installation:
    """Removes an app at once whatever its state (DOMAIN 7.9): by staff, or a manager where that is switched on.

    Whoever it is must say why: of staff the account's managers read it, and the partner's program of both.
    """
    _check_reason(UninstallReason.OTHER.value, reason)
    with transaction.atomic(durable=True):
        locked = _lock(installation)
        check_can_force(by, locked)
        if not reason.strip():
            is_staff = isinstance(by, Operator)
            words = _("Say why. The customer reads it.") if is_staff else _("Say why. Its maker reads it.")
            raise Invalid(fields={"reason": [str(words)]})
        if isinstance(by, Operator):
            return remove_by_staff(actor=actor, installation=locked, reason=reason)
        return _remove_at_once(actor, locked, UninstallReason.OTHER.value, reason)


def remove_by_staff(*, actor: Actor, installation: Installation, reason: str) -> Installation:
    """A step: the same for a locked installation, noted as the platform's doing, so that its people are told why."""
    return _remove_at_once(actor, installation, UninstallReason.OTHER.value, reason, is_by_staff=True)


def _lock(installation: Installation) -> Installation:
    locked = operations.lock(installation.pk)
    if locked.is_gone:
        raise AlreadyRemoved(app=locked.app.name)
    return locked


def _remove_at_once(
    actor: Actor, installation: Installation, reason_type: str, reason: str, *, is_by_staff: bool = False
) -> Installation:
    """The fact says that the partner was not asked, so that it is told."""
    was_asked = installation.operations.filter(kind=OperationKind.UNINSTALL).exists()
    data = {"reason_type": reason_type, "is_partner_told": was_asked, "is_by_staff": is_by_staff}
    return closing.remove(actor=actor, installation=installation, reason=reason, data=data)


def _check_reason(reason_type: str, reason: str) -> None:
    fields = {}
    if reason_type not in {choice.value for choice in UninstallReason}:
        fields["reason_type"] = [str(_("Choose one of the reasons."))]
    if len(reason) > MAX_REASON:
        fields["reason"] = [str(_("Must not be longer than 1000 characters."))]
    if fields:
        raise Invalid(fields=fields)
