"""Forms of the two contents of a version."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField, BoundWidget
from django.utils.translation import gettext_lazy as _

from fondaco.catalog.cleaning import clean_listing, clean_technical
from fondaco.catalog.content import ListingFields, TechnicalFields
from fondaco.catalog.data_fields import DATA_FIELDS
from fondaco.catalog.merging import REASON
from fondaco.catalog.models import Category, ListingContent, TechnicalContent
from fondaco.catalog.scopes import REQUESTABLE, SCOPES, Scope
from fondaco.surfaces.portal.forms.algorithms import AlgorithmField
from fondaco.surfaces.portal.forms.needed import CountedText, NeededChoices, NeededText
from fondaco.surfaces.site.forms import add_faults, boxes_of


@dataclass(frozen=True, slots=True)
class ScopeLine:
    """One scope in the form: its box, the place for its reason, and a box for each data field read with it."""

    scope: Scope
    box: BoundWidget
    reason: BoundField
    data_fields: list[BoundWidget]


def _area(rows: int, **attributes: Any) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, **attributes})


class TechnicalForm(forms.Form):
    """Technical content; one reason field per scope follows the listed ones."""

    use_required_attribute = False

    revision = forms.IntegerField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}))
    version_name = forms.CharField(label=_("Name of the version"), max_length=30)
    events_callback_url = NeededText(
        label=_("Events callback URL"),
        widget=forms.URLInput(),
        help_text=_("Signed events are posted here. It must answer with a 2xx status within ten seconds."),
    )
    standalone_url = NeededText(
        label=_("Standalone URL"),
        widget=forms.URLInput(),
        help_text=_("People land here when they launch the app; it begins the single sign-on."),
    )
    redirect_urls = NeededText(
        label=_("Redirect URLs"),
        widget=_area(3),
        help_text=_("Where single sign-on may return, one address on each line, at most ten. Compared exactly."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"),
        required=False,
        choices=[(name, SCOPES[name].consent) for name in REQUESTABLE],
        widget=forms.CheckboxSelectMultiple(),
        help_text=_("Ask for what you need and no more: customers read this list before they install."),
    )
    data_fields = forms.MultipleChoiceField(
        label=_("What it reads"),
        required=False,
        choices=[(field.name, field.words) for field in DATA_FIELDS.values()],
        widget=forms.CheckboxSelectMultiple(),
    )
    receives_user_logout = forms.BooleanField(
        label=_("Tell us when a user signs out"),
        required=False,
        help_text=_(
            "Sends the event user.logout, so that your app can end their session too. It needs the scope users:read, "
            "because it names the user; a logout token, below, needs none."
        ),
    )
    backchannel_logout_url = forms.CharField(
        label=_("Back-channel logout URL"),
        required=False,
        widget=forms.URLInput(),
        help_text=_("OpenID logout tokens are posted here when a session ends. Leave it empty if you do not use them."),
    )
    is_manually_provisioned = forms.BooleanField(
        label=_("We set up each installation by hand"),
        required=False,
        help_text=_("Customers are told that it may take longer. You still have seven days to answer."),
    )
    are_credentials_claimed = forms.BooleanField(
        label=_("We fetch credentials from a link"),
        required=False,
        help_text=_(
            "Events then carry a link in place of the secret and the private key. It works once, within seven days, "
            "for whoever has it."
        ),
    )
    id_token_signed_response_alg = AlgorithmField()
    release_notes = CountedText(
        label=_("Release notes"),
        required=False,
        max_length=5000,
        widget=_area(4),
        help_text=_("What is new, for customers."),
    )
    test_instructions = CountedText(
        label=_("How to test it"),
        required=False,
        max_length=5000,
        widget=_area(4),
        help_text=_("Only reviewers read this."),
    )
    test_credentials = forms.CharField(
        label=_("Log-in for testing"),
        required=False,
        widget=_area(2, autocomplete="off", spellcheck="false"),
        help_text=_("Only reviewers read this; it is stored sealed. Leave it empty to keep what you gave before."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in REQUESTABLE:
            label = _("Why you need %(scope)s") % {"scope": name}
            self.fields[f"{REASON}{name}"] = CountedText(label=label, required=False, max_length=200)

    @classmethod
    def of(cls, content: TechnicalContent) -> TechnicalForm:
        """The form as the content stands."""
        initial = {name: getattr(content, name) for name in cls.base_fields if hasattr(content, name)}
        reasons = {f"{REASON}{scope}": reason for scope, reason in content.scope_reasons.items()}
        lines = "\n".join(content.redirect_urls)
        name = content.version.name
        return cls(initial={**initial, **reasons, "redirect_urls": lines, "version_name": name, "test_credentials": ""})

    def scope_lines(self) -> Iterator[ScopeLine]:
        """Each scope with its box, its reason and its data fields, for the template."""
        boxes: dict[str, list[BoundWidget]] = {}
        for box in boxes_of(self["data_fields"]):
            boxes.setdefault(DATA_FIELDS[str(box.data["value"])].scope, []).append(box)
        for box in boxes_of(self["scopes"]):
            name = str(box.data["value"])
            yield ScopeLine(SCOPES[name], box, self[f"{REASON}{name}"], boxes.get(name, []))

    def clean(self) -> dict[str, Any]:
        """Everything that is wrong, at once."""
        add_faults(self, lambda: clean_technical(self.technical_fields()))
        return self.cleaned_data

    def technical_fields(self) -> TechnicalFields:
        """What was typed, for the action; what the form refuses is empty, and no scope is missing then."""
        data = defaultdict[str, Any](str, self.cleaned_data)
        if "scopes" in self.errors:
            data["scopes"] = REQUESTABLE
        return TechnicalFields(
            events_callback_url=data["events_callback_url"],
            standalone_url=data["standalone_url"],
            redirect_urls=tuple(data["redirect_urls"].split()),
            scopes=tuple(data["scopes"]),
            scope_reasons={name: data[f"{REASON}{name}"] for name in data["scopes"]},
            data_fields=tuple(data["data_fields"]),
            receives_user_logout=data["receives_user_logout"],
            backchannel_logout_url=data["backchannel_logout_url"],
            is_manually_provisioned=data["is_manually_provisioned"],
            are_credentials_claimed=data["are_credentials_claimed"],
            id_token_signed_response_alg=data["id_token_signed_response_alg"] or None,
            release_notes=data["release_notes"],
            test_instructions=data["test_instructions"],
            test_credentials=data["test_credentials"] or None,
            version_name=data["version_name"],
        )


class ListingForm(forms.Form):
    """Listing content, but for plans and screenshots."""

    use_required_attribute = False

    revision = forms.IntegerField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}))
    display_name = CountedText(label=_("Name"), max_length=50)
    summary = CountedText(
        label=_("Summary"),
        max_length=140,
        help_text=_("One sentence of at most 140 characters: what the app does for a contact centre."),
    )
    description = CountedText(
        label=_("Description"),
        max_length=5000,
        widget=_area(10),
        help_text=_("At most 5,000 characters. Markdown: **bold**, *italic*, lists, links and headings from ### on."),
    )
    categories = NeededChoices(
        label=_("Categories"), widget=forms.CheckboxSelectMultiple(), help_text=_("One to three.")
    )
    video_url = forms.CharField(
        label=_("Video"), required=False, widget=forms.URLInput(), help_text=_("On YouTube, Vimeo or Loom.")
    )
    support_email = NeededText(
        label=_("Support address"), widget=forms.EmailInput(), help_text=_("An address, a page, or both.")
    )
    support_url = forms.CharField(label=_("Support page"), required=False, widget=forms.URLInput())
    docs_url = forms.CharField(label=_("Documentation"), required=False, widget=forms.URLInput())
    privacy_url = NeededText(label=_("Privacy policy"), widget=forms.URLInput())
    terms_url = NeededText(label=_("Terms of use"), widget=forms.URLInput())

    def __init__(self, *args: Any, shelves: list[Category], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        categories = self.fields["categories"]
        assert isinstance(categories, forms.MultipleChoiceField)
        categories.choices = [(category.slug, category.name) for category in shelves]

    @classmethod
    def of(cls, content: ListingContent, *, shelves: list[Category]) -> ListingForm:
        """The form as the content stands."""
        initial = {name: getattr(content, name) for name in cls.base_fields if name != "categories"}
        chosen = [category.slug for category in content.categories.all()]
        return cls(initial={**initial, "categories": chosen}, shelves=shelves)

    def clean(self) -> dict[str, Any]:
        """Everything that is wrong, at once."""
        add_faults(self, lambda: clean_listing(self.listing_fields()))
        return self.cleaned_data

    def listing_fields(self) -> ListingFields:
        """What was typed, for the action; what the form refuses is empty."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "revision"}
        return ListingFields(**{**data, "categories": tuple(data.get("categories", ()))})
