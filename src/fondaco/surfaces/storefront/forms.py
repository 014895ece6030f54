"""What visitors may ask of the marketplace, and what the steps of an order take."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fondaco.catalog.models import LicenceModel
from fondaco.catalog.queries import Sort


class BrowseForm(forms.Form):
    """The filters in the address of the marketplace. What it does not know counts as not asked for."""

    q = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)
    category = forms.SlugField(required=False, max_length=40, widget=forms.HiddenInput)
    model = forms.ChoiceField(
        label=_("Price"),
        required=False,
        choices=[
            ("", _("Any price")),
            (LicenceModel.PER_SEAT.value, _("Per seat")),
            (LicenceModel.PER_ACCOUNT.value, _("Per account")),
        ],
    )
    sort = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[
            (Sort.RELEVANCE.value, _("Best match")),
            (Sort.NAME.value, _("Name")),
            (Sort.NEWEST.value, _("Newest")),
        ],
    )
    trial = forms.BooleanField(label=_("Free trial"), required=False)

    def chosen(self) -> dict[str, Any]:
        """The filters as ``search_listings`` takes them."""
        self.is_valid()
        found = self.cleaned_data
        model = found.get("model")
        return {
            "text": found.get("q", ""),
            "category": found.get("category", ""),
            "has_trial": found.get("trial", False),
            "model": LicenceModel(model) if model else None,
            "sort": Sort(found.get("sort") or Sort.RELEVANCE),
        }


class SeatsForm(forms.Form):
    """The calculator beside a listing."""

    plan = forms.CharField(required=False, max_length=32)
    seats = forms.IntegerField(label=_("Seats"), min_value=1, max_value=100_000, required=False)


class UsersForm(forms.Form):
    """One page of the people to choose from. ``shown`` are all on it, ``users`` those that are ticked."""

    shown = forms.CharField(required=False, max_length=100_000)
    q = forms.CharField(required=False, max_length=100)
    do = forms.ChoiceField(choices=[(name, name) for name in ("next", "later", "find", "all", "none", "keep")])
