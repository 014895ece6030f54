"""The page on which an account sets up its own sign-in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from tests.factories.accounts import SYSTEM, make_account, make_person, make_role, make_user
from tests.openid_provider import CLIENT_ID, CLIENT_SECRET, Provider, openid_provider

from fondaco.accounts.actions import delete_role
from fondaco.accounts.errors import RoleInUse
from fondaco.accounts.models import User
from fondaco.accounts.permissions import Permission
from fondaco.audit.models import Event
from fondaco.identity.models import IdentityProvider

pytestmark = pytest.mark.django_db
LINES = {"lines-TOTAL_FORMS": "0", "lines-INITIAL_FORMS": "0"}


@pytest.fixture
def ada(client: Client) -> User:
    user = make_user(make_account("harbour"))
    client.force_login(user.person)
    return user


@pytest.fixture
def provider() -> Iterator[Provider]:
    with openid_provider(sub="nina") as running:
        yield running


def entries(ada: User, **changes: str) -> dict[str, str]:
    return {
        "name": "Harbour account",
        "issuer": "https://login.harbour.example",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "default_role": ada.account.roles.get(key="agent").pk.hex,
        "revision": "0",
        **LINES,
        **changes,
    }


def test_setting_it_up_switching_it_and_removing_it(client: Client, ada: User, provider: Provider) -> None:
    page = client.get("/people/sign-in").content.decode()
    assert "/sign-in/harbour/return" in page
    lead = make_role(ada.account, name="Lead")
    lines = {
        "lines-TOTAL_FORMS": "2", "lines-INITIAL_FORMS": "0", "lines-0-value": "leads", "lines-0-role": lead.pk.hex,
        "lines-1-value": "", "lines-1-role": lead.pk.hex,
    }  # fmt: skip
    own = {"issuer": provider.issuer}
    given = entries(ada, allowed_domains="harbour.example, @Lines.example", role_claim="groups", **lines, **own)
    assert client.post("/people/sign-in", given)["Location"] == "/people/sign-in"

    found = IdentityProvider.objects.get()
    assert (found.account, found.is_enabled, found.is_required, found.revision) == (ada.account, False, False, 1)
    assert found.allowed_domains == ["harbour.example", "lines.example"]
    assert [(one.value, one.role) for one in found.role_mappings.all()] == [("leads", lead)]
    assert found.client_secret == CLIENT_SECRET.encode()
    page = client.get("/people/sign-in").content.decode()
    assert CLIENT_SECRET not in page
    assert "is set up and switched off" in page
    with pytest.raises(RoleInUse):
        delete_role(actor=SYSTEM, by=ada, role=lead)

    assert client.post("/people/sign-in/switch", {"to": "on"}).status_code == 302
    assert "People may sign in with Harbour account" in client.get("/people/sign-in").content.decode()
    # Another secret is not asked for, and what is left empty stays.
    changed = entries(ada, name="Harbour", client_secret="", revision="1", is_required="on", **own)
    assert client.post("/people/sign-in", changed).status_code == 302
    found = IdentityProvider.objects.get()
    assert (found.name, found.is_enabled, found.is_required, found.client_secret) == (
        "Harbour", True, True, CLIENT_SECRET.encode(),
    )  # fmt: skip
    assert client.post("/people/sign-in/remove").status_code == 302
    assert not IdentityProvider.objects.exists()
    kinds = [event.kind for event in Event.objects.filter(kind__startswith="identity_provider.").order_by("id")]
    names = ("saved", "enabled", "saved", "removed")
    assert kinds == [f"identity_provider.{name}" for name in names]


def test_one_that_leads_nobody_in_is_not_switched_on(client: Client, ada: User, provider: Provider) -> None:
    given = entries(ada, issuer=f"{provider.issuer}/nothing-here", is_required="on")
    assert client.post("/people/sign-in", given).status_code == 302
    answer = client.post("/people/sign-in/switch", {"to": "on"})
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "It was not switched on." in html
    assert "it answered with status 404" in html.lower()
    assert not IdentityProvider.objects.get().is_enabled
    assert not Event.objects.filter(kind="identity_provider.enabled").exists()


def test_while_it_is_on_another_issuer_must_lead_somebody_in(client: Client, ada: User, provider: Provider) -> None:
    client.post("/people/sign-in", entries(ada, issuer=provider.issuer))
    client.post("/people/sign-in/switch", {"to": "on"})
    other = entries(ada, issuer=f"{provider.issuer}/nothing-here", revision="1", name="Other")
    answer = client.post("/people/sign-in", other)
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "Nothing was saved, and people still sign in as before." in html
    assert "What the test found" in html
    assert 'value="Other"' in html, "what was typed is kept"
    found = IdentityProvider.objects.get()
    assert (found.name, found.issuer, found.is_enabled, found.revision) == (
        "Harbour account", provider.issuer, True, 1,
    )  # fmt: skip
    assert client.post("/people/sign-in", {**other, "issuer": "nowhere"}).status_code == 422
    assert client.post("/people/sign-in/switch", {"to": "off"}).status_code == 302
    page = client.post("/people/sign-in", other, follow=True).content.decode()
    assert "Test it before you switch it on." in page
    assert IdentityProvider.objects.get().name == "Other"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"issuer": "login.harbour.example"}, "issuer"),
        ({"issuer": "ftp://login.harbour.example"}, "issuer"),
        ({"issuer": "https://login.harbour.example?tenant=1"}, "issuer"),
        ({"issuer": "https://user:pass@login.harbour.example"}, "issuer"),
        ({"issuer": "http://169.254.169.254/latest"}, "issuer"),
        ({"client_id": "é"}, "client_id"),
        ({"client_secret": "tab\there"}, "client_secret"),
        ({"allowed_domains": "harbour"}, "allowed_domains"),
        ({"default_role": "0" * 32}, "default_role"),
        ({"lines-TOTAL_FORMS": "1", "lines-0-value": "leads"}, "role_claim"),
    ],
)
def test_a_wrong_entry_is_told_beside_its_field(client: Client, ada: User, changes: dict[str, str], field: str) -> None:
    given = entries(ada, **changes)
    if "lines-0-value" in changes:
        given["lines-0-role"] = ada.account.roles.get(key="agent").pk.hex
    response = client.post("/people/sign-in", given)
    assert response.status_code == 422
    assert f'id="id_{field}_error"' in response.content.decode()
    assert not IdentityProvider.objects.exists()


def test_a_value_needs_a_role(client: Client, ada: User) -> None:
    lines = {"lines-TOTAL_FORMS": "1", "lines-0-value": "leads", "lines-0-role": "", "role_claim": "groups"}
    response = client.post("/people/sign-in", entries(ada, **lines))
    assert response.status_code == 422
    assert "Choose the role that this value gives." in response.content.decode()
    assert not IdentityProvider.objects.exists()


def test_the_second_of_two_editors_is_told(client: Client, ada: User) -> None:
    client.post("/people/sign-in", entries(ada))
    response = client.post("/people/sign-in", entries(ada, name="Mine"))
    assert response.status_code == 409
    assert "Someone else saved the sign-in" in response.content.decode()
    assert IdentityProvider.objects.get().name == "Harbour account"


def test_another_issuer_never_gets_the_old_secret(client: Client, ada: User) -> None:
    client.post("/people/sign-in", entries(ada))
    moved = entries(ada, issuer="https://evil.example", client_secret="", revision="1")
    response = client.post("/people/sign-in", moved)
    assert response.status_code == 422
    assert "it needs its own secret" in response.content.decode()
    assert IdentityProvider.objects.get().issuer == "https://login.harbour.example"


def test_nobody_lets_a_provider_give_what_they_lack(client: Client, ada: User) -> None:
    sly = make_user(ada.account, role=make_role(ada.account, Permission.SIGN_IN_MANAGE), person=make_person("Sly"))
    client.force_login(sly.person)
    response = client.post("/people/sign-in", entries(ada, default_role=ada.role_id.hex))
    assert response.status_code == 422
    assert 'id="id_default_role_error"' in response.content.decode()
    assert not IdentityProvider.objects.exists()


def test_the_test_says_in_words_what_is_well_and_what_is_not(client: Client, ada: User, provider: Provider) -> None:
    client.post("/people/sign-in", entries(ada, issuer=provider.issuer))
    words = {
        "": "It publishes keys that we can use: 2.",
        "wrong issuer": "Its description speaks for https://somebody.example",
        "no keys": "It publishes no key that we can use.",
        "weak": "It signs in none of the ways that we take.",
        "no token endpoint": "Its description names no usable token_endpoint.",
        "redirect /keys": "It answered with status 302.",
        "garbage /.well-known/openid-configuration": "Its answer could not be read.",
    }
    before = Event.objects.count()
    for fault, sentence in words.items():
        provider.fault = fault
        response = client.post("/people/sign-in/test")
        assert response.status_code == 200
        assert sentence in response.content.decode(), fault
    assert Event.objects.count() == before


def test_without_one_there_is_nothing_to_test_switch_or_remove(client: Client, ada: User) -> None:
    for name in ("test", "switch", "remove"):
        assert client.post(f"/people/sign-in/{name}").status_code == 404
