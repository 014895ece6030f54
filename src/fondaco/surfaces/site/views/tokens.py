"""A person's own access tokens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Final
from uuid import UUID, uuid4

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.forms.boundfield import BoundWidget
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from fondaco.accounts.models import Person
from fondaco.accounts.permissions import EXPLANATIONS, Permission
from fondaco.identity import actions
from fondaco.identity.actions.personal_tokens import MOST, Origin
from fondaco.identity.devices import list_coming_devices
from fondaco.identity.errors import TokenMade
from fondaco.identity.models import PersonalAccessToken
from fondaco.identity.places import Workplace, list_workplaces
from fondaco.identity.queries import get_personal_token, list_personal_tokens
from fondaco.kit import clock
from fondaco.kit.errors import DomainError
from fondaco.surfaces.site.access import signed_in
from fondaco.surfaces.site.forms import boxes_of, show_refusal
from fondaco.surfaces.site.viewer import HouseRequest

_DAYS: Final = {"7": 7, "30": 30, "90": 90, "365": 365, "never": None}
# A company may have an account and be a partner, both of one name.
_ONLY: Final = {
    "account": gettext_lazy("only in the account %(place)s"),
    "partner": gettext_lazy("only for the partner %(place)s"),
    "operator": gettext_lazy("only as staff of %(place)s"),
}
_ONLY_THERE: Final = {
    "account": gettext_lazy("Only in the account %(place)s."),
    "partner": gettext_lazy("Only for the partner %(place)s."),
    "operator": gettext_lazy("Only as staff of %(place)s."),
}
_GROUPS: Final = {
    "account": gettext_lazy("In an account"),
    "partner": gettext_lazy("For a partner"),
    "operator": gettext_lazy("As staff of the platform"),
}


@dataclass(frozen=True, slots=True)
class ScopeBox:
    """One permission in the form: its name for programs, what it allows, and its box."""

    name: str
    allows: str
    box: BoundWidget


class TokenForm(forms.Form):
    """What the token is for, how long it lives, what it may do and where."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=60,
        help_text=gettext_lazy("What will use it, so that you recognise it later: “Nightly report”."),
        error_messages={"required": gettext_lazy("Give it a name, so that you recognise it later.")},
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    expires = forms.ChoiceField(
        label=gettext_lazy("Ends"),
        initial="90",
        choices=[
            ("7", gettext_lazy("after 7 days")),
            ("30", gettext_lazy("after 30 days")),
            ("90", gettext_lazy("after 90 days")),
            ("365", gettext_lazy("after a year")),
            ("never", gettext_lazy("never")),
        ],
        help_text=gettext_lazy("You get a mail a week before. A token that never ends is for ever if it leaks."),
    )
    place = forms.ChoiceField(label=gettext_lazy("Works"), required=False)
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("May do only this"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Tick only what the program needs. With nothing ticked it may do everything that you may, today and later."
        ),
    )
    request_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: object, person: Person, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        places = list_workplaces(person)
        self.fields["place"].choices = [  # type: ignore[attr-defined]
            ("", _("everywhere that you work")),
            *((place.key, str(_ONLY[place.kind]) % {"place": place.name}) for place in places),
        ]
        self.fields["scopes"].choices = [  # type: ignore[attr-defined]
            (permission.value, EXPLANATIONS[permission])
            for permission in Permission
            if any(permission in place.permissions for place in places)
        ]

    def scope_groups(self) -> Iterator[tuple[str, list[ScopeBox]]]:
        """The permissions with their boxes, by what they are about."""
        boxes = {str(box.data["value"]): box for box in boxes_of(self["scopes"])}
        for kind, words in _GROUPS.items():
            held = [each for each in Permission if each.value in boxes and _kind_of(each) == kind]
            if held:
                yield str(words), [ScopeBox(each.value, str(EXPLANATIONS[each]), boxes[each.value]) for each in held]


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD"])
def show(request: HouseRequest) -> HttpResponse:
    """All of them, newest first, with what each may do."""
    person = _person(request)
    places = {place.key: place for place in list_workplaces(person)}
    tokens = [_describe(token, places) for token in list_personal_tokens(person)]
    context = {
        "tokens": tokens,
        "coming": list_coming_devices(person),
        "has_room": sum(bool(token["is_live"]) for token in tokens) < MOST,
        "most": MOST,
    }
    return render(request, "site/tokens.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth has no types
def make(request: HouseRequest) -> HttpResponse:
    """Makes one, and shows its text on this answer and never again."""
    person, status = _person(request), int(HTTPStatus.OK)
    form = TokenForm(
        request.POST if request.method == "POST" else None, person=person, initial={"request_id": uuid4().hex}
    )
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                token, plain = _make(request, form)
            except TokenMade as refusal:
                messages.error(request, str(refusal))
                return redirect("site:tokens")
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                return render(request, "site/token_made.html", {"token": token, "plain": plain})
    return render(request, "site/token_new.html", {"form": form}, status=status)


@signed_in
@require_POST
def revoke(request: HouseRequest, token_id: str) -> HttpResponse:
    """Ends one."""
    person = _person(request)
    token = get_personal_token(person, token_id)
    actions.revoke_personal_token(actor=request.viewer.actor, by=person, token=token)
    messages.success(request, _("%(name)s is revoked. What uses it is refused from now on.") % {"name": token.name})
    return redirect("site:tokens")


@signed_in
@require_POST
def revoke_all(request: HouseRequest) -> HttpResponse:
    """Ends them all."""
    count = actions.revoke_all_personal_tokens(actor=request.viewer.actor, by=_person(request))
    words = ngettext("%(count)d token was revoked.", "%(count)d tokens were revoked.", count)
    messages.success(request, words % {"count": count})
    return redirect("site:tokens")


def _make(request: HouseRequest, form: TokenForm) -> tuple[PersonalAccessToken, str]:
    entries, days = form.cleaned_data, _DAYS[form.cleaned_data["expires"]]
    request_id: UUID = entries["request_id"]
    return actions.create_personal_token(
        actor=request.viewer.actor,
        person=_person(request),
        name=entries["name"],
        scopes=entries["scopes"],
        expires_at=clock.now() + timedelta(days=days) if days else None,
        place=entries["place"],
        origin=Origin(request_id=request_id),
    )


def _kind_of(permission: Permission) -> str:
    """Of which kind of place it is."""
    prefix = permission.value.partition(".")[0]
    return prefix if prefix in {"partner", "operator"} else "account"


def _describe(token: PersonalAccessToken, places: dict[str, Workplace]) -> dict[str, object]:
    """A token as its row on the page needs it."""
    place = places.get(token.place)
    explained = [EXPLANATIONS[scope] for scope in Permission if scope.value in token.scopes]
    return {
        "row": token,
        "is_live": token.is_live(),
        "scopes": explained,
        "place": str(_ONLY_THERE[place.kind]) % {"place": place.name} if place else "",
        "ends_soon": token.expires_at is not None and token.expires_at - clock.now() < timedelta(days=7),
    }


def _person(request: HouseRequest) -> Person:
    person = request.viewer.person
    if person is None:
        raise LookupError("this page is for people who are signed in")
    return person
