"""What was sent in, as it is kept with a submission: so that the next one shows what changed since, in any language.

A snapshot is ``{part: {name: value}}`` of one track; values are JSON. Of a log-in for testing only a keyed
hash gets into it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.comparison import Difference, Part, describe_plan
from fondaco.catalog.data_fields import DATA_FIELDS
from fondaco.catalog.labels import LISTING_FIELDS, TECHNICAL_FIELDS
from fondaco.catalog.models import IdTokenAlgorithm, Version
from fondaco.catalog.scopes import SCOPES
from fondaco.catalog.states import Track
from fondaco.kit.crypto import keyed_hash

Snapshot = Mapping[str, Mapping[str, Any]]

FIELDS: Final[dict[Track, dict[str, Promise]]] = {
    Track.TECHNICAL: {
        **TECHNICAL_FIELDS,
        "backchannel_logout_url": gettext_lazy("Back-channel logout URL"),
        "are_credentials_claimed": gettext_lazy("Fetches its credentials from a link"),
    },
    Track.LISTING: {**LISTING_FIELDS, "categories": gettext_lazy("Categories")},
}
_UNSEEN: Final = "unseen"  # a part that only tells whether something is another: a hash, a file's key
# What could be chosen only later, and what was the only way before: older snapshots do not say it.
_SINCE: Final = {Part.TECHNICAL: {"id_token_signed_response_alg": IdTokenAlgorithm.ES256.value}}
_FIELD_PARTS: Final = {Track.TECHNICAL: Part.TECHNICAL, Track.LISTING: Part.LISTING}


def take_snapshot(version: Version, track: Track) -> dict[str, dict[str, Any]]:
    """The content of one track as it is now."""
    content: Any = version.technical if track == Track.TECHNICAL else version.listing
    fields = {name: getattr(content, name) for name in FIELDS[track] if name != "categories"}
    if track == Track.TECHNICAL:
        scopes = {name: content.scope_reasons.get(name, "") for name in content.scopes}
        login = keyed_hash(content.test_credentials.decode()) if content.test_credentials else ""
        return {Part.SCOPES.value: scopes, Part.TECHNICAL.value: fields, _UNSEEN: {"test_credentials": login}}
    fields["categories"] = sorted(category.name for category in content.categories.all())
    with translation.override(settings.LANGUAGE_CODE):
        plans = {plan.name: describe_plan(plan) for plan in version.plans.all()}
    pictures = {picture.url: picture.alternative_text for picture in content.screenshots.all()}
    return {
        Part.PLANS.value: plans,
        Part.LISTING.value: fields,
        Part.SCREENSHOTS.value: pictures,
        _UNSEEN: {"icon": version.app.icon},
    }


def compare_snapshots(before: Snapshot, after: Snapshot, track: Track) -> list[Difference]:
    """Everything that differs, as ``catalog.comparison`` shows it."""
    found: list[Difference] = []
    for part in Part:
        old, new = _read(before, part), _read(after, part)
        found += _pictures(old, new) if part == Part.SCREENSHOTS else _part(part, old, new, track)
    return found


def changed_fields(before: Snapshot, after: Snapshot, track: Track) -> set[str]:
    """Names of the form's fields that differ; scopes, plans and screenshots count as one field each."""
    own = _FIELD_PARTS[track]
    old, new = _read(before, own), _read(after, own)
    names = {name for name in FIELDS[track] if (old.get(name) or None) != (new.get(name) or None)}
    wholes = (Part.SCOPES, Part.PLANS, Part.SCREENSHOTS)
    names |= {part.value for part in wholes if before.get(part.value) != after.get(part.value)}
    unseen = after.get(_UNSEEN, {})
    return names | {name for name in unseen if before.get(_UNSEEN, {}).get(name) != unseen[name]}


def _read(snapshot: Snapshot, part: Part) -> Mapping[str, Any]:
    return {**_SINCE.get(part, {}), **snapshot[part.value]} if part.value in snapshot else {}


def _part(part: Part, old: Mapping[str, Any], new: Mapping[str, Any], track: Track) -> Iterator[Difference]:
    for name in dict.fromkeys([*old, *new]):
        before, after = (_words(part, name, side) for side in (old, new))
        if before != after:
            yield Difference(part, str(FIELDS[track].get(name, name)), before, after)


def _words(part: Part, name: str, side: Mapping[str, Any]) -> str:
    if name not in side:
        return ""
    value = side[name]
    if part == Part.SCOPES:
        scope = SCOPES.get(name)
        return " — ".join(filter(None, [str(scope.consent) if scope else name, value]))
    if name == "data_fields":
        return "\n".join(f"{one}: {DATA_FIELDS[one].words}" if one in DATA_FIELDS else one for one in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)


def _pictures(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Difference]:
    yield from (Difference(Part.SCREENSHOTS, text, url, "") for url, text in old.items() if new.get(url) != text)
    yield from (Difference(Part.SCREENSHOTS, text, "", url) for url, text in new.items() if old.get(url) != text)
