"""Installation links and test accounts, for the partner that gives them and for the account that gets them."""

from __future__ import annotations

import hmac
from typing import Final

from django.conf import settings
from django.db.models import Prefetch, QuerySet

from fondaco.accounts.models import User
from fondaco.accounts.permissions import Permission
from fondaco.catalog.lifecycle_states import OPEN_TESTER, TesterStatus
from fondaco.catalog.models import App, AppTester, InstallLink, Version
from fondaco.catalog.states import TechnicalStatus
from fondaco.kit.crypto import is_well_formed_secret
from fondaco.kit.errors import Forbidden, NotFound
from fondaco.kit.ids import parse_wire
from fondaco.partners.models import Member

LINK_PREFIX: Final = "fdi_"  # what the secret in an installation link begins with


def find_link(version: Version) -> InstallLink | None:
    """The installation link of a version, when it is switched on."""
    return InstallLink.objects.filter(version=version).first()


def link_address(link: InstallLink) -> str:
    """The whole address, as it is copied."""
    version = link.version
    token = bytes(link.token or b"").decode()
    return f"{settings.SITE_URL}/install/{version.app_id.hex}/{version.pk.hex}?t={token}"


def opens(version: Version, token: str) -> bool:
    """Whether ``token`` is the secret in the installation link of ``version``, which is switched on."""
    if not is_well_formed_secret(token, LINK_PREFIX):
        return False
    link = find_link(version)
    return link is not None and hmac.compare_digest(bytes(link.token or b""), token.encode())


def get_linked_version(app_id: str, version_id: str, token: str) -> Version:
    """The version behind an installation link. A wrong or old one leads nowhere, whatever is wrong with it."""
    app, found = parse_wire(app_id), parse_wire(version_id)
    version = (
        Version.objects.filter(pk=found, app_id=app)
        .select_related("app__partner", "technical", "listing")
        .defer("listing__search")
        .first()
        if app and found
        else None
    )
    if version is None or not opens(version, token):
        raise NotFound
    return version


def list_testers(by: Member, app: App) -> QuerySet[AppTester]:
    """The accounts that were invited to test one of the partner's apps, newest first, also those that are over."""
    if not by.can(Permission.PARTNER_VIEW):
        raise Forbidden
    testers = AppTester.objects.filter(app=app, app__partner_id=by.partner_id)
    return testers.select_related("account", "app__partner").order_by("-id")


def get_tester(by: Member, app: App, tester_id: str) -> AppTester:
    """One of them, by wire id."""
    found = parse_wire(tester_id)
    tester = list_testers(by, app).filter(pk=found).first() if found else None
    if tester is None:
        raise NotFound
    return tester


def list_tests(by: User) -> QuerySet[AppTester]:
    """The apps that the user's account is invited to test, or tests, newest first; what is over is left out.

    Each app with ``linked_versions``: the versions whose installation link is switched on, newest first.
    """
    if not by.can(Permission.APPS_INSTALL):
        raise Forbidden
    linked = (
        Version.objects.filter(install_link__isnull=False, retired_at=None)
        .exclude(technical__status=TechnicalStatus.DEPRECATED)
        .select_related("app", "technical", "install_link")
        .order_by("-id")
    )
    return (
        AppTester.objects.filter(account_id=by.account_id, status__in=OPEN_TESTER)
        .select_related("account", "app__partner")
        .prefetch_related(Prefetch("app__versions", linked, to_attr="linked_versions"))
        .order_by("-id")
    )


def get_test(by: User, tester_id: str) -> AppTester:
    """One invitation of the user's account, also one that is over, by wire id."""
    if not by.can(Permission.APPS_INSTALL):
        raise Forbidden
    found = parse_wire(tester_id)
    testers = AppTester.objects.filter(account_id=by.account_id).select_related("account", "app__partner")
    tester = testers.filter(pk=found).first() if found else None
    if tester is None:
        raise NotFound
    return tester


def count_tests(by: User) -> tuple[int, int]:
    """How many invitations wait for the account's answer, and how many apps it tests; 0 for who may not answer."""
    if not by.can(Permission.APPS_INSTALL):
        return 0, 0
    open_ones = AppTester.objects.filter(account_id=by.account_id, status__in=OPEN_TESTER)
    statuses = list(open_ones.values_list("status", flat=True))
    return statuses.count(TesterStatus.INVITED), statuses.count(TesterStatus.ACCEPTED)
