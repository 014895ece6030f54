"""Mails about new credentials, about cut-offs and their end: to whom, what they say, and never a secret."""

from __future__ import annotations

import json

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.db.installs.test_access import WHY, cut, restore, target_of, two
from tests.db.installs.test_credentials import force, rotated
from tests.db.notify.test_letters import told
from tests.factories.accounts import make_account, make_operator
from tests.factories.installs import follow_cutoffs, make_completed
from tests.factories.mail import deliver
from tests.factories.partners import make_member

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.installs.models import Installation
from fondaco.kit.ids import new_id
from fondaco.messaging.models import Message
from fondaco.notify.mails.access_cut_off import CUT_OFF_CUSTOMER
from fondaco.partners.models import MemberRole

pytestmark = pytest.mark.django_db


@pytest.fixture
def jon() -> Operator:
    return make_operator(OperatorRole.SUPPORT)


def developers(installation: Installation) -> list[str]:
    """The named contact, then those of the partner who build; not those who only sell."""
    partner = installation.app.partner
    make_member(partner, role=MemberRole.MARKETING)
    mara, devi = make_member(partner), make_member(partner, role=MemberRole.DEVELOPER)
    return [installation.app.technical_email, *sorted([mara.person.email, devi.person.email])]


def test_a_rotation_is_told_to_the_developers() -> None:
    installation = make_completed(make_account("harbour"))
    people = developers(installation)
    deliver()
    rotated(installation)
    [letter] = deliver()
    assert told(letter) == (people, "New credentials for Ledgerline at Harbour Bank")
    text = str(letter.body)
    assert "The old ones work until 20" in text
    data = json.loads(Message.objects.get(type="app.credentials_rotated").wire_body)["data"]
    assert data["client_secret"] not in text
    assert data["private_key"] not in text


def test_a_forced_one_says_why_and_that_there_is_no_overlap() -> None:
    installation = make_completed()
    deliver()
    force(installation, "It was on a pastebin.")
    [letter] = deliver()
    text = str(letter.body)
    assert "The old ones and every token ended at once" in text
    assert "It was on a pastebin." in text
    assert "work until" not in text


def test_a_cut_off_is_told_to_the_partner_once_and_to_each_customer(jon: Operator) -> None:
    ours, theirs = two()
    people = developers(ours)
    deliver()
    cutoff = cut(jon, target_of(ours, "app"))
    follow_cutoffs()
    letters = deliver()
    assert sorted(told(letter) for letter in letters) == sorted(
        [
            (people, "Ledgerline is cut off"),
            *(([each.installed_by.person.email], "Ledgerline is cut off") for each in (ours, theirs)),
        ]
    )
    assert all(WHY in str(letter.body) for letter in letters)
    assert all("support@fondaco.example" in str(letter.body) for letter in letters)
    restore(jon, cutoff)
    follow_cutoffs()
    letters = deliver()
    assert sorted(told(letter) for letter in letters) == sorted(
        [
            (people, "Ledgerline is let in again"),
            *(([each.installed_by.person.email], "Ledgerline is let in again") for each in (ours, theirs)),
        ]
    )


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("installation", "We cut Ledgerline off at Harbour Bank."),
        ("version", "We cut version 1.0.0 of Ledgerline off in every account."),
        ("app", "We cut Ledgerline off in every account."),
    ],
)
def test_the_partner_reads_how_far_it_reaches(jon: Operator, kind: str, words: str) -> None:
    ours, _theirs = two()
    people = developers(ours)
    deliver()
    cut(jon, target_of(ours, kind))
    [text] = [str(letter.body) for letter in deliver() if letter.to == people]
    assert words in text


def test_of_many_letters_one_that_cannot_be_sent_gets_a_job_of_its_own(jon: Operator) -> None:
    ours, _theirs = two()
    deliver()
    cut(jon, target_of(ours, "installation"))
    deliver()
    known, unknown = Event.objects.get(kind="installation.cut_off").pk, new_id()
    CUT_OFF_CUSTOMER.queue_all([unknown, known])
    assert [letter.to for letter in deliver()] == [[ours.installed_by.person.email]]
    left = ProcrastinateJob.objects.get(task_name="notify.send")
    assert left.args == {"mail": "access_cut_off_customer", "subject_id": unknown.hex}
