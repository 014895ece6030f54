"""Plans: what a version costs, edited piece by piece with its listing."""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.catalog import events
from fondaco.catalog.content import PlanFields
from fondaco.catalog.errors import PriceLocked, TrialPlanLocked
from fondaco.catalog.models import (
    EditingDraft,
    LicenceModel,
    ListingContent,
    Meter,
    Plan,
    PlanType,
    Screenshot,
    Version,
)
from fondaco.catalog.policies import EDIT_PERMISSION, check_can, check_editable, check_revision, is_price_locked
from fondaco.catalog.states import Part, Track
from fondaco.catalog.validation import FieldProblems
from fondaco.kit.errors import Invalid
from fondaco.partners.models import Member

MAX_PLANS: Final = 10
_MOST_LICENCES: Final = 100_000
_MOST_PRICE: Final = 10_000_000_00
_MOST_PRICE_MICROS: Final = 10_000 * 1_000_000
_MOST_INCLUDED: Final = 1_000_000_000
_PRICED: Final = (
    "price_minor",
    "currency",
    "model",
    "min_licences",
    "max_licences",
    "meter_unit",
    "meter_price_micros",
    "meter_included",
    "meter_cap_minor",
)


def add_plan(*, actor: Actor, by: Member, version: Version, fields: PlanFields) -> Plan:
    """Adds a paid plan to a version whose listing is open for changes."""
    with transaction.atomic(durable=True):
        lock_listing(by, version)
        clean = _clean_plan(fields, version)
        if version.plans.count() >= MAX_PLANS:
            raise one_error("name", _("A version can have at most %(most)d plans.") % {"most": MAX_PLANS})
        plan = Plan.objects.create(
            version=version, type=PlanType.PAID.value, position=next_position(version.plans.all()), **clean
        )
        record_piece(version, actor, part="plans", change="added", name=plan.name)
    return plan


def edit_plan(*, actor: Actor, by: Member, plan: Plan, fields: PlanFields, revision: int | None = None) -> Plan:
    """Changes a paid plan. Its price, model and limits are fixed once the version is available.

    ``revision`` is the one that the editor began from; when someone saved since, :class:`RevisionConflict`.
    """
    with transaction.atomic(durable=True):
        version = lock_listing(by, plan.version)
        plan = Plan.objects.select_for_update().get(pk=plan.pk)
        if plan.is_trial:
            raise TrialPlanLocked
        check_revision(plan, revision)
        clean = _clean_plan(fields, version, plan=plan)
        if is_price_locked(version) and any(getattr(plan, name) != clean[name] for name in _PRICED):
            raise PriceLocked
        for name, value in clean.items():
            setattr(plan, name, value)
        plan.save(update_fields=[*clean, *plan.note_save(by.person.name)])
        record_piece(version, actor, part="plans", change="edited", name=plan.name)
    return plan


def remove_plan(*, actor: Actor, by: Member, plan: Plan) -> None:
    """Removes a paid plan while the version is not available yet."""
    with transaction.atomic(durable=True):
        version = lock_listing(by, plan.version)
        if plan.is_trial:
            raise TrialPlanLocked
        if is_price_locked(version):
            raise PriceLocked
        EditingDraft.objects.filter(part=Part.PLAN.value, subject_id=plan.pk).delete()
        plan.delete()
        record_piece(version, actor, part="plans", change="removed", name=plan.name)


def lock_listing(by: Member, version: Version) -> Version:
    """A step: holds the listing until the commit, so that it is not submitted while a piece of it changes."""
    listing = (
        ListingContent.objects.select_for_update(of=("self",))
        .select_related("version__app__partner", "version__technical")
        .get(pk=version.pk)
    )
    check_can(by, listing.version.app, EDIT_PERMISSION[Track.LISTING])
    check_editable(listing)
    listing.version.listing = listing
    return listing.version


def _clean_plan(fields: PlanFields, version: Version, *, plan: Plan | None = None) -> dict[str, Any]:
    found = FieldProblems()
    most = fields.max_licences
    clean = {
        "name": found.text("name", fields.name, least=1, most=40),
        "summary": found.text("summary", fields.summary, most=140),
        "description": found.text("description", fields.description, most=1000, lines=True),
        "price_minor": fields.price.minor,
        "currency": fields.price.currency,
        "model": LicenceModel(fields.model).value,
        "min_licences": fields.min_licences,
        "max_licences": most,
        **_clean_meter(fields.meter, found),
    }
    same_name = version.plans.filter(name__iexact=clean["name"])
    if clean["name"] and any(other.pk != (plan and plan.pk) for other in same_name):
        found.add("name", _("This version already has a plan with this name."))
    if not 0 <= fields.price.minor <= _MOST_PRICE:
        found.add("price", _("Use a price between 0 and 10,000,000."))
    if not 1 <= fields.min_licences <= _MOST_LICENCES:
        found.add("min_licences", _("Use a number from 1 to 100,000."))
    if most is not None and not 1 <= most <= _MOST_LICENCES:
        found.add("max_licences", _("Use a number from 1 to 100,000, or nothing for no limit."))
    elif most is not None and most < fields.min_licences:
        found.add("max_licences", _("This is less than the smallest number."))
    found.raise_if_any()
    return clean


def _clean_meter(meter: Meter | None, found: FieldProblems) -> dict[str, Any]:
    if meter is None:
        return {"meter_unit": "", "meter_price_micros": 0, "meter_included": 0, "meter_cap_minor": None}
    unit = found.text("meter_unit", meter.unit, least=1, most=30)
    if not 1 <= meter.price.micros <= _MOST_PRICE_MICROS:
        found.add("meter_price", _("Use a price above 0 and up to 10,000."))
    if not 0 <= meter.included <= _MOST_INCLUDED:
        found.add("meter_included", _("Use a number from 0 to 1,000,000,000."))
    if meter.cap is not None and not 0 < meter.cap.minor <= _MOST_PRICE:
        found.add("meter_cap", _("Use an amount above 0 and up to 10,000,000, or nothing for no limit."))
    return {
        "meter_unit": unit,
        "meter_price_micros": meter.price.micros,
        "meter_included": meter.included,
        "meter_cap_minor": None if meter.cap is None else meter.cap.minor,
    }


def next_position(pieces: QuerySet[Plan] | QuerySet[Screenshot]) -> int:
    """Behind the last of these."""
    highest: int | None = pieces.aggregate(highest=Max("position"))["highest"]
    return 0 if highest is None else highest + 1


def one_error(field: str, message: str) -> Invalid:
    """A refusal about one field."""
    return Invalid(fields={field: [message]})


def record_piece(version: Version, actor: Actor, *, part: str, change: str, name: str) -> None:
    """A step: the fact that a piece of the listing was added, edited, moved or removed."""
    record(
        events.VERSION_EDITED,
        version,
        actor=actor,
        partner_id=version.app.partner_id,
        data={"part": part, "change": change, "name": name},
    )
