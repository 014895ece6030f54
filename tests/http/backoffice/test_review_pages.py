"""The reviewers' pages."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from tests.factories.accounts import actor_for, make_operator, make_user
from tests.factories.catalog import make_app, make_version
from tests.factories.reviews import finish_checks
from tests.signing_in import signed_in

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import OperatorRole
from fondaco.catalog.models import Version
from fondaco.catalog.states import Track
from fondaco.partners.models import Member
from fondaco.review import actions
from fondaco.review.models import Submission

pytestmark = pytest.mark.django_db


@pytest.fixture
def jon() -> Operator:
    return make_operator()


@pytest.fixture
def client(jon: Operator) -> Client:
    return signed_in(jon)


@pytest.fixture
def version(mara: Member) -> Version:
    return make_version(
        make_app(mara.partner),
        test_instructions="Log in and press Pay.",
        test_credentials=b"demo / pass-1",
        backchannel_logout_url="https://app.ledgerline.example/out",
    )


def submit(by: Member, version: Version, track: Track = Track.TECHNICAL) -> Submission:
    submission = actions.submit(
        actor=actor_for(by.person), by=by, version=version, track=track, note="Look at the payment link."
    )
    finish_checks(submission)
    return submission


def address(submission: Submission, answer: str = "") -> str:
    return f"/backoffice/submissions/{submission.track}/{submission.pk.hex}" + (f"/{answer}" if answer else "")


def test_the_queues(client: Client, mara: Member, version: Version) -> None:
    assert "Nothing waits." in client.get("/backoffice/submissions/technical").content.decode()
    submission = submit(mara, version)
    page = client.get("/backoffice/submissions/technical").content.decode()
    assert "1 submission is shown." in page
    assert f'href="{address(submission)}"' in page
    assert "Nothing waits." in client.get("/backoffice/submissions/listing").content.decode()
    assert client.get("/backoffice/submissions?track=listing")["Location"] == "/backoffice/submissions/listing"
    assert client.get("/backoffice/submissions?track=x")["Location"] == "/backoffice/submissions/technical"


def test_everything_to_decide_on_is_on_one_page(client: Client, mara: Member, version: Version) -> None:
    page = client.get(address(submit(mara, version))).content.decode()
    for words in (
        "Look at the payment link.",
        "https://app.ledgerline.example/events",
        "https://app.ledgerline.example/sso/cb",
        "https://app.ledgerline.example/out",
        "Adds and changes your contacts",
        "to add the customer number after a payment",
        "Log in and press Pay.",
        "Show the log-in for testing",
        "Invoices and payments inside the call",
        "<strong>open invoices</strong>",
        'alt="An open invoice beside a call"',
        "$18",
        "Mara Lind",
        "number 1 in the queue",
        "Technical content was submitted for review.",
    ):
        assert words in page


def test_log_ins_for_testing_are_for_technical_reviewers(mara: Member, version: Version) -> None:
    submission = submit(mara, version, Track.LISTING)
    page = signed_in(make_operator(OperatorRole.MARKETING_REVIEWER)).get(address(submission)).content.decode()
    assert "Your decision" in page
    assert "pass-1" not in page


def test_approve(client: Client, jon: Operator, mara: Member, version: Version) -> None:
    submission = submit(mara, version)
    answer = client.post(address(submission, "approve"), {"approval-comment": "Well done"})
    assert answer["Location"] == address(submission)
    submission.refresh_from_db()
    assert (submission.status, submission.decided_by, submission.feedback) == ("approved", jon.person, "Well done")
    page = client.get(address(submission)).content.decode()
    assert "Approved. The partner gets a mail." in page
    assert "Your decision" not in page
    assert "Decided lately" in client.get("/backoffice/submissions/technical").content.decode()


def test_reject(client: Client, mara: Member, version: Version) -> None:
    submission = submit(mara, version)
    answer = client.post(address(submission, "reject"), {"rejection-feedback": "The redirect URL answers 404."})
    assert answer["Location"] == address(submission)
    submission.refresh_from_db()
    assert (submission.status, submission.feedback) == ("rejected", "The redirect URL answers 404.")


@pytest.mark.parametrize(
    ("feedback", "error"),
    [
        ("", "Say what has to change, so that the next try can pass."),
        ("  ", "Say what has to change, so that the next try can pass."),
        ("a\x1bb", "This contains characters that cannot be shown."),
        ("x" * 5001, "at most 5000 characters"),
    ],
)
def test_a_rejection_needs_usable_feedback(
    client: Client, mara: Member, version: Version, feedback: str, error: str
) -> None:
    submission = submit(mara, version)
    answer = client.post(address(submission, "reject"), {"rejection-feedback": feedback})
    assert answer.status_code == 422
    assert error in answer.content.decode()
    submission.refresh_from_db()
    assert (submission.status, submission.decided_by) == ("open", None)


def test_T25_the_slower_reviewer_reads_what_happened(
    client: Client, jon: Operator, mara: Member, version: Version
) -> None:
    submission = submit(mara, version)
    actions.approve(actor=actor_for(jon.person), by=jon, submission=submission)
    answer = client.post(address(submission, "reject"), {"rejection-feedback": "No"})
    assert answer.status_code == 409
    assert "Jon Okafor was faster: this submission is approved." in answer.content.decode()
    submission.refresh_from_db()
    assert (submission.status, submission.feedback) == ("approved", "")


def test_own_work_is_decided_by_someone_else(mara: Member, version: Version) -> None:
    submission = submit(mara, version)
    client = signed_in(make_operator(person=mara.person))
    page = client.get(address(submission)).content.decode()
    assert "Someone else must decide." in page
    assert "Your decision" not in page
    assert client.post(address(submission, "approve"), {}).status_code == 403
    submission.refresh_from_db()
    assert submission.status == "open"


@pytest.mark.parametrize("answer", ["", "approve", "reject"])
def test_strangers(mara: Member, version: Version, answer: str) -> None:
    submission = submit(mara, version)
    entries = {"rejection-feedback": "No"}
    of_other_track = signed_in(make_operator(OperatorRole.MARKETING_REVIEWER))
    assert _send(of_other_track, submission, answer, entries) == 404
    partner, customer = Client(), Client()
    partner.force_login(mara.person)
    customer.force_login(make_user().person)
    assert _send(partner, submission, answer, entries) == 403
    assert _send(customer, submission, answer, entries) == 403
    assert _send(Client(), submission, answer, entries) == 302
    submission.refresh_from_db()
    assert submission.status == "open"


def test_queues_are_for_reviewers_of_the_track() -> None:
    marketing = signed_in(make_operator(OperatorRole.MARKETING_REVIEWER))
    assert marketing.get("/backoffice/submissions/technical").status_code == 403
    assert marketing.get("/backoffice/submissions")["Location"] == "/backoffice/submissions/listing"
    finance = signed_in(make_operator(OperatorRole.FINANCE))
    assert finance.get("/backoffice/submissions").status_code == 403
    assert finance.get("/backoffice/submissions/technical/nonsense").status_code == 404


def test_the_track_in_the_address_must_fit(client: Client, mara: Member, version: Version) -> None:
    submission = submit(mara, version)
    assert client.get(f"/backoffice/submissions/listing/{submission.pk.hex}").status_code == 404


def test_pages_take_few_queries(
    client: Client, mara: Member, version: Version, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    submission = submit(mara, version)
    for page in ("/backoffice/submissions/technical", address(submission)):
        client.get(page)
        with django_assert_max_num_queries(15):
            client.get(page)


def _send(client: Client, submission: Submission, answer: str, entries: dict[str, str]) -> int:
    if answer:
        return client.post(address(submission, answer), entries).status_code
    return client.get(address(submission)).status_code
