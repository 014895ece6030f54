"""What is not the same in a house and in a ``fondaco.toml``, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from fondaco.cli.manifest.content import Content, Fields, Picture, Plans
from fondaco.kit.money import Money, UnitPrice

_UNORDERED: Final = frozenset({"scopes", "data_fields", "categories"})
_LONGEST_SHOWN: Final = 72


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a push changes. ``before`` is None when it is new, ``after`` when it goes."""

    part: str  # app, icon, technical, listing, plans, screenshots
    name: str
    before: Any
    after: Any

    @property
    def track(self) -> str:
        """The track whose content this is, "" for the app's own."""
        return {"technical": "technical", "app": "", "icon": ""}.get(self.part, "listing")

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)

    def __str__(self) -> str:
        place = self.part if self.part == "icon" else f"{self.part}.{self.name}"
        if self.before is None:
            return f"+ {place}: {_short(self.after)}"
        if self.after is None:
            return f"- {place}: {_short(self.before)}"
        return f"~ {place}: {_short(self.before)} → {_short(self.after)}"


def compare(before: Content, after: Content) -> list[Change]:
    """Everything that differs, in the order in which it is read; of what ``after`` does not speak, nothing."""
    changes = list(_fields("app", before.app, after.app))
    if not before.icon.is_same_image(after.icon):
        changes.append(Change("icon", "", before.icon.name or None, after.icon.name))
    if after.technical is not None:
        changes += _fields("technical", before.technical or {}, after.technical)
    if after.listing is not None:
        changes += _fields("listing", before.listing or {}, after.listing)
    if after.plans is not None:
        changes += _plans(before.plans or {}, after.plans)
    if after.listing is not None:
        changes += _pictures(before.screenshots, after.screenshots)
    return changes


def count_kept(before: Sequence[Picture], after: Sequence[Picture]) -> list[bool]:
    """Which pictures of the house stay: as many as can without changing their order, because new ones come last."""
    wanted, kept = 0, []
    for picture in before:
        is_wanted = wanted < len(after) and picture.is_same(after[wanted])
        wanted += is_wanted
        kept.append(is_wanted)
    return kept


def _fields(part: str, before: Fields, after: Fields) -> Iterator[Change]:
    for name, value in after.items():
        old = before.get(name)
        is_same = sorted(old or []) == sorted(value) if name in _UNORDERED else old == value
        if not is_same:
            yield Change(part, name, _if_any(old), _if_any(value))


def _if_any(value: Any) -> Any:
    """None for an empty text or list; a no is something."""
    return value if isinstance(value, bool) else value or None


def _plans(before: Plans, after: Plans) -> Iterator[Change]:
    for name in [*before, *(name for name in after if name not in before)]:
        old, new = before.get(name), after.get(name)
        if old != new:
            yield Change("plans", name, old and _describe(old), new and _describe(new))


def _pictures(before: Sequence[Picture], after: Sequence[Picture]) -> Iterator[Change]:
    kept = count_kept(before, after)
    for picture, stays in zip(before, kept, strict=True):
        if not stays:
            yield Change("screenshots", picture.alternative_text, picture.name, None)
    for picture in after[sum(kept) :]:
        yield Change("screenshots", picture.alternative_text, None, picture.name)


def _describe(plan: Fields) -> str:
    """A plan in one line, with everything that can differ."""
    most = plan["max_licences"]
    words = [
        f"{Money(plan['price_minor'])} {plan['model']}",
        f"{plan['min_licences']} to {most} licences" if most else f"from {plan['min_licences']} licences",
    ]
    if meter := plan["meter"]:
        cap = "no cap" if meter["cap_minor"] is None else f"cap {Money(meter['cap_minor'])}"
        price = UnitPrice(meter["price_micros"]).decimal.normalize()
        words.append(f"{price:f} USD each {meter['unit']}, {meter['included']} included, {cap}")
    return " · ".join([*words, *filter(None, (plan["summary"], plan["description"]))])


def _short(value: Any) -> str:
    if isinstance(value, dict):
        text = ", ".join(f"{name}: {each}" for name, each in value.items())
    elif isinstance(value, list):
        text = ", ".join(map(str, value))
    elif isinstance(value, bool):
        text = "yes" if value else "no"
    else:
        text = " ".join(str(value).split())
    text = "".join(each for each in text if each.isprintable())
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
