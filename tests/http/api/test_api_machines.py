"""A partner's client at the management API: as far as its scopes go, in its own partner, recorded as itself."""

from __future__ import annotations

import pytest
from tests.factories.accounts import actor_for, make_user
from tests.factories.catalog import make_app, make_version
from tests.factories.identity import Program, make_portal_client, make_program
from tests.factories.partners import make_member, make_partner
from tests.http.api.caller import Api, read, refusal

from fondaco.audit.models import Event
from fondaco.catalog.models import App, Version
from fondaco.catalog.scopes import FOR_PORTAL_CLIENTS, REQUESTABLE
from fondaco.identity.actions import delete_portal_client
from fondaco.identity.client_fields import ClientFields
from fondaco.identity.machines import PERMISSIONS
from fondaco.identity.tokens import issue_access_token
from fondaco.partners.models import MEMBER_ROLES, Member, MemberRole
from fondaco.review.models import Submission

pytestmark = pytest.mark.django_db
ALL = tuple(PERMISSIONS)


@pytest.fixture
def devi() -> Member:
    partner = make_partner()
    make_member(partner)  # the owner
    return make_member(partner, role=MemberRole.DEVELOPER)


def make_machine(by: Member, *scopes: str) -> Program:
    fields = ClientFields(name="Release job", grant_types=("client_credentials",), scopes=scopes)
    return make_portal_client(by, fields)


def api_of(program: Program, scope: str) -> Api:
    return Api(token=issue_access_token(credentials=program.issued.set, scope=scope))


def test_it_works_on_its_partners_apps_as_itself(devi: Member) -> None:
    version = make_version(make_app(devi.partner))
    program = make_machine(devi, *ALL)
    api = api_of(program, " ".join(ALL))
    me = read(api.get("/machine"))
    assert (me["client"], me["partner_id"], me["scopes"]) == ("Release job", devi.partner_id.hex, sorted(ALL))
    home = f"/partners/{devi.partner_id.hex}"
    assert [app["slug"] for app in read(api.get(f"{home}/apps"))["items"]] == ["ledgerline"]
    submitted = read(api.post(f"{home}/versions/{version.pk.hex}/submissions", {"track": "technical"}), 201)
    assert submitted["submitted_by"] == "Devi Rao"
    event = Event.objects.filter(kind="technical_content.submitted").get()
    assert (event.actor_kind, event.actor_id, event.actor_label) == ("client", program.client.pk.hex, "Release job")
    program.issued.set.refresh_from_db()
    assert program.issued.set.last_used_at is not None

    devi.is_active = False
    devi.save()
    version = make_version(make_app(devi.partner, name="Whisper"))
    assert read(api.post(f"{home}/versions/{version.pk.hex}/submissions", {"track": "listing"}), 201)
    assert Submission.objects.get(track="listing").submitted_by.name == "Mara Lind"


def test_it_gets_no_further_than_its_scopes(devi: Member) -> None:
    version = make_version(make_app(devi.partner))
    home = f"/partners/{devi.partner_id.hex}"
    api = api_of(make_machine(devi, *ALL), "partner-apps:read")
    everything = api_of(make_machine(devi, *ALL), " ".join(ALL))
    stranger = make_partner()
    before = (Event.objects.count(), Version.objects.count(), App.objects.count())
    assert read(api.get(f"{home}/versions/{version.pk.hex}"))["name"] == "1.0.0"
    answer = api.post(f"{home}/apps/{version.app_id.hex}/versions", {"name": "2.0.0"})
    refusal(answer, 403, "insufficient-scope")
    assert answer["WWW-Authenticate"] == 'Bearer error="insufficient_scope", scope="partner-apps:write"'
    answer = api.post(f"{home}/versions/{version.pk.hex}/make-available")
    assert answer["WWW-Authenticate"] == 'Bearer error="insufficient_scope", scope="partner-apps:publish"'
    for path in ("", "/members", "/clients"):
        refusal(everything.get(f"{home}{path}"), 403, "token-limited")
    refusal(everything.get("/me"), 403, "token-limited")
    refusal(everything.get("/operator/submissions"), 404, "not-found")
    refusal(everything.get(f"/accounts/{devi.partner.developer_account_id}/installations"), 404, "not-found")
    refusal(everything.get(f"/partners/{stranger.pk.hex}/apps"), 404, "not-found")
    assert (Event.objects.count(), Version.objects.count(), App.objects.count()) == before


def test_it_gives_links_and_test_accounts_and_leaves_ends_and_transfers_to_owners(devi: Member) -> None:
    version = make_version(make_app(devi.partner))
    harbour = make_user().account
    home = f"/partners/{devi.partner_id.hex}"
    program = make_machine(devi, *ALL)
    reader, publisher = api_of(program, "partner-apps:read"), api_of(program, "partner-apps:publish")
    link, testers = f"{home}/versions/{version.pk.hex}/install-link", f"{home}/apps/{version.app_id.hex}/test-accounts"
    before = Event.objects.count()
    answer = reader.post(link)
    refusal(answer, 403, "insufficient-scope")
    assert answer["WWW-Authenticate"] == 'Bearer error="insufficient_scope", scope="partner-apps:publish"'
    refusal(reader.post(testers, {"account": harbour.name}), 403, "insufficient-scope")
    everything = api_of(program, " ".join(ALL))
    for path in (f"versions/{version.pk.hex}/retire", f"apps/{version.app_id.hex}/retire"):
        refusal(everything.post(f"{home}/{path}"), 403, "token-limited")
    refusal(everything.get(f"{home}/transfers"), 403, "token-limited")
    assert Event.objects.count() == before

    assert read(publisher.post(link), 201)["address"] == read(publisher.get(link))["address"]
    tester = read(publisher.post(testers, {"account": harbour.name}), 201)
    assert [one["id"] for one in read(reader.get(testers))["items"]] == [tester["id"]]
    made = Event.objects.filter(kind__in=["install_link.made", "app_tester.invited"])
    assert {(one.actor_kind, one.actor_label) for one in made} == {("client", "Release job")}


def test_other_access_tokens_are_turned_away(devi: Member) -> None:
    machine = make_machine(devi, *ALL, "account:read")
    for token, code, status in (
        (issue_access_token(credentials=make_program().issued.set, scope="apps:read"), "not-a-machine", 403),
        (issue_access_token(credentials=machine.issued.set, scope="account:read"), "not-a-machine", 403),
        ("eyJ.nonsense.", "token-refused", 401),
    ):
        answer = Api(token=token).get(f"/partners/{devi.partner_id.hex}/apps")
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    api = api_of(machine, "partner-apps:read")
    assert api.get("/machine").status_code == 200
    delete_portal_client(actor=actor_for(devi.person), by=devi, client=machine.client)
    assert api.get("/machine").status_code == 401


def test_scopes_are_for_clients_of_the_portal_alone_and_give_what_a_developer_has() -> None:
    assert set(ALL) <= set(FOR_PORTAL_CLIENTS)
    assert not set(ALL) & set(REQUESTABLE)
    assert frozenset().union(*PERMISSIONS.values()) < MEMBER_ROLES[MemberRole.DEVELOPER]


def test_the_same_request_again_is_answered_once(devi: Member) -> None:
    version = make_version(make_app(devi.partner))
    api = api_of(make_machine(devi, *ALL), " ".join(ALL))
    path = f"/partners/{devi.partner_id.hex}/apps/{version.app_id.hex}/versions"
    first = api.post(path, {"name": "2.0.0"}, key="one")
    assert read(api.post(path, {"name": "2.0.0"}, key="one"), 201) == read(first, 201)
    assert Version.objects.count() == 2
