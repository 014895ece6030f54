"""Which newer versions an account may move its installed apps to."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from fondaco.accounts.models import Account
from fondaco.catalog.models import Version
from fondaco.catalog.states import TechnicalStatus
from fondaco.identity.models import Cutoff
from fondaco.identity.states import CutoffStatus
from fondaco.installs.models import Installation, Operation
from fondaco.installs.states import OperationKind

_SUBMITTED = (TechnicalStatus.IN_REVIEW, TechnicalStatus.APPROVED, TechnicalStatus.AVAILABLE)


def newer_versions(account: Account) -> QuerySet[Version]:
    """Those for a query's rows of installations of ``account``, the newest first: for subqueries.

    Everybody may move to what is available and in the marketplace; the partner's own developer account and accounts of
    the platform already to what was submitted (FAQ 16). Nobody to what is over or cut off. Older ones never count.
    """
    is_for_all = Q(technical__status=TechnicalStatus.AVAILABLE, unlisted_at=None, withheld_at=None)
    is_for_insiders = Q(technical__status__in=_SUBMITTED)
    if not account.is_for_reviews:
        is_for_insiders &= Q(app__partner__developer_account=account.pk)
    cutoffs = Cutoff.objects.filter(Q(version=OuterRef("pk")) | Q(app=OuterRef("app_id")), status=CutoffStatus.IN_FORCE)
    return Version.objects.filter(
        is_for_all | is_for_insiders,
        ~Exists(cutoffs),
        app=OuterRef("app_id"),
        pk__gt=OuterRef("version_id"),
        retired_at=None,
        app__retired_at=None,
    ).order_by("-pk")


def find_newer(installation: Installation) -> Version | None:
    """The version to which this installation may move now, with all that the page about it reads."""
    sought = Subquery(newer_versions(installation.account).values("pk")[:1])
    newest = Installation.objects.filter(pk=installation.pk).values_list(sought, flat=True).first()
    if newest is None:
        return None
    found = Version.objects.filter(pk=newest).select_related("app__partner", "technical", "listing")
    return found.defer("listing__search").prefetch_related("plans").first()


def is_by_hand(installation: Installation, operation: Operation | None) -> bool:
    """Whether people at the app's maker carry out what is open: the version installed says so, or the one coming
    (FAQ 16)."""
    if installation.version.technical.is_manually_provisioned:
        return True
    if operation is None or operation.kind != OperationKind.UPGRADE:
        return False
    coming = Version.objects.filter(pk=operation.proposed["version"], technical__is_manually_provisioned=True)
    return coming.exists()
