"""The conversation, on pages and by real mails, and what never gets into it."""

from __future__ import annotations

from datetime import timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

import pytest
from tests.factories.accounts import actor_for, make_operator, make_person
from tests.factories.catalog import make_app, make_version
from tests.factories.mail import deliver, parsed, reply_to
from tests.factories.partners import make_member, make_partner
from tests.factories.reviews import finish_checks
from typer.testing import CliRunner

from fondaco.accounts.models import Operator
from fondaco.audit.models import Event
from fondaco.catalog.states import Track
from fondaco.cli.main import app as command_line
from fondaco.kit import clock, deadlines
from fondaco.kit.errors import Forbidden, Invalid, NotFound, TooMany
from fondaco.kit.replies import ReplyRefused, ReplyUnreadable, parse_reply_address, receive_mail
from fondaco.partners.models import Member, MemberRole
from fondaco.review import actions
from fondaco.review.errors import ConversationClosed
from fondaco.review.models import InternalNote, ReviewMessage, Side, Submission
from fondaco.review.queries import count_waiting
from fondaco.review.replies import SIDES, reply_address

pytestmark = pytest.mark.django_db


@pytest.fixture
def jon() -> Operator:
    return make_operator()


@pytest.fixture
def submission(mara: Member, settings: Any) -> Submission:
    settings.ACCEPTS_REPLIES, settings.REPLY_DOMAIN = True, "reviews.example"
    version = make_version(make_app(mara.partner))
    found = actions.submit(actor=actor_for(mara.person), by=mara, version=version, track=Track.TECHNICAL)
    finish_checks(found)
    deliver()
    return found


def ask(by: Operator, submission: Submission, text: str = "Which region?") -> ReviewMessage:
    return actions.ask_partner(actor=actor_for(by.person), by=by, submission=submission, text=text)


def tell(by: Operator, submission: Submission, text: str = "Thanks.") -> ReviewMessage:
    return actions.write_to_partner(actor=actor_for(by.person), by=by, submission=submission, text=text)


def answer(by: Member, submission: Submission, text: str = "Frankfurt.") -> ReviewMessage:
    return actions.write_to_reviewer(actor=actor_for(by.person), by=by, submission=submission, text=text)


def test_a_question_waits_and_the_answer_brings_it_back(mara: Member, jon: Operator, submission: Submission) -> None:
    due = submission.due_at
    assert count_waiting(jon).get("technical") == 1
    ask(jon, submission)
    assert "technical" not in count_waiting(jon)
    waiting = Submission.objects.get()
    assert waiting.waits_for_partner
    assert deadlines.find_due("review.due", [submission.pk.hex]) == {}
    with clock.travel(timedelta(days=30)):
        assert deadlines.sweep_once() == 0
        answer(mara, submission)
        back = Submission.objects.get()
    assert (back.waiting_since, back.is_overdue) == (None, False)
    assert count_waiting(jon).get("technical") == 1
    assert timedelta(days=30) <= back.due_at - due < timedelta(days=30, minutes=5)
    assert deadlines.find_due("review.due", [submission.pk.hex]) == {submission.pk.hex: back.due_at}
    kinds = Event.objects.filter(subject_id=submission.pk.hex).order_by("id").values_list("kind", flat=True)
    assert list(kinds)[1:] == ["submission.questioned", "submission.answered"]


def test_mails_thread_and_answers_come_back_by_mail(mara: Member, jon: Operator, submission: Submission) -> None:
    actions.take(actor=actor_for(jon.person), by=jon, submission=submission)
    deliver()
    question = ask(jon, submission)
    (asked,) = deliver()
    first = parsed(asked)
    assert first["To"] == mara.person.email
    assert first["Message-ID"] == question.outgoing_id == question.message_id
    assert "In-Reply-To" not in first
    assert parse_reply_address(str(first["Reply-To"])) == (submission.pk, SIDES[Side.PARTNER])
    assert len(str(first["Reply-To"]).partition("@")[0]) <= 64

    raw = reply_to(asked, mara.person.email, "Frankfurt, since May.\n\nMara")
    assert receive_mail(raw=raw) == "taken in"
    message = ReviewMessage.objects.get(side="partner")
    assert (message.text, message.author, message.came_by_mail) == ("Frankfurt, since May.\n\nMara", mara.person, True)
    assert (message.message_id, message.in_reply_to) == ("<answer-1@mail.example>", question.message_id)
    assert not Submission.objects.get().waits_for_partner
    assert receive_mail(raw=raw) == "a duplicate"
    assert ReviewMessage.objects.count() == 2

    (told,) = deliver()
    second = parsed(told)
    assert (second["To"], second["Message-ID"]) == (jon.person.email, message.outgoing_id)
    assert (second["In-Reply-To"], second["References"]) == (question.message_id, question.message_id)
    assert second["Subject"] == first["Subject"]

    by_mail = reply_to(told, jon.person.email, "Fine, thank you.", Message_ID="<answer-2@mail.example>")
    assert receive_mail(raw=by_mail) == "taken in"
    third = parsed(deliver()[0])
    assert third["To"] == mara.person.email
    assert third["In-Reply-To"] == "<answer-1@mail.example>"  # as Mara's own mail program knows it
    assert str(third["References"]).split() == [question.message_id, "<answer-1@mail.example>", message.outgoing_id]


@pytest.mark.parametrize("fault", ["stranger", "other side", "token", "side swapped", "other partner", "left"])
def test_only_people_of_the_tokens_side_get_in(mara: Member, jon: Operator, submission: Submission, fault: str) -> None:
    ask(jon, submission)
    (asked,) = deliver()
    sender, headers = mara.person.email, {}
    good = reply_address(submission.pk, Side.PARTNER)
    if fault == "stranger":
        sender = "eve@elsewhere.example"
    elif fault == "other side":
        sender = jon.person.email
    elif fault == "token":
        headers["To"] = good.replace("+", "+a", 1)
    elif fault == "side swapped":
        headers["To"] = reply_address(submission.pk, Side.REVIEWER)
    elif fault == "other partner":
        sender = make_member(make_partner("Whisper Inc")).person.email
    else:
        Member.objects.filter(pk=mara.pk).update(is_active=False)
    with pytest.raises(ReplyRefused):
        receive_mail(raw=reply_to(asked, sender, "Hello", **headers))
    assert (ReviewMessage.objects.count(), Submission.objects.get().waits_for_partner) == (1, True)


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Return-Path": "<>"},
        {"Precedence": "bulk"},
        {"X-Autoreply": "yes"},
        {"List-Id": "<all.example>"},
        {"From": "MAILER-DAEMON@mail.example"},
    ],
)
def test_what_machines_write_is_dropped(mara: Member, jon: Operator, submission: Submission, headers: Any) -> None:
    ask(jon, submission)
    (asked,) = deliver()
    raw = reply_to(asked, mara.person.email, "I am on holiday.", **headers)
    assert receive_mail(raw=raw) == "an automatic answer"
    assert ReviewMessage.objects.count() == 1


def test_attachments_are_left_out_and_that_is_said(mara: Member, jon: Operator, submission: Submission) -> None:
    ask(jon, submission)
    (asked,) = deliver()
    mail = BytesParser(policy=policy.default).parsebytes(reply_to(asked, mara.person.email, "See the picture."))
    assert isinstance(mail, EmailMessage)
    mail.add_attachment(b"MZ\x90", maintype="application", subtype="octet-stream", filename="run.exe")
    receive_mail(raw=mail.as_bytes())
    message = ReviewMessage.objects.get(side="partner")
    assert (message.text, message.left_out) == ("See the picture.", 1)
    (told,) = deliver()
    assert "attachments of the mail: 1" in str(told.body)
    assert told.attachments == []


@pytest.mark.parametrize("raw", [b"", b"\x00\xff" * 100, b"From: a@b.example\n\nHi", b"To: x\n\nHi"])
def test_damaged_mails_are_refused(submission: Submission, raw: bytes) -> None:
    with pytest.raises((ReplyUnreadable, ReplyRefused)):
        receive_mail(raw=raw)
    assert ReviewMessage.objects.count() == 0


def test_the_command_reads_one_mail_from_standard_input(mara: Member, jon: Operator, submission: Submission) -> None:
    ask(jon, submission)
    (asked,) = deliver()
    raw = reply_to(asked, mara.person.email, "Frankfurt.", To="list@elsewhere.example")
    runner = CliRunner()
    refused = runner.invoke(command_line, ["mail", "receive"], input=raw)
    assert (refused.exit_code, "was not taken in" in refused.output) == (65, True)
    envelope = reply_address(submission.pk, Side.PARTNER).upper()  # some mail servers change the case
    done = runner.invoke(command_line, ["mail", "receive", "--recipient", envelope], input=raw)
    assert (done.exit_code, done.output) == (0, "This mail is taken in.\n")
    again = runner.invoke(command_line, ["mail", "receive", "--recipient", envelope], input=raw)
    assert (again.exit_code, again.output) == (0, "This mail is a duplicate.\n")
    assert ReviewMessage.objects.filter(side="partner").count() == 1


@pytest.mark.parametrize("text", ["", " \n", "x" * 5001, "a\x00b"])
def test_bad_words(mara: Member, jon: Operator, submission: Submission, text: str) -> None:
    for write, by in ((ask, jon), (tell, jon), (answer, mara)):
        with pytest.raises(Invalid) as refusal:
            write(by, submission, text)  # type: ignore[operator]
        assert set(refusal.value.fields) == {"text"}
    assert (ReviewMessage.objects.count(), Submission.objects.get().waits_for_partner) == (0, False)


def test_who_speaks_for_the_partner(mara: Member, submission: Submission) -> None:
    with pytest.raises(NotFound):
        answer(make_member(make_partner("Whisper Inc")), submission)
    for role in (MemberRole.MARKETING, MemberRole.FINANCE):  # it is the technical track
        with pytest.raises(Forbidden):
            answer(make_member(mara.partner, role=role), submission)
    answer(make_member(mara.partner, role=MemberRole.DEVELOPER), submission)
    assert ReviewMessage.objects.count() == 1


def test_it_ends_with_the_yes_and_goes_on_after_a_no(mara: Member, jon: Operator, submission: Submission) -> None:
    actions.reject(actor=actor_for(jon.person), by=jon, submission=submission, feedback="Not yet")
    answer(mara, submission, "What do you mean?")
    again = actions.submit(actor=actor_for(mara.person), by=mara, version=submission.version, track=Track.TECHNICAL)
    finish_checks(again)
    actions.approve(actor=actor_for(jon.person), by=jon, submission=again)
    for write, by in ((tell, jon), (answer, mara)):
        with pytest.raises(ConversationClosed):
            write(by, again)  # type: ignore[operator]
    assert ReviewMessage.objects.count() == 1


def test_nobody_floods_the_other_side(mara: Member, submission: Submission) -> None:
    with clock.freeze():
        for number in range(30):
            answer(mara, submission, f"Message {number}")
        with pytest.raises(TooMany):
            answer(mara, submission)
    assert ReviewMessage.objects.count() == 30


def test_internal_notes_never_leave(mara: Member, jon: Operator, submission: Submission) -> None:
    secret = "smells of copy and paste"
    note = actions.add_note(actor=actor_for(jon.person), by=jon, submission=submission, text=secret)
    ask(jon, submission)
    answer(mara, submission)
    actions.reject(actor=actor_for(jon.person), by=jon, submission=submission, feedback="Not yet")
    letters = deliver()
    assert len(letters) == 3
    assert not any(secret in str(letter.message()) for letter in letters)
    event = Event.objects.get(subject_id=note.pk.hex)
    assert (event.partner_id, secret in str(event.data)) == (None, False)
    assert not Event.objects.filter(partner_id=mara.partner_id, data__icontains="copy and paste").exists()
    assert InternalNote.objects.count() == 1


def test_where_replies_are_not_taken_in_no_mail_offers_it(jon: Operator, submission: Submission, settings: Any) -> None:
    settings.ACCEPTS_REPLIES = False
    ask(jon, submission)
    (asked,) = deliver()
    assert ("Reply-To" in parsed(asked), "above this line" in str(asked.body)) == (False, False)


def test_the_first_to_take_it_is_named_to_the_partner(mara: Member, jon: Operator, submission: Submission) -> None:
    actions.take(actor=actor_for(jon.person), by=jon, submission=submission)
    (letter,) = deliver()
    assert (letter.to, "Jon Okafor has begun to review" in str(letter.body)) == ([mara.person.email], True)
    ines = make_operator(person=make_person("Ines Carvalho"))
    actions.hand_over(actor=actor_for(jon.person), by=jon, submission=submission, to=ines.pk)
    assert deliver() == []
