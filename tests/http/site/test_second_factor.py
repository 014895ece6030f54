"""The second factor: set up, asked for, required of operators and owners, and never the last one taken from them."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings
from tests.factories.accounts import (
    PASSWORD,
    TOTP_SECRET,
    code_of,
    make_factor,
    make_operator,
    make_person,
    make_user,
)
from tests.factories.mail import deliver, find_reset_link
from tests.factories.partners import make_member, make_partner
from tests.http.api.caller import Api, read, refusal
from tests.http.site.setting_up import APP, CODES, NEEDED, set_up_app, sign_in
from tests.signing_in import weaken

from fondaco.accounts.models import Operator, Person
from fondaco.audit.actor import Actor
from fondaco.audit.models import Event
from fondaco.identity.actions import forget_factors, remove_factor
from fondaco.identity.errors import LastFactor
from fondaco.identity.factors import (
    count_recovery_codes,
    has_factor,
    list_factors,
    rewrap_factors,
    seal_text,
    unseal_text,
)
from fondaco.identity.models import LoginSession
from fondaco.kit import clock
from fondaco.partners.models import MemberRole

# Real commits: signing in opens transactions of its own.
pytestmark = pytest.mark.django_db(transaction=True)

CODE = "/account/2fa/code/"


def ada(**more: str) -> Person:
    person = make_person("Ada Adler", password=PASSWORD, **more)
    make_user(person=person)
    return person


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def recovery_codes(client: Client) -> list[str]:
    return re.findall(r"<li><code>(\d{8})</code>", client.get(CODES).content.decode())


def test_an_app_is_set_up_and_then_asked_for(client: Client) -> None:
    person = ada()
    assert sign_in(client, person) == "/home"
    secret = set_up_app(client)
    assert secret not in str(Authenticator.objects.get(user=person, type="totp").data), "it is sealed"
    assert [letter.subject for letter in deliver()] == ["You can prove yourself by one more thing"]
    event = Event.objects.get(kind="second_factor.added")
    assert (event.actor_id, event.data) == (person.pk.hex, {"kind": "totp", "name": ""})

    other = Client()
    assert sign_in(other, person, next="/people") == CODE
    assert not is_in(other)
    assert other.get("/my-apps").headers["Location"].startswith("/account/login/")
    wrong = other.post(CODE, {"code": "000000"})
    assert (wrong.status_code, "This code is wrong" in wrong.content.decode()) == (200, True)
    assert not is_in(other)
    assert other.post(CODE, {"code": code_of(secret)}).headers["Location"] == "/people"
    assert is_in(other)
    assert LoginSession.objects.filter(person=person, ended_at=None).count() == 2


def test_a_code_counts_once(client: Client) -> None:
    person = ada()
    make_factor(person)
    code = code_of()
    sign_in(client, person)
    client.post(CODE, {"code": code})
    assert is_in(client)
    thief = Client()
    sign_in(thief, person)
    assert "it was used already" in thief.post(CODE, {"code": code}).content.decode()
    assert not is_in(thief)


def test_codes_beside_this_half_minute_count_too_and_no_others(client: Client) -> None:
    person = ada()
    make_factor(person)
    sign_in(client, person)
    for steps in (-3, 3):
        client.post(CODE, {"code": code_of(steps=steps)})
        assert not is_in(client)
    client.post(CODE, {"code": code_of(steps=1)})
    assert is_in(client)


def test_recovery_codes_are_shown_once_and_open_once(client: Client) -> None:
    person = ada()
    sign_in(client, person)
    set_up_app(client)
    page = client.get(CODES).content.decode()
    codes = re.findall(r"<li><code>(\d{8})</code>", page)
    assert len(set(codes)) == 10
    assert 'download="recovery-codes.txt" href="data:text/plain' in page
    again = client.get(CODES).content.decode()
    assert "Recovery codes are shown once" in again
    assert not any(code in again for code in codes)
    deliver()

    other = Client()
    sign_in(other, person)
    other.post(CODE, {"code": codes[3]})
    assert is_in(other)
    letter, _new_browser = deliver()
    assert letter.subject == "A recovery code of yours was used"
    assert "9 codes are left." in str(letter.body)
    thief = Client()
    sign_in(thief, person)
    thief.post(CODE, {"code": codes[3]})
    assert not is_in(thief)
    assert count_recovery_codes(person) == 9

    assert client.post(f"{CODES}new/").headers["Location"] == CODES
    fresh = recovery_codes(client)
    assert len(set(fresh) - set(codes)) >= 9
    thief.post(CODE, {"code": codes[4]})
    assert not is_in(thief), "the old ones open nothing"


def test_removing_the_only_factor_takes_the_codes_along(client: Client) -> None:
    person = ada()
    sign_in(client, person)
    set_up_app(client)
    assert client.post(f"{APP}remove/").headers["Location"] == "/you/security"
    assert not Authenticator.objects.filter(user=person).exists()
    assert Event.objects.filter(kind="second_factor.removed").count() == 1
    assert sign_in(Client(), person) == "/home"


def test_who_must_have_one_keeps_the_last(client: Client) -> None:
    person = make_operator(person=make_person("Jon Okafor", password=PASSWORD)).person
    client.force_login(person)
    page = client.get(f"{APP}remove/").content.decode()
    assert "This one has to stay" in page
    assert "Keep it" not in page, "there is nothing to choose"
    answer = client.post(f"{APP}remove/")
    assert answer.status_code == 200
    assert has_factor(person)
    assert not Event.objects.filter(kind="second_factor.removed").exists()


def test_before_factors_change_the_password_is_asked_again(client: Client) -> None:
    person = ada()
    client.force_login(person)
    make_factor(person)
    LoginSession.objects.update(started_at=clock.now() - timedelta(minutes=6))
    for path in (f"{APP}remove/", f"{CODES}new/", "/account/2fa/passkeys/add/", "/you/email"):
        assert client.get(path).headers["Location"] == f"/account/reauthenticate/?next={path.replace('/', '%2F')}"
        assert client.post(path).headers["Location"].startswith("/account/reauthenticate/")
    assert has_factor(person)
    page = client.get("/account/reauthenticate/").content.decode()
    assert "/account/2fa/confirm/" in page
    client.post("/account/reauthenticate/?next=/you/email", {"password": "wrong"})
    assert client.get("/you/email").status_code == 302
    client.post("/account/reauthenticate/?next=/you/email", {"password": PASSWORD})
    assert client.get("/you/email").status_code == 200


@pytest.mark.parametrize("kind", ["operator", "owner"])
def test_operators_and_owners_are_led_to_set_one_up(client: Client, kind: str) -> None:
    person = make_person("Jon Okafor", password=PASSWORD)
    home = "/backoffice/" if kind == "operator" else "/portal/"
    if kind == "operator":
        make_operator(person=person, has_factor=False)
    else:
        make_member(person=person, has_factor=False)
    make_user(person=person)
    assert sign_in(client, person) == "/home"
    for path in (home, "/home", "/my-apps", "/people"):
        assert client.get(path).headers["Location"] == f"{NEEDED}?next={path.replace('/', '%2F')}"
    assert client.post("/place", {"place": "operator:staff"}).headers["Location"] == f"{NEEDED}?next=%2Fhome"
    partial = client.get(home, headers={"HX-Request": "true"})
    assert (partial.status_code, partial.headers["HX-Redirect"]) == (200, NEEDED)
    assert "Before you go on" in client.get(NEEDED).content.decode()
    assert client.get("/").status_code == 200, "what everybody may see is open to them, too"
    assert client.get("/you/security").status_code == 200
    token = Api(person)
    refusal(token.get("/me"), 403, "second-factor-needed")

    set_up_app(client)

    assert client.get(home).status_code == 200
    assert client.get(f"{NEEDED}?next={home}").headers["Location"] == home
    assert client.get(f"{NEEDED}?next=https://evil.example/").headers["Location"] == "/home"
    read(token.get("/me"))


def test_others_of_a_partner_need_none(client: Client) -> None:
    client.force_login(make_member(role=MemberRole.DEVELOPER).person)
    assert client.get("/portal/").status_code == 200


def test_who_is_promoted_is_asked_at_the_next_page(client: Client) -> None:
    partner = make_partner()
    member = make_member(partner, role=MemberRole.DEVELOPER)
    client.force_login(member.person)
    assert client.get("/portal/").status_code == 200
    member.role = MemberRole.OWNER
    member.save()
    assert client.get("/portal/").headers["Location"].startswith(NEEDED)
    member.is_active = False
    member.save()
    make_user(person=member.person)
    assert client.get("/my-apps").status_code == 200


def test_a_former_operator_is_not_asked(client: Client) -> None:
    person = make_operator(has_factor=False).person
    Operator.objects.update(is_active=False)
    make_user(person=person)
    client.force_login(person)
    assert client.get("/my-apps").status_code == 200


def test_the_rule_can_be_switched_off(client: Client, settings: Settings) -> None:
    settings.REQUIRE_SECOND_FACTOR = False
    person = make_operator(has_factor=False).person
    client.force_login(person)
    assert client.get("/backoffice/").status_code == 200
    read(Api(person).get("/me"))


def test_who_came_in_without_showing_it_is_asked_before_the_backoffice(client: Client) -> None:
    """A sign-in through a company's own directory is enough for its account, and not for the staff's rooms."""
    person = make_operator(person=make_person("Jon Okafor", password=PASSWORD)).person
    client.force_login(person)
    weaken(client)
    answer = client.get("/backoffice/events?kind=x")
    assert answer.headers["Location"] == "/account/2fa/confirm/?next=%2Fbackoffice%2Fevents%3Fkind%3Dx"
    form = {"code": code_of(), "next": "/backoffice/"}
    assert client.post("/account/2fa/confirm/", form).headers["Location"] == "/backoffice/"
    assert client.get("/backoffice/").status_code == 200


def test_an_account_place_needs_no_more_than_the_directory(client: Client) -> None:
    person = ada()
    make_factor(person)
    client.force_login(person)
    weaken(client)
    assert client.get("/my-apps").status_code == 200


def test_a_reset_password_does_not_pass_by_the_factor(client: Client) -> None:
    person = ada()
    make_factor(person)
    client.post("/account/password/reset/", {"email": person.email})
    form = client.get(find_reset_link(*deliver())).headers["Location"]
    new = "harbour-lantern-42"
    client.post(form, {"password1": new, "password2": new})
    assert not is_in(client)
    answer = client.post("/account/login/", {"login": person.email, "password": new})
    assert answer.headers["Location"] == CODE
    assert not is_in(client)


@pytest.mark.parametrize(
    "credential", ["", "null", "[]", "{}", '"x"', '{"id": 5}', '{"id": "a", "rawId": "a", "response": {}, "type": "x"}']
)
def test_made_up_passkeys_are_refused(client: Client, credential: str) -> None:
    person = ada()
    client.get("/account/2fa/passkeys/sign-in/", headers={"Accept": "application/json"})
    answer = client.post("/account/2fa/passkeys/sign-in/", {"credential": credential})
    assert answer.headers["Location"] == "/account/login/"
    assert not is_in(client)
    client.force_login(person)
    client.get("/account/2fa/passkeys/add/")
    answer = client.post("/account/2fa/passkeys/add/", {"credential": credential, "name": "X"})
    assert answer.status_code == 200
    assert not has_factor(person)


def test_passkeys_of_others_do_not_exist(client: Client) -> None:
    theirs = Authenticator.objects.create(
        user=make_person("Sly"), type="webauthn", data={"name": "Sly's", "credential": {}}
    )
    client.force_login(ada())
    for verb in ("rename", "remove"):
        assert client.get(f"/account/2fa/passkeys/{theirs.pk}/{verb}/").status_code == 404
        assert client.post(f"/account/2fa/passkeys/{theirs.pk}/{verb}/", {"name": "Mine"}).status_code == 404
    assert list_factors(theirs.user).get().data["name"] == "Sly's"


def test_the_demo_is_shown_its_code_in_development_only(client: Client, settings: Settings) -> None:
    settings.DEMO_TOTP_SECRET = "FONDACODEMOFONDACODEMOFONDACODEM"
    person = ada()
    make_factor(person, secret=settings.DEMO_TOTP_SECRET)
    sign_in(client, person)
    assert code_of(settings.DEMO_TOTP_SECRET) in client.get(CODE).content.decode()
    Authenticator.objects.update(data={"secret": seal_text(TOTP_SECRET)})
    assert "This is the demo" not in client.get(CODE).content.decode()
    Authenticator.objects.update(data={"secret": seal_text(settings.DEMO_TOTP_SECRET)})
    settings.DEMO_TOTP_SECRET = ""
    assert "This is the demo" not in client.get(CODE).content.decode()


def test_who_has_lost_everything_begins_anew(client: Client) -> None:
    person = make_operator(person=make_person("Jon Okafor", password=PASSWORD)).person
    client.force_login(person)
    assert forget_factors(actor=Actor.system("command line"), person=person) == 1
    assert client.get("/backoffice/").headers["Location"].startswith("/account/login/")
    assert not Authenticator.objects.filter(user=person).exists()
    assert [letter.subject for letter in deliver()] == ["One of your second factors was removed"]
    assert sign_in(client, person) == "/home"
    assert client.get("/backoffice/").headers["Location"].startswith(NEEDED)


def test_a_new_master_key_rewraps_the_secrets(settings: Settings) -> None:
    person = ada()
    factor = make_factor(person)
    old = settings.MASTER_KEYS
    settings.MASTER_KEYS = {"fresh": b"k" * 32, **old}
    assert rewrap_factors() == 1
    assert rewrap_factors() == 0
    settings.MASTER_KEYS = {"fresh": b"k" * 32}
    factor.refresh_from_db()
    assert unseal_text(factor.data["secret"]) == TOTP_SECRET


def test_two_removals_at_once_leave_one() -> None:
    person = make_operator().person
    app = list_factors(person).get()
    passkey = Authenticator.objects.create(user=person, type="webauthn", data={"name": "Blue", "credential": {}})
    outcomes: list[str] = []

    def remove(factor: Authenticator) -> None:
        try:
            remove_factor(actor=Actor.system("test"), person=person, factor_id=factor.pk)
            outcomes.append("removed")
        except LastFactor:
            outcomes.append("kept")
        finally:
            connection.close()

    threads = [threading.Thread(target=remove, args=(factor,)) for factor in (app, passkey)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["kept", "removed"]
    assert list_factors(person).count() == 1


def test_other_ways_to_confirm_are_called_as_on_every_page(client: Client) -> None:
    person = ada()
    sign_in(client, person)
    set_up_app(client)
    for page, other in (("/account/reauthenticate/", "confirm/"), ("/account/2fa/confirm/", "reauthenticate/")):
        html = client.get(page).content.decode()
        words = "Use a code" if other == "confirm/" else "Use your password"
        assert re.search(rf'<a href="[^"]*{other}[^"]*">{words}</a>', html)
        assert '<a href="/home">Leave it</a>' in html


def test_the_page_says_what_goes_with_a_factor(client: Client) -> None:
    person = ada()
    sign_in(client, person)
    set_up_app(client)
    alone, among = "It is your only second factor", "Your other factors and your recovery codes stay."
    html = client.get("/account/2fa/app/remove/").content.decode()
    assert (alone in html, among in html) == (True, False)
    passkey = Authenticator.objects.create(user=person, type="webauthn", data={"name": "Laptop", "credential": {}})
    for page in ("/account/2fa/app/remove/", f"/account/2fa/passkeys/{passkey.pk}/remove/"):
        html = client.get(page).content.decode()
        assert (alone in html, among in html) == (False, True)


def test_no_page_says_that_it_kept_a_password(client: Client) -> None:
    person = ada()
    sign_in(client, person)
    weaken(client)
    html = client.post("/account/reauthenticate/", {"password": "wrong"}).content.decode()
    assert "One field needs a change." in html
    assert "What you typed is kept" not in html
