"""Getting help from a page in two clicks, the thread of each side, and what strangers see of it: nothing."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import Client
from tests.factories.accounts import SYSTEM, make_account, make_operator, make_role, make_user
from tests.factories.catalog import make_app, make_version
from tests.factories.installs import make_completed
from tests.factories.partners import make_member
from tests.factories.support import answer, make_ticket, make_ticket_about

from fondaco.accounts.models import Person
from fondaco.accounts.permissions import OperatorRole, Permission
from fondaco.audit.status import transition
from fondaco.installs.models import Installation
from fondaco.installs.states import InstallationStatus
from fondaco.messaging.models import Message
from fondaco.support.models import Ticket, TicketMessage
from fondaco.support.queries import view
from fondaco.surfaces.console.views import apps
from fondaco.surfaces.site.viewer import Viewer

pytestmark = pytest.mark.django_db


@pytest.fixture
def installation() -> Installation:
    return make_completed()


def as_person(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def fields_of(page: str) -> dict[str, list[str]]:
    """What a browser would send from the form that the page shows, untouched."""
    form = re.findall(r'<form class="form".*?</form>', page, re.DOTALL)[0]
    sent: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        found = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if found["type"] not in {"radio", "checkbox"} or " checked" in tag:
            sent.setdefault(found["name"], []).append(unescape(found.get("value", "")))
    for name, text in re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        sent[name] = [unescape(text).strip()]
    for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        sent[name] = [unescape(one) for one in re.findall(r'value="([^"]*)" selected', options)] or [""]
    return sent


def break_update(installation: Installation) -> None:
    with transaction.atomic():
        transition(installation, InstallationStatus.PENDING, actor=SYSTEM)
        transition(installation, InstallationStatus.FAILED, actor=SYSTEM)


def test_a_failed_update_is_a_ticket_in_two_clicks(installation: Installation) -> None:
    break_update(installation)
    client = as_person(installation.installed_by.person)
    page = client.get(f"/my-apps/{installation.pk.hex}").content.decode()
    [address] = re.findall(
        r'<a class="button \w+" href="([^"]*)"[^>]*>(?:(?!</a>).)*<span>Ask support to mend it', page
    )
    form = client.get(unescape(address)).content.decode()
    assert "app.installed of" in form  # what goes along is shown before
    assert "1.0.0 is installed: Failed update" in form
    sent = client.post("/support/new", fields_of(form))
    ticket = Ticket.objects.get()
    assert (sent.status_code, sent["Location"]) == (302, f"/support/{ticket.pk.hex}")
    assert (ticket.subject, ticket.kind, ticket.priority) == ("Failed update: Ledgerline", "technical_issue", "high")
    assert (ticket.installation, ticket.page) == (installation, f"/my-apps/{installation.pk.hex}")
    assert set(ticket.about) == {"versions", "operation", "deliveries"}
    assert "The last change of Ledgerline failed" in client.get(sent["Location"]).content.decode()


def test_what_goes_along_is_the_askers_choice_and_always_shown_before(installation: Installation) -> None:
    client = as_person(installation.installed_by.person)
    filled = fields_of(client.get("/support/new?page=/people").content.decode())
    assert (filled["page"], filled["about"], "parts" in filled) == (["/people"], [""], False)
    filled |= {"subject": ["It hangs"], "text": ["Since Monday."], "about": [f"installation:{installation.pk.hex}"]}
    shown = client.post("/support/new", filled)
    assert (shown.status_code, Ticket.objects.count()) == (200, 0)
    again = fields_of(shown.content.decode())
    assert (again["subject"], again["parts"]) == (["It hangs"], ["versions", "operation", "deliveries"])
    again["parts"] = ["versions"]
    again["page"] = [""]
    assert client.post("/support/new", again).status_code == 302
    ticket = Ticket.objects.get()
    assert (set(ticket.about), ticket.operation, ticket.page) == ({"versions"}, None, "")


@pytest.mark.parametrize("page", ["//evil.example", "https://evil.example", "%00", "/" + "9" * 400, "/nowhere/at/all"])
def test_odd_pages_carry_nothing(installation: Installation, page: str) -> None:
    client = as_person(installation.installed_by.person)
    shown = client.get("/support/new", {"page": page})
    filled = fields_of(shown.content.decode())
    assert (filled["page"], filled["about"]) == ([page if page == "/nowhere/at/all" else ""], [""])


def test_one_thread_for_all_sides(installation: Installation) -> None:
    """Customer asks, support involves the partner, each sees what is theirs, the customer ends it."""
    ada, mara = installation.installed_by, make_member(installation.app.partner)
    jon = make_operator(OperatorRole.SUPPORT)
    customer, partner, staff = as_person(ada.person), as_person(mara.person), as_person(jon.person)
    ticket = make_ticket_about(installation)
    at = f"/backoffice/tickets/{ticket.pk.hex}"
    assert partner.get(f"/portal/support/{ticket.pk.hex}").status_code == 404
    assert ticket.subject in staff.get("/backoffice/tickets").content.decode()
    for path, fields in (
        ("/take", {}),
        ("/note", {"note-text": "They are in arrears."}),
        ("/priority", {"priority-priority": "urgent"}),
        ("/involve", {"involve-text": "Mara, can you look?"}),
    ):
        assert staff.post(f"{at}{path}", fields)["Location"] == at
    seen = partner.get(f"/portal/support/{ticket.pk.hex}").content.decode()
    assert ("Waiting for you" in seen, "arrears" in seen, "can you look?" in seen) == (True, False, True)
    assert partner.post(f"/portal/support/{ticket.pk.hex}", {"text": "Restarted."}).status_code == 302
    assert partner.post(f"/portal/support/{ticket.pk.hex}/solve").status_code == 403
    assert "Waiting for you" in staff.get(at).content.decode()
    assert staff.post(f"{at}/answer", {"answer-text": "Better?", "answer-waits_for": "customer"}).status_code == 302
    theirs = customer.get(f"/support/{ticket.pk.hex}").content.decode()
    assert ("arrears" in theirs, "Restarted." in theirs, "Taken." in theirs) == (False, True, False)
    assert customer.post(f"/support/{ticket.pk.hex}/solve").status_code == 302
    assert customer.post(f"/support/{ticket.pk.hex}/solve").status_code == 409
    assert ticket.subject in customer.get("/support?shown=over").content.decode()
    assert staff.post(f"{at}/take").status_code == 409
    assert staff.post(f"{at}/answer", {"answer-text": "Glad.", "do": "answer"}).status_code == 302
    assert Ticket.objects.get().status == "waiting_for_customer"
    assert staff.post(f"{at}/answer", {"do": "solve"}).status_code == 302
    assert Ticket.objects.get().status == "solved"


def test_a_partner_asks_for_itself(installation: Installation) -> None:
    mara = make_member(installation.app.partner)
    client = as_person(mara.person)
    path = f"/portal/installations/{installation.pk.hex}"
    page = client.get(path).content.decode()
    [address] = re.findall(r'href="(/portal/support/new\?page=[^"]*)"', page)
    filled = fields_of(client.get(unescape(address)).content.decode())
    assert filled["about"] == [f"installation:{installation.pk.hex}"]
    filled |= {"subject": ["Your token answers 500"], "text": ["Always."]}
    assert client.post("/portal/support/new", filled).status_code == 302
    ticket = Ticket.objects.get()
    assert (ticket.account, ticket.partner, ticket.installation) == (None, mara.partner, installation)
    assert as_person(installation.installed_by.person).get(f"/support/{ticket.pk.hex}").status_code == 404
    of_version = client.get("/portal/support/new", {"page": f"/portal/versions/{installation.version_id.hex}"})
    assert fields_of(of_version.content.decode())["about"] == [f"app:{installation.app_id.hex}"]


def test_strangers_and_what_they_typed(installation: Installation) -> None:
    ticket = make_ticket(installation.installed_by)
    stranger = as_person(make_user(make_account()).person)
    for path in (f"/support/{ticket.pk.hex}", f"/support/{ticket.pk.hex}/solve"):
        assert stranger.post(path, {"text": "Hello"}).status_code == 404
    client = as_person(installation.installed_by.person)
    refused = client.post(
        "/support/new", {"subject": "ab", "text": "Kept words", "kind": "question", "priority": "low"}
    )
    assert (refused.status_code, "Kept words" in refused.content.decode()) == (422, True)
    assert client.post(f"/support/{ticket.pk.hex}", {"text": " "}).status_code == 422
    assert (Ticket.objects.count(), TicketMessage.objects.count()) == (1, 1)


def test_get_help_is_on_every_page_for_those_who_may(installation: Installation) -> None:
    ada = installation.installed_by
    agent = make_user(ada.account, role="agent")
    slug = installation.app.slug
    for path in ("/my-apps", "/people", f"/marketplace/{slug}"):
        page = as_person(ada.person).get(path).content.decode()
        assert f"/support/new?{urlencode({'page': path})}" in page
    assert "/support/new" not in as_person(agent.person).get("/marketplace").content.decode()
    jon = make_operator(OperatorRole.SUPPORT)
    ticket = make_ticket(ada)
    assert "/backoffice/tickets" in as_person(jon.person).get("/backoffice/").content.decode()
    answer(jon, ticket)
    assert "Waiting for you" in as_person(ada.person).get("/support").content.decode()


def help_of(page: str) -> str:
    """Where the page's link to the form leads."""
    [address] = set(re.findall(r'href="([^"]*support/new\?page=[^"]*)"', page))
    return unescape(address)


def test_a_refusal_leads_to_the_form_with_what_was_in_view(installation: Installation) -> None:
    ada = installation.installed_by
    client, about = as_person(ada.person), f"installation:{installation.pk.hex}"
    unlicensed = make_user(ada.account, role="admin")
    launch, settings = f"/launch/{installation.pk.hex}", f"/my-apps/{installation.pk.hex}/settings"
    refused = as_person(unlicensed.person).get(launch)
    assert (refused.status_code, help_of(refused.content.decode())) == (
        403,
        f"/support/new?{urlencode({'page': launch})}",
    )
    break_update(installation)
    refused = client.get(settings)
    assert refused.status_code == 409
    address = help_of(refused.content.decode())
    assert "mailto:" not in refused.content.decode()
    filled = fields_of(client.get(address).content.decode())
    assert (filled["page"], filled["about"]) == ([settings], [about])
    nowhere = client.get("/nowhere/at/all")
    assert (nowhere.status_code, help_of(nowhere.content.decode())) == (404, "/support/new?page=%2Fnowhere%2Fat%2Fall")


def test_who_may_not_open_tickets_gets_an_address_from_a_refusal(installation: Installation) -> None:
    agent = make_user(installation.account, role=make_role(installation.account, Permission.APPS_VIEW))
    for client, path, status in (
        (Client(), "/nowhere", 404),
        (as_person(agent.person), f"/my-apps/{installation.pk.hex}", 404),
        (as_person(agent.person), "/people", 403),
    ):
        refused = client.get(path)
        page = refused.content.decode()
        assert (refused.status_code, "mailto:" in page, "/support/new" in page) == (status, True, False)


def test_a_page_that_broke_offers_help_as_long_as_anybody_can_be_known(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_person(installation.installed_by.person)
    client.raise_request_exception = False
    monkeypatch.setattr(apps, "can_manage", lambda by: 1 / 0)
    broken = client.get("/my-apps")
    assert (broken.status_code, help_of(broken.content.decode())) == (500, "/support/new?page=%2Fmy-apps")
    monkeypatch.setattr(Viewer, "can", lambda viewer, permission: Person.objects.raw("SELECT nothing")[0])
    with transaction.atomic():  # what PostgreSQL refuses ends the transaction that the test runs in
        broken = client.get("/nowhere/at/all")
        transaction.set_rollback(True)
    assert (broken.status_code, "mailto:" in broken.content.decode()) == (404, True)


def test_an_event_carries_its_delivery_its_installation_and_its_app(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    mara = make_member(installation.app.partner)
    client = as_person(mara.person)
    monkeypatch.setattr(view, "_LATEST", 1)  # so that it is not among the latest
    first = Message.objects.get(type="app.installed")
    page = client.get(f"/portal/events/{first.pk.hex}").content.decode()
    form = client.get(help_of(page)).content.decode()
    filled = fields_of(form)
    assert filled["about"] == [f"event:{first.pk.hex}"]
    assert "Ledgerline · Harbour Bank · app.installed" in form
    filled |= {"subject": ["It never came"], "text": ["Not once."]}
    assert client.post("/portal/support/new", filled).status_code == 302
    ticket = Ticket.objects.get()
    assert (ticket.app, ticket.installation) == (installation.app, installation)
    assert [one["event_id"] for one in ticket.about["deliveries"]] == [first.pk.hex]
    stranger = as_person(make_member().person)
    nothing = stranger.get("/portal/support/new", {"page": f"/portal/events/{first.pk.hex}"}).content.decode()
    assert fields_of(nothing)["about"] == [""]
    forged = stranger.post("/portal/support/new", {**filled, "about": f"event:{first.pk.hex}"})
    assert ("Harbour Bank" in forged.content.decode(), Ticket.objects.count()) == (False, 1)


def test_a_page_about_an_app_carries_what_the_account_has_of_it(installation: Installation) -> None:
    ada, slug = installation.installed_by, installation.app.slug
    other = make_user(make_account(), role="admin")
    for path in (f"/why-not/{slug}", f"/marketplace/{slug}"):
        form = as_person(ada.person).get("/support/new", {"page": path}).content.decode()
        assert fields_of(form)["about"] == [f"installation:{installation.pk.hex}"]
        client = as_person(other.person)
        filled = fields_of(client.get(help_of(client.get(path).content.decode())).content.decode())
        assert filled["about"] == [f"app:{installation.app_id.hex}"]
    filled |= {"subject": ["Why not?"], "text": ["We want it."]}
    assert client.post("/support/new", filled).status_code == 302
    ticket = Ticket.objects.get()
    assert (ticket.account, ticket.app, ticket.installation) == (other.account, installation.app, None)
    assert "Ledgerline" in client.get(f"/support/{ticket.pk.hex}").content.decode()
    secret = make_version(make_app(name="Secret")).app
    for about in (f"/why-not/{secret.slug}", "/why-not/no-such-app"):
        assert fields_of(client.get("/support/new", {"page": about}).content.decode())["about"] == [""]
    filled |= {"about": [f"app:{secret.pk.hex}"], "shown": [f"app:{secret.pk.hex}"]}
    assert client.post("/support/new", filled).status_code != 302
    mara = as_person(make_member(installation.app.partner).person)
    form = mara.get("/portal/support/new", {"page": f"/marketplace/{slug}"}).content.decode()
    assert fields_of(form)["about"] == [f"app:{installation.app_id.hex}"]


def test_a_first_answer_is_a_target_and_no_promise(installation: Installation) -> None:
    client, ticket = as_person(installation.installed_by.person), make_ticket_about(installation)
    page = text_of(client.get(f"/support/{ticket.pk.hex}").content.decode())
    assert re.search(r"Waiting for support · since a moment ago · we aim to answer by \d+ \w+ 20\d\d, \d\d:\d\d", page)
    assert "at the latest until" not in page


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", unescape(page)))
