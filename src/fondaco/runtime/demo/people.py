"""Who is in the demo: the platform's staff, partners and those who want to become one, and three customers."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Final

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from fondaco.accounts import actions, queries
from fondaco.accounts.models import Account, Invitation, Operator, Person, Role
from fondaco.accounts.permissions import SUPERVISOR, OperatorRole, Permission
from fondaco.audit.actor import Actor, ActorKind
from fondaco.identity.actions import add_authenticator_app
from fondaco.identity.factors import has_factor
from fondaco.kit import clock
from fondaco.partners import actions as partner_actions
from fondaco.partners.models import Member, MemberRole, Partner, PartnerApplication
from fondaco.partners.queries import application_token

PASSWORD: Final = "fondaco-demo"  # noqa: S105 - printed at every start, and refused outside development
ACTOR: Final = Actor.system("demo")
OPERATOR: Final = "jon@fondaco.example"
CUSTOMER: Final = "ana@starship.example"
PARTNER: Final = "mara@ledgerline.example"

LOGINS: Final = (
    ("Customer admin, Starship Support", CUSTOMER, PASSWORD, "/my-apps"),
    ("Customer agent, Starship Support", "leo@starship.example", PASSWORD, "/my-apps"),
    ("Partner, Ledgerline GmbH", PARTNER, PASSWORD, "/portal/"),
    ("Operator of the platform", OPERATOR, PASSWORD, "/backoffice/"),
    ("Operator, support", "ines@fondaco.example", PASSWORD, "/backoffice/tickets"),
)

_OPERATORS = (
    (
        OPERATOR,
        "Jon Okafor",
        (OperatorRole.PARTNER_MANAGER, OperatorRole.TECHNICAL_REVIEWER, OperatorRole.MARKETING_REVIEWER),
    ),
    ("ines@fondaco.example", "Inês Carvalho", (OperatorRole.SUPPORT, OperatorRole.FINANCE)),
    ("nora@fondaco.example", "Nora Haugen", (OperatorRole.TECHNICAL_REVIEWER, OperatorRole.MARKETING_REVIEWER)),
)

_PARTNERS = {
    "Ledgerline GmbH": (
        "https://ledgerline.example",
        "Invoices and payments inside the call, so that nobody has to leave the conversation to pay.",
        (
            (PARTNER, "Mara Lind", MemberRole.OWNER),
            ("tomas@ledgerline.example", "Tomáš Novák", MemberRole.DEVELOPER),
            ("yuki@ledgerline.example", "Yuki Tanaka", MemberRole.MARKETING),
        ),
    ),
    "Northwind Labs": (
        "https://northwind.example",
        "A CRM and a family of small tools that know who is calling before anyone says hello.",
        (
            ("priya@northwind.example", "Priya Nair", MemberRole.OWNER),
            ("oskar@northwind.example", "Oskar Berg", MemberRole.DEVELOPER),
        ),
    ),
}

_ACCOUNTS = {
    "starship": ("Starship Support", "Europe/Lisbon"),
    "harbour": ("Harbour Lines", "Europe/Amsterdam"),
    "lumen": ("Lumen Bank", "America/Toronto"),
}
_USERS = {
    "starship": (
        ("ana", "Ana Prado", "admin"),
        ("samir", "Samir Haddad", "supervisor"),
        ("leo", "Leo Fontaine", "agent"),
        ("grace", "Grace Mwangi", "lead"),
        ("hana", "Hana Sato", "agent"),
        ("diego", "Diego Ramos", "agent"),
        ("freya", "Freya Lindqvist", "agent"),
        ("amara", "Amara Obi", "agent"),
        ("noah", "Noah Becker", "agent"),
        ("lina", "Lina Kowalska", "agent"),
        ("arjun", "Arjun Mehta", "agent"),
        ("sofia", "Sofia Rossi", "agent"),
        ("bilal", "Bilal Chaudhry", "admin"),
    ),
    "harbour": (
        ("femke", "Femke de Vries", "admin"),
        ("rui", "Rui Marques", "supervisor"),
        ("ivy", "Ivy Chen", "agent"),
        ("karim", "Karim Benali", "agent"),
    ),
    "lumen": (
        ("claire", "Claire Tremblay", "admin"),
        ("dev", "Dev Patel", "supervisor"),
        ("maya", "Maya Cohen", "agent"),
    ),
}

_WAITING = (
    (
        "Tempo Labs",
        "wei@tempolabs.example",
        "Wei Zhang",
        "Schedules that follow the calls: forecasts from the last eight weeks, shifts that people can swap themselves.",
        "pending",
    ),
    (
        "Murmur AI",
        "elif@murmur.example",
        "Elif Demir",
        "Live coaching cards for agents, from the words that are being said.",
        "questioned",
    ),
    ("Brightdesk", "sean@brightdesk.example", "Sean Walsh", "Tickets out of missed calls.", "unverified"),
)


@cache
def _password_hash() -> str:
    """One hash for everybody: each would take half a second, and all know the password anyway."""
    return make_password(PASSWORD)


def _person(email: str, name: str) -> Person:
    person = actions.create_person(actor=ACTOR, email=email, name=name)
    person.password = _password_hash()
    person.save(update_fields=["password"])
    return person


def _give_factor(email: str) -> None:
    """The authenticator app that operators and owners must have; in development the sign-in page shows its code."""
    person = Person.objects.get(email=email)
    if settings.DEMO_TOTP_SECRET and not has_factor(person):
        add_authenticator_app(actor=actor_for(person), person=person, secret=settings.DEMO_TOTP_SECRET)


def actor_for(person: Person) -> Actor:
    """A demo person as the cause of a change."""
    return Actor(ActorKind.PERSON, id=person.pk.hex, label=person.name, address="127.0.0.1")


def make_operators() -> None:
    """The platform's staff."""
    for email, name, roles in _OPERATORS:
        with transaction.atomic():
            if not Operator.objects.filter(person__email=email).exists():
                person = _person(email, name)
                actions.appoint_operator(actor=ACTOR, person=person, roles=roles)
        _give_factor(email)


def operator(email: str = OPERATOR) -> Operator:
    """The operator who decides everything in the demo, or another."""
    return Operator.objects.select_related("person").get(person__email=email)


def member(email: str) -> Member:
    """A partner's person."""
    return Member.objects.select_related("person", "partner__developer_account").get(person__email=email)


def make_partners() -> None:
    """Two partners, admitted some weeks ago, and three who are not partners yet."""
    for company, (website, intention, people) in _PARTNERS.items():
        with clock.travel(-timedelta(days=60)):
            _admit(company, website, intention, people)
    for company, email, contact, intention, state in _WAITING:
        with clock.travel(-timedelta(days=2)):
            _apply(company, email, contact, intention, state)


def make_accounts() -> None:
    """Three customers with people in all three roles."""
    for name, (company, timezone) in _ACCOUNTS.items():
        with transaction.atomic(), clock.travel(-timedelta(days=90)):
            if Account.objects.filter(name=name).exists():
                continue
            account = actions.create_account(actor=ACTOR, name=name, company_name=company, timezone=timezone)
            roles = {role.key: role for role in account.roles.all()}
            # Agents may open what they hold a licence for; their account's admin switched that on.
            roles["agent"].permissions = ["apps.view", "apps.launch"]
            roles["agent"].save(update_fields=["permissions"])
            if name == "starship":
                roles["lead"] = _team_lead(account)
            for login, full_name, role in _USERS[name]:
                person = _person(f"{login}@{name}.example", full_name)
                actions.add_user(actor=ACTOR, account=account, person=person, role=roles[role])


def _team_lead(account: Account) -> Role:
    """A role of the account's own: what a supervisor may, and caring for people and installed apps."""
    held = SUPERVISOR | {Permission.APPS_MANAGE, Permission.PEOPLE_MANAGE}
    return Role.objects.create(account=account, name="Team lead", permissions=sorted(one.value for one in held))


def _admit(company: str, website: str, intention: str, people: tuple[tuple[str, str, MemberRole], ...]) -> None:
    email, name, _role = people[0]
    if not Partner.objects.filter(name=company).exists():
        application = _application(company, website, email, name, intention)
        by = operator()
        partner_actions.approve_application(actor=actor_for(by.person), by=by, application=application)
    partner = Partner.objects.get(name=company)
    _accept(email, name)
    _give_factor(email)
    owner = member(email)
    for colleague, colleague_name, role in people[1:]:
        if not Person.objects.filter(email=colleague).exists():
            if not Invitation.objects.filter(email=colleague, status="pending").exists():
                partner_actions.invite_member(
                    actor=actor_for(owner.person), by=owner, email=colleague, name=colleague_name, role=role
                )
            _accept(colleague, colleague_name)
    assert partner.members.count() == len(people)


def _accept(email: str, name: str) -> None:
    invitation = Invitation.objects.filter(email=email, status="pending").first()
    if invitation is not None:
        found = queries.find_invitation(queries.invitation_token(invitation))
        actor = Actor.anonymous(label=name)
        actions.accept_invitation(actor=actor, invitation=found, name=name, password=PASSWORD)


def _application(company: str, website: str, email: str, name: str, intention: str) -> PartnerApplication:
    actor = Actor.anonymous(label=name)
    application = PartnerApplication.objects.filter(contact_email=email).first()
    if application is None:
        application = partner_actions.apply_to_become_partner(
            actor=actor,
            company_name=company,
            website=website,
            contact_name=name,
            contact_email=email,
            intention=intention,
        )
    return partner_actions.verify_application(actor=actor, token=application_token(application, "verify"))


def _apply(company: str, email: str, contact: str, intention: str, state: str) -> None:
    if PartnerApplication.objects.filter(contact_email=email).exists():
        return
    website = f"https://{email.partition('@')[2]}"
    if state == "unverified":
        partner_actions.apply_to_become_partner(
            actor=Actor.anonymous(label=contact),
            company_name=company,
            website=website,
            contact_name=contact,
            contact_email=email,
            intention=intention,
        )
        return
    application = _application(company, website, email, contact, intention)
    if state == "questioned":
        by = operator()
        partner_actions.question_application(
            actor=actor_for(by.person),
            by=by,
            application=application,
            question="Where are the spoken words processed, and for how long do you keep them?",
        )
