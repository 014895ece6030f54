"""An installation link in a browser: for who is signed out, for who may not install, for insiders and for everybody."""

from __future__ import annotations

import re
from http import HTTPStatus
from urllib.parse import urlencode

import pytest
from django.test import Client
from tests.factories.accounts import PASSWORD, actor_for, make_account, make_person, make_user
from tests.factories.catalog import make_version
from tests.factories.lifecycle import link_of, make_tester, owner_of
from tests.signing_in import signed_in

from fondaco.catalog import actions
from fondaco.catalog.models import Version
from fondaco.catalog.states import TechnicalStatus
from fondaco.installs.models import Installation

pytestmark = pytest.mark.django_db


def address(version: Version, token: str) -> str:
    return f"/install/{version.app_id.hex}/{version.pk.hex}?{urlencode({'t': token})}"


def test_a_visitor_signs_in_first_and_comes_back() -> None:
    version = make_version(technical=TechnicalStatus.APPROVED)
    path, client = address(version, link_of(version)), Client()
    user = make_user(person=make_person("Ida Ives", password=PASSWORD))
    answer = client.get(path)
    assert (answer.status_code, answer["Location"]) == (302, f"/account/login/?{urlencode({'next': path}, safe='/')}")
    answer = client.post(answer["Location"], {"login": user.person.email, "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, path)
    page = client.get(path, follow=True)
    assert page.status_code == HTTPStatus.OK
    assert "Private installation." in page.content.decode()
    assert "This is version 1.0.0, and its technical content is approved." in page.content.decode()


def test_the_whole_way_of_a_test_account() -> None:
    version, user = make_version(), make_user(make_account())
    make_tester(version.app, user.account)
    token = link_of(version)
    client = signed_in(user)
    slug = version.app.slug
    assert client.get(address(version, token), follow=True).redirect_chain == [
        (f"/install/{slug}?version={version.pk.hex}", 302),
        (f"/install/{slug}/plan", 302),
    ]
    trial = version.plans.get(name="Trial")
    assert client.post(f"/install/{slug}/plan", {"plan": trial.pk.hex})["Location"] == f"/install/{slug}/users"
    assert client.post(f"/install/{slug}/users", {"do": "next"})["Location"] == f"/install/{slug}/confirm"
    found = re.search(r'name="seen" value="(\w+)"', client.get(f"/install/{slug}/confirm").content.decode())
    assert found
    assert token not in str(dict(client.session))
    answer = client.post(f"/install/{slug}/confirm", {"seen": found.group(1), "agreed": "yes"})
    assert (answer.status_code, answer["Location"]) == (302, "/my-apps")
    assert Installation.objects.get().version == version


def test_T17_others_read_which_rule_keeps_it_from_them() -> None:
    version = make_version()
    page = signed_in(make_user()).get(address(version, link_of(version)), follow=True)
    assert page.status_code == HTTPStatus.CONFLICT
    assert "accounts that the partner invited as test accounts and that agreed" in page.content.decode()
    assert not Installation.objects.exists()


def test_what_is_deprecated_says_so() -> None:
    version = make_version(technical=TechnicalStatus.DEPRECATED)
    page = signed_in(make_user()).get(address(version, link_of(version)), follow=True)
    assert page.status_code == HTTPStatus.CONFLICT
    assert "This version was withdrawn by its partner" in page.content.decode()


def test_who_may_not_install_learns_whom_to_ask() -> None:
    version = make_version(technical=TechnicalStatus.APPROVED)
    admin = make_user()
    page = signed_in(make_user(admin.account, role="agent")).get(address(version, link_of(version)), follow=True)
    assert page.status_code == HTTPStatus.FORBIDDEN
    assert admin.person.email in page.content.decode()


def test_a_link_that_is_over_ends_also_what_was_begun_with_it() -> None:
    version = make_version(technical=TechnicalStatus.APPROVED)
    token = link_of(version)
    client = signed_in(make_user())
    assert client.get(address(version, token), follow=True).status_code == HTTPStatus.OK
    by = owner_of(version.app.partner)
    actions.end_install_link(actor=actor_for(by.person), by=by, version=version)
    assert client.get(f"/install/{version.app.slug}/plan").status_code == HTTPStatus.NOT_FOUND
    for wrong in (token, "", "fdi_x", "\0", "x" * 5000):
        assert client.get(address(version, wrong)).status_code == HTTPStatus.NOT_FOUND
    assert not Installation.objects.exists()
