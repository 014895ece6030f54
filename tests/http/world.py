"""A small world in which every address of the house has something to show, and strangers to whom it must not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from tests.factories.accounts import SYSTEM, actor_for, make_account, make_operator, make_person, make_role, make_user
from tests.factories.catalog import make_app, make_plan, make_published_version, make_version
from tests.factories.identity import make_login_session, make_operator_client, make_portal_client
from tests.factories.installs import make_completed
from tests.factories.lifecycle import link_of, make_tester, make_transfer
from tests.factories.partners import make_member, make_partner
from tests.factories.reviews import draw_sample
from tests.factories.support import involve, make_ticket, make_ticket_about
from tests.factories.upgrades import make_newer

from fondaco.accounts.actions import appoint_staff, invite, invite_user, request_email_change
from fondaco.accounts.models import Account, Invitation, Operator, Person, User
from fondaco.accounts.permissions import ADMIN, OperatorRole, Permission
from fondaco.accounts.queries import invitation_token
from fondaco.audit.actor import Actor
from fondaco.catalog.actions import deprecate_version
from fondaco.catalog.models import Version
from fondaco.catalog.states import Track
from fondaco.identity.actions import ProviderEntries, save_provider
from fondaco.installs.actions import cut_off
from fondaco.installs.models import Installation
from fondaco.installs.reach import Target, TargetKind
from fondaco.kit import clock
from fondaco.messaging.models import Endpoint, Message, SampleEvent, WebhookSecret
from fondaco.messaging.signing import ensure_signing_key
from fondaco.partners.actions import apply_to_become_partner, question_application, verify_application
from fondaco.partners.models import Member, MemberRole, Partner
from fondaco.partners.queries import application_token
from fondaco.review.actions import grant_waiver, keep_reason, submit
from fondaco.review.models import CheckRun

NOTICE = timedelta(days=60)
UNKNOWN = "0" * 32
NOBODY = "http://127.0.0.1:9"  # an address where nobody answers, at once
ACCOUNT, PARTNER, OPERATOR = "account", "partner", "operator"


@dataclass(frozen=True)
class Viewer:
    """Someone at the door. ``owns``: whose things are theirs, ``account``, ``partner`` or ``operator``."""

    name: str
    person: Person | None = None
    permissions: frozenset[Permission] = frozenset()
    kind: str = ""
    owns: frozenset[str] = frozenset()

    @property
    def has_one_permission(self) -> bool:
        """Whether this is someone who was made to try a single permission of an account."""
        return self.name.startswith("only ")


@dataclass
class World:
    """``values`` are the path parameters by name; those of the surfaces in ``surface_values`` go before."""

    account: Account
    partner: Partner
    installation: Installation
    viewers: list[Viewer] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    surface_values: dict[tuple[str, str], str] = field(default_factory=dict)

    def value(self, surface: str, name: str) -> str:
        return self.surface_values.get((surface, name)) or self.values[name]


def make_world() -> World:
    """Harbour Bank uses Ledgerline's app; a second bank and a second partner look on."""
    account = make_account("harbour", company_name="Harbour Bank")
    partner = make_partner()
    app = make_app(partner)
    published = make_published_version(app)
    installation = make_completed(account, version=published)
    world = World(account, partner, installation)
    owner = _add_viewers(world)
    draft = make_version(make_app(partner, name="Paywave"), name="0.9.0")
    reviewed = make_version(make_app(partner, name="Whisper"))
    submission = submit(actor=actor_for(owner.person), by=owner, version=reviewed, track=Track.TECHNICAL)
    by = installation.installed_by
    jon = make_operator(person=make_person("Jon Everyone"))
    joining, newcomer, colleague = _invite(account, by, partner, jon)
    _set_up_sign_in(by)
    _set_lifecycle_under_way(world, owner, draft)
    world.values |= {
        "installation_id": installation.pk.hex,
        "user_id": account.users.get(role__key="supervisor").pk,
        "role_id": make_role(account, Permission.APPS_VIEW, name="Team lead").pk.hex,
        "operator_id": jon.pk.hex,
        "member_id": partner.members.get(role="marketing").pk.hex,
        "account_id": account.pk,
        "partner_id": partner.pk.hex,
        "app_id": draft.app_id.hex,
        "version_id": draft.pk.hex,
        "plan_id": make_plan(draft, name="Extra").pk.hex,
        "screenshot_id": draft.listing.screenshots.get().pk.hex,
        "track": "technical",
        "submission_id": submission.pk.hex,
        "reason_id": keep_reason(actor=SYSTEM, by=jon, title="Dead link", text="A link is dead.").pk.hex,
        "client_id": make_portal_client(owner).client.pk.hex,
        "slug": app.slug,
        "account": account.name,
        "token": invitation_token(joining),
        "invitation_id": joining.pk.hex,
        "event_id": Message.objects.filter(installation=installation).earliest("sequence").pk.hex,
        "key_id": ensure_signing_key().pk.hex,
        "operation_id": installation.operations.get().pk.hex,
        "path": "icons/none.png",
        "mail_id": "nothing-0",
        "name": "invitation",
        "session_id": make_login_session(by.person).pk.hex,
        "rest": "nowhere",
        "kind": "installation",
        "target_id": make_completed(version=published).pk.hex,
        "cutoff_id": _cut_off(make_completed(version=published)),
        "run_id": CheckRun.objects.get(submission=submission).pk.hex,
        "check_id": "no-secrets",
        "waiver_id": _waive(reviewed, jon),
        "token_id": UNKNOWN,  # each has their own, and nobody finds another's: see test_token_pages.py
    }
    world.values["application_id"] = _apply(world)
    _ask(world, owner, jon)
    _ask_for_another_address(world, by)
    world.surface_values |= _values_of_surfaces(colleague, newcomer, reviewed)
    return world


def _values_of_surfaces(colleague: Invitation, newcomer: Invitation, reviewed: Version) -> dict[tuple[str, str], str]:
    """What a parameter is on some pages only."""
    return {
        ("portal", "invitation_id"): colleague.pk.hex,
        ("backoffice", "invitation_id"): newcomer.pk.hex,
        ("backoffice", "client_id"): make_operator_client().client.pk.hex,
        ("withdraw", "version_id"): reviewed.pk.hex,
    }


def _set_lifecycle_under_way(world: World, owner: Member, draft: Version) -> None:
    """An installation link, an invitation to test, an app on offer, a version with a last day, and a drawn sample."""
    make_newer(world.installation)
    link_of(draft)
    transfer = make_transfer(make_app(world.partner, name="Deskbridge"), make_partner("Tempo Labs"))
    ended = make_published_version(make_app(world.partner, name="Vault Notes"))
    deprecate_version(
        actor=actor_for(owner.person), by=owner, version=ended, reason="Over", ends_on=clock.now().date() + NOTICE
    )
    world.values |= {
        "part": "technical",
        "subject_id": draft.pk.hex,
        "transfer_id": transfer.pk.hex,
        "secret_id": WebhookSecret.objects.create(app=draft.app, secret=b"32 bytes", hint="whsec_MzIg").pk.hex,
        "endpoint_id": Endpoint.objects.filter(app=world.installation.app).earliest("id").pk.hex,
        "sample_id": draw_sample(ended, owner),
        "test_event_id": SampleEvent.objects.create(version=ended, type="app.test", url=NOBODY, body="{}").pk.hex,
        "tester_id": make_tester(draft.app, world.account, accepts=False).pk.hex,
    }
    world.surface_values[("backoffice", "version_id")] = ended.pk.hex


def _invite(account: Account, by: User, partner: Partner, jon: Operator) -> tuple[Invitation, Invitation, Invitation]:
    """One to the account, one to the staff, one to the partner."""
    agent = account.roles.get(key="agent")
    joining = invite_user(
        actor=actor_for(by.person), by=by, account=account, email="new@harbour.example", name="Nia New", role=agent
    )
    newcomer = appoint_staff(
        actor=actor_for(jon.person),
        by=jon,
        email="new@fondaco.example",
        name="Noor New",
        roles=[OperatorRole.PARTNER_MANAGER],
    )
    with transaction.atomic():
        colleague = invite(
            actor=SYSTEM, email="new@ledgerline.example", name="Nils New", place="partner", place_id=partner.pk.hex,
            place_name=partner.name, role="developer", invited_by="Mara Lind",
        )  # fmt: skip
    return joining, newcomer, colleague


def _set_up_sign_in(by: User) -> None:
    agent = by.account.roles.get(key="agent")
    save_provider(
        actor=SYSTEM,
        by=by,
        revision=0,
        entries=ProviderEntries(
            name="Harbour account", issuer=NOBODY, client_id="fondaco", default_role=agent, client_secret="secret"
        ),
    )


def _add_viewers(world: World) -> Member:
    account, partner = world.account, world.partner
    world.viewers.append(Viewer("anonymous"))
    agent = make_user(account, role="agent")
    for user in [world.installation.installed_by, account.users.get(role__key="supervisor"), agent]:
        world.viewers.append(
            Viewer(f"{user.role.key} of the account", user.person, user.permissions, ACCOUNT, frozenset({ACCOUNT}))
        )
    for permission in sorted(ADMIN):
        user = make_user(account, role=make_role(account, permission, name=f"Only {permission}"))
        world.viewers.append(
            Viewer(f"only {permission}", user.person, frozenset({permission}), ACCOUNT, frozenset({ACCOUNT}))
        )
    admin = make_user(make_account("lumen", company_name="Lumen Bank"))
    world.viewers.append(Viewer("admin of another account", admin.person, admin.permissions, ACCOUNT))
    members = [make_member(partner, role=role, person=make_person(f"{role.title()} Lind")) for role in MemberRole]
    for member in members:
        world.viewers.append(
            Viewer(f"{member.role} of the partner", member.person, member.permissions, PARTNER, frozenset({PARTNER}))
        )
    stranger = make_member(make_partner("Northwind Labs"))
    world.viewers.append(Viewer("owner of another partner", stranger.person, stranger.permissions, PARTNER))
    for role in OperatorRole:
        operator = make_operator(role, person=make_person(f"{role.title()} Okafor"))
        world.viewers.append(
            Viewer(f"operator: {role}", operator.person, operator.permissions, OPERATOR, frozenset({OPERATOR}))
        )
    return next(member for member in members if member.role == MemberRole.OWNER)


def _cut_off(installation: Installation) -> str:
    """Another account's app that an operator cut off."""
    jon = make_operator(OperatorRole.SUPPORT)
    target = Target(TargetKind.INSTALLATION, installation.app, installation=installation)
    return cut_off(actor=actor_for(jon.person), by=jon, target=target, reason="It copied contacts.").pk.hex


def _waive(version: Version, jon: Operator) -> str:
    """A check that need not pass for a while."""
    until = clock.now().date() + timedelta(days=30)
    fields: dict[str, Any] = {"check_id": "logout-url-answers", "reason": "They move house.", "ends_on": until}
    return grant_waiver(actor=actor_for(jon.person), by=jon, app=version.app, **fields).pk.hex


def _ask(world: World, owner: Member, jon: Operator) -> None:
    """A customer's ticket in which the app's partner takes part, and one of the partner's own."""
    ticket = make_ticket_about(world.installation)
    involve(jon, ticket)
    world.values["ticket_id"] = ticket.pk.hex
    world.surface_values[("portal", "ticket_id")] = make_ticket(owner).pk.hex


def _ask_for_another_address(world: World, by: User) -> None:
    request_email_change(actor=actor_for(by.person), person=by.person, email="ada@new.example")


def _apply(world: World) -> str:
    applicant = Actor.anonymous(label="Wei Zhang")
    application = apply_to_become_partner(
        actor=applicant, company_name="Tempo Labs", website="https://tempo.example", contact_name="Wei Zhang",
        contact_email="wei@tempo.example", intention="Schedules that follow the calls of a contact centre.",
    )  # fmt: skip
    world.surface_values[("apply_verify", "token")] = application_token(application, "verify")
    verify_application(actor=applicant, token=application_token(application, "verify"))
    jon = make_operator(OperatorRole.PARTNER_MANAGER)
    application.refresh_from_db()
    question_application(actor=actor_for(jon.person), by=jon, application=application, question="Where is the data?")
    application.refresh_from_db()
    world.surface_values[("apply_answer", "token")] = application_token(application, "answer")
    return application.pk.hex


@contextmanager
def undone() -> Iterator[None]:
    """Everything written in the block is taken back, so that one request cannot spoil the next."""
    block: Any = transaction.atomic()
    block._from_testcase = True  # as in Django's own test cases: entry actions may open durable blocks
    with block:
        yield
        transaction.set_rollback(True)
