"""A secret is on the page that answers the press of the button, and on no other.

Whoever presses twice gets the same page twice, because browsers show the answer to the last press. For that the answer
is kept, sealed, with the idempotent ones of the API, and deleted after a day like them. A reload later than ten minutes
does nothing and shows no secret.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

from django.http import HttpResponse

from fondaco.identity.actions import IssuedCredentials
from fondaco.kit import clock
from fondaco.kit.idempotency import Answer, answer_once
from fondaco.kit.ids import new_id
from fondaco.surfaces.site.viewer import HouseRequest

SHOWN_FOR: Final = timedelta(minutes=10)
_NOT_COMPARED: Final = {"csrfmiddlewaretoken"}


@dataclass(frozen=True, slots=True)
class Shown:
    """What was issued. ``is_over`` says that the secrets were shown before and are left out now."""

    client: str
    client_id: str
    key_id: str
    key_algorithm: str
    client_secret: str = field(repr=False)
    private_key: str = field(repr=False)
    is_over: bool = False


def show_once(request: HouseRequest, attempt: str, issue: Callable[[], IssuedCredentials]) -> Shown:
    """What ``issue`` gave for this attempt, which it is asked once.

    Raises what it raises, and :class:`KeyReused` when the attempt was used with other entries.
    """

    def produce() -> Answer:
        issued = issue()
        shown = Shown(
            client=issued.set.client_id.hex,
            client_id=issued.client_id,
            key_id=issued.key_id,
            key_algorithm=issued.key_algorithm,
            client_secret=issued.client_secret,
            private_key=issued.private_key,
        )
        return Answer(200, "application/json", json.dumps(asdict(shown)).encode())

    entries = [(name, value) for name, values in request.POST.lists() for value in values if name not in _NOT_COMPARED]
    answer = answer_once(
        caller=f"page {request.viewer.member.pk.hex}",
        key=attempt or new_id().hex,
        request=f"{request.path}\n{urlencode(sorted(entries))}".encode(),
        produce=produce,
        is_patient=True,
    )
    shown = Shown(**json.loads(answer.body))
    if answer.answered_at is not None and clock.now() - answer.answered_at > SHOWN_FOR:
        return replace(shown, client_secret="", private_key="", is_over=True)
    return shown


def show_text_once(request: HouseRequest, attempt: str, issue: Callable[[], str]) -> str:
    """The same for a secret that is one text; empty when it was shown before."""
    answer = answer_once(
        caller=f"page {request.viewer.member.pk.hex}",
        key=attempt or new_id().hex,
        request=request.path.encode(),
        produce=lambda: Answer(200, "text/plain", issue().encode()),
        is_patient=True,
    )
    is_over = answer.answered_at is not None and clock.now() - answer.answered_at > SHOWN_FOR
    return "" if is_over else answer.body.decode()


def unstored(response: HttpResponse) -> HttpResponse:
    """No cache and no history keeps the page, and no other page hears its address."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
