"""The partners and what belongs to them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fondaco.accounts.permissions import Permission
from fondaco.accounts.queries import list_events
from fondaco.catalog.labels import STATUSES
from fondaco.catalog.queries import list_partner_apps
from fondaco.kit.pagination import numbered_page
from fondaco.partners.actions import invite_owner
from fondaco.partners.labels import ROLE_LABELS
from fondaco.partners.models import MemberRole
from fondaco.partners.queries import (
    get_partner,
    list_developer_grants,
    list_member_invitations,
    list_members,
    list_partners,
)
from fondaco.surfaces.backoffice.trail import describe_events, with_names
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.paging import page_links, page_number
from fondaco.surfaces.site.viewer import HouseRequest

_PER_PAGE = 50
_LATEST = 10


@requires(Permission.OPERATOR_VIEW)
@require_safe
def show_all(request: HouseRequest) -> HttpResponse:
    """Every partner by name; ``q`` searches."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:120]
    page = numbered_page(list_partners(request.viewer.operator, text=text), page_number(request), _PER_PAGE)
    context = {"page": page, "links": page_links(request, page), "text": text}
    return render(request, "backoffice/partners.html", context)


@requires(Permission.OPERATOR_VIEW)
@require_safe
def show(request: HouseRequest, partner_id: str) -> HttpResponse:
    """One partner: people, apps, developer account, what happened."""
    by = request.viewer.operator
    partner = get_partner(by, partner_id)
    events = with_names(list_events(by, partner_id=partner.pk))[:_LATEST]
    context = {
        "partner": partner,
        "members": [(member, ROLE_LABELS[MemberRole(member.role)]) for member in list_members(partner)],
        "invitations": list(list_member_invitations(partner)),
        "apps": list(list_partner_apps(by, partner.pk)),
        "statuses": STATUSES,
        "grants": list(list_developer_grants(partner)),
        "trail": describe_events(events),
    }
    return render(request, "backoffice/partner.html", context)


@requires(Permission.OPERATOR_PARTNERS)
@require_POST
def invite_again(request: HouseRequest, partner_id: str) -> HttpResponse:
    """Invites the owner again, whose invitation ran out."""
    by = request.viewer.operator
    invitation = invite_owner(actor=request.viewer.actor, by=by, partner=get_partner(by, partner_id))
    messages.success(request, _("%(email)s is invited again.") % {"email": invitation.email})
    return redirect("backoffice:partner", partner_id=partner_id)
