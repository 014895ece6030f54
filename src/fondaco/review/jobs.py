"""What reviews do in the background."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.utils import translation

from fondaco.audit.actor import Actor
from fondaco.kit import jobs
from fondaco.messaging.webhook_secrets import load_signer_for
from fondaco.review.actions.checks import JOB, abandon_run, finish_run, keep_results, let_policy_decide
from fondaco.review.checking.dossier import read_dossier
from fondaco.review.checking.marks import read_marks
from fondaco.review.checking.registry import checks_of
from fondaco.review.checking.running import examine_all
from fondaco.review.models import CheckRun
from fondaco.review.states import RunReason

_SELF = Actor.system("checks")


@jobs.task(JOB)
def run_checks(run_id: str) -> None:
    """Runs those checks of a run that have no result yet; a repetition after a crash goes on where it stopped.

    Content that was edited between the start and now is another content: that run is abandoned.
    """
    run = (
        CheckRun.objects.select_related("version__app__partner__developer_account")
        .select_related("version__technical", "version__listing")
        .filter(pk=UUID(hex=run_id))
        .first()
    )
    if run is None or not run.is_running:
        if run is not None:
            let_policy_decide(actor=_SELF, run=run)  # the job before may have died between the two
        return
    marks = read_marks(run.version)
    if (run.technical_mark, run.listing_mark) != (marks.technical, marks.listing):
        abandon_run(actor=_SELF, run_id=run.pk, reason="changed")
        return
    done = set(run.results.values_list("check_id", flat=True))
    wanted = checks_of(run.ruleset, network_only=run.why == RunReason.WATCH)
    with translation.override(settings.LANGUAGE_CODE):
        missing = [check for check in wanted if check.id not in done]
        for examined in examine_all(read_dossier(run.version), missing, load_signer_for(run.version.app)):
            if not keep_results(actor=_SELF, run_id=run.pk, examined=[examined]):
                return
    let_policy_decide(actor=_SELF, run=finish_run(actor=_SELF, run_id=run.pk))
