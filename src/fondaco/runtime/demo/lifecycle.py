"""What is under way around the demo's apps: tests of what is not published, and an app on offer."""

from __future__ import annotations

from datetime import timedelta

from fondaco.catalog import actions
from fondaco.catalog.models import App, AppTester, AppTransfer, InstallLink
from fondaco.kit import clock
from fondaco.partners.models import Member, MemberRole
from fondaco.runtime.demo.people import actor_for

_NOTE = "Please try the shorter first page before we publish it, and tell us what your agents say."


def make_lifecycle() -> None:
    """Starship tests one app and is invited to test another; Northwind offers a small app to Ledgerline."""
    with clock.travel(-timedelta(days=3)):
        _test("reply-robin", accepts=True)
    with clock.travel(-timedelta(hours=5)):
        _test("ledgerline", accepts=False)
    with clock.travel(-timedelta(days=1)):
        _offer("lingua-live", "Ledgerline GmbH")


def _owner(app: App) -> Member:
    owners = app.partner.members.filter(role=MemberRole.OWNER, is_active=True)
    return owners.select_related("person", "partner").earliest("created_at")


def _test(slug: str, *, accepts: bool) -> None:
    app = App.objects.select_related("partner").get(slug=slug)
    version, by = app.versions.latest("id"), _owner(app)
    if not InstallLink.objects.filter(version=version).exists():
        actions.make_install_link(actor=actor_for(by.person), by=by, version=version)
    tester = AppTester.objects.filter(app=app).select_related("account").first()
    if tester is None:
        tester = actions.invite_tester(actor=actor_for(by.person), by=by, app=app, account="starship", note=_NOTE)
    if accepts and tester.is_invited:
        users = tester.account.users.select_related("person", "role", "account")
        user = users.filter(role__key="admin").earliest("created_at", "id")
        actions.accept_test(actor=actor_for(user.person), by=user, tester=tester)


def _offer(slug: str, receiver: str) -> None:
    app = App.objects.select_related("partner").get(slug=slug)
    if app.partner.name == receiver or AppTransfer.objects.filter(app=app).exists():
        return
    by = _owner(app)
    note = "As discussed: you take the translations over with their customers at the end of the quarter."
    actions.offer_app(actor=actor_for(by.person), by=by, app=app, receiver=receiver, note=note)
