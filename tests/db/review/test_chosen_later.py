"""What was approved and checked before ID tokens could be signed otherwise is not taken for changed because of that."""

from __future__ import annotations

import hashlib
import json

import pytest
from tests.factories.catalog import make_app, make_version
from tests.factories.partners import make_member

from fondaco.catalog.models import TechnicalContent, Version
from fondaco.catalog.states import Track
from fondaco.review.checking.marks import read_marks
from fondaco.review.snapshots import changed_fields, compare_snapshots, take_snapshot

pytestmark = pytest.mark.django_db
NAME = "id_token_signed_response_alg"
EARLIER = (
    "events_callback_url", "standalone_url", "redirect_urls", "scopes", "scope_reasons", "data_fields",
    "receives_user_logout", "backchannel_logout_url", "are_credentials_claimed", "is_manually_provisioned",
    "release_notes", "test_instructions",
)  # fmt: skip


@pytest.fixture
def version() -> Version:
    return make_version(make_app(make_member().partner))


def choose(version: Version, algorithm: str) -> Version:
    TechnicalContent.objects.filter(version=version).update(**{NAME: algorithm})
    return Version.objects.select_related("technical", "listing", "app").get(pk=version.pk)


def test_a_snapshot_of_before_says_es256(version: Version) -> None:
    now = take_snapshot(choose(version, "ES256"), Track.TECHNICAL)
    before = {**now, "technical": {name: value for name, value in now["technical"].items() if name != NAME}}
    assert len(before["technical"]) == len(now["technical"]) - 1
    assert compare_snapshots(before, now, Track.TECHNICAL) == []
    assert changed_fields(before, now, Track.TECHNICAL) == set()
    later = take_snapshot(choose(version, "RS256"), Track.TECHNICAL)
    (difference,) = compare_snapshots(before, later, Track.TECHNICAL)
    assert (difference.name, difference.before, difference.after) == ("ID tokens are signed by", "ES256", "RS256")
    assert changed_fields(before, later, Track.TECHNICAL) == {NAME}


def test_the_mark_of_what_was_checked_stays_until_somebody_chooses(version: Version) -> None:
    found = choose(version, "ES256")
    asks = {name: getattr(found.technical, name) for name in EARLIER} | {"has_test_credentials": False}
    of_before = hashlib.sha256(json.dumps(asks, sort_keys=True).encode()).hexdigest()[:32]
    assert read_marks(found).technical == of_before
    assert read_marks(choose(version, "RS256")).technical != of_before
    assert read_marks(choose(version, "ES256")).technical == of_before
