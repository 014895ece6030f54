"""The rows that example mails are about. Names are such that no real house has them; they are rolled back anyway."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from allauth.account.models import EmailAddress

from fondaco.accounts import events as accounts_events
from fondaco.accounts.actions import appoint_operator, create_account, create_person
from fondaco.accounts.models import Account, Invitation, Person, User
from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.actor import Actor
from fondaco.audit.kinds import EventKind
from fondaco.audit.models import Event
from fondaco.audit.recording import record
from fondaco.audit.status import transition
from fondaco.catalog.models import (
    App,
    LicenceModel,
    ListingContent,
    Plan,
    PlannedPublication,
    PlanType,
    TechnicalContent,
    Version,
)
from fondaco.catalog.states import Track
from fondaco.identity import events as identity_events
from fondaco.identity.models import ClientKind, Cutoff, LoginSession, OAuthClient, PersonalAccessToken
from fondaco.installs import events as installs_events
from fondaco.installs import snapshots
from fondaco.installs.models import Installation, Operation
from fondaco.installs.states import InstallationStatus, OperationKind, OperationStatus
from fondaco.kit import clock
from fondaco.notify.example_endpoints import make_endpoints
from fondaco.notify.example_licences import make_automatic
from fondaco.notify.example_lifecycle import make_lifecycle
from fondaco.notify.example_tickets import make_tickets
from fondaco.notify.example_trials import make_trials
from fondaco.notify.example_upgrades import make_upgrades
from fondaco.partners.models import ApplicationMessage, Member, MemberRole, Partner, PartnerApplication
from fondaco.review import events as review_events
from fondaco.review.models import (
    Approval,
    ChangeKind,
    CheckResult,
    CheckRun,
    RequestedChange,
    ReviewMessage,
    Sample,
    Side,
    Submission,
)
from fondaco.review.risks import Risk
from fondaco.review.states import Outcome, RunReason, RunStatus, SampleStatus

Cast = dict[str, UUID]
_ACTOR: Final = Actor.system("examples")
_DOMAIN: Final = "example.invalid"
_ADDRESS: Final = "203.0.113.7"
_FEEDBACK: Final = "The redirect URL answers 404, so single sign-on cannot finish.\nEverything else is fine."


@dataclass(frozen=True, slots=True)
class _People:
    ada: Person  # administrator of a customer
    mara: Member  # owner of a partner
    account: Account
    admin: User
    jon: Person  # one of two operators


def make_cast() -> Cast:
    """Writes the example world into the open transaction; returns what mails can be about, by a name for each."""
    people = _make_people()
    app, versions = _make_app(people.mara)
    installation = _install(people.account, people.admin, versions["version"])
    declined = _decline(people, versions["version"])
    return {
        **{name: version.pk for name, version in versions.items()},
        "installation": installation.pk,
        "declined installation": declined,
        "made change": _change(installation, OperationStatus.APPROVED),
        "declined change": _change(installation, OperationStatus.REJECTED),
        **make_trials(installation.pk, declined, actor=_ACTOR),
        **make_automatic(declined, actor=_ACTOR, domain=_DOMAIN),
        **make_upgrades(people.mara, partial(_install, people.account, people.admin), actor=_ACTOR),
        **_make_reviews(people, versions),
        **_make_live_checks(versions["version"]),
        **_make_application(),
        **_make_things_of_people(people),
        "cutoff": Cutoff.objects.create(app=app, reason="It copied contacts.", begun_by="Jon Okafor").pk,
        "cutoff of a client": _cut_off_client(people.mara),
        **_make_events(people, installation),
        **make_endpoints(app, domain=_DOMAIN),
        **make_lifecycle(
            app, mara=people.mara, account=people.account, tester=people.ada, actor=_ACTOR, domain=_DOMAIN
        ),
        **make_tickets(app, mara=people.mara, account=people.account, asker=people.ada, jon=people.jon, actor=_ACTOR),
    }


def _make_people() -> _People:
    ada, mara, jon, ines = (
        create_person(actor=_ACTOR, email=f"{name.split()[0].lower()}@{_DOMAIN}", name=name)
        for name in ("Ada Adler", "Mara Lind", "Jon Okafor", "Ines Carvalho")
    )
    account = create_account(actor=_ACTOR, name="example-harbour", company_name="Harbour Bank (example)")
    sandbox = create_account(
        actor=_ACTOR, name="example-sandbox", company_name="Ledgerline (example, developer)", is_sandbox=True
    )
    for person in (jon, ines):
        appoint_operator(actor=_ACTOR, person=person, roles=tuple(OperatorRole))
    partner = Partner.objects.create(
        name="Ledgerline (example)",
        website=f"https://{_DOMAIN}",
        contact_email=f"hello@{_DOMAIN}",
        developer_account=sandbox,
    )
    member = Member.objects.create(partner=partner, person=mara, role=MemberRole.OWNER.value)
    admin = User.objects.create(account=account, person=ada, role=account.roles.get(key="admin"))
    return _People(ada, member, account, admin, jon)


def _make_app(mara: Member) -> tuple[App, dict[str, Version]]:
    app = App.objects.create(
        partner=mara.partner,
        name="Ledgerline (example)",
        slug="ledgerline-example",
        icon="icons/example.png",
        technical_email=f"dev@{_DOMAIN}",
    )
    made = clock.now()
    facts: dict[str, dict[str, Any]] = {
        "version": {"deprecation_reason": "Please move to 2.0.0.", "ends_on": (made + timedelta(days=90)).date()},
        "planned version": {},
        "failed version": {},
        "unlisted version": {"unlisted_at": made, "unlisted_reason": "A bug in the invoice view; back on Monday."},
        "withheld version": {
            "withheld_at": made,
            "withheld_reason": "The listing promises HIPAA compliance, for which there is no proof.",
            "withheld_by": "Jon Okafor",
        },
    }
    versions = {}
    for number, (name, fields) in enumerate(facts.items(), 1):
        version = Version.objects.create(app=app, name=f"{number}.0.0", created_by=mara.person.name, **fields)
        TechnicalContent.objects.create(version=version)
        ListingContent.objects.create(version=version, display_name=app.name)
        versions[name] = version
    due_at = made + timedelta(days=2)
    PlannedPublication.objects.create(version=versions["planned version"], due_at=due_at, planned_by=mara)
    PlannedPublication.objects.create(
        version=versions["failed version"],
        due_at=made,
        planned_by=mara,
        failed_at=made,
        failure="Devi Rao, who set the time, may no longer publish this app.",
    )
    return app, versions


def _install(account: Account, admin: User, version: Version) -> Installation:
    plan, _is_new = Plan.objects.get_or_create(
        version=version,
        name="Team",
        defaults={
            "type": PlanType.PAID.value,
            "model": LicenceModel.PER_SEAT.value,
            "price_minor": 1800,
            "min_licences": 1,
        },
    )
    client = OAuthClient.objects.create(
        kind=ClientKind.INSTALLATION.value, account=account, app=version.app, version=version, name=version.app.name
    )
    return Installation.objects.create(
        app=version.app,
        version=version,
        account=account,
        plan=plan,
        client=client,
        installed_by=admin,
        total_licences=12,
    )


def _decline(people: _People, version: Version) -> UUID:
    """Another account, whose order the partner declined."""
    account = create_account(actor=_ACTOR, name="example-lumen", company_name="Lumen Bank (example)")
    admin = User.objects.create(account=account, person=people.ada, role=account.roles.get(key="admin"))
    installation = _install(account, admin, version)
    fields = {"reason": "No capacity in your region yet."}
    transition(installation, InstallationStatus.REJECTED, actor=_ACTOR, fields=fields)
    return installation.pk


def _change(installation: Installation, outcome: OperationStatus) -> UUID:
    """A change of settings that the partner answered."""
    current = snapshots.take(installation)
    operation = Operation.objects.create(
        installation=installation,
        kind=OperationKind.UPDATE.value,
        current=current,
        proposed={**current, "total_licences": 20},
        answer="" if outcome == OperationStatus.APPROVED else "Twenty are more than we can serve this week.",
        answer_due_at=clock.now() + timedelta(days=7),
    )
    transition(operation, outcome, actor=_ACTOR)
    return operation.pk


def _make_reviews(people: _People, versions: dict[str, Version]) -> Cast:
    submitted = {"track": Track.TECHNICAL.value, "submitted_by": people.mara.person, "note": "Ready when you are."}
    submission = Submission.objects.create(version=versions["version"], feedback=_FEEDBACK, **submitted)
    taken = Submission.objects.create(
        version=versions["planned version"], taken_by=people.jon, taken_at=clock.now(), **submitted
    )
    half = Submission.objects.create(
        version=versions["failed version"], approvals_needed=2, risk_reasons=[Risk.WRITE_SCOPES.value], **submitted
    )
    Approval.objects.create(submission=half, person=people.jon, comment="Callbacks and scopes are fine.")
    RequestedChange.objects.create(
        submission=submission, kind=ChangeKind.FIELD.value, subject="redirect_urls", text="Use an address that answers."
    )
    said = {
        Side.REVIEWER: (people.jon, "Which of your hosts sends the calls?"),
        Side.PARTNER: (people.mara.person, "The first one; the second is retired."),
    }
    messages = {
        side: ReviewMessage.objects.create(
            submission=taken, author=author, side=side.value, text=text, message_id=f"<{side}@{_DOMAIN}>"
        )
        for side, (author, text) in said.items()
    }
    return {
        "submission": submission.pk,
        "taken submission": taken.pk,
        "half approved submission": half.pk,
        **_make_samples(people, versions),
        "question of a review": messages[Side.REVIEWER].pk,
        "answer in a review": messages[Side.PARTNER].pk,
    }


def _make_samples(people: _People, versions: dict[str, Version]) -> Cast:
    """One that waits for a look, and one with which a person found a problem."""
    listing = {"track": Track.LISTING.value, "submitted_by": people.mara.person}
    waiting, found = (
        Sample.objects.create(submission=Submission.objects.create(version=versions[name], **listing))
        for name in ("planned version", "withheld version")
    )
    fields = {"looked_by": people.jon, "words": versions["withheld version"].withheld_reason}
    transition(found, SampleStatus.PROBLEM, actor=_ACTOR, fields=fields)
    return {"drawn sample": waiting.pk, "looked at sample": found.pk}


def _make_live_checks(version: Version) -> Cast:
    """The watch over a live version found a certificate about to end, and another day that it is mended."""
    marks = {"technical_mark": "", "listing_mark": "", "technical_revision": 0, "listing_revision": 0}
    runs = [
        transition(run, RunStatus.FINISHED, actor=_ACTOR)
        for run in (
            CheckRun.objects.create(version=version, ruleset=1, why=why.value, total=1, **marks)
            for why in (RunReason.WATCH, RunReason.PARTNER)
        )
    ]
    finding = {
        "found": "The certificate of app.ledgerline.example ends in 3 days.",
        "where": "technical.events_callback_url",
        "mend": "Renew it now, and let it be renewed by itself a month before its end.",
    }
    CheckResult.objects.create(
        run=runs[0], check_id="certificates-lasting", track=Track.TECHNICAL.value, severity="warning", blocks=False,
        outcome=Outcome.FOUND.value, findings=[finding],
    )  # fmt: skip
    for run, kind in zip(runs, (review_events.CHECK_FAILING, review_events.CHECK_MENDED), strict=True):
        record(kind, run, actor=_ACTOR, data={"checks": ["certificates-lasting"]}, **run.audit_scope())
    return {"failing checks": runs[0].pk, "mended checks": runs[1].pk}


def _make_application() -> Cast:
    application = PartnerApplication.objects.create(
        company_name="Tempo Labs (example)",
        website=f"https://tempo.{_DOMAIN}",
        contact_name="Wei Zhang",
        contact_email=f"wei@{_DOMAIN}",
        intention="Schedules that follow the calls of a contact centre.",
        decision_reason="There is no product to look at yet.",
    )
    message = ApplicationMessage.objects.create(
        application=application, author_name="Jon Okafor", from_operator=True, text="Where do you keep the data?"
    )
    return {"application": application.pk, "question": message.pk}


def _cut_off_client(mara: Member) -> UUID:
    account = mara.partner.developer_account
    client = OAuthClient.objects.create(kind=ClientKind.PORTAL.value, account=account, name="Nightly export")
    return Cutoff.objects.create(client=client, reason="Its secret was on a pastebin.", begun_by="Jon Okafor").pk


def _make_things_of_people(people: _People) -> Cast:
    now = clock.now()
    ada = people.ada
    invitation = Invitation.objects.create(
        email=f"nia@{_DOMAIN}",
        name="Nia New",
        place="account",
        place_id=people.account.pk,
        place_name=people.account.company_name,
        role="agent",
        invited_by=ada.name,
        expires_at=now + timedelta(days=7),
    )
    token = PersonalAccessToken.objects.create(
        person=ada,
        name="Nightly report",
        token_hash=people.mara.pk.hex,
        hint="fdp_exam",
        expires_at=now + timedelta(days=7),
    )
    session = LoginSession.objects.create(person=ada, address=_ADDRESS, device="Firefox on Linux")
    EmailAddress.objects.create(user=ada, email=f"ada.adler@{_DOMAIN}")
    return {
        "person": ada.pk,
        "invitation": invitation.pk,
        "token": token.pk,
        "session": session.pk,
    }


def _make_events(people: _People, installation: Installation) -> Cast:
    person, key = people.ada.pk.hex, installation.pk.hex
    addresses = {"from": people.ada.email, "to": f"ada.adler@{_DOMAIN}"}
    old_end_at = (clock.now() + timedelta(days=7)).isoformat()
    token = PersonalAccessToken.objects.get(person=people.ada).pk.hex
    facts: dict[str, tuple[EventKind, str, dict[str, Any]]] = {
        "has a new password": (identity_events.PASSWORD_CHANGED, person, {}),
        "keeps failing": (identity_events.SIGN_IN_PAUSED, person, {"what": "code", "address": _ADDRESS}),
        "asked for another address": (accounts_events.EMAIL_CHANGE_REQUESTED, person, addresses),
        "has another address": (accounts_events.EMAIL_CHANGED, person, addresses),
        "lost a token": (identity_events.PERSONAL_TOKEN_ENDED, token, {"reason": "It was in a public repository."}),
        "was cut off": (installs_events.INSTALLATION_CUT_OFF, key, {"reason": "It copied contacts."}),
        "was let in again": (installs_events.INSTALLATION_RESTORED, key, {}),
        "got new credentials": (
            identity_events.CREDENTIALS_ROTATED,
            key,
            {"client": installation.client_id.hex, "old_end_at": old_end_at},
        ),
    }
    return {name: _write_down(kind, subject, data) for name, (kind, subject, data) in facts.items()}


def _write_down(kind: EventKind, subject_id: str, data: dict[str, Any]) -> UUID:
    """A fact that nothing follows from: recording it would set the house in motion."""
    event = Event.objects.create(
        kind=kind.name,
        occurred_at=clock.now(),
        actor_kind=_ACTOR.kind.value,
        actor_label=_ACTOR.label,
        actor_address=_ADDRESS,
        subject_type=kind.name.partition(".")[0],
        subject_id=subject_id,
        data=data,
    )
    return event.pk
