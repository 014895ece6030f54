"""The way of an app to another partner: offered by one owner, accepted by the other, confirmed by the operator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import Permission
from fondaco.accounts.policies import check_operator_can
from fondaco.audit.actor import Actor
from fondaco.audit.kinds import EventKind
from fondaco.audit.recording import Fact, record, record_all
from fondaco.audit.status import transition
from fondaco.catalog import events
from fondaco.catalog.actions.testers import end_test
from fondaco.catalog.errors import NotAnswered, OwnOffer, StillInReview, TransferOpen, TransferOver
from fondaco.catalog.labels import TRANSFER_STATUSES
from fondaco.catalog.lifecycle_states import OPEN_TESTER, OPEN_TRANSFER, TRANSFER, TransferStatus
from fondaco.catalog.models import App, AppTester, AppTransfer, InstallLink, Version
from fondaco.catalog.policies import check_can, check_not_retired
from fondaco.catalog.queries.transfers import find_in_review, find_open_transfer
from fondaco.catalog.search import index_listing
from fondaco.catalog.states import ListingStatus
from fondaco.catalog.validation import FieldProblems
from fondaco.kit import clock, deadlines
from fondaco.kit.errors import Forbidden, Invalid, NotFound
from fondaco.partners.models import Member, MemberRole, Partner

EXPIRES: Final = "app_transfer.expires"
ANSWER_WITHIN: Final = timedelta(days=14)
CONTACTS: Final = ("technical_email", "support_email", "billing_email", "security_email")


def offer_app(*, actor: Actor, by: Member, app: App, receiver: str, note: str = "") -> AppTransfer:
    """Offers an app to another partner, whose owners have 14 days to answer.

    ``receiver`` is that partner's name, the name of its developer account, or the e-mail address of one of its owners.
    """
    found = FieldProblems()
    text = found.text("receiver", receiver, least=1, most=254)
    clean = found.text("note", note, most=2000, lines=True)
    found.raise_if_any()
    with transaction.atomic(durable=True):
        check_can(by, app, Permission.PARTNER_APPS_TRANSFER)
        app = lock_app(app)
        check_can(by, app, Permission.PARTNER_APPS_TRANSFER)
        if opened := find_open_transfer(app):
            raise TransferOpen(app=app.name, receiver=opened.receiver.name)
        expires_at = clock.now() + ANSWER_WITHIN
        transfer = AppTransfer.objects.create(
            app=app,
            giver=by.partner,
            receiver=_find_receiver(text, by.partner),
            note=clean,
            offered_by=by.person.name,
            expires_at=expires_at,
        )
        deadlines.schedule(EXPIRES, subject_id=transfer.pk.hex, due_at=expires_at)
        _record(events.TRANSFER_OFFERED, transfer, actor)
    return transfer


def accept_transfer(*, actor: Actor, by: Member, transfer: AppTransfer) -> AppTransfer:
    """The receiving owner agrees; nothing moves before the operator confirms."""
    with transaction.atomic(durable=True):
        locked = _lock_for_receiver(by, transfer, TransferStatus.ACCEPTED)
        _check_movable(locked.app)
        fields = {"answered_by": by.person.name}
        return _close_offer(locked, TransferStatus.ACCEPTED, events.TRANSFER_ACCEPTED, actor, fields)


def decline_transfer(*, actor: Actor, by: Member, transfer: AppTransfer, reason: str = "") -> AppTransfer:
    """The receiving owner does not want it; ``reason`` goes to the giving one."""
    clean = _reason(reason)
    with transaction.atomic(durable=True):
        locked = _lock_for_receiver(by, transfer, TransferStatus.DECLINED)
        fields = {"answered_by": by.person.name, "reason": clean}
        return _close_offer(locked, TransferStatus.DECLINED, events.TRANSFER_DECLINED, actor, fields)


def withdraw_transfer(*, actor: Actor, by: Member, transfer: AppTransfer) -> AppTransfer:
    """The giving owner takes an offer back that was not answered yet."""
    with transaction.atomic(durable=True):
        if transfer.giver_id != by.partner_id:
            raise NotFound
        if not by.can(Permission.PARTNER_APPS_TRANSFER):
            raise Forbidden
        locked = _lock(transfer, TransferStatus.WITHDRAWN)
        return _close_offer(locked, TransferStatus.WITHDRAWN, events.TRANSFER_WITHDRAWN, actor)


def confirm_transfer(*, actor: Actor, by: Operator, transfer: AppTransfer) -> AppTransfer:
    """The operator agrees, and the app is the receiver's from this commit on, with everything that hangs on it.

    Installations, their credentials and the addresses of their programs are not touched. Messaging gives the app
    another webhook secret.
    """
    with transaction.atomic(durable=True):
        _check_may_decide(by, transfer)
        app = lock_app(transfer.app)
        locked = _lock(transfer, TransferStatus.COMPLETED)
        locked.app = app
        _check_movable(app)
        _move(locked, actor)
        transition(locked, TransferStatus.COMPLETED, actor=actor, fields={"decided_by": by.person.name})
        _record(events.TRANSFER_COMPLETED, locked, actor)
    return locked


def refuse_transfer(*, actor: Actor, by: Operator, transfer: AppTransfer, reason: str) -> AppTransfer:
    """The operator does not agree; both partners read ``reason``."""
    clean = _reason(reason, is_required=True)
    with transaction.atomic(durable=True):
        _check_may_decide(by, transfer)
        locked = _lock(transfer, TransferStatus.REFUSED)
        fields = {"decided_by": by.person.name, "reason": clean}
        transition(locked, TransferStatus.REFUSED, actor=actor, reason=clean, fields=fields)
        _record(events.TRANSFER_REFUSED, locked, actor, reason=clean)
    return locked


@deadlines.handler(EXPIRES)
def expire_transfer(subject_id: str, due_at: datetime) -> None:
    """Fourteen days without an answer: the app stays where it is."""
    transfer = _rows().filter(pk=UUID(hex=subject_id), status=TransferStatus.OFFERED).first()
    if transfer is not None:
        actor = Actor.system("sweeper")
        transition(transfer, TransferStatus.EXPIRED, actor=actor)
        _record(events.TRANSFER_EXPIRED, transfer, actor)


def lock_app(app: App) -> App:
    """A step: holds an app until the commit, with its partner as it is now."""
    locked = App.objects.select_for_update().get(pk=app.pk)
    locked.partner = Partner.objects.get(pk=locked.partner_id)  # after the lock: it may have changed meanwhile
    return locked


def _move(transfer: AppTransfer, actor: Actor) -> None:
    """Contacts, links and test accounts were the giver's; everything else follows the app."""
    app, giver, receiver = transfer.app, transfer.giver, transfer.receiver
    for tester in AppTester.objects.filter(app=app, status__in=OPEN_TESTER).select_related("app", "account"):
        end_test(actor=actor, tester=tester)  # while the app is still the giver's: their facts are
    InstallLink.objects.filter(version__app=app).delete()
    app.partner = receiver
    for contact in CONTACTS:
        setattr(app, contact, "")
    app.save(update_fields=["partner", *CONTACTS])
    advertised = Version.objects.filter(app=app, listing__status=ListingStatus.ADVERTISED)
    for version in advertised.select_related("app__partner", "listing"):
        index_listing(version)  # the company's name is searched, too
    data = {"app": app.name, "from": giver.name, "to": receiver.name}
    record(events.APP_GIVEN, app, actor=actor, partner_id=giver.pk, data=data)
    record(events.APP_RECEIVED, app, actor=actor, partner_id=receiver.pk, data=data)


def _check_movable(app: App) -> None:
    """A review belongs to the partner that answers it, so it ends before the app moves; what is over stays put."""
    check_not_retired(app)
    if version := find_in_review(app):
        raise StillInReview(name=version.name)


def _check_may_decide(by: Operator, transfer: AppTransfer) -> None:
    """A partner manager who works for neither side."""
    check_operator_can(by, Permission.OPERATOR_PARTNERS)
    sides = (transfer.giver_id, transfer.receiver_id)
    if Member.objects.filter(partner_id__in=sides, person_id=by.pk, is_active=True).exists():
        raise Forbidden(_("You belong to one of the two partners, so someone else has to decide. Nothing was changed."))


def _lock_for_receiver(by: Member, transfer: AppTransfer, to: TransferStatus) -> AppTransfer:
    if by.partner_id not in {transfer.giver_id, transfer.receiver_id}:
        raise NotFound
    if not by.can(Permission.PARTNER_APPS_TRANSFER):
        raise Forbidden
    if transfer.receiver_id != by.partner_id:
        raise OwnOffer(app=transfer.app.name)
    return _lock(transfer, to)


def _lock(transfer: AppTransfer, to: TransferStatus) -> AppTransfer:
    """Holds it until the commit; of two at once the slower one is told what became of it."""
    locked = _rows().get(pk=transfer.pk)
    if TRANSFER.allows(locked.status, to):
        return locked
    if to in {TransferStatus.COMPLETED, TransferStatus.REFUSED} and locked.status in OPEN_TRANSFER:
        raise NotAnswered
    raise TransferOver(status=str(TRANSFER_STATUSES[locked.status]).lower())


def _rows() -> QuerySet[AppTransfer]:
    return AppTransfer.objects.select_for_update(of=("self",)).select_related("app__partner", "giver", "receiver")


def _close_offer(
    transfer: AppTransfer, to: TransferStatus, kind: EventKind, actor: Actor, fields: Mapping[str, str] | None = None
) -> AppTransfer:
    reason = (fields or {}).get("reason", "")
    transition(transfer, to, actor=actor, reason=reason, fields=fields)
    deadlines.cancel(EXPIRES, subject_id=transfer.pk.hex)
    _record(kind, transfer, actor, reason=reason)
    return transfer


def _record(kind: EventKind, transfer: AppTransfer, actor: Actor, *, reason: str = "") -> None:
    """One fact for each of the two partners, so that both find it in their trail."""
    data = {"app": transfer.app.name, "from": transfer.giver.name, "to": transfer.receiver.name, "reason": reason}
    sides = (transfer.giver_id, transfer.receiver_id)
    record_all(kind, [Fact(transfer, partner_id=side, data=data) for side in sides], actor=actor)


def _find_receiver(text: str, giver: Partner) -> Partner:
    owners = Q(members__person__email=text.lower(), members__role=MemberRole.OWNER, members__is_active=True)
    named = Q(name__iexact=text) | Q(developer_account__name=text.lower())
    found: Sequence[Partner] = list(Partner.objects.filter(owners if "@" in text else named).distinct()[:2])
    if not found:
        raise Invalid(fields={"receiver": [_("We found no such partner. Write its name, or its owner's address.")]})
    if len(found) > 1:
        raise Invalid(fields={"receiver": [_("Several partners fit. Write the name of the one you mean.")]})
    receiver = found[0]
    if receiver.pk == giver.pk:
        raise Invalid(fields={"receiver": [_("The app is yours already.")]})
    if not receiver.members.filter(role=MemberRole.OWNER, is_active=True).exists():
        raise Invalid(fields={"receiver": [_("This partner has no owner who could accept it.")]})
    return receiver


def _reason(reason: str, *, is_required: bool = False) -> str:
    found = FieldProblems()
    clean = found.text("reason", reason, least=1 if is_required else 0, most=2000, lines=True)
    found.raise_if_any()
    return clean
