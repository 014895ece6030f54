"""Who may do what to an installation. Pages ask ``explain_…`` for the words, actions call ``check_…``: one rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fondaco.accounts.models import Account, Operator, User
from fondaco.accounts.permissions import Permission
from fondaco.accounts.policies import check_operator_can
from fondaco.catalog.models import Version
from fondaco.catalog.policies import check_can, explain_installable
from fondaco.catalog.queries import opens
from fondaco.identity.queries import find_cutoff
from fondaco.installs.errors import AccessCutOff, LaunchRefused, NotChangeable, UpdateBroken
from fondaco.installs.models import Installation, Licence
from fondaco.installs.states import CHANGEABLE, InstallationStatus, Lack
from fondaco.kit.errors import Forbidden, NotFound
from fondaco.partners.models import Member

FORCE_UNINSTALL: Final = "force_uninstall"  # the feature of an account

_NOT_READY: dict[InstallationStatus, Promise] = {
    InstallationStatus.INSTALLING: _("it is still being installed."),
    InstallationStatus.FAILED: _("it could not be reached when it was installed. We are trying again."),
    InstallationStatus.REJECTED: _("its maker declined the installation. An administrator can try again or remove it."),
    InstallationStatus.TIMEOUT: _(
        "its maker did not confirm the installation. An administrator can try again or remove it."
    ),
    InstallationStatus.SUSPENDED: _("its trial is over. An administrator can choose a plan."),
    InstallationStatus.PENDING: _("its trial is over, and what was asked for since waits for its maker to confirm it."),
    InstallationStatus.REVOKED: _("it was removed from this account."),
}


def can_manage(by: User) -> bool:
    """Whether the user may change and remove apps of their account (DOMAIN 7.4: Install includes managing)."""
    return by.can(Permission.APPS_MANAGE) or by.can(Permission.APPS_INSTALL)


def check_can_install(by: User) -> None:
    """Installing is an order on the account's behalf."""
    if not by.can(Permission.APPS_INSTALL):
        raise Forbidden(_("Your role may not install apps. Nothing was ordered. Ask an administrator of your account."))


def explain_order(version: Version, account: Account, *, link: str = "") -> Promise | str | None:
    """Why ``account`` cannot newly install ``version``: the catalogue's reasons, and a cut-off; None when it can.

    ``link`` is the secret of an installation link; one that is wrong or old counts as none.
    """
    reason = explain_installable(version, account, by_link=bool(link) and opens(version, link))
    return reason or explain_cutoff(version)


def explain_cutoff(version: Version) -> str | None:
    """What the platform says of keeping the programs of this version out, if it does."""
    cutoff = find_cutoff(version)
    return _("It is cut off by the platform: “%(reason)s”") % {"reason": cutoff.reason} if cutoff else None


def check_can_manage(by: User, installation: Installation) -> None:
    """``by`` may change or remove this installation: a user of its account (else NotFound) with the permission."""
    if by.account_id != installation.account_id:
        raise NotFound
    if not can_manage(by):
        raise Forbidden(_("Your role may not manage apps. Nothing was changed. Ask an administrator of your account."))


def find_misfits(account_id: str, users: Sequence[User]) -> list[str]:
    """What is wrong with a list of people of an account, in plain words."""
    problems = []
    if len({user.pk for user in users}) != len(users):
        problems.append(gettext("Someone is listed twice."))
    if any(user.account_id != account_id or not user.is_active for user in users):
        problems.append(gettext("Someone does not belong to this account, or no longer does."))
    return problems


def find_unable(users: Iterable[User]) -> tuple[User, ...]:
    """Those who would hold a licence in vain: their role may not open apps. Nobody is refused for it, all are told."""
    return tuple(user for user in users if not user.can(Permission.APPS_LAUNCH))


def check_can_change(installation: Installation) -> None:
    """Raises :class:`NotChangeable` for an app that never worked, :class:`UpdateBroken` for one to mend."""
    if installation.is_update_broken:
        raise UpdateBroken(app=installation.app.name, support=settings.SUPPORT_EMAIL)
    if installation.status not in CHANGEABLE:
        raise NotChangeable(app=installation.app.name)


def may_force(account: Account) -> bool:
    """Whether the platform's staff put the account on the list of those whose managers may remove apps at once."""
    return account.has_feature(FORCE_UNINSTALL)


def check_can_force(by: User | Operator, installation: Installation) -> None:
    """Removing without waiting: staff always, a manager where the operator switched it on (DOMAIN 7.9)."""
    if isinstance(by, Operator):
        check_can_force_any(by)
        return
    check_can_manage(by, installation)
    if not may_force(installation.account):
        raise Forbidden(
            _("Removing without the app's answer is not switched on for your account. Nothing was changed.")
        )


def check_can_force_any(by: Operator) -> None:
    """Support and partner managers remove apps from any account."""
    if not (by.can(Permission.OPERATOR_SUPPORT) or by.can(Permission.OPERATOR_PARTNERS)):
        raise Forbidden


def check_can_rotate(by: Operator | Member, installation: Installation) -> None:
    """New credentials: support for everybody's, a partner for those of its own app."""
    if isinstance(by, Operator):
        check_operator_can(by, Permission.OPERATOR_SUPPORT)
    else:
        check_can(by, installation.app, Permission.PARTNER_CLIENTS_MANAGE)


def check_can_see(by: User, installation: Installation, *, is_licensed: bool) -> None:
    """Managers see every app of the account, others those that they hold a licence for; the rest does not exist."""
    is_visible = can_manage(by) or (by.can(Permission.APPS_LAUNCH) and is_licensed)
    if by.account_id != installation.account_id or not is_visible:
        raise NotFound


def check_not_cut_off(installation: Installation) -> None:
    """Raises :class:`AccessCutOff` while an operator keeps the app's program out."""
    reason = installation.cut_off_reason
    if reason is not None:
        raise AccessCutOff(app=installation.app.name, reason=reason, support=settings.SUPPORT_EMAIL)


def check_version_let_in(installation: Installation) -> None:
    """Raises :class:`AccessCutOff` for an installation that would move to a version, or app, that is cut off: people
    who get in now would be locked out."""
    if cutoff := find_cutoff(installation.version):
        raise AccessCutOff(app=installation.app.name, reason=cutoff.reason, support=settings.SUPPORT_EMAIL)


def find_obstacles(user: User, installation: Installation, *, is_licensed: bool) -> dict[Lack, Promise | str]:
    """Everything that keeps ``user`` from opening the app, in plain words; empty when nothing does."""
    found: dict[Lack, Promise | str] = {}
    if not user.can(Permission.APPS_LAUNCH):
        found[Lack.ROLE] = _("your role may not open apps. Ask an administrator of your account.")
    if not installation.can_be_launched:
        found[Lack.STATE] = _explain_state(installation)
    if not is_licensed and not installation.is_gone:
        found[Lack.LICENCE] = (
            _("you have no licence for it. Give yourself one in its settings.")
            if can_manage(user)
            else _("you have no licence for it. Ask an administrator of your account.")
        )
    return found


def explain_launch(user: User, installation: Installation, *, is_licensed: bool) -> Promise | str | None:
    """The first reason why ``user`` cannot open the app; None when they can. Both a licence and Launch are needed."""
    return next(iter(find_obstacles(user, installation, is_licensed=is_licensed).values()), None)


def _explain_state(installation: Installation) -> Promise | str:
    if not installation.is_gone and installation.is_cut_off:
        return format_lazy(
            _("it is cut off by the platform: “{reason}” Ask {support} about it."),
            reason=installation.cut_off_reason,
            support=settings.SUPPORT_EMAIL,
        )
    if installation.is_update_broken:  # people would go on, so only a trial that ended keeps them out
        return _("its trial is over, and a change of it failed, which support has to mend first.")
    status = InstallationStatus(installation.status)
    return _NOT_READY.get(status, _NOT_READY[InstallationStatus.SUSPENDED])


def check_can_launch(user: User, installation: Installation) -> None:
    """Raises :class:`LaunchRefused` with all reasons, or ``NotFound`` for another account's installation."""
    if user.account_id != installation.account_id:
        raise NotFound
    is_licensed = Licence.objects.filter(installation=installation, user=user).exists()
    if obstacles := find_obstacles(user, installation, is_licensed=is_licensed):
        raise LaunchRefused(
            app=installation.app.name,
            reason=next(iter(obstacles.values())),
            fields={lack.value: [str(words)] for lack, words in obstacles.items()},
        )
