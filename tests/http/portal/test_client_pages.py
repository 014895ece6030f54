"""OAuth clients in the portal: what the pages show, once and no more, and what they say when it cannot be."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from tests.factories.accounts import actor_for
from tests.factories.identity import CALLBACK, SIGN_IN, make_portal_client
from tests.factories.partners import make_member
from tests.searching import find_in_database
from tests.signing_in import signed_in

from fondaco.audit.status import transition
from fondaco.catalog.scopes import FOR_PORTAL_CLIENTS
from fondaco.identity import actions
from fondaco.identity.issuer import issuer
from fondaco.identity.models import CredentialSet, OAuthClient
from fondaco.identity.states import CredentialStatus
from fondaco.kit import clock, crypto
from fondaco.kit.idempotency import forget_old
from fondaco.kit.models import IdempotentAnswer
from fondaco.partners.models import Member, MemberRole

pytestmark = pytest.mark.django_db
SECRET = re.compile(r"fdc_[A-Za-z0-9_-]{40,}")


@pytest.fixture
def client(mara: Member) -> Client:
    return signed_in(mara)


def entries(**changes: object) -> dict[str, object]:
    return {
        "attempt": "0190f7a2b3c4d5e6f708192a3b4c5d6e",
        "name": "Nightly export",
        "runs_on": "server",
        "grant_types": ["client_credentials"],
        "redirect_uris": "",
        "scopes": ["account:read", "users:read"],
        **changes,
    }


def text_of(answer: HttpResponse) -> str:
    return html.unescape(answer.content.decode())


def commands(answer: HttpResponse) -> list[str]:
    """What the page offers to copy in blocks of code."""
    return [
        html.unescape(found) for found in re.findall(r"<pre[^>]*><code>(.*?)</code>", answer.content.decode(), re.S)
    ]


def secrets_on(answer: HttpResponse) -> set[str]:
    return set(SECRET.findall(answer.content.decode()))


def test_an_empty_list_teaches(client: Client) -> None:
    page = text_of(client.get("/portal/clients"))
    assert "No OAuth client yet" in page
    assert "Apps need none: each installation brings its own." in page
    assert 'href="/portal/clients/new"' in page


def test_the_list_says_what_each_is_and_when_it_was_used(client: Client, mara: Member) -> None:
    export = make_portal_client(mara).client
    export.credential_sets.update(last_used_at=clock.now() - timedelta(hours=3))
    board = make_portal_client(mara, SIGN_IN).client
    board.credential_sets.update(last_used_at=clock.now() - timedelta(hours=2))  # by its old secret
    actions.regenerate_secret(
        actor=actor_for(mara.person), by=mara, client=board, revision=0, overlap=actions.Overlap.DAY
    )
    make_portal_client(mara)
    page = " ".join(re.sub(r"<[^>]+>", " ", text_of(client.get("/portal/clients"))).split())
    assert "Nightly export Client credentials · last used 3 hours ago Active" in page
    assert "Wallboard Authorization code, Refresh token · last used 2 hours ago An old secret still works" in page
    assert page.count("Nightly export Client credentials · never used Active") == 1


def test_a_long_list_asks_no_more_often(
    client: Client, mara: Member, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/portal/clients")
    for number in (1, 6):
        for _ in range(number):
            make_portal_client(mara)
        with django_assert_num_queries(6):
            client.get("/portal/clients")


def test_the_form_says_in_words_what_each_scope_allows(client: Client) -> None:
    page = text_of(client.get("/portal/clients/new"))
    assert re.findall(r'name="scopes" value="([^"]+)"', page) == list(FOR_PORTAL_CLIENTS)
    assert "List the users of the account, and read one of them <code>users:read</code>" in page
    assert re.search(r"<legend>Recordings</legend>", page)
    assert "<code>apps:write</code>" not in page
    assert re.search(r'name="attempt" value="[0-9a-f]{32}"', page)


def test_creating_shows_everything_once(client: Client, mara: Member, caplog: pytest.LogCaptureFixture) -> None:
    answer = client.post("/portal/clients/new", entries())
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert answer["Referrer-Policy"] == "same-origin"
    row = CredentialSet.objects.select_related("client").get()
    (secret,) = secrets_on(answer)
    assert crypto.verify_hash(secret, row.secret_hash)
    page = text_of(answer)
    for address in ("/oauth/token", "/.well-known/openid-configuration", ""):
        assert f"<code>{issuer(mara.partner.developer_account)}{address}</code>" in page
    assert f'data-copy="{secret}"' in page
    assert commands(answer)[0] == (
        f"curl {issuer(mara.partner.developer_account)}/oauth/token \\\n"
        f"  --user {row.wire_client_id}:{secret} \\\n"
        "  --data grant_type=client_credentials"
    )
    assert commands(answer)[1].endswith('/account --header "Authorization: Bearer $TOKEN"')
    # Nowhere else, and never again.
    assert find_in_database(secret) == []
    assert secret not in str([session.get_decoded() for session in Session.objects.all()])
    assert secret not in str(answer.cookies)
    assert secret not in caplog.text
    for path in ("", "/edit", "/regenerate", "/key-pair", "/delete"):
        assert secrets_on(client.get(f"/portal/clients/{row.client_id.hex}{path}")) == set()
    assert secrets_on(client.get("/portal/clients")) == set()


def test_sent_twice_it_is_made_once_and_shown_twice(client: Client) -> None:
    first = client.post("/portal/clients/new", entries())
    again = client.post("/portal/clients/new", entries())
    assert OAuthClient.objects.count() == 1
    assert secrets_on(first) == secrets_on(again) != set()
    sealed = IdempotentAnswer.objects.get()
    assert secrets_on(first) == {SECRET.search(str(sealed.body)).group()}  # type: ignore[union-attr]
    assert find_in_database(next(iter(secrets_on(first)))) == []


def test_a_late_reload_makes_nothing_and_shows_no_secret(client: Client) -> None:
    first = client.post("/portal/clients/new", entries())
    for wait, is_shown in ((timedelta(minutes=9, seconds=59), True), (timedelta(minutes=10, seconds=1), False)):
        with clock.travel(wait):
            again = client.post("/portal/clients/new", entries())
        assert (again.status_code, again["Cache-Control"]) == (200, "no-store")
        assert bool(secrets_on(again)) is is_shown
        words = "Reloading this page shows it for ten minutes, to you alone; our sealed copy is deleted after a day."
        assert (words in text_of(again)) is is_shown
    assert OAuthClient.objects.count() == 1
    with clock.travel(timedelta(hours=24, seconds=1)):
        assert forget_old() == 1
    assert not IdempotentAnswer.objects.exists(), "the sealed copy"
    page = text_of(again)
    assert "It was shown before. Nothing was done a second time" in re.sub(r"<[^>]+>", "", page)
    assert '--user "' in commands(again)[0]
    assert secrets_on(first) != set()


def test_the_page_before_with_other_entries_asks_again(client: Client) -> None:
    client.post("/portal/clients/new", entries())
    answer = client.post("/portal/clients/new", entries(name="Another"))
    assert (answer.status_code, OAuthClient.objects.count()) == (422, 1)
    page = text_of(answer)
    assert "This page did its work a moment ago, with other entries. Nothing was done now. Send it again." in page
    assert 'value="Another"' in page
    fresh = re.search(r'name="attempt" value="([0-9a-f]{32})"', page)
    assert fresh
    client.post("/portal/clients/new", entries(name="Another", attempt=fresh[1]))
    assert sorted(OAuthClient.objects.values_list("name", flat=True)) == ["Another", "Nightly export"]


def test_nobody_else_sees_the_answer_to_an_attempt(client: Client, mara: Member) -> None:
    first = client.post("/portal/clients/new", entries())
    colleague = signed_in(make_member(mara.partner, role=MemberRole.DEVELOPER))
    other = colleague.post("/portal/clients/new", entries())
    assert secrets_on(first).isdisjoint(secrets_on(other))
    assert OAuthClient.objects.count() == 2


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_is_kept(client: Client) -> None:
    wrong = entries(
        name="",
        grant_types=["authorization_code"],
        redirect_uris="https://a.example/ok\r\nhttp://b.example\r\nhttps://c.example/#x",
        scopes=[],
        runs_on="moon",
    )
    answer = client.post("/portal/clients/new", wrong)
    assert (answer.status_code, OAuthClient.objects.count()) == (422, 0)
    answer = client.post("/portal/clients/new", wrong | {"runs_on": "server", "name": "Wallboard"})
    page = text_of(answer)
    assert answer.status_code == 422
    for problem in (
        "http://b.example cannot be used: begin with https://",
        "https://c.example/#x cannot be used: begin with https://",
        "Choose at least one, or its tokens open nothing.",
    ):
        assert problem in page
    assert "https://a.example/ok cannot" not in page
    assert 'value="Wallboard"' in page
    assert "https://a.example/ok\r\nhttp://b.example" in page
    assert not OAuthClient.objects.exists()
    mended = wrong | {"runs_on": "server", "name": "W", "redirect_uris": CALLBACK, "scopes": ["openid"]}
    assert secrets_on(client.post("/portal/clients/new", mended)) != set(), "the same attempt, now carried out"


def test_a_client_that_signs_people_in_gets_its_own_steps(client: Client, mara: Member) -> None:
    answer = client.post(
        "/portal/clients/new",
        entries(
            grant_types=["authorization_code", "refresh_token"],
            redirect_uris=CALLBACK,
            scopes=["openid", "refresh_token", "users:read"],
        ),
    )
    (secret,) = secrets_on(answer)
    where, exchange, renew, ask = commands(answer)
    assert where.startswith(f"{issuer(mara.partner.developer_account)}/oauth/authorize?response_type=code&client_id=")
    assert f"redirect_uri={CALLBACK}" in exchange
    assert (f":{secret} " in exchange, f":{secret} " in renew) == (True, True)
    assert "/users --header" in ask


def test_a_public_client_is_told_of_pkce_and_gets_no_secret(client: Client) -> None:
    answer = client.post(
        "/portal/clients/new",
        entries(runs_on="device", grant_types=["authorization_code"], redirect_uris=CALLBACK, scopes=["openid"]),
    )
    assert secrets_on(answer) == set()
    assert "The code grant must come with PKCE (S256)" in text_of(answer)
    assert "--data client_id=" in commands(answer)[1]
    page = text_of(client.get(f"/portal/clients/{OAuthClient.objects.get().pk.hex}"))
    assert "Regenerate the secret" not in page
    assert "Key pair" not in page


def test_the_page_of_a_client(client: Client, mara: Member) -> None:
    row = make_portal_client(mara, SIGN_IN).client
    page = text_of(client.get(f"/portal/clients/{row.pk.hex}"))
    for words in (
        "Authorization code, Refresh token · never used",
        "Sign a user of the account in: an ID token with the code, and who they are",
        CALLBACK,
        "Create a key pair",
        "This client was created.",
    ):
        assert words in page, words


def test_regenerating(client: Client, mara: Member) -> None:
    program = make_portal_client(mara)
    path = f"/portal/clients/{program.client.pk.hex}/regenerate"
    assert 'name="revision" value="0"' in text_of(client.get(path))
    sent = {"attempt": "a" * 32, "revision": "0", "overlap": "7d"}
    answer = client.post(path, sent)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    (secret,) = secrets_on(answer)
    newest = CredentialSet.objects.latest("created_at")
    assert crypto.verify_hash(secret, newest.secret_hash)
    assert secrets_on(client.post(path, sent)) == {secret}
    assert CredentialSet.objects.count() == 2
    page = text_of(client.get(f"/portal/clients/{program.client.pk.hex}"))
    assert "Client IDs in force" in page
    assert program.issued.client_id in page
    assert newest.wire_client_id in page
    stale = client.post(path, {"attempt": "b" * 32, "revision": "0", "overlap": "none"})
    assert stale.status_code == 409
    assert "Mara Lind changed this client while you were looking at it. Nothing was done now." in text_of(stale)
    assert client.post(path, {"attempt": "c" * 32, "revision": "1", "overlap": "a year"}).status_code == 422
    assert CredentialSet.objects.count() == 2


def test_a_client_whose_id_was_cut_off_can_be_brought_back(client: Client, mara: Member) -> None:
    program = make_portal_client(mara)
    with transaction.atomic():
        transition(program.issued.set, CredentialStatus.REVOKED, actor=actor_for(mara.person))
    place = f"/portal/clients/{program.client.pk.hex}"
    page = text_of(client.get(place))
    assert "No ID of this client works now." in page
    assert "curl" not in page
    assert client.get(f"{place}/key-pair").status_code == 404
    answer = client.post(f"{place}/regenerate", {"attempt": "a" * 32, "revision": "0", "overlap": "1d"})
    assert secrets_on(answer) != set()
    assert "No ID of this client works now." not in text_of(client.get(place))


def test_a_key_pair_is_shown_once_in_both_forms(client: Client, mara: Member) -> None:
    program = make_portal_client(mara)
    path = f"/portal/clients/{program.client.pk.hex}/key-pair"
    sent = {"attempt": "a" * 32, "revision": "0", "algorithm": "ES256"}
    answer = client.post(path, sent)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    pem, line = commands(answer)
    assert pem.startswith("-----BEGIN PRIVATE KEY-----\n")
    assert "".join(pem.split("\n")[1:-2]) == line
    assert find_in_database(line) == find_in_database(pem.split("\n")[1]) == []
    row = CredentialSet.objects.get()
    assert row.key_id in text_of(answer)
    page = text_of(client.get(f"/portal/clients/{program.client.pk.hex}"))
    assert row.key_id in page
    assert line not in page
    assert "Replace the key pair" in page
    assert "The key before dies at once." in text_of(client.get(path))
    assert commands(client.post(path, sent)) == [pem, line]
    row.refresh_from_db()
    assert row.key_id in text_of(answer)
    assert client.post(path, sent | {"attempt": "b" * 32, "revision": "1", "algorithm": "HS256"}).status_code == 422


def test_editing_and_the_second_editor(client: Client, mara: Member) -> None:
    row = make_portal_client(mara).client
    path = f"/portal/clients/{row.pk.hex}/edit"
    page = text_of(client.get(path))
    assert re.search(r'value="users:read"[^>]*checked', page)
    sent = {
        "revision": "0", "name": "Export", "grant_types": ["client_credentials"], "scopes": ["account:read"],
        "redirect_uris": "",
    }  # fmt: skip
    assert client.post(path, sent)["Location"] == f"/portal/clients/{row.pk.hex}"
    row.refresh_from_db()
    assert (row.name, row.scopes, row.revision) == ("Export", ["account:read"], 1)
    late = client.post(path, sent | {"name": "Mine", "scopes": ["users:read"]})
    page = text_of(late)
    assert late.status_code == 409
    assert "Mara Lind saved this page while you were editing it." in page
    assert 'value="Mine"' in page
    assert re.search(r"<dt>Name</dt><dd>Export</dd>", page)
    assert re.search(r"<dt>Scopes</dt><dd>account:read</dd>", page)
    assert "<dt>How it gets tokens</dt><dd>" not in page
    row.refresh_from_db()
    assert row.name == "Export"
    knowing = sent | {"name": "Mine", "revision": re.search(r'name="revision" value="(\d+)"', page)[1]}  # type: ignore[index]
    assert client.post(path, knowing).status_code == 302
    row.refresh_from_db()
    assert (row.name, row.revision) == ("Mine", 2)
    assert client.post(path, knowing | {"revision": "2", "scopes": []}).status_code == 422


def test_deleting_asks_with_the_consequence(client: Client, mara: Member) -> None:
    row = make_portal_client(mara).client
    path = f"/portal/clients/{row.pk.hex}/delete"
    page = text_of(client.get(path))
    assert "Delete Nightly export?" in page
    assert "so do all tokens that it has" in page
    row.refresh_from_db()
    assert row.status == "active"
    answer = client.post(path, follow=True)
    assert "Nightly export is deleted. Its tokens are dead." in text_of(answer)
    row.refresh_from_db()
    assert row.status == "revoked"
    for gone in ("", "/edit", "/regenerate", "/key-pair", "/delete"):
        assert client.get(f"/portal/clients/{row.pk.hex}{gone}").status_code == 404


def test_who_may_not_manage_clients_is_not_offered_them(mara: Member) -> None:
    for role, may in ((MemberRole.DEVELOPER, True), (MemberRole.MARKETING, False), (MemberRole.FINANCE, False)):
        browser = signed_in(make_member(mara.partner, role=role))
        assert ('href="/portal/clients"' in text_of(browser.get("/portal/"))) is may
        assert browser.get("/portal/clients").status_code == (200 if may else 403)
        assert browser.post("/portal/clients/new", entries()).status_code == (200 if may else 403)
    assert OAuthClient.objects.count() == 1
