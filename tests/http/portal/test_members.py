"""Inviting colleagues to a partner, changing what they do, and letting them go."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.factories.accounts import make_user
from tests.factories.mail import deliver
from tests.factories.partners import make_member

from fondaco.accounts.models import Invitation, User
from fondaco.partners.models import Member, MemberRole

pytestmark = pytest.mark.django_db


@pytest.fixture
def mara(client: Client) -> Member:
    member = make_member()
    make_user(member.partner.developer_account, person=member.person)
    client.force_login(member.person)
    return member


def test_members_are_listed(client: Client, mara: Member) -> None:
    devi = make_member(mara.partner, role=MemberRole.DEVELOPER)
    stranger = make_member(role=MemberRole.FINANCE)
    text = client.get("/portal/members").content.decode()
    assert devi.person.email in text
    assert "Developer" in text
    assert stranger.person.email not in text


def test_an_invitation_is_mailed_and_can_be_taken_back(client: Client, mara: Member) -> None:
    entries = {"name": "Devi Rao", "email": "devi@people.example", "role": "developer"}
    assert client.post("/portal/members/invite", entries)["Location"] == "/portal/members"
    [letter] = deliver()
    assert letter.to == ["devi@people.example"]
    assert "Mara Lind invites you to Ledgerline GmbH" in letter.subject
    invitation = Invitation.objects.get()
    assert "devi@people.example" in client.get("/portal/members").content.decode()
    client.post(f"/portal/members/invitations/{invitation.pk.hex}/withdraw")
    invitation.refresh_from_db()
    assert invitation.status == "withdrawn"


@pytest.mark.parametrize(("field", "value"), [("name", ""), ("email", "devi"), ("role", "king"), ("role", "")])
def test_one_error_at_the_field_and_the_rest_is_kept(client: Client, mara: Member, field: str, value: str) -> None:
    entries = {"name": "Devi Rao", "email": "devi@people.example", "role": "developer", field: value}
    response = client.post("/portal/members/invite", entries)
    text = response.content.decode()
    assert response.status_code == 422
    assert f'id="id_{field}_error"' in text
    assert all(typed in text for name, typed in entries.items() if name != field)
    assert not Invitation.objects.exists()


def test_a_role_is_changed_and_a_member_removed_with_their_sandbox_seat(client: Client, mara: Member) -> None:
    devi = make_member(mara.partner, role=MemberRole.DEVELOPER)
    seat = make_user(mara.partner.developer_account, person=devi.person)
    path = f"/portal/members/{devi.pk.hex}"
    assert client.get(path).status_code == 200
    client.post(path, {"role": "finance"})
    devi.refresh_from_db()
    assert devi.role == "finance"
    assert "Finance · member since " in client.get(path).content.decode()
    assert "data-confirm" not in client.get(path).content.decode()
    warning = "You leave the partner with the click, and only another owner can invite you again."
    assert f'data-confirm="{warning}"' in client.get(f"/portal/members/{mara.pk.hex}").content.decode()

    client.post(f"{path}/remove")

    devi.refresh_from_db()
    assert not devi.is_active
    assert not User.objects.get(pk=seat.pk).is_active
    theirs = Client()
    theirs.force_login(devi.person)
    assert theirs.get("/portal/members").status_code == 403
    assert client.get(path).status_code == 404


def test_the_last_owner_is_refused_with_the_reason(client: Client, mara: Member) -> None:
    path = f"/portal/members/{mara.pk.hex}"
    for response in (client.post(path, {"role": "finance"}), client.post(f"{path}/remove")):
        assert response.status_code == 409
        assert "is the last owner" in response.content.decode()
    mara.refresh_from_db()
    assert (mara.role, mara.is_active) == ("owner", True)


def test_who_may_look_may_not_change_and_strangers_find_nothing(client: Client, mara: Member) -> None:
    other = make_member()
    for path in (f"/portal/members/{other.pk.hex}", "/portal/members/nobody"):
        assert client.get(path).status_code == 404
    assert client.post(f"/portal/members/{other.pk.hex}/remove").status_code == 404
    devi = make_member(mara.partner, role=MemberRole.DEVELOPER)
    client.force_login(devi.person)
    assert "/portal/members/invite" not in client.get("/portal/members").content.decode()
    path = f"/portal/members/{mara.pk.hex}"
    assert client.get(path).status_code == 403
    assert client.post(path, {"role": "finance"}).status_code == 403
    assert client.post(f"{path}/remove").status_code == 403
    client.force_login(make_user().person)
    assert client.get("/portal/members").status_code == 403
    assert Client().get("/portal/members")["Location"].startswith("/account/login/")
    mara.refresh_from_db()
    assert (mara.role, mara.is_active) == ("owner", True)
