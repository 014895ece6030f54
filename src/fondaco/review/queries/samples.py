"""Drawn listings: those that wait for a person's look, and what people found."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Case, Exists, OuterRef, QuerySet, Value, When

from fondaco.accounts.models import Operator
from fondaco.catalog.states import Track
from fondaco.kit.errors import Forbidden, NotFound
from fondaco.kit.ids import parse_wire
from fondaco.partners.models import Member
from fondaco.review.models import Sample, Submission
from fondaco.review.policies import reviewable_tracks
from fondaco.review.queries.comparing import Grouped, compare_submissions
from fondaco.review.states import SampleStatus, SubmissionStatus


@dataclass(frozen=True, slots=True)
class SampleDesk:
    """A sample with what was another than in the listing that was approved before; ``before`` is None without one."""

    sample: Sample
    before: Submission | None
    changed: Grouped
    is_own_work: bool

    @property
    def can_settle(self) -> bool:
        """Whether the reader may say what they found."""
        return self.sample.is_open and not self.is_own_work


def list_samples(by: Operator, *, status: SampleStatus | None = None) -> QuerySet[Sample]:
    """Those that nobody has looked at first, the oldest before the others; then the latest looked at."""
    if Track.LISTING not in reviewable_tracks(by):
        raise Forbidden
    turn = Case(When(status=SampleStatus.OPEN.value, then=Value(0)), default=Value(1))
    found = _with_names().annotate(turn=turn)
    found = found.filter(status=status) if status else found
    return found.order_by("turn", "created_at", "pk")


def get_sample(by: Operator, sample_id: str) -> Sample:
    """One of them, by the wire id of its submission."""
    found = parse_wire(sample_id)
    sample = list_samples(by).filter(pk=found).first() if found else None
    if sample is None:
        raise NotFound
    return sample


def get_sample_desk(by: Operator, sample_id: str) -> SampleDesk:
    """One of them with all that a person needs to say what they found."""
    found = parse_wire(sample_id)
    own = Member.objects.filter(partner=OuterRef("submission__version__app__partner"), person_id=by.pk, is_active=True)
    sample = list_samples(by).annotate(is_own=Exists(own)).filter(pk=found).first() if found else None
    if sample is None:
        raise NotFound
    submission = sample.submission
    before = (
        Submission.objects.filter(
            version__app_id=submission.version.app_id,
            track=submission.track,
            status=SubmissionStatus.APPROVED,
            created_at__lt=submission.created_at,
        )
        .exclude(content={})
        .select_related("version__app")
        .order_by("-status_changed_at")
        .first()
    )
    return SampleDesk(sample, before, compare_submissions(before, submission), is_own_work=sample.is_own)


def _with_names() -> QuerySet[Sample]:
    version = "submission__version"
    return Sample.objects.select_related(
        f"{version}__app__partner",
        f"{version}__technical",
        f"{version}__listing",
        "looked_by",
        "submission__submitted_by",
    ).defer(f"{version}__listing__search")
