"""Installation links and test accounts, for the partner that gives them and for the account that is asked."""

from __future__ import annotations

from fondaco.accounts.permissions import Permission
from fondaco.catalog import actions
from fondaco.catalog.queries import (
    find_link,
    get_app,
    get_test,
    get_tester,
    get_version,
    list_testers,
    list_tests,
)
from fondaco.kit.errors import NotFound
from fondaco.kit.rate import check_rate
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import page, whole
from fondaco.surfaces.api.management.shapes.fields import Cursor, Limit, Page
from fondaco.surfaces.api.management.shapes.lifecycle import InstallLinkShape, TesterBody, TesterShape, TestShape

routes = Routes("Partner: testing", Place.PARTNER, for_machines=True)
account_routes = Routes("Account: testing", Place.ACCOUNT)

_PUBLISH = Permission.PARTNER_PUBLISH


@routes.reads("/partners/{partner_id}/versions/{version_id}/install-link", InstallLinkShape, _PUBLISH)
def get_install_link(request: Request, partner_id: str, version_id: str) -> InstallLinkShape:
    """The installation link, while it is switched on."""
    version = get_version(request.caller.member, version_id)
    link = find_link(version)
    if link is None:
        raise NotFound
    return InstallLinkShape.of(link)


@routes.creates("/partners/{partner_id}/versions/{version_id}/install-link", InstallLinkShape, _PUBLISH)
def make_install_link(request: Request, partner_id: str, version_id: str) -> InstallLinkShape:
    """Switches the link on; once more, it gets another secret and the one before leads nowhere."""
    by = request.caller.member
    link = actions.make_install_link(actor=request.caller.actor, by=by, version=get_version(by, version_id))
    return InstallLinkShape.of(link)


@routes.removes("/partners/{partner_id}/versions/{version_id}/install-link", _PUBLISH)
def end_install_link(request: Request, partner_id: str, version_id: str) -> None:
    """Switches the link off."""
    by = request.caller.member
    actions.end_install_link(actor=request.caller.actor, by=by, version=get_version(by, version_id))


@routes.reads("/partners/{partner_id}/apps/{app_id}/test-accounts", Page[TesterShape], Permission.PARTNER_VIEW)
def list_test_accounts(
    request: Request, partner_id: str, app_id: str, cursor: Cursor = None, limit: Limit = 20
) -> Page[TesterShape]:
    """The accounts that were invited to test an app, newest first."""
    by = request.caller.member
    return page(list_testers(by, get_app(by, app_id)), TesterShape.of, cursor=cursor, limit=limit, order="-id")


@routes.creates("/partners/{partner_id}/apps/{app_id}/test-accounts", TesterShape, _PUBLISH)
def invite_test_account(request: Request, partner_id: str, app_id: str, body: TesterBody) -> TesterShape:
    """Invites an account to install any version of an app by its link, in whatever state it is."""
    by = request.caller.member
    app = get_app(by, app_id)
    check_rate(f"test-account:{by.partner_id.hex}", limit=20, per=3600)
    return TesterShape.of(
        actions.invite_tester(actor=request.caller.actor, by=by, app=app, account=body.account, note=body.note)
    )


@routes.does("/partners/{partner_id}/apps/{app_id}/test-accounts/{tester_id}/remove", TesterShape, _PUBLISH)
def remove_test_account(request: Request, partner_id: str, app_id: str, tester_id: str) -> TesterShape:
    """Takes an invitation back, or ends a test. What is installed goes on."""
    by = request.caller.member
    tester = get_tester(by, get_app(by, app_id), tester_id)
    return TesterShape.of(actions.remove_tester(actor=request.caller.actor, by=by, tester=tester))


@account_routes.reads("/accounts/{account_id}/tests", Page[TestShape], Permission.APPS_INSTALL)
def list_account_tests(request: Request, account_id: str) -> Page[TestShape]:
    """Invitations to test apps that wait, and the apps that the account tests."""
    return whole(list_tests(request.caller.user), TestShape.of)


@account_routes.does("/accounts/{account_id}/tests/{tester_id}/accept", TesterShape, Permission.APPS_INSTALL)
def accept_test(request: Request, account_id: str, tester_id: str) -> TesterShape:
    """The account agrees to test the app."""
    by = request.caller.user
    return TesterShape.of(actions.accept_test(actor=request.caller.actor, by=by, tester=get_test(by, tester_id)))


@account_routes.does("/accounts/{account_id}/tests/{tester_id}/decline", TesterShape, Permission.APPS_INSTALL)
def decline_test(request: Request, account_id: str, tester_id: str) -> TesterShape:
    """The account does not want to."""
    by = request.caller.user
    return TesterShape.of(actions.decline_test(actor=request.caller.actor, by=by, tester=get_test(by, tester_id)))


@account_routes.does("/accounts/{account_id}/tests/{tester_id}/leave", TesterShape, Permission.APPS_INSTALL)
def leave_test(request: Request, account_id: str, tester_id: str) -> TesterShape:
    """The account stops. What it installed goes on."""
    by = request.caller.user
    return TesterShape.of(actions.leave_test(actor=request.caller.actor, by=by, tester=get_test(by, tester_id)))
