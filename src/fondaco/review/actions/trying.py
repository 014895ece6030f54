"""Trying out what is reviewed: the partner's log-in for testing, and an installation in the reviewers' own account."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from fondaco.accounts.actions import add_user
from fondaco.accounts.models import REVIEWS, Account, Operator, User
from fondaco.accounts.permissions import Permission
from fondaco.accounts.policies import check_operator_can
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.catalog.models import Plan, Version
from fondaco.catalog.states import Track
from fondaco.installs.actions import Consent, install_app
from fondaco.installs.models import Installation
from fondaco.installs.queries import consent_text, find_installed, has_tried
from fondaco.kit.errors import Conflict, NotFound
from fondaco.review import events_workbench as events
from fondaco.review.actions.locking import lock_open, note_down
from fondaco.review.errors import NoReviewAccount, NotForReviews
from fondaco.review.models import Submission
from fondaco.review.policies import check_can_decide
from fondaco.review.queries.trial import find_review_account


def show_credentials(*, actor: Actor, by: Operator, submission: Submission) -> str:
    """The log-in that the partner gave for testing; empty when there is none. Each look is a fact."""
    if submission.track != Track.TECHNICAL:
        raise NotFound
    check_can_decide(by, submission)
    with transaction.atomic(durable=True):
        note_down(events.SUBMISSION_UNLOCKED, submission, actor=actor)
    return (submission.version.technical.test_credentials or b"").decode()


def pick_review_account(*, actor: Actor, by: Operator, account_id: str) -> Account:
    """Makes one account of the platform's own the one in which reviewers install; another one stops being it."""
    check_operator_can(by, Permission.OPERATOR_PARTNERS)
    with transaction.atomic(durable=True):
        account = Account.objects.select_for_update().filter(pk=account_id).first()
        if account is None:
            raise NotFound
        if hasattr(account, "partner"):
            raise NotForReviews(account=account.company_name)
        for other in Account.objects.select_for_update().filter(features__contains=[REVIEWS]).exclude(pk=account.pk):
            _switch(other, is_on=False)
        _switch(account, is_on=True)
        record(events.REVIEW_ACCOUNT_PICKED, account, actor=actor, account_id=account.pk)
    return account


def try_out(*, actor: Actor, by: Operator, submission: Submission) -> Installation:
    """Installs what is reviewed in the reviewers' account, by the same action as a customer's order.

    The reviewer gets a seat there first, if they have none. What is installed already is given back as it is; of
    another version, :class:`Conflict` says so.
    """
    with transaction.atomic(durable=True):
        check_can_decide(by, submission)
        submission = lock_open(submission)
        account = find_review_account()
        if account is None:
            raise NoReviewAccount
        user = _ensure_seat(actor, by, account)
    version = submission.version
    installed = find_installed(account.pk, version.app_id)
    if installed is not None:
        return _same(installed, version)
    operation = install_app(
        actor=actor,
        by=user,
        version=version,
        plan=_choose_plan(account, version),
        users=[user],
        consent=Consent(tuple(version.technical.scopes), consent_text(version)),
    )
    with transaction.atomic(durable=True):
        data = {"installation_id": operation.installation_id.hex, "account_id": account.pk}
        note_down(events.SUBMISSION_TRIED, submission, actor=actor, data=data)
    return operation.installation


def _same(installed: Installation, version: Version) -> Installation:
    if installed.version_id == version.pk:
        return installed
    raise Conflict(
        _("Another version of this app is installed in the reviewers' account. Nothing was changed. Remove it first.")
    )


def _ensure_seat(actor: Actor, by: Operator, account: Account) -> User:
    user = User.objects.filter(account=account, person_id=by.pk).select_related("account", "role", "person").first()
    return user or add_user(actor=actor, account=account, person=by.person, role=account.roles.get(key="admin"))


def _choose_plan(account: Account, version: Version) -> Plan:
    """The trial, or once it was used the plan that one person can have for least."""
    plans = list(version.plans.all())
    usable = [plan for plan in plans if not plan.is_trial or not has_tried(account.pk, version.app_id)]
    if not usable:
        raise Conflict(
            _("The trial was used in the reviewers' account, and there is no other plan. Nothing was installed.")
        )
    return min(usable, key=lambda plan: (not plan.is_trial, plan.min_licences, plan.price_minor))


def _switch(account: Account, *, is_on: bool) -> None:
    kept = [feature for feature in account.features if feature != REVIEWS]
    account.features = [*kept, REVIEWS] if is_on else kept
    account.save(update_fields=["features"])
