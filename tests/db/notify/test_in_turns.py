"""Mails to everybody who has an app: each once, however many turns it takes."""

from __future__ import annotations

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.factories.accounts import make_account
from tests.factories.installs import make_completed
from tests.factories.mail import deliver

from fondaco.installs.models import Installation
from fondaco.kit import jobs
from fondaco.notify import in_turns
from fondaco.notify.mails import app_transferred, version_deprecated, version_ended

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("at_once", [1, 2, 3, 4])
@pytest.mark.parametrize("module", [app_transferred, version_deprecated, version_ended])
def test_each_is_told_once_however_many_turns_it_takes(
    monkeypatch: pytest.MonkeyPatch, module: object, at_once: int
) -> None:
    first = make_completed(make_account("first"))
    for name in ("second", "third"):
        make_completed(make_account(name), version=first.version)
    make_completed()  # of another app
    deliver()
    told: list[str] = []
    mail = module.MAIL if module is app_transferred else module.CUSTOMER  # type: ignore[attr-defined]
    monkeypatch.setattr(type(mail), "queue", lambda _self, subject_id: told.append(subject_id))
    monkeypatch.setattr(in_turns, "_AT_ONCE", at_once)
    subject = first.app_id if module is app_transferred else first.version_id
    tell: jobs.Task[..., None] = module.tell_customers  # type: ignore[attr-defined]
    tell(subject.hex)
    turns = ProcrastinateJob.objects.filter(task_name=tell.name)
    done: set[int] = set()
    while turn := turns.exclude(pk__in=done).first():
        done.add(turn.pk)
        tell(**turn.args)
    wanted = Installation.objects.filter(version=first.version).order_by("pk")
    assert told == [each.pk for each in wanted]
