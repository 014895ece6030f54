from __future__ import annotations

import pytest
from tests.factories.accounts import actor_for, make_operator, make_user
from tests.factories.installs import PARTNER_PROGRAM, make_completed, make_installing, make_pending

from fondaco.accounts.models import Operator, User
from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.identity.states import ClientStatus
from fondaco.installs import errors
from fondaco.installs.actions import (
    answer_operation,
    cancel_installation,
    force_uninstall_app,
    uninstall_app,
)
from fondaco.installs.models import Installation, Operation
from fondaco.kit.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from fondaco.messaging.models import Delivery, Message

pytestmark = pytest.mark.django_db


def uninstall(installation: Installation, by: User | None = None, reason_type: str = "other", reason: str = "") -> None:
    by = by or installation.installed_by
    uninstall_app(actor=actor_for(by.person), by=by, installation=installation, reason_type=reason_type, reason=reason)


def refused(error: type[DomainError], installation: Installation, **arguments: object) -> DomainError:
    before = Event.objects.count(), Operation.objects.count()
    with pytest.raises(error) as caught:
        uninstall(installation, **arguments)
    assert (Event.objects.count(), Operation.objects.count()) == before
    return caught.value


def test_a_working_app_waits_for_the_partner() -> None:
    installation = make_completed()
    uninstall(installation, reason_type="too_expensive", reason="budget")
    assert Installation.objects.get().status == "pending"
    operation = Operation.objects.get(kind="uninstall")
    assert (operation.status, operation.reason_type, operation.reason) == ("open", "too_expensive", "budget")
    assert operation.current["status"] == "completed"
    assert operation.proposed["users"] == []
    assert Installation.objects.select_related("client").get().can_be_launched
    message = Message.objects.get(type="app.uninstalled")
    assert message.content["data"]["reason"] == {"type": "too_expensive", "message": "budget"}


def test_a_second_change_is_refused_while_one_is_open() -> None:
    installation = make_pending()
    refused(errors.OperationOpen, installation)


def test_refusals_change_nothing() -> None:
    installation = make_completed()
    refused(NotFound, installation, by=make_user())
    refused(Forbidden, installation, by=make_user(installation.account, role="supervisor"))
    found = refused(Invalid, installation, reason_type="bored", reason="x" * 1001)
    assert set(found.fields) == {"reason_type", "reason"}
    assert Installation.objects.get().status == "completed"


def test_an_app_that_never_worked_goes_at_once_and_untold_when_nothing_was_sent() -> None:
    installation = make_installing()
    uninstall(installation)
    found = Installation.objects.select_related("client").get()
    assert (found.status, found.client.status) == ("revoked", ClientStatus.REVOKED)
    assert Operation.objects.get().status == "superseded"
    assert Message.objects.get().type == "app.installed"
    assert Delivery.objects.get().status == "failed"


def test_an_app_that_never_worked_goes_at_once_and_the_partner_hears_when_it_may_know() -> None:
    installation = make_installing()
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="reject")
    Delivery.objects.get().attempts.create(started_at=installation.created_at, duration_ms=3, response_status=200)
    uninstall(installation, reason_type="missing_features", reason="no export")
    assert Installation.objects.get().status == "revoked"
    message = Message.objects.get(type="app.uninstalled")
    assert message.content["data"]["reason"] == {"type": "missing_features", "message": "no export"}
    assert message.operation is None


def test_cancel_is_for_what_never_worked() -> None:
    installation = make_completed()
    by = installation.installed_by
    with pytest.raises(Conflict):
        cancel_installation(actor=actor_for(by.person), by=by, installation=installation)
    assert Installation.objects.get().status == "completed"


def test_what_is_gone_cannot_be_removed_again_but_installed_anew() -> None:
    installation = make_installing()
    uninstall(installation)
    refused(errors.AlreadyRemoved, installation)


def force(installation: Installation, by: User | Operator) -> None:
    force_uninstall_app(actor=actor_for(by.person), by=by, installation=installation, reason="cleaning up")


def test_force_needs_the_switch_or_support() -> None:
    installation = make_pending()
    with pytest.raises(Forbidden):
        force(installation, installation.installed_by)
    with pytest.raises(Forbidden):
        force(installation, make_operator(OperatorRole.FINANCE))
    assert Installation.objects.get().status == "pending"
    force(installation, make_operator(OperatorRole.SUPPORT))
    assert Installation.objects.get().status == "revoked"
    assert Operation.objects.get(kind="uninstall").status == "superseded"


def test_force_removes_a_working_app_and_tells_the_partner() -> None:
    installation = make_completed()
    installation.account.features = ["force_uninstall"]
    installation.account.save()
    Delivery.objects.order_by("sequence")[0].attempts.create(
        started_at=installation.created_at, duration_ms=3, response_status=200
    )
    force(installation, make_user(installation.account))
    assert Installation.objects.get().status == "revoked"
    assert Message.objects.get(type="app.uninstalled").content["data"]["reason"] == {
        "type": "other",
        "message": "cleaning up",
    }
