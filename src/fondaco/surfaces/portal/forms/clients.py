"""Forms about OAuth clients."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundWidget
from django.utils.translation import gettext_lazy as _

from fondaco.catalog.scopes import FOR_PORTAL_CLIENTS, SCOPES, Scope, scopes_by_api
from fondaco.identity.actions import Overlap
from fondaco.identity.client_fields import AUTHORIZATION_CODE, CLIENT_CREDENTIALS, REFRESH_TOKEN, ClientFields, clean
from fondaco.identity.key_pairs import ALGORITHMS
from fondaco.identity.models import OAuthClient
from fondaco.surfaces.portal.forms.algorithms import AlgorithmField
from fondaco.surfaces.portal.forms.needed import NeededChoices
from fondaco.surfaces.site.forms import add_faults, boxes_of
from fondaco.surfaces.site.once import OnceForm

SERVER, DEVICE = "server", "device"


@dataclass(frozen=True, slots=True)
class ScopeBox:
    """One scope in the form, and its box."""

    scope: Scope
    box: BoundWidget


class SettingsForm(forms.Form):
    """What a client is and may do."""

    use_required_attribute = False

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("What the program is, so that a colleague recognises it in a year: for example Nightly export."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    grant_types = NeededChoices(
        label=_("How it gets tokens"),
        choices=[
            (
                CLIENT_CREDENTIALS,
                _("Client credentials: for itself, without a person. Usual for a program on a server."),
            ),
            (AUTHORIZATION_CODE, _("Authorization code: for a person who signs in, and only for what they may do.")),
            (
                REFRESH_TOKEN,
                _("Refresh token: goes on for that person for 30 days after each use, without asking again."),
            ),
        ],
        widget=forms.CheckboxSelectMultiple(),
    )
    redirect_uris = forms.CharField(
        label=_("Redirect URIs"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"}),
        help_text=_(
            "Only for authorization codes: where people come back to, one address on each line, at most ten. "
            "They are compared exactly."
        ),
    )
    id_token_signed_response_alg = AlgorithmField()
    scopes = NeededChoices(
        label=_("Scopes"),
        choices=[(name, SCOPES[name].allows) for name in FOR_PORTAL_CLIENTS],
        widget=forms.CheckboxSelectMultiple(),
        help_text=_("What its tokens open. Choose what it needs and no more; you can change this later."),
    )

    def scope_groups(self) -> Iterator[tuple[str, list[ScopeBox]]]:
        """The scopes with their boxes, by API."""
        boxes = {str(box.data["value"]): box for box in boxes_of(self["scopes"])}
        for api, scopes in scopes_by_api():
            if offered := [ScopeBox(scope, boxes[scope.name]) for scope in scopes if scope.name in boxes]:
                yield api, offered

    @property
    def is_public(self) -> bool:
        """Whether the client has no secret."""
        return False

    def clean(self) -> dict[str, Any]:
        """Everything that is wrong, at once."""
        add_faults(self, lambda: clean(self.fields_of_client(), is_public=self.is_public))
        return self.cleaned_data

    def fields_of_client(self) -> ClientFields:
        """What was typed, for the action; what the form refuses is empty."""
        data = defaultdict[str, Any](str, self.cleaned_data)
        return ClientFields(
            name=data["name"],
            grant_types=tuple(data["grant_types"]),
            scopes=tuple(data["scopes"]),
            redirect_uris=tuple(data["redirect_uris"].splitlines()),
            id_token_signed_response_alg=data["id_token_signed_response_alg"] or None,
        )


class CreateClientForm(OnceForm, SettingsForm):
    """Makes a client."""

    runs_on = forms.ChoiceField(
        label=_("Where it runs"),
        choices=[
            (SERVER, _("On a server of yours, which keeps a secret")),
            (DEVICE, _("On people's devices or in their browsers, where nothing stays secret; it must use PKCE")),
        ],
        widget=forms.RadioSelect(),
        initial=SERVER,
    )
    field_order = ["name", "runs_on", "grant_types", "redirect_uris", "id_token_signed_response_alg", "scopes"]

    @property
    def is_public(self) -> bool:
        """Whether the client will have no secret."""
        return bool(self.cleaned_data.get("runs_on") == DEVICE)


class EditClientForm(SettingsForm):
    """Changes a client."""

    revision = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, *args: Any, client: OAuthClient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.client = client

    @property
    def is_public(self) -> bool:
        """Whether the client has no secret."""
        return self.client.is_public

    @classmethod
    def of(cls, client: OAuthClient) -> EditClientForm:
        """The form as the client stands."""
        names = ("name", "grant_types", "scopes", "id_token_signed_response_alg", "revision")
        initial = {name: getattr(client, name) for name in names}
        return cls(initial={**initial, "redirect_uris": "\n".join(client.redirect_uris)}, client=client)


class RegenerateForm(OnceForm):
    """Asks how long the old secret goes on."""

    revision = forms.IntegerField(widget=forms.HiddenInput())
    overlap = forms.ChoiceField(
        label=_("How long the old ID and secret go on working"),
        choices=[
            (Overlap.NONE.value, _("Not at all: they are dead at once, and so are their tokens. Right after a leak.")),
            (Overlap.HOUR.value, _("One hour")),
            (Overlap.DAY.value, _("One day")),
            (Overlap.WEEK.value, _("Seven days")),
        ],
        widget=forms.RadioSelect(),
        initial=Overlap.DAY.value,
    )


class KeyPairForm(OnceForm):
    """Asks which algorithm."""

    revision = forms.IntegerField(widget=forms.HiddenInput())
    algorithm = forms.ChoiceField(
        label=_("Algorithm"),
        choices=[(name, name) for name in ALGORITHMS],
        initial=ALGORITHMS[0],
        help_text=_("ES256 is short and fast. Take another one only if your library cannot do it."),
    )
