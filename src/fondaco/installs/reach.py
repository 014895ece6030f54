"""What a cut-off hits, before it is made; and what there is to cut off."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Exists, Max, Q, QuerySet, Subquery, Value

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import Permission
from fondaco.accounts.policies import check_operator_can
from fondaco.catalog.models import App, Version
from fondaco.catalog.states import TechnicalStatus
from fondaco.identity.models import ClientKind, CredentialSet, Cutoff, OAuthClient, TokenFamily
from fondaco.identity.queries import UNUSED, get_cutoff, list_cutoffs
from fondaco.identity.states import ClientStatus
from fondaco.installs.models import Installation, Licence
from fondaco.installs.states import InstallationStatus
from fondaco.kit import clock
from fondaco.kit.errors import NotFound
from fondaco.kit.ids import parse_wire
from fondaco.partners.models import Partner

MOST_FOUND: Final = 20


class TargetKind(StrEnum):
    INSTALLATION = "installation"
    CLIENT = "client"  # made in the portal, for a partner's developer account
    VERSION = "version"
    APP = "app"


@dataclass(frozen=True, slots=True)
class Target:
    """What an operator cuts off: an app in one account, a portal client, a version in all accounts, or a whole app.

    ``app`` is None for a portal client, which belongs to none.
    """

    kind: TargetKind
    app: App | None
    version: Version | None = None
    installation: Installation | None = None
    client: OAuthClient | None = None

    @property
    def id(self) -> str:
        """The wire id of the thing itself."""
        return self.covers_row.pk.hex

    @property
    def name(self) -> str:
        """As people call it."""
        return str(self.covers_row)

    @property
    def confirmation(self) -> str:
        """What must be typed: the app's name where it reaches beyond one account, else nothing."""
        return self.app.name if self.app and self.kind in {TargetKind.VERSION, TargetKind.APP} else ""

    @property
    def kind_field(self) -> str:
        """The cut-off's field for this kind of thing."""
        return "client" if self.kind == TargetKind.INSTALLATION else self.kind.value

    @property
    def covers_row(self) -> Installation | OAuthClient | Version | App:
        row = self.installation or self.client or self.version or self.app
        if row is None:
            raise LookupError("a target of nothing")
        return row

    @property
    def covers(self) -> OAuthClient | Version | App:
        """What identity knows of it."""
        row = self.covers_row
        return row.client if isinstance(row, Installation) else row

    @property
    def program(self) -> OAuthClient | None:
        """The one client that it is about, if it is one."""
        return self.installation.client if self.installation else self.client

    @property
    def partner(self) -> Partner | None:
        """Whose program it is."""
        if self.app is not None:
            return self.app.partner
        return getattr(self.client.account, "partner", None) if self.client else None

    @property
    def is_gone(self) -> bool:
        """Whether there is nothing left to look at: uninstalled, or deleted."""
        if self.installation is not None:
            return self.installation.is_gone
        return self.client is not None and not self.client.may_get_tokens


@dataclass(frozen=True, slots=True)
class Reach:
    """How many are hit. ``sign_ins`` are people's sessions in apps that could go on by themselves."""

    accounts: int
    installations: int
    licensed_users: int
    sign_ins: int


def get_target(by: Operator, kind: str, target_id: str) -> Target:
    """What the words of an address name; unknown ones and removed installations do not exist."""
    check_operator_can(by, Permission.OPERATOR_ACCESS_REVOKE)
    found = parse_wire(target_id)
    target = _FINDERS[TargetKind(kind)](found) if found and kind in set(TargetKind) else None
    if target is None:
        raise NotFound
    return target


def find_targets(by: Operator, text: str) -> list[Target]:
    """Apps by name or address, versions of those which somebody has or may have, installations of an account's name,
    and portal clients by name, account or partner; or whatever has that id or that client ID."""
    check_operator_can(by, Permission.OPERATOR_ACCESS_REVOKE)
    if id_ := parse_wire(text.strip()):
        return [target for finder in (*_FINDERS.values(), _by_client_id) if (target := finder(id_)) is not None]
    apps = list(App.objects.filter(Q(name__icontains=text) | Q(slug=text.lower())).order_by("name")[:MOST_FOUND])
    installable = Q(technical__status__in=(TechnicalStatus.APPROVED, TechnicalStatus.AVAILABLE))
    versions = Version.objects.filter(installable | Q(installations__isnull=False), app__in=apps).distinct()
    accounts = Q(account__name=text.lower()) | Q(account__company_name__icontains=text)
    named = accounts | Q(name__icontains=text) | Q(account__partner__name__icontains=text)
    return [
        *(Target(TargetKind.APP, app) for app in apps),
        *(
            Target(TargetKind.VERSION, version.app, version)
            for version in versions.select_related("app").order_by("app__name", "-id")[:MOST_FOUND]
        ),
        *(
            Target(TargetKind.INSTALLATION, installation.app, installation=installation)
            for installation in _standing().filter(accounts).order_by("account__company_name", "id")[:MOST_FOUND]
        ),
        *(
            Target(TargetKind.CLIENT, None, client=client)
            for client in _portal_clients().filter(named).order_by("account__company_name", "name", "id")[:MOST_FOUND]
        ),
    ]


def find_in_force(target: Target) -> list[Cutoff]:
    """What keeps the target out already, the widest first."""
    if target.program:
        return list(_with_names(target.program.find_cutoffs()))
    covers = Q(app=target.app) | (Q(version=target.version) if target.version else Q())
    return list(_with_names(Cutoff.objects.filter(covers, status="in_force")))


def list_in_force(by: Operator) -> QuerySet[Cutoff]:
    """Every cut-off in force, newest first."""
    check_operator_can(by, Permission.OPERATOR_ACCESS_REVOKE)
    return list_cutoffs()


def get_any_cutoff(by: Operator, cutoff_id: str) -> Cutoff:
    """One cut-off by wire id."""
    check_operator_can(by, Permission.OPERATOR_ACCESS_REVOKE)
    return get_cutoff(cutoff_id)


def target_of(cutoff: Cutoff) -> Target | None:
    """What a cut-off covers; None when there is no word for it any more."""
    return targets_of([cutoff])[0][1]


def targets_of(cutoffs: Iterable[Cutoff]) -> list[tuple[Cutoff, Target | None]]:
    """Each with what it covers, in one query more, however many."""
    cutoffs = list(cutoffs)
    clients = [cutoff.client_id for cutoff in cutoffs if cutoff.client_id]
    by_client = {one.client_id: one for one in _standing(with_gone=True).filter(client__in=clients)} if clients else {}
    return [(cutoff, _target(cutoff, by_client.get(cutoff.client_id))) for cutoff in cutoffs]


def list_reached(target: Target) -> QuerySet[Installation]:
    """The installations that it hits, by company."""
    return _reached(target).select_related("account", "version").order_by("account__company_name", "id")


def measure_reach(target: Target) -> Reach:
    """Two queries, whatever the size; one for a portal client."""
    if target.client is not None:
        sign_ins = _living_sign_ins().filter(client=target.client).count()
        return Reach(accounts=1, installations=0, licensed_users=0, sign_ins=sign_ins)
    reached = _reached(target)
    families = _living_sign_ins().filter(client__installation__in=reached)
    counted = families.values(one=Value(1)).annotate(many=Count("pk")).values("many")
    sizes = reached.aggregate(
        installations=Count("pk"), accounts=Count("account_id", distinct=True), sign_ins=Max(Subquery(counted))
    )
    return Reach(
        accounts=sizes["accounts"],
        installations=sizes["installations"],
        licensed_users=Licence.objects.filter(installation__in=reached).values("user_id").distinct().count(),
        sign_ins=sizes["sign_ins"] or 0,
    )


def _living_sign_ins() -> QuerySet[TokenFamily]:
    """Those that could go on by themselves: what is cut off, signed out or never begun does not."""
    return (
        TokenFamily.objects.filter(
            ended_at=None,
            expires_at__gt=clock.now(),
            login_session__ended_at=None,
            client__status=ClientStatus.ACTIVE,
            user__is_active=True,
            user__person__is_active=True,
        )
        .exclude(UNUSED)
        .exclude(Exists(Cutoff.covering("client")))
    )


def covered_by(cutoff: Cutoff) -> QuerySet[Installation]:
    """The installations that a cut-off covers and that are not gone."""
    rows = {"client": cutoff.client_id, "version": cutoff.version_id, "app": cutoff.app_id}
    field = {name: pk for name, pk in rows.items() if pk is not None}
    return Installation.objects.filter(**field).exclude(status=InstallationStatus.REVOKED)


def _reached(target: Target) -> QuerySet[Installation]:
    if target.client is not None:
        return Installation.objects.none()
    field: dict[str, Any] = {"pk": target.covers_row.pk} if target.installation else {target.kind: target.covers_row}
    return Installation.objects.filter(**field).exclude(status=InstallationStatus.REVOKED)


def _standing(*, with_gone: bool = False) -> QuerySet[Installation]:
    found = Installation.objects.select_related("app__partner", "account", "version", "client__account")
    return found if with_gone else found.exclude(status=InstallationStatus.REVOKED)


def _target(cutoff: Cutoff, installation: Installation | None) -> Target | None:
    if installation is not None:
        return Target(TargetKind.INSTALLATION, installation.app, installation=installation)
    if cutoff.version is not None:
        return Target(TargetKind.VERSION, cutoff.version.app, cutoff.version)
    if cutoff.client is not None:
        return Target(TargetKind.CLIENT, None, client=cutoff.client)
    return Target(TargetKind.APP, cutoff.app) if cutoff.app else None


def _portal_clients() -> QuerySet[OAuthClient]:
    found = OAuthClient.objects.filter(kind=ClientKind.PORTAL).exclude(status=ClientStatus.REVOKED)
    return found.select_related("account__partner", "responsible")


def _with_names(found: QuerySet[Cutoff]) -> QuerySet[Cutoff]:
    return found.select_related("client", "version__app", "app").order_by("app_id", "version_id", "id")


def _app(id_: UUID) -> Target | None:
    app = App.objects.select_related("partner").filter(pk=id_).first()
    return Target(TargetKind.APP, app) if app else None


def _version(id_: UUID) -> Target | None:
    version = Version.objects.select_related("app__partner").filter(pk=id_).first()
    return Target(TargetKind.VERSION, version.app, version) if version else None


def _installation(id_: UUID) -> Target | None:
    installation = _standing().filter(pk=id_).first()
    return Target(TargetKind.INSTALLATION, installation.app, installation=installation) if installation else None


def _client(id_: UUID) -> Target | None:
    client = _portal_clients().filter(pk=id_).first()
    return Target(TargetKind.CLIENT, None, client=client) if client else None


def _by_client_id(id_: UUID) -> Target | None:
    """What shows this client ID at the token endpoint, or showed it."""
    credentials = CredentialSet.objects.filter(wire_client_id=id_.hex).first()
    if credentials is None:
        return None
    installation = _standing().filter(client=credentials.client_id).first()
    if installation is not None:
        return Target(TargetKind.INSTALLATION, installation.app, installation=installation)
    return _client(credentials.client_id)


_FINDERS: Final[Mapping[TargetKind, Callable[[UUID], Target | None]]] = {
    TargetKind.APP: _app,
    TargetKind.VERSION: _version,
    TargetKind.INSTALLATION: _installation,
    TargetKind.CLIENT: _client,
}
