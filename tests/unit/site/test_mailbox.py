"""Mails as Django's file backend writes them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from pytest_django.fixtures import Settings

from fondaco.surfaces.site.mailbox import find_mails, get_mail


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.EMAIL_FILE_PATH = tmp_path
    return tmp_path


def send(*subjects: str) -> None:
    mails = []
    for subject in subjects:
        mail = EmailMultiAlternatives(
            subject, f"Größe: {subject}\nhttps://a.example/x", "us@a.example", ["ben@b.example"]
        )
        mail.attach_alternative(f"<html><head></head><body>{subject}</body></html>", "text/html")
        mails.append(mail)
    get_connection("django.core.mail.backends.filebased.EmailBackend").send_messages(mails)


def test_mails_come_newest_first_and_whole(folder: Path) -> None:
    send("first", "second")
    for path in folder.iterdir():
        os.utime(path, (1, 1))
    send("third")
    mails = find_mails(folder)
    assert [mail.subject for mail in mails] == ["third", "second", "first"]
    assert mails[0].text == "Größe: third\nhttps://a.example/x"
    assert mails[0].html == "<html><head></head><body>third</body></html>"
    assert (mails[0].sender, mails[0].to) == ("us@a.example", "ben@b.example")
    assert mails[0].sent_at is not None
    assert mails[0].sent_at.tzinfo is not None


def test_each_mail_is_found_by_its_id(folder: Path) -> None:
    send("first", "second")
    for mail in find_mails(folder):
        assert get_mail(folder, mail.id) == mail
    assert get_mail(folder, "../secret-0") is None


def test_a_folder_that_does_not_exist_is_an_empty_inbox(tmp_path: Path) -> None:
    assert find_mails(tmp_path / "none") == []
