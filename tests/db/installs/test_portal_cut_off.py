"""The kill switch for clients that a partner made in the portal: found, cut off, told, and let in again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.db.identity.by_hand import delete, everything, is_alive, make_pair, regenerate, token_of
from tests.db.installs.test_access import WHY, cut, restore
from tests.db.notify.test_letters import told
from tests.factories.accounts import actor_for, make_operator, make_user
from tests.factories.identity import EXPORT, SIGN_IN, Program, make_login_session, make_portal_client
from tests.factories.installs import make_completed
from tests.factories.mail import deliver
from tests.factories.partners import make_member

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.identity.errors import AlreadyCutOff, ClientCutOff, ClientDeleted
from fondaco.identity.models import CredentialSet, Cutoff, TokenFamily
from fondaco.identity.queries import find_credentials, get_portal_client
from fondaco.installs.actions import cut_off
from fondaco.installs.reach import Target, find_in_force, find_targets, get_target, measure_reach, target_of
from fondaco.kit import clock
from fondaco.kit.errors import Forbidden, Invalid, NotFound
from fondaco.partners.models import Member, MemberRole

pytestmark = pytest.mark.django_db


@pytest.fixture
def jon() -> Operator:
    return make_operator(OperatorRole.SUPPORT)


@pytest.fixture
def program(mara: Member) -> Program:
    return make_portal_client(mara)


def target(by: Operator, program: Program) -> Target:
    return get_target(by, "client", program.client.pk.hex)


def gets_tokens(program: Program, client_id: str = "") -> bool:
    return find_credentials(program.account, client_id or program.issued.client_id) is not None


def sign_in_by(program: Program) -> TokenFamily:
    user = make_user(program.account)
    return TokenFamily.objects.create(
        client=program.client,
        user=user,
        login_session=make_login_session(user.person),
        expires_at=clock.now() + timedelta(days=30),
    )


def test_it_is_found_by_name_id_client_id_account_and_partner(jon: Operator, mara: Member, program: Program) -> None:
    make_portal_client(make_member(), SIGN_IN)
    for text in (
        EXPORT.name[:7].upper(),
        program.client.pk.hex,
        program.issued.client_id,
        mara.partner.developer_account.name,
        mara.partner.name,
    ):
        found = [(each.kind, each.id) for each in find_targets(jon, text)]
        assert ("client", program.client.pk.hex) in found, text
        assert len(found) <= 2, text
    whose = target(jon, program)
    assert (whose.name, whose.partner, whose.confirmation, whose.is_gone) == (EXPORT.name, mara.partner, "", False)


def test_an_installation_is_found_by_its_client_id(jon: Operator) -> None:
    ours = make_completed()
    client_id = CredentialSet.objects.get(client=ours.client).wire_client_id
    assert [(each.kind, each.id) for each in find_targets(jon, client_id)] == [("installation", ours.pk.hex)]
    with pytest.raises(NotFound):  # its client is reached by its installation, which is told
        get_target(jon, "client", ours.client_id.hex)


def test_it_is_out_at_once_and_no_other_is(jon: Operator, mara: Member, program: Program) -> None:
    other = make_portal_client(mara, EXPORT)
    tokens = [token_of(program.issued), token_of(other.issued)]
    family = sign_in_by(program)
    assert measure_reach(target(jon, program)).sign_ins == 1
    cutoff = cut(jon, target(jon, program))
    assert [is_alive(token) for token in tokens] == [False, True]
    assert [gets_tokens(each) for each in (program, other)] == [False, True]
    family.refresh_from_db()
    assert family.ended_at is not None
    assert measure_reach(target(jon, program)).sign_ins == 0
    assert (cutoff.client, cutoff.app, cutoff.version) == (program.client, None, None)
    assert find_in_force(target(jon, program)) == [cutoff]
    fact = Event.objects.get(kind="access.cut_off")
    assert (fact.actor_label, fact.account_id, fact.partner_id) == (
        jon.person.name,
        program.account.pk,
        mara.partner_id,
    )
    assert fact.data == {"covers": "client", "id": program.client.pk.hex, "reason": WHY}
    assert get_portal_client(mara, program.client.pk.hex).cut_off_because == WHY  # type: ignore[attr-defined]


def test_its_partner_can_make_no_new_secret_while_it_is_out(jon: Operator, mara: Member, program: Program) -> None:
    cut(jon, target(jon, program))
    before = everything()
    for attempt in (lambda: regenerate(mara, program.client), lambda: make_pair(mara, program.client)):
        with pytest.raises(ClientCutOff) as refusal:
            attempt()
        assert WHY in str(refusal.value)
    assert everything() == before


def test_let_in_again_nothing_old_comes_back(jon: Operator, mara: Member, program: Program) -> None:
    token = token_of(program.issued)
    cutoff = cut(jon, target(jon, program))
    restore(jon, cutoff)
    assert not is_alive(token)
    assert not gets_tokens(program)
    assert get_portal_client(mara, program.client.pk.hex).cut_off_because is None  # type: ignore[attr-defined]
    issued = regenerate(mara, program.client)
    assert gets_tokens(program, issued.client_id)
    assert is_alive(token_of(issued))
    found = target_of(Cutoff.objects.get())
    assert found is not None
    assert (found.kind, found.client) == ("client", program.client)


def test_a_public_one_gets_another_id(jon: Operator, mara: Member) -> None:
    program = make_portal_client(mara, SIGN_IN, is_public=True)
    restore(jon, cut(jon, target(jon, program)))
    [newer] = get_portal_client(mara, program.client.pk.hex).sets_in_force  # type: ignore[attr-defined]
    assert newer.wire_client_id != program.issued.client_id
    assert (newer.secret_hash, newer.public_key) == ("", "")
    assert [gets_tokens(program), gets_tokens(program, newer.wire_client_id)] == [False, True]


def test_who_looks_after_clients_is_told(jon: Operator, mara: Member, program: Program) -> None:
    make_member(mara.partner, role=MemberRole.MARKETING)
    devi = make_member(mara.partner, role=MemberRole.DEVELOPER)
    people = sorted([mara.person.email, devi.person.email])
    deliver()
    cutoff = cut(jon, target(jon, program))
    [letter] = deliver()
    assert told(letter) == (people, f"{EXPORT.name} is cut off")
    assert WHY in str(letter.body)
    restore(jon, cutoff)
    [letter] = deliver()
    assert told(letter) == (people, f"{EXPORT.name} is let in again")
    assert "Regenerate its secret in the portal" in str(letter.body)


def test_refusals_change_nothing(jon: Operator, mara: Member, program: Program) -> None:
    whose, fay = target(jon, program), make_operator(OperatorRole.FINANCE)
    before = everything()
    for by, reason, refused in ((jon, " \n", Invalid), (jon, "x" * 1001, Invalid), (fay, WHY, Forbidden)):
        with pytest.raises(refused):
            cut_off(actor=actor_for(by.person), by=by, target=whose, reason=reason)
    with pytest.raises(Forbidden):
        get_target(fay, "client", program.client.pk.hex)
    assert (everything(), Cutoff.objects.count()) == (before, 0)
    cut(jon, whose)
    before = everything()
    with pytest.raises(AlreadyCutOff):
        cut(jon, whose)
    assert (everything(), Cutoff.objects.count()) == (before, 1)


def test_a_deleted_one_is_not_found_and_not_cut_off(jon: Operator, mara: Member, program: Program) -> None:
    whose = target(jon, program)
    delete(mara, program.client)
    before = everything()
    with pytest.raises(ClientDeleted):
        cut(jon, whose)
    with pytest.raises(NotFound):
        target(jon, program)
    assert find_targets(jon, program.issued.client_id) == []
    assert (everything(), Cutoff.objects.count()) == (before, 0)
