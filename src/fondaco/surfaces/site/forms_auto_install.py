"""What a manager fills in about people who come later, when an app is ordered and when it is changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from fondaco.accounts.models import Role
from fondaco.installs.auto_install import NOBODY, AutoInstall, Filter, roles_of, rule_for

_NOBODY: Final = "nobody"
_ALL: Final = "all"
_ROLES: Final = "roles"


class AutoInstallForm(forms.Form):
    """Nobody, everybody, or who gets one of some roles; and how many people with a licence that may come to."""

    who = forms.ChoiceField(
        label=_("Who gets it later"),
        choices=[
            (_NOBODY, _("Nobody: I choose people by hand")),
            (_ALL, _("Everybody who joins the account")),
            (_ROLES, _("Who gets one of these roles")),
        ],
        initial=_NOBODY,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who gets it."), "invalid_choice": _("Choose who gets it.")},
    )
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("It concerns people who join with the role, come back to it or change to it from now on."),
        error_messages={"invalid_choice": _("This account has no such role any more.")},
    )
    cap = forms.IntegerField(
        label=_("Stop at"),
        required=False,
        min_value=1,
        max_value=1_000_000,
        help_text=_("People with a licence, those chosen by hand included. Beyond that nobody gets one by itself."),
        error_messages={"invalid": _("Write a whole number, at least 1.")},
    )

    def __init__(self, *args: Any, roles: Iterable[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._roles = {role.pk.hex: role for role in roles}
        choices = [(key, role.name) for key, role in self._roles.items()]
        self.fields["roles"].choices = choices  # type: ignore[attr-defined]
        self.fields["roles"].needed = _("needed if you choose roles")  # type: ignore[attr-defined]
        self.fields["cap"].needed = _("needed unless nobody gets it")  # type: ignore[attr-defined]
        self._before: AutoInstall = NOBODY

    def begin_with(self, auto: AutoInstall) -> AutoInstallForm:
        """Shows these rules; what is left as it was stays word for word."""
        self._before = auto
        self.initial = dict(describe(auto, self._roles.values()))
        return self

    def clean(self) -> dict[str, Any]:
        """Roles are needed only for who chooses them, and a cap for who lets anybody in."""
        found = super().clean() or {}
        if found.get("who") == _ROLES and not found.get("roles") and "roles" not in self.errors:
            self.add_error("roles", _("Choose at least one role."))
        if found.get("who") in {_ALL, _ROLES} and found.get("cap") is None and "cap" not in self.errors:
            self.add_error("cap", _("Say how many people may come to have a licence by themselves."))
        return found

    def wanted(self) -> AutoInstall:
        """The rules of a valid form."""
        found = self.cleaned_data
        if found["who"] == _NOBODY:
            return self._before if not self._before.admits_anybody else NOBODY
        if found["who"] == _ALL:
            return AutoInstall(({"filter": Filter.ALL.value, "match": ""},), found["cap"])
        chosen = {key: role for key, role in self._roles.items() if key in found["roles"]}
        kept = roles_of(self._before.rules, self._roles.values())
        if {role.pk.hex for role in kept} == set(chosen):
            return AutoInstall(self._before.rules, found["cap"])
        return AutoInstall(tuple(rule_for(role) for role in chosen.values()), found["cap"])


def describe(auto: AutoInstall, roles: Iterable[Role]) -> Mapping[str, Any]:
    """What the form says for these rules."""
    named = [role.pk.hex for role in roles_of(auto.rules, roles)]
    if any(rule["filter"] == Filter.ALL for rule in auto.rules):
        who = _ALL
    else:
        who = _ROLES if auto.admits_anybody else _NOBODY
    return {"who": who, "roles": named, "cap": auto.cap}
