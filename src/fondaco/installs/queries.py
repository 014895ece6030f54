"""Reads of the installs domain, always scoped to who asks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from fondaco.accounts.models import Operator, User
from fondaco.accounts.permissions import Permission
from fondaco.accounts.policies import check_operator_can
from fondaco.catalog.data_fields import describe_permission
from fondaco.catalog.labels import describe_meter
from fondaco.catalog.models import App, Plan, Version
from fondaco.catalog.policies import check_can
from fondaco.catalog.scopes import SCOPES
from fondaco.identity.models import Cutoff, OAuthClient
from fondaco.installs.badges import Badge, InstallationFacts, ViewerFacts, badges
from fondaco.installs.models import Installation, Licence, Operation, Trial
from fondaco.installs.newer import newer_versions
from fondaco.installs.policies import can_manage, check_can_force_any, explain_launch, may_force
from fondaco.installs.states import InstallationStatus, OperationKind, OperationStatus, TrialStatus
from fondaco.kit import clock
from fondaco.kit.errors import NotFound
from fondaco.kit.ids import parse_wire
from fondaco.kit.money import Money
from fondaco.partners.models import Member


@dataclass(frozen=True, slots=True)
class InstalledApp:
    """One icon of My Apps, with everything that the page says about it."""

    installation: Installation
    badges: tuple[Badge, ...]
    why_not_launch: Promise | str | None  # plain words; None when the viewer can open it
    can_manage: bool
    now: datetime  # of the account
    trial_days_left: int | None  # while a trial runs
    newer_version: str | None = None  # the name of what the viewer could move it to

    @property
    def can_launch(self) -> bool:
        """Whether a click opens the app."""
        return self.why_not_launch is None


@dataclass(frozen=True, slots=True)
class PurchaseSummary:
    """What an order will cost in a month: indicative, not a bill (DOMAIN 7.10)."""

    plan: str
    unit_price: Money
    is_per_seat: bool
    is_trial: bool
    licences: int
    monthly_total: Money
    usage: str  # what usage costs on top, in words; empty when nothing is counted
    monthly_most: Money | None  # with usage at its limit; None when it has none
    trial_days: int

    def as_json(self) -> dict[str, Any]:
        """What is kept with the consent; amounts in minor units."""
        return {
            "plan": self.plan,
            "unit_price_minor": self.unit_price.minor,
            "currency": self.unit_price.currency,
            "is_per_seat": self.is_per_seat,
            "is_trial": self.is_trial,
            "licences": self.licences,
            "monthly_total_minor": self.monthly_total.minor,
            "usage": self.usage,
            "monthly_most_minor": self.monthly_most.minor if self.monthly_most else None,
        }


def list_installations(by: User) -> list[InstalledApp]:
    """My Apps of ``by``: managers see every app of the account, others those that they hold a licence for."""
    found: QuerySet[Any] = _facts(by).order_by("app__name")
    if not can_manage(by):
        found = found.filter(is_licensed=True) if by.can(Permission.APPS_LAUNCH) else found.none()
    return [_show(installation, by) for installation in found]


def get_installation(by: User, installation_id: str) -> InstalledApp:
    """One app of My Apps by wire id; what ``by`` may not see does not exist. Gone ones are found by managers."""
    found = parse_wire(installation_id)
    installation = _facts(by, with_gone=True).filter(pk=found).first() if found else None
    if installation is None or not _is_visible(by, installation):
        raise NotFound
    return _show(installation, by)


def list_for_support(by: Operator, account_id: str) -> QuerySet[Installation]:
    """Every installation that an account ever had, newest first, with ``has_running_trial``, for who mends them."""
    check_operator_can(by, Permission.OPERATOR_SUPPORT)
    found = Installation.objects.filter(account_id=account_id).annotate(
        cutoff_words=_cutoff_words(), has_running_trial=_runs_trial()
    )
    return found.select_related("app__partner", "version", "plan").order_by("-id")


def get_for_support(by: Operator, installation_id: str) -> Installation:
    """Any installation by wire id, with ``has_running_trial``, for operators who mend them."""
    check_operator_can(by, Permission.OPERATOR_SUPPORT)
    return _get_any(installation_id)


def get_for_removal(by: Operator, installation_id: str) -> Installation:
    """Any installation by wire id, for operators who remove it."""
    check_can_force_any(by)
    return _get_any(installation_id)


def _get_any(installation_id: str) -> Installation:
    found = parse_wire(installation_id)
    installations = Installation.objects.select_related("app__partner", "version", "account", "plan", "client")
    installation = installations.annotate(has_running_trial=_runs_trial()).filter(pk=found).first() if found else None
    if installation is None:
        raise NotFound
    return installation


def _cutoff_words() -> Subquery:
    return Subquery(Cutoff.covering("client").order_by("id").values("reason")[:1])


def _runs_trial() -> Exists:
    return Exists(Trial.objects.filter(installation=OuterRef("pk"), status=TrialStatus.ACTIVE))


def list_of_app(by: Member, app: App) -> QuerySet[Installation]:
    """Where the partner's own app is or was installed, newest first."""
    check_can(by, app, Permission.PARTNER_VIEW)
    found = Installation.objects.filter(app=app).annotate(cutoff_words=_cutoff_words())
    return found.select_related("account", "version").order_by("-id")


def get_of_partner(by: Member, installation_id: str) -> Installation:
    """An installation of one of the partner's own apps by wire id."""
    found = parse_wire(installation_id)
    of_partner = Installation.objects.filter(app__partner_id=by.partner_id)
    of_partner = of_partner.select_related("app__partner", "account", "version", "client")
    installation = of_partner.filter(pk=found).first() if found else None
    if installation is None:
        raise NotFound
    check_can(by, installation.app, Permission.PARTNER_VIEW)
    return installation


def get_for_launch(user: User, installation_id: str) -> Installation:
    """An app of the user's account by wire id, licensed or not: whether it opens is for ``record_launch`` to say."""
    found = parse_wire(installation_id)
    installation = (
        Installation.objects.filter(pk=found, account_id=user.account_id)
        .select_related("app__partner", "version__technical", "client")
        .first()
        if found
        else None
    )
    if installation is None:
        raise NotFound
    return installation


def get_installation_of_client(client: OAuthClient) -> Installation:
    """The installation that an OAuth client was made for; portal clients have none."""
    installation = _for_programs(Installation.objects.filter(client=client)).first()
    if installation is None:
        raise NotFound
    return installation


def get_installation_of_app(app: App, installation_id: str) -> Installation:
    """An installation of an app by wire id. The caller got the app from a query scoped to its partner."""
    found = parse_wire(installation_id)
    installation = list_installations_of_app(app).filter(pk=found).first() if found else None
    if installation is None:
        raise NotFound
    return installation


def list_installations_of_app(app: App) -> QuerySet[Installation]:
    """Where an app is or was installed, the oldest first, with what programs are told of it."""
    return _for_programs(Installation.objects.filter(app=app)).prefetch_related("auto_install_rules").order_by("id")


def _for_programs(installations: QuerySet[Installation]) -> QuerySet[Installation]:
    return installations.select_related(
        "app__partner",
        "version__technical",
        "version__listing",
        "plan",
        "account",
        "client",
        "installed_by__person",
    )


def get_open_operation(installation: Installation) -> Operation | None:
    """What waits for the partner's answer, if anything does."""
    return installation.operations.filter(status=OperationStatus.OPEN).first()


def list_operations(installation: Installation) -> QuerySet[Operation]:
    """The history of an installation, newest first. The caller got the installation from a scoped query."""
    return installation.operations.select_related("requested_by__person").order_by("-id")


def list_licensed_users(installation: Installation) -> QuerySet[User]:
    """Who holds a licence, or will once the open change is approved (DOMAIN 2.5), by name."""
    return list_users_of(installation, get_open_operation(installation))


def list_users_of(installation: Installation, operation: Operation | None) -> QuerySet[User]:
    """The same, for callers that know the open operation."""
    users = User.objects.select_related("person", "role").order_by("person__name", "id")
    if operation is not None and operation.kind != OperationKind.UNINSTALL:
        return users.filter(account_id=installation.account_id, pk__in=operation.proposed["users"])
    return users.filter(licences__installation=installation)


def get_trial(installation: Installation) -> Trial:
    """The trial of an installation; most never had one."""
    trial = Trial.objects.filter(installation=installation).first()
    if trial is None:
        raise NotFound
    return trial


def has_tried(account_id: str, app_id: UUID) -> bool:
    """Whether the account ever started a trial of the app: one each, ever (DOMAIN 7.6)."""
    return Trial.objects.filter(account_id=account_id, app_id=app_id, started_at__isnull=False).exists()


def list_living(version_id: UUID | None = None, *, after: UUID | None = None) -> QuerySet[Installation]:
    """Installations that are not gone, of all accounts, in the order of their ids: for the house's own notices."""
    found = Installation.objects.exclude(status=InstallationStatus.REVOKED).order_by("pk")
    found = found.select_related("version__app__partner", "version__technical", "account")
    if version_id is not None:
        found = found.filter(version_id=version_id)
    return found.filter(pk__gt=after) if after is not None else found


def count_moving_to(version_id: UUID) -> int:
    """How many installations wait for the approval to move to a version."""
    waiting = Operation.objects.filter(kind=OperationKind.UPGRADE, status=OperationStatus.OPEN)
    return waiting.filter(proposed__version=version_id.hex).count()


def list_living_of(app_id: UUID, *, after: UUID | None = None) -> QuerySet[Installation]:
    """The same for a whole app, whatever the version."""
    return list_living(after=after).filter(app_id=app_id)


def find_installed(account_id: str, app_id: UUID) -> Installation | None:
    """The installation of an app in an account that is not gone."""
    return (
        Installation.objects.filter(account_id=account_id, app_id=app_id)
        .exclude(status=InstallationStatus.REVOKED)
        .first()
    )


def purchase_summary(plan: Plan, seats: int) -> PurchaseSummary:
    """What ``seats`` licences of a plan cost in a month."""
    return PurchaseSummary(
        plan=plan.name,
        unit_price=plan.price,
        is_per_seat=plan.is_per_seat,
        is_trial=plan.is_trial,
        licences=seats,
        monthly_total=plan.monthly_total(seats),
        usage=describe_meter(plan.meter) if plan.meter else "",
        monthly_most=plan.monthly_most(seats),
        trial_days=settings.TRIAL_LENGTH.days if plan.is_trial else 0,
    )


def consent_text(
    version: Version, scopes: Collection[str] | None = None, data_fields: Collection[str] | None = None
) -> str:
    """The words that an admin agrees to, kept word by word with the grant (DOMAIN 7.4).

    ``scopes`` and ``data_fields`` take the place of the version's while somebody chooses them.
    """
    asked = version.technical.scopes if scopes is None else scopes
    declared = version.technical.data_fields if data_fields is None else data_fields
    lines = [
        _("I install %(app)s by %(partner)s for my account. I may order on its behalf.")
        % {"app": version.app.name, "partner": version.app.partner.name},
        _("What %(app)s may do:") % {"app": version.app.name},
        *(f"• {describe_permission(scope, declared)}" for scope in sorted(asked) if scope in SCOPES),
    ]
    if not asked:
        lines[1] = _("%(app)s asks for no access to the account's data.") % {"app": version.app.name}
    return "\n".join(lines)


def _facts(by: User, *, with_gone: bool = False) -> QuerySet[Any]:
    """Installations of the viewer's account with all that their badges need, in one query."""
    own = Licence.objects.filter(installation=OuterRef("pk"), user=by)
    approved = Operation.objects.filter(
        installation=OuterRef("pk"), kind=OperationKind.INSTALL, status=OperationStatus.APPROVED
    )
    found = (
        Installation.objects.filter(account_id=by.account_id)
        .select_related(
            "app__partner",
            "version__technical",
            "version__listing",
            "plan",
            "account",
            "client",
            "installed_by__person",
            "trial",
        )
        .annotate(
            is_licensed=Exists(own),
            was_approved=Exists(approved),
            cutoff_words=_cutoff_words(),
            newer_name=Subquery(newer_versions(by.account).values("name")[:1]),
            clock_offset=clock.offset_column("account_id"),
        )
    )
    return found if with_gone else found.exclude(status=InstallationStatus.REVOKED)


def _is_visible(by: User, installation: Any) -> bool:
    if can_manage(by):
        return True
    return bool(by.can(Permission.APPS_LAUNCH) and installation.is_licensed and not installation.is_gone)


def _show(installation: Any, by: User) -> InstalledApp:
    is_manager = can_manage(by)
    now = clock.now() + (installation.clock_offset or timedelta(0))
    facts = InstallationFacts(
        status=InstallationStatus(installation.status),
        has_worked=installation.has_worked,
        is_manually_provisioned=installation.version.technical.is_manually_provisioned,
        has_upgrade=installation.newer_name is not None,
        is_cut_off=installation.is_cut_off,
        is_trial_over=not installation.client.may_sign_users_in,
    )
    viewer = ViewerFacts(can_manage=is_manager, can_force=is_manager and may_force(installation.account))
    return InstalledApp(
        installation=installation,
        badges=badges(facts, viewer),
        why_not_launch=explain_launch(by, installation, is_licensed=installation.is_licensed),
        can_manage=is_manager,
        now=now,
        trial_days_left=_days_left(getattr(installation, "trial", None), now),
        newer_version=installation.newer_name if is_manager else None,
    )


def _days_left(trial: Trial | None, now: datetime) -> int | None:
    """Begun days count: on the last day one is left."""
    if trial is None or trial.status != TrialStatus.ACTIVE or trial.expires_at is None:
        return None
    left = trial.expires_at - now
    return max(0, -(-left // timedelta(days=1)))
