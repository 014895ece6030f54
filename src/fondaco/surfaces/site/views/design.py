"""The living page of all components, in development only. Its texts are samples and are not translated."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from fondaco.kit import clock
from fondaco.kit.money import Money
from fondaco.surfaces.site.access import public
from fondaco.surfaces.site.viewer import HouseRequest


@dataclass(frozen=True)
class SamplePerson:
    """Somebody to draw the frame for."""

    name: str = "Ana Prado"
    email: str = "ana@starship.example"


@dataclass(frozen=True)
class SamplePlace:
    """Somewhere to draw the frame in."""

    name: str = "Starship Support"
    kind: str = "design"
    key: str = "design:1"
    is_sandbox: bool = False
    home: str = "/design"


@dataclass(frozen=True)
class SampleViewer:
    """Has every permission, and two places."""

    person: SamplePerson = field(default_factory=SamplePerson)
    place: SamplePlace = field(default_factory=SamplePlace)

    @property
    def places(self) -> list[SamplePlace]:
        """For the switcher."""
        return [
            self.place,
            SamplePlace("Ledgerline GmbH", "partner", "partner:1"),
            SamplePlace("Whisper lab", key="d:2", is_sandbox=True),
        ]

    def can(self, permission: str) -> bool:
        """Everything."""
        return True


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(
        label="Name of the app", max_length=40, help_text="As customers will read it, at most 40 characters."
    )
    website = forms.URLField(label="Website", assume_scheme="https", help_text="Begins with https://")
    seats = forms.IntegerField(label="Seats", min_value=1)
    price = forms.DecimalField(label="Price per seat and month", required=False)
    category = forms.ChoiceField(
        label="Category", choices=[("crm", "Customer data"), ("wfm", "Workforce"), ("qa", "Quality")]
    )
    about = forms.CharField(
        label="What it does", widget=forms.Textarea, required=False, help_text="Two or three sentences. Markdown works."
    )
    model = forms.ChoiceField(
        label="How is it paid?",
        choices=[("seat", "Per seat: each person with a licence"), ("account", "Per account: once, whoever uses it")],
        widget=forms.RadioSelect,
    )
    scopes = forms.MultipleChoiceField(
        label="What may it see?",
        choices=[
            ("users:read", "People and their roles"),
            ("calls:read", "Finished calls"),
            ("contacts:write", "Contacts, also to change them"),
        ],
        widget=forms.CheckboxSelectMultiple,
        help_text="Ask for as little as you need; each one is explained to the customer.",
    )
    icon = forms.FileField(
        label="Icon", required=False, help_text="PNG or WebP, at least 256 × 256 pixels, at most 1 MB."
    )
    terms = forms.BooleanField(
        label="We have read the agreement and may sign it", help_text="It can be ended with 30 days' notice."
    )


@require_safe
@public
def components(request: HouseRequest) -> HttpResponse:
    """Page heads, cards, notes, state, dialogs, toasts."""
    messages.success(request, "Northwind CRM is ready for 4 more people.")
    return _show(request, "components")


@require_safe
@public
def data(request: HouseRequest) -> HttpResponse:
    """Tables, rows, numbers, charts."""
    calls = [("Mon", 412), ("Tue", 530), ("Wed", 498), ("Thu", 610), ("Fri", 577), ("Sat", 120), ("Sun", 84)]
    days = [(f"{day} Nov", 40 + (day * 37) % 29 + day * 2) for day in range(1, 24)]
    return _show(request, "data", calls=calls, days=days)


@require_http_methods(["GET", "HEAD", "POST"])
@public
def form(request: HouseRequest) -> HttpResponse:
    """Every kind of field; sent empty it shows every kind of error."""
    asked = SampleForm(request.POST, request.FILES) if request.method == "POST" else SampleForm()
    wrong = SampleForm({"name": "N" * 60, "website": "ftp://x", "seats": "0"})
    return _show(request, "form", form=asked, wrong=wrong)


@require_safe
@public
def apps(request: HouseRequest) -> HttpResponse:
    """Tiles with every badge, as in My Apps."""
    return _show(request, "apps")


@require_safe
@public
def notices(request: HouseRequest) -> HttpResponse:
    """An empty state."""
    return _show(request, "notices")


@require_safe
@public
def look(request: HouseRequest) -> HttpResponse:
    """The frame with the top bar, and a listing."""
    return _show(request, "look")


def _show(request: HttpRequest, page: str, **context: Any) -> HttpResponse:
    setattr(request, "viewer", SampleViewer())  # noqa: B010  # a plain assignment would need a cast of the whole request
    now = clock.now()
    moments = {
        "recent": now - timedelta(minutes=12),
        "yesterday": now - timedelta(hours=20),
        "later": now + timedelta(days=6),
    }
    sums = {
        "price": Money(1800),
        "month": Money(128450),
        "credit": Money(9620),
        "nothing": Money(0),
        "total": Money(43200),
    }
    return render(request, f"site/design/{page}.html", {**moments, **sums, **context})
