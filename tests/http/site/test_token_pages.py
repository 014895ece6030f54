"""A person's access tokens: seen, made once, revoked."""

from __future__ import annotations

import html
import re
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.factories.accounts import PASSWORD, actor_for, make_account, make_operator, make_person, make_user
from tests.factories.partners import make_member
from tests.signing_in import weaken

from fondaco.accounts.models import User
from fondaco.accounts.permissions import OperatorRole
from fondaco.identity.actions import create_personal_token
from fondaco.identity.models import LoginSession, PersonalAccessToken
from fondaco.identity.tokens import find_personal_token
from fondaco.kit import clock
from fondaco.partners.models import MemberRole

pytestmark = pytest.mark.django_db
SECRET = re.compile(r"fdp_[\w-]{49}")


@pytest.fixture
def user(client: Client) -> User:
    user = make_user(role="supervisor")
    client.force_login(user.person)
    return user


def make(client: Client, **entries: Any) -> Any:
    form = {"name": "Nightly report", "expires": "90", "place": "", "request_id": str(uuid.uuid4()), **entries}
    return client.post("/you/tokens/new", form)


def text_of(response: Any) -> str:
    return html.unescape(response.content.decode())


def test_an_empty_list_teaches(client: Client, user: User) -> None:
    page = text_of(client.get("/you/tokens"))
    assert "No access tokens" in page
    assert "fondaco login" in page


def test_the_form_goes_to_its_own_address_wherever_it_is_shown(client: Client, user: User) -> None:
    """After the password it is shown at another one, and what is typed there must not be lost."""
    page = client.get("/you/tokens/new").content.decode()
    assert '<form class="form" method="post" action="/you/tokens/new"' in page


def test_made_and_shown_once(client: Client, user: User) -> None:
    with clock.freeze() as now:
        answer = make(client, scopes=["people.view", "apps.view"], place=f"account:{user.account_id}")
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]
        [plain] = set(SECRET.findall(text_of(answer)))
        row = PersonalAccessToken.objects.get()
        assert (row.person, row.name, row.expires_at) == (user.person, "Nightly report", now + timedelta(days=90))
        assert (row.scopes, row.place) == (["people.view", "apps.view"], f"account:{user.account_id}")
    assert find_personal_token(plain).pk == row.pk
    page = text_of(client.get("/you/tokens"))
    assert plain not in page
    where = "Only in the account Harbour Bank."
    for words in (row.hint, "Nightly report", "Sees who belongs to the account.", where, "Last used"):
        assert words in page


def test_sent_twice_makes_one(client: Client, user: User) -> None:
    request_id = re.findall(r'name="request_id" value="([^"]+)"', text_of(client.get("/you/tokens/new")))[0]
    assert make(client, request_id=request_id).status_code == 200
    answer = make(client, request_id=request_id)
    assert (answer.status_code, answer["Location"]) == (302, "/you/tokens")
    page = text_of(client.get("/you/tokens"))
    assert "This form was sent before" in page
    assert SECRET.search(page) is None
    assert PersonalAccessToken.objects.count() == 1


@pytest.mark.parametrize(("choice", "days"), [("7", 7), ("30", 30), ("90", 90), ("365", 365), ("never", None)])
def test_every_length(client: Client, user: User, choice: str, days: int | None) -> None:
    with clock.freeze() as now:
        assert make(client, expires=choice).status_code == 200
    ends = PersonalAccessToken.objects.get().expires_at
    assert ends == (now + timedelta(days=days) if days else None)


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"name": ""}, "Give it a name"),
        ({"name": "  "}, "Give it a name"),
        ({"name": "x" * 61}, "at most 60 characters"),
        ({"name": "a\0b"}, "Null characters"),
        ({"expires": "1000"}, "Select a valid choice"),
        ({"scopes": ["people.manage"]}, "Select a valid choice"),
        ({"scopes": ["operator.view"]}, "Select a valid choice"),
        ({"place": "operator:staff"}, "Select a valid choice"),
        ({"place": "account:" + "0" * 24}, "Select a valid choice"),
        ({"request_id": "x"}, "Enter a valid UUID"),
    ],
)
def test_what_is_not_right_is_said_and_kept(client: Client, user: User, entries: dict[str, Any], words: str) -> None:
    answer = make(client, **entries)
    assert answer.status_code == 422
    page = text_of(answer)
    assert words in page
    if "name" not in entries:
        assert 'value="Nightly report"' in page
    assert not PersonalAccessToken.objects.exists()


def test_scopes_are_those_that_one_has_somewhere(client: Client) -> None:
    user = make_user(role="supervisor")
    make_member(person=user.person, role=MemberRole.FINANCE)
    make_operator(OperatorRole.FINANCE, person=user.person)
    client.force_login(user.person)
    page = text_of(client.get("/you/tokens/new"))
    offered = set(re.findall(r'name="scopes" value="([^"]+)"', page))
    assert {"people.view", "partner.revenue.view", "operator.finance"} <= offered
    assert offered.isdisjoint({"people.manage", "partner.publish", "operator.support"})


def test_account_and_partner_of_one_name_are_told_apart_and_names_for_programs_are_shown(client: Client) -> None:
    member = make_member()
    name, account = member.partner.name, make_account("ledgerline", company_name=member.partner.name)
    make_user(account, person=member.person)
    make_operator(OperatorRole.SUPPORT, person=member.person)
    client.force_login(member.person)
    page = text_of(client.get("/you/tokens/new"))
    for words in (f"only in the account {name}", f"only for the partner {name}", "only as staff of"):
        assert page.count(f"{words}") == 1, words
    groups = re.findall(r"<legend>(In an account|For a partner|As staff of the platform)</legend>", page)
    assert groups == ["In an account", "For a partner", "As staff of the platform"]
    account_part, partner_part = page.split("<legend>For a partner</legend>")
    partner_part, staff_part = partner_part.split("<legend>As staff of the platform</legend>")
    for part, scope in ((account_part, "people.view"), (partner_part, "partner.view"), (staff_part, "operator.view")):
        assert f"<code>{scope}</code>" in part
        assert f'value="{scope}"' in part
    make(client, place=f"partner:{member.partner_id.hex}")
    assert f"Only for the partner {name}." in text_of(client.get("/you/tokens"))


def test_a_scope_that_does_not_exist_is_refused_beside_the_boxes(client: Client, user: User) -> None:
    answer = make(client, scopes=["partner.nonsense"])
    assert answer.status_code == 422
    assert 'id="id_scopes_error"' in text_of(answer)
    assert not PersonalAccessToken.objects.exists()


def test_what_one_has_elsewhere_does_not_hold_here(client: Client) -> None:
    user = make_user(role="supervisor")
    make_user(person=user.person)
    client.force_login(user.person)
    answer = make(client, scopes=["people.manage"], place=f"account:{user.account_id}")
    assert answer.status_code == 422
    assert "people.manage is no permission that you have there" in text_of(answer)
    assert not PersonalAccessToken.objects.exists()


def test_revoking_one_and_all(client: Client, user: User) -> None:
    tokens = [
        create_personal_token(actor=actor_for(user.person), person=user.person, name=f"t{number}")[0]
        for number in range(3)
    ]
    answer = client.post(f"/you/tokens/{tokens[0].pk.hex}/revoke")
    assert (answer.status_code, answer["Location"]) == (302, "/you/tokens")
    assert "t0 is revoked" in text_of(client.get("/you/tokens"))
    assert PersonalAccessToken.objects.filter(revoked_at=None).count() == 2
    assert client.post("/you/tokens/revoke-all").status_code == 302
    assert "2 tokens were revoked" in text_of(client.get("/you/tokens"))
    assert not PersonalAccessToken.objects.filter(revoked_at=None).exists()


def test_tokens_of_others_do_not_exist(client: Client, user: User) -> None:
    stranger = make_person()
    token, _ = create_personal_token(actor=actor_for(stranger), person=stranger, name="secret plan")
    assert "secret plan" not in text_of(client.get("/you/tokens"))
    for token_id in (token.pk.hex, "0" * 32, "nonsense", "%00"):
        assert client.post(f"/you/tokens/{token_id}/revoke").status_code == 404
    client.post("/you/tokens/revoke-all")
    token.refresh_from_db()
    assert token.revoked_at is None


def test_fifty_are_enough(client: Client, user: User) -> None:
    rows = [PersonalAccessToken(person=user.person, name="x", token_hash=f"h{n}", hint="fdp_x") for n in range(50)]
    PersonalAccessToken.objects.bulk_create(rows)
    assert "as many tokens as one person may" in text_of(client.get("/you/tokens"))
    answer = make(client)
    assert answer.status_code == 409
    assert "50 access tokens" in text_of(answer)
    assert PersonalAccessToken.objects.count() == 50


def test_ended_and_nearly_ended_ones_say_so(client: Client, user: User) -> None:
    now = clock.now()
    PersonalAccessToken.objects.create(
        person=user.person, name="a", token_hash="a", hint="fdp_a", expires_at=now - timedelta(days=1)
    )
    assert "Ended" in text_of(client.get("/you/tokens"))
    PersonalAccessToken.objects.update(expires_at=now + timedelta(days=6))
    assert "Ends soon" in text_of(client.get("/you/tokens"))
    PersonalAccessToken.objects.update(place="account:" + "0" * 24)
    assert "Only in a place that is closed to it now." in text_of(client.get("/you/tokens"))


def test_the_list_asks_as_often_for_fifty_as_for_one(client: Client, user: User) -> None:
    counts = []
    for number in range(2):
        rows = [
            PersonalAccessToken(
                person=user.person, name="x", token_hash=f"h{number}{n}", hint="fdp_x", scopes=["people.view"]
            )
            for n in range(1 + 40 * number)
        ]
        PersonalAccessToken.objects.bulk_create(rows)
        client.get("/you/tokens")
        with CaptureQueriesContext(connection) as queries:
            client.get("/you/tokens")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


def test_another_site_cannot_make_one() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user().person)
    assert make(client).status_code == 403
    assert not PersonalAccessToken.objects.exists()


@pytest.mark.parametrize("path", ["/you/tokens/new", "/device", "/device?user_code=WDJB-MJHT"])
def test_what_lets_a_program_in_asks_for_the_password_again(client: Client, path: str) -> None:
    """An open browser, or a cookie that somebody took, must not become a token that outlives it."""
    user = make_user(person=make_person(password=PASSWORD))
    client.force_login(user.person)
    weaken(client)
    LoginSession.objects.update(started_at=clock.now() - timedelta(minutes=6))

    asked = client.get(path)

    assert (asked.status_code, urlsplit(asked["Location"]).path) == (302, "/account/reauthenticate/")
    assert parse_qs(urlsplit(asked["Location"]).query)["next"] == [path]
    assert client.get("/you/tokens").status_code == 200  # looking and revoking need no more than before
    assert client.post(asked["Location"], {"password": PASSWORD})["Location"] == path
    assert client.get("/you/tokens/new").status_code == 200


def test_no_token_is_made_before_the_password(client: Client) -> None:
    client.force_login(make_user(person=make_person(password=PASSWORD)).person)
    weaken(client)
    LoginSession.objects.update(started_at=clock.now() - timedelta(minutes=6))
    assert make(client)["Location"].startswith("/account/reauthenticate/")
    assert not PersonalAccessToken.objects.exists()
