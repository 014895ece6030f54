"""What the page of an account's own sign-in asks for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fondaco.accounts.models import Role
from fondaco.identity.federation.discovery import problem_with_issuer
from fondaco.identity.models import IdentityProvider


class ProviderForm(forms.Form):
    """The provider. ``revision`` is the one that the editor began from; an empty secret keeps the one there is."""

    name = forms.CharField(
        label=_("Name on the button"),
        max_length=60,
        help_text=_("As your people call it, like “Harbour account”."),
        error_messages={"required": _("Write the name that your people know it by.")},
    )
    issuer = forms.CharField(
        label=_("Issuer"),
        max_length=500,
        help_text=_("The provider's address, like https://login.company.example. Its description is read from there."),
        error_messages={"required": _("Copy the issuer from the provider.")},
        widget=forms.URLInput({"spellcheck": "false"}),
    )
    client_id = forms.CharField(
        label=_("Client ID"),
        max_length=255,
        error_messages={"required": _("Copy the client ID from the provider.")},
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    client_secret = forms.CharField(
        label=_("Client secret"),
        max_length=1000,
        required=False,
        widget=forms.PasswordInput({"autocomplete": "off"}),
    )
    allowed_domains = forms.CharField(
        label=_("E-mail domains"),
        max_length=2000,
        required=False,
        help_text=_("Only addresses at these domains come in for the first time, like company.example. Empty: all."),
    )
    default_role = forms.ChoiceField(
        label=_("Role of new people"), help_text=_("For whom none of the lines below fits.")
    )
    role_claim = forms.CharField(
        label=_("Claim that decides the role"),
        max_length=100,
        required=False,
        help_text=_("Like groups. Its values are compared with the lines below at each sign-in; the first fit counts."),
    )
    is_required = forms.BooleanField(
        label=_("Everyone must come this way"),
        required=False,
        help_text=_("Administrators keep their password, so that a provider that is broken locks nobody out."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, roles: list[Role], provider: IdentityProvider | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["default_role"].choices = choices(roles)  # type: ignore[attr-defined]
        self.fields["client_secret"].help_text = (
            _("One is kept, sealed. Leave this empty to keep it.")
            if provider is not None and provider.client_secret
            else _("Kept sealed and never shown again. Empty for a public client.")
        )

    def clean_issuer(self) -> str:
        """Told together with what else is wrong."""
        issuer: str = self.cleaned_data["issuer"]
        if problem := problem_with_issuer(issuer):
            raise forms.ValidationError(problem)
        return issuer


class MappingForm(forms.Form):
    """One line: who has this value gets this role. An empty value is no line."""

    value = forms.CharField(label=_("Value"), max_length=200, required=False)
    role = forms.ChoiceField(label=_("Role"), required=False)

    def __init__(self, *args: Any, roles: list[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", "–"), *choices(roles)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A value needs a role."""
        entries: dict[str, Any] = super().clean() or {}
        if entries.get("value") and not entries.get("role") and "role" not in self.errors:
            self.add_error("role", _("Choose the role that this value gives."))
        return entries


MappingFormSet = forms.formset_factory(MappingForm, extra=3, max_num=50, absolute_max=60)


def choices(roles: list[Role]) -> list[tuple[str, str]]:
    """Roles to choose from."""
    return [(role.pk.hex, role.name) for role in roles]
