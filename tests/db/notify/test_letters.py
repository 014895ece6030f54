"""Each mail: who gets it, what it is called, that its button leads somewhere, and that the queue holds no secret."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.urls import resolve
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.db.notify.seen_letters import SEEN
from tests.factories.accounts import SYSTEM, TOTP_SECRET, actor_for, make_operator, make_person, make_user
from tests.factories.catalog import make_app, make_version
from tests.factories.installs import PARTNER_PROGRAM, make_completed, make_installing, make_pending
from tests.factories.mail import deliver, link_in
from tests.factories.partners import make_member
from tests.factories.reviews import finish_checks

from fondaco.accounts import actions as accounts
from fondaco.accounts.permissions import OperatorRole
from fondaco.accounts.queries import invitation_token
from fondaco.catalog import actions as catalog
from fondaco.catalog.states import Track
from fondaco.identity import actions as identity
from fondaco.identity.actions import create_personal_token
from fondaco.identity.models import FailedTries
from fondaco.identity.tries import Try, begin_try, note_failure
from fondaco.installs.actions import answer_operation, update_settings
from fondaco.installs.auto_install import AutoInstall
from fondaco.installs.changes import Settings
from fondaco.installs.models import Installation
from fondaco.kit import clock, deadlines
from fondaco.notify import letters
from fondaco.partners import actions as partners
from fondaco.partners.models import MemberRole, PartnerApplication
from fondaco.partners.queries import application_token
from fondaco.review import actions as review
from fondaco.review.models import Submission

pytestmark = pytest.mark.django_db
APPLICANT = "mara@ledgerline.example"


def told(letter: EmailMessage) -> tuple[list[str], str]:
    """Recipients and subject; on the way, what every mail must have."""
    assert isinstance(letter, EmailMultiAlternatives)
    [html] = [str(part.content) for part in letter.alternatives]
    assert str(letter.subject) in html or letter.subject
    assert "\n" not in letter.subject
    assert "%(" not in letter.body + html
    if "://" in str(letter.body).split("\n-- \n")[0]:
        resolve(link_in(letter).split("?")[0])
        assert link_in(letter) in html
    return list(letter.to), str(letter.subject)


def apply() -> PartnerApplication:
    return partners.apply_to_become_partner(
        actor=SYSTEM,
        company_name="Ledgerline GmbH",
        website="https://ledgerline.example",
        contact_name="Mara Lind",
        contact_email=APPLICANT,
        intention="Invoices inside the call.",
    )


def verified() -> PartnerApplication:
    application = apply()
    partners.verify_application(actor=SYSTEM, token=application_token(application, "verify"))
    application.refresh_from_db()
    return application


def test_the_applicant_is_told_each_step() -> None:
    jon = make_operator(OperatorRole.PARTNER_MANAGER)
    make_operator(OperatorRole.TECHNICAL_REVIEWER)  # not their business
    application = apply()
    assert [told(letter) for letter in deliver()] == [([APPLICANT], "Confirm your address to become a partner")]

    partners.verify_application(actor=SYSTEM, token=application_token(application, "verify"))
    assert [told(letter) for letter in deliver()] == [
        ([APPLICANT], "We have your request to become a partner"),
        ([jon.person.email], "Ledgerline GmbH waits for an answer"),
    ]

    partners.question_application(actor=SYSTEM, by=jon, application=application, question="For which <countries>?")
    [letter] = deliver()
    assert told(letter) == ([APPLICANT], "A question about your request to become a partner")
    assert "For which <countries>?" in letter.body
    assert "For which &lt;countries&gt;?" in str(letter.alternatives[0].content)

    partners.answer_application(actor=SYSTEM, token=application_token(application, "answer"), text="Austria.")
    assert [told(letter) for letter in deliver()] == [([jon.person.email], "Ledgerline GmbH waits for an answer")]

    partners.approve_application(actor=SYSTEM, by=jon, application=application)
    [letter] = deliver()
    assert told(letter) == ([APPLICANT], "Ledgerline GmbH is a partner now")
    assert "three licences and $25.00 of credit" in letter.body


def test_a_rejection_says_why() -> None:
    jon, application = make_operator(), verified()
    deliver()
    partners.reject_application(actor=SYSTEM, by=jon, application=application, reason="Build it first.")
    [letter] = deliver()
    assert told(letter) == ([APPLICANT], "About your request to become a partner")
    assert "Build it first." in letter.body


def test_an_invitation_and_none_when_it_was_taken_back_before() -> None:
    ada = make_user()
    entries = {"actor": actor_for(ada.person), "by": ada, "account": ada.account, "role": ada.role}
    accounts.invite_user(**entries, email="ben@people.example", name="Ben Ito")
    taken_back = accounts.invite_user(**entries, email="bea@people.example", name="Bea Berg")
    accounts.withdraw_invitation(actor=SYSTEM, by=ada, invitation=taken_back)
    assert [told(letter) for letter in deliver()] == [
        (["ben@people.example"], "Ada Adler invites you to Harbour Bank"),
    ]


def submitted(track: Track) -> Submission:
    mara = make_member()
    make_member(mara.partner, role=MemberRole.FINANCE)  # not their business
    version = make_version(make_app(mara.partner, name="Ledgerline"), name="1.0.0")
    return review.submit(actor=SYSTEM, by=mara, version=version, track=track, note="Please look")


@pytest.mark.parametrize(
    ("track", "role"),
    [(Track.TECHNICAL, OperatorRole.TECHNICAL_REVIEWER), (Track.LISTING, OperatorRole.MARKETING_REVIEWER)],
)
def test_a_submission_is_told_to_those_who_review_it_and_its_end_to_those_who_sent_it(
    track: Track, role: OperatorRole
) -> None:
    jon = make_operator(role)
    make_operator(OperatorRole.SUPPORT)
    submission = submitted(track)
    owner = submission.submitted_by.email
    [letter] = deliver()
    assert told(letter) == ([jon.person.email], f"{submission.version} waits for review")
    assert "Please look" in letter.body

    review.reject(actor=SYSTEM, by=jon, submission=submission, feedback="The redirect URL answers 404.")
    [letter] = deliver()
    assert told(letter) == ([owner], f"{submission.version}: {track.value} content needs changes")
    assert "The redirect URL answers 404." in letter.body


def test_approvals_lead_to_the_marketplace() -> None:
    jon = make_operator()
    technical = submitted(Track.TECHNICAL)
    mara = technical.version.app.partner.members.get(role="owner")
    listing = review.submit(actor=SYSTEM, by=mara, version=technical.version, track=Track.LISTING)
    finish_checks(listing)
    deliver()

    review.approve(actor=SYSTEM, by=jon, submission=technical)
    review.approve(actor=SYSTEM, by=jon, submission=listing)
    subjects = [told(letter)[1] for letter in deliver()]
    assert subjects == [f"{technical.version}: {track} content approved" for track in ("technical", "listing")]

    technical.version.refresh_from_db()
    catalog.make_available(actor=SYSTEM, by=mara, version=technical.version)
    everyone = sorted(member.person.email for member in technical.version.app.partner.members.all())
    assert [told(letter) for letter in deliver()] == [(everyone, "Ledgerline is in the marketplace")]


def managers(installation: Installation) -> list[str]:
    return [installation.installed_by.person.email]


def rejected() -> Installation:
    installation = make_installing()
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="reject", reason="No capacity")
    return installation


def timed_out() -> Installation:
    installation = make_installing()
    with clock.travel(timedelta(days=8)):
        deadlines.sweep_once()
    return installation


def removed() -> Installation:
    installation = make_pending()
    deliver()
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
    return installation


def changing() -> Installation:
    """More licences are asked for."""
    installation = make_completed()
    by = installation.installed_by
    wanted = Settings(installation.plan, list(installation.account.users.all()), 9)
    update_settings(actor=actor_for(by.person), by=by, installation=installation, wanted=wanted)
    deliver()
    return installation


def changed() -> Installation:
    installation = changing()
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
    return installation


def change_declined() -> Installation:
    installation = changing()
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="reject", reason="Nine are too many")
    return installation


def change_unanswered() -> Installation:
    installation = changing()
    with clock.travel(timedelta(days=8)):
        deadlines.sweep_once()
    return installation


@pytest.mark.parametrize(
    ("happen", "subject", "words"),
    [
        (changed, "The change of {app} is in force", "Licences: 9"),
        (change_declined, "{app} was not changed", "Nine are too many"),
        (change_unanswered, "{app} was not changed", "exactly what they were"),
        (make_completed, "{app} is ready", "can launch it"),
        (rejected, "{app} could not be installed", "No capacity"),
        (timed_out, "{app} could not be installed", "within seven days"),
        (removed, "{app} was removed", "gone from Harbour Bank"),
    ],
)
def test_those_who_manage_apps_are_told_what_became_of_one(
    happen: Callable[[], Installation], subject: str, words: str
) -> None:
    installation = happen()
    letters_sent = deliver()
    assert [told(letter) for letter in letters_sent] == [
        (managers(installation), subject.format(app=installation.app.name))
    ]
    assert words in letters_sent[0].body


@pytest.mark.parametrize(
    ("auto", "facts"),
    [
        (
            AutoInstall(({"filter": "role", "match": "agent"},), cap=7),
            ["Who gets it by itself: Who gets a role: Agent", "Stop at: 7"],
        ),
        (
            AutoInstall(({"filter": "all", "match": ""},), cap=9),
            ["Who gets it by itself: Everybody who joins the account", "Stop at: 9"],
        ),
    ],
)
def test_a_change_says_what_it_costs_and_who_gets_the_app_from_then_on(auto: AutoInstall, facts: list[str]) -> None:
    installation = make_completed(plan="Team")
    by, plan = installation.installed_by, installation.plan
    users = [licence.user for licence in installation.licences.select_related("user")]
    wanted = Settings(plan, users, installation.total_licences + 2, auto)
    update_settings(actor=actor_for(by.person), by=by, installation=installation, wanted=wanted)
    deliver()
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
    [letter] = deliver()
    more = plan.monthly_total(wanted.licences) - plan.monthly_total(installation.total_licences)
    assert more.minor > 0
    assert f"More each month: {more.format(drop_zeros=False)}" in letter.body
    assert f"Total per month: {plan.monthly_total(wanted.licences).format(drop_zeros=False)}" in letter.body
    assert all(fact in letter.body for fact in facts)


def test_who_proves_themselves_otherwise_is_told() -> None:
    person = make_person(password="correct-horse-battery")
    [app] = [identity.add_authenticator_app(actor=actor_for(person), person=person, secret=TOTP_SECRET).factor]
    identity.make_recovery_codes(actor=actor_for(person), person=person)
    identity.note_recovery_code_used(actor=actor_for(person), person=person, left=1)
    identity.remove_factor(actor=actor_for(person), person=person, factor_id=app.pk)
    identity.change_password(actor=SYSTEM, person=person, password="harbour-lantern-42")
    assert [told(letter) for letter in deliver()] == [
        ([person.email], subject)
        for subject in (
            "You can prove yourself by one more thing",
            "You have new recovery codes",
            "A recovery code of yours was used",
            "One of your second factors was removed",
            "Your password was changed",
        )
    ]


def test_a_new_browser_a_pause_and_another_address_are_told() -> None:
    person = make_person()
    for browser in ("one", "two", "two"):
        identity.start_login_session(actor=SYSTEM, person=person, address="203.0.113.7", browser=browser)
    assert [told(letter) for letter in deliver()] == [([person.email], "A new sign-in from An unknown browser")]
    attempt = Try("password", person.email, "203.0.113.7")
    for _ in range(6):
        begin_try(attempt=attempt, person=person)
        note_failure(actor=SYSTEM, attempt=attempt, person=person)
        FailedTries.objects.update(paused_until=None)
    assert [told(letter) for letter in deliver()] == [([person.email], "Someone keeps failing to sign in as you")]
    asked = accounts.request_email_change(actor=SYSTEM, person=person, email="new@people.example")
    old = person.email
    assert [told(letter) for letter in deliver()] == [
        (["new@people.example"], "Confirm your address"),
        ([old], "You asked for another address"),
    ]
    accounts.confirm_email(actor=SYSTEM, address=asked)
    assert [told(letter) for letter in deliver()] == [([old], "Your address was changed")]


def test_owners_are_told_of_their_access_tokens() -> None:
    person = make_user().person
    with clock.freeze() as now:
        ends = now + timedelta(days=30)
        create_personal_token(actor=actor_for(person), person=person, name="Nightly report", expires_at=ends)
        assert told(*deliver()) == ([person.email], "A new access token: Nightly report")
        with clock.travel(timedelta(days=23)):
            deadlines.sweep_once()
            assert told(*deliver()) == ([person.email], "Your access token Nightly report ends soon")


def test_every_mail_there_is_has_been_seen_here() -> None:
    assert list(letters.all_mails()) == SEEN


def test_T22_the_queue_holds_names_and_ids_only() -> None:
    jon, application = make_operator(), apply()
    tokens = [application_token(application, "verify")]
    partners.verify_application(actor=SYSTEM, token=tokens[0])
    application.refresh_from_db()
    partners.approve_application(actor=SYSTEM, by=jon, application=application)
    ada = make_user()
    invitation = accounts.invite_user(
        actor=SYSTEM, by=ada, account=ada.account, email="ben@people.example", name="Ben", role=ada.role
    )
    tokens.append(invitation_token(invitation))

    jobs = list(ProcrastinateJob.objects.filter(task_name="notify.send"))

    assert len(jobs) == 5
    assert all(set(job.args) == {"mail", "subject_id"} for job in jobs)
    text = json.dumps([job.args for job in jobs])
    assert not [token for token in tokens if token in text or token.split(".")[1] in text]
    assert "@" not in text
