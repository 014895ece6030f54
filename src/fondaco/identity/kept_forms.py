"""Keeping what was sent from a form after its session had ended, until its owner has signed in again (ADR 0037).

It is no fact, nobody else reads it and nothing is done by it, so it has no event.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from django.db import transaction

from fondaco.accounts.models import Person
from fondaco.identity.factors import browser_hash
from fondaco.identity.models import KeptForm, LoginSession
from fondaco.kit import clock

KEPT_FOR: Final = timedelta(minutes=30)
MOST_BYTES: Final = 200_000
_MOST_FORMS: Final = 10  # of one browser: those sent last


def keep_form(*, browser: str, page: str, target: str, entries: Mapping[str, list[str]]) -> KeptForm | None:
    """Keeps the fields for whoever was signed in last in this browser; None when nobody was, or they are too long.

    Only who was signed in last can have sent them: signing in gives all forms of a browser a new token, and a form
    with an old one is refused before anybody asks who sent it.
    """
    person = _last_person(browser)
    sealed = json.dumps(dict(entries)).encode()
    if person is None or len(sealed) > MOST_BYTES:
        return None
    mark = browser_hash(browser)
    with transaction.atomic(durable=True):
        kept, _created = KeptForm.objects.update_or_create(
            browser_hash=mark,
            target=target,
            defaults={"person": person, "page": page, "sealed": sealed, "expires_at": clock.now() + KEPT_FOR},
        )
        older = KeptForm.objects.filter(browser_hash=mark).order_by("-expires_at").values("pk")[_MOST_FORMS:]
        KeptForm.objects.filter(pk__in=list(older.values_list("pk", flat=True))).delete()
    return kept


def find_kept_form(*, browser: str, page: str) -> KeptForm | None:
    """What this browser sent last from a form on ``page``, whoever it belongs to."""
    found = KeptForm.objects.filter(browser_hash=browser_hash(browser), page=page, expires_at__gt=clock.now())
    return found.select_related("person").order_by("-expires_at").first() if browser else None


def forget_kept_form(*, browser: str, person: Person, target: str) -> None:
    """Forgets what ``person`` sent to ``target`` from this browser, because it has been sent again."""
    with transaction.atomic(durable=True):
        KeptForm.objects.filter(browser_hash=browser_hash(browser), person=person, target=target).delete()


def _last_person(browser: str) -> Person | None:
    if not browser:
        return None
    sessions = LoginSession.objects.filter(browser_hash=browser_hash(browser)).select_related("person")
    last = sessions.order_by("-started_at").first()
    return last.person if last else None
