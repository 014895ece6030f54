"""What moving an installed app to a newer version comes to."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fondaco.installs.upgrades import PlanChoice, Upgrade
from fondaco.surfaces.api.management.shapes.fields import Body, Shape, WireId
from fondaco.surfaces.api.management.shapes.installations import ConsentBody, PermissionShape, PriceShape


class UpgradeBody(Body):
    """Consent to a newer version. ``mark`` is the one that came with what was read."""

    version_id: WireId
    plan_id: WireId
    consent: ConsentBody
    mark: Annotated[str, Field(max_length=64)] = ""


class PlanChoiceShape(Shape):
    """A plan of the newer version as this account would have it. ``why_not`` is empty when it can be chosen."""

    plan_id: str
    then: PriceShape
    added_minor: int
    why_not: str

    @classmethod
    def of(cls, choice: PlanChoice) -> PlanChoiceShape:
        return cls(
            plan_id=choice.plan.pk.hex,
            then=PriceShape.of(choice.then),
            added_minor=choice.added.minor,
            why_not=choice.why_not,
        )


class UpgradeShape(Shape):
    """What the newest version that the account may have would change, and the words to agree to.

    ``suggested_plan_id`` takes the place of the plan in force; null when one has to be chosen.
    """

    version_id: str
    version: str
    release_notes: str
    is_manually_provisioned: bool
    gained: list[PermissionShape]
    lost: list[PermissionShape]
    kept: list[PermissionShape]
    now: PriceShape
    plans: list[PlanChoiceShape]
    suggested_plan_id: str | None
    scopes: list[str]
    consent_text: str
    mark: str

    @classmethod
    def of(cls, upgrade: Upgrade) -> UpgradeShape:
        lines = {
            name: [
                PermissionShape(scope=line.scope, consent=str(line.consent), reads=line.reads, reason=line.reason)
                for line in getattr(upgrade, name)
            ]
            for name in ("gained", "lost", "kept")
        }
        return cls(
            version_id=upgrade.version.pk.hex,
            version=upgrade.version.name,
            release_notes=upgrade.notes,
            is_manually_provisioned=upgrade.is_by_hand,
            now=PriceShape.of(upgrade.now),
            plans=[PlanChoiceShape.of(choice) for choice in upgrade.choices],
            suggested_plan_id=upgrade.suggested.pk.hex if upgrade.suggested else None,
            scopes=upgrade.version.technical.scopes,
            consent_text=upgrade.consent,
            mark=upgrade.mark,
            **lines,
        )
