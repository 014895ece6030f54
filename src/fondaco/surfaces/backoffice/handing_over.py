"""Giving work to a colleague: the same for submissions and tickets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.accounts.models import Operator
from fondaco.kit.errors import DomainError
from fondaco.kit.ids import parse_wire
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.viewer import HouseRequest


class HandOverForm(forms.Form):
    """Which colleague gets it."""

    to = forms.ChoiceField(
        label=gettext_lazy("Colleague"), error_messages={"required": gettext_lazy("Choose a colleague.")}
    )

    def __init__(self, *args: Any, colleagues: Iterable[Operator], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["to"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [("", _("Choose")), *((one.pk.hex, one.person.name) for one in colleagues)]


def hand_over_to_one_of(
    request: HouseRequest,
    colleagues: Iterable[Operator],
    action: Callable[..., object],
    *,
    template: str,
    context: dict[str, Any],
    back: str,
) -> HttpResponse:
    """The page that asks who of ``colleagues`` gets it; by POST, gives it to them and leads to ``back``."""
    form = HandOverForm(request.POST if request.method == "POST" else None, colleagues=colleagues)
    status = int(HTTPStatus.OK)
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            to = parse_wire(form.cleaned_data["to"])
            try:
                action(actor=request.viewer.actor, by=request.viewer.operator, to=to)
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(request, _("Handed over."))
                return redirect(back)
    return render(request, template, {**context, "form": form}, status=status)
