"""Installing an app, and trying again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fondaco.accounts.models import User
from fondaco.accounts.queries import list_roles
from fondaco.audit.actor import Actor
from fondaco.audit.models import Event
from fondaco.audit.recording import record
from fondaco.audit.status import transition
from fondaco.catalog.actions.retiring import hold_version
from fondaco.catalog.models import Plan, Version
from fondaco.catalog.scopes import IMPLICIT
from fondaco.identity.actions import choose_id_token_algorithm, create_client, place_client, set_logout_url
from fondaco.identity.models import ClientKind, OAuthClient
from fondaco.installs import events, snapshots
from fondaco.installs.actions import operations
from fondaco.installs.auto_install import NOBODY, AutoInstall, find_rule_problems
from fondaco.installs.errors import (
    AlreadyInstalled,
    ConsentOutdated,
    NotInstallable,
    NotRetryable,
    PlanElsewhere,
    TrialUsed,
    UsersUnusable,
)
from fondaco.installs.models import Grant, Installation, Operation, Trial
from fondaco.installs.policies import (
    check_can_install,
    check_can_manage,
    check_can_see,
    check_not_cut_off,
    explain_order,
    find_misfits,
)
from fondaco.installs.queries import consent_text, has_tried, purchase_summary
from fondaco.installs.states import InstallationStatus, OperationKind
from fondaco.kit import clock, deadlines

_LEAST_PAUSE: Final = timedelta(seconds=30)  # between two tries for the sake of people who look
GRANT_TYPES: Final = ("client_credentials", "authorization_code", "refresh_token")


@dataclass(frozen=True, slots=True)
class Consent:
    """What the customer agreed to: the scopes, and the very words they saw (``queries.consent_text``)."""

    scopes: tuple[str, ...]
    text: str


def install_app(
    *,
    actor: Actor,
    by: User,
    version: Version,
    plan: Plan,
    users: Sequence[User],
    consent: Consent,
    auto_install: AutoInstall = NOBODY,
    link: str = "",
) -> Operation:
    """Orders an app for ``by``'s account; the operation is open until the partner's program answers.

    ``link`` is the secret of the installation link that they came with, which opens what is not available yet.
    Licences are given at once, so that the partner can read who will use the app before it approves.
    """
    with transaction.atomic(durable=True):
        check_can_install(by)
        _check_offer(by, version, plan, link=link)
        check_users(by, plan, users)
        check_rules(by, plan, auto_install)
        if consent.text != consent_text(version) or set(consent.scopes) != set(version.technical.scopes):
            raise ConsentOutdated
        now = clock.now(by.account_id)
        installation = _create(
            version=version,
            plan=plan,
            client=_create_client(actor, by, version),
            account=by.account,
            installed_by=by,
            total_licences=len(users),
            auto_install_cap=auto_install.cap,
            created_at=now,
        )
        snapshots.assign_licences(installation, {user.pk for user in users}, actor=actor)
        snapshots.set_rules(installation, list(auto_install.rules))
        Grant.objects.create(
            installation=installation,
            version=version,
            scopes=sorted(consent.scopes),
            consent_text=consent.text,
            purchase_summary={**purchase_summary(plan, len(users)).as_json(), **auto_install.as_json()},
            consented_by=by,
            consented_at=now,
            address=actor.address,
        )
        if plan.is_trial:
            Trial.objects.create(
                app=version.app, account=by.account, installation=installation, subscription_name=plan.name
            )
        record(
            events.INSTALLATION_REQUESTED,
            installation,
            actor=actor,
            data={"app": version.app.name, "version": version.name, "plan": plan.name, "licences": len(users)},
            **installation.audit_scope(),
        )
        return _open_install(actor, installation, requested_by=by, current=snapshots.NOTHING)


def retry_installation(*, actor: Actor, by: User | None, installation: Installation) -> Operation:
    """Tries a failed installation again; ``by`` is None when the house does it.

    One that could not be reached is sent again as the same operation: same event, same credentials (T11). It stays
    *failed* until the partner's program took it. A page may call this whenever it is loaded: what waits for its next
    try is tried at once, but not twice within :data:`_LEAST_PAUSE`, and a try that is under way is left alone. A
    rejected or timed-out one is asked for anew, which only a manager may do.
    """
    with transaction.atomic(durable=True):
        locked = operations.lock(installation.pk)
        if not locked.can_be_retried:
            raise NotRetryable
        check_not_cut_off(locked)
        if locked.status == InstallationStatus.FAILED and (operation := operations.find_open(locked)):
            if by is not None:
                check_can_see(by, locked, is_licensed=locked.licences.filter(user=by).exists())
            is_between_rounds = deadlines.cancel(operations.RETRY_DUE, subject_id=operation.pk.hex)
            if is_between_rounds or (by is not None and not _was_just_sent(operation)):
                _send_again(actor, operation)
            return operation
        if by is not None:
            check_can_manage(by, locked)
        transition(locked, InstallationStatus.INSTALLING, actor=actor, fields={"reason": ""})
        return _open_install(actor, locked, requested_by=by, current=snapshots.NOTHING)


@deadlines.handler(operations.RETRY_DUE)
def retry_unreachable(subject_id: str, due_at: datetime) -> None:
    """Sends an operation again that nobody has looked at: no browser is needed for the house to converge (T2)."""
    found = Operation.objects.filter(pk=UUID(hex=subject_id)).values_list("installation_id", flat=True).first()
    if found is None:
        return
    operation = operations.find_open(operations.lock(found))
    if operation is None or operation.pk.hex != subject_id:
        return
    if operation.installation.is_cut_off:
        operations.schedule_retry(operation)
    else:
        _send_again(Actor.system("sweeper"), operation)


def check_users(by: User, plan: Plan, users: Sequence[User]) -> None:
    """The users are active, of this account, not too few or many for the plan, and the installer is one (T26)."""
    problems = find_misfits(by.account_id, users)
    if by.pk not in {user.pk for user in users}:
        problems.append(_("Whoever installs an app has to be one of its users. Choose yourself, too."))
    if len(users) < plan.min_licences:
        problems.append(_("The plan %(plan)s needs at least %(count)d users.") % _limit(plan, plan.min_licences))
    if plan.max_licences is not None and len(users) > plan.max_licences:
        problems.append(_("The plan %(plan)s allows at most %(count)d users.") % _limit(plan, plan.max_licences))
    if problems:
        raise UsersUnusable(fields={"users": problems})


def check_rules(by: User, plan: Plan, auto_install: AutoInstall) -> None:
    """The auto-install rules are of this account, and capped within the plan."""
    problems = find_rule_problems(auto_install, list(list_roles(by.account_id)), plan) if auto_install.rules else {}
    if found := {name: words for name, words in problems.items() if words}:
        raise UsersUnusable(fields=found)


def _limit(plan: Plan, count: int) -> dict[str, object]:
    return {"plan": plan.name, "count": count}


def _check_offer(by: User, version: Version, plan: Plan, *, link: str) -> None:
    if reason := explain_order(version, by.account, link=link):
        raise NotInstallable(reason=reason)
    if not hold_version(version):
        raise NotInstallable(reason=_("It was retired at this very moment."))
    if plan.version_id != version.pk:
        raise PlanElsewhere
    if plan.is_trial and has_tried(by.account_id, version.app_id):
        raise TrialUsed(app=version.app.name)


def _create_client(actor: Actor, by: User, version: Version) -> OAuthClient:
    client = create_client(
        actor=actor,
        account=by.account,
        name=version.app.name,
        kind=ClientKind.INSTALLATION,
        scopes=[*IMPLICIT, *version.technical.scopes],
        redirect_uris=version.technical.redirect_urls,
        grant_types=list(GRANT_TYPES),
    )
    place_client(client=client, version=version)
    algorithm = version.technical.id_token_signed_response_alg
    choose_id_token_algorithm(actor=actor, client=client, algorithm=algorithm)
    return set_logout_url(actor=actor, client=client, url=version.technical.backchannel_logout_url)


def _create(*, version: Version, **fields: object) -> Installation:
    try:
        with transaction.atomic():
            return Installation.objects.create(app=version.app, version=version, **fields)
    except IntegrityError as error:  # the one constraint that a person can meet: once per app and account
        raise AlreadyInstalled(app=version.app.name) from error


def _open_install(
    actor: Actor, installation: Installation, *, requested_by: User | None, current: snapshots.Snapshot
) -> Operation:
    proposed = snapshots.take(installation)
    return operations.open_operation(
        actor=actor,
        installation=installation,
        kind=OperationKind.INSTALL,
        snapshots=(current, {**proposed, "status": InstallationStatus.COMPLETED.value}),
        requested_by=requested_by,
    )


def _was_just_sent(operation: Operation) -> bool:
    since = clock.now(operation.installation.account_id) - _LEAST_PAUSE
    facts = Event.objects.filter(kind=events.OPERATION_RETRIED.name, subject_type="operation")
    return facts.filter(subject_id=operation.pk.hex, occurred_at__gt=since).exists()


def _send_again(actor: Actor, operation: Operation) -> None:
    scope = operation.audit_scope()
    record(events.OPERATION_RETRIED, operation, actor=actor, data={"kind": operation.kind}, **scope)
