"""The kill switch: what is cut off is out at once, its people hear of it, and nothing old comes back."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.factories.accounts import actor_for, make_operator
from tests.factories.catalog import make_app, make_published_version
from tests.factories.identity import make_login_session
from tests.factories.installs import PARTNER_PROGRAM, follow_cutoffs, make_completed, make_installing, order

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.audit.status import IllegalTransition
from fondaco.identity.errors import AlreadyCutOff, TokenRefused
from fondaco.identity.models import CredentialSet, Cutoff, TokenFamily
from fondaco.identity.queries import find_credentials
from fondaco.identity.tokens import issue_access_token, verify_access_token
from fondaco.installs import jobs
from fondaco.installs.actions import (
    access,
    answer_operation,
    cut_off,
    force_uninstall_app,
    record_launch,
    restore_access,
    retry_installation,
    rotate_own_credentials,
)
from fondaco.installs.badges import Badge
from fondaco.installs.errors import AccessCutOff, AlreadyRemoved, LaunchRefused, NotInstallable
from fondaco.installs.models import Installation
from fondaco.installs.offers import get_offer
from fondaco.installs.queries import get_installation
from fondaco.installs.reach import (
    Target,
    TargetKind,
    find_in_force,
    find_targets,
    get_target,
    measure_reach,
)
from fondaco.installs.tokens import inspect_token, revoke_shown_token
from fondaco.kit import clock
from fondaco.kit.errors import Forbidden, Invalid, NotFound
from fondaco.messaging.models import Message

pytestmark = pytest.mark.django_db
WHY = "It copies contacts to a stranger's server."


@pytest.fixture
def jon() -> Operator:
    return make_operator(OperatorRole.SUPPORT)


def target_of(installation: Installation, kind: str) -> Target:
    if kind == "installation":
        return Target(TargetKind.INSTALLATION, installation.app, installation=installation)
    version = installation.version if kind == "version" else None
    return Target(TargetKind(kind), installation.app, version)


def cut(by: Operator, target: Target, **overrides: Any) -> Cutoff:
    fields: dict[str, Any] = {"reason": WHY, "confirmation": target.confirmation, **overrides}
    return cut_off(actor=actor_for(by.person), by=by, target=target, **fields)


def restore(by: Operator, cutoff: Cutoff, reason: str = "It was mended.") -> Cutoff:
    return restore_access(actor=actor_for(by.person), by=by, cutoff=cutoff, reason=reason)


def newest(installation: Installation) -> CredentialSet:
    return installation.client.credential_sets.select_related("client__account").latest("id")


def token_of(installation: Installation) -> str:
    return issue_access_token(credentials=newest(installation), scope="apps:read apps:write")


def is_let_in(token: str) -> bool:
    try:
        verify_access_token(token)
    except TokenRefused:
        return False
    return True


def gets_tokens(installation: Installation) -> bool:
    return find_credentials(installation.account, newest(installation).wire_client_id) is not None


def two() -> tuple[Installation, Installation]:
    """The same version in two accounts."""
    version = make_published_version()
    return make_completed(version=version), make_completed(version=version)


def count_everything() -> tuple[int, ...]:
    return (
        Cutoff.objects.count(),
        Event.objects.count(),
        CredentialSet.objects.exclude(status="revoked").count(),
        ProcrastinateJob.objects.count(),
    )


@pytest.mark.parametrize("kind", ["installation", "version", "app"])
def test_it_is_in_force_with_its_commit(jon: Operator, kind: str) -> None:
    """Before any job ran: no token is accepted, none is given, nobody launches."""
    ours, theirs = two()
    stranger = make_completed()
    tokens = {each.pk: token_of(each) for each in (ours, theirs, stranger)}
    cut(jon, target_of(ours, kind))
    is_wide = kind != "installation"
    assert [is_let_in(tokens[each.pk]) for each in (ours, theirs, stranger)] == [False, not is_wide, True]
    assert [gets_tokens(each) for each in (ours, theirs, stranger)] == [False, not is_wide, True]
    with pytest.raises(LaunchRefused) as refusal:
        record_launch(actor=PARTNER_PROGRAM, user=ours.installed_by, installation=Installation.objects.get(pk=ours.pk))
    assert WHY in str(refusal.value)
    assert "support@fondaco.example" in str(refusal.value)
    shown = get_installation(ours.installed_by, ours.pk.hex)
    assert (shown.badges[0], shown.can_launch) == (Badge.CUT_OFF, False)
    assert Installation.objects.get(pk=ours.pk).status == "completed"


def test_another_version_of_the_app_goes_on(jon: Operator) -> None:
    app = make_app()
    first = make_completed(version=make_published_version(app))
    second = make_completed(version=make_published_version(app, name="2.0.0"))
    tokens = [token_of(first), token_of(second)]
    cutoff = cut(jon, target_of(first, "version"))
    assert [is_let_in(token) for token in tokens] == [False, True]
    assert (cutoff.version, cutoff.app, cutoff.client) == (first.version, None, None)


def test_what_follows_ends_credentials_for_good_and_is_done_once(jon: Operator) -> None:
    ours, theirs = two()
    cutoff = cut(jon, target_of(ours, "app"))
    assert CredentialSet.objects.filter(status="revoked").count() == 0
    follow_cutoffs()
    assert CredentialSet.objects.exclude(status="revoked").count() == 0
    assert not Message.objects.filter(body__isnull=False).exists()
    facts = Event.objects.filter(kind="installation.cut_off")
    assert {fact.subject_id for fact in facts} == {ours.pk.hex, theirs.pk.hex}
    assert {fact.data["reason"] for fact in facts} == {WHY}
    jobs.follow_cutoff(cutoff_id=cutoff.pk.hex)
    assert facts.count() == 2


def test_it_goes_in_batches_and_can_be_killed_between_them(jon: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "BATCH", 1)
    ours, _theirs = two()
    cutoff = cut(jon, target_of(ours, "app"))
    first = access.follow_cutoff(actor=access.FOLLOWER, cutoff_id=cutoff.pk)
    assert first is not None
    assert CredentialSet.objects.filter(status="revoked").count() == 1
    follow_cutoffs()  # begins anew, as after a kill
    assert CredentialSet.objects.filter(status="revoked").count() == 2
    assert Event.objects.filter(kind="installation.cut_off").count() == 2


@pytest.mark.parametrize("kind", ["installation", "version", "app"])
def test_restoring_gives_new_credentials_and_nothing_old_comes_back(jon: Operator, kind: str) -> None:
    ours, _theirs = two()
    old, secret_set = token_of(ours), newest(ours)
    cutoff = cut(jon, target_of(ours, kind))
    follow_cutoffs()
    restore(jon, cutoff)
    follow_cutoffs()
    assert not is_let_in(old)
    assert find_credentials(ours.account, secret_set.wire_client_id) is None
    assert is_let_in(token_of(ours))
    message = Message.objects.filter(installation=ours).latest("sequence")
    assert message.type == "app.credentials_rotated"
    assert json.loads(message.wire_body)["data"]["client_id"] == newest(ours).wire_client_id
    assert Event.objects.filter(kind="installation.restored", subject_id=ours.pk.hex).count() == 1
    assert get_installation(ours.installed_by, ours.pk.hex).can_launch
    before = CredentialSet.objects.count()
    jobs.follow_cutoff(cutoff_id=cutoff.pk.hex)
    assert CredentialSet.objects.count() == before


def test_restored_before_anything_followed(jon: Operator) -> None:
    """The row alone must keep the old credentials dead."""
    ours, _theirs = two()
    old = token_of(ours)
    cutoff = cut(jon, target_of(ours, "app"))
    restore(jon, cutoff)
    assert not is_let_in(old)
    assert not gets_tokens(ours)
    follow_cutoffs()
    assert not is_let_in(old)
    assert gets_tokens(ours)


def test_two_cutoffs_on_one_installation(jon: Operator) -> None:
    ours, theirs = two()
    narrow, wide = cut(jon, target_of(ours, "installation")), cut(jon, target_of(ours, "app"))
    follow_cutoffs()
    assert Event.objects.filter(kind="installation.cut_off", subject_id=ours.pk.hex).count() == 1
    restore(jon, wide)
    follow_cutoffs()
    assert [gets_tokens(each) for each in (ours, theirs)] == [False, True]
    restore(jon, narrow)
    assert gets_tokens(ours)


def test_sessions_of_people_in_the_app_end(jon: Operator) -> None:
    ours, _theirs = two()
    user = ours.installed_by
    family = TokenFamily.objects.create(
        client=ours.client,
        user=user,
        login_session=make_login_session(user.person),
        expires_at=clock.now() + timedelta(days=30),
    )
    token = issue_access_token(credentials=newest(ours), scope="openid", family=family)
    assert measure_reach(target_of(ours, "app")).sign_ins == 1
    cut(jon, target_of(ours, "app"))
    assert not is_let_in(token)
    assert [measure_reach(target_of(ours, kind)).sign_ins for kind in ("app", "version", "installation")] == [0, 0, 0]
    follow_cutoffs()
    family.refresh_from_db()
    assert family.ended_at is not None


def test_the_audit_trail_says_who_what_and_why(jon: Operator) -> None:
    ours, _theirs = two()
    cutoff = cut(jon, target_of(ours, "version"))
    fact = Event.objects.get(kind="access.cut_off")
    assert (fact.actor_label, fact.partner_id, fact.account_id) == (jon.person.name, ours.app.partner_id, "")
    assert fact.data == {"covers": "version", "id": ours.version_id.hex, "reason": WHY}
    restore(jon, cutoff, "Mended in 1.0.1")
    fact = Event.objects.get(kind="access.restored")
    assert (fact.actor_label, fact.data["reason"]) == (jon.person.name, "Mended in 1.0.1")
    cutoff.refresh_from_db()
    assert (cutoff.status, cutoff.begun_by) == ("lifted", jon.person.name)


def test_the_partner_gets_nothing_by_event_while_cut_off(jon: Operator) -> None:
    ours, _theirs = two()
    cut(jon, target_of(ours, "installation"))
    before = Message.objects.count()
    with pytest.raises(AccessCutOff):
        rotate_own_credentials(actor=PARTNER_PROGRAM, installation=ours)
    assert Message.objects.count() == before


def test_no_new_installation_of_what_is_cut_off(jon: Operator) -> None:
    ours, _theirs = two()
    version, by = ours.version, make_completed().installed_by
    cut(jon, target_of(ours, "app"))
    offer = get_offer(by, version.app.slug)
    assert str(offer.why_not) == f"It is cut off by the platform: “{WHY}”"
    with pytest.raises(NotInstallable) as refusal:
        order(version, [by])
    assert WHY in str(refusal.value)
    assert not Installation.objects.filter(account=by.account, app=version.app).exists()


def test_a_declined_installation_is_not_tried_again_while_cut_off(jon: Operator) -> None:
    ours = make_installing()
    answer_operation(actor=PARTNER_PROGRAM, installation=ours, decision="reject")
    cutoff = cut(jon, target_of(ours, "app"))
    follow_cutoffs()
    by = ours.installed_by
    with pytest.raises(AccessCutOff):
        retry_installation(actor=actor_for(by.person), by=by, installation=ours)
    restore(jon, cutoff)
    follow_cutoffs()
    assert CredentialSet.objects.exclude(status="revoked").count() == 0
    retry_installation(actor=actor_for(by.person), by=by, installation=ours)
    assert gets_tokens(ours)


@pytest.mark.parametrize("role", [OperatorRole.FINANCE, OperatorRole.PARTNER_MANAGER, OperatorRole.MARKETING_REVIEWER])
def test_others_may_neither_look_nor_act(role: OperatorRole, jon: Operator) -> None:
    ours, _theirs = two()
    cutoff = cut(jon, target_of(ours, "installation"))
    by, token = make_operator(role), token_of(_theirs)
    before = count_everything()
    for attempt in (
        lambda: cut(by, target_of(ours, "app")),
        lambda: restore(by, cutoff),
        lambda: get_target(by, "app", ours.app_id.hex),
        lambda: find_targets(by, "Ledgerline"),
        lambda: inspect_token(by, token),
        lambda: revoke_shown_token(actor=actor_for(by.person), by=by, plain=token, reason=WHY),
    ):
        with pytest.raises(Forbidden):
            attempt()
    assert count_everything() == before
    assert is_let_in(token)


@pytest.mark.parametrize("confirmation", ["", "ledgerline", "Ledgerline 1.0.0"])
@pytest.mark.parametrize("kind", ["version", "app"])
def test_beyond_one_account_the_name_of_the_app_is_typed(jon: Operator, kind: str, confirmation: str) -> None:
    ours, _theirs = two()
    before = count_everything()
    with pytest.raises(Invalid) as refusal:
        cut(jon, target_of(ours, kind), confirmation=confirmation)
    assert set(refusal.value.fields) == {"confirmation"}
    assert count_everything() == before


@pytest.mark.parametrize("reason", ["", " \n", "x" * 1001])
def test_a_reason_is_needed_both_ways(jon: Operator, reason: str) -> None:
    ours, theirs = two()
    cutoff = cut(jon, target_of(theirs, "installation"))
    before = count_everything()
    for attempt in (
        lambda: cut(jon, target_of(ours, "installation"), reason=reason),
        lambda: restore(jon, cutoff, reason),
    ):
        with pytest.raises(Invalid) as refusal:
            attempt()
        assert set(refusal.value.fields) == {"reason"}
    assert count_everything() == before


def test_twice_is_refused(jon: Operator) -> None:
    ours, _theirs = two()
    for kind in ("installation", "version", "app"):
        cutoff = cut(jon, target_of(ours, kind))
        before = count_everything()
        with pytest.raises(AlreadyCutOff):
            cut(jon, target_of(ours, kind))
        assert count_everything() == before
        assert cutoff in find_in_force(target_of(ours, "installation"))
    restored = restore(jon, Cutoff.objects.get(app=ours.app))
    before = count_everything()
    with pytest.raises(IllegalTransition):
        restore(jon, restored)
    assert count_everything() == before
    cut(jon, target_of(ours, "app"))  # and again later


def test_what_was_removed_cannot_be_cut_off(jon: Operator) -> None:
    ours, _theirs = two()
    force_uninstall_app(actor=actor_for(jon.person), by=jon, installation=ours, reason="Asked by phone")
    with pytest.raises(AlreadyRemoved):
        cut(jon, target_of(ours, "installation"))
    with pytest.raises(NotFound):
        get_target(jon, "installation", ours.pk.hex)
    assert not Cutoff.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_switches_at_once_one_is_told(jon: Operator) -> None:
    ours, _theirs = two()
    gate, answers = threading.Barrier(2), []

    def click() -> None:
        gate.wait()
        try:
            cut(jon, target_of(ours, "app"))
            answers.append("done")
        except AlreadyCutOff:
            answers.append("told")
        connection.close()

    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["done", "told"]
    assert Cutoff.objects.count() == 1
    assert ProcrastinateJob.objects.filter(task_name=access.FOLLOW).count() == 1
