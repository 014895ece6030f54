"""The pages and operations about links, test accounts, transfers and ends, with real requests."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client
from tests.factories.accounts import make_account, make_operator
from tests.factories.catalog import make_app, make_published_version, make_version
from tests.factories.installs import make_completed
from tests.factories.jobs import run_jobs
from tests.factories.lifecycle import accept, admin_of, link_of, make_tester, make_transfer, owner_of
from tests.factories.partners import make_partner
from tests.http.api.caller import Api, read, refusal

from fondaco.accounts.models import Person
from fondaco.accounts.permissions import OperatorRole
from fondaco.catalog.models import App, AppTester, AppTransfer, InstallLink, Version
from fondaco.installs.actions.clearing import CLEAR
from fondaco.installs.models import Installation
from fondaco.kit import clock

pytestmark = pytest.mark.django_db


def browser(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_the_installation_link_is_made_shown_made_anew_and_switched_off() -> None:
    version = make_version()
    mara = browser(owner_of(version.app.partner).person)
    root = f"/portal/versions/{version.pk.hex}"
    page, make, end = f"{root}/install", f"{root}/install-link", f"{root}/install-link/end"
    assert "There is no link yet." in words(mara.get(page))
    assert mara.post(make)["Location"] == page
    first = bytes(InstallLink.objects.get().token or b"").decode()
    shown = words(mara.get(page))
    assert f"/install/{version.app_id.hex}/{version.pk.hex}?t={first}" in shown
    assert "Every other account" in shown
    assert "has not passed its review yet" in shown
    mara.post(make)
    assert first not in words(mara.get(page))
    assert mara.post(end)["Location"] == page
    assert not InstallLink.objects.exists()
    assert mara.post(end).status_code == HTTPStatus.CONFLICT


def test_inviting_an_account_keeps_what_was_typed() -> None:
    app, account = make_app(), make_account("lumen", company_name="Lumen Bank")
    mara = browser(owner_of(app.partner).person)
    page = f"/portal/apps/{app.pk.hex}/test-accounts"
    answer = mara.post(page, {"account": "nowhere", "note": "Please look"})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'value="nowhere"' in words(answer)
    assert "Please look" in words(answer)
    assert not AppTester.objects.exists()
    assert mara.post(page, {"account": "lumen", "note": "Please look"})["Location"] == page
    tester = AppTester.objects.get()
    ida = browser(admin_of(account).person)
    assert "You are invited to test an app." in words(ida.get("/my-apps"))
    assert "Please look" in words(ida.get("/my-apps/tests"))
    assert ida.post(f"/my-apps/tests/{tester.pk.hex}/accept")["Location"] == "/my-apps/tests"
    assert "has not switched on the link of a version yet" in words(ida.get("/my-apps/tests"))
    token = link_of(make_version(app))
    assert token in words(ida.get("/my-apps/tests"))
    assert ida.post(f"/my-apps/tests/{tester.pk.hex}/decline").status_code == HTTPStatus.CONFLICT
    assert ida.post(f"/my-apps/tests/{tester.pk.hex}/leave")["Location"] == "/my-apps/tests"
    assert "Nothing to test" in words(ida.get("/my-apps/tests"))
    assert AppTester.objects.get().status == "left"


def test_a_transfer_from_offer_to_confirmation() -> None:
    app, receiver = make_app(), make_partner("Northwind Labs")
    mara, priya = browser(owner_of(app.partner).person), browser(owner_of(receiver).person)
    jon = browser(make_operator(OperatorRole.PARTNER_MANAGER).person)
    page = f"/portal/apps/{app.pk.hex}/transfer"
    typed = {"receiver": "Northwind Labs", "note": "As agreed", "confirmation": "Ledgerlin"}
    answer = mara.post(page, typed)
    assert (answer.status_code, AppTransfer.objects.count()) == (HTTPStatus.UNPROCESSABLE_ENTITY, 0)
    assert 'value="Northwind Labs"' in words(answer)
    assert "Type Ledgerline to say that you mean it." in words(answer)
    answer = mara.post(page, typed | {"confirmation": "Ledgerline"})
    transfer = AppTransfer.objects.get()
    own = f"/portal/transfers/{transfer.pk.hex}"
    assert answer["Location"] == own
    assert mara.get(page)["Location"] == own
    assert "Take the offer back" in words(mara.get(own))
    assert "Ledgerline GmbH offers you Ledgerline." in words(priya.get("/portal/"))
    assert "What moves" in words(priya.get(own))
    assert jon.post(f"/backoffice/transfers/{transfer.pk.hex}/confirm").status_code == HTTPStatus.CONFLICT
    assert priya.post(f"{own}/accept")["Location"] == own
    assert mara.post(f"{own}/withdraw").status_code == HTTPStatus.CONFLICT
    backoffice = f"/backoffice/transfers/{transfer.pk.hex}"
    assert jon.post(f"{backoffice}/refuse", {"reason": " "}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Transfers to confirm" in words(jon.get("/backoffice/"))
    assert jon.post(f"{backoffice}/confirm")["Location"] == backoffice
    assert mara.get(f"/portal/apps/{app.pk.hex}").status_code == HTTPStatus.NOT_FOUND
    assert priya.get(f"/portal/apps/{app.pk.hex}").status_code == HTTPStatus.OK
    assert "belongs to Northwind Labs" in words(mara.get(own))


def test_the_timeline_of_an_installation_shows_the_move() -> None:
    app = make_app()
    installed = make_completed(version=make_published_version(app))
    ada = browser(installed.installed_by.person)
    jon = browser(make_operator(OperatorRole.PARTNER_MANAGER).person)
    jon.post(f"/backoffice/transfers/{accept(make_transfer(app)).pk.hex}/confirm")
    shown = words(ada.get(f"/my-apps/{installed.pk.hex}"))
    assert "was handed over to Northwind Labs, who answers for it from here on" in shown
    assert "by Northwind Labs, version 1.0.0" in shown


def test_retiring_says_what_keeps_it_and_asks_for_the_name() -> None:
    app = make_app()
    installed = make_completed(version=make_published_version(app))
    mara, jon = browser(owner_of(app.partner).person), browser(make_operator(OperatorRole.SUPPORT).person)
    page = f"/portal/apps/{app.pk.hex}/retire"
    assert "It is installed in one account." in words(mara.get(page))
    assert mara.post(page, {"confirmation": "Ledgerline"}).status_code == HTTPStatus.CONFLICT
    removal = f"/backoffice/installations/{installed.pk.hex}/remove"
    assert jon.post(removal, {"reason": ""}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert Installation.objects.get().status == "completed"
    assert (
        jon.post(removal, {"reason": "They asked for it."})["Location"]
        == f"/backoffice/accounts/{installed.account_id}"
    )
    assert "is gone from" in words(jon.get(removal))
    assert mara.post(page, {"confirmation": "ledgerline"}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert App.objects.get().retired_at is None
    assert mara.post(page, {"confirmation": "Ledgerline"})["Location"] == f"/portal/apps/{app.pk.hex}"
    shown = words(mara.get(f"/portal/apps/{app.pk.hex}"))
    assert "Retired: it is over, and can only be read." in shown
    assert "Create version" not in shown


def test_an_ended_version_is_cleared_with_progress() -> None:
    version = make_published_version()
    make_completed(version=version)
    mara, person = owner_of(version.app.partner), make_operator(OperatorRole.PARTNER_MANAGER).person
    api, jon = Api(mara.person), browser(person)
    path = f"/partners/{mara.partner_id.hex}/versions/{version.pk.hex}"
    day = (clock.now().date() + timedelta(days=31)).isoformat()
    refusal(api.post(f"{path}/deprecate", {"reason": "Use 2.0.0", "ends_on": "soon"}), 422, "invalid")
    assert read(api.post(f"{path}/deprecate", {"reason": "Use 2.0.0", "ends_on": day}))["ends_on"] == day
    page = f"/backoffice/endings/{version.pk.hex}"
    assert "1 installation left" in words(jon.get("/backoffice/endings"))
    assert "Customers were promised" in words(jon.get(page))
    body = {"reason": "Over", "confirmation": "Ledgerline"}
    assert jon.post(page, body).status_code == HTTPStatus.CONFLICT
    Version.objects.update(ends_on=clock.now().date())
    assert "Remove one installation" in words(jon.get(page))
    assert jon.post(page, body | {"confirmation": "x"}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert jon.post(page, body)["Location"] == page
    part = words(jon.get(page, headers={"HX-Request": "true"}))
    assert part.startswith('<div id="progress">')
    assert "0 of 1 removed" in part
    refusal(Api(person).post(f"/operator/endings/{version.pk.hex}/clear", body), 409, "clearance-running")
    while run_jobs(CLEAR):
        pass
    assert "1 of 1 removed" in words(jon.get(page))
    ending = read(Api(person).get(f"/operator/endings/{version.pk.hex}"))
    assert (ending["left"], ending["removed"], ending["total"], ending["is_clearing"]) == (0, 1, 1, False)
    retired = read(api.post(f"{path}/retire"))
    assert retired["retired_at"] is not None
    assert read(Api(person).get("/operator/endings"))["items"] == []


def test_everything_by_the_api() -> None:
    app, receiver, account = make_app(), make_partner("Northwind Labs"), make_account("lumen")
    version, owner, other = make_version(app), owner_of(app.partner), owner_of(receiver)
    ida, manager = admin_of(account), make_operator(OperatorRole.PARTNER_MANAGER)
    mara, priya, lumen, jon = Api(owner.person), Api(other.person), Api(ida.person), Api(manager.person)
    ours = f"/partners/{app.partner_id.hex}"
    refusal(mara.get(f"{ours}/versions/{version.pk.hex}/install-link"), 404, "not-found")
    link = read(mara.post(f"{ours}/versions/{version.pk.hex}/install-link"), 201)
    assert read(mara.get(f"{ours}/versions/{version.pk.hex}/install-link")) == link
    token = link["address"].partition("?t=")[2]
    offer = f"/accounts/{account.pk}/offers/{app.slug}"
    refusal(lumen.get(offer, version_id=version.pk.hex), 404, "not-found")
    assert "test accounts" in read(lumen.get(offer, version_id=version.pk.hex, t=token))["why_not"]
    refusal(lumen.get(offer, version_id=version.pk.hex, t="<b>"), 422, "invalid")
    tester = read(mara.post(f"{ours}/apps/{app.pk.hex}/test-accounts", {"account": "lumen"}), 201)
    refusal(mara.post(f"{ours}/apps/{app.pk.hex}/test-accounts", {"account": "lumen"}), 409, "test-account-open")
    refusal(mara.post(f"{ours}/apps/{app.pk.hex}/test-accounts", {"account": 1}), 422, "invalid")
    read(lumen.post(f"/accounts/{account.pk}/tests/{tester['id']}/accept"))
    (test,) = read(lumen.get(f"/accounts/{account.pk}/tests"))["items"]
    assert [one["address"] for one in test["versions"]] == [link["address"]]
    found = read(lumen.get(offer, version_id=version.pk.hex, t=token))
    assert found["why_not"] is None
    order = {
        "app": app.slug, "version_id": version.pk.hex, "t": token, "plan_id": found["plans"][0]["id"],
        "user_ids": [ida.pk], "consent": {"scopes": found["scopes"], "text": found["consent_text"]},
    }  # fmt: skip
    refusal(lumen.post(f"/accounts/{account.pk}/installations", order | {"t": "fdi_old"}), 404, "not-found")
    read(lumen.post(f"/accounts/{account.pk}/installations", order), 201)
    refusal(mara.post(f"{ours}/apps/{app.pk.hex}/retire"), 409, "still-installed")
    transfer = read(mara.post(f"{ours}/apps/{app.pk.hex}/transfer", {"receiver": "Northwind Labs"}), 201)
    theirs = f"/partners/{receiver.pk.hex}/transfers/{transfer['id']}"
    assert read(priya.get(theirs))["moves"]["installations"] == 1
    read(priya.post(f"{theirs}/accept"))
    refusal(priya.post(f"{theirs}/decline", {}), 409, "transfer-over")
    refusal(jon.post(f"/operator/transfers/{transfer['id']}/refuse", {"reason": " "}), 422, "invalid")
    assert read(jon.post(f"/operator/transfers/{transfer['id']}/confirm"))["status"] == "completed"
    refusal(mara.get(f"{ours}/apps/{app.pk.hex}"), 404, "not-found")
    assert read(priya.get(f"/partners/{receiver.pk.hex}/apps/{app.pk.hex}"))["technical_email"] == ""
    (installed,) = Installation.objects.all()
    refusal(jon.post(f"/operator/installations/{installed.pk.hex}/force-uninstall", {"reason": ""}), 422, "invalid")
    gone = read(jon.post(f"/operator/installations/{installed.pk.hex}/force-uninstall", {"reason": "Over"}))
    assert gone["status"] == "revoked"
    assert make_tester(app, account).is_testing
