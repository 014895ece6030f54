"""Why somebody cannot see, install or launch an app."""

from __future__ import annotations

from fondaco.installs.explaining import Explanation, Reason
from fondaco.surfaces.api.management.shapes.fields import Shape


class HindranceShape(Shape):
    """A rule that stands in the way, by its stable name. ``mender`` can change it: administrator, partner, platform."""

    rule: str
    words: str
    mender: str
    permission: str | None

    @classmethod
    def of(cls, reason: Reason) -> HindranceShape:
        return cls(
            rule=reason.rule.value,
            words=reason.words,
            mender=reason.mender.value,
            permission=reason.permission.value if reason.permission else None,
        )


class ExplanationShape(Shape):
    """Empty lists say that they can. ``see`` is about My Apps; ``notes`` stand in nobody's way."""

    user_id: str
    app: str
    installation_id: str | None
    version: str | None
    see: list[HindranceShape]
    install: list[HindranceShape]
    launch: list[HindranceShape]
    notes: list[HindranceShape]

    @classmethod
    def of(cls, found: Explanation) -> ExplanationShape:
        parts = {
            name: [HindranceShape.of(reason) for reason in getattr(found, name)]
            for name in ("see", "install", "launch", "notes")
        }
        return cls(
            user_id=found.user.pk,
            app=found.app.slug,
            installation_id=found.installation.pk.hex if found.installation else None,
            version=found.version.name if found.version else None,
            **parts,
        )
