"""Looking afterwards at what passed by policy (ADR 0039): it is fine, or there is a problem."""

from __future__ import annotations

from django.db import transaction

from fondaco.accounts.models import Operator
from fondaco.audit.actor import Actor
from fondaco.audit.status import transition
from fondaco.catalog import actions as catalog
from fondaco.catalog.policies import can_be_withheld
from fondaco.review.errors import SampleOver
from fondaco.review.models import Sample
from fondaco.review.policies import check_can_decide
from fondaco.review.states import SampleStatus


def pass_sample(*, actor: Actor, by: Operator, sample: Sample) -> Sample:
    """A person looked, and the policy was right."""
    with transaction.atomic(durable=True):
        sample = _lock(by, sample)
        return _settle(sample, SampleStatus.FINE, actor=actor, by=by, words="")


def report_sample(*, actor: Actor, by: Operator, sample: Sample, reason: str) -> Sample:
    """A person looked and found a problem: the version leaves the marketplace, and its partner reads ``reason``.

    From then on a person decides about the app's listings, until one of them has passed. What is over or out already
    stays as it is.
    """
    clean = catalog.clean_withholding_reason(reason)
    with transaction.atomic(durable=True):
        sample = _lock(by, sample)
        sample = _settle(sample, SampleStatus.PROBLEM, actor=actor, by=by, words=clean)
        version = sample.submission.version
        if can_be_withheld(version):
            catalog.withhold_step(actor=actor, by=by, version=version, reason=clean, because="sample")
    return sample


def _lock(by: Operator, sample: Sample) -> Sample:
    """Holds it until the commit; of two people at once the slower one is told who was faster (T25)."""
    check_can_decide(by, sample.submission)
    Sample.objects.select_for_update().only("pk").get(pk=sample.pk)
    contents = ("submission__version__technical", "submission__version__listing")
    locked = Sample.objects.select_related("submission__version__app__partner", "looked_by", *contents).get(
        pk=sample.pk
    )
    if locked.looked_by is not None:
        raise SampleOver(name=locked.looked_by.name)
    return locked


def _settle(sample: Sample, to: SampleStatus, *, actor: Actor, by: Operator, words: str) -> Sample:
    data = {"version_id": sample.submission.version_id.hex}
    transition(sample, to, actor=actor, reason=words, data=data, fields={"looked_by": by.person, "words": words})
    return sample
