"""The kill switch by the management API, for one token that was found and for a portal client."""

from __future__ import annotations

import pytest
from tests.db.identity.by_hand import is_alive, token_of
from tests.db.installs.test_found_tokens import refresh_token_of
from tests.factories.accounts import actor_for, make_operator, make_user
from tests.factories.identity import make_portal_client
from tests.factories.installs import make_completed
from tests.factories.partners import make_member
from tests.http.api.caller import Api, read, refusal

from fondaco.accounts.permissions import OperatorRole
from fondaco.identity.actions import create_personal_token
from fondaco.identity.models import PersonalAccessToken
from fondaco.kit import crypto

pytestmark = pytest.mark.django_db
LOOK_UP, REVOKE = "/operator/access-tokens/look-up", "/operator/access-tokens/revoke"


@pytest.fixture
def api() -> Api:
    return Api(make_operator(OperatorRole.SUPPORT).person)


def test_a_refresh_token(api: Api) -> None:
    ours = make_completed()
    family, plain = refresh_token_of(ours)
    found = read(api.post(LOOK_UP, {"token": plain}))
    assert {name: found[name] for name in ("kind", "is_live", "client", "account_id", "installation_id", "scopes")} == {
        "kind": "refresh_token",
        "is_live": True,
        "client": ours.client.name,
        "account_id": ours.account_id,
        "installation_id": ours.pk.hex,
        "scopes": ["apps:read", "openid"],
    }
    assert (found["user_id"], found["person"]) == (family.user_id, ours.installed_by.person.name)
    read(api.post(REVOKE, {"token": plain, "reason": "On a pastebin"}))
    family.refresh_from_db()
    assert family.ended_at is not None
    assert read(api.post(LOOK_UP, {"token": plain}))["is_live"] is False
    refusal(api.post(REVOKE, {"token": plain, "reason": "On a pastebin"}), 409, "token-dead")


def test_a_personal_token(api: Api) -> None:
    user = make_user()
    row, plain = create_personal_token(actor=actor_for(user.person), person=user.person, name="Nightly")
    found = read(api.post(LOOK_UP, {"token": plain}))
    assert (found["kind"], found["person_id"], found["client"]) == (
        "personal_access_token",
        user.person_id.hex,
        None,
    )
    assert plain not in str(found)
    read(api.post(REVOKE, {"token": plain, "reason": "On a pastebin"}))
    row.refresh_from_db()
    assert row.revoked_at is not None


def test_none_of_ours(api: Api) -> None:
    before = PersonalAccessToken.objects.filter(revoked_at=None).count()
    for path, body in ((LOOK_UP, {}), (REVOKE, {"reason": "On a pastebin"})):
        refusal(api.post(path, {"token": crypto.new_secret("fdr_"), **body}), 422, "token-unknown")
    assert PersonalAccessToken.objects.filter(revoked_at=None).count() == before


def test_a_portal_client_is_cut_off_and_let_in(api: Api) -> None:
    mara = make_member()
    program = make_portal_client(mara)
    token = token_of(program.issued)
    [found] = read(api.get("/operator/access", text=program.issued.client_id))["items"]
    place = f"/operator/access/client/{program.client.pk.hex}"
    assert found == {"kind": "client", "id": program.client.pk.hex, "name": program.client.name, "confirmation": None}
    assert read(api.get(place))["sign_ins"] == 0
    cutoff = read(api.post(f"{place}/cut-off", {"reason": "On a pastebin"}), 201)
    assert (cutoff["covers"], cutoff["target_id"]) == ("client", program.client.pk.hex)
    assert not is_alive(token)
    partner = Api(mara.person)
    [theirs] = read(partner.get(f"/partners/{mara.partner_id.hex}/clients"))["items"]
    assert (theirs["cut_off_because"], theirs["credential_sets"]) == ("On a pastebin", [])
    read(api.post(f"/operator/cutoffs/{cutoff['id']}/restore", {"reason": "Mended"}))
    assert not is_alive(token)
