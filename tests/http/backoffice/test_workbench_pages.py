"""The workbench as reviewers use it: forms without scripts, what is shown to whom, and what a refusal keeps."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.factories.accounts import actor_for, make_account, make_operator, make_person
from tests.factories.catalog import make_app, make_version
from tests.factories.reviews import finish_checks
from tests.signing_in import signed_in

from fondaco.accounts.models import Account, Operator, User
from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.catalog.states import Track
from fondaco.installs.models import Installation
from fondaco.kit import clock
from fondaco.partners.models import Member
from fondaco.review import actions
from fondaco.review.models import InternalNote, KeptReason, RequestedChange, ReviewMessage, Submission

pytestmark = pytest.mark.django_db
LOGIN = b"demo / pass-1"


@pytest.fixture
def jon() -> Operator:
    return make_operator()


@pytest.fixture
def submission(mara: Member) -> Submission:
    version = make_version(make_app(mara.partner), test_credentials=LOGIN)
    submission = actions.submit(actor=actor_for(mara.person), by=mara, version=version, track=Track.TECHNICAL)
    finish_checks(submission)
    return submission


@pytest.fixture
def client(jon: Operator) -> Client:
    return signed_in(jon)


def at(submission: Submission, verb: str = "") -> str:
    return f"/backoffice/submissions/{submission.track}/{submission.pk.hex}" + (f"/{verb}" if verb else "")


def page(client: Client, submission: Submission) -> str:
    return client.get(at(submission)).content.decode()


def test_take_hand_over_and_give_back(client: Client, jon: Operator, submission: Submission) -> None:
    ines = make_operator(person=make_person("Ines Carvalho"))
    assert "not taken" in page(client, submission)
    assert client.post(at(submission, "take"))["Location"] == at(submission)
    assert "yours" in page(client, submission)
    late = signed_in(ines).post(at(submission, "take"))
    assert (late.status_code, "Jon Okafor works on this submission." in late.content.decode()) == (409, True)
    form = client.get(at(submission, "hand-over")).content.decode()
    assert ("Ines Carvalho" in form, 'value="' + jon.pk.hex in form) == (True, False)
    assert client.post(at(submission, "hand-over"), {"to": ""}).status_code == 422
    assert client.post(at(submission, "hand-over"), {"to": "0" * 32}).status_code == 422
    client.post(at(submission, "hand-over"), {"to": ines.pk.hex})
    assert "taken by Ines Carvalho" in page(client, submission)
    client.post(at(submission, "give-back"))
    assert client.post(at(submission, "give-back")).status_code == 409
    assert Submission.objects.get().taken_by is None


def test_the_queue_says_what_it_shows(client: Client, jon: Operator, submission: Submission) -> None:
    Submission.objects.update(is_overdue=True)
    queue = "/backoffice/submissions/technical"
    shown = client.get(queue).content.decode()
    for words in ("1 submission is shown.", "High risk", "Overdue", "not taken"):
        assert words in shown
    assert "Nothing of this kind waits" in client.get(f"{queue}?shown=mine").content.decode()
    assert "Nothing of this kind waits" in client.get(f"{queue}?level=low").content.decode()
    for nonsense in ("shown=x&level=x&order=x", "shown=overdue&order=risk&level=high"):
        assert at(submission) in client.get(f"{queue}?{nonsense}").content.decode()


def test_put_aside_and_brought_back(client: Client, submission: Submission) -> None:
    day = (clock.now() + timedelta(days=3)).date().isoformat()
    for bad in ("", "soon", "2020-01-01"):
        answer = client.post(at(submission, "snooze"), {"snooze-until": bad, "snooze-reason": "x"})
        assert answer.status_code == 422
    assert "Choose a time in the future" in answer.content.decode()
    client.post(at(submission, "snooze"), {"snooze-until": day, "snooze-reason": "Their demo is down"})
    assert "Their demo is down" in page(client, submission)
    assert at(submission) not in client.get("/backoffice/submissions/technical").content.decode()
    client.post(at(submission, "wake"))
    assert client.post(at(submission, "wake")).status_code == 409
    assert Submission.objects.get().snoozed_until is None


def test_a_rejection_is_prepared_without_scripts(client: Client, jon: Operator, submission: Submission) -> None:
    reason = actions.keep_reason(actor=actor_for(jon.person), by=jon, title="Dead link", text="A link is dead.")
    typed = {
        "rejection-feedback": "Hello,",
        "change-TOTAL_FORMS": "2",
        "change-INITIAL_FORMS": "0",
        "change-0-subject": "standalone_url",
        "change-0-text": "It answers 404.",
    }
    inserted = client.post(at(submission, "reject"), {**typed, "do": "insert", "rejection-reason": reason.pk.hex})
    shown = inserted.content.decode()
    assert (inserted.status_code, "Hello,\n\nA link is dead." in shown, "It answers 404." in shown) == (200, True, True)
    more = client.post(at(submission, "reject"), {**typed, "do": "more"}).content.decode()
    assert ("change-3-text" in more, "It answers 404." in more, "change-4-text" in more) == (True, True, False)
    assert (
        "Choose a reason of the library first."
        in client.post(at(submission, "reject"), {**typed, "do": "insert"}).content.decode()
    )
    assert Submission.objects.get().status == "open"
    for wrong, words in (
        ({"change-0-text": ""}, "Say what to do about it."),
        ({"change-0-subject": ""}, "Choose what this is about."),
        ({"change-0-subject": "summary"}, "Select a valid choice"),
        ({"change-0-subject": "check privacy-reachable"}, "Select a valid choice"),  # of the other track
        ({"change-0-text": "x" * 2001}, "at most 2000 characters"),
    ):
        answer = client.post(at(submission, "reject"), {**typed, **wrong})
        assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert (Submission.objects.get().status, RequestedChange.objects.count()) == ("open", 0)
    of_check = {"change-1-subject": "check scopes-least", "change-1-text": "Say what you read."}
    client.post(at(submission, "reject"), typed | of_check)
    assert Submission.objects.get().status == "rejected"
    asked = RequestedChange.objects.order_by("position").values_list("kind", "subject", "text")
    assert list(asked) == [
        ("field", "standalone_url", "It answers 404."),
        ("check", "scopes-least", "Say what you read."),
    ]
    decided = page(client, submission)
    assert ("What to change" in decided, "Standalone URL" in decided, "Check scopes-least" in decided) == (True,) * 3


def test_one_more_approval(client: Client, jon: Operator, mara: Member, settings: Any) -> None:
    settings.SECOND_REVIEWER_FOR = ["new_partner"]
    version = make_version(make_app(mara.partner))
    submission = actions.submit(actor=actor_for(mara.person), by=mara, version=version, track=Track.TECHNICAL)
    finish_checks(submission)
    client.post(at(submission, "approve"), {"approval-comment": "Fine"})
    shown = page(client, submission)
    assert "Your approval is kept. One more person has to agree before it counts." in shown
    assert "You approved it. Another person has to agree." in shown
    assert client.post(at(submission, "approve")).status_code == 409
    other = signed_in(make_operator(person=make_person("Ines Carvalho")))
    assert "Jon Okafor approved it. Another person has to agree." in page(other, submission)
    other.post(at(submission, "approve"))
    assert Submission.objects.get().status == "approved"


def test_words_to_the_partner_and_among_reviewers(client: Client, submission: Submission, mara: Member) -> None:
    for verb, entries in (("message", {"message-text": " "}), ("note", {"note-text": "x" * 5001})):
        assert client.post(at(submission, verb), entries).status_code == 422
    assert (ReviewMessage.objects.count(), InternalNote.objects.count()) == (0, 0)
    client.post(at(submission, "message"), {"message-text": "Which region?", "do": "ask"})
    client.post(at(submission, "note"), {"note-text": "Smells of copy and paste"})
    shown = page(client, submission)
    for words in ("Which region?", "Waiting for the partner.", "Smells of copy and paste", "question"):
        assert words in shown
    own = signed_in(make_operator(person=mara.person))
    assert "Smells of copy" not in page(own, submission)
    assert own.post(at(submission, "note"), {"note-text": "Hi"}).status_code == 403


def test_the_log_in_is_shown_on_one_answer_and_that_is_recorded(
    client: Client, mara: Member, submission: Submission
) -> None:
    secret = LOGIN.decode()
    assert secret not in page(client, submission)
    answer = client.post(at(submission, "credentials"))
    assert (answer.status_code, secret in answer.content.decode()) == (200, True)
    assert "no-store" in answer["Cache-Control"]
    (event,) = Event.objects.filter(kind="submission.unlocked")
    assert (event.subject_id, event.actor_label, secret in str(event.data)) == (submission.pk.hex, "Jon Okafor", False)
    assert signed_in(make_operator(person=mara.person)).post(at(submission, "credentials")).status_code == 403
    marketing = signed_in(make_operator(OperatorRole.MARKETING_REVIEWER, person=make_person("Mia")))
    assert marketing.post(at(submission, "credentials")).status_code == 404
    version = make_version(make_app(mara.partner, name="Two"), test_credentials=LOGIN)
    listing = actions.submit(actor=actor_for(mara.person), by=mara, version=version, track=Track.LISTING)
    assert client.post(at(listing, "credentials")).status_code == 404
    assert Event.objects.filter(kind="submission.unlocked").count() == 1


def test_trying_it_out_in_the_reviewers_account(client: Client, jon: Operator, submission: Submission) -> None:
    assert "No account is picked yet" in page(client, submission)
    assert client.post(at(submission, "try")).status_code == 409
    account = make_account(company_name="Fondaco Tests")
    old = make_account(company_name="Old Tests")
    for one in (old, account):
        assert client.post(f"/backoffice/accounts/{one.pk}/reviews").status_code == 302
    assert not Account.objects.get(pk=old.pk).is_for_reviews
    assert Account.objects.get(pk=account.pk).is_for_reviews
    developers = submission.version.app.partner.developer_account
    assert client.post(f"/backoffice/accounts/{developers.pk}/reviews").status_code == 409
    client.post(at(submission, "try"))
    installation = Installation.objects.get(account=account)
    assert (installation.version_id, installation.installed_by.person_id) == (submission.version_id, jon.pk)
    client.post(at(submission, "try"))  # again is the same one
    assert (Installation.objects.count(), User.objects.filter(account=account).count()) == (1, 1)
    shown = page(client, submission)
    link = f"/my-apps/{installation.pk.hex}?place=account:{account.pk}"
    assert link in shown
    assert client.get(link).status_code == 200
    assert Event.objects.filter(kind="submission.tried").count() == 1


def test_the_library(client: Client, jon: Operator) -> None:
    library = "/backoffice/reasons"
    assert "Nothing is kept yet" in client.get(library).content.decode()
    for bad, words in (
        ({"title": "", "text": "x"}, "It needs a title."),
        ({"title": "x" * 81, "text": "x"}, "at most 80 characters"),
        ({"title": "x", "text": ""}, "Write the words."),
        ({"title": "x", "text": "y", "track": "both"}, "Select a valid choice"),
        ({"title": "a\nb", "text": "y"}, "cannot be shown"),
    ):
        answer = client.post(library, bad)
        assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert KeptReason.objects.count() == 0
    client.post(library, {"title": "Dead link", "text": "A link is dead.", "track": "technical"})
    twice = client.post(library, {"title": "Dead link", "text": "x"})
    assert "called “Dead link” is kept already" in twice.content.decode()
    reason = KeptReason.objects.get()
    one = f"{library}/{reason.pk.hex}"
    client.post(one, {"revision": "0", "title": "Dead link", "text": "Please mend the link."})
    stale = client.post(one, {"revision": "0", "title": "Dead link", "text": "Mine"})
    assert (stale.status_code, "Please mend the link." in stale.content.decode()) == (409, True)
    assert (KeptReason.objects.get().text, KeptReason.objects.get().track) == ("Please mend the link.", "")
    manager = signed_in(make_operator(OperatorRole.PARTNER_MANAGER, person=make_person("Pat")))
    assert [manager.get(address).status_code for address in (library, one)] == [403, 403]
    assert manager.post(f"{one}/remove").status_code == 403
    assert client.post(f"{one}/remove").status_code == 302
    assert KeptReason.objects.count() == 0
