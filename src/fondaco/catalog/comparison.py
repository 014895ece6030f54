"""What differs between two versions of an app: for partners, for reviewers, and for customers who are to consent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from fondaco.catalog.data_fields import describe_permission
from fondaco.catalog.labels import LICENCE_MODELS, LISTING_FIELDS, TECHNICAL_FIELDS, describe_meter
from fondaco.catalog.models import Plan, Screenshot, Version


class Part(StrEnum):
    SCOPES = "scopes"
    PLANS = "plans"
    TECHNICAL = "technical"
    LISTING = "listing"
    SCREENSHOTS = "screenshots"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same. ``before`` is empty when it is new, ``after`` when it is gone.

    For screenshots both are addresses of pictures, ``name`` is the text that stands for them.
    """

    part: Part
    name: str
    before: str
    after: str

    @property
    def is_new(self) -> bool:
        return not self.before

    @property
    def is_gone(self) -> bool:
        return not self.after


def compare_versions(before: Version, after: Version) -> list[Difference]:
    """Everything that differs, by part, in the order of :class:`Part`; six queries unless prefetched."""
    pictures = list(before.listing.screenshots.all()), list(after.listing.screenshots.all())
    return [
        *_differences(Part.SCOPES, _scopes(before), _scopes(after)),
        *_differences(Part.PLANS, _plans(before), _plans(after)),
        *_differences(Part.TECHNICAL, _technical(before), _technical(after)),
        *_differences(Part.LISTING, _listing(before), _listing(after)),
        *_order(*pictures),
        *_pictures(*pictures),
    ]


def _differences(part: Part, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Difference]:
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name, ""), after.get(name, "")
        if old != new:
            yield Difference(part, name, old, new)


def _technical(version: Version) -> dict[str, str]:
    content = version.technical
    return {
        str(label): _as_text(getattr(content, name))
        for name, label in TECHNICAL_FIELDS.items()
        if name != "data_fields"  # said with the scopes
    }


def _listing(version: Version) -> dict[str, str]:
    content = version.listing
    fields = {str(label): _as_text(getattr(content, name)) for name, label in LISTING_FIELDS.items()}
    return {**fields, _("Categories"): ", ".join(sorted(category.name for category in content.categories.all()))}


def _scopes(version: Version) -> dict[str, str]:
    """Each scope with what it allows, what is read with it, and why: a new reason is a difference, too."""
    content = version.technical
    found = {}
    for name in content.scopes:
        found[name] = " — ".join(
            filter(None, [describe_permission(name, content.data_fields), content.scope_reasons.get(name, "")])
        )
    return found


def _plans(version: Version) -> dict[str, str]:
    return {plan.name: describe_plan(plan) for plan in version.plans.all()}


def _pictures(before: list[Screenshot], after: list[Screenshot]) -> Iterator[Difference]:
    """Another image under the same words stands beside the old one; other words make another picture."""
    old, new = (
        list(dict.fromkeys((picture.alternative_text, picture.url) for picture in pictures))
        for pictures in (before, after)
    )
    gone, come = [one for one in old if one not in new], [one for one in new if one not in old]
    for text, url in gone:
        successor = next((one for one in come if one[0] == text), None)
        if successor:
            come.remove(successor)
        yield Difference(Part.SCREENSHOTS, text, url, successor[1] if successor else "")
    yield from (Difference(Part.SCREENSHOTS, text, "", url) for text, url in come)


def _order(before: list[Screenshot], after: list[Screenshot]) -> Iterator[Difference]:
    """Whether the pictures that both versions have come in another order; the first one is shown largest."""
    old, new = ([picture.alternative_text for picture in pictures] for pictures in (before, after))
    kept = [text for text in old if text in new]
    now = [text for text in new if text in old]
    if kept != now:
        yield Difference(Part.LISTING, _("Order of the pictures"), "\n".join(kept), "\n".join(now))


def describe_plan(plan: Plan) -> str:
    """A plan in one line: price and what it is for, limits, and what is said about it."""
    price = _("free") if plan.is_trial else f"{plan.price.format()} {LICENCE_MODELS[plan.model]}"
    if plan.max_licences is None:
        limits = _("from %(least)d licences") % {"least": plan.min_licences}
    else:
        limits = _("%(least)d to %(most)d licences") % {"least": plan.min_licences, "most": plan.max_licences}
    usage = describe_meter(plan.meter) if plan.meter else ""
    return " · ".join(filter(None, [price, limits, usage, plan.summary, plan.description]))


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return "\n".join(map(str, value))
    return str(value)
