"""The checks of a version in the portal: run, watched by polling, read, mended."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.factories.catalog import make_app, make_version
from tests.factories.partners import make_partner
from tests.factories.reviews import finish_checks, write_results

from fondaco.catalog.models import Version
from fondaco.partners.models import Member
from fondaco.review.models import CheckRun

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(mara: Member) -> Version:
    return make_version(make_app(mara.partner))


@pytest.fixture
def client(mara: Member) -> Client:
    client = Client()
    client.force_login(mara.person)
    return client


def test_run_poll_and_read(client: Client, version: Version) -> None:
    at = f"/portal/versions/{version.pk.hex}/checks"
    assert "The checks have not run yet" in client.get(at).content.decode()
    answer = client.post(f"{at}/run")
    assert (answer.status_code, answer["Location"]) == (302, at)
    page = client.get(at).content.decode()
    assert 'hx-trigger="every 1s"' in page
    assert "0 of 41 checks are done." in page
    assert "Run the checks" not in page
    mark = page.split("?mark=")[1].split('"')[0]
    polled = client.get(f"{at}?mark={mark}", headers={"HX-Request": "true"})
    assert polled.status_code == 204
    finish_checks(version, found=["no-secrets", "scopes-least"])
    part = client.get(f"{at}?mark={mark}", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "hx-trigger" not in part
    for words in ("1 thing must be mended first.", "No text contains a secret", "Worth a look (1)", "In order (39)"):
        assert words in part
    assert f'href="/portal/versions/{version.pk.hex}/listing#id_description">Mend it</a>' in part
    assert "asked for by the partner · Mara Lind" in part
    assert "The content was changed since." not in part
    version.listing.summary = "Another one."
    version.listing.save()
    assert "The content was changed since." in client.get(at).content.decode()
    card = client.get(f"/portal/versions/{version.pk.hex}").content.decode()
    assert "1 thing must be mended first." in card
    evidence = f"/portal/versions/{version.pk.hex}/evidence"
    assert f'hx-get="{evidence}"' in card
    assert "Not shown yet" in client.get(evidence).content.decode()
    assert "<html" not in client.get(evidence, headers={"HX-Request": "true"}).content.decode()


def test_a_run_of_another_version_is_not_shown_here(client: Client, mara: Member, version: Version) -> None:
    other = make_version(make_app(make_partner("Northwind Labs")))
    own = make_version(version.app, name="2.0.0")
    client.post(f"/portal/versions/{own.pk.hex}/checks/run")
    run = CheckRun.objects.get()
    write_results(run)
    assert client.get(f"/portal/versions/{own.pk.hex}/checks?run={run.pk.hex}").status_code == 200
    assert client.get(f"/portal/versions/{version.pk.hex}/checks?run={run.pk.hex}").status_code == 404
    assert client.post(f"/portal/versions/{other.pk.hex}/checks/run").status_code == 404
    assert CheckRun.objects.count() == 1
