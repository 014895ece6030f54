"""One token that an operator found, looked up and ended by the management API."""

from __future__ import annotations

import pytest
from tests.db.installs.test_found_tokens import refresh_token_of
from tests.factories.accounts import actor_for, make_operator, make_user
from tests.factories.installs import make_completed
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
