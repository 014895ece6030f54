"""A listing that passed by policy was drawn for a person's look, and the look found a problem."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.notify.letters import Letter, Mail, link
from fondaco.notify.recipients import reviewers, submitters
from fondaco.review import events
from fondaco.review.models import Sample, Submission

DRAWN = Mail(
    "sample_drawn",
    when="a listing of a trusted partner passed by policy and was drawn as a sample",
    to="everybody who reviews listings, but for the partner's own people",
    subject="A sample to look at: ⟨version⟩",
)
REPORTED = Mail(
    "sample_reported",
    when="a person looked at a sample and found a problem",
    to="the partner's people who edit listings",
    subject="⟨version⟩ was taken out of the marketplace after a second look",
)


@projects(events.SUBMISSION_SAMPLED)
def queue_drawn(event: Event, submission: Submission) -> None:
    if event.data["policy"] == "approved":  # else it waits in the queue like any other
        DRAWN.queue(submission.pk)


@projects(events.SAMPLE_REPORTED)
def queue_reported(event: Event, sample: Sample) -> None:
    REPORTED.queue(sample.pk)


@DRAWN.compose
def compose_drawn(submission_id: UUID) -> Letter | None:
    sample = _load(submission_id)
    if not sample.is_open:
        return None
    version = sample.submission.version
    return Letter(
        to=reviewers(sample.submission),
        subject=_("A sample to look at: %(version)s") % {"version": version},
        paragraphs=[
            _("The listing of %(version)s by %(partner)s passed by the policy for trusted partners.")
            % {"version": version, "partner": version.app.partner.name},
            _("It was drawn as a sample. Look whether that was right; nobody waits for you."),
        ],
        button=(_("Look at it"), link(f"/backoffice/samples/{sample.pk.hex}", place="operator:staff")),
    )


@REPORTED.compose
def compose_reported(submission_id: UUID) -> Letter | None:
    sample = _load(submission_id)
    if sample.is_open or not sample.words:  # about another sample than this mail was written for
        return None
    version = sample.submission.version
    return Letter(
        to=submitters(sample.submission),
        subject=_("%(version)s was taken out of the marketplace after a second look") % {"version": version},
        paragraphs=[
            _(
                "The listing of %(version)s had passed without a reviewer, because the platform trusts your company. "
                "A person has looked at it since and found a problem:"
            )
            % {"version": version}
        ],
        quote=sample.words,
        button=(
            _("Open the version"),
            link(f"/portal/versions/{version.pk.hex}", place=f"partner:{version.app.partner_id.hex}"),
        ),
        closing=_(
            "Existing installations go on. Mend it in a new version: a person decides about that one, and once it has "
            "passed, the policy counts again."
        ),
    )


def _load(submission_id: UUID) -> Sample:
    return Sample.objects.select_related("submission__version__app__partner", "submission__taken_by").get(
        pk=submission_id
    )
