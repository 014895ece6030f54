"""To the people who manage an account's apps: that a trial ends soon, lasts longer, or has ended (DOMAIN 7.7)."""

from __future__ import annotations

from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.catalog.models import Plan
from fondaco.installs import events
from fondaco.installs.models import Trial
from fondaco.installs.queries import get_open_operation
from fondaco.installs.states import OperationKind, TrialEnd, TrialStatus
from fondaco.installs.trial_dates import last_day_of
from fondaco.notify.letters import Letter, Mail, link
from fondaco.notify.recipients import managers

ENDING = Mail(
    "trial_ending",
    when="the trial of an app ends in 15 days, in a week, or in a day",
    to="the account's people who manage apps",
    subject="⟨days⟩ left of the trial of ⟨app⟩",
)
EXTENDED = Mail(
    "trial_extended",
    when="an operator let a running trial last longer",
    to="the account's people who manage apps",
    subject="The trial of ⟨app⟩ lasts until ⟨day⟩",
)
ENDED = Mail(
    "trial_ended",
    when="the trial of an app is over",
    to="the account's people who manage apps",
    subject="The trial of ⟨app⟩ has ended",
)


@projects(events.TRIAL_ENDING)
def queue_ending(event: Event, trial: Trial) -> None:
    ENDING.queue(trial.pk)


@projects(events.TRIAL_EXTENDED)
def queue_extended(event: Event, trial: Trial) -> None:
    EXTENDED.queue(trial.pk)


@projects(events.TRIAL_ENDED)
def queue_ended(event: Event, trial: Trial) -> None:
    """Who moved to a paid plan or removes the app knows that, and gets mail about it."""
    operation = get_open_operation(trial.installation)
    is_leaving = operation is not None and operation.kind == OperationKind.UNINSTALL
    if trial.ended_reason == TrialEnd.EXPIRED and not is_leaving:
        ENDED.queue(trial.pk)


@ENDING.compose
def compose_ending(trial_id: UUID) -> Letter | None:
    trial = _load(trial_id)
    if trial.status != TrialStatus.ACTIVE or trial.reminded_days is None:  # it ended, or was extended, meanwhile
        return None
    names = {"app": trial.app.name, "days": trial.reminded_days, "day": _day(trial)}
    return Letter(
        to=managers(trial.account_id),
        subject=ngettext(
            "One day left of the trial of %(app)s", "%(days)d days left of the trial of %(app)s", trial.reminded_days
        )
        % names,
        paragraphs=[
            _("The free trial of %(app)s ends on %(day)s. Nothing is charged by itself.") % names,
            _("Choose a plan before then, and people go on working without a break. If you do nothing, nobody gets in "
              "after that day; what is in the app is kept as long as it is installed."),
        ],
        button=(_("Choose a plan"), _page(trial, "/settings")),
    )  # fmt: skip


@EXTENDED.compose
def compose_extended(trial_id: UUID) -> Letter | None:
    trial = _load(trial_id)
    if trial.status != TrialStatus.ACTIVE:
        return None
    names = {"app": trial.app.name, "day": _day(trial)}
    return Letter(
        to=managers(trial.account_id),
        subject=_("The trial of %(app)s lasts until %(day)s") % names,
        paragraphs=[
            _("We extended the free trial of %(app)s: people can use it up to and with %(day)s.") % names,
            _("Nothing is charged by itself. We remind you again before it ends."),
        ],
        button=(_("See the app"), _page(trial)),
    )


@ENDED.compose
def compose_ended(trial_id: UUID) -> Letter:
    trial = _load(trial_id)
    names = {"app": trial.app.name, "partner": trial.app.partner.name}
    if _waits_for_plan(trial):
        sentence = _("Nobody can launch %(app)s until %(partner)s confirms the plan that you chose.") % names
        closing = _("Everyone gets in again with that confirmation. You need do nothing.")
    else:
        sentence = _("Nobody can launch %(app)s until you choose a plan. Nothing was charged.") % names
        closing = _("The free days are over. Choose a plan and everyone gets in again, or remove the app.")
    return Letter(
        to=managers(trial.account_id),
        subject=_("The trial of %(app)s has ended") % names,
        paragraphs=[sentence],
        button=(_("Decide what to do"), _page(trial)),
        closing=closing,
    )


def _load(trial_id: UUID) -> Trial:
    return Trial.objects.select_related("app__partner", "account", "installation").get(pk=trial_id)


def _waits_for_plan(trial: Trial) -> bool:
    """Whether a move to a paid plan was asked for in time, and only its answer is missing."""
    operation = get_open_operation(trial.installation)
    if operation is None or operation.kind == OperationKind.UNINSTALL:
        return False
    return not Plan.objects.get(pk=UUID(hex=operation.proposed["plan"])).is_trial


def _day(trial: Trial) -> str:
    """The last day of the trial where the account is."""
    if trial.expires_at is None:
        raise ValueError("a trial is written about before it has its dates")
    return date_format(last_day_of(trial.expires_at, trial.account.timezone), "j F Y")


def _page(trial: Trial, below: str = "") -> str:
    return link(f"/my-apps/{trial.installation_id.hex}{below}", place=f"account:{trial.account_id}")
