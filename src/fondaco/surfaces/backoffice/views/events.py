"""The audit trail: every fact of the house, newest first."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import Permission
from fondaco.accounts.queries import find_account, list_events
from fondaco.audit.kinds import all_kinds
from fondaco.kit.pagination import cursor_page
from fondaco.surfaces.backoffice.trail import describe_events, with_names
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.paging import address_with
from fondaco.surfaces.site.viewer import HouseRequest

_PER_PAGE = 50


class FilterForm(forms.Form):
    """What to show of the trail."""

    kind = forms.ChoiceField(label=_("What"), required=False)
    account = forms.CharField(
        label=_("Account"),
        required=False,
        max_length=40,
        widget=forms.TextInput({"placeholder": _("its name or id"), "autocomplete": "off"}),
    )

    def __init__(self, data: QueryDict, *, by: Operator) -> None:
        super().__init__(data)
        self.by = by
        kinds = [(kind.name, kind.name) for kind in all_kinds()]
        self.fields["kind"].choices = [("", _("Everything")), *kinds]  # type: ignore[attr-defined]

    def clean_account(self) -> str:
        """The id behind a name or an id; an account that is not there is an error, not an empty page."""
        text = self.cleaned_data["account"].strip()
        account = find_account(self.by, text) if text else None
        if text and account is None:
            raise forms.ValidationError(_("There is no account with this name or id."))
        return account.pk if account else ""


@requires(Permission.OPERATOR_VIEW)
@require_safe
def show_all(request: HouseRequest) -> HttpResponse:
    """Filtered by ``kind`` and ``account``, paged by ``cursor``."""
    by, form = request.viewer.operator, FilterForm(request.GET, by=request.viewer.operator)
    is_valid = form.is_valid()
    chosen = form.cleaned_data
    found = list_events(by, kind=chosen.get("kind", ""), account_id=chosen.get("account", ""))
    page = cursor_page(
        with_names(found) if is_valid else found.none(), cursor=request.GET.get("cursor"), limit=_PER_PAGE
    )
    context = {
        "form": form,
        "trail": describe_events(page.items),
        "newest": address_with(request, cursor=None) if request.GET.get("cursor") else None,
        "older": address_with(request, cursor=page.next_cursor) if page.next_cursor else None,
        "is_filtered": bool(request.GET.get("kind") or request.GET.get("account")),
    }
    return render(request, "backoffice/events.html", context)
