"""The checks of the demo's submissions, as far as they can be run before any process is there."""

from __future__ import annotations

from django.utils.translation import gettext as _

from fondaco.audit.actor import Actor
from fondaco.catalog.models import Version
from fondaco.messaging.signing import load_signer
from fondaco.review.actions.checks import finish_run, keep_results, let_policy_decide
from fondaco.review.checking.dossier import read_dossier
from fondaco.review.checking.registry import checks_of
from fondaco.review.checking.running import Examined, examine_all
from fondaco.review.models import CheckRun
from fondaco.review.states import Outcome, RunStatus

_SELF = Actor.system("demo")


def run_checks_offline(version: Version) -> None:
    """Ends the run that a submission started. Those that ask the program are skipped, because nothing runs yet."""
    run = CheckRun.objects.filter(version=version, status=RunStatus.RUNNING).first()
    if run is None:
        return
    fresh = Version.objects.select_related("app__partner__developer_account", "technical", "listing").get(pk=version.pk)
    asking = [check for check in checks_of(run.ruleset) if check.is_network]
    others = [check for check in checks_of(run.ruleset) if not check.is_network]
    note = _("The demo was made before any program was running. Run the checks again to ask it.")
    examined = [
        *examine_all(read_dossier(fresh), others, load_signer()),
        *(Examined(check, Outcome.SKIPPED, note=note) for check in asking),
    ]
    keep_results(actor=_SELF, run_id=run.pk, examined=examined)
    let_policy_decide(actor=_SELF, run=finish_run(actor=_SELF, run_id=run.pk))
