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
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _

from fondaco.identity.actions import IssuedCredentials
from fondaco.kit import clock
from fondaco.kit.errors import DomainError
from fondaco.kit.idempotency import Answer, KeyReused, answer_once
from fondaco.kit.ids import new_id
from fondaco.surfaces.site.forms import show_refusal
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


class OnceForm(forms.Form):
    """A form that does its work once, however often it is sent: ``attempt`` is made with the page."""

    attempt = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("attempt", new_id().hex)

    def begin_anew(self, message: str) -> None:
        """Says that this page did its work already; sent again, it does it another time."""
        assert isinstance(self.data, QueryDict)
        entries = self.data.copy()
        entries["attempt"] = new_id().hex
        self.data = entries
        self.add_error(None, message)


def try_once(request: HouseRequest, form: OnceForm, issue: Callable[[], IssuedCredentials]) -> tuple[Shown | None, int]:
    """What was issued for the form, or None and the status of the page that shows the form."""
    if request.method != "POST":
        return None, HTTPStatus.OK
    if not form.is_valid():
        return None, HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        return show_once(request, form.cleaned_data["attempt"], issue), HTTPStatus.OK
    except KeyReused as reused:
        form.begin_anew(
            _("This page did its work a moment ago, with other entries. Nothing was done now. Send it again.")
        )
        return None, reused.status
    except DomainError as refusal:
        return None, show_refusal(form, refusal)


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
        caller=_caller(request),
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
        caller=_caller(request),
        key=attempt or new_id().hex,
        request=request.path.encode(),
        produce=lambda: Answer(200, "text/plain", issue().encode()),
        is_patient=True,
    )
    is_over = answer.answered_at is not None and clock.now() - answer.answered_at > SHOWN_FOR
    return "" if is_over else answer.body.decode()


def _caller(request: HouseRequest) -> str:
    """A member of a partner, or an operator: nobody else makes secrets on pages."""
    place = request.viewer.place
    who = place.operator if place and place.operator else request.viewer.member
    return f"page {who.pk.hex}"


def unstored(response: HttpResponse) -> HttpResponse:
    """No cache and no history keeps the page. That no other site hears its address is so for all pages.

    With ``no-referrer`` browsers would send the page's own forms from nowhere (``Origin: null``), which is refused.
    """
    response.headers["Cache-Control"] = "no-store"
    return response
