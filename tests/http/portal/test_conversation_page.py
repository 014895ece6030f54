"""What a partner sees of a review: what to change beside each field, the conversation, and nothing internal."""

from __future__ import annotations

import pytest
from tests.factories.accounts import actor_for, make_operator
from tests.factories.catalog import make_app, make_version
from tests.factories.partners import make_member
from tests.http.api.caller import Api, read, refusal
from tests.signing_in import signed_in

from fondaco.accounts.models import Operator
from fondaco.catalog.states import Track
from fondaco.partners.models import Member, MemberRole
from fondaco.review import actions
from fondaco.review.actions import Change
from fondaco.review.models import ChangeKind, ReviewMessage, Submission

pytestmark = pytest.mark.django_db
SECRET = "smells of copy and paste"


@pytest.fixture
def jon() -> Operator:
    return make_operator()


@pytest.fixture
def submission(mara: Member, jon: Operator) -> Submission:
    version = make_version(make_app(mara.partner))
    found = actions.submit(actor=actor_for(mara.person), by=mara, version=version, track=Track.TECHNICAL)
    actions.add_note(actor=actor_for(jon.person), by=jon, submission=found, text=SECRET)
    actions.ask_partner(actor=actor_for(jon.person), by=jon, submission=found, text="Which region?")
    return found


def test_a_question_is_seen_and_answered(mara: Member, submission: Submission) -> None:
    client = signed_in(mara)
    page = client.get(f"/portal/versions/{submission.version_id.hex}").content.decode()
    for words in ("waiting for your answer", "Which region?", "Waiting for you.", "Jon Okafor"):
        assert words in page
    assert SECRET not in page
    here = f"/portal/submissions/{submission.pk.hex}"
    assert SECRET not in client.get(here).content.decode()
    for bad, words in ((" ", "Write the message first."), ("x" * 5001, "at most 5000 characters"), ("a\x00", "Null")):
        answer = client.post(here, {"text": bad})
        assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert ReviewMessage.objects.count() == 1
    assert client.post(here, {"text": "Frankfurt."})["Location"] == here
    assert "Frankfurt." in client.get(here).content.decode()
    assert not Submission.objects.get().waits_for_partner


def test_the_list_of_apps_says_that_a_question_waits_for_the_partner(mara: Member, submission: Submission) -> None:
    partner, here = Api(mara.person), f"/portal/submissions/{submission.pk.hex}"
    marketing = make_member(mara.partner, role=MemberRole.MARKETING)
    version = submission.version
    for path in (f"/portal/apps/{version.app_id.hex}", f"/portal/versions/{version.pk.hex}"):
        assert "Waiting for you: a reviewer asked something." in signed_in(mara).get(path).content.decode()
    for path in ("/portal/", "/portal/apps"):
        page = signed_in(mara).get(path).content.decode()
        assert "Waiting for you: a reviewer asked something." in page
        assert f'href="{here}"' in page
        shown = signed_in(marketing).get(path).content.decode()
        assert ("a reviewer asked something" in shown, f'href="{here}"' in shown) == (True, False)
    (project,) = read(partner.get(f"/partners/{mara.partner_id.hex}/projects"))["items"]
    assert (project["need"], project["waits_for_partner"]) == ("answer", True)
    assert project["asked_submission_id"] == submission.pk.hex

    actions.write_to_reviewer(actor=actor_for(mara.person), by=mara, submission=submission, text="Frankfurt.")
    page = signed_in(mara).get("/portal/").content.decode()
    assert "Waiting for you: finish and submit what is still a draft." in page
    assert "a reviewer asked something" not in page


def test_what_to_change_stands_beside_the_fields(mara: Member, jon: Operator, submission: Submission) -> None:
    changes = [
        Change(ChangeKind.FIELD, "standalone_url", "It answers 404."),
        Change(ChangeKind.FIELD, "scopes", "Say why you write contacts."),
        Change(ChangeKind.CHECK, "callback-answers", "Answer within ten seconds."),
    ]
    actions.reject(actor=actor_for(jon.person), by=jon, submission=submission, feedback="Nearly", changes=changes)
    client = signed_in(mara)
    page = client.get(f"/portal/versions/{submission.version_id.hex}").content.decode()
    form = client.get(f"/portal/versions/{submission.version_id.hex}/technical").content.decode()
    for words in ("It answers 404.", "Say why you write contacts.", "Answer within ten seconds."):
        assert words in page
        assert words in form
    field = form[form.index('id="id_standalone_url"') :]
    assert field.index("It answers 404.") < field.index('id="id_redirect_urls"')
    assert "What the reviewer asks for besides" in form
    listing = client.get(f"/portal/versions/{submission.version_id.hex}/listing").content.decode()
    assert "It answers 404." not in listing


def test_strangers_and_those_who_do_not_edit(mara: Member, submission: Submission) -> None:
    here = f"/portal/submissions/{submission.pk.hex}"
    assert signed_in(make_member()).get(here).status_code == 404
    marketing = signed_in(make_member(mara.partner, role=MemberRole.MARKETING))
    assert [marketing.get(here).status_code, marketing.post(here, {"text": "Hi"}).status_code] == [403, 403]
    assert ReviewMessage.objects.count() == 1


def test_the_same_through_the_api(mara: Member, jon: Operator, submission: Submission) -> None:
    partner, operator = Api(mara.person), Api(jon.person)
    here = f"/partners/{mara.partner_id.hex}/submissions/{submission.pk.hex}"
    desk = f"/operator/submissions/{submission.pk.hex}"
    standing = read(partner.get(here))
    assert (standing["waits_for"], standing["requested_changes"], SECRET in str(standing)) == ("partner", [], False)
    said = read(partner.get(f"{here}/messages"))["items"]
    assert [(one["side"], one["text"], one["is_question"]) for one in said] == [("reviewer", "Which region?", True)]
    refusal(partner.post(f"{here}/messages", {"text": " "}), 422, "invalid")
    assert read(partner.post(f"{here}/messages", {"text": "Frankfurt."}), 201)["side"] == "partner"
    assert read(partner.get(here))["waits_for"] == "reviewer"
    shown = read(operator.get(desk))
    assert ([one["text"] for one in shown["notes"]], len(shown["messages"])) == ([SECRET], 2)
    assert (shown["risk_level"], shown["approvals_needed"], shown["changed_since_approval"]) == ("high", 1, None)
    assert read(operator.post(f"{desk}/take"))["taken_by"] == "Jon Okafor"
    refusal(operator.post(f"{desk}/hand-over", {"to": "0" * 32}), 422, "invalid")
    refusal(operator.post(f"{desk}/snooze", {"until": "2020-01-01T00:00:00", "reason": "x"}), 422, "invalid")
    refusal(operator.post(f"{desk}/snooze", {"until": "2020-01-01T00:00:00Z", "reason": "x"}), 422, "invalid")
    refusal(operator.post(f"{desk}/wake"), 409, "not-snoozed")
    refusal(operator.post(f"{desk}/try"), 409, "no-review-account")
    assert read(operator.post(f"{desk}/credentials")) == {"test_credentials": ""}
    assert [one["id"] for one in read(operator.get("/operator/submissions", shown="mine", order="due"))["items"]] == [
        submission.pk.hex
    ]
    assert read(operator.get("/operator/submissions", shown="asked", risk="low", order="risk"))["items"] == []
    refusal(operator.get("/operator/submissions", shown="nonsense"), 422, "invalid")
    assert read(operator.post(f"{desk}/give-back"))["taken_by"] is None
    assert read(operator.post(f"{desk}/notes", {"text": "Fine now"}), 201)["author"] == "Jon Okafor"
    reason = read(operator.post("/operator/reasons", {"title": "Dead link", "text": "A link is dead."}), 201)
    changed = {"revision": 0, "title": "Dead link", "text": "Mend it."}
    assert read(operator.put(f"/operator/reasons/{reason['id']}", changed))["revision"] == 1
    refusal(operator.put(f"/operator/reasons/{reason['id']}", changed), 409, "reason-changed")
    assert operator.delete(f"/operator/reasons/{reason['id']}").status_code == 204
    wrong = {"feedback": "No", "changes": [{"subject": "summary", "text": "x"}]}
    assert set(refusal(operator.post(f"{desk}/reject", wrong), 422, "invalid")["errors"]) == {"changes.0.subject"}
    right = {"feedback": "No", "changes": [{"subject": "standalone_url", "text": "It answers 404."}]}
    assert read(operator.post(f"{desk}/reject", right))["status"] == "rejected"
    (asked,) = read(partner.get(here))["requested_changes"]
    assert asked == {
        "kind": "field",
        "subject": "standalone_url",
        "name": "Standalone URL",
        "text": "It answers 404.",
        "is_addressed": False,
    }
    own = Api(make_operator(person=mara.person).person)
    assert read(own.get(desk))["notes"] == []
    refusal(own.post(f"{desk}/notes", {"text": "Hi"}), 403, "own-work")
