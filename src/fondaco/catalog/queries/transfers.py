"""Transfers of apps, as the two partners and the operator see them. Everybody else's do not exist."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import Permission
from fondaco.accounts.policies import check_operator_can
from fondaco.catalog.lifecycle_states import OPEN_TRANSFER, TransferStatus
from fondaco.catalog.models import App, AppTransfer, Version
from fondaco.catalog.states import TechnicalStatus
from fondaco.kit.errors import Forbidden, NotFound
from fondaco.kit.ids import parse_wire
from fondaco.partners.models import Member


def list_transfers(by: Member) -> QuerySet[AppTransfer]:
    """What the partner offered and was offered, newest first; for its owners."""
    if not by.can(Permission.PARTNER_APPS_TRANSFER):
        raise Forbidden
    return _with_names().filter(Q(giver_id=by.partner_id) | Q(receiver_id=by.partner_id)).order_by("-id")


def get_transfer(by: Member, transfer_id: str) -> AppTransfer:
    """One of them, by wire id."""
    found = parse_wire(transfer_id)
    transfer = list_transfers(by).filter(pk=found).first() if found else None
    if transfer is None:
        raise NotFound
    return transfer


def list_offered_apps(by: Member) -> list[AppTransfer]:
    """What waits for the partner's answer; nothing for members who may not give one."""
    if not by.can(Permission.PARTNER_APPS_TRANSFER):
        return []
    waiting = _with_names().filter(receiver_id=by.partner_id, status=TransferStatus.OFFERED)
    return list(waiting.order_by("expires_at"))


def find_open_transfer(app: App) -> AppTransfer | None:
    """The transfer of an app that is under way; there is at most one."""
    return _with_names().filter(app=app, status__in=OPEN_TRANSFER).first()


def find_in_review(app: App) -> Version | None:
    """A version of the app with a track in review, which keeps the app where it is until it is decided."""
    waiting = Q(technical__status=TechnicalStatus.IN_REVIEW) | Q(listing__status=TechnicalStatus.IN_REVIEW)
    return Version.objects.filter(waiting, app=app).order_by("-id").first()


def list_all_transfers(by: Operator, *, status: TransferStatus | None = None) -> QuerySet[AppTransfer]:
    """Every transfer, newest first, for those who confirm them."""
    check_operator_can(by, Permission.OPERATOR_PARTNERS)
    found = _with_names().order_by("-id")
    return found.filter(status=status) if status else found


def get_any_transfer(by: Operator, transfer_id: str) -> AppTransfer:
    """One of them, by wire id."""
    found = parse_wire(transfer_id)
    transfer = list_all_transfers(by).filter(pk=found).first() if found else None
    if transfer is None:
        raise NotFound
    return transfer


def _with_names() -> QuerySet[AppTransfer]:
    return AppTransfer.objects.select_related("app", "giver", "receiver")
