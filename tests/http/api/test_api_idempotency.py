"""A POST with an Idempotency-Key is carried out once, whatever happens on the way."""

from __future__ import annotations

import threading
from datetime import timedelta
from unittest.mock import Mock

import pytest
from django.db import connection
from tests.factories.accounts import make_account, make_user
from tests.http.api.caller import Api, read, refusal

from fondaco.accounts.models import Invitation
from fondaco.kit import clock, idempotency
from fondaco.kit.idempotency import Answer, KeyInUse, answer_once, forget_old
from fondaco.kit.models import IdempotentAnswer


@pytest.mark.django_db
def test_the_same_request_gets_the_same_answer() -> None:
    admin = make_user()
    api, path = Api(admin.person), f"/accounts/{admin.account_id}/invitations"
    body = {"name": "Noor", "email": "noor@people.example", "role_id": admin.role_id.hex}
    first = api.post(path, body, key="one")
    again = api.post(path, body, key="one")
    assert read(first, 201) == read(again, 201)
    assert ("Idempotent-Replayed" in first, again["Idempotent-Replayed"]) == (False, "true")
    assert Invitation.objects.count() == 1
    refusal(api.post(path, body | {"name": "Nora"}, key="one"), 422, "idempotency-key-reused")
    other = f"/accounts/{admin.account_id}/users/{admin.pk}/deactivate"
    refusal(api.post(other, key="one"), 422, "idempotency-key-reused")
    refusal(api.post(path, body, key="two"), 409, "already-invited")
    refusal(api.post(path, body, key="two"), 409, "already-invited")
    assert Invitation.objects.count() == 1


@pytest.mark.django_db
def test_each_caller_has_keys_of_their_own() -> None:
    account = make_account()
    one, other = make_user(account), make_user(account)
    path = f"/accounts/{account.pk}/invitations"
    body = {"name": "Noor", "email": "noor@people.example", "role_id": one.role_id.hex}
    read(Api(one.person).post(path, body, key="k"), 201)
    refusal(Api(other.person).post(path, body, key="k"), 409, "already-invited")
    refusal(Api().post(path, body, key="k"), 401, "token-refused")


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["x" * 256, "a b", "\x7f"])
def test_a_key_must_have_its_form(key: str) -> None:
    admin = make_user()
    response = Api(admin.person).post(f"/accounts/{admin.account_id}/users/{admin.pk}/reactivate", key=key)
    refusal(response, 400, "idempotency-key-malformed")
    assert not IdempotentAnswer.objects.exists()


@pytest.mark.django_db
def test_answers_are_sealed_and_forgotten_after_a_day() -> None:
    produce = Mock(side_effect=lambda: Answer(201, "application/json", b'{"token": "fdp_secret"}'))
    for _ in range(2):
        assert answer_once(caller="c", key="k", request=b"r", produce=produce).body == b'{"token": "fdp_secret"}'
    assert produce.call_count == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT body, key_hash FROM kit_idempotentanswer")
        sealed, key_hash = cursor.fetchone()
    assert b"fdp_secret" not in bytes(sealed)
    assert key_hash != "k"
    assert forget_old() == 0
    with clock.travel(timedelta(hours=24, seconds=1)):
        answer_once(caller="c", key="k", request=b"another", produce=produce)
        assert produce.call_count == 2
    with clock.travel(timedelta(hours=49)):
        assert forget_old() == 1


@pytest.mark.django_db
def test_a_fault_may_be_tried_again() -> None:
    answers = [Answer(500, "t", b"fault"), Answer(201, "t", b"done")]
    produce = Mock(side_effect=answers)
    assert [answer_once(caller="c", key="k", request=b"r", produce=produce).status for _ in range(2)] == [500, 201]


@pytest.mark.django_db
def test_a_try_that_breaks_frees_its_key() -> None:
    with pytest.raises(ZeroDivisionError):
        answer_once(caller="c", key="k", request=b"r", produce=lambda: 1 // 0)  # type: ignore[arg-type,return-value]
    assert answer_once(caller="c", key="k", request=b"r", produce=lambda: Answer(200, "t", b"")).status == 200


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_carried_out() -> None:
    begun, finish, seen = threading.Event(), threading.Event(), []

    def produce() -> Answer:
        begun.set()
        assert finish.wait(10)
        return Answer(201, "t", b"done")

    def first() -> None:
        seen.append(answer_once(caller="c", key="k", request=b"r", produce=produce))
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    assert begun.wait(10)
    with pytest.raises(KeyInUse):
        answer_once(caller="c", key="k", request=b"r", produce=Mock())
    finish.set()
    thread.join(10)
    replay = answer_once(caller="c", key="k", request=b"r", produce=Mock())
    assert (seen[0].is_replay, replay.is_replay, replay.body) == (False, True, b"done")


@pytest.mark.django_db(transaction=True)
def test_who_is_patient_waits_for_the_first_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, finish, seen = threading.Event(), threading.Event(), []

    def produce() -> Answer:
        begun.set()
        assert finish.wait(10)
        return Answer(201, "t", b"done")

    def ask() -> None:
        seen.append(answer_once(caller="c", key="k", request=b"r", produce=produce, is_patient=True))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(2)]
    threads[0].start()
    assert begun.wait(10)
    with monkeypatch.context() as patch:
        patch.setattr(idempotency, "_PATIENCE", "20ms")
        with pytest.raises(KeyInUse):
            answer_once(caller="c", key="k", request=b"r", produce=Mock(), is_patient=True)
    threads[1].start()
    finish.set()
    for thread in threads:
        thread.join(10)
    assert sorted((answer.is_replay, answer.body) for answer in seen) == [(False, b"done"), (True, b"done")]
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)
