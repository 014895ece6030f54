"""Where somebody sits while they type: one form of one app, and what it takes to sit there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from fondaco.accounts.permissions import Permission
from fondaco.catalog.models import App, Plan, Version
from fondaco.catalog.policies import EDIT_PERMISSION, check_can
from fondaco.catalog.states import Part, Track
from fondaco.kit.errors import Forbidden, NotFound
from fondaco.partners.models import Member, Partner

_PERMISSION: Final = {
    Part.TECHNICAL: EDIT_PERMISSION[Track.TECHNICAL],
    Part.LISTING: EDIT_PERMISSION[Track.LISTING],
    Part.PLAN: EDIT_PERMISSION[Track.LISTING],
    Part.NEW_PLAN: EDIT_PERMISSION[Track.LISTING],
    Part.DETAILS: Permission.PARTNER_APPS_EDIT,
    Part.NEW_APP: Permission.PARTNER_APPS_EDIT,
}


@dataclass(frozen=True, slots=True)
class Desk:
    """One form: the part of ``app`` that it edits, and the id of the version, plan or app that it is about.

    The form that registers an app has none yet; it is about the partner.
    """

    part: Part
    subject_id: UUID
    app: App | None

    @classmethod
    def of_track(cls, version: Version, track: Track) -> Desk:
        """The form of one of the two contents."""
        return cls(Part(track.value), version.pk, version.app)

    @classmethod
    def of_plan(cls, plan: Plan) -> Desk:
        """The form of a plan that there is."""
        return cls(Part.PLAN, plan.pk, plan.version.app)

    @classmethod
    def of_new_plan(cls, version: Version) -> Desk:
        """The form of one more plan."""
        return cls(Part.NEW_PLAN, version.pk, version.app)

    @classmethod
    def of_app(cls, app: App) -> Desk:
        """The form of an app's own details."""
        return cls(Part.DETAILS, app.pk, app)

    @classmethod
    def of_new_app(cls, partner: Partner) -> Desk:
        """The form that registers one more app."""
        return cls(Part.NEW_APP, partner.pk, None)

    def check_may_sit(self, by: Member) -> None:
        """A stranger's app does not exist; one's own needs the permission of the part."""
        permission = _PERMISSION[self.part]
        if self.app is not None:
            check_can(by, self.app, permission)
        elif self.subject_id != by.partner_id or not by.is_active:
            raise NotFound
        elif not by.can(permission):
            raise Forbidden
