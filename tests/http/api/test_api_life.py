"""Each noun of the management API does what its page does, for who may, and for nobody else."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from tests.factories.accounts import TOTP_SECRET, code_of, make_account, make_operator, make_user
from tests.factories.catalog import make_app, make_category, make_published_version, make_version, picture
from tests.factories.installs import PARTNER_PROGRAM, make_completed, make_installing
from tests.factories.partners import make_member, make_partner
from tests.factories.reviews import finish_checks
from tests.http.api.caller import Api, Json, read, refusal

from fondaco.accounts.models import Invitation, Person
from fondaco.accounts.queries import invitation_token
from fondaco.audit.models import Event
from fondaco.catalog.models import App
from fondaco.catalog.states import ListingStatus, TechnicalStatus
from fondaco.installs.actions import answer_operation
from fondaco.installs.models import Installation
from fondaco.partners.models import Member, MemberRole, PartnerApplication
from fondaco.partners.queries import application_token

pytestmark = pytest.mark.django_db

APPLY: Json = {
    "company_name": "Ledgerline GmbH",
    "website": "https://ledgerline.example",
    "contact_name": "Mara Lind",
    "contact_email": "mara@ledgerline.example",
    "intention": "Invoices and payments inside the call.",
}


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_becoming_a_partner() -> None:
    visitor, operator = Api(), Api(make_operator().person)
    assert read(visitor.post("/partner-applications", APPLY), 201)["status"] == "unverified"
    application = PartnerApplication.objects.get()
    path = f"/operator/partner-applications/{application.pk.hex}"
    refusal(operator.get(path), 404, "not-found")
    verify = f"/partner-applications/{application_token(application, 'verify')}/verify"
    assert read(visitor.post(verify))["status"] == "pending"
    assert [one["id"] for one in read(operator.get("/operator/partner-applications"))["items"]] == [application.pk.hex]
    assert read(operator.get("/operator/partner-applications", status="approved"))["items"] == []
    assert read(operator.post(f"{path}/question", {"text": "Which data?"}))["status"] == "questioned"
    answer = f"/partner-applications/{application_token(application, 'answer')}/answer"
    assert read(visitor.post(answer, {"text": "Names only."}))["status"] == "pending"
    refusal(visitor.post(answer, {"text": "And more."}), 409, "illegal-transition")
    assert [one["text"] for one in read(operator.get(path))["messages"]] == ["Which data?", "Names only."]
    partner = read(operator.post(f"{path}/approve", {}))
    refusal(operator.post(f"{path}/reject", {"reason": "No."}), 409, "illegal-transition")
    token = invitation_token(Invitation.objects.get())
    shown = read(visitor.get(f"/invitations/{token}"))
    assert (shown["place_id"], shown["role"], shown["has_login"]) == (partner["id"], "owner", False)
    weak = visitor.post(f"/invitations/{token}/accept", {"name": "Mara", "password": "short"})
    assert list(refusal(weak, 422, "password-too-weak")["errors"]) == ["password"]
    assert not Person.objects.filter(email="mara@ledgerline.example").exists()
    body = {"name": "Mara Lind", "password": "correct-horse-battery"}
    accepted = read(visitor.post(f"/invitations/{token}/accept", body), 201)
    mara, secret = Api(token=accepted["token"]), TOTP_SECRET
    refusal(mara.get(f"/partners/{partner['id']}"), 403, "second-factor-needed")
    app = {"password": body["password"], "secret": secret, "code": code_of(secret)}
    assert len(read(mara.post("/me/authenticator", app), 201)["recovery_codes"]) == 10
    own = read(mara.get(f"/partners/{partner['id']}"))
    assert [grant["quantity"] or grant["amount_minor"] for grant in own["developer_grants"]] == [3, 2500]
    refusal(visitor.post(f"/invitations/{token}/accept", body), 409, "invitation-over")


def test_an_application_needs_all_its_fields() -> None:
    problem = refusal(
        Api().post("/partner-applications", {**APPLY, "website": "nonsense", "intention": "x"}), 422, "invalid"
    )
    assert problem["errors"] == {
        "website": ["Write an address like https://company.example."],
        "intention": ["Use at least 20 characters."],
    }
    assert not PartnerApplication.objects.exists()


def test_who_has_a_login_accepts_with_a_token_of_their_own() -> None:
    admin, guest = make_user(), make_user()
    guest.person.set_password("correct-horse-battery")
    guest.person.save()
    body = {"name": "Guest", "email": guest.person.email, "role_id": admin.role_id.hex}
    read(Api(admin.person).post(f"/accounts/{admin.account_id}/invitations", body), 201)
    path = f"/invitations/{invitation_token(Invitation.objects.get())}/accept"
    refusal(Api().post(path, {"password": "another-password"}), 403, "login-exists")
    refusal(Api(admin.person).post(path, {}), 403, "login-exists")
    assert read(Api(guest.person).post(path, {}), 201)["token"] is None
    assert guest.person.users.count() == 2


def test_the_people_of_a_partner() -> None:
    owner, developer = make_member(), make_member(role=MemberRole.DEVELOPER)
    other = Member.objects.create(partner=owner.partner, person=developer.person, role="developer")
    api, path = Api(owner.person), f"/partners/{owner.partner_id.hex}"
    assert len(read(api.get(f"{path}/members"))["items"]) == 2
    assert read(api.put(f"{path}/members/{other.pk.hex}/role", {"role": "finance"}))["role"] == "finance"
    refusal(api.put(f"{path}/members/{developer.pk.hex}/role", {"role": "finance"}), 404, "not-found")
    refusal(api.put(f"{path}/members/{owner.pk.hex}/role", {"role": "finance"}), 409, "last-owner")
    refusal(api.put(f"{path}/members/{other.pk.hex}/role", {"role": "king"}), 422, "invalid")
    refusal(Api(other.person).delete(f"{path}/members/{owner.pk.hex}"), 403, "forbidden")
    invited = read(api.post(f"{path}/invitations", {"name": "Yu", "email": "yu@l.example", "role": "marketing"}), 201)
    assert read(api.get(f"{path}/invitations"))["items"] == [invited]
    assert read(api.post(f"{path}/invitations/{invited['id']}/withdraw"))["status"] == "withdrawn"
    assert api.delete(f"{path}/members/{other.pk.hex}").status_code == 204
    refusal(Api(other.person).get(path), 404, "not-found")


def test_an_app_and_all_its_content() -> None:
    mara, category = make_member(), make_category()
    partner, path = Api(mara.person), f"/partners/{mara.partner_id.hex}"
    bad = partner.post(f"{path}/apps", {"name": "Ledgerline", "icon": encoded(b"GIF89a")})
    assert list(refusal(bad, 422, "bad-image")["errors"]) == ["icon"]
    assert not App.objects.exists()
    app = read(partner.post(f"{path}/apps", {"name": "Ledgerline", "icon": encoded(picture())}), 201)
    app_path = f"{path}/apps/{app['id']}"
    changed = read(partner.put(app_path, {"name": "Ledgerline", "website": "https://ledgerline.example"}))
    assert changed["website"] == "https://ledgerline.example"
    assert read(partner.put(f"{app_path}/icon", {"icon": encoded(picture(300, 300))}))["icon_url"] != app["icon_url"]
    version = read(partner.post(f"{app_path}/versions", {"name": "1.0.0"}), 201)
    at = f"{path}/versions/{version['id']}"
    technical: dict[str, Any] = {
        "revision": 0,
        "events_callback_url": "https://ledgerline.example/events",
        "standalone_url": "https://ledgerline.example/start",
        "redirect_urls": ["https://ledgerline.example/cb"],
        "scopes": ["account:read"],
        "backchannel_logout_url": "https://ledgerline.example/logout",
        "test_credentials": "user and secret",
        "id_token_signed_response_alg": "RS256",
    }
    saved = read(partner.put(f"{at}/technical", technical))["technical"]
    assert (saved["revision"], saved["missing"], saved["has_test_credentials"]) == (1, {}, True)
    assert saved["backchannel_logout_url"] == "https://ledgerline.example/logout"
    assert saved["id_token_signed_response_alg"] == "RS256"
    refusal(partner.put(f"{at}/technical", technical), 409, "revision-conflict")
    wrong = partner.put(f"{at}/technical", {"revision": 1, "standalone_url": "ftp://x", "scopes": ["all"]})
    assert sorted(refusal(wrong, 422, "invalid")["errors"]) == ["scopes", "standalone_url"]
    shown = read(Api(make_operator().person).get("/operator/events", kind="version.edited"))["items"]
    assert "user and secret" not in str(shown)
    listing = {
        "revision": 0,
        "display_name": "Ledgerline",
        "summary": "Invoices inside the call.",
        "description": "All of them.",
        "categories": [category.pk],
        "support_email": "help@ledgerline.example",
        "privacy_url": "https://ledgerline.example/privacy",
        "terms_url": "https://ledgerline.example/terms",
    }
    assert sorted(read(partner.put(f"{at}/listing", listing))["listing"]["missing"]) == ["plans", "screenshots"]
    refusal(partner.post(f"{at}/submissions", {"track": "listing"}), 422, "content-incomplete")
    plan = read(partner.post(f"{at}/plans", {"name": "Team", "price_minor": 900}), 201)
    edited = read(partner.put(f"{path}/plans/{plan['id']}", {"name": "Team", "price_minor": 1000, "max_licences": 9}))
    assert (edited["price_minor"], edited["max_licences"]) == (1000, 9)
    spare = read(partner.post(f"{at}/plans", {"name": "Spare", "price_minor": 1, "model": "per_account"}), 201)
    assert partner.delete(f"{path}/plans/{spare['id']}").status_code == 204
    shot = {"image": encoded(picture(1280, 800)), "alternative_text": "An open invoice"}
    first, second = (read(partner.post(f"{at}/screenshots", shot), 201) for _ in range(2))
    change_screenshots(partner, path, at, shot, [first, second])
    assert partner.delete(f"{path}/screenshots/{second['id']}").status_code == 204
    assert [one["id"] for one in read(partner.get(at))["screenshots"]] == [first["id"]]


def change_screenshots(partner: Api, path: str, at: str, shot: Any, pictures: list[Any]) -> None:
    """Orders two pictures, describes the first, and cuts a third out of a larger one."""
    first, second = pictures
    order = {"screenshots": [second["id"], first["id"]]}
    ordered = read(partner.put(f"{at}/screenshots/order", order))["items"]
    assert [one["id"] for one in ordered] == [second["id"], first["id"]]
    refusal(partner.put(f"{at}/screenshots/order", {"screenshots": [first["id"]]}), 409, "screenshots-changed")
    described = read(partner.put(f"{path}/screenshots/{first['id']}", {"alternative_text": "A paid invoice"}))
    assert described == {**first, "alternative_text": "A paid invoice"}
    cropped = {**shot, "crop": {"left": 0, "top": 0, "width": 640, "height": 400}}
    part = read(partner.post(f"{at}/screenshots", cropped), 201)
    assert part["url"] != first["url"]
    cropped["crop"]["left"] = 641
    refusal(partner.post(f"{at}/screenshots", cropped), 422, "bad-image")
    assert partner.delete(f"{path}/screenshots/{part['id']}").status_code == 204


def test_T10_an_event_without_its_scope_is_refused_and_named() -> None:
    mara = make_member()
    version = make_version(make_app(mara.partner))
    partner = Api(mara.person)
    body = {"revision": 0, "scopes": ["account:read"], "receives_user_logout": True}
    at = f"/partners/{mara.partner_id.hex}/versions/{version.pk.hex}"
    answer = partner.put(f"{at}/technical", body)
    refusal(answer, 422, "scope-missing")
    assert list(answer.json()["errors"]) == ["receives_user_logout"]
    answer = partner.put(f"{at}/technical", {"revision": 0, "scopes": [], "data_fields": ["recording.media"]})
    refusal(answer, 422, "scope-missing")
    assert "recordings:read" in answer.json()["errors"]["data_fields"][0]
    fields = {one["name"]: one["scope"] for one in read(partner.get("/data-fields"))["items"]}
    assert (len(fields), fields["recording.media"]) == (22, "recordings:read")
    assert read(partner.get(at))["technical"]["revision"] == 0
    events = {one["type"]: one for one in read(partner.get("/event-types"))["items"]}
    assert len(events) == 8
    assert (events["user.logout"]["field"], events["user.logout"]["needs_scope"]) == (
        "receives_user_logout",
        "users:read",
    )


def test_a_version_from_review_to_the_marketplace() -> None:
    mara, jon = make_member(), make_operator()
    version = make_version(make_app(mara.partner))
    partner, operator = Api(mara.person), Api(jon.person)
    at = f"/partners/{mara.partner_id.hex}/versions/{version.pk.hex}"
    assert read(partner.post(f"{at}/submissions", {"track": "technical"}), 201)["place_in_queue"] == 1
    assert read(partner.post(f"{at}/submissions/withdraw", {"track": "technical"}))["status"] == "withdrawn"
    sent = read(partner.post(f"{at}/submissions", {"track": "technical", "note": "Now"}), 201)
    refusal(partner.put(f"{at}/technical", {"revision": 0}), 409, "content-locked")
    shown = read(operator.get(f"/operator/submissions/{sent['id']}"))
    assert (shown["has_test_credentials"], shown["content"]["name"]) == (False, "1.0.0")
    none = operator.post(f"/operator/submissions/{sent['id']}/reject", {"feedback": " "})
    refusal(none, 422, "feedback-required")
    done = read(operator.post(f"/operator/submissions/{sent['id']}/reject", {"feedback": "Explain the scope."}))
    assert (done["status"], done["feedback"], done["decided_by"]) == ("rejected", "Explain the scope.", "Jon Okafor")
    refusal(partner.post(f"{at}/make-available"), 409, "not-approved")
    for track in ("technical", "listing"):
        read(partner.post(f"{at}/submissions", {"track": track}), 201)
        waiting = read(operator.get("/operator/submissions", track=track))["items"]
        refusal(operator.post(f"/operator/submissions/{waiting[0]['id']}/approve", {}), 409, "checks-running")
        finish_checks(version)
        assert read(operator.post(f"/operator/submissions/{waiting[0]['id']}/approve", {}))["status"] == "approved"
        refusal(operator.post(f"/operator/submissions/{waiting[0]['id']}/approve", {}), 409, "already-decided")
    public = read(partner.post(f"{at}/make-available"))
    assert (public["technical"]["status"], public["listing"]["status"]) == ("available", "advertised")
    assert len(read(partner.get(f"{at}/submissions"))["items"]) == 4
    assert read(partner.get(f"{at}/history"))["items"][0]["kind"] == "listing_content.advertised"
    assert [card["app"] for card in read(Api().get("/marketplace/listings", text="invoices"))["items"]] == [
        "ledgerline"
    ]
    assert read(Api().get("/marketplace/listings/ledgerline"))["plans"][1]["price_minor"] == 1800
    assert read(Api().get("/marketplace/categories"))["items"] == [
        {"slug": "payments-security", "name": "Payments & Security"}
    ]
    assert "account:read" in [scope["name"] for scope in read(Api().get("/scopes"))["items"]]


def test_another_partners_things_do_not_exist() -> None:
    member, version = make_member(), make_version()
    api, path = Api(member.person), f"/partners/{member.partner_id.hex}"
    before = Event.objects.count()
    plan = version.plans.first()
    assert plan is not None
    for response in (
        api.get(f"{path}/apps/{version.app_id.hex}"),
        api.get(f"{path}/versions/{version.pk.hex}"),
        api.post(f"{path}/versions/{version.pk.hex}/submissions", {"track": "technical"}),
        api.put(f"{path}/plans/{plan.pk.hex}", {"name": "Mine", "price_minor": 1}),
        api.delete(f"{path}/plans/{plan.pk.hex}"),
    ):
        refusal(response, 404, "not-found")
    assert Event.objects.count() == before


def test_the_marketplace_goes_on_behind_its_cursor() -> None:
    names = [make_published_version().app.slug for _ in range(3)]
    make_version(technical=TechnicalStatus.APPROVED, listing=ListingStatus.APPROVED)
    first = read(Api().get("/marketplace/listings", limit=2, sort="newest"))
    rest = read(Api().get("/marketplace/listings", limit=2, sort="newest", cursor=first["next_cursor"]))
    assert sorted(card["app"] for card in first["items"] + rest["items"]) == sorted(names)
    assert rest["next_cursor"] is None


def test_an_order_and_the_way_out() -> None:
    admin = make_user()
    colleague = make_user(admin.account, role="supervisor")
    version = make_published_version()
    api, path = Api(admin.person), f"/accounts/{admin.account_id}"
    offer = read(api.get(f"{path}/offers/{version.app.slug}"))
    assert (offer["why_not"], offer["installation_id"]) == (None, None)
    body: dict[str, Any] = {
        "app": version.app.slug,
        "plan_id": offer["plans"][0]["id"],
        "user_ids": [admin.pk, colleague.pk],
        "consent": {"scopes": offer["scopes"], "text": offer["consent_text"]},
    }
    refusal(Api(colleague.person).post(f"{path}/installations", body), 403, "forbidden")
    refusal(api.post(f"{path}/installations", {**body, "user_ids": ["f" * 24]}), 422, "users-unusable")
    refusal(api.post(f"{path}/installations", {**body, "plan_id": "0" * 32}), 422, "plan-not-offered")
    fewer = {"scopes": [], "text": offer["consent_text"]}
    refusal(api.post(f"{path}/installations", {**body, "consent": fewer}), 409, "consent-outdated")
    assert not Installation.objects.exists()
    operation = read(api.post(f"{path}/installations", body), 201)
    refusal(api.post(f"{path}/installations", body), 409, "already-installed")
    at = f"{path}/installations/{operation['installation_id']}"
    assert read(api.get(at))["badges"][0] == "installing"
    refusal(api.post(f"{at}/launch"), 403, "launch-refused")
    refusal(api.post(f"{at}/retry"), 409, "not-retryable")
    answer_operation(actor=PARTNER_PROGRAM, installation=Installation.objects.get(), decision="approve")
    assert [one["status"] for one in read(api.get(f"{path}/installations"))["items"]] == ["completed"]
    assert "talkdesk_user_id" in read(api.post(f"{at}/launch"))["url"]
    assert {user["id"] for user in read(api.get(f"{at}/users"))["items"]} == {admin.pk, colleague.pk}
    assert read(api.get(f"{at}/deliveries", limit=1))["items"][0]["sequence"] > 1
    refusal(api.post(f"{at}/remove"), 409, "conflict")
    refusal(api.post(f"{at}/force-uninstall", {}), 403, "forbidden")
    refusal(api.post(f"{at}/uninstall", {"reason_type": "mood"}), 422, "invalid")
    assert read(api.post(f"{at}/uninstall", {"reason_type": "not_needed"}))["status"] == "pending"
    assert [one["kind"] for one in read(api.get(f"{at}/operations"))["items"]] == ["uninstall", "install"]
    answer_operation(actor=PARTNER_PROGRAM, installation=Installation.objects.get(), decision="approve")
    assert read(api.get(at))["status"] == "revoked"
    assert read(api.get(f"{path}/installations"))["items"] == []


def test_a_strangers_installation_does_not_exist() -> None:
    installation, admin = make_completed(), make_user()
    api, path = Api(admin.person), f"/accounts/{admin.account_id}/installations/{installation.pk.hex}"
    before = Event.objects.count()
    for response in (
        api.get(path),
        api.get(f"{path}/operations"),
        api.get(f"{path}/deliveries"),
        api.post(f"{path}/launch"),
        api.post(f"{path}/uninstall", {"reason_type": "other"}),
    ):
        refusal(response, 404, "not-found")
    assert Event.objects.count() == before


def test_declined_ones_are_asked_for_anew_and_removed() -> None:
    installation = make_installing()
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="reject", reason="Closed")
    api = Api(installation.installed_by.person)
    path = f"/accounts/{installation.account_id}/installations/{installation.pk.hex}"
    assert read(api.get(path))["reason"] == "Closed"
    assert read(api.post(f"{path}/retry"))["kind"] == "install"
    assert read(api.post(f"{path}/remove"))["status"] == "revoked"
    refusal(api.post(f"{path}/remove"), 409, "already-removed")


def test_the_people_of_an_account() -> None:
    admin = make_user()
    agent = make_user(admin.account, role="agent")
    api, path = Api(admin.person), f"/accounts/{admin.account_id}"
    roles = {role["key"]: role["id"] for role in read(api.get(f"{path}/roles"))["items"]}
    changed = read(api.put(f"{path}/users/{agent.pk}/role", {"role_id": roles["supervisor"]}))
    assert changed["role"] == "Supervisor"
    refusal(api.put(f"{path}/users/{admin.pk}/role", {"role_id": roles["agent"]}), 409, "last-admin")
    refusal(api.put(f"{path}/users/{make_user().pk}/role", {"role_id": roles["agent"]}), 404, "not-found")
    assert read(api.post(f"{path}/users/{agent.pk}/deactivate"))["is_active"] is False
    assert [user["id"] for user in read(api.get(f"{path}/users", is_active="false"))["items"]] == [agent.pk]
    assert read(api.post(f"{path}/users/{agent.pk}/reactivate"))["is_active"] is True
    assert read(api.get(f"{path}/users/{agent.pk}"))["name"] == "Agnes Ahl"
    body = {"name": "Noor", "email": "noor@people.example", "role_id": roles["agent"]}
    invited = read(api.post(f"{path}/invitations", body), 201)
    assert read(api.get(f"{path}/invitations"))["items"] == [invited]
    assert read(api.post(f"{path}/invitations/{invited['id']}/withdraw"))["status"] == "withdrawn"
    assert read(api.get(path))["company_name"] == "Harbour Bank"


def test_staff_sees_the_whole_house() -> None:
    installation, partner, account = make_completed(), make_partner("Zephyr"), make_account("breeze")
    api = Api(make_operator().person)
    assert [one["name"] for one in read(api.get("/operator/partners", text="zeph"))["items"]] == ["Zephyr"]
    assert read(api.get(f"/operator/partners/{partner.pk.hex}"))["name"] == "Zephyr"
    assert read(api.get(f"/operator/accounts/{account.pk}"))["name"] == "breeze"
    assert [one["id"] for one in read(api.get("/operator/accounts", text="breeze"))["items"]] == [account.pk]
    path = f"/operator/accounts/{installation.account_id}/installations"
    assert [one["id"] for one in read(api.get(path))["items"]] == [installation.pk.hex]
    found = read(api.get("/operator/events", kind="installation.completed"))["items"]
    assert [(one["subject_id"], one["account_id"]) for one in found] == [(installation.pk.hex, installation.account_id)]
    refusal(api.get("/operator/events", kind="'"), 422, "invalid")
