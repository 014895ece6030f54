"""To those who look after an app: a check began to fail on a live version, or is mended. One mail each."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.notify.letters import Letter, Mail, link
from fondaco.notify.recipients import technical_people
from fondaco.review import events
from fondaco.review.checking.registry import title_of
from fondaco.review.models import CheckRun

FAILING = Mail(
    "check_failing",
    when="a check fails twice in a row on a version that customers use",
    to="the app's technical contact and the partner's developers",
    subject="⟨version⟩: something stopped working",
)
MENDED = Mail(
    "check_mended",
    when="what failed on a version that customers use passes again",
    to="the app's technical contact and the partner's developers",
    subject="⟨version⟩: it works again",
)


@projects(events.CHECK_FAILING)
def queue_failing(event: Event, run: CheckRun) -> None:
    FAILING.queue(run.pk)


@projects(events.CHECK_MENDED)
def queue_mended(event: Event, run: CheckRun) -> None:
    MENDED.queue(run.pk)


@FAILING.compose
def compose_failing(run_id: UUID) -> Letter | None:
    run, checks = _load(run_id, events.CHECK_FAILING.name)
    if run is None:
        return None
    results = {result.check_id: result for result in run.results.filter(check_id__in=checks)}
    return Letter(
        to=technical_people(run.version.app),
        subject=_("%(version)s: something stopped working") % {"version": run.version},
        paragraphs=[
            _("Customers use %(version)s, and what worked when it was reviewed fails now, twice in a row:")
            % {"version": run.version},
            *(f"{title_of(check_id)}: {results[check_id].found} {results[check_id].mend}" for check_id in checks),
        ],
        button=(_("See the checks"), _address(run)),
        closing=_("Nothing was switched off. You get one more mail when it is mended, and none in between."),
    )


@MENDED.compose
def compose_mended(run_id: UUID) -> Letter | None:
    run, checks = _load(run_id, events.CHECK_MENDED.name)
    if run is None:
        return None
    return Letter(
        to=technical_people(run.version.app),
        subject=_("%(version)s: it works again") % {"version": run.version},
        paragraphs=[
            _("What failed on %(version)s passes again:") % {"version": run.version},
            *(title_of(check_id) for check_id in checks),
        ],
        button=(_("See the checks"), _address(run)),
        closing=_("There is nothing to do. The next look is tomorrow."),
    )


def _load(run_id: UUID, kind: str) -> tuple[CheckRun | None, list[str]]:
    run = CheckRun.objects.select_related("version__app").filter(pk=run_id).first()
    event = Event.objects.filter(kind=kind, subject_type="checkrun", subject_id=run_id.hex).last()
    return (run, list(event.data["checks"])) if run and event else (None, [])


def _address(run: CheckRun) -> str:
    place = f"partner:{run.version.app.partner_id.hex}"
    return link(f"/portal/versions/{run.version_id.hex}/checks", place=place)
