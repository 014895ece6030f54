"""The device flow: who asks, who decides, and that nothing is given twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from itertools import product

import pytest
from django.db import connection, transaction
from tests.factories.accounts import SYSTEM, actor_for, make_person, make_user

from fondaco.accounts.actions import deactivate_user
from fondaco.audit.actor import Actor
from fondaco.audit.models import Event
from fondaco.audit.status import IllegalTransition, transition
from fondaco.identity import devices, errors
from fondaco.identity.actions import approve_device, ask_for_device, create_personal_token, deny_device, spend_device
from fondaco.identity.jobs import forget_expired
from fondaco.identity.models import DeviceAuthorization, PersonalAccessToken
from fondaco.identity.states import DEVICE, DeviceStatus
from fondaco.identity.tokens import find_personal_token
from fondaco.kit import clock, crypto, deadlines
from fondaco.kit.errors import DomainError

pytestmark = pytest.mark.django_db
TERMINAL = Actor.anonymous(label="command line", address="192.0.2.9")


def ask(**more: object) -> tuple[DeviceAuthorization, str, str]:
    return ask_for_device(actor=TERMINAL, program="fondaco-cli", **{"device": "ana-laptop", **more})  # type: ignore[arg-type]


def spend(device_code: str, program: str = "fondaco-cli") -> tuple[PersonalAccessToken, str]:
    return spend_device(actor=TERMINAL, program=program, device_code=device_code)


def status_of(device: DeviceAuthorization) -> str:
    return DeviceAuthorization.objects.get(pk=device.pk).status


def test_from_the_question_to_the_token() -> None:
    user = make_user()
    with clock.freeze() as now:
        device, device_code, user_code = ask()
        assert (device.address, device.device, device.expires_at) == (
            "192.0.2.9",
            "ana-laptop",
            now + timedelta(minutes=10),
        )
        with pytest.raises(errors.DevicePending):
            spend(device_code)
        approve_device(actor=actor_for(user.person), by=user.person, device=devices.find_waiting_device(user_code))
        with clock.travel(timedelta(seconds=5)):
            token, plain = spend(device_code)
            assert token.expires_at == clock.now() + timedelta(days=90)
    assert (token.person, token.name, token.scopes) == (user.person, "ana-laptop", [])
    assert find_personal_token(plain).pk == token.pk
    kinds = list(Event.objects.order_by("id").values_list("kind", flat=True))
    assert [kind for kind in kinds if kind.startswith(("device", "personal"))] == [
        "device.asked", "device.approved", "personal_token.created",
    ]  # fmt: skip
    assert status_of(device) == "spent"


def test_both_codes_are_kept_as_hashes_only() -> None:
    _device, device_code, user_code = ask()
    kept = " ".join(str(row) for row in [*DeviceAuthorization.objects.values(), *Event.objects.values()])
    assert device_code not in kept
    assert user_code not in kept


def test_a_token_is_given_once() -> None:
    person = make_user().person
    device, device_code, _ = ask()
    approve_device(actor=actor_for(person), by=person, device=device)
    spend(device_code)
    with clock.travel(timedelta(seconds=6)), pytest.raises(errors.DeviceUnknown):
        spend(device_code)
    assert PersonalAccessToken.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_questions_at_once_one_gets_it() -> None:
    person = make_user().person
    device, device_code, _ = ask()
    approve_device(actor=actor_for(person), by=person, device=device)
    results = at_once(lambda: spend(device_code), 4)
    assert sorted(results) == ["DeviceUnknown", "DeviceUnknown", "DeviceUnknown", "done"]
    assert PersonalAccessToken.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_yes_and_no_at_once_one_counts() -> None:
    person = make_user().person
    device, _, _ = ask()
    outcomes = iter([approve_device, deny_device])
    results = at_once(lambda: next(outcomes)(actor=actor_for(person), by=person, device=device), 2)
    assert sorted(results) == ["NoSuchUserCode", "done"]
    assert Event.objects.filter(kind__in=["device.approved", "device.denied"]).count() == 1


def at_once(what: Callable[[], object], times: int) -> list[str]:
    results: list[str] = []

    def run() -> None:
        try:
            what()
            results.append("done")
        except DomainError as refusal:
            results.append(type(refusal).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_who_asks_too_often_is_slowed_down_a_little_more_each_time() -> None:
    with clock.freeze():
        device, device_code, _ = ask()
        with pytest.raises(errors.DevicePending):
            spend(device_code)
        for interval in (10, 15):
            with clock.travel(timedelta(seconds=4)), pytest.raises(errors.DeviceTooFast):
                spend(device_code)
            device.refresh_from_db()
            assert device.interval == interval
        with clock.travel(timedelta(seconds=19)), pytest.raises(errors.DevicePending):
            spend(device_code)


def test_an_approved_device_that_asks_too_soon_waits_as_well() -> None:
    person = make_user().person
    with clock.freeze():
        device, device_code, _ = ask()
        with pytest.raises(errors.DevicePending):
            spend(device_code)
        approve_device(actor=actor_for(person), by=person, device=device)
        with clock.travel(timedelta(seconds=4)), pytest.raises(errors.DeviceTooFast):
            spend(device_code)
        with clock.travel(timedelta(seconds=14)):
            spend(device_code)
    assert status_of(device) == "spent"


def test_a_refused_device_is_told_so() -> None:
    person = make_user().person
    device, device_code, user_code = ask()
    deny_device(actor=actor_for(person), by=person, device=device)
    for seconds in (0, 6, 7):
        with clock.travel(timedelta(seconds=seconds)), pytest.raises(errors.DeviceDenied):
            spend(device_code)
    with pytest.raises(errors.NoSuchUserCode):
        devices.find_waiting_device(user_code)
    assert not PersonalAccessToken.objects.exists()


@pytest.mark.parametrize("is_approved", [False, True])
@pytest.mark.parametrize("is_swept", [False, True])
def test_after_ten_minutes_it_is_over(is_approved: bool, is_swept: bool) -> None:
    person = make_user().person
    with clock.freeze():
        device, device_code, user_code = ask()
        if is_approved:
            approve_device(actor=actor_for(person), by=person, device=device)
        with clock.travel(timedelta(minutes=10)):
            if is_swept:
                assert deadlines.sweep_once() == 1
                assert status_of(device) == "expired"
            with pytest.raises(errors.DeviceExpired):
                spend(device_code)
            with pytest.raises(errors.NoSuchUserCode):
                devices.find_waiting_device(user_code)
            with pytest.raises(errors.NoSuchUserCode):
                approve_device(actor=actor_for(person), by=person, device=device)
        with clock.travel(timedelta(minutes=10, seconds=1)):
            forget_expired()
    assert not DeviceAuthorization.objects.exists()
    assert not PersonalAccessToken.objects.exists()


def test_codes_as_people_type_them() -> None:
    assert set(devices.new_user_code().replace("-", "")) <= set("BCDFGHJKLMNPQRSTVWXZ")
    for typed in ("wdjbmjht", " WDJB MJHT ", "wdjb-mjht", "W.D.J.B.M.J.H.T"):
        assert devices.read_user_code(typed) == "WDJB-MJHT"
    for typed in ("", "WDJB", "WDJB-MJHTX", "AEIO-UAEI", "1234-5678", "ＷＤＪＢMJHT", "\0", "x" * 1000):
        assert devices.read_user_code(typed) == ""


def test_wrong_device_codes_are_unknown() -> None:
    _, device_code, _ = ask()
    for wrong in ("", device_code[:-1], device_code + "x", crypto.new_secret("fdd_"), "é" * 50, "\0"):
        with pytest.raises(errors.DeviceUnknown):
            spend(wrong)
    with pytest.raises(errors.DeviceUnknown):
        spend(device_code, program="another")


def test_what_a_machine_calls_itself_is_cut_to_a_line() -> None:
    device, _, _ = ask(device="evil\r\nname\0\u202e" + "x" * 100)
    assert device.device == "evilname" + "x" * 52
    assert ask(device="\n")[0].device == ""


# What it may do -------------------------------------------------------------------------------------------------------


def test_it_gets_of_what_it_asks_for_what_its_person_has() -> None:
    user = make_user(role="supervisor")
    device, device_code, _ = ask(scopes=["people.manage", "people.view", "operator.finance"])
    assert devices.grantable(user.person, device) == ["people.view"]
    approve_device(actor=actor_for(user.person), by=user.person, device=device)
    token, _ = spend(device_code)
    assert token.scopes == ["people.view"]


def test_who_has_none_of_it_cannot_approve_and_never_gives_everything() -> None:
    user = make_user(role="supervisor")
    device, _, _ = ask(scopes=["people.manage"])
    with pytest.raises(errors.NothingToGrant):
        approve_device(actor=actor_for(user.person), by=user.person, device=device)
    nobody = make_person()
    with pytest.raises(errors.NothingToGrant):
        approve_device(actor=actor_for(nobody), by=nobody, device=ask()[0])
    assert set(DeviceAuthorization.objects.values_list("status", flat=True)) == {"pending"}


def test_scopes_that_do_not_exist_are_refused() -> None:
    with pytest.raises(errors.PermissionUnknown):
        ask(scopes=["people.view", "everything"])
    assert not DeviceAuthorization.objects.exists()


def test_who_lost_it_meanwhile_gives_nothing() -> None:
    admin = make_user()
    user = make_user(admin.account, role="supervisor")
    for scopes in (["people.view"], []):
        device, device_code, _ = ask(scopes=scopes)
        approve_device(actor=actor_for(user.person), by=user.person, device=device)
        if user.is_active:
            deactivate_user(actor=SYSTEM, by=admin, user=user)
            user.refresh_from_db()
        with pytest.raises(errors.DeviceDenied):
            spend(device_code)
        user.is_active = True
        user.save(update_fields=["is_active"])
    assert not PersonalAccessToken.objects.exists()


def test_a_full_list_of_tokens_is_said_before_and_is_a_refusal_after() -> None:
    person = make_user().person
    device, device_code, _ = ask()
    approve_device(actor=actor_for(person), by=person, device=device)
    for _ in range(50):
        create_personal_token(actor=SYSTEM, person=person, name="x")
    with pytest.raises(errors.DeviceDenied):
        spend(device_code)
    with pytest.raises(errors.TooManyTokens):
        approve_device(actor=actor_for(person), by=person, device=ask()[0])
    assert PersonalAccessToken.objects.count() == 50


@pytest.mark.parametrize(("at", "to"), list(product(DeviceStatus, DeviceStatus)))
def test_every_step_of_the_machine(at: DeviceStatus, to: DeviceStatus) -> None:
    allowed = {
        ("pending", "approved"), ("pending", "denied"), ("pending", "expired"), ("approved", "spent"),
        ("approved", "expired"),
    }  # fmt: skip
    device, _, _ = ask()
    ways = {"pending": [], "approved": ["approved"], "denied": ["denied"], "expired": ["expired"],
            "spent": ["approved", "spent"]}  # fmt: skip
    with transaction.atomic():
        for step in ways[at]:
            transition(device, DeviceStatus(step), actor=SYSTEM)
        if (at, to) in allowed:
            assert transition(device, to, actor=SYSTEM).status == to
        else:
            with pytest.raises(IllegalTransition):
                transition(device, to, actor=SYSTEM)
    assert DEVICE.initial == "pending"
