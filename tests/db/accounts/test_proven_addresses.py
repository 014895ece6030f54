"""Houses of before get a proven address for everybody, while processes of the version before go on working."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from allauth.account.models import EmailAddress
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from tests.factories.accounts import SYSTEM, make_person
from tests.racing import at_once

from fondaco.accounts import actions
from fondaco.accounts.actions.founding import admit_operator
from fondaco.accounts.errors import EmailTaken
from fondaco.accounts.models import Person
from fondaco.accounts.permissions import OperatorRole
from fondaco.kit import clock
from fondaco.kit.ids import new_id

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE, SINCE = ("accounts", "0001_initial"), ("accounts", "0002_addresses_are_proven_by_allauth")


def migrate(to: tuple[str, str]) -> None:
    executor = MigrationExecutor(connection)
    executor.migrate([to])


def wait_for_change(person: Person, email: str) -> None:
    """As a process of the version before writes it."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_emailchange WHERE person_id = %s", [person.pk])
        cursor.execute(
            "INSERT INTO accounts_emailchange (id, person_id, email, expires_at, created_at) "
            "VALUES (%s, %s, %s, %s, %s)",
            [new_id(), person.pk, email, clock.now(), clock.now()],
        )


def wait_until_held() -> None:
    """Until another connection waits for what this one holds."""
    with connection.cursor() as cursor:
        for _ in range(100_000):
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")


@pytest.fixture
def _house_of_before() -> Iterator[None]:
    migrate(BEFORE)
    yield
    migrate(SINCE)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_emailchange")


@pytest.mark.usefixtures("_house_of_before")
def test_everybody_of_before_has_a_proven_address_and_what_meant_nothing_is_gone() -> None:
    ada, sly, gone = make_person("Ada"), make_person("Sly"), make_person("Gus")
    Person.objects.filter(pk=gone.pk).update(is_active=False)
    EmailAddress.objects.all().delete()
    EmailAddress.objects.create(user=ada, email=sly.email, verified=True, primary=True)  # as earlier builds noted some
    EmailAddress.objects.create(user=sly, email=sly.email)
    wait_for_change(ada, "ada@new.example")

    migrate(SINCE)

    found = EmailAddress.objects.values_list("user", "email", "verified", "primary")
    assert set(found) == {(one.pk, one.email, True, True) for one in (ada, sly, gone)}
    wait_for_change(ada, "ada@newer.example")
    address = actions.request_email_change(actor=SYSTEM, person=ada, email="ada@newest.example")
    assert actions.confirm_email(actor=SYSTEM, address=address).email == "ada@newest.example"


def test_what_a_process_of_before_changed_meanwhile_stands_in_nobodys_way() -> None:
    """It wrote the address into the person's row alone: the proven row is that of the one before."""
    ada = make_person("Ada")
    before = ada.email
    Person.objects.filter(pk=ada.pk).update(email="ada@new.example")
    ada.refresh_from_db()
    address = actions.request_email_change(actor=SYSTEM, person=ada, email=before)
    assert actions.confirm_email(actor=SYSTEM, address=address).email == before
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [(before, True, True)]


@pytest.mark.parametrize("how", ["somebody new", "somebody who changes to it", "somebody whose address it is already"])
def test_an_address_that_was_given_up_under_a_process_of_before_is_free(how: str) -> None:
    ada, sly = make_person("Ada"), make_person("Sly")
    given_up = ada.email
    Person.objects.filter(pk=ada.pk).update(email="ada@new.example")
    if how == "somebody new":
        taker = actions.create_person(actor=SYSTEM, email=given_up, name="Nia New")
    elif how == "somebody who changes to it":
        address = actions.request_email_change(actor=SYSTEM, person=sly, email=given_up)
        taker = actions.confirm_email(actor=SYSTEM, address=address)
    else:
        taker = Person.objects.create(email=given_up, name="Nia New")
        actions.prove_email(taker)
    rows = EmailAddress.objects.filter(email=given_up).values_list("user", "verified", "primary")
    assert list(rows) == [(taker.pk, True, True)]
    assert taker.email == given_up


def test_an_address_that_is_somebodys_stays_theirs() -> None:
    ada, sly = make_person("Ada"), make_person("Sly")
    address = actions.request_email_change(actor=SYSTEM, person=sly, email=ada.email)
    with pytest.raises(EmailTaken):
        actions.confirm_email(actor=SYSTEM, address=address)
    rows = EmailAddress.objects.filter(verified=True).values_list("user", "email", "primary")
    assert set(rows) == {(one.pk, one.email, True) for one in (ada, sly)}


def test_who_joins_and_who_changes_to_one_address_do_not_wait_for_each_other() -> None:
    sly = make_person("Sly")
    address = actions.request_email_change(actor=SYSTEM, person=sly, email="both@new.example")

    confirm = partial(actions.confirm_email, actor=SYSTEM, address=address)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            joined = Person.objects.create(email="both@new.example", name="Nia New")
            confirming = pool.submit(at_once, confirm)
            wait_until_held()
            actions.prove_email(joined)
        assert confirming.result() == ["email-taken"]
    rows = EmailAddress.objects.filter(verified=True).values_list("user", "email")
    assert set(rows) == {(sly.pk, sly.email), (joined.pk, "both@new.example")}


def test_whoever_runs_the_machine_vouches_for_the_address_of_somebody_who_is_here_too() -> None:
    ada = make_person("Ada")
    EmailAddress.objects.filter(user=ada).delete()
    admit_operator(actor=SYSTEM, email=ada.email.upper(), name="", roles=[OperatorRole.SUPPORT])
    assert list(EmailAddress.objects.values_list("user", "email", "verified")) == [(ada.pk, ada.email, True)]
