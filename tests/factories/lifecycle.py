"""Installation links, test accounts and transfers, made by the actions themselves."""

from __future__ import annotations

from tests.factories.accounts import actor_for, make_account, make_user
from tests.factories.catalog import make_app
from tests.factories.partners import make_member, make_partner

from fondaco.accounts.models import Account, User
from fondaco.catalog import actions
from fondaco.catalog.models import App, AppTester, AppTransfer, Version
from fondaco.partners.models import Member, MemberRole, Partner


def owner_of(partner: Partner) -> Member:
    """An owner of the partner; the one there is, or a new one."""
    found = partner.members.filter(role=MemberRole.OWNER, is_active=True).select_related("person", "partner").first()
    return found or make_member(partner)


def link_of(version: Version) -> str:
    """The secret of the version's installation link, which is made anew."""
    by = owner_of(version.app.partner)
    link = actions.make_install_link(actor=actor_for(by.person), by=by, version=version)
    return bytes(link.token or b"").decode()


def make_tester(app: App | None = None, account: Account | None = None, *, accepts: bool = True) -> AppTester:
    """An account that tests an app, or is invited to."""
    app, account = app or make_app(), account or make_account()
    by = owner_of(app.partner)
    tester = actions.invite_tester(
        actor=actor_for(by.person), by=by, app=app, account=account.name, note="Please try the new first page."
    )
    if accepts:
        user = account.users.filter(role__key="admin").first() or make_user(account)
        tester = actions.accept_test(actor=actor_for(user.person), by=user, tester=tester)
    return tester


def admin_of(account: Account) -> User:
    """An administrator of the account; the one there is, or a new one."""
    found = account.users.filter(role__key="admin", is_active=True).select_related("person", "role", "account").first()
    return found or make_user(account)


def make_transfer(app: App | None = None, receiver: Partner | None = None) -> AppTransfer:
    """An app that Mara offers to Northwind Labs."""
    app, receiver = app or make_app(), receiver or make_partner("Northwind Labs")
    owner_of(receiver)
    by = owner_of(app.partner)
    return actions.offer_app(
        actor=actor_for(by.person), by=by, app=app, receiver=receiver.name, note="As agreed on the phone."
    )


def accept(transfer: AppTransfer) -> AppTransfer:
    """The receiving owner agrees."""
    by = owner_of(transfer.receiver)
    return actions.accept_transfer(actor=actor_for(by.person), by=by, transfer=transfer)
