"""APIs of the operator's own: who may let one in, what it is, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from tests.factories.accounts import SYSTEM, actor_for, make_account, make_operator
from tests.factories.identity import Program, make_operator_client, make_portal_client
from tests.racing import at_once
from tests.searching import find_in_database

from fondaco.accounts.models import Account, Operator
from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.identity.actions import create_operator_client, delete_operator_client, rotate_operator_client
from fondaco.identity.errors import ProgramNameTaken, RotationUnderWay
from fondaco.identity.models import CredentialSet, OAuthClient
from fondaco.identity.queries import get_operator_client, list_operator_clients
from fondaco.kit import clock, deadlines
from fondaco.kit.errors import Forbidden, Invalid, NotFound

pytestmark = pytest.mark.django_db
REASON = "Somebody left."


def facts() -> list[tuple[str, str]]:
    return [(event.kind, event.data.get("reason", "")) for event in Event.objects.order_by("id")]


def living(program: Program) -> list[str]:
    sets = CredentialSet.objects.filter(client=program.client).order_by("id")
    return [each.wire_client_id for each in sets if each.is_usable]


def test_it_is_a_client_of_the_platforms_own_account_and_can_get_no_token() -> None:
    jon = make_operator(OperatorRole.TECHNICAL_REVIEWER)
    issued = create_operator_client(actor=actor_for(jon.person), by=jon, name=" Billing ", reason=" It asks. ")
    client = OAuthClient.objects.get()
    assert (client.kind, client.name, client.scopes, client.grant_types, client.is_public) == (
        "operator",
        "Billing",
        ["tokens:introspect"],
        [],
        False,
    )
    assert client.responsible == jon.person
    account = client.account
    assert (account.name, account.features, account.is_sandbox) == ("platform", ["platform"], True)
    assert account.users.count() == 0
    assert facts()[-4:] == [
        ("account.created", ""),
        ("client.created", ""),
        ("client.admitted", "It asks."),
        ("credentials.issued", ""),
    ]
    assert Event.objects.get(kind="client.admitted").actor_label == jon.person.name
    assert find_in_database(issued.client_secret) == []
    with pytest.raises(IntegrityError), transaction.atomic():
        OAuthClient.objects.update(grant_types=["client_credentials"])
    with pytest.raises(IntegrityError), transaction.atomic():
        OAuthClient.objects.update(is_public=True)


def test_all_share_one_account_and_each_has_a_name_of_its_own() -> None:
    for name in ("platform", "platform-2"):
        make_account(name, company_name="A customer")
    first, second = make_operator_client("Billing"), make_operator_client("Reports")
    assert second.account == first.account
    assert (first.account.name, first.account.features) == ("platform-3", ["platform"])
    with pytest.raises(ProgramNameTaken):
        make_operator_client("Billing")
    assert [each.name for each in list_operator_clients(None)] == ["Billing", "Reports"]
    assert Account.objects.filter(features__contains=["platform"]).count() == 1


@pytest.mark.parametrize("role", [role for role in OperatorRole if role != OperatorRole.TECHNICAL_REVIEWER])
def test_other_staff_may_not(role: OperatorRole) -> None:
    program, by = make_operator_client(), make_operator(role)
    before = facts()
    changes: list[Callable[[Operator], object]] = [
        lambda by: create_operator_client(actor=SYSTEM, by=by, name="Reports", reason=REASON),
        lambda by: rotate_operator_client(actor=SYSTEM, by=by, client=program.client, reason=REASON),
        lambda by: delete_operator_client(actor=SYSTEM, by=by, client=program.client, reason=REASON),
        list_operator_clients,
        lambda by: get_operator_client(by, program.client.pk.hex),
    ]
    for change in changes:
        with pytest.raises(Forbidden):
            change(by)
    assert facts() == before
    assert living(program) == [program.issued.client_id]


def test_every_change_says_why() -> None:
    program = make_operator_client()
    before = facts()
    for reason in ("", " \n", "x" * 1001, "a\0b"):
        for change in (
            lambda reason: create_operator_client(actor=SYSTEM, by=None, name="Reports", reason=reason),
            lambda reason: rotate_operator_client(actor=SYSTEM, by=None, client=program.client, reason=reason),
            lambda reason: delete_operator_client(actor=SYSTEM, by=None, client=program.client, reason=reason),
        ):
            with pytest.raises(Invalid) as refused:
                change(reason)
            assert list(refused.value.fields) == ["reason"]
    for name in ("", " ", "x" * 101, "a\nb"):
        with pytest.raises(Invalid) as refused:
            create_operator_client(actor=SYSTEM, by=None, name=name, reason=REASON)
        assert list(refused.value.fields) == ["name"]
    assert facts() == before


def test_a_rotation_leaves_the_old_set_a_week() -> None:
    program = make_operator_client()
    new = rotate_operator_client(actor=SYSTEM, by=None, client=program.client, reason=REASON)
    assert new.client_id != program.issued.client_id
    assert living(program) == [program.issued.client_id, new.client_id]
    assert ("credentials.rotated", REASON) in facts()
    with pytest.raises(RotationUnderWay):
        rotate_operator_client(actor=SYSTEM, by=None, client=program.client, reason=REASON)
    assert living(program) == [program.issued.client_id, new.client_id]
    with clock.freeze(clock.now() + timedelta(days=7, minutes=1)):
        assert living(program) == [new.client_id]
        deadlines.sweep_once()
    assert CredentialSet.objects.get(pk=program.issued.set.pk).status == "revoked"
    assert living(program) == [new.client_id]


def test_a_forced_rotation_leaves_none() -> None:
    program = make_operator_client()
    new = rotate_operator_client(actor=SYSTEM, by=None, client=program.client, reason=REASON, is_forced=True)
    assert living(program) == [new.client_id]


def test_who_is_deleted_has_nothing_left() -> None:
    program = make_operator_client()
    rotate_operator_client(actor=SYSTEM, by=None, client=program.client, reason=REASON)
    delete_operator_client(actor=SYSTEM, by=None, client=program.client, reason=REASON)
    assert living(program) == []
    assert ("client.revoked", REASON) in facts()
    assert list(list_operator_clients(None)) == []
    before = facts()
    for change in (rotate_operator_client, delete_operator_client):
        with pytest.raises(NotFound):
            change(actor=SYSTEM, by=None, client=program.client, reason=REASON)
    assert facts() == before
    assert make_operator_client().client.name == program.client.name  # the name is free again


def test_partners_clients_are_none_of_them() -> None:
    program = make_portal_client()
    for change in (rotate_operator_client, delete_operator_client):
        with pytest.raises(NotFound):
            change(actor=SYSTEM, by=None, client=program.client, reason=REASON)
    with pytest.raises(NotFound):
        get_operator_client(None, program.client.pk.hex)
    assert living(program) == [program.issued.client_id]


@pytest.mark.django_db(transaction=True)
def test_two_of_one_name_at_once_become_one() -> None:
    make_operator_client("Reports")
    outcomes = at_once(*[lambda: make_operator_client("Billing")] * 2)
    assert sorted(outcomes) == ["done", "program-name-taken"]
