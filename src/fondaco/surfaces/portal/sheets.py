"""A form of the portal as a sheet of paper: what stands on it, and how it is saved. All sheets are edited alike."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final

from django import forms
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from fondaco.catalog import actions
from fondaco.catalog.desks import Desk
from fondaco.catalog.models import App, Plan, Revised, Version
from fondaco.catalog.policies import can_edit, is_icon_locked, is_price_locked, is_slug_locked
from fondaco.catalog.queries import get_app, get_plan, get_version, list_categories, listing_view, missing_fields
from fondaco.catalog.states import Part, Track
from fondaco.kit.errors import NotFound
from fondaco.partners.models import Member, Partner
from fondaco.review.queries import list_submissions
from fondaco.surfaces.portal.conversations import latest_asked, show_beside
from fondaco.surfaces.portal.entries import entries_in
from fondaco.surfaces.portal.forms.apps import AppForm, RegisterForm
from fondaco.surfaces.portal.forms.content import ListingForm, TechnicalForm
from fondaco.surfaces.portal.forms.offers import PlanForm
from fondaco.surfaces.portal.panels import panel_context
from fondaco.surfaces.site.viewer import HouseRequest

Sent = MultiValueDict[str, str]
Files = MultiValueDict[str, Any]


class Sheet(ABC):
    """What the flow of editing needs of a form."""

    template: ClassVar[str]
    desk: Desk
    title: str  # on the page of a conflict
    url: str  # of the page that shows it
    back_url: str  # where who leaves it goes
    version: Version | None = None
    # None when it makes something new, so that nobody can be overwritten.
    content: Revised | None = None
    is_editable: bool = True
    preview_url: str = ""

    @abstractmethod
    def saved(self) -> forms.Form:
        """The form as the content stands."""

    @abstractmethod
    def filled(self, data: Sent, files: Files | None = None) -> forms.Form:
        """The form with what was sent, to be judged."""

    @abstractmethod
    def resumed(self, initial: Mapping[str, Any]) -> forms.Form:
        """The form as it was left."""

    @abstractmethod
    def store(self, request: HouseRequest, form: Any, revision: int) -> str:
        """Saves it; what to say about that. Raises what the action raises."""

    def page(self, by: Member, form: forms.Form) -> dict[str, Any]:
        """What its template shows besides the form."""
        return {}

    @property
    def revision(self) -> int:
        """The one that is saved."""
        return self.content.revision if self.content else 0


class TrackSheet(Sheet):
    """One of the two contents of a version."""

    track: ClassVar[Track]
    version: Version

    def __init__(self, version: Version) -> None:
        content = version.technical if self.track == Track.TECHNICAL else version.listing
        self.version, self.content, self.is_editable = version, content, content.is_editable
        self.desk = Desk.of_track(version, self.track)
        self.title = _("Technical") if self.track == Track.TECHNICAL else _("Listing")
        self.url = reverse(f"portal:{self.track.value}", args=[version.pk.hex])
        self.back_url = reverse("portal:version", args=[version.pk.hex])
        self.preview_url = f"{reverse('portal:preview', args=[version.pk.hex])}?text=typed"

    def page(self, by: Member, form: forms.Form) -> dict[str, Any]:
        # A rejection's wishes stand beside the fields that they are about; what is about none is returned.
        besides = show_beside(form, latest_asked(list_submissions(self.version), self.track))
        panel = panel_context(self.version, self.track, entries_in(form))
        return {"track": self.track.value, "besides": besides, **panel}

    def _say_saved(self, by: Member) -> str:
        if missing := missing_fields(get_version(by, self.version.pk.hex), self.track):
            return _("Saved. Before you can submit it: %(first)s") % {"first": next(iter(missing.values()))}
        return _("Saved. Nothing is missing; you can submit it.")


class TechnicalSheet(TrackSheet):
    """How the platform and the app talk to each other."""

    track = Track.TECHNICAL
    template = "portal/technical.html"

    def saved(self) -> forms.Form:
        return TechnicalForm.of(self.version.technical)

    def filled(self, data: Sent, files: Files | None = None) -> forms.Form:
        return TechnicalForm(data)

    def resumed(self, initial: Mapping[str, Any]) -> forms.Form:
        return TechnicalForm(initial=dict(initial))

    def store(self, request: HouseRequest, form: Any, revision: int) -> str:
        by = request.viewer.member
        actions.edit_technical(
            actor=request.viewer.actor, by=by, version=self.version, revision=revision, fields=form.technical_fields()
        )
        return self._say_saved(by)


class ListingSheet(TrackSheet):
    """What customers read in the marketplace."""

    track = Track.LISTING
    template = "portal/listing.html"

    def saved(self) -> forms.Form:
        return ListingForm.of(self.version.listing, shelves=list(list_categories()))

    def filled(self, data: Sent, files: Files | None = None) -> forms.Form:
        return ListingForm(data, shelves=list(list_categories()))

    def resumed(self, initial: Mapping[str, Any]) -> forms.Form:
        return ListingForm(initial=dict(initial), shelves=list(list_categories()))

    def store(self, request: HouseRequest, form: Any, revision: int) -> str:
        by = request.viewer.member
        actions.edit_listing(
            actor=request.viewer.actor, by=by, version=self.version, revision=revision, fields=form.listing_fields()
        )
        return self._say_saved(by)


class DetailsSheet(Sheet):
    """An app's own details and its icon. Which fields are closed is the same for everybody who edits it."""

    template = "portal/edit_app.html"

    def __init__(self, app: App) -> None:
        self.app, self.content, self.desk = app, app, Desk.of_app(app)
        self.title = _("Details")
        self.url = reverse("portal:edit_app", args=[app.pk.hex])
        self.back_url = reverse("portal:app", args=[app.pk.hex])
        self._closed = {"icon": is_icon_locked(app), "slug": is_slug_locked(app)}

    def saved(self) -> forms.Form:
        return self._close(AppForm.of(self.app))

    def filled(self, data: Sent, files: Files | None = None) -> forms.Form:
        # Open as a whole, so that what was sent for a closed field all the same is refused and not passed over.
        return AppForm(data, files, initial=AppForm.of(self.app).initial)

    def resumed(self, initial: Mapping[str, Any]) -> forms.Form:
        return self._close(AppForm(initial={**AppForm.of(self.app).initial, **initial}))

    def store(self, request: HouseRequest, form: Any, revision: int) -> str:
        actions.change_app(
            actor=request.viewer.actor,
            by=request.viewer.member,
            app=self.app,
            details=form.details(),
            revision=revision,
            icon=form.icon_bytes() or None,
            crop=form.crop(),
        )
        return _("Saved.")

    def page(self, by: Member, form: forms.Form) -> dict[str, Any]:
        self._close(form)
        return {}

    def _close(self, form: forms.Form) -> forms.Form:
        for name, is_closed in self._closed.items():
            form.fields[name].disabled = is_closed
        return form


class RegisterSheet(Sheet):
    """One more app of a partner."""

    template = "portal/register.html"

    def __init__(self, partner: Partner) -> None:
        self.desk = Desk.of_new_app(partner)
        self.title = _("Register an app")
        self.url, self.back_url = reverse("portal:register"), reverse("portal:apps")

    def saved(self) -> forms.Form:
        return RegisterForm()

    def filled(self, data: Sent, files: Files | None = None) -> forms.Form:
        return RegisterForm(data, files)

    def resumed(self, initial: Mapping[str, Any]) -> forms.Form:
        return RegisterForm(initial=dict(initial))

    def store(self, request: HouseRequest, form: Any, revision: int) -> str:
        app = actions.register_app(
            actor=request.viewer.actor,
            by=request.viewer.member,
            name=form.cleaned_data["name"],
            icon=form.icon_bytes(),
            details=form.details(),
            crop=form.crop(),
        )
        self.back_url = reverse("portal:app", args=[app.pk.hex])
        return _("%(app)s is registered. Begin its first version.") % {"app": app.name}


class PlanSheet(Sheet):
    """A plan that there is."""

    template = "portal/plan.html"

    def __init__(self, plan: Plan) -> None:
        self.plan, self.version, self.content, self.desk = plan, plan.version, plan, Desk.of_plan(plan)
        self.is_editable = plan.version.listing.is_editable and not plan.is_trial
        self.title = plan.name
        self.url = reverse("portal:plan", args=[plan.pk.hex])
        self.back_url = reverse("portal:plans", args=[plan.version_id.hex])

    def saved(self) -> forms.Form:
        return PlanForm.of(self.plan)

    def filled(self, data: Sent, files: Files | None = None) -> forms.Form:
        return PlanForm(data)

    def resumed(self, initial: Mapping[str, Any]) -> forms.Form:
        return PlanForm(initial=dict(initial))

    def store(self, request: HouseRequest, form: Any, revision: int) -> str:
        actions.edit_plan(
            actor=request.viewer.actor,
            by=request.viewer.member,
            plan=self.plan,
            fields=form.plan_fields(),
            revision=revision,
        )
        return _("Saved.")

    def page(self, by: Member, form: forms.Form) -> dict[str, Any]:
        return {"plan": self.plan}


class NewPlanSheet(Sheet):
    """One more plan, below those that there are."""

    template = "portal/plans.html"
    version: Version

    def __init__(self, version: Version) -> None:
        self.version, self.desk = version, Desk.of_new_plan(version)
        self.is_editable = version.listing.is_editable
        self.title = _("Plans")
        self.url = self.back_url = reverse("portal:plans", args=[version.pk.hex])

    def saved(self) -> forms.Form:
        return PlanForm()

    def filled(self, data: Sent, files: Files | None = None) -> forms.Form:
        return PlanForm(data)

    def resumed(self, initial: Mapping[str, Any]) -> forms.Form:
        return PlanForm(initial=dict(initial))

    def store(self, request: HouseRequest, form: Any, revision: int) -> str:
        plan = actions.add_plan(
            actor=request.viewer.actor, by=request.viewer.member, version=self.version, fields=form.plan_fields()
        )
        return _("The plan %(name)s was added.") % {"name": plan.name}

    def page(self, by: Member, form: forms.Form) -> dict[str, Any]:
        return {
            "listing": listing_view(self.version),
            "can_edit": can_edit(by, self.version, Track.LISTING),
            "is_price_locked": is_price_locked(self.version),
        }


_OPENERS: Final[dict[Part, Callable[[Member, str], Sheet]]] = {
    Part.TECHNICAL: lambda by, name: TechnicalSheet(get_version(by, name)),
    Part.LISTING: lambda by, name: ListingSheet(get_version(by, name)),
    Part.DETAILS: lambda by, name: DetailsSheet(get_app(by, name)),
    Part.NEW_APP: lambda by, name: RegisterSheet(_partner_of(by, name)),
    Part.PLAN: lambda by, name: PlanSheet(get_plan(by, name)),
    Part.NEW_PLAN: lambda by, name: NewPlanSheet(get_version(by, name)),
}


def _partner_of(by: Member, name: str) -> Partner:
    """One's own; every other does not exist."""
    if name != by.partner_id.hex:
        raise NotFound
    return by.partner


def open_sheet(by: Member, part: str, subject_id: str) -> Sheet:
    """The form by the name of its part and the wire id of what it is about, for somebody who may edit it."""
    try:
        sheet = _OPENERS[Part(part)](by, subject_id)
    except ValueError as error:
        raise NotFound from error
    sheet.desk.check_may_sit(by)
    return sheet


def reopened(by: Member, sheet: Sheet) -> Sheet:
    """The same form as it is saved now."""
    return open_sheet(by, sheet.desk.part.value, sheet.desk.subject_id.hex)
