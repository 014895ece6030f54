"""What must always hold, whoever did what in whatever order."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis.stateful import invariant, rule
from tests.factories.installs import PARTNER_PROGRAM
from tests.lives.world import ROUND, World

from fondaco.audit.models import Event
from fondaco.identity.states import ClientStatus, CredentialStatus
from fondaco.installs import actions
from fondaco.installs.auto_install import least
from fondaco.installs.models import AwaitedLicence, Installation, Operation, Trial
from fondaco.installs.states import CHANGES, MOVING, Mending, OperationKind, OperationStatus, TrialEnd, TrialStatus
from fondaco.installs.states import InstallationStatus as S
from fondaco.kit import clock
from fondaco.kit.models import Deadline
from fondaco.messaging.models import Delivery, Message
from fondaco.messaging.payloads import CARRY_CREDENTIALS

ENDED_BY = {TrialEnd.EXPIRED: "system", TrialEnd.UNINSTALLED: "user", TrialEnd.UPGRADED: "user"}
# What may wait for something that is gone: rows that find nothing to do.
HARMLESS = {"installation.licences_due"}


class Laws(World):
    """Looked at after every step."""

    def __init__(self) -> None:
        super().__init__()
        self.closed: dict[UUID, str] = {}
        self.seen: set[UUID] = set()  # of the house's own changes

    @rule()
    def come_to_rest(self) -> None:
        """The program is well again, and agrees to everything: in the end nothing waits, and nobody was forgotten."""
        self.ask_again()
        for pause in (ROUND, timedelta(days=1), timedelta(days=4), timedelta(days=31), ROUND, ROUND):
            self.pass_time(timedelta(minutes=6))
            self.post(204)
            if self.has_open():
                actions.answer_operation(actor=PARTNER_PROGRAM, installation=self.installation, decision="approve")
                self.note_what_holds()
            self.pass_time(pause)
        found = self.installation
        assert not Delivery.objects.filter(installation__in=self.ids, status="pending").exists()
        if found.is_cut_off:
            return
        assert not self.has_open()
        assert found.status in {S.COMPLETED, S.SUSPENDED, S.REVOKED, S.REJECTED, S.TIMEOUT} or found.is_update_broken
        if found.status == S.COMPLETED:
            limit = least(found.auto_install_cap, found.plan.max_licences)
            holders = self.holders()
            assert not found.licences.filter(user__is_active=False).exists()
            assert self.promised <= holders or (limit is not None and len(holders) >= limit)

    @invariant()
    def what_is_in_force_is_what_was_approved(self) -> None:
        if self.held and not self.installation.is_gone:
            assert self.in_force() == self.held

    @invariant()
    def what_is_open_fits_the_status_and_what_is_closed_stays_so(self) -> None:
        for row in Operation.objects.filter(installation__in=self.ids):
            assert self.closed.setdefault(row.pk, row.status) == row.status or row.is_open, row.kind
            if row.is_open:
                self.closed.pop(row.pk)
            if row.settled == Mending.ASK_AGAIN:
                again = Operation.objects.filter(installation=row.installation_id, pk__gt=row.pk).earliest("pk")
                assert (again.kind, again.proposed) == (row.kind, row.proposed)
                assert (again.is_automatic, again.requested_by_id) == (row.is_automatic, row.requested_by_id)
            due = Deadline.objects.filter(kind="operation.answer_due", subject_id=row.pk.hex)
            assert list(due.values_list("due_at", flat=True)) == ([row.answer_due_at] if row.is_open else [])
        for found in Installation.objects.filter(pk__in=self.ids):
            kinds = list(found.operations.filter(status=OperationStatus.OPEN).values_list("kind", flat=True))
            assert len(kinds) <= 1
            if found.status in MOVING:
                assert kinds
                assert (kinds == ["install"]) == (found.status == S.INSTALLING)
            elif found.status == S.FAILED:
                assert kinds == ([] if found.has_worked else ["install"])
                assert found.is_update_broken == any(each.is_broken for each in found.operations.all())
            else:
                assert not kinds

    @invariant()
    def licences_stay_within_what_is_bought_and_rules_within_their_limit(self) -> None:
        for found in Installation.objects.filter(pk__in=self.ids):
            held = list(found.licences.values_list("user_id", flat=True))
            assert len(held) == len(set(held)) <= found.total_licences
        for row in Operation.objects.filter(installation__in=self.ids, is_automatic=True).exclude(pk__in=self.seen):
            self.seen.add(row.pk)
            before, after = set(row.current["users"]), set(row.proposed["users"])
            limit = least(row.current["auto_install_cap"], row.installation.plan.max_licences)
            assert after <= before or limit is None or len(after) <= limit
            assert row.proposed["total_licences"] == max(row.current["total_licences"], len(after))
            left = set(self.account.users.filter(is_active=False).values_list("pk", flat=True))
            assert before - after <= self.leavers
            assert not (after & left)

    @invariant()
    def whom_rules_give_a_licence_has_it_or_waits_for_it(self) -> None:
        if self.promised:
            assert self.promised <= self.holders() | self.awaited()
            if self.installation.status == S.COMPLETED:
                awaited = AwaitedLicence.objects.filter(installation=self.id, withheld_at=None, user__is_active=True)
                is_planned = Deadline.objects.filter(kind="installation.licences_due").exists()
                assert is_planned or not awaited.filter(user__in=self.promised).exists()

    @invariant()
    def one_set_of_credentials_lives_and_an_old_one_only_in_an_overlap(self) -> None:
        for found in Installation.objects.filter(pk__in=self.ids).select_related("client"):
            sets = list(found.client.credential_sets.exclude(status=CredentialStatus.REVOKED))
            lasting = [each for each in sets if each.expires_at is None]
            assert len(sets) - len(lasting) <= 1
            if found.is_gone or found.is_cut_off:
                assert sets == []
            elif found.status in {S.REJECTED, S.TIMEOUT}:
                assert len(lasting) <= 1
            else:
                assert len(lasting) == 1

    @invariant()
    def messages_are_numbered_without_a_gap_and_say_each_thing_once(self) -> None:
        for id_ in self.ids:
            told = list(Message.objects.filter(installation=id_).order_by("sequence"))
            assert [each.sequence for each in told] == list(range(1, len(told) + 1))
            assert len([each for each in told if each.type == "app.uninstalled"]) <= 1
            asked = Counter(each.operation_id for each in told if each.operation_id)
            for row in Operation.objects.filter(installation=id_):
                assert asked[row.pk] == 1 or (row.kind == OperationKind.INSTALL and asked[row.pk] > 1)
            by_type = Counter(each.type for each in told)
            settled = Event.objects.filter(kind="operation.settled", data__is_partner_told=True)
            operations = Operation.objects.filter(installation=id_, kind__in=CHANGES)
            corrections = settled.filter(subject_id__in=[each.pk.hex for each in operations]).count()
            assert by_type["app.updated"] == len(operations) + corrections
            self._check_trial(id_, told, by_type)
        assert Trial.objects.filter(account=self.account, started_at__isnull=False).count() <= 1 if self.ids else True

    @invariant()
    def no_credentials_wait_to_be_sent_without_their_secrets(self) -> None:
        waiting = Delivery.objects.filter(installation__in=self.ids, status="pending", message__body__isnull=True)
        assert not waiting.filter(message__type__in=CARRY_CREDENTIALS).exists()

    @invariant()
    def who_knows_of_it_hears_of_its_end(self) -> None:
        gone = Installation.objects.filter(pk__in=self.ids, status=S.REVOKED).select_related("client")
        for found in gone:
            assert found.client.status == ClientStatus.REVOKED
            assert not found.licences.exists()
            types = set(Message.objects.filter(installation=found).values_list("type", flat=True))
            heard = Delivery.objects.filter(installation=found, message__type="app.installed", status="delivered")
            assert "app.uninstalled" in types or not heard.exists()
            subjects = [found.pk.hex, found.client_id.hex, *self._parts(found)]
            assert not Deadline.objects.filter(subject_id__in=subjects).exclude(kind__in=HARMLESS).exists()

    @invariant()
    def nothing_that_was_due_has_failed(self) -> None:
        failed = Deadline.objects.filter(attempts__gt=0).values_list("kind", "last_error")
        assert list(failed) == []

    def _check_trial(self, id_: UUID, told: list[Message], by_type: Counter[str]) -> None:
        trial = Trial.objects.select_related("installation__plan", "installation__client").filter(installation=id_)
        found: Any = trial.first()
        counts = tuple(by_type[f"app.trial_{name}"] for name in ("started", "extended", "ended"))
        if found is None or found.started_at is None:
            assert counts == (0, 0, 0)
            return
        extended = Event.objects.filter(kind="trial.extended", subject_id=found.pk.hex).count()
        assert counts == (1, extended, int(found.status == TrialStatus.ENDED))
        installation = found.installation
        if found.status == TrialStatus.ACTIVE:
            assert installation.plan.is_trial
            assert not installation.is_gone
            assert clock.now() < found.expires_at + timedelta(minutes=1)
            return
        data = next(each.content["data"] for each in told if each.type == "app.trial_ended")
        assert (data["ended_reason"], data["ended_by"]) == (found.ended_reason, ENDED_BY[TrialEnd(found.ended_reason)])
        if found.ended_reason == TrialEnd.UPGRADED:
            assert not installation.plan.is_trial
        elif found.ended_reason == TrialEnd.UNINSTALLED:
            assert installation.is_gone
        else:
            assert found.ended_at >= found.expires_at
        if not installation.is_gone:
            assert installation.client.may_sign_users_in != installation.plan.is_trial

    def _parts(self, found: Installation) -> list[str]:
        """What belongs to it and has deadlines."""
        trials = Trial.objects.filter(installation=found).values_list("pk", flat=True)
        return [each.hex for each in (*found.operations.values_list("pk", flat=True), *trials)]
