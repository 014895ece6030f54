"""What customers are offered or were offered, for those of the platform who may take it out."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import Permission
from fondaco.accounts.policies import check_operator_can
from fondaco.catalog.models import Version
from fondaco.catalog.queries.marketplace import PUBLISHED
from fondaco.kit.errors import NotFound
from fondaco.kit.ids import parse_wire


def list_offered_versions(by: Operator, *, text: str = "") -> QuerySet[Version]:
    """Versions that are published or that the platform took out: these first, then by app and the newest first.

    ``text`` is part of the app's or the partner's name.
    """
    found = _versions(by).filter(PUBLISHED | Q(withheld_at__isnull=False))
    if text:
        found = found.filter(Q(app__name__icontains=text) | Q(app__partner__name__icontains=text))
    return found.order_by("withheld_at", "app__name", "-pk")


def get_any_version(by: Operator, version_id: str) -> Version:
    """One version, offered or not, by wire id."""
    found = parse_wire(version_id)
    version = _versions(by).filter(pk=found).first() if found else None
    if version is None:
        raise NotFound
    return version


def _versions(by: Operator) -> QuerySet[Version]:
    check_operator_can(by, Permission.OPERATOR_VIEW)
    found = Version.objects.select_related("app__partner", "technical", "listing")
    return found.defer("listing__search", "listing__description", "technical__test_credentials")
