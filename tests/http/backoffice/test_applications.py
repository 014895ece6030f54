"""The operator's side of becoming a partner, and what else the backoffice shows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from tests.factories.accounts import SYSTEM, actor_for, make_account, make_operator, make_person, make_user
from tests.factories.mail import deliver, link_in
from tests.factories.partners import make_member, make_partner

from fondaco.accounts.models import Invitation
from fondaco.accounts.permissions import OperatorRole
from fondaco.kit import clock, deadlines
from fondaco.partners.actions import apply_to_become_partner, approve_application, verify_application
from fondaco.partners.models import Partner, PartnerApplication
from fondaco.partners.queries import application_token

pytestmark = pytest.mark.django_db


def waiting(company: str = "Ledgerline GmbH", email: str = "mara@ledgerline.example") -> PartnerApplication:
    application = apply_to_become_partner(
        actor=SYSTEM,
        company_name=company,
        website="https://ledgerline.example",
        contact_name="Mara Lind",
        contact_email=email,
        intention="Invoices inside the call.",
    )
    application = verify_application(actor=SYSTEM, token=application_token(application, "verify"))
    deliver()
    return application


@pytest.fixture
def jon(client: Client) -> Client:
    client.force_login(make_operator(OperatorRole.PARTNER_MANAGER).person)
    return client


def test_the_overview_counts_what_waits(jon: Client) -> None:
    assert "Nothing waits for you." in jon.get("/backoffice/").content.decode()
    waiting()
    text = jon.get("/backoffice/").content.decode()
    assert "One thing waits for you." in text
    assert "Technical reviews" not in text, "only the queues of one's own roles"


def test_the_queue_leads_to_everything_to_decide_on(jon: Client) -> None:
    application = waiting()
    assert f"/backoffice/applications/{application.pk.hex}" in jon.get("/backoffice/applications").content.decode()
    text = jon.get(f"/backoffice/applications/{application.pk.hex}").content.decode()
    for expected in ("Ledgerline GmbH", "mara@ledgerline.example", "Invoices inside the call.", "Mara Lind"):
        assert expected in text


def test_asking_back_mails_the_applicant(jon: Client) -> None:
    application = waiting()
    path = f"/backoffice/applications/{application.pk.hex}"

    assert jon.post(f"{path}/question", {"text": "For which countries?"})["Location"] == path

    [letter] = deliver()
    assert letter.to == ["mara@ledgerline.example"]
    assert "For which countries?" in letter.body
    assert link_in(letter).startswith("/partners/apply/answer/")
    text = jon.get(path).content.decode()
    assert "Waiting for Mara Lind" in text
    assert "/question" not in text
    assert path in jon.get("/backoffice/applications?tab=questioned").content.decode()


def test_approval_makes_a_partner_and_mails_the_invitation(jon: Client) -> None:
    application = waiting()

    response = jon.post(f"/backoffice/applications/{application.pk.hex}/approve", {"name": "Ledgerline"})

    partner = Partner.objects.get()
    assert partner.name == "Ledgerline"
    assert response["Location"] == f"/backoffice/partners/{partner.pk.hex}"
    [letter] = deliver()
    assert letter.subject == "Ledgerline is a partner now"
    assert link_in(letter).startswith("/invitations/")
    text = jon.get(response["Location"]).content.decode()
    assert "$25.00" in text
    assert "Invited" in text


def test_a_name_that_is_taken_can_be_changed(jon: Client) -> None:
    make_partner("Ledgerline GmbH")
    application = waiting()
    path = f"/backoffice/applications/{application.pk.hex}/approve"

    response = jon.post(path, {"name": "Ledgerline GmbH"})

    assert response.status_code == 409
    assert "already exists" in response.content.decode()
    application.refresh_from_db()
    assert (application.status, Partner.objects.count(), Invitation.objects.count()) == ("pending", 1, 0)
    assert jon.post(path, {"name": "Ledgerline Wien"}).status_code == 302


def test_rejection_mails_the_reason_and_needs_one(jon: Client) -> None:
    application = waiting()
    path = f"/backoffice/applications/{application.pk.hex}/reject"
    assert jon.post(path, {"reason": " "}).status_code == 422
    application.refresh_from_db()
    assert application.status == "pending"

    assert jon.post(path, {"reason": "We need a product first."}).status_code == 302

    [letter] = deliver()
    assert "We need a product first." in letter.body
    assert "We need a product first." in jon.get(path.removesuffix("/reject")).content.decode()


def test_T25_the_slower_of_two_operators_is_told_and_keeps_the_words(jon: Client) -> None:
    application = waiting()
    other = make_operator()
    approve_application(actor=actor_for(other.person), by=other, application=application)
    deliver()

    response = jon.post(
        f"/backoffice/applications/{application.pk.hex}/reject", {"reason": "No product that we could find."}
    )

    text = response.content.decode()
    assert response.status_code == 409
    assert "Someone was faster." in text
    assert "No product that we could find." in text
    application.refresh_from_db()
    assert (application.status, application.decision_reason) == ("approved", "")
    assert deliver() == []


@pytest.mark.parametrize("step", ["", "/question", "/approve", "/reject"])
def test_strangers_and_other_staff_are_kept_out(client: Client, step: str) -> None:
    application = waiting()
    path = f"/backoffice/applications/{application.pk.hex}{step}"
    ask = (lambda: client.post(path, {"text": "x", "reason": "x", "name": "x"})) if step else (lambda: client.get(path))

    assert ask()["Location"].startswith("/account/login/?next=")
    for person in (
        make_user().person,
        make_member().person,
        make_operator(OperatorRole.TECHNICAL_REVIEWER).person,
    ):
        client.force_login(person)
        assert ask().status_code == 403

    application.refresh_from_db()
    assert application.status == "pending"
    assert application.messages.count() == 0


def test_an_unknown_and_an_unconfirmed_request_do_not_exist(jon: Client) -> None:
    unconfirmed = apply_to_become_partner(
        actor=SYSTEM,
        company_name="Acme",
        website="https://acme.example",
        contact_name="A",
        contact_email="a@acme.example",
        intention="A wallboard.",
    )
    for wanted in (unconfirmed.pk.hex, "0" * 32, "nonsense"):
        assert jon.get(f"/backoffice/applications/{wanted}").status_code == 404


def test_partners_and_accounts_are_found(jon: Client) -> None:
    partner = make_partner("Whisper Labs")
    account = make_account("harbour", company_name="Harbour Bank")
    make_user(account)
    assert "Whisper Labs" in jon.get("/backoffice/partners?q=whisp").content.decode()
    assert "No partner is called so" in jon.get("/backoffice/partners?q=nobody").content.decode()
    assert jon.get(f"/backoffice/partners/{partner.pk.hex}").status_code == 200
    assert "Harbour Bank" in jon.get("/backoffice/accounts?q=harb").content.decode()
    text = jon.get(f"/backoffice/accounts/{account.pk}").content.decode()
    assert "Ada Adler" in text
    assert "Apps</h2>" not in text, "what is installed is for support"
    for path in ("/backoffice/partners/x", "/backoffice/accounts/x"):
        assert jon.get(path).status_code == 404


def test_the_trail_is_filtered_and_paged(jon: Client) -> None:
    first, second = make_account("harbour"), make_account("pilot", company_name="Pilot Air")
    text = jon.get("/backoffice/events?kind=account.created&account=pilot").content.decode()
    assert "Pilot Air" in text
    assert first.company_name not in text
    assert second.company_name in jon.get(f"/backoffice/events?account={second.pk}").content.decode()
    assert "There is no account" in jon.get("/backoffice/events?account=nobody").content.decode()
    assert jon.get("/backoffice/events?kind=no.such").status_code == 200
    assert jon.get("/backoffice/events?cursor=forged").status_code == 422
    for number in range(51):
        make_account(f"many-{number}")
    page = jon.get("/backoffice/events?kind=account.created").content.decode()
    assert page.count("account.created</code>") == 50
    assert "cursor=" in page


def test_pages_ask_the_database_a_fixed_number_of_times(jon: Client, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    for number in range(12):
        waiting(f"Company {number}", f"a{number}@people.example")
        make_partner(f"Partner {number}")
    for path in ("", "applications", "partners", "accounts", "events"):
        with django_assert_max_num_queries(12):
            assert jon.get(f"/backoffice/{path}").status_code == 200
    client = Client()
    client.force_login(make_person())
    assert client.get("/backoffice/").status_code == 403


def test_an_owner_whose_invitation_ran_out_is_invited_again(jon: Client) -> None:
    approve = f"/backoffice/applications/{waiting().pk.hex}/approve"
    jon.post(approve, {"name": "Ledgerline GmbH"})
    partner = Partner.objects.get()
    page = f"/backoffice/partners/{partner.pk.hex}"
    assert "Invite the owner again" not in jon.get(page).content.decode()
    with clock.travel(timedelta(days=15)):
        while deadlines.sweep_once():
            pass
        assert "Invite the owner again" in jon.get(page).content.decode()
        deliver()
        assert jon.post(f"{page}/invite")["Location"] == page
        [letter] = deliver()
    assert letter.to == ["mara@ledgerline.example"]
    assert list(Invitation.objects.order_by("id").values_list("status", "role")) == [
        ("expired", "owner"),
        ("pending", "owner"),
    ]


def test_a_partner_with_an_owner_is_not_invited_again(jon: Client) -> None:
    partner = make_partner()
    make_member(partner)
    answer = jon.post(f"/backoffice/partners/{partner.pk.hex}/invite")
    assert answer.status_code == 409
    assert not Invitation.objects.exists()
