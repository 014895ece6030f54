"""Moving an installed app to a newer version, with the account's consent (DOMAIN 5.7)."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from fondaco.accounts.models import User
from fondaco.audit.actor import Actor
from fondaco.audit.status import transition
from fondaco.catalog.actions.retiring import hold_version
from fondaco.catalog.models import Plan, Version
from fondaco.installs.actions import operations
from fondaco.installs.actions.installing import Consent
from fondaco.installs.errors import (
    AlreadyRemoved,
    ConsentOutdated,
    NotUpgradable,
    PlanElsewhere,
    SettingsMoved,
    SettingsUnusable,
)
from fondaco.installs.models import Grant, Installation, Operation
from fondaco.installs.newer import find_newer
from fondaco.installs.policies import check_can_change, check_can_manage, check_not_cut_off
from fondaco.installs.states import InstallationStatus, OperationKind
from fondaco.installs.upgrades import PlanChoice, Upgrade, weigh
from fondaco.kit import clock


def upgrade_app(
    *,
    actor: Actor,
    by: User,
    installation: Installation,
    version: Version,
    plan: Plan,
    consent: Consent,
    seen: str = "",
) -> Operation:
    """Asks the partner to move the installation to ``version``; until it approves, the old one runs as it was (T15).

    Its old program is asked, at the address of the version in force. Approved, version, plan, scopes and addresses
    change in one commit; rejected, unanswered for seven days or not to be delivered, nothing was touched. ``seen`` is
    the ``Upgrade.mark`` of what the manager read.
    """
    with transaction.atomic(durable=True):
        locked = operations.lock(installation.pk)
        check_can_manage(by, locked)
        if locked.is_gone:
            raise AlreadyRemoved(app=locked.app.name)
        check_not_cut_off(locked)
        operations.check_none_open(locked)
        check_can_change(locked)
        newest = find_newer(locked)
        if newest is None or not hold_version(newest):
            raise NotUpgradable(app=locked.app.name)
        upgrade = weigh(locked, newest)
        if version.pk != newest.pk or (seen and seen != upgrade.mark):
            raise SettingsMoved(app=locked.app.name)
        choice = _find_choice(upgrade, plan)
        if consent.text != upgrade.consent or set(consent.scopes) != set(newest.technical.scopes):
            raise ConsentOutdated
        operation = operations.open_operation(
            actor=actor,
            installation=locked,
            kind=OperationKind.UPGRADE,
            snapshots=(
                upgrade.current,
                {**upgrade.propose(choice), "status": InstallationStatus.COMPLETED.value},
            ),
            requested_by=by,
        )
        _keep_consent(actor, by, upgrade, choice, consent)
        transition(
            locked, InstallationStatus.PENDING, actor=actor, data={"kind": operation.kind}, fields={"reason": ""}
        )
    return operation


def _find_choice(upgrade: Upgrade, plan: Plan) -> PlanChoice:
    if plan.version_id != upgrade.version.pk:
        raise PlanElsewhere
    choice = next(each for each in upgrade.choices if each.plan.pk == plan.pk)
    if choice.why_not:
        words = _("The plan %(plan)s cannot be had: %(reason)s") % {"plan": plan.name, "reason": choice.why_not}
        raise SettingsUnusable(fields={"plan": [words]})
    return choice


def _keep_consent(actor: Actor, by: User, upgrade: Upgrade, choice: PlanChoice, consent: Consent) -> None:
    """It is kept whatever the partner answers, and in force from the approval."""
    Grant.objects.create(
        installation=upgrade.installation,
        version=upgrade.version,
        scopes=sorted(consent.scopes),
        consent_text=consent.text,
        purchase_summary=choice.then.as_json(),
        consented_by=by,
        consented_at=clock.now(by.account_id),
        address=actor.address,
        is_in_force=False,
    )
