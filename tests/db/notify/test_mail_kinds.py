"""Every kind of mail, with example data: in both forms, saying what it must, and as the reference says."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.urls import resolve
from pytest_django.fixtures import DjangoAssertNumQueries, Settings

from fondaco.accounts.models import Account, Person
from fondaco.audit.models import Event
from fondaco.catalog.models import App
from fondaco.notify.examples import example_letters
from fondaco.notify.letters import Letter, all_mails, kinds, message

pytestmark = pytest.mark.django_db


def test_every_mail_says_in_both_forms_what_it_must() -> None:
    letters = example_letters()
    assert sorted(letters) == list(all_mails())
    assert {name: faults for name, letter in letters.items() if (faults := find_faults(letter))} == {}
    assert not any(model.objects.exists() for model in (Person, Account, App, Event))  # nothing is left behind
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        assert cursor.fetchone() == (0,)


def find_faults(letter: Letter | None) -> list[str]:
    """What a mail lacks: what happened and why, the next step, and exactly one link to it, in text and HTML."""
    if letter is None:
        return ["has no example: see notify/example_world.py"]
    if letter.button is None:
        return ["has no link to act on"]
    mail = message(letter)
    text, [html] = str(mail.body).partition("\n-- \n")[0], [str(part.content) for part in mail.alternatives]
    faults = []
    sentences = [
        *letter.paragraphs,
        letter.quote,
        letter.closing,
        *(f"{name}: {value}" for name, value in letter.facts),
    ]
    if len([sentence for sentence in sentences if sentence and not sentence.startswith("Hello ")]) < 2:
        faults.append("says what happened, but neither why nor what comes next")
    if html.count('class="button"') != 1 or len(re.findall(r"<a ", html)) != 1:
        faults.append("has another number of links than one")
    if len(re.findall(r"https?://\S+|mailto:\S+", text)) != 1:
        faults.append("has another number of addresses in its text than one")
    address = letter.button[1]
    if not address.startswith("mailto:"):
        resolve("/" + address.split("/", 3)[3].split("?")[0])
    faults += [f"{form} holds {mark!r}" for form, whole in (("text", text), ("html", html)) for mark in ("%(", "None")
               if mark in whole]  # fmt: skip
    faults += [f"lacks {sentence!r} in its text" for sentence in letter.paragraphs if sentence not in text]
    if not letter.to:
        faults.append("goes to nobody")
    return faults


def test_the_reference_says_what_they_are_called_when_and_to_whom() -> None:
    letters = example_letters()
    assert [mail.name for mail in kinds() if not (mail.when and mail.to and mail.subject)] == []
    wrong = {}
    for mail in kinds():
        letter = letters[mail.name]
        patterns = [re.sub("⟨[^⟩]+⟩", ".+", re.escape(one)) for one in mail.subject.split(" · ")]
        if letter is None or not any(re.fullmatch(pattern, letter.subject) for pattern in patterns):
            wrong[mail.name] = letter and letter.subject
    assert wrong == {}


def test_each_can_be_looked_at_in_development(settings: Settings) -> None:
    client = Client()
    page = client.get("/mails").content.decode()
    for mail in kinds():
        assert f'href="/mails/{mail.name}"' in page
    page = client.get("/mails/version_go_live_failed").content.decode()
    assert "did not go live" in page
    assert 'src="/mails/version_go_live_failed/html"' in page
    html = client.get("/mails/version_go_live_failed/html")
    assert '<a class="button"' in html.content.decode()
    assert "sandbox" in html["Content-Security-Policy"]
    assert client.get("/mails/nothing").status_code == 404
    assert not App.objects.exists()


def test_an_example_is_written_once_for_its_page_and_its_frame(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = Client()
    assert client.get("/mails/installation_failed").status_code == 200
    for path in ("/mails/installation_failed", "/mails/installation_failed/html"):
        with django_assert_max_num_queries(12):
            assert "could not be installed" in client.get(path).content.decode()
