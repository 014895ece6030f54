"""The public form, the confirmed address and the conversation, as an applicant meets them."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.factories.accounts import actor_for, make_operator
from tests.factories.mail import deliver, link_in

from fondaco.partners.actions import question_application, reject_application
from fondaco.partners.models import PartnerApplication
from fondaco.partners.queries import application_token

pytestmark = pytest.mark.django_db

ENTRIES = {
    "company_name": "Ledgerline GmbH",
    "website": "https://ledgerline.example",
    "contact_name": "Mara Lind",
    "contact_email": "mara@ledgerline.example",
    "intention": "Agents see open invoices next to the caller and take payments.",
}


def apply(client: Client, **changes: str) -> PartnerApplication:
    response = client.post("/partners/apply", {**ENTRIES, **changes})
    assert response.status_code == 302, response.content.decode()
    return PartnerApplication.objects.latest("created_at")


@pytest.mark.parametrize("path", ["/partners", "/partners/apply"])
def test_anyone_may_read_and_apply(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert b"<h1>" in response.content


def test_the_form_leads_by_mail_to_a_confirmed_request(client: Client) -> None:
    response = client.post("/partners/apply", ENTRIES)
    assert (response.status_code, response["Location"]) == (302, "/partners/apply/sent")
    assert b"mara@ledgerline.example" in client.get("/partners/apply/sent").content
    application = PartnerApplication.objects.get()
    assert application.status == "unverified"

    [letter] = deliver()
    assert letter.to == ["mara@ledgerline.example"]
    path = link_in(letter)
    page = client.get(path)
    assert page.status_code == 200
    application.refresh_from_db()
    assert application.status == "unverified", "a scanner that opens links confirms nothing"

    assert client.post(path)["Location"] == path
    application.refresh_from_db()
    assert application.status == "pending"
    assert "your address is confirmed" in client.get(path).content.decode()
    client.post(path)  # a second click
    application.refresh_from_db()
    assert application.status == "pending"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("company_name", ""),
        ("company_name", "x" * 121),
        ("website", "not a website"),
        ("website", "javascript:alert(1)"),
        ("contact_name", " "),
        ("contact_email", "mara"),
        ("intention", "short"),
        ("intention", "x" * 2001),
    ],
)
def test_one_error_at_the_field_and_the_rest_is_kept(client: Client, field: str, value: str) -> None:
    response = client.post("/partners/apply", {**ENTRIES, field: value})

    text = response.content.decode()
    assert response.status_code == 422
    assert text.count('aria-invalid="true"') == 1
    assert f'id="id_{field}_error"' in text
    kept = {name: typed for name, typed in ENTRIES.items() if name != field}
    assert all(typed in text for typed in kept.values())
    assert not PartnerApplication.objects.exists()
    assert deliver() == []


def test_what_was_typed_is_shown_as_text_not_as_markup(client: Client) -> None:
    text = client.post("/partners/apply", {**ENTRIES, "company_name": "<b>x</b>", "website": ""}).content.decode()
    assert "<b>x</b>" not in text
    assert "&lt;b&gt;x&lt;/b&gt;" in text


def test_a_second_request_while_one_waits_is_told(client: Client) -> None:
    application = apply(client)
    client.post(f"/partners/apply/verify/{application_token(application, 'verify')}")

    response = client.post("/partners/apply", ENTRIES)

    assert response.status_code == 409
    assert "is already with us" in response.content.decode()
    assert PartnerApplication.objects.count() == 1


def test_of_two_unconfirmed_requests_one_goes_on(client: Client) -> None:
    first, second = apply(client), apply(client)
    assert client.post(f"/partners/apply/verify/{application_token(first, 'verify')}").status_code == 302
    assert client.post(f"/partners/apply/verify/{application_token(second, 'verify')}").status_code == 409
    second.refresh_from_db()
    assert second.status == "unverified"


def test_nobody_can_have_a_stranger_mailed_again_and_again(client: Client) -> None:
    for _ in range(3):
        apply(client)
    response = client.post("/partners/apply", ENTRIES)
    assert response.status_code == 429
    assert ENTRIES["intention"] in response.content.decode()
    assert PartnerApplication.objects.count() == 3


def test_the_page_after_sending_belongs_to_who_sent(client: Client) -> None:
    assert client.get("/partners/apply/sent")["Location"] == "/partners/apply"


@pytest.mark.parametrize("purpose", ["verify", "answer"])
@pytest.mark.parametrize("token", ["x", "0" * 32, "0" * 32 + ".forged"])
def test_a_forged_link_opens_nothing(client: Client, purpose: str, token: str) -> None:
    path = f"/partners/apply/{purpose}/{token}"
    assert client.get(path).status_code == 409
    assert client.post(path, {"text": "x"}).status_code == 409


def asked(client: Client) -> tuple[PartnerApplication, str]:
    application = apply(client)
    client.post(f"/partners/apply/verify/{application_token(application, 'verify')}")
    application.refresh_from_db()
    jon = make_operator()
    question_application(actor=actor_for(jon.person), by=jon, application=application, question="For which countries?")
    letters = deliver()
    return application, link_in(letters[-1])


def test_a_question_is_answered_on_the_page_behind_the_mail(client: Client) -> None:
    application, path = asked(client)
    assert "For which countries?" in client.get(path).content.decode()

    assert client.post(path, {"text": "Germany and Austria."}).status_code == 302

    application.refresh_from_db()
    assert application.status == "pending"
    text = client.get(path).content.decode()
    assert "Germany and Austria." in text
    assert "<textarea" not in text
    [letter] = deliver()
    assert letter.subject == "Ledgerline GmbH waits for an answer"


def test_an_empty_answer_is_refused(client: Client) -> None:
    application, path = asked(client)
    assert client.post(path, {"text": "  "}).status_code == 422
    application.refresh_from_db()
    assert application.status == "questioned"


def test_an_answer_that_comes_too_late_is_told_and_shown_again(client: Client) -> None:
    application, path = asked(client)
    jon = make_operator()
    reject_application(actor=actor_for(jon.person), by=jon, application=application, reason="Not now.")

    response = client.post(path, {"text": "Germany and Austria."})

    assert response.status_code == 409
    assert "Germany and Austria." in response.content.decode()
    assert application.messages.count() == 1
