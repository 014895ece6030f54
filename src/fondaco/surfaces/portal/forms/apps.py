"""Forms about an app itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from fondaco.catalog.cleaning import clean_details
from fondaco.catalog.content import AppDetails
from fondaco.catalog.images import ICON_BYTES
from fondaco.catalog.models import App, Version
from fondaco.catalog.validation import FieldProblems
from fondaco.surfaces.portal.forms.cropping import CROP_FIELDS, CropForm, PictureField
from fondaco.surfaces.site.forms import add_faults

_PICTURE = {"icon", *CROP_FIELDS}
_ICON_HELP = _(
    "A PNG, JPEG or SVG of at most 1 MiB; a square of 256 to 1024 pixels of it is kept, from the middle if you choose "
    "no other. An SVG is drawn 1024 pixels wide. Corners are rounded when it is shown, so leave a little air around "
    "the sign."
)


class AppForm(CropForm):
    """Registers an app, or changes its details."""

    name = forms.CharField(
        label=_("Name"), max_length=50, help_text=_("3 to 50 characters. Nobody else's app may have it.")
    )
    icon = PictureField(
        part="icon",
        label=_("Icon"),
        help_text=_ICON_HELP,
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/svg+xml"}),
    )
    slug = forms.CharField(
        label=_("Address"),
        required=False,
        max_length=50,
        help_text=_("The last part of the listing's address. Made from the name when empty; fixed once public."),
    )
    website = forms.CharField(label=_("Website"), required=False, widget=forms.URLInput())
    technical_email = forms.CharField(
        label=_("Technical contact"),
        required=False,
        widget=forms.EmailInput(),
        help_text=_("Hears of failing deliveries and rotated credentials."),
    )
    support_email = forms.CharField(
        label=_("Support contact"),
        required=False,
        widget=forms.EmailInput(),
        help_text=_("Answers customers and the platform's support."),
    )
    billing_email = forms.CharField(label=_("Billing contact"), required=False, widget=forms.EmailInput())
    security_email = forms.CharField(
        label=_("Security contact"),
        required=False,
        widget=forms.EmailInput(),
        help_text=_("Is told first when something is wrong with the safety of your app."),
    )

    @classmethod
    def of(cls, app: App) -> AppForm:
        """The form as it stands for an app."""
        return cls(initial={name: getattr(app, name) for name in cls.base_fields if name not in _PICTURE})

    def clean(self) -> dict[str, Any]:
        """Everything that is wrong, at once."""
        data = super().clean()
        add_faults(self, self._judge)
        return data

    def _judge(self) -> None:
        found = FieldProblems()
        clean_details(found, self.details())
        found.raise_if_any()

    def details(self) -> AppDetails:
        """What was typed, for the action; what the form refuses is empty."""
        names = [field.name for field in fields(AppDetails)]
        return AppDetails(**{name: self.cleaned_data.get(name, "") for name in names})

    def icon_bytes(self) -> bytes:
        """The upload; one byte more than allowed is enough to refuse it."""
        upload = self.cleaned_data.get("icon")
        return bytes(upload.read(ICON_BYTES + 1)) if upload else b""


class RegisterForm(AppForm):
    """Registers an app: the icon is required."""

    icon = PictureField(
        part="icon",
        label=_("Icon"),
        help_text=_ICON_HELP,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/svg+xml"}),
        error_messages={"required": _("Choose a picture.")},
    )
    field_order = ["name", "icon"]


class VersionForm(forms.Form):
    """Begins a version. ``versions`` are the app's, newest first; the first version has nothing to copy."""

    name = forms.CharField(
        label=_("Name of the version"),
        max_length=30,
        help_text=_("Customers see it, for example 2.4.0."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    source = forms.ChoiceField(
        label=_("Begins as a copy of"), required=False, help_text=_("Addresses, scopes, listing, plans and pictures.")
    )

    def __init__(self, versions: Sequence[Version], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if versions:
            choices = [(version.pk.hex, version.name) for version in versions]
            cast("forms.ChoiceField", self.fields["source"]).choices = choices
        else:
            del self.fields["source"]

    def chosen_source(self, versions: Sequence[Version]) -> Version | None:
        """The version to copy; None means the newest, if there is one."""
        chosen = self.cleaned_data.get("source")
        return next((version for version in versions if version.pk.hex == chosen), None)
