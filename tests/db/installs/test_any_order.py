"""Whatever customer, partner, staff and the clock do, in whatever order: what must always hold of an installation does.

A machine of hypothesis chooses; everything is really done, on PostgreSQL, and taken back after each example.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.factories.accounts import actor_for, make_operator, make_user
from tests.factories.faults import break_on
from tests.factories.installs import PARTNER_PROGRAM, make_installing
from tests.factories.upgrades import agree, make_newer
from tests.http.world import undone

from fondaco.accounts.actions import deactivate_user, reactivate_user
from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.identity.models import Cutoff, OAuthClient
from fondaco.identity.states import CredentialStatus, CutoffStatus
from fondaco.installs import actions, events, snapshots
from fondaco.installs.changes import Settings
from fondaco.installs.models import Grant, Installation
from fondaco.installs.queries import get_open_operation
from fondaco.installs.reach import Target, TargetKind
from fondaco.installs.states import CHANGES, Mending, UninstallReason
from fondaco.installs.states import InstallationStatus as S
from fondaco.kit import clock, deadlines
from fondaco.kit.errors import DomainError
from fondaco.messaging.models import Message

pytestmark = pytest.mark.django_db
LONG_PAUSES = (timedelta(hours=3), timedelta(days=4), timedelta(days=8), timedelta(days=16))


class Lives(RuleBasedStateMachine):
    """One installation. ``held`` is what is in force by all that was approved so far."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(undone())
        self.held: tuple[Any, ...] = ()

    def teardown(self) -> None:
        self.stack.close()

    @initialize(plan=st.sampled_from(["Trial", "Team"]))
    def order(self, plan: str) -> None:
        self.id = make_installing(plan=plan).pk
        self.support = make_operator(OperatorRole.SUPPORT)
        self.partner_manager = make_operator(OperatorRole.PARTNER_MANAGER)
        make_newer(self.installation)
        make_user(self.installation.account, role="agent")
        self.held = self.in_force()

    @property
    def installation(self) -> Installation:
        found = Installation.objects.select_related("app__partner", "client", "plan", "version", "installed_by__person")
        return found.get(pk=self.id)

    def in_force(self) -> tuple[Any, ...]:
        """Everything that an operation may change, but for the status."""
        installation = self.installation
        client = OAuthClient.objects.get(pk=installation.client_id)
        grants = list(Grant.objects.filter(installation=self.id, is_in_force=True).values_list("version_id", "scopes"))
        taken = {name: value for name, value in snapshots.take(installation).items() if name != "status"}
        return (taken, sorted(client.scopes), client.redirect_uris, client.version_id, grants)

    def try_to(self, do: Callable[[], object]) -> None:
        """Does it. A refusal must leave no trace, not even an event."""
        before = (self.in_force(), self.installation.status, Event.objects.count())
        try:
            do()
        except DomainError:
            assert (self.in_force(), self.installation.status, Event.objects.count()) == before

    @rule(licences=st.integers(1, 6), has_newcomer=st.booleans())
    def change(self, licences: int, has_newcomer: bool) -> None:
        installation = self.installation
        by = installation.installed_by
        users = [licence.user for licence in installation.licences.select_related("user")]
        if has_newcomer:
            users = list(installation.account.users.order_by("pk"))
        plan = installation.version.plans.get(name="Team")
        wanted = Settings(plan, users, licences)
        actor = actor_for(by.person)
        self.try_to(lambda: actions.update_settings(actor=actor, by=by, installation=installation, wanted=wanted))

    @rule()
    def leave_or_come_back(self) -> None:
        """Somebody who may hold a licence; it goes only with a change that the partner is asked for."""
        by = self.installation.installed_by
        user = by.account.users.get(role__key="agent")
        step = deactivate_user if user.is_active else reactivate_user
        self.try_to(lambda: step(actor=actor_for(by.person), by=by, user=user))

    @rule()
    def upgrade(self) -> None:
        self.try_to(lambda: agree(self.installation, plan="Team"))

    @rule(decision=st.sampled_from(["approve", "approve", "approve", "reject"]))
    def answer(self, decision: str) -> None:
        installation = self.installation
        self.try_to(
            lambda: actions.answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision=decision)
        )
        self.note_what_holds()

    @precondition(lambda self: get_open_operation(self.installation))
    @rule()
    def break_while_approving(self) -> None:
        operation = get_open_operation(self.installation)
        assert operation is not None
        if operation.kind in CHANGES:
            with pytest.MonkeyPatch.context() as patch:
                break_on(patch, events.OPERATION_APPROVED)
                self.answer("approve")

    @rule()
    def fail_to_deliver(self) -> None:
        self.try_to(
            lambda: actions.fail_open_operation(actor=PARTNER_PROGRAM, installation=self.installation, reason="down")
        )

    @rule()
    def try_again(self) -> None:
        by = self.installation.installed_by
        actor = actor_for(by.person)
        self.try_to(lambda: actions.retry_installation(actor=actor, by=by, installation=self.installation))

    @rule(pause=st.sampled_from(LONG_PAUSES))
    def wait(self, pause: timedelta) -> None:
        self.stack.enter_context(clock.travel(pause))
        while deadlines.sweep_once():
            pass
        self.note_what_holds()

    @rule(is_forced=st.booleans())
    def rotate(self, is_forced: bool) -> None:
        by = self.support
        self.try_to(
            lambda: actions.rotate_credentials(
                actor=actor_for(by.person), by=by, installation=self.installation, is_forced=is_forced, reason="leaked"
            )
        )

    @rule()
    def acknowledge(self) -> None:
        newest = self.installation.client.credential_sets.latest("id") if self.sets() else None
        wire = newest.wire_client_id if newest else "0" * 32
        self.try_to(
            lambda: actions.acknowledge_credentials(
                actor=PARTNER_PROGRAM, installation=self.installation, client_id=wire
            )
        )

    @rule()
    def switch_access(self) -> None:
        """Cuts it off, or lets it in again."""
        by, installation = self.support, self.installation
        cutoff = Cutoff.objects.filter(status=CutoffStatus.IN_FORCE).first()
        target = Target(TargetKind.INSTALLATION, installation.app, installation=installation)
        actor = actor_for(by.person)
        if cutoff:
            self.try_to(lambda: actions.restore_access(actor=actor, by=by, cutoff=cutoff, reason="mended"))
        else:
            self.try_to(lambda: actions.cut_off(actor=actor, by=by, target=target, reason="it copied contacts"))

    @precondition(lambda self: self.installation.is_update_broken)
    @rule(way=st.sampled_from(Mending))
    def mend(self, way: Mending) -> None:
        by = self.support
        actor = actor_for(by.person)
        self.try_to(
            lambda: actions.mend_update(
                actor=actor, by=by, installation=self.installation, way=way, reason="looked at both sides"
            )
        )
        self.note_what_holds()

    @precondition(lambda self: not self.installation.is_gone)
    @rule(is_forced=st.booleans())
    def remove(self, is_forced: bool) -> None:
        by = self.installation.installed_by
        if is_forced and self.installation.status == S.PENDING:
            staff = self.partner_manager
            actions.force_uninstall_app(
                actor=actor_for(staff.person), by=staff, installation=self.installation, reason="asked by phone"
            )
            return
        reason = UninstallReason.NOT_NEEDED.value
        actor = actor_for(by.person)
        self.try_to(
            lambda: actions.uninstall_app(actor=actor, by=by, installation=self.installation, reason_type=reason)
        )

    def note_what_holds(self) -> None:
        """After an approval, or a mending: exactly the side that was chosen, whole."""
        done = self.installation.operations.filter(kind__in=CHANGES).order_by("-id").first()
        if done is None or done.is_open or self.installation.is_gone:
            return
        holds = done.proposed if "proposed" in (done.settled, {"approved": "proposed"}.get(done.status)) else None
        if holds is not None and holds != {**self.held[0], "status": holds["status"]}:
            taken = {name: value for name, value in holds.items() if name != "status"}
            assert self.in_force()[0] == taken
            self.held = self.in_force()

    def sets(self) -> list[Any]:
        return list(self.installation.client.credential_sets.exclude(status=CredentialStatus.REVOKED))

    @invariant()
    def what_is_in_force_is_what_was_approved(self) -> None:
        if self.held and not self.installation.is_gone:
            assert self.in_force() == self.held

    @invariant()
    def at_most_one_operation_is_open_and_none_of_what_is_gone(self) -> None:
        if self.held:
            count = self.installation.operations.filter(status="open").count()
            assert count <= (0 if self.installation.is_gone else 1)

    @invariant()
    def nobody_has_a_licence_that_was_not_bought(self) -> None:
        if self.held:
            assert self.installation.licences.count() <= self.installation.total_licences

    @invariant()
    def one_set_of_credentials_lives_and_an_old_one_only_in_an_overlap(self) -> None:
        if not self.held:
            return
        installation, sets = self.installation, self.sets()
        lasting = [each for each in sets if each.expires_at is None]
        assert len(sets) - len(lasting) <= 1
        if installation.is_gone or installation.is_cut_off:
            assert sets == []
        elif installation.status in {S.REJECTED, S.TIMEOUT}:
            assert len(lasting) <= 1
        else:
            assert len(lasting) == 1

    @invariant()
    def messages_are_numbered_without_a_gap(self) -> None:
        if self.held:
            numbers = list(
                Message.objects.filter(installation=self.id).order_by("sequence").values_list("sequence", flat=True)
            )
            assert numbers == list(range(1, len(numbers) + 1))


def test_what_must_hold_holds_in_any_order() -> None:
    run_state_machine_as_test(
        Lives,
        settings=settings(
            max_examples=8,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            derandomize=True,
        ),
    )
