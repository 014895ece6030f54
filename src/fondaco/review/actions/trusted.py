"""Trusting a partner: its listing changes without new claims pass by policy, sampled by people."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import Permission
from fondaco.accounts.policies import check_operator_can
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.audit.status import transition
from fondaco.catalog import actions as catalog
from fondaco.catalog.models import Version
from fondaco.catalog.queries import last_advertised
from fondaco.catalog.states import Track
from fondaco.catalog.validation import FieldProblems
from fondaco.kit import clock
from fondaco.partners.models import Member, Partner
from fondaco.review import events, targets
from fondaco.review.errors import NotTrusted, OwnPartner
from fondaco.review.models import PolicyDecision, Sample, Submission, Trust
from fondaco.review.states import PolicyOutcome, SampleStatus, SubmissionStatus
from fondaco.review.trusting import find_objections, read_facts

POLICY: Final = Actor.system("policy for trusted partners")
LONGEST: Final = timedelta(days=366)


def trust_partner(*, actor: Actor, by: Operator, partner: Partner, reason: str, until: date) -> Trust:
    """Lets a partner's listing changes pass by policy up to and with the day ``until``: at most a year ahead.

    Trusted already, the new word takes the place of the old one. Nobody trusts a partner that they belong to.
    """
    found = FieldProblems()
    clean = found.text("reason", reason, least=1, most=1000, lines=True)
    today = clock.now().date()
    if not today <= until <= today + LONGEST:
        found.add("until", _("Choose a day from today to a year ahead."))
    found.raise_if_any()
    with transaction.atomic(durable=True):
        partner = _lock_partner(by, partner)
        _withdraw_all(partner, by, _("Given anew."))
        ends = timezone.make_aware(datetime.combine(until + timedelta(days=1), time()))
        trust = Trust.objects.create(partner=partner, reason=clean, until=ends, given_by=by.person)
        data = {"name": partner.name, "reason": clean, "until": until.isoformat()}
        record(events.PARTNER_TRUSTED, partner, actor=actor, partner_id=partner.pk, data=data)
    return trust


def withdraw_trust(*, actor: Actor, by: Operator, partner: Partner, reason: str) -> None:
    """From now on a person looks at everything of this partner again; what was approved stays."""
    found = FieldProblems()
    clean = found.text("reason", reason, least=1, most=1000, lines=True)
    found.raise_if_any()
    with transaction.atomic(durable=True):
        partner = _lock_partner(by, partner)
        if not _withdraw_all(partner, by, clean):
            raise NotTrusted(name=partner.name)
        data = {"name": partner.name, "reason": clean}
        record(events.PARTNER_TRUST_WITHDRAWN, partner, actor=actor, partner_id=partner.pk, data=data)


def approve_if_trusted(submission: Submission) -> PolicyDecision | None:
    """A step: decides on an open listing submission of a trusted partner by policy; asked again, it changes nothing.

    To be called when the checks of a submission have passed. None when the policy has no say; else what it said: each
    n-th that could pass (``REVIEW_SAMPLE_EVERY``) goes to a person, who looks after it has passed or, where
    ``REVIEW_SAMPLES_WAIT`` is set, decides before.
    """
    version = submission.version
    if submission.track != Track.LISTING or submission.status != SubmissionStatus.OPEN:
        return None
    trust = Trust.objects.select_for_update().filter(partner_id=version.app.partner_id, withdrawn_at=None).first()
    if trust is None or not trust.is_in_force:
        return None
    if before := PolicyDecision.objects.filter(pk=submission.pk).first():
        return before
    objections = _object_to(version)
    is_drawn = not objections and _is_drawn(trust)
    outcome = PolicyOutcome.DECLINED if objections else PolicyOutcome.APPROVED
    if is_drawn and settings.REVIEW_SAMPLES_WAIT:
        outcome = PolicyOutcome.SAMPLED
    decision = PolicyDecision.objects.create(
        submission=submission, trust=trust, outcome=outcome.value, objections=[words[:300] for words in objections]
    )
    facts = {"track": submission.track, "version_id": submission.version_id.hex, "policy": outcome.value}
    if outcome == PolicyOutcome.APPROVED:
        transition(submission, SubmissionStatus.APPROVED, actor=POLICY, data=facts)
        targets.stop(submission)
        catalog.approve_track(actor=POLICY, version=version, track=Track.LISTING)
    if is_drawn:
        draw_sample(submission, outcome)
    return decision


def draw_sample(submission: Submission, outcome: PolicyOutcome = PolicyOutcome.APPROVED) -> None:
    """A step: has a person look at what passed by policy, or decide about it where that is the rule."""
    if outcome == PolicyOutcome.APPROVED:
        Sample.objects.create(submission=submission)
    facts = {"track": submission.track, "version_id": submission.version_id.hex, "policy": outcome.value}
    record(events.SUBMISSION_SAMPLED, submission, actor=POLICY, data=facts, **submission.audit_scope())


def _object_to(version: Version) -> list[str]:
    advertised = last_advertised(version)
    if advertised is None:
        return [_("The app has no advertised listing to compare with.")]
    objections = find_objections(read_facts(advertised), read_facts(version))
    if _had_a_problem(version):
        words = _("A sample of this app had a problem. People decide about its listings until one has passed.")
        objections.append(words)
    return objections


def _had_a_problem(version: Version) -> bool:
    """Whether a person found one, and nobody has approved a listing of the app since."""
    found = Sample.objects.filter(submission__version__app_id=version.app_id, status=SampleStatus.PROBLEM)
    since = found.order_by("-status_changed_at").values_list("status_changed_at", flat=True).first()
    if since is None:
        return False
    by_people = Submission.objects.filter(
        version__app_id=version.app_id,
        track=Track.LISTING,
        status=SubmissionStatus.APPROVED,
        decided_by__isnull=False,
        status_changed_at__gt=since,
    )
    return not by_people.exists()


def _is_drawn(trust: Trust) -> bool:
    """Each n-th of a partner's is; the trust is locked, so that two at once are counted as two."""
    passed = trust.decisions.exclude(outcome=PolicyOutcome.DECLINED.value).count()
    return (passed + 1) % max(settings.REVIEW_SAMPLE_EVERY, 1) == 0


def _lock_partner(by: Operator, partner: Partner) -> Partner:
    check_operator_can(by, Permission.OPERATOR_PARTNERS)
    if Member.objects.filter(partner_id=partner.pk, person_id=by.pk, is_active=True).exists():
        raise OwnPartner
    return Partner.objects.select_for_update().get(pk=partner.pk)


def _withdraw_all(partner: Partner, by: Operator, reason: str) -> int:
    standing = Trust.objects.filter(partner=partner, withdrawn_at=None)
    return standing.update(withdrawn_at=clock.now(), withdrawn_by=by.person, withdrawal_reason=reason)
