"""The same request twice at the same moment, on two real connections."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connection
from tests.factories.accounts import SYSTEM, make_user

from fondaco.accounts.actions import invite_user
from fondaco.accounts.errors import AlreadyInvited
from fondaco.accounts.models import Invitation
from fondaco.audit.models import Event
from fondaco.kit.errors import DomainError
from fondaco.partners import actions, queries
from fondaco.partners.errors import AlreadyApplied
from fondaco.partners.models import PartnerApplication

pytestmark = pytest.mark.django_db(transaction=True)


def refusals_of_both(work: Callable[[int], object]) -> list[type[DomainError]]:
    """Runs ``work(0)`` and ``work(1)`` at once; what they were refused with."""
    barrier = Barrier(2)
    refusals: list[type[DomainError]] = []

    def run(number: int) -> None:
        barrier.wait(timeout=10)
        try:
            work(number)
        except DomainError as refusal:
            refusals.append(type(refusal))
        finally:
            connection.close()

    threads = [Thread(target=run, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return refusals


@pytest.mark.parametrize("attempt", range(5))
def test_a_double_click_invites_once(attempt: int) -> None:
    ada = make_user()
    role = ada.account.roles.get(key="agent")

    def invite(_number: int) -> None:
        invite_user(actor=SYSTEM, by=ada, account=ada.account, email="ben@people.example", name="Ben", role=role)

    assert refusals_of_both(invite) == [AlreadyInvited]
    assert Invitation.objects.count() == 1
    assert Event.objects.filter(kind="invitation.sent").count() == 1


@pytest.mark.parametrize("attempt", range(5))
def test_of_two_forms_proven_at_once_one_goes_on(attempt: int) -> None:
    forms = [
        actions.apply_to_become_partner(
            actor=SYSTEM,
            company_name="Ledgerline GmbH",
            website="https://ledgerline.example",
            contact_name="Mara Lind",
            contact_email="Mara@ledgerline.example",
            intention="Invoices inside the call.",
        )
        for _ in range(2)
    ]
    tokens = [queries.application_token(form, "verify") for form in forms]
    assert refusals_of_both(lambda number: actions.verify_application(actor=SYSTEM, token=tokens[number])) == [
        AlreadyApplied
    ]
    assert sorted(PartnerApplication.objects.values_list("status", flat=True)) == ["pending", "unverified"]
    assert Event.objects.filter(kind="partner_application.verified").count() == 1
