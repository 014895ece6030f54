"""Ordering an app: what is written, and every refusal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.factories.accounts import actor_for, make_account, make_user
from tests.factories.catalog import make_plan, make_published_version, make_version
from tests.factories.installs import PARTNER_PROGRAM, make_completed, make_installing, order
from tests.factories.lifecycle import link_of

from fondaco.accounts.models import User
from fondaco.audit.models import Event
from fondaco.catalog.models import Version
from fondaco.catalog.scopes import IMPLICIT
from fondaco.catalog.states import TechnicalStatus
from fondaco.identity.models import CredentialSet, OAuthClient
from fondaco.installs import errors
from fondaco.installs.actions import Consent, answer_operation, cancel_installation, uninstall_app
from fondaco.installs.auto_install import AutoInstall
from fondaco.installs.models import Grant, Installation, Licence, Operation, Trial
from fondaco.installs.queries import consent_text
from fondaco.kit import clock
from fondaco.kit.errors import DomainError, Forbidden
from fondaco.kit.models import Deadline
from fondaco.messaging.models import Message

pytestmark = pytest.mark.django_db


def test_one_commit_holds_everything_that_belongs_to_an_order() -> None:
    account = make_account()
    ada, samir = make_user(account), make_user(account, role="supervisor")
    version = make_published_version()
    with clock.freeze() as now:
        rules = AutoInstall(({"filter": "role", "match": "agent"},), cap=5)
        operation = order(version, [ada, samir], auto_install=rules)
    installation = operation.installation
    assert (installation.status, installation.total_licences, installation.installed_by) == ("installing", 2, ada)
    assert (operation.kind, operation.status, operation.requested_by) == ("install", "open", ada)
    assert operation.answer_due_at == now + timedelta(days=7)
    assert operation.current["status"] == ""
    assert operation.proposed == {
        "status": "completed",
        "version": version.pk.hex,
        "plan": version.plans.get(name="Trial").pk.hex,
        "total_licences": 2,
        "users": sorted([ada.pk, samir.pk]),
        "auto_install": [{"filter": "role", "match": "agent"}],
        "auto_install_cap": 5,
    }
    assert set(Licence.objects.values_list("user_id", flat=True)) == {ada.pk, samir.pk}
    client = OAuthClient.objects.get()
    assert client.scopes == [*IMPLICIT, *version.technical.scopes]
    assert client.redirect_uris == version.technical.redirect_urls
    grant = Grant.objects.get()
    assert (grant.consent_text, grant.consented_by, grant.consented_at, grant.address) == (
        consent_text(version),
        ada,
        now,
        "192.0.2.7",
    )
    assert grant.scopes == sorted(version.technical.scopes)
    assert grant.purchase_summary["monthly_total_minor"] == 0
    trial = Trial.objects.get()
    assert (trial.status, trial.started_at, trial.subscription_name) == ("pending", None, "Trial")
    due = Deadline.objects.get(kind="operation.answer_due")
    assert (due.subject_id, due.account_id, due.due_at) == (operation.pk.hex, account.pk, now + timedelta(days=7))
    assert Message.objects.get().type == "app.installed"
    assert list(Event.objects.filter(account_id=account.pk).order_by("id").values_list("kind", flat=True)) == [
        "account.created",
        "client.created",
        "licence.assigned",
        "installation.requested",
        "operation.opened",
        "credentials.issued",
        "message.queued",
    ]


def test_a_paid_order_keeps_what_was_promised_to_cost() -> None:
    account = make_account()
    version = make_published_version()
    order(version, [make_user(account), make_user(account, role="agent")], plan="Team")
    assert Grant.objects.get().purchase_summary == {
        "plan": "Team",
        "unit_price_minor": 1800,
        "currency": "USD",
        "is_per_seat": True,
        "is_trial": False,
        "licences": 2,
        "monthly_total_minor": 3600,
        "usage": "",
        "monthly_most_minor": 3600,
    }
    assert not Trial.objects.exists()


def refused(error: type[DomainError], version: Version, users: list[User], **overrides: Any) -> DomainError:
    """The refusal, after proving that nothing was written."""
    tables = (Installation, Operation, Licence, Grant, Trial, OAuthClient, CredentialSet, Message, Deadline, Event)
    before = [table.objects.count() for table in tables]
    with pytest.raises(error) as caught:
        order(version, users, **overrides)
    assert [table.objects.count() for table in tables] == before
    return caught.value


def test_refuses_who_may_not_order() -> None:
    account = make_account()
    make_user(account)
    refused(Forbidden, make_published_version(), [make_user(account, role="supervisor")])


def test_refuses_a_second_time() -> None:
    account = make_account()
    installation = make_installing(account)
    refused(errors.AlreadyInstalled, installation.version, [make_user(account)])


@pytest.mark.parametrize("status", [TechnicalStatus.DRAFT, TechnicalStatus.APPROVED, TechnicalStatus.DEPRECATED])
def test_refuses_what_is_not_available_and_says_why(status: TechnicalStatus) -> None:
    version = make_version(technical=status)
    found = refused(errors.NotInstallable, version, [make_user()])
    assert str(found).startswith("This version cannot be installed here: ")


def test_the_link_opens_what_is_approved_only() -> None:
    approved, draft = make_version(technical=TechnicalStatus.APPROVED), make_version()
    refused(errors.NotInstallable, approved, [make_user()], link=link_of(draft))
    assert order(approved, [make_user()], link=link_of(approved)).is_open
    refused(errors.NotInstallable, draft, [make_user()], link=link_of(draft))


def test_a_partner_installs_a_draft_in_its_own_developer_account() -> None:
    version = make_version()
    user = make_user(version.app.partner.developer_account)
    assert order(version, [user]).is_open


def test_refuses_a_plan_of_another_version() -> None:
    version, other = make_published_version(), make_published_version()
    make_plan(other, name="Elsewhere")
    refused(errors.PlanElsewhere, version, [make_user()], plan=other.plans.get(name="Elsewhere"))


@pytest.mark.parametrize("scopes", [(), ("account:read",)])
def test_refuses_a_consent_to_something_else(scopes: tuple[str, ...]) -> None:
    version = make_published_version()
    refused(errors.ConsentOutdated, version, [make_user()], consent=Consent(scopes, consent_text(version)))


@pytest.mark.parametrize("text", ["", "  ", "I agree to nothing"])
def test_refuses_a_consent_in_other_words_than_ours(text: str) -> None:
    version = make_published_version()
    consent = Consent(tuple(version.technical.scopes), text)
    refused(errors.ConsentOutdated, version, [make_user()], consent=consent)


def test_refuses_users_that_do_not_fit_one_sentence_each() -> None:
    account = make_account()
    ada, stranger, gone = make_user(account), make_user(), make_user(account, role="agent")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    gone.refresh_from_db()
    version = make_published_version()
    make_plan(version, name="Two", min_licences=2, max_licences=2)

    def said(users: list[User], by: User = ada, plan: str = "Two") -> list[str]:
        found = refused(errors.UsersUnusable, version, users, by=by, plan=plan, actor=actor_for(by.person))
        return found.fields["users"]

    assert said([ada]) == ["The plan Two needs at least 2 users."]
    samir, agnes = make_user(account, role="supervisor"), make_user(account, role="agent")
    assert said([ada, samir, agnes]) == ["The plan Two allows at most 2 users."]
    assert said([ada, ada]) == ["Someone is listed twice."]
    assert said([ada, stranger]) == ["Someone does not belong to this account, or no longer does."]
    assert said([ada, gone]) == ["Someone does not belong to this account, or no longer does."]


def test_T26_the_installer_is_one_of_the_users() -> None:
    account = make_account()
    ada, samir = make_user(account), make_user(account, role="supervisor")
    found = refused(errors.UsersUnusable, make_published_version(), [samir], by=ada)
    assert found.fields == {"users": ["Whoever installs an app has to be one of its users. Choose yourself, too."]}


def test_a_started_trial_is_used_up_a_declined_one_is_not() -> None:
    account = make_account()
    installation = make_installing(account)
    by = installation.installed_by
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="reject")
    cancel_installation(actor=actor_for(by.person), by=by, installation=installation)
    again = order(installation.version, [by]).installation
    answer_operation(actor=PARTNER_PROGRAM, installation=again, decision="approve")
    uninstall_app(actor=actor_for(by.person), by=by, installation=again, reason_type="not_needed")
    answer_operation(actor=PARTNER_PROGRAM, installation=again, decision="approve")
    refused(errors.TrialUsed, installation.version, [by])
    users = [by, make_user(account, role="agent")]
    assert order(installation.version, users, plan="Team").is_open


def test_another_account_may_have_the_same_app() -> None:
    first = make_completed()
    assert order(first.version, [make_user()]).is_open


def test_an_order_costs_a_bounded_number_of_statements() -> None:
    account = make_account()
    users = [make_user(account) for _ in range(20)]
    version = make_published_version()
    with CaptureQueriesContext(connection) as queries:
        order(version, users)
    assert len(queries) <= 45
