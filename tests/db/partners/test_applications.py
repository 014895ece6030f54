"""From the public form to a partner with a developer account."""

from __future__ import annotations

import pytest

from fondaco.accounts import actions as account_actions
from fondaco.accounts import queries as account_queries
from fondaco.accounts.models import Account, Invitation, Operator
from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.actor import Actor
from fondaco.audit.status import IllegalTransition
from fondaco.kit.errors import Forbidden, Invalid
from fondaco.partners import actions, queries
from fondaco.partners.errors import AlreadyApplied, ApplicationLinkUnreadable, LastOwner, PartnerNameTaken
from fondaco.partners.models import DeveloperGrant, Member, MemberRole, Partner, PartnerApplication

ACTOR = Actor.system("test")
GOOD = "correct horse battery"
pytestmark = pytest.mark.django_db


def operator(*roles: OperatorRole) -> Operator:
    person = account_actions.create_person(actor=ACTOR, email="jon@fondaco.example", name="Jon Okafor")
    return account_actions.appoint_operator(actor=ACTOR, person=person, roles=roles or [OperatorRole.PARTNER_MANAGER])


def apply(company: str = "Ledgerline GmbH", email: str = "mara@ledgerline.example") -> PartnerApplication:
    return actions.apply_to_become_partner(
        actor=ACTOR,
        company_name=company,
        website="https://ledgerline.example",
        contact_name="Mara Lind",
        contact_email=email,
        intention="Invoices inside the call.",
    )


def verified(**kwargs: str) -> PartnerApplication:
    application = apply(**kwargs)
    return actions.verify_application(actor=ACTOR, token=queries.application_token(application, "verify"))


def test_operators_see_a_request_only_after_the_address_is_proven() -> None:
    jon, application = operator(), apply()
    assert list(queries.list_applications(jon)) == []
    token = queries.application_token(application, "verify")
    actions.verify_application(actor=ACTOR, token=token)
    actions.verify_application(actor=ACTOR, token=token)  # a second click is no error
    assert [found.status for found in queries.list_applications(jon)] == ["pending"]


def test_a_link_for_one_purpose_does_not_serve_another() -> None:
    application = apply()
    with pytest.raises(ApplicationLinkUnreadable):
        actions.verify_application(actor=ACTOR, token=queries.application_token(application, "answer"))
    application.refresh_from_db()
    assert application.status == "unverified"


def test_question_and_answer() -> None:
    jon, application = operator(), verified()
    actions.question_application(actor=ACTOR, by=jon, application=application, question="For which countries?")
    assert application.status == "questioned"
    actions.answer_application(
        actor=ACTOR, token=queries.application_token(application, "answer"), text="Germany and Austria."
    )
    found = queries.get_application(jon, application.pk.hex)
    assert found.status == "pending"
    assert [(line.from_operator, line.text) for line in found.messages.all()] == [
        (True, "For which countries?"),
        (False, "Germany and Austria."),
    ]


def test_approval_creates_partner_account_grants_and_invitation() -> None:
    jon, application = operator(), verified()

    partner = actions.approve_application(actor=ACTOR, by=jon, application=application)

    account = partner.developer_account
    assert (account.is_sandbox, account.name, account.company_name) == (True, "ledgerline-gmbh", "Ledgerline GmbH")
    grants = [
        (grant.kind, grant.quantity, grant.amount_minor, grant.currency)
        for grant in queries.list_developer_grants(partner)
    ]
    assert grants == [("licences", 3, 0, "USD"), ("credit", 0, 2500, "USD")]
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.place, invitation.role) == ("mara@ledgerline.example", "partner", "owner")


def test_the_invited_owner_is_also_admin_of_the_developer_account() -> None:
    partner = actions.approve_application(actor=ACTOR, by=operator(), application=verified())
    invitation = account_queries.find_invitation(account_queries.invitation_token(Invitation.objects.get()))
    person = account_actions.accept_invitation(actor=ACTOR, invitation=invitation, password=GOOD)
    assert person.memberships.get().role == "owner"
    seat = person.users.get()
    assert (seat.account, seat.role.key) == (partner.developer_account, "admin")


def test_rejection_needs_a_reason() -> None:
    jon, application = operator(), verified()
    with pytest.raises(Invalid) as refusal:
        actions.reject_application(actor=ACTOR, by=jon, application=application, reason="  ")
    assert list(refusal.value.fields) == ["reason"]
    application.refresh_from_db()
    assert application.status == "pending"
    actions.reject_application(actor=ACTOR, by=jon, application=application, reason="No product yet.")
    application.refresh_from_db()
    assert (application.status, application.decision_reason) == ("rejected", "No product yet.")


def test_T25_approving_twice_makes_one_partner() -> None:
    jon, application = operator(), verified()
    stale = PartnerApplication.objects.get(pk=application.pk)
    actions.approve_application(actor=ACTOR, by=jon, application=application)
    with pytest.raises(IllegalTransition):
        actions.approve_application(actor=ACTOR, by=jon, application=stale)
    assert (Partner.objects.count(), Account.objects.count(), DeveloperGrant.objects.count()) == (1, 1, 2)


def test_only_partner_managers_decide() -> None:
    reviewer, application = operator(OperatorRole.TECHNICAL_REVIEWER), verified()
    with pytest.raises(Forbidden):
        actions.approve_application(actor=ACTOR, by=reviewer, application=application)
    with pytest.raises(Forbidden):
        queries.list_applications(reviewer)
    assert not Partner.objects.exists()


def test_a_second_request_while_one_waits_is_refused() -> None:
    verified()
    with pytest.raises(AlreadyApplied):
        apply(email="MARA@ledgerline.example")
    assert PartnerApplication.objects.count() == 1


def test_two_companies_of_one_name() -> None:
    jon = operator()
    actions.approve_application(actor=ACTOR, by=jon, application=verified())
    second = verified(email="other@ledgerline.example")
    with pytest.raises(PartnerNameTaken):
        actions.approve_application(actor=ACTOR, by=jon, application=second)
    second.refresh_from_db()
    assert second.status == "pending"
    assert Account.objects.count() == 1


def test_the_last_owner_stays() -> None:
    partner = actions.create_partner(actor=ACTOR, name="Acme", website="https://a.example", contact_email="a@a.example")
    person = account_actions.create_person(actor=ACTOR, email="a@a.example", name="Ann")
    owner = actions.add_member(actor=ACTOR, partner=partner, person=person, role=MemberRole.OWNER)
    with pytest.raises(LastOwner):
        actions.remove_member(actor=ACTOR, by=owner, member=owner)
    with pytest.raises(LastOwner):
        actions.change_member_role(actor=ACTOR, by=owner, member=owner, role=MemberRole.FINANCE)
    assert Member.objects.get().role == "owner"
