"""Roles, an account's own sign-in, staff and invitations through the management API."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.factories.accounts import PASSWORD, SYSTEM, make_account, make_operator, make_person, make_role, make_user
from tests.factories.partners import make_member
from tests.http.api.caller import Api, Json, read, refusal
from tests.openid_provider import CLIENT_SECRET, Provider, openid_provider

from fondaco.accounts.actions import deactivate_operator, deactivate_user
from fondaco.accounts.models import Operator, Role
from fondaco.accounts.permissions import ADMIN, OperatorRole, Permission
from fondaco.identity.models import IdentityProvider
from fondaco.partners.actions import remove_member
from fondaco.partners.models import Member
from fondaco.surfaces.api.management.shapes.roles import AccountPermission
from fondaco.surfaces.api.management.shapes.staff import OperatorRoleName

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider() -> Iterator[Provider]:
    with openid_provider(sub="nina") as running:
        yield running


def test_the_names_in_bodies_are_all_there_are() -> None:
    assert set(AccountPermission.__args__) == {one.value for one in ADMIN}  # type: ignore[attr-defined]
    assert set(OperatorRoleName.__args__) == {one.value for one in OperatorRole}  # type: ignore[attr-defined]


def test_roles_from_first_to_last() -> None:
    ada = make_user()
    api, at = Api(ada.person), f"/accounts/{ada.account_id}/roles"
    made = read(api.post(at, {"name": "Lead", "permissions": ["apps.view", "apps.launch"]}), 201)
    assert (made["permissions"], made["revision"], made["key"]) == (["apps.launch", "apps.view"], 0, "")
    body = {"name": "Chief", "permissions": ["people.view"], "revision": 0}
    assert read(api.put(f"{at}/{made['id']}", body))["revision"] == 1
    refusal(api.put(f"{at}/{made['id']}", body), 409, "role-changed")
    assert read(api.get(f"{at}/{made['id']}"))["name"] == "Chief"
    refusal(api.post(at, {"name": "chief", "permissions": []}), 409, "role-name-taken")
    refusal(api.put(f"{at}/{ada.role_id.hex}", body), 409, "role-fixed")
    bad = refusal(api.post(at, {"name": "", "permissions": ["operator.view"]}), 422, "invalid")
    assert set(bad["errors"]) == {"name", "permissions.0"}
    assert api.delete(f"{at}/{made['id']}").status_code == 204
    refusal(api.delete(f"{at}/{made['id']}"), 404, "not-found")
    admin = next(one for one in read(api.get(at))["items"] if one["key"] == "admin")
    assert set(admin["permissions"]) == {one.value for one in ADMIN}


def test_nobody_gives_more_than_they_have() -> None:
    account = make_account()
    bea = make_user(account, role=make_role(account, Permission.ROLES_MANAGE, Permission.PEOPLE_MANAGE))
    ada = make_user(account)
    api, at = Api(bea.person), f"/accounts/{account.pk}"
    refusal(api.post(f"{at}/roles", {"name": "Buyers", "permissions": ["apps.install"]}), 403, "may-not-give")
    refusal(api.put(f"{at}/users/{bea.pk}/role", {"role_id": ada.role_id.hex}), 403, "may-not-give")
    refusal(api.post(f"{at}/users/{ada.pk}/deactivate"), 403, "may-not-give")
    body = {"name": "X", "email": "x@people.example", "role_id": ada.role_id.hex}
    refusal(api.post(f"{at}/invitations", body), 403, "may-not-give")
    assert Role.objects.filter(account=account).count() == 4


def test_an_accounts_own_sign_in(provider: Provider) -> None:
    ada = make_user(make_account("harbour"))
    api, at = Api(ada.person), f"/accounts/{ada.account_id}/identity-provider"
    refusal(api.get(at), 404, "not-found")
    lead = make_role(ada.account, name="Lead")
    body: Json = {
        "name": "Harbour account",
        "issuer": provider.issuer,
        "client_id": "fondaco",
        "client_secret": CLIENT_SECRET,
        "default_role_id": ada.account.roles.get(key="agent").pk.hex,
        "role_claim": "groups",
        "mappings": [{"value": "leads", "role_id": lead.pk.hex}],
        "revision": 0,
    }
    response = api.put(at, body)
    made = read(response)
    assert CLIENT_SECRET not in response.content.decode()
    assert (made["has_secret"], made["is_enabled"], made["revision"]) == (True, False, 1)
    assert made["redirect_uri"].endswith("/sign-in/harbour/return")
    refusal(api.put(at, body), 409, "provider-changed")
    refusal(api.put(at, {**body, "issuer": "nowhere", "revision": 1}), 422, "invalid")
    del body["client_secret"]
    assert read(api.put(at, {**body, "name": "Harbour", "revision": 1}))["has_secret"]
    tones = {one["tone"] for one in read(api.post(f"{at}/test"))["items"]}
    assert tones == {"good"}
    provider.fault = "no keys"
    assert read(api.post(f"{at}/test"))["items"][-1]["tone"] == "bad"
    found = refusal(api.put(f"{at}/switch", {"is_enabled": True}), 409, "sign-in-leads-nobody-in")
    assert "It publishes no key that we can use. It was not switched on." in found["detail"]
    assert not IdentityProvider.objects.get().is_enabled
    provider.fault = ""
    assert read(api.put(f"{at}/switch", {"is_enabled": True}))["is_enabled"]
    other = {**body, "client_secret": "new", "issuer": f"{provider.issuer}/nothing-here", "revision": 2}
    refusal(api.put(at, other), 409, "issuer-leads-nobody-in")
    assert IdentityProvider.objects.get().issuer == provider.issuer
    assert api.delete(at).status_code == 204
    assert not IdentityProvider.objects.exists()


def test_staff() -> None:
    jon = make_operator(OperatorRole.PARTNER_MANAGER, OperatorRole.SUPPORT)
    ines = make_person("Ines", email="ines@people.example", password=PASSWORD)
    api, at = Api(jon.person), "/operator/staff"
    body: Json = {"name": "Ines", "email": "ines@people.example", "roles": ["support"]}
    appointed = read(api.post(at, body), 201)
    assert (appointed["operator"]["id"], appointed["invitation"]) == (ines.pk.hex, None)
    refusal(api.post(at, body), 409, "already-a-member")
    refusal(api.post(at, {**body, "roles": []}), 422, "invalid")
    refusal(api.put(f"{at}/{ines.pk.hex}/roles", {"roles": ["finance"]}), 403, "role-not-held")
    changed = read(api.put(f"{at}/{ines.pk.hex}/roles", {"roles": ["partner_manager"]}))
    assert changed["roles"] == ["partner_manager"]
    refusal(api.post(f"{at}/{jon.pk.hex}/deactivate"), 409, "not-oneself")
    invited = read(api.post(at, {**body, "email": "new@people.example"}), 201)["invitation"]
    assert (invited["place"], invited["role"]) == ("operator", "support")
    at_invitation = f"/operator/staff-invitations/{invited['id']}"
    assert read(api.post(f"{at_invitation}/resend"))["id"] == invited["id"]
    assert read(api.post(f"{at_invitation}/withdraw"))["status"] == "withdrawn"
    assert read(api.get("/operator/staff-invitations"))["items"] == []
    assert len(read(api.get("/operator/staff-invitations", only_open="false"))["items"]) == 1
    assert read(api.post(f"{at}/{ines.pk.hex}/deactivate"))["is_active"] is False
    assert [one["is_active"] for one in read(api.get(at))["items"]] == [True, False]


def test_invitations_are_sent_again_at_most_five_times_an_hour() -> None:
    ada, mara = make_user(), make_member()
    role = ada.account.roles.get(key="agent").pk.hex
    for api, at, what in (
        (Api(ada.person), f"/accounts/{ada.account_id}/invitations", {"role_id": role}),
        (Api(mara.person), f"/partners/{mara.partner_id.hex}/invitations", {"role": "developer"}),
    ):
        made = read(api.post(at, {"name": "Ben", "email": f"{next(iter(what))}@people.example", **what}), 201)
        for _ in range(5):
            assert read(api.post(f"{at}/{made['id']}/resend"))["status"] == "pending"
        refusal(api.post(f"{at}/{made['id']}/resend"), 429, "too-many-requests")
        read(api.post(f"{at}/{made['id']}/withdraw"))
        assert read(api.get(at))["items"] == []
        assert [one["status"] for one in read(api.get(at, only_open="false"))["items"]] == ["withdrawn"]


def test_a_token_loses_a_place_with_the_seat_and_ends_with_the_last_one() -> None:
    ada = make_user()
    person = make_person("Olga Other")
    seat, membership = make_user(ada.account, role="supervisor", person=person), make_member(person=person)
    make_member(membership.partner, person=make_person("Mara"))
    operator = make_operator(OperatorRole.SUPPORT, person=person)
    api = Api(person)
    assert len(read(api.get("/me"))["places"]) == 3

    deactivate_user(actor=SYSTEM, by=ada, user=seat)
    refusal(api.get(f"/accounts/{ada.account_id}"), 404, "not-found")
    read(api.get(f"/partners/{membership.partner_id.hex}"))
    by = Member.objects.exclude(pk=membership.pk).get()
    remove_member(actor=SYSTEM, by=by, member=membership)
    refusal(api.get(f"/partners/{membership.partner_id.hex}"), 404, "not-found")
    read(api.get("/operator/accounts"))
    deactivate_operator(actor=SYSTEM, by=make_operator(), operator=Operator.objects.get(pk=operator.pk))
    refusal(api.get("/operator/accounts"), 401, "token-refused")
    refusal(api.get("/me"), 401, "token-refused")
