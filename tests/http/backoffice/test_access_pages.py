"""The kill switch on pages: what is found, whom it hits, what is asked first, and the way back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests.db.identity.by_hand import delete, token_of
from tests.db.installs.test_found_tokens import refresh_token_of
from tests.factories.accounts import actor_for, make_operator, make_person, make_user
from tests.factories.catalog import make_published_version
from tests.factories.identity import make_portal_client
from tests.factories.installs import make_completed
from tests.factories.partners import make_member

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import OperatorRole
from fondaco.identity.actions import create_personal_token
from fondaco.identity.models import CredentialSet, Cutoff, PersonalAccessToken, RevokedToken
from fondaco.identity.tokens import issue_access_token
from fondaco.installs.models import Installation
from fondaco.messaging.models import Message

pytestmark = pytest.mark.django_db
WHY = "It copies contacts to a stranger's server."
HERE = "/backoffice/access"


@pytest.fixture
def jon() -> Operator:
    return make_operator(OperatorRole.SUPPORT)


@pytest.fixture
def browser(client: Client, jon: Operator) -> Client:
    client.force_login(jon.person)
    return client


@pytest.fixture
def installation() -> Installation:
    return make_completed(version=make_published_version())


def place(installation: Installation, kind: str) -> str:
    ids = {"installation": installation.pk, "version": installation.version_id, "app": installation.app_id}
    return f"{HERE}/{kind}/{ids[kind].hex}"


def read(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.status_code
    text: str = response.content.decode()
    return text


def test_the_way_there_by_search(browser: Client, installation: Installation) -> None:
    page = read(browser.get(HERE, {"q": "Ledger"}))
    assert "Nothing is cut off." in page
    assert place(installation, "app") in page
    assert place(installation, "version") in page
    company = installation.account.company_name
    assert place(installation, "installation") in read(browser.get(HERE, {"q": company}))
    assert "No app, version, installation or OAuth client is called" in read(browser.get(HERE, {"q": "nothing at all"}))


def test_the_way_there_from_accounts_and_partners(client: Client, installation: Installation) -> None:
    client.force_login(make_operator(OperatorRole.SUPPORT, OperatorRole.PARTNER_MANAGER).person)
    page = f"/backoffice/installations/{installation.pk.hex}"
    assert page in read(client.get(f"/backoffice/accounts/{installation.account_id}"))
    assert place(installation, "installation") in read(client.get(page))
    assert place(installation, "app") in read(client.get(f"/backoffice/partners/{installation.app.partner_id.hex}"))


def test_whom_it_hits_is_seen_before(browser: Client, installation: Installation) -> None:
    other = make_completed(version=installation.version)
    page = read(browser.get(place(installation, "app")))
    assert "Let in" not in page.replace("Let it in again", ""), "nobody has touched it"
    assert "pill" not in page.split("<h1", 1)[1].split("</h1>", 1)[0]
    for each in (installation, other):
        assert each.account.company_name in page
    assert "people with a licence" in page
    assert "<dd>4</dd>" in page
    assert not Cutoff.objects.exists()


@pytest.mark.parametrize("kind", ["installation", "version", "app"])
def test_cut_off_and_restored(browser: Client, installation: Installation, kind: str) -> None:
    address = place(installation, kind)
    typed = {"reason": WHY} | ({} if kind == "installation" else {"confirmation": installation.app.name})
    response = browser.post(address, typed, follow=True)
    assert response.redirect_chain == [(address, 302)]
    page = read(response)
    assert "is cut off." in page
    assert "Let it in again" in page
    assert "One thing is cut off." in read(browser.get(HERE))
    cutoff = Cutoff.objects.get()
    page = read(browser.post(f"{HERE}/restore/{cutoff.pk.hex}", {"reason": ""}), 422)
    assert "Write the reason." in page
    response = browser.post(f"{HERE}/restore/{cutoff.pk.hex}", {"reason": "Mended."}, follow=True)
    assert "It is let in again." in read(response)
    assert "Nothing is cut off." in read(response)


def test_a_portal_client_is_found_cut_off_and_let_in(client: Client, jon: Operator) -> None:
    mara = make_member()
    program = make_portal_client(mara)
    address = f"{HERE}/client/{program.client.pk.hex}"
    client.force_login(jon.person)
    for text in (program.client.name, program.issued.client_id):
        assert address in read(client.get(HERE, {"q": text}))
    token = token_of(program.issued)
    page = read(client.post(f"{HERE}/token", {"token": token, "look": "1"}))
    assert address in page
    page = read(client.get(address))
    for words in (mara.partner.name, mara.person.name, "an OAuth client of a developer account", "users:read"):
        assert words in page
    for words in ("The whole app", "installation", "Name of the app", "Let in"):
        assert words not in page
    assert not Cutoff.objects.exists()
    page = read(client.post(address, {"reason": WHY}, follow=True))
    assert f"{program.client.name} is cut off." in page
    assert "Its partner makes a new secret in the portal then." in page
    page = read(client.get(HERE))
    assert address in page
    client.force_login(mara.person)
    page = read(client.get(f"/portal/clients/{program.client.pk.hex}"))
    for words in ("Cut off by the platform.", "copies contacts"):
        assert words in page
    assert "Regenerate the secret</" not in page
    assert ">Cut off<" in read(client.get("/portal/clients"))
    typed = {"attempt": "a" * 32, "revision": "0", "overlap": "1d"}
    page = read(client.post(f"/portal/clients/{program.client.pk.hex}/regenerate", typed), 409)
    assert "is cut off by the platform" in page
    client.force_login(jon.person)
    cutoff = Cutoff.objects.get()
    response = client.post(f"{HERE}/restore/{cutoff.pk.hex}", {"reason": "Mended."}, follow=True)
    assert "It is let in again. Its partner makes a new secret in the portal." in read(response)
    client.force_login(mara.person)
    assert "Needs a new secret" in read(client.get("/portal/clients"))
    assert "No ID of this client works now." in read(client.get(f"/portal/clients/{program.client.pk.hex}"))


def test_one_that_its_partner_deleted_stays_in_the_list_without_a_page(browser: Client) -> None:
    mara = make_member()
    program = make_portal_client(mara)
    address = f"{HERE}/client/{program.client.pk.hex}"
    browser.post(address, {"reason": WHY})
    delete(mara, program.client)
    page = read(browser.get(HERE))
    assert program.client.name in page
    assert address not in page
    assert browser.get(address).status_code == 404


def test_what_was_typed_is_kept(browser: Client, installation: Installation) -> None:
    address = place(installation, "app")
    page = read(browser.post(address, {"reason": "Because of <this>", "confirmation": "Ledger"}), 422)
    assert "Because of &lt;this&gt;" in page
    assert f"Type the name of the app: {installation.app.name}" in page
    page = read(browser.post(address, {"reason": "", "confirmation": ""}), 422)
    assert "2 fields need a change." in page
    assert not Cutoff.objects.exists()


def test_twice(browser: Client, installation: Installation) -> None:
    address, typed = place(installation, "installation"), {"reason": WHY}
    browser.post(address, typed)
    assert "This is cut off already." in read(browser.post(address, typed), 409) or Cutoff.objects.count() == 1


def test_one_token(browser: Client, installation: Installation) -> None:
    credentials = CredentialSet.objects.select_related("client__account").get()
    plain = issue_access_token(credentials=credentials, scope="apps:read")
    address = f"{HERE}/token"
    page = read(browser.post(address, {"token": plain, "look": "1"}))
    assert installation.account.company_name in page
    assert not RevokedToken.objects.exists()
    page = read(browser.post(address, {"token": plain, "reason": "", "revoke": "1"}), 422)
    assert "Write the reason." in page
    assert not RevokedToken.objects.exists()
    response = browser.post(address, {"token": plain, "reason": "On a pastebin", "revoke": "1"}, follow=True)
    assert "The token is dead." in read(response)
    assert RevokedToken.objects.count() == 1
    page = read(browser.post(address, {"token": plain, "look": "1"}))
    assert "there is nothing to end" in page
    assert "End this token" not in page
    for nonsense in ("x", "a.b.c", "\x00", "🙂" * 20):
        assert browser.post(address, {"token": nonsense, "look": "1"}).status_code == 422


def test_one_token_of_a_sign_in(browser: Client, installation: Installation) -> None:
    family, plain = refresh_token_of(installation)
    address = f"{HERE}/token"
    page = read(browser.post(address, {"token": plain, "look": "1"}))
    for words in ("Refresh token", installation.client.name, installation.installed_by.person.name, "apps:read"):
        assert words in page
    assert "Ending it ends all that came from the same sign-in" in page
    family.refresh_from_db()
    assert family.ended_at is None
    response = browser.post(address, {"token": plain, "reason": "On a pastebin", "revoke": "1"}, follow=True)
    assert "The token is dead." in read(response)
    family.refresh_from_db()
    assert family.ended_at is not None
    assert "Dead already." in read(browser.post(address, {"token": plain, "look": "1"}))


def test_one_token_of_a_person(browser: Client) -> None:
    user = make_user()
    _row, plain = create_personal_token(actor=actor_for(user.person), person=user.person, name="Nightly report")
    address = f"{HERE}/token"
    page = read(browser.post(address, {"token": plain, "look": "1"}))
    for words in ("Personal access token", user.person.email, "Nightly report", "all that its owner may"):
        assert words in page
    assert "everywhere its owner works" in page
    assert '<span class="optional">needed to end it</span>' in page
    response = browser.post(address, {"token": plain, "reason": "On a pastebin", "revoke": "1"}, follow=True)
    assert "The token is dead." in read(response)
    assert PersonalAccessToken.objects.get().revoked_at is not None
    page = read(browser.post(address, {"token": plain, "reason": "On a pastebin", "revoke": "1"}), 409)
    assert "This token is dead already." in page


@pytest.mark.parametrize(("how", "left"), [("routine", 2), ("forced", 1)])
def test_new_credentials(browser: Client, installation: Installation, how: str, left: int) -> None:
    address = f"{HERE}/rotate/{installation.pk.hex}"
    response = browser.post(address, {"rotate-how": how, "rotate-reason": "Asked by phone"}, follow=True)
    page = read(response)
    assert "New credentials are on their way to the partner." in page
    assert page.count(">Replaced<") + page.count(">Works<") + 0 >= left
    assert sum(each.is_usable for each in CredentialSet.objects.all()) == left
    assert Message.objects.filter(type="app.credentials_rotated").count() == 1


def test_new_credentials_refused(browser: Client, installation: Installation) -> None:
    address = f"{HERE}/rotate/{installation.pk.hex}"
    page = read(browser.post(address, {"rotate-how": "forced", "rotate-reason": ""}), 422)
    assert "Write the reason." in page
    assert '<span class="optional">needed when forced</span>' in page
    browser.post(address, {"rotate-how": "routine"})
    page = read(browser.post(address, {"rotate-how": "routine"}), 409)
    assert "New credentials were sent already" in page
    assert Message.objects.filter(type="app.credentials_rotated").count() == 1


def test_unknown_things_are_not_found(browser: Client, installation: Installation) -> None:
    for path in ("app/" + "0" * 32, f"nothing/{installation.pk.hex}", "version/x"):
        assert browser.get(f"{HERE}/{path}").status_code == 404
    assert browser.post(f"{HERE}/restore/{'0' * 32}", {"reason": "x"}).status_code == 404


@pytest.mark.parametrize("role", [OperatorRole.FINANCE, OperatorRole.MARKETING_REVIEWER])
def test_others_see_neither_the_entry_nor_the_page(client: Client, role: OperatorRole) -> None:
    client.force_login(make_operator(role, person=make_person("Fay Other")).person)
    assert HERE not in read(client.get("/backoffice/"))
    assert client.get(HERE).status_code == 403


def test_the_list_asks_no_more_when_it_grows(browser: Client, django_assert_max_num_queries: Any) -> None:
    version = make_published_version()
    for _ in range(3):
        browser.post(place(make_completed(version=version), "installation"), {"reason": WHY})
    with django_assert_max_num_queries(12):
        assert "3 things are cut off." in read(browser.get(HERE))


def test_reviews_are_one_entry_with_a_tab_for_each_queue(client: Client) -> None:
    client.force_login(make_operator().person)
    page = read(client.get("/backoffice/submissions/listing"))
    assert page.count('href="/backoffice/submissions"') == 1
    assert 'href="/backoffice/submissions/technical"' in page
    client.force_login(make_operator(OperatorRole.MARKETING_REVIEWER, person=make_person("Mia Markt")).person)
    page = read(client.get("/backoffice/submissions/listing"))
    assert 'href="/backoffice/submissions/technical"' not in page
    assert 'href="/backoffice/submissions"' in page


@pytest.mark.parametrize("kind", ["installation", "version", "app"])
def test_the_preview_asks_at_most_twelve_times(
    client: Client, installation: Installation, kind: str, django_assert_max_num_queries: Any
) -> None:
    client.force_login(make_operator().person)
    for _ in range(3):
        make_completed(version=installation.version)
    client.get(place(installation, kind))
    with django_assert_max_num_queries(12):
        read(client.get(place(installation, kind)))
