"""An account is invited to test an app, and what it says to that: to its administrators and to the partner."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from fondaco.accounts.permissions import Permission
from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.catalog import events
from fondaco.catalog.models import AppTester
from fondaco.notify.letters import Letter, Mail, link
from fondaco.notify.recipients import installers, members

INVITED = Mail(
    "test_account_invited",
    when="a partner invites an account to test an app",
    to="the account's people who may order apps",
    subject="⟨partner⟩ invites ⟨account⟩ to test ⟨app⟩",
)
ACCEPTED = Mail(
    "test_account_accepted",
    when="an account accepts to test an app",
    to="the partner's people who may publish",
    subject="⟨account⟩ tests ⟨app⟩",
)
DECLINED = Mail(
    "test_account_declined",
    when="an account declines to test an app",
    to="the partner's people who may publish",
    subject="⟨account⟩ does not test ⟨app⟩",
)
REMOVED = Mail(
    "test_account_removed",
    when="a partner ends the test of an app, or gives the app away",
    to="the account's people who may order apps",
    subject="The test of ⟨app⟩ is over",
)
LEFT = Mail(
    "test_account_left",
    when="an account ends its test of an app",
    to="the partner's people who may publish",
    subject="⟨account⟩ no longer tests ⟨app⟩",
)


@projects(events.TESTER_INVITED)
def queue_invited(event: Event, tester: AppTester) -> None:
    INVITED.queue(tester.pk)


@projects(events.TESTER_ACCEPTED)
def queue_accepted(event: Event, tester: AppTester) -> None:
    ACCEPTED.queue(tester.pk)


@projects(events.TESTER_DECLINED)
def queue_declined(event: Event, tester: AppTester) -> None:
    DECLINED.queue(tester.pk)


@projects(events.TESTER_REMOVED)
def queue_removed(event: Event, tester: AppTester) -> None:
    REMOVED.queue(tester.pk)


@projects(events.TESTER_LEFT)
def queue_left(event: Event, tester: AppTester) -> None:
    LEFT.queue(tester.pk)


@INVITED.compose
def compose_invited(tester_id: UUID) -> Letter | None:
    tester = _load(tester_id)
    if not tester.is_invited:
        return None
    return Letter(
        to=installers(tester.account_id),
        subject=_("%(partner)s invites %(account)s to test %(app)s") % _names(tester),
        paragraphs=[
            _(
                "%(partner)s asks whether %(account)s wants to try %(app)s before everybody can. "
                "You could then install versions that are not finished or not reviewed yet."
            )
            % _names(tester),
            _("Nothing is installed before one of you orders it, and you can stop at any time."),
        ],
        quote=tester.note,
        button=(_("Accept or decline"), link("/my-apps/tests", place=f"account:{tester.account_id}")),
    )


@ACCEPTED.compose
def compose_accepted(tester_id: UUID) -> Letter:
    return _to_partner(
        tester_id,
        _("%(account)s tests %(app)s"),
        _("%(person)s of %(account)s accepted."),
        _("Send them the installation link of a version. They can install every version whose link they have."),
    )


@DECLINED.compose
def compose_declined(tester_id: UUID) -> Letter:
    return _to_partner(
        tester_id,
        _("%(account)s does not test %(app)s"),
        _("%(person)s of %(account)s declined. Nothing was changed."),
        _("You can invite another account, or this one again once you have talked."),
    )


@LEFT.compose
def compose_left(tester_id: UUID) -> Letter:
    return _to_partner(
        tester_id,
        _("%(account)s no longer tests %(app)s"),
        _("%(person)s of %(account)s ended the test. What they installed goes on until they uninstall it."),
        _("There is nothing to do. You can invite them again."),
    )


@REMOVED.compose
def compose_removed(tester_id: UUID) -> Letter:
    tester = _load(tester_id)
    return Letter(
        to=installers(tester.account_id),
        subject=_("The test of %(app)s is over") % _names(tester),
        paragraphs=[
            _("The partner ended the test, so %(account)s can no longer install unfinished versions of %(app)s.")
            % _names(tester)
        ],
        button=(_("Open My Apps"), link("/my-apps", place=f"account:{tester.account_id}")),
        closing=_("What is installed goes on until you uninstall it."),
    )


def _to_partner(tester_id: UUID, subject: str, news: str, closing: str) -> Letter:
    tester = _load(tester_id)
    return Letter(
        to=members(tester.app.partner_id, Permission.PARTNER_PUBLISH),
        subject=subject % _names(tester),
        paragraphs=[news % _names(tester)],
        button=(
            _("Open the test accounts"),
            link(f"/portal/apps/{tester.app_id.hex}/test-accounts", place=f"partner:{tester.app.partner_id.hex}"),
        ),
        closing=closing,
    )


def _load(tester_id: UUID) -> AppTester:
    return AppTester.objects.select_related("app__partner", "account").get(pk=tester_id)


def _names(tester: AppTester) -> dict[str, str]:
    return {
        "app": tester.app.name,
        "account": tester.account.company_name,
        "partner": tester.app.partner.name,
        "person": tester.answered_by,
    }
