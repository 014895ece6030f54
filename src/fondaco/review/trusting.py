"""What may pass without a reviewer: a listing that claims nothing which the last advertised one did not. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from fondaco.catalog.comparison import describe_plan
from fondaco.catalog.models import Version

MOST_CHANGED: Final = 0.3  # of a text's words
_ALWAYS_FINE: Final = 12  # so many words may change in a short text
_CLAIMS: Final = re.compile(
    r"\b(?:certif\w*|hipaa|gdpr|pci|soc ?[12]|iso ?\d+|fedramp|complian\w*|official\w*|endors\w*|authori[sz]ed|"
    r"guarant\w*|best|leading|number one|no ?1|award\w*|winn\w*|only|unlimited|risk[- ]?free|free|cheap\w*|"
    r"lowest|fastest|safest|secur\w*|encrypt\w*|unbreakable|proven|recommended|trusted|exclusive\w*|never|always|"
    r"100 ?percent)\b|# ?1\b|100 ?%"
)
_LINK: Final = re.compile(r"https?://[^\s)>\]]+|www\.[^\s)>\]]+", re.IGNORECASE)
_WORD: Final = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class ListingFacts:
    """What of a version the policy compares. ``places`` are hosts: of privacy, terms, support and documentation."""

    name: str
    icon: str
    scopes: frozenset[str]
    plans: frozenset[tuple[str, str]]
    categories: frozenset[str]
    places: frozenset[tuple[str, str]]
    video: str
    pictures: frozenset[str]
    texts: tuple[str, str]  # summary and description
    words_of_pictures: str


def read_facts(version: Version) -> ListingFacts:
    """The facts of a version; three queries unless prefetched."""
    listing, technical = version.listing, version.technical
    screenshots = list(listing.screenshots.all())
    addresses = ("privacy_url", "terms_url", "support_url", "docs_url")
    places = {(name, (urlsplit(getattr(listing, name)).hostname or "")) for name in addresses}
    return ListingFacts(
        name=listing.display_name,
        icon=version.app.icon,
        scopes=frozenset(technical.scopes),
        plans=frozenset((plan.name, describe_plan(plan)) for plan in version.plans.all()),
        categories=frozenset(category.pk for category in listing.categories.all()),
        places=frozenset({*places, ("support_email", listing.support_email.partition("@")[2].lower())}),
        video=listing.video_url,
        pictures=frozenset(picture.image for picture in screenshots),
        texts=(listing.summary, listing.description),
        words_of_pictures=" ".join(picture.alternative_text for picture in screenshots),
    )


def find_objections(before: ListingFacts, after: ListingFacts) -> list[str]:
    """Why a person must look at ``after``, in words; empty when it may pass. ``before`` is the last advertised one."""
    return [str(words) for words in (*_new_things(before, after), *_new_words(before, after))]


def find_claims(text: str) -> set[str]:
    """Words that promise something, as they are compared: without case, accents and invisible characters."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(sign for sign in plain if not unicodedata.combining(sign) and unicodedata.category(sign) != "Cf")
    return {" ".join(found.split()) for found in _CLAIMS.findall(kept)}


def _new_things(before: ListingFacts, after: ListingFacts) -> Iterator[str]:
    if after.scopes - before.scopes:
        yield _("It asks for new scopes: %(names)s.") % {"names": ", ".join(sorted(after.scopes - before.scopes))}
    if after.plans != before.plans:
        yield _("Its plans or prices are others.")
    if after.categories - before.categories:
        names = ", ".join(sorted(after.categories - before.categories))
        yield _("It stands in new categories: %(names)s.") % {"names": names}
    if after.name != before.name:
        yield _("Its name is another.")
    if after.icon != before.icon:
        yield _("Its icon is another.")
    if changed := sorted({name for name, _host in after.places ^ before.places}):
        yield _("Other hosts for: %(names)s.") % {"names": ", ".join(changed)}
    if after.video and after.video != before.video:
        yield _("It shows another video.")
    if after.pictures - before.pictures:
        yield _("It shows new pictures.")


def _new_words(before: ListingFacts, after: ListingFacts) -> Iterator[str]:
    was, now = (" ".join((*facts.texts, facts.words_of_pictures)) for facts in (before, after))
    if claims := sorted(find_claims(now) - find_claims(was)):
        yield _("It makes new claims: %(words)s.") % {"words": ", ".join(claims)[:200]}
    if _hosts(now) - _hosts(was):
        yield _("Its text links to new places.")
    for old, new in zip(before.texts, after.texts, strict=True):
        if _is_rewritten(old, new):
            yield _("More than %(percent)d %% of a text changed.") % {"percent": MOST_CHANGED * 100}
            return


def _hosts(text: str) -> set[str]:
    links = (link if "://" in link else f"https://{link}" for link in _LINK.findall(text))
    return {urlsplit(link).hostname or "" for link in links}


def _is_rewritten(old: str, new: str) -> bool:
    was, now = _WORD.findall(old), _WORD.findall(new)
    same = sum(block.size for block in SequenceMatcher(None, was, now, autojunk=False).get_matching_blocks())
    changed = max(len(was), len(now)) - same
    return changed > _ALWAYS_FINE and changed > MOST_CHANGED * max(len(was), 1)
