"""Credential sets with what decides whether they let anybody in, in one question."""

from __future__ import annotations

from functools import cache

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from fondaco.identity.models import CredentialSet, Cutoff
from fondaco.kit.written_once import write_once


def sets_with_cutoff() -> QuerySet[CredentialSet]:
    """All sets with their clients and ``has_cutoff``: whether an operator keeps the program out."""
    return CredentialSet.objects.select_related("client").annotate(**_kept_out())


@cache
def _kept_out() -> dict[str, RawSQL]:
    return write_once(CredentialSet.objects.select_related("client"), {"has_cutoff": Cutoff.keeps_out()})
