"""To the people who manage an account's apps: what rules did to licences and to the price (T27), and whom they stopped.

Licences of people who left are told of in the same letters.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fondaco.accounts.models import User
from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.catalog.models import Plan
from fondaco.installs import events
from fondaco.installs.auto_install import least
from fondaco.installs.models import Installation, Operation
from fondaco.installs.rules import find_waiting
from fondaco.installs.states import OperationStatus
from fondaco.kit.money import Money
from fondaco.notify.letters import Letter, Mail, link
from fondaco.notify.recipients import managers

_MOST_NAMES = 20
CHANGED = Mail(
    "licences_changed",
    when="a partner confirmed licences that rules gave, or that people who left gave back",
    to="the account's people who manage apps",
    subject="Licences of ⟨app⟩ changed by themselves",
)
NOT_CHANGED = Mail(
    "licences_not_changed",
    when="such a change was declined, could not be delivered, or was not answered in seven days",
    to="the account's people who manage apps",
    subject="Licences of ⟨app⟩ could not be changed yet",
)
WITHHELD = Mail(
    "licences_withheld",
    when="the limit of a rule or of the plan kept licences from people, once for each of them",
    to="the account's people who manage apps",
    subject="⟨count⟩ without a licence of ⟨app⟩: its limit is reached",
)


@projects(events.OPERATION_APPROVED, events.OPERATION_REJECTED, events.OPERATION_TIMED_OUT, events.OPERATION_FAILED)
def queue_changed(event: Event, operation: Operation) -> None:
    if operation.is_automatic and not operation.failed_side:
        mail = CHANGED if operation.status == OperationStatus.APPROVED else NOT_CHANGED
        mail.queue(operation.pk)


@projects(events.LICENCE_WITHHELD)
def queue_withheld(event: Event, installation: Installation) -> None:
    WITHHELD.queue(installation.pk)


@CHANGED.compose
def compose_changed(operation_id: UUID) -> Letter | None:
    operation = _find(operation_id)
    if operation is None:
        return None
    installation = operation.installation
    before, after = (_price(side) for side in (operation.current, operation.proposed))
    added = after - before
    bought = operation.proposed["total_licences"]
    cost = (
        [(_("More each month"), added.format(drop_zeros=False))] if added.minor > 0 else [(_("Cost"), _("unchanged"))]
    )
    return Letter(
        to=managers(installation.account_id),
        subject=_("Licences of %(app)s changed by themselves") % {"app": installation.app.name},
        paragraphs=[
            _("%(partner)s confirmed a change that nobody had to ask for: rules of %(app)s gave licences to people who "
              "came, or people who left gave theirs back.")
            % {"partner": installation.app.partner.name, "app": installation.app.name}
        ],
        facts=[
            *_people(operation),
            (_("Licences"), str(bought)),
            (_("Unassigned"), str(bought - len(operation.proposed["users"]))),
            *cost,
            (_("Total per month"), after.format(drop_zeros=False)),
        ],
        button=(_("Look at the rules"), _page(installation)),
        closing=_("Indicative, not a bill. You set the limit, and who gets the app, on its page."),
    )  # fmt: skip


@NOT_CHANGED.compose
def compose_not_changed(operation_id: UUID) -> Letter | None:
    operation = _find(operation_id)
    if operation is None:
        return None
    installation = operation.installation
    names = {"partner": installation.app.partner.name, "app": installation.app.name}
    explanations = {
        OperationStatus.REJECTED: _("%(partner)s declined a change of licences of %(app)s."),
        OperationStatus.TIMED_OUT: _("%(partner)s did not confirm a change of licences of %(app)s within seven days."),
        OperationStatus.FAILED: _("%(partner)s could not be reached for a change of licences of %(app)s."),
    }
    return Letter(
        to=managers(installation.account_id),
        subject=_("Licences of %(app)s could not be changed yet") % {"app": installation.app.name},
        paragraphs=[
            explanations[OperationStatus(operation.status)] % names,
            _("Everything is as it was, and nothing is charged for it. Nobody is forgotten: we ask again by ourselves, "
              "after a day and then less often."),
        ],
        facts=_people(operation),
        quote=operation.answer if operation.status == OperationStatus.REJECTED else "",
        button=(_("See who waits"), _page(installation)),
    )  # fmt: skip


@WITHHELD.compose
def compose_withheld(installation_id: UUID) -> Letter | None:
    installation = Installation.objects.select_related("app", "account", "plan").get(pk=installation_id)
    users, limit = (
        find_waiting(installation).withheld,
        least(installation.auto_install_cap, installation.plan.max_licences),
    )
    if not users or limit is None:  # there was room meanwhile
        return None
    count = ngettext("One person", "%(num)d people", len(users)) % {"num": len(users)}
    return Letter(
        to=managers(installation.account_id),
        subject=_("%(count)s without a licence of %(app)s: its limit is reached")
        % {"count": count, "app": installation.app.name},
        paragraphs=[
            _("Rules of %(app)s would give them a licence, and stop at %(limit)d people with one.")
            % {"app": installation.app.name, "limit": limit},
            _("Nothing was bought. They get theirs by themselves when somebody gives one back or you raise the limit."),
        ],
        facts=[(_("Waiting"), _names(users))],
        button=(_("Decide about the limit"), _page(installation)),
    )


def _find(operation_id: UUID) -> Operation | None:
    """The operation, if it is one of these."""
    found = Operation.objects.select_related("installation__app__partner", "installation__account")
    operation = found.get(pk=operation_id)
    return operation if operation.is_automatic else None


def _people(operation: Operation) -> list[tuple[str, str]]:
    """Who got a licence and who gave one back."""
    before, after = set(operation.current["users"]), set(operation.proposed["users"])
    words = ((_("Get a licence"), after - before), (_("Lose theirs"), before - after))
    return [(title, _names(_load(ids))) for title, ids in words if ids]


def _load(user_ids: Collection[str]) -> list[User]:
    return list(User.objects.filter(pk__in=user_ids).select_related("person").order_by("person__name", "id"))


def _names(users: Collection[User]) -> str:
    shown = ", ".join(user.person.name for user in list(users)[:_MOST_NAMES])
    left = len(users) - _MOST_NAMES
    return shown if left <= 0 else _("%(names)s and %(count)d more") % {"names": shown, "count": left}


def _price(side: dict[str, object]) -> Money:
    """What a month costs with this side of an operation."""
    plan = Plan.objects.get(pk=UUID(hex=str(side["plan"])))
    return plan.monthly_total(int(str(side["total_licences"])))


def _page(installation: Installation) -> str:
    return link(f"/my-apps/{installation.pk.hex}/auto-install", place=f"account:{installation.account_id}")
