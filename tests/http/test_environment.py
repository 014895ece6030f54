"""Sandbox and production cannot be confused: every page says where one is, also the pages of refusals."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.factories.accounts import make_account, make_user
from tests.factories.installs import make_completed, make_installing

pytestmark = pytest.mark.django_db
HERE, SHORT = "Sandbox: nothing here is real", "Sandbox"


def look(*, is_sandbox: bool) -> dict[str, tuple[int, str]]:
    """Status and page of each address that an administrator with one running and one waiting app opens."""
    account = make_account(is_sandbox=is_sandbox)
    running, waiting = make_completed(account), make_installing(account)
    client = Client()
    client.force_login(make_user(account).person)
    slug = running.app.slug
    paths = ["/", f"/marketplace/{slug}", f"/install/{slug}/plan", "/my-apps", "/my-apps/nothing", "/people"]
    paths += [f"/my-apps/{running.pk.hex}", f"/my-apps/{running.pk.hex}/uninstall", "/backoffice/"]
    paths += [f"/launch/{waiting.pk.hex}"]
    answers = {path: client.get(path) for path in paths}
    answers["POST"] = client.post(f"/my-apps/{running.pk.hex}/retry")
    return {path: (answer.status_code, answer.content.decode()) for path, answer in answers.items()}


def test_T16_every_page_of_a_sandbox_says_so() -> None:
    pages = look(is_sandbox=True)
    assert sorted({status for status, _page in pages.values()}) == [200, 403, 404, 409]
    assert [path for path, (_status, page) in pages.items() if SHORT not in page] == []
    refused = {path: page for path, (status, page) in pages.items() if status >= 400}
    assert [path for path, page in refused.items() if SHORT not in page] == []
    assert HERE in refused["/my-apps/nothing"]
    assert HERE in refused["/backoffice/"]
    assert HERE in refused["POST"]


def test_T16_no_page_of_a_production_account_does() -> None:
    pages = look(is_sandbox=False)
    assert [path for path, (_status, page) in pages.items() if SHORT in page] == []
