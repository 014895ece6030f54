"""Who is to be told."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import OPERATOR_ROLES, Permission
from fondaco.accounts.queries import list_holders
from fondaco.catalog.models import App
from fondaco.catalog.policies import EDIT_PERMISSION
from fondaco.catalog.states import Track
from fondaco.partners.models import MEMBER_ROLES, Member
from fondaco.review.models import Submission
from fondaco.review.policies import reviewers_of


def operators(permission: Permission) -> list[str]:
    """Addresses of the operators who may do this."""
    roles = [role.value for role, granted in OPERATOR_ROLES.items() if permission in granted]
    found = Operator.objects.filter(is_active=True, roles__overlap=roles)
    return list(found.values_list("person__email", flat=True).order_by("person__email"))


def members(partner_id: UUID, permission: Permission) -> list[str]:
    """Addresses of the partner's people who may do this."""
    roles = [role.value for role, granted in MEMBER_ROLES.items() if permission in granted]
    found = Member.objects.filter(partner_id=partner_id, is_active=True, role__in=roles)
    return list(found.values_list("person__email", flat=True).order_by("person__email"))


def reviewers(submission: Submission, *, but: Iterable[UUID] = ()) -> list[str]:
    """Who works on a submission; while nobody does, everybody who may, but for ``but`` (persons)."""
    if submission.taken_by is not None and submission.taken_by_id not in set(but):
        return [submission.taken_by.email]
    found = reviewers_of(submission).exclude(pk__in=list(but))
    return list(found.values_list("person__email", flat=True).order_by("person__email"))


def submitters(submission: Submission) -> list[str]:
    """The partner's people who edit the track of a submission."""
    return members(submission.version.app.partner_id, EDIT_PERMISSION[Track(submission.track)])


def technical_people(app: App) -> list[str]:
    """Who looks after an app's program: its technical contact if it names one, and the partner's developers."""
    named = [app.technical_email] if app.technical_email else []
    return list(dict.fromkeys([*named, *members(app.partner_id, Permission.PARTNER_APPS_EDIT)]))


def installers(account_id: str) -> list[str]:
    """Addresses of the account's people who may order apps."""
    found = list_holders(account_id, Permission.APPS_INSTALL)
    return list(found.values_list("person__email", flat=True).order_by("person__email"))


def managers(account_id: str) -> list[str]:
    """Addresses of the account's people who manage its apps."""
    found = list_holders(account_id, Permission.APPS_MANAGE)
    return list(found.values_list("person__email", flat=True).order_by("person__email"))
