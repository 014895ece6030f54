"""Accounts that test an app before everybody may have it: invited by its partner, answered by the account."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fondaco.accounts.models import Account, User
from fondaco.accounts.permissions import Permission
from fondaco.audit.actor import Actor
from fondaco.audit.kinds import EventKind
from fondaco.audit.recording import record
from fondaco.audit.status import transition
from fondaco.catalog import events
from fondaco.catalog.errors import TesterOpen, TesterOver
from fondaco.catalog.labels import TESTER_STATUSES
from fondaco.catalog.lifecycle_states import TESTER, TesterStatus
from fondaco.catalog.models import App, AppTester
from fondaco.catalog.policies import check_can
from fondaco.catalog.validation import FieldProblems
from fondaco.kit.errors import Forbidden, Invalid, NotFound
from fondaco.partners.models import Member


def invite_tester(*, actor: Actor, by: Member, app: App, account: str, note: str = "") -> AppTester:
    """Invites an account to install any version of an app by its link, in whatever state it is.

    ``account`` is the account's name, or the e-mail address of one of its administrators.
    """
    found = FieldProblems()
    text = found.text("account", account, least=1, most=254)
    clean = found.text("note", note, most=1000, lines=True)
    found.raise_if_any()
    with transaction.atomic(durable=True):
        check_can(by, app, Permission.PARTNER_PUBLISH)
        invited = _find_account(text)
        if invited.pk == by.partner.developer_account_id:
            raise Invalid(fields={"account": [_("Your own developer account needs no invitation.")]})
        try:
            with transaction.atomic():
                tester = AppTester.objects.create(app=app, account=invited, invited_by=by.person.name, note=clean)
        except IntegrityError as error:
            raise TesterOpen(account=invited.company_name, app=app.name) from error
        _record(events.TESTER_INVITED, tester, actor)
    return tester


def accept_test(*, actor: Actor, by: User, tester: AppTester) -> AppTester:
    """The account agrees to try what is not finished."""
    return _answer(actor=actor, by=by, tester=tester, to=TesterStatus.ACCEPTED, kind=events.TESTER_ACCEPTED)


def decline_test(*, actor: Actor, by: User, tester: AppTester) -> AppTester:
    """The account does not want to."""
    return _answer(actor=actor, by=by, tester=tester, to=TesterStatus.DECLINED, kind=events.TESTER_DECLINED)


def leave_test(*, actor: Actor, by: User, tester: AppTester) -> AppTester:
    """The account had agreed and stops. What it installed goes on until it is uninstalled."""
    return _answer(actor=actor, by=by, tester=tester, to=TesterStatus.LEFT, kind=events.TESTER_LEFT)


def remove_tester(*, actor: Actor, by: Member, tester: AppTester) -> AppTester:
    """The partner takes an invitation back, or ends a test. What is installed goes on until it is uninstalled."""
    with transaction.atomic(durable=True):
        check_can(by, tester.app, Permission.PARTNER_PUBLISH)
        return end_test(actor=actor, tester=_lock(tester, TesterStatus.REMOVED))


def end_test(*, actor: Actor, tester: AppTester) -> AppTester:
    """A step: the account's leave to test is over."""
    transition(tester, TesterStatus.REMOVED, actor=actor)
    _record(events.TESTER_REMOVED, tester, actor)
    return tester


def _answer(*, actor: Actor, by: User, tester: AppTester, to: TesterStatus, kind: EventKind) -> AppTester:
    with transaction.atomic(durable=True):
        if tester.account_id != by.account_id:
            raise NotFound
        if not by.can(Permission.APPS_INSTALL):
            raise Forbidden
        locked = _lock(tester, to)
        transition(locked, to, actor=actor, fields={"answered_by": by.person.name})
        _record(kind, locked, actor)
    return locked


def _lock(tester: AppTester, to: TesterStatus) -> AppTester:
    """Holds it until the commit, so that of two at once the slower one is told what happened."""
    locked = (
        AppTester.objects.select_for_update(of=("self",)).select_related("app__partner", "account").get(pk=tester.pk)
    )
    if not TESTER.allows(locked.status, to):
        raise TesterOver(app=locked.app.name, status=str(TESTER_STATUSES[locked.status]).lower())
    return locked


def _find_account(text: str) -> Account:
    if "@" not in text:
        account = Account.objects.filter(name=text.lower()).first()
        if account is None:
            raise Invalid(fields={"account": [_("There is no account of this name. Ask its administrator for it.")]})
        return account
    seats = User.objects.filter(person__email=text.lower(), is_active=True, role__key="admin").select_related("account")
    accounts = {user.account_id: user.account for user in seats}
    if len(accounts) > 1:
        raise Invalid(fields={"account": [_("They administer several accounts. Write the name of the one you mean.")]})
    if not accounts:
        raise Invalid(fields={"account": [_("Nobody with this address administers an account.")]})
    return next(iter(accounts.values()))


def _record(kind: EventKind, tester: AppTester, actor: Actor) -> None:
    data = {"app": tester.app.name, "account": tester.account.name}
    record(kind, tester, actor=actor, data=data, **tester.audit_scope())
