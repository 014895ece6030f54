"""While the platform keeps an app out, its partner's pages say so and why, and say nothing else that is not so."""

from __future__ import annotations

from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.factories.accounts import actor_for, make_account, make_operator
from tests.factories.catalog import make_app, make_published_version, make_version
from tests.factories.installs import follow_cutoffs, make_completed
from tests.factories.partners import make_member, make_partner
from tests.http.api.caller import Api

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import OperatorRole
from fondaco.catalog.models import Version
from fondaco.identity.models import Cutoff
from fondaco.installs.actions import cut_off, restore_access
from fondaco.installs.models import Installation
from fondaco.installs.reach import Target, TargetKind
from fondaco.partners.models import Member, MemberRole

pytestmark = pytest.mark.django_db(transaction=True)
WHY = "Its key lies open in a <b>repository</b>."
OFFERED = "Customers find"


@pytest.fixture
def jon() -> Operator:
    return make_operator(OperatorRole.SUPPORT)


@pytest.fixture
def mara() -> Member:
    return make_member(make_partner(), role=MemberRole.OWNER)


@pytest.fixture
def version(mara: Member) -> Version:
    """Published, with a newer draft beside it."""
    published = make_published_version(make_app(mara.partner))
    make_version(published.app, name="9.0.0")
    return published


@pytest.fixture
def installation(version: Version) -> Installation:
    return make_completed(make_account("harbour", company_name="Harbour Bank"), version=version)


@pytest.fixture
def browser(mara: Member) -> Client:
    browser = Client()
    browser.force_login(mara.person)
    return browser


def cut(by: Operator, target: Target) -> Cutoff:
    return cut_off(actor=actor_for(by.person), by=by, target=target, reason=WHY, confirmation=target.confirmation)


def read(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    html = answer.content.decode()
    assert "<b>repository</b>" not in html
    return unescape(html)


def pages_of(version: Version) -> list[str]:
    return [f"/portal/apps/{version.app_id.hex}", f"/portal/versions/{version.pk.hex}"]


def test_an_app_that_is_cut_off_says_so_until_it_is_let_in(jon: Operator, version: Version, browser: Client) -> None:
    for page in ("/portal/", "/portal/apps"):
        assert f"{OFFERED} {version.name}" in read(browser, page)
    cutoff = cut(jon, Target(TargetKind.APP, version.app))
    for page, title in zip(pages_of(version), ("this app", "this version"), strict=True):
        text = read(browser, page)
        assert f"The platform cut {title} off." in text
        assert WHY in text
    for page in ("/portal/", "/portal/apps"):
        text = read(browser, page)
        assert "The platform cut it off: nobody can open or install it." in text
        assert OFFERED not in text
    assert "Your developer account can install this version now" not in read(browser, pages_of(version)[1])
    restore_access(actor=actor_for(jon.person), by=jon, cutoff=cutoff, reason="It was mended.")
    for page in [*pages_of(version), "/portal/", "/portal/apps"]:
        assert "The platform cut" not in read(browser, page)


def test_only_the_version_that_is_cut_off_says_so(jon: Operator, version: Version, browser: Client) -> None:
    draft = version.app.versions.get(name="9.0.0")
    cut(jon, Target(TargetKind.VERSION, version.app, version))
    for page, title in zip(pages_of(version), (f"version {version.name}", "this version"), strict=True):
        assert f"The platform cut {title} off." in read(browser, page)
    assert "The platform cut" not in read(browser, pages_of(draft)[1])
    text = read(browser, "/portal/apps")
    assert f"The platform cut {version.name} off: nobody can open or install that version." in text
    assert OFFERED not in text


@pytest.mark.parametrize("kind", [TargetKind.APP, TargetKind.VERSION])
def test_no_page_says_that_customers_can_install_what_is_cut_off(
    jon: Operator, mara: Member, browser: Client, kind: TargetKind
) -> None:
    newest = make_published_version(make_app(mara.partner))
    pages = ["/portal/", "/portal/apps", f"/portal/versions/{newest.pk.hex}"]
    published = "customers can find and install it"
    for page in pages:
        assert published in read(browser, page)
    cut(jon, Target(kind, newest.app, newest if kind == TargetKind.VERSION else None))
    for page in pages:
        text = read(browser, page)
        assert published not in text
        assert "nobody can open or install" in text
        assert "Customers can install it." not in text


def test_another_partners_app_that_is_cut_off_marks_none_of_ones_own(
    jon: Operator, version: Version, browser: Client
) -> None:
    stranger = make_app(make_member(make_partner("Northwind Labs"), role=MemberRole.OWNER).partner, name="Tempo")
    cut(jon, Target(TargetKind.APP, stranger))
    for page in [*pages_of(version), "/portal/", "/portal/apps"]:
        assert "The platform cut" not in read(browser, page)


@pytest.mark.parametrize("kind", [TargetKind.INSTALLATION, TargetKind.APP])
def test_an_installation_that_is_cut_off_is_not_called_active(
    jon: Operator, installation: Installation, browser: Client, kind: TargetKind
) -> None:
    listed = f"/portal/apps/{installation.app_id.hex}/installations"
    own = f"/portal/installations/{installation.pk.hex}"
    for page in (listed, own):
        assert 'class="pill mute">Active' in " ".join(read(browser, page).split()).replace("> Active", ">Active")
    assert "Send new credentials" in read(browser, own)
    cut(jon, Target(kind, installation.app, installation=installation if kind == TargetKind.INSTALLATION else None))
    for page in (listed, own):
        text = read(browser, page)
        assert "Cut off" in text
        assert "Active" not in text
    assert WHY in read(browser, own)
    assert "Send new credentials" not in read(browser, own)
    restore_access(actor=actor_for(jon.person), by=jon, cutoff=Cutoff.objects.get(), reason="It was mended.")
    follow_cutoffs()
    text = read(browser, own)
    assert "The platform lets the program in again; what it had before stays dead." in text
    assert "Send new credentials" in text


def test_programs_are_told_why_with_a_query_for_all(jon: Operator, mara: Member, installation: Installation) -> None:
    make_completed(make_account("acme", company_name="Acme"), version=installation.version)
    api = Api(mara.person)
    path = f"/partners/{mara.partner_id.hex}/apps/{installation.app_id.hex}/installations"
    assert {one["cut_off_reason"] for one in api.get(path).json()["items"]} == {None}
    cut(jon, Target(TargetKind.INSTALLATION, installation.app, installation=installation))
    with CaptureQueriesContext(connection) as asked:
        items = api.get(path).json()["items"]
    assert {one["account"]: one["cut_off_reason"] for one in items} == {"Harbour Bank": WHY, "Acme": None}
    assert len([one for one in asked if "identity_cutoff" in one["sql"]]) <= 2  # and one for the token that asks
