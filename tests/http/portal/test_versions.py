"""Versions beside each other: comparing, copying, waiting, ending; and plans that count usage."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.factories.catalog import make_app, make_version
from tests.factories.partners import make_member
from tests.signing_in import signed_in

from fondaco.catalog.models import Version
from fondaco.catalog.states import ListingStatus, TechnicalStatus
from fondaco.partners.models import Member, MemberRole
from fondaco.review.models import Submission

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(mara: Member) -> Client:
    return signed_in(mara)


def test_two_versions_side_by_side(client: Client, mara: Member) -> None:
    app = make_app(mara.partner)
    first = make_version(app, technical=TechnicalStatus.AVAILABLE, listing=ListingStatus.ADVERTISED)
    second = make_version(app, name="2.0.0", scopes=["account:read", "users:read"], scope_reasons={})
    third = make_version(app, name="3.0.0", release_notes="<b>Faster</b>")
    address = f"/portal/apps/{app.pk.hex}/compare"
    page = client.get(address).content.decode()
    assert "One thing differs from 1.0.0 to 3.0.0." in page  # by default: the newest against what customers have
    assert "&lt;b&gt;Faster&lt;/b&gt;" in page
    page = client.get(address, {"before": first.pk.hex, "after": second.pk.hex}).content.decode()
    assert "One thing differs from 1.0.0 to 2.0.0." in page
    assert page.count('<dd class="before">') == 1
    assert page.count('<dd class="after">') == 0
    assert (
        "2.0.0 is the same as 2.0.0"
        not in client.get(address, {"before": second.pk.hex, "after": second.pk.hex}).content.decode()
    )
    elsewhere = make_version(make_app(mara.partner, name="Other"))
    for wrong in (elsewhere.pk.hex, "nonsense", ""):
        assert client.get(address, {"before": wrong}).status_code == 404
    assert third.pk.hex in page


def test_a_version_that_waits_behind_another_says_so(client: Client, mara: Member) -> None:
    app = make_app(mara.partner)
    make_version(app, technical=TechnicalStatus.IN_REVIEW)
    second = make_version(app, name="2.0.0")
    page = client.get(f"/portal/versions/{second.pk.hex}").content.decode()
    assert "1.0.0 is in review" in page
    assert f"/portal/versions/{second.pk.hex}/submit/technical" not in page
    answer = client.post(f"/portal/versions/{second.pk.hex}/submit/technical", {})
    assert answer.status_code == 409
    assert "The technical content of version 1.0.0 is in review" in answer.content.decode()
    assert not Submission.objects.exists()


def test_a_version_may_begin_as_a_copy_of_an_older_one(client: Client, mara: Member) -> None:
    app = make_app(mara.partner)
    first = make_version(app, standalone_url="https://app.ledgerline.example/first")
    make_version(app, name="2.0.0")
    page = client.get(f"/portal/apps/{app.pk.hex}?copy={first.pk.hex}").content.decode()
    assert f'<option value="{first.pk.hex}" selected>1.0.0</option>' in page
    client.post(f"/portal/apps/{app.pk.hex}/versions/new", {"name": "3.0.0", "source": first.pk.hex})
    third = app.versions.get(name="3.0.0")
    assert third.technical.standalone_url == "https://app.ledgerline.example/first"
    answer = client.post(f"/portal/apps/{app.pk.hex}/versions/new", {"name": "4.0.0", "source": "nonsense"})
    assert answer.status_code == 422
    assert app.versions.count() == 3


def test_deprecate(client: Client, mara: Member) -> None:
    app = make_app(mara.partner)
    version = make_version(app, technical=TechnicalStatus.AVAILABLE, listing=ListingStatus.ADVERTISED)
    address = f"/portal/versions/{version.pk.hex}"
    assert f'href="{address}/deprecate"' in client.get(address).content.decode()
    assert f'href="{address}/deprecate"' in client.get(f"/portal/apps/{app.pk.hex}").content.decode()
    answer = client.post(f"{address}/deprecate", {"reason": "", "ends_on": "2020-01-01"})
    assert answer.status_code == 422
    assert Version.objects.get().technical.status == "available"
    assert client.post(f"{address}/deprecate", {"reason": "Use <2.0.0>", "ends_on": ""})["Location"] == address
    page = client.get(address).content.decode()
    assert "Deprecated: nobody can newly install it." in page
    assert "Use &lt;2.0.0&gt;" in page
    assert "Change what is announced" in page


def test_what_is_not_available_cannot_be_deprecated(client: Client, mara: Member) -> None:
    version = make_version(make_app(mara.partner))
    address = f"/portal/versions/{version.pk.hex}"
    assert "/deprecate" not in client.get(address).content.decode()
    assert "This version is not in the marketplace" in client.get(f"{address}/deprecate").content.decode()
    client.post(f"{address}/deprecate", {"reason": "Why", "ends_on": ""})
    assert Version.objects.get().deprecation_reason == ""


def test_the_list_of_versions_offers_what_may_be_done(client: Client, mara: Member) -> None:
    app = make_app(mara.partner)
    first = make_version(app, technical=TechnicalStatus.AVAILABLE, listing=ListingStatus.ADVERTISED)
    second = make_version(app, name="2.0.0", technical=TechnicalStatus.IN_REVIEW)
    page = client.get(f"/portal/apps/{app.pk.hex}").content.decode()
    for address in (
        f"/portal/versions/{first.pk.hex}/deprecate",
        f"/portal/versions/{second.pk.hex}/withdraw/technical",
        f"/portal/versions/{second.pk.hex}/listing",  # Edit leads to what may be edited
        f"/portal/apps/{app.pk.hex}?copy={first.pk.hex}#new-version",
        f"/portal/apps/{app.pk.hex}/compare?after={second.pk.hex}",
        f"/portal/versions/{second.pk.hex}/install",
    ):
        assert f'{address}"' in page, address
    assert f"/portal/versions/{second.pk.hex}/deprecate" not in page
    finance = signed_in(make_member(mara.partner, role=MemberRole.FINANCE))
    page = finance.get(f"/portal/apps/{app.pk.hex}").content.decode()
    assert "/deprecate" not in page
    assert "/withdraw/" not in page
    assert "?copy=" not in page


def plan_entries(**changes: str) -> dict[str, str]:
    empty = dict.fromkeys(("max_licences", "summary", "description", "meter_included", "meter_cap"), "")
    usage = {"meter_unit": "message", "meter_price": "0.0125"}
    return {"name": "Pro", "model": "per_seat", "price": "18", "min_licences": "1", **empty, **usage, **changes}


def test_a_plan_with_usage(client: Client, mara: Member) -> None:
    version = make_version(make_app(mara.partner))
    address = f"/portal/versions/{version.pk.hex}/plans"
    assert client.post(address, plan_entries(meter_included="500", meter_cap="200")).status_code == 302
    words = "$0.0125 per message, 500 a month included, never more than $200 a month"
    assert words in client.get(address).content.decode()
    assert words in client.get(f"/marketplace/preview/{version.pk.hex}").content.decode()
    page = client.get(f"/portal/plans/{version.plans.get(name='Pro').pk.hex}").content.decode()
    for entry in ('value="message"', 'value="0.0125"', 'value="500"', 'value="200.00"'):
        assert entry in page


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"meter_unit": ""}, "meter_unit"),
        ({"meter_price": ""}, "meter_price"),
        ({"meter_unit": "", "meter_price": "", "meter_cap": "20"}, "meter_unit"),
        ({"meter_price": "a lot"}, "meter_price"),
        ({"meter_price": "0"}, "meter_price"),
        ({"meter_cap": "-3"}, "meter_cap"),
    ],
)
def test_usage_that_makes_no_plan(client: Client, mara: Member, changes: dict[str, str], field: str) -> None:
    version = make_version(make_app(mara.partner))
    answer = client.post(f"/portal/versions/{version.pk.hex}/plans", plan_entries(**changes))
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert version.plans.count() == 2
