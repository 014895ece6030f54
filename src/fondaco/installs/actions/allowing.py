"""The list of accounts whose managers may remove an app at once (DOMAIN 7.9)."""

from __future__ import annotations

from django.db import transaction

from fondaco.accounts.models import Account, Operator
from fondaco.accounts.permissions import Permission
from fondaco.accounts.policies import check_operator_can
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.installs import events
from fondaco.installs.actions.credentials import check_reason
from fondaco.installs.policies import FORCE_UNINSTALL


def allow_force_uninstall(*, actor: Actor, by: Operator, account: Account, is_allowed: bool, reason: str) -> Account:
    """Puts the account on the list or takes it off; where it is so already, nothing is recorded.

    ``reason`` is for the audit trail.
    """
    check_operator_can(by, Permission.OPERATOR_SUPPORT)
    reason = check_reason(reason, is_required=True)
    with transaction.atomic(durable=True):
        locked = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        if locked.has_feature(FORCE_UNINSTALL) == is_allowed:
            return locked
        others = [feature for feature in locked.features if feature != FORCE_UNINSTALL]
        locked.features = [*others, FORCE_UNINSTALL] if is_allowed else others
        locked.save(update_fields=["features"])
        data = {"is_allowed": is_allowed, "reason": reason}
        record(events.FORCE_UNINSTALL_ALLOWED, locked, actor=actor, account_id=locked.pk, data=data)
    return locked
