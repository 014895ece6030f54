"""Why somebody cannot see, install or launch an app: the rule by name, in words, and who can change it (T17).

It asks the policies that pages and actions ask, so what it says is what they do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.db.models import Case, Exists, OuterRef, QuerySet, When
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from fondaco.accounts.models import User
from fondaco.accounts.permissions import LABELS, Permission
from fondaco.catalog.completeness import missing_fields
from fondaco.catalog.labels import status_label
from fondaco.catalog.models import App, Version
from fondaco.catalog.policies import INSIDERS, explain_installable, kind_of
from fondaco.catalog.queries.marketplace import PUBLISHED
from fondaco.catalog.states import ListingStatus, TechnicalStatus, Track
from fondaco.installs.models import Installation, Licence, Trial
from fondaco.installs.offers import list_helpers, list_installers
from fondaco.installs.policies import can_manage, explain_cutoff, find_obstacles
from fondaco.installs.states import InstallationStatus, Lack
from fondaco.kit.errors import NotFound
from fondaco.kit.ids import parse_wire


class Rule(StrEnum):
    """What stands in the way; stable names, for programs and for support."""

    PERSON_INACTIVE = "person-inactive"
    ROLE_LACKS_PERMISSION = "role-lacks-permission"
    NO_LICENCE = "no-licence"
    NOT_INSTALLED = "not-installed"
    REMOVED = "removed"
    ALREADY_INSTALLED = "already-installed"
    NO_VERSION = "no-version"
    NOT_AVAILABLE = "version-not-available"
    NOT_ADVERTISED = "listing-not-advertised"
    INCOMPLETE = "version-incomplete"
    UNLISTED = "version-unlisted"
    DEPRECATED = "version-deprecated"
    RETIRED = "retired"
    CUT_OFF = "cut-off"
    TRIAL_USED = "trial-used"
    TRIAL_OVER = "trial-over"
    INSTALLING = "still-installing"
    FAILED = "installation-failed"
    REJECTED = "installation-declined"
    TIMEOUT = "installation-not-answered"


class Mender(StrEnum):
    """Who can change it."""

    ADMINISTRATOR = "administrator"  # of the account
    PARTNER = "partner"
    PLATFORM = "platform"
    NOBODY = "nobody"  # it is as it should be


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that stands in the way. ``permission`` is the one that a role lacks."""

    rule: Rule
    words: str
    mender: Mender
    permission: Permission | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why ``user`` cannot; empty where they can. ``notes`` stand in nobody's way, but surprise people."""

    user: User
    app: App
    installation: Installation | None
    version: Version | None  # that they would install
    see: tuple[Reason, ...]  # in My Apps
    install: tuple[Reason, ...]
    launch: tuple[Reason, ...]
    notes: tuple[Reason, ...]


_STATES: Final = {
    InstallationStatus.INSTALLING: (Rule.INSTALLING, Mender.PARTNER),
    InstallationStatus.FAILED: (Rule.FAILED, Mender.PARTNER),
    InstallationStatus.REJECTED: (Rule.REJECTED, Mender.ADMINISTRATOR),
    InstallationStatus.TIMEOUT: (Rule.TIMEOUT, Mender.ADMINISTRATOR),
    InstallationStatus.PENDING: (Rule.TRIAL_OVER, Mender.PARTNER),
    InstallationStatus.REVOKED: (Rule.REMOVED, Mender.ADMINISTRATOR),
}
_LACKS: Final = {Rule.ROLE_LACKS_PERMISSION: Lack.ROLE, Rule.NO_LICENCE: Lack.LICENCE}
_PUBLIC: Final = (TechnicalStatus.AVAILABLE, TechnicalStatus.DEPRECATED)


def get_explainable(user: User, slug: str, *, is_for_staff: bool = False) -> App:
    """The app at ``slug`` as far as the user's account may know of it: once public, its own partner's, or installed.

    Staff know every app.
    """
    return _check_known(user, App.objects.filter(slug=slug), is_for_staff=is_for_staff)


def get_explainable_by_id(user: User, app_id: str) -> App:
    """The same by wire id."""
    found = parse_wire(app_id)
    return _check_known(user, App.objects.filter(pk=found) if found else App.objects.none())


def _check_known(user: User, found: QuerySet[App], *, is_for_staff: bool = False) -> App:
    app = found.select_related("partner").first()
    if app is None:
        raise NotFound
    is_known = (
        is_for_staff
        or app.versions.filter(technical__status__in=_PUBLIC).exists()
        or app.installations.filter(account_id=user.account_id).exists()
        or kind_of(app, user.account) in INSIDERS
    )
    if not is_known:
        raise NotFound
    return app


def explain(user: User, app: App) -> Explanation:
    """Everything that stands in the user's way. Whoever asks for somebody else was let in to them by its caller."""
    installations = Installation.objects.filter(app=app, account_id=user.account_id)
    licence = Licence.objects.filter(installation=OuterRef("pk"), user=user)
    seen = installations.select_related("app", "client", "account").annotate(is_licensed=Exists(licence))
    found = seen.order_by("-id").first()
    living = found if found is not None and not found.is_gone else None
    is_licensed = found is not None and found.is_licensed
    version, was_tried = _find_version(app, user.account_id)
    gone = () if user.is_active else (_inactive(user),)  # nothing else matters then
    return Explanation(
        user=user,
        app=app,
        installation=found,
        version=version,
        see=gone or tuple(_explain_seeing(user, found, living, is_licensed)),
        install=gone or tuple(_explain_installing(user, version, living)),
        launch=gone or tuple(_explain_launching(user, found, is_licensed)),
        notes=(_reason(Rule.TRIAL_USED, _("The account has tried this app before, and an app can be tried once.")),)
        if living is None and was_tried
        else (),
    )


def find_helpers(found: Explanation, *, most: int = 5) -> list[User]:
    """Whom to ask: where the app is not there those who may install it, else those who can give what is missing."""
    account_id = found.user.account_id
    if found.installation is None or found.installation.is_gone:
        return list_installers(account_id)[:most]
    lacks = {_LACKS.get(reason.rule, Lack.STATE) for reason in found.launch}
    helpers = {user.pk: user for lack in sorted(lacks) for user in list_helpers(account_id, lack)}
    return list(helpers.values())[:most]


def _explain_seeing(
    user: User, found: Installation | None, living: Installation | None, is_licensed: bool
) -> Iterator[Reason]:
    if not user.can(Permission.APPS_VIEW):
        yield _lacks(Permission.APPS_VIEW)
    if living is None:
        yield _absent(found)
    elif not can_manage(user):
        if not user.can(Permission.APPS_LAUNCH):
            yield _lacks(Permission.APPS_LAUNCH)
        if not is_licensed:
            yield _no_licence()


def _explain_installing(user: User, version: Version | None, living: Installation | None) -> Iterator[Reason]:
    if not user.can(Permission.APPS_INSTALL):
        yield _lacks(Permission.APPS_INSTALL)
    if living is not None:
        yield _reason(Rule.ALREADY_INSTALLED, _("It is in My Apps of this account already."))
        return
    if version is None:
        yield _reason(Rule.NO_VERSION, _("It has no version yet."), Mender.PARTNER)
        return
    if words := explain_installable(version, user.account):
        yield _reason(*_rule_of(user, version, words))
    elif words := explain_cutoff(version):
        yield _reason(Rule.CUT_OFF, words, Mender.PLATFORM)
    elif version.listing.status != ListingStatus.ADVERTISED and not _is_insider(user, version):
        state = {"state": status_label(version.listing.status).lower()}
        yield _reason(
            Rule.NOT_ADVERTISED,
            _("Its listing is not in the marketplace yet: it is %(state)s.") % state,
            Mender.PARTNER,
        )


def _explain_launching(user: User, found: Installation | None, is_licensed: bool) -> Iterator[Reason]:
    if found is None:
        yield _absent(None)
        return
    for lack, words in find_obstacles(user, found, is_licensed=is_licensed).items():
        if lack == Lack.ROLE:
            yield _lacks(Permission.APPS_LAUNCH)
        elif lack == Lack.LICENCE:
            yield _no_licence()
        else:
            yield _reason(*_state_of(found, words))


def find_mender(installation: Installation) -> Mender:
    """Who can end the state that keeps everybody from opening this app."""
    return _state_of(installation, "")[2]


def _rule_of(user: User, version: Version, words: Promise | str) -> tuple[Rule, str, Mender]:
    """The rule behind the catalogue's words, looked at in the same order."""
    status = TechnicalStatus(version.technical.status)
    if version.is_retired:
        rule, mender = Rule.RETIRED, Mender.NOBODY
    elif status == TechnicalStatus.DEPRECATED:
        rule, mender = Rule.DEPRECATED, Mender.PARTNER
    elif version.is_unlisted:
        rule, mender = Rule.UNLISTED, Mender.PARTNER
    elif missing_fields(version, Track.TECHNICAL) and _is_insider(user, version):
        rule, mender = Rule.INCOMPLETE, Mender.PARTNER
    else:
        rule, mender = Rule.NOT_AVAILABLE, Mender.PARTNER
    return rule, str(words), mender


def _state_of(found: Installation, words: Promise | str) -> tuple[Rule, str, Mender]:
    if not found.is_gone and found.is_cut_off:
        return Rule.CUT_OFF, _sentence(words), Mender.PLATFORM
    over = (Rule.TRIAL_OVER, Mender.ADMINISTRATOR)
    broken = (Rule.TRIAL_OVER, Mender.PLATFORM)  # no plan can be chosen before support has mended the change
    rule, mender = broken if found.is_update_broken else _STATES.get(InstallationStatus(found.status), over)
    return rule, _sentence(words), mender


def _absent(found: Installation | None) -> Reason:
    if found is None:
        return _reason(Rule.NOT_INSTALLED, _("Nobody has installed it in this account."), Mender.ADMINISTRATOR)
    return _reason(Rule.REMOVED, _("It was removed from this account."), Mender.ADMINISTRATOR)


def _inactive(user: User) -> Reason:
    name = {"name": user.person.name}
    words = _("%(name)s was deactivated in this account.") % name
    return _reason(Rule.PERSON_INACTIVE, words, Mender.ADMINISTRATOR)


def _lacks(permission: Permission) -> Reason:
    words = _("The role lacks the permission “%(permission)s”.") % {"permission": LABELS[permission]}
    return Reason(Rule.ROLE_LACKS_PERMISSION, words, Mender.ADMINISTRATOR, permission)


def _no_licence() -> Reason:
    return _reason(Rule.NO_LICENCE, _("There is no licence for this person."), Mender.ADMINISTRATOR)


def _reason(rule: Rule, words: str, mender: Mender = Mender.NOBODY) -> Reason:
    return Reason(rule, words, mender)


def _sentence(words: Promise | str) -> str:
    """The half sentences of the launch page as whole ones."""
    text = str(words)
    return text[:1].upper() + text[1:]


def _find_version(app: App, account_id: str) -> tuple[Version | None, bool]:
    """What customers install now, else what they last could, else the newest; and whether the account tried the app."""
    rank = Case(When(PUBLISHED, then=0), When(technical__status__in=_PUBLIC, then=1), default=2)
    trials = Trial.objects.filter(account_id=account_id, app_id=app.pk, started_at__isnull=False)
    found = app.versions.select_related("app__partner", "technical", "listing").annotate(was_tried=Exists(trials))
    version = found.order_by(rank, "-pk").first()
    return version, version is not None and version.was_tried


def _is_insider(user: User, version: Version) -> bool:
    return kind_of(version.app, user.account) in INSIDERS
