"""A person's own settings: name, address, and where they are signed in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from mmdb_writer import MMDBWriter
from netaddr import IPSet
from pytest_django.fixtures import Settings
from tests.factories.accounts import PASSWORD, actor_for, code_of, make_account, make_operator, make_person, make_user
from tests.factories.identity import make_login_session
from tests.factories.mail import deliver, link_in
from tests.factories.partners import make_member, make_partner

from fondaco.accounts.actions import deactivate_user
from fondaco.accounts.models import Person, User
from fondaco.audit.models import Event
from fondaco.identity import whereabouts
from fondaco.identity.actions import end_forgotten_sessions
from fondaco.identity.models import LoginSession
from fondaco.kit import clock
from fondaco.partners.actions import remove_member
from fondaco.partners.models import MemberRole
from fondaco.surfaces.site.sign_in import SID

pytestmark = pytest.mark.django_db(transaction=True)

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def ada() -> Person:
    return make_user(person=make_person("Ada Adler", password=PASSWORD)).person


def browser(person: Person, agent: str = FIREFOX, address: str = "203.0.113.7") -> Client:
    """Someone signed in through the form."""
    client = Client(REMOTE_ADDR=address, headers={"User-Agent": agent})
    client.post("/account/login/", {"login": person.email, "password": PASSWORD})
    return client


def session_of(client: Client) -> str:
    return str(client.session[SID])


def is_out(client: Client) -> bool:
    answer = client.get("/my-apps")
    return answer.status_code == 302 and answer.headers["Location"].startswith("/account/login/")


# ── Sessions ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_sessions_are_listed_in_words(ada: Person) -> None:
    this, phone = browser(ada), browser(ada, SAFARI, "192.168.1.9")
    make_login_session(make_person("Sly"))
    page = this.get("/you/sessions").content.decode()
    assert page.count('<li class="row ') == 2
    assert page.index("Firefox on Windows") < page.index("Mobile Safari on iOS"), "this one first"
    assert "203.0.113.7" in page
    assert "This network (192.168.1.9)" in page
    assert page.count("This device") == 1
    assert f"/you/sessions/{session_of(phone)}/end" in page
    assert f"/you/sessions/{session_of(this)}/end" not in page
    assert "style=" not in page


def test_one_that_is_ended_elsewhere_is_out_with_its_next_click(ada: Person) -> None:
    this, phone = browser(ada), browser(ada, SAFARI)
    assert this.post(f"/you/sessions/{session_of(phone)}/end").headers["Location"] == "/you/sessions"
    assert is_out(phone)
    assert "_auth_user_id" not in phone.session
    assert not is_out(this)
    event = Event.objects.get(kind="login_session.ended")
    assert event.actor_id == ada.pk.hex


def test_ending_everywhere_else_and_everywhere(ada: Person) -> None:
    this, phone, tablet = (browser(ada) for _ in range(3))
    this.post("/you/sessions/end", {"keep": "this"})
    assert is_out(phone)
    assert is_out(tablet)
    assert not is_out(this)
    again = browser(ada)
    assert this.post("/you/sessions/end").headers["Location"] == "/"
    assert is_out(again)
    assert is_out(this)
    assert not LoginSession.objects.filter(ended_at=None).exists()


def test_sessions_of_others_do_not_exist(ada: Person) -> None:
    theirs = make_login_session(make_person("Sly"))
    this = browser(ada)
    for wrong in (theirs.pk.hex, "0" * 32, "nonsense", session_of(this).upper()):
        assert this.post(f"/you/sessions/{wrong}/end").status_code == 404
    theirs.refresh_from_db()
    assert theirs.ended_at is None
    assert this.get(f"/you/sessions/{theirs.pk.hex}/end").status_code == 405


def test_a_cookie_without_a_session_of_the_house_is_nobodys(ada: Person) -> None:
    client = browser(ada)
    session: Any = client.session
    del session[SID]
    session.save()
    assert is_out(client)


def test_a_session_of_somebody_else_is_not_accepted(ada: Person) -> None:
    client, other = browser(ada), make_login_session(make_person("Sly"))
    session: Any = client.session
    session[SID] = other.pk.hex
    session.save()
    assert is_out(client)


def test_who_loses_their_only_place_is_out_with_the_next_click(ada: Person) -> None:
    boss = make_user(ada.users.get().account, person=make_person("Bo Boss"))
    client = browser(ada)
    assert client.get("/my-apps").status_code == 200
    deactivate_user(actor=actor_for(boss.person), by=boss, user=ada.users.get())
    assert is_out(client)
    assert LoginSession.objects.get(person=ada).ended_at is not None


def test_who_has_another_place_stays(ada: Person) -> None:
    make_user(make_account(), person=ada)
    boss = make_user(ada.users.earliest("created_at").account, person=make_person("Bo Boss"))
    client = browser(ada)
    deactivate_user(actor=actor_for(boss.person), by=boss, user=User.objects.get(person=ada, account=boss.account))
    assert client.get("/my-apps").status_code == 200


def test_who_leaves_their_only_partner_is_out() -> None:
    partner = make_partner()
    owner = make_member(partner)
    devi = make_member(partner, role=MemberRole.DEVELOPER, person=make_person("Devi Rao", password=PASSWORD))
    client = browser(devi.person)
    assert client.get("/portal/").status_code == 200
    remove_member(actor=actor_for(owner.person), by=owner, member=devi)
    assert client.get("/portal/").headers["Location"].startswith("/account/login/")


def test_last_seen_is_written_every_five_minutes_at_most(ada: Person) -> None:
    client = browser(ada)
    session = LoginSession.objects.get()

    def seen() -> Any:
        client.get("/my-apps")
        session.refresh_from_db()
        return session.last_seen_at

    start = session.started_at
    with clock.freeze(start + timedelta(minutes=4, seconds=59)):
        assert seen() is None
    with clock.freeze(start + timedelta(minutes=5)):
        assert seen() == start + timedelta(minutes=5)
    with clock.freeze(start + timedelta(minutes=9, seconds=59)):
        assert seen() == start + timedelta(minutes=5)
    with clock.freeze(start + timedelta(minutes=10)):
        assert seen() == start + timedelta(minutes=10)


def test_knowing_who_asks_costs_one_question(ada: Person) -> None:
    make_operator(person=ada)
    client = browser(ada)
    client.post("/account/2fa/code/", {"code": code_of()})
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/you/email").status_code == 200
    asked = [one["sql"] for one in queries]
    assert len([sql for sql in asked if 'FROM "identity_loginsession"' in sql]) == 1
    assert not [sql for sql in asked if 'FROM "accounts_person"' in sql or 'FROM "accounts_operator"' in sql]


def test_a_browser_that_is_new_is_told_and_one_that_is_known_is_not(ada: Person) -> None:
    first = browser(ada)
    assert deliver() == [], "the very first has nothing to be compared with"
    first.post("/account/logout/")
    first.post("/account/login/", {"login": ada.email, "password": PASSWORD})
    assert deliver() == []
    browser(ada, SAFARI, "198.51.100.4")
    [letter] = deliver()
    assert (letter.to, letter.subject) == ([ada.email], "A new sign-in from Mobile Safari on iOS")
    assert "198.51.100.4" in str(letter.body)
    assert link_in(letter) == "/you/sessions"
    assert first.cookies["browser"]["httponly"]


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (SAFARI, "Mobile Safari on iOS"),
        ("", "An unknown browser"),
        ("curl/8.5.0", "curl"),
        ("\x00<script>", "An unknown browser"),
    ],
)
def test_devices_in_words(agent: str, words: str) -> None:
    assert whereabouts.describe_device(agent) == words


@pytest.fixture
def places(settings: Settings, tmp_path: Path) -> Iterator[None]:
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type="GeoLite2-City", languages=["en"])
    porto = {"city": {"names": {"en": "Porto"}}, "country": {"names": {"en": "Portugal"}}}
    writer.insert_network(IPSet(["203.0.113.0/24"]), porto)
    writer.to_db_file(str(tmp_path / "places.mmdb"))
    settings.GEOIP_DATABASE = str(tmp_path / "places.mmdb")
    whereabouts._open.cache_clear()
    yield
    whereabouts._open.cache_clear()


@pytest.mark.usefixtures("places")
@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("203.0.113.7", "Porto, Portugal (203.0.113.7)"),
        ("198.51.100.1", "198.51.100.1"),
        ("10.1.2.3", "This network (10.1.2.3)"),
        ("127.0.0.1", "This machine"),
        ("::1", "This machine"),
        ("2001:db8::1", "2001:db8::1"),
        ("", "Unknown place"),
        ("nonsense", "Unknown place"),
    ],
)
def test_places_in_words(address: str, words: str) -> None:
    assert whereabouts.describe_place(address) == words


def test_sessions_that_cannot_be_used_again_end(ada: Person) -> None:
    old, used = make_login_session(ada), make_login_session(ada)
    with clock.travel(timedelta(days=13)):
        LoginSession.objects.filter(pk=used.pk).update(last_seen_at=clock.now())
    with clock.travel(timedelta(days=14, minutes=1)):
        assert end_forgotten_sessions(actor=actor_for(ada)) == 1
    old.refresh_from_db()
    used.refresh_from_db()
    assert (old.ended_at is not None, used.ended_at) == (True, None)


# ── Name and address ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_name_is_changed(ada: Person) -> None:
    client = browser(ada)
    assert 'value="Ada Adler"' in client.get("/you").content.decode()
    wrong = client.post("/you", {"name": ""})
    assert wrong.status_code == 422
    assert client.post("/you", {"name": "Ada  Lovelace "}).headers["Location"] == "/you"
    ada.refresh_from_db()
    assert ada.name == "Ada Lovelace"
    event = Event.objects.get(kind="person.renamed")
    assert event.data == {"from": "Ada Adler", "to": "Ada Lovelace"}
    client.post("/you", {"name": "Ada Lovelace"})
    assert Event.objects.filter(kind="person.renamed").count() == 1


def test_a_new_address_counts_when_its_mail_was_opened(ada: Person) -> None:
    old = ada.email
    client = browser(ada)
    deliver()
    client.post("/you/email", {"email": "Ada@New.example"})
    ada.refresh_from_db()
    assert ada.email == old
    assert "Waiting for a click in a mail." in client.get("/you").content.decode()
    question, warning = deliver()
    assert (question.to, question.subject) == (["ada@new.example"], "Confirm your address")
    assert (warning.to, warning.subject) == ([old], "You asked for another address")
    assert not is_out(browser(ada)), "the old one goes on working"
    deliver()

    elsewhere = Client()
    page = elsewhere.get(link_in(question)).content.decode()
    assert "Is this your address?" in page
    ada.refresh_from_db()
    assert ada.email == old, "opening the link changes nothing yet: programs open links, too"
    assert elsewhere.post(link_in(question)).headers["Location"] == "/you"
    ada.refresh_from_db()
    assert ada.email == "ada@new.example"
    [news] = deliver()
    assert (news.to, news.subject) == ([old], "Your address was changed")
    assert elsewhere.post(link_in(question)).status_code == 409, "once"
    assert not is_out(client)
    assert not is_out(browser(ada))


def test_a_later_change_or_a_day_kills_the_link(ada: Person) -> None:
    client = browser(ada)
    deliver()
    client.post("/you/email", {"email": "one@new.example"})
    first = link_in(deliver()[0])
    client.post("/you/email", {"email": "two@new.example"})
    second = link_in(deliver()[0])
    assert Client().get(first).status_code == 409
    later = signing.time.time() + 24 * 3600 + 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signing.time, "time", lambda: later)
        assert Client().get(second).status_code == 409
        assert Client().post(second).status_code == 409
    assert Client().get(second).status_code == 200
    client.post("/you/email/keep")
    assert Client().post(second).status_code == 409
    ada.refresh_from_db()
    assert ada.email not in {"one@new.example", "two@new.example"}
    assert Client().get("/account/confirm-email/Mw:1vP:forged/").status_code == 409


def test_an_address_of_someone_else_is_not_told_and_not_taken(ada: Person) -> None:
    taken, old = make_person("Sly").email, ada.email
    client = browser(ada)
    deliver()
    assert client.post("/you/email", {"email": taken}).status_code == 302
    link = link_in(deliver()[0])
    assert Client().post(link).status_code == 409
    ada.refresh_from_db()
    assert ada.email == old
    assert not Event.objects.filter(kind="person.email_changed").exists()


@pytest.mark.parametrize("email", ["", "nonsense", "a@b", "x" * 250 + "@a.example"])
def test_an_unreadable_address_is_told_in_place(ada: Person, email: str) -> None:
    answer = browser(ada).post("/you/email", {"email": email})
    assert answer.status_code == 422
    assert 'id="id_email_error"' in answer.content.decode()
    assert not EmailAddress.objects.filter(verified=False).exists()


def test_changing_the_address_is_limited(ada: Person) -> None:
    client = browser(ada)
    statuses = [client.post("/you/email", {"email": f"n{number}@new.example"}).status_code for number in range(6)]
    assert statuses == [302] * 5 + [429]


def test_the_menu_leads_there(ada: Person) -> None:
    page = browser(ada).get("/my-apps").content.decode()
    assert 'href="/you"' in page
    assert "Your settings" in page
    for path, words in (("/you", "Profile"), ("/you/security", "Passkeys"), ("/you/sessions", "Sessions")):
        text = browser(ada).get(path).content.decode()
        assert words in text
        assert text.count('aria-current="page"') == 1, "the tab, and no entry of the place"
