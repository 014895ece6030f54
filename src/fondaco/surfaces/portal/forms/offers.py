"""Forms of plans, screenshots and submissions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fondaco.catalog.content import PlanFields
from fondaco.catalog.images import SCREENSHOT_BYTES
from fondaco.catalog.models import LicenceModel, Meter, Plan, Version
from fondaco.kit.money import BadAmount, Money, UnitPrice
from fondaco.surfaces.portal.forms.cropping import CropForm, PictureField


class PlanForm(forms.Form):
    """A paid plan; the price is typed in dollars."""

    name = forms.CharField(label=_("Name"), max_length=40, help_text=_("For example Team or Enterprise."))
    model = forms.ChoiceField(
        label=_("Counted"),
        choices=[
            (LicenceModel.PER_SEAT.value, _("Per seat: for each user with a licence")),
            (LicenceModel.PER_ACCOUNT.value, _("Per account: once, however many users")),
        ],
        widget=forms.RadioSelect(),
        initial=LicenceModel.PER_SEAT.value,
    )
    price = forms.CharField(
        label=_("Price in a month"),
        help_text=_("In US dollars, for example 18 or 18.50."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    min_licences = forms.IntegerField(label=_("Smallest number of licences"), initial=1)
    max_licences = forms.IntegerField(
        label=_("Largest number of licences"), required=False, help_text=_("Leave it empty for no limit.")
    )
    summary = forms.CharField(label=_("Summary"), required=False, max_length=140)
    description = forms.CharField(
        label=_("What is in it"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )

    meter_unit = forms.CharField(
        label=_("What is counted"),
        required=False,
        max_length=30,
        help_text=_("One of it, for example “transcribed minute” or “message”."),
    )
    meter_price = forms.CharField(
        label=_("Price of one"),
        required=False,
        help_text=_("In US dollars with up to six decimals, for example 0.0125."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    meter_included = forms.IntegerField(
        label=_("Included in a month"), required=False, help_text=_("So many cost nothing. Empty means none.")
    )
    meter_cap = forms.CharField(
        label=_("Most that usage can cost in a month"),
        required=False,
        help_text=_("Beyond it usage goes on and costs nothing more. Leave it empty for no limit."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    @classmethod
    def of(cls, plan: Plan) -> PlanForm:
        """The form as the plan stands."""
        same = [name for name in cls.base_fields if name not in {"price", "meter_price", "meter_cap"}]
        initial: dict[str, Any] = {name: getattr(plan, name) for name in same}
        initial |= {"price": str(plan.price.decimal), "meter_included": plan.meter_included or None}
        if meter := plan.meter:
            price = format(meter.price.decimal.normalize(), "f")
            initial |= {"meter_price": price, "meter_cap": str(meter.cap.decimal) if meter.cap else ""}
        return cls(initial=initial)

    def clean_meter_price(self) -> UnitPrice | None:
        """The price in millionths; never rounded."""
        text = self.cleaned_data["meter_price"]
        try:
            return UnitPrice.parse(text) if text else None
        except BadAmount as error:
            raise forms.ValidationError(str(error)) from error

    def clean_meter_cap(self) -> Money | None:
        """The limit, if there is one."""
        text = self.cleaned_data["meter_cap"]
        try:
            return Money.parse(text) if text else None
        except BadAmount as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        """Usage is either described by its unit and its price, or not at all."""
        data = super().clean() or self.cleaned_data
        given = {name: data.get(f"meter_{name}") for name in ("unit", "price", "included", "cap")}
        if any(given.values()):
            for name in ("unit", "price"):
                if not given[name] and f"meter_{name}" not in self.errors:
                    self.add_error(f"meter_{name}", _("This is needed, too, when usage is counted."))
        return data

    def _meter(self) -> Meter | None:
        data = self.cleaned_data
        if not data["meter_unit"]:
            return None
        return Meter(data["meter_unit"], data["meter_price"], data["meter_included"] or 0, data["meter_cap"])

    def clean_price(self) -> Money:
        """The amount in minor units; never rounded."""
        try:
            return Money.parse(self.cleaned_data["price"])
        except BadAmount as error:
            raise forms.ValidationError(str(error)) from error

    def plan_fields(self) -> PlanFields:
        """What was typed, for the action."""
        given = {name: value for name, value in self.cleaned_data.items() if not name.startswith("meter_")}
        return PlanFields(**{**given, "model": LicenceModel(given["model"]), "meter": self._meter()})


class ScreenshotForm(CropForm):
    """A picture of the app and what it shows in words."""

    image = PictureField(
        part="image",
        label=_("Picture"),
        help_text=_("PNG or JPEG, at least 640 × 360 pixels, best 1280 × 800, at most 2 MiB."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
        error_messages={"required": _("Choose a picture.")},
    )
    alternative_text = forms.CharField(
        label=_("What it shows"),
        max_length=200,
        help_text=_("For people who cannot see it, for example: an open invoice beside a call."),
    )

    def image_bytes(self) -> bytes:
        """The upload; one byte more than allowed is enough to refuse it."""
        return bytes(self.cleaned_data["image"].read(SCREENSHOT_BYTES + 1))


class DescriptionForm(forms.Form):
    """The words that stand for a picture."""

    alternative_text = forms.CharField(
        label=_("What it shows"), max_length=200, help_text=_("For people who cannot see it.")
    )


class DeprecationForm(forms.Form):
    """Why a version is no longer offered, and until when it is kept alive."""

    reason = forms.CharField(
        label=_("Why, and what customers should do"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Everyone who manages an installation of this version reads it."),
    )
    ends_on = forms.DateField(
        label=_("Its last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_(
            "From this day you no longer keep its addresses alive: at least 30 days ahead. Leave it empty while there "
            "is no such day."
        ),
    )

    @classmethod
    def of(cls, version: Version) -> DeprecationForm:
        """The form as it was announced before."""
        return cls(initial={"reason": version.deprecation_reason, "ends_on": version.ends_on})


class SubmitForm(forms.Form):
    """A few words to the reviewer."""

    note = forms.CharField(
        label=_("A word to the reviewer"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What changed since the last time, or what to look at first."),
    )
