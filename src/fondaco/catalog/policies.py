"""Who may change what in the catalog, and who may install which version. Pages and actions ask the same functions."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fondaco.accounts.models import Account, Operator
from fondaco.accounts.permissions import Permission
from fondaco.accounts.policies import check_operator_can
from fondaco.catalog.completeness import missing_fields
from fondaco.catalog.errors import AnotherInReview, AppRetired, ContentLocked, RevisionConflict
from fondaco.catalog.labels import status_label, track_label
from fondaco.catalog.lifecycle_states import TesterStatus
from fondaco.catalog.models import App, AppTester, ListingContent, Revised, TechnicalContent, TrackContent, Version
from fondaco.catalog.states import ListingStatus, TechnicalStatus, Track
from fondaco.kit.errors import Forbidden, NotFound
from fondaco.partners.models import Member


class Installer(StrEnum):
    """What an account is to an app, as far as it decides about what the account may install."""

    OWN_ACCOUNT = "own_account"  # the partner's developer account
    PLATFORM = "platform"
    TEST_ACCOUNT = "test_account"  # invited, and it agreed
    OTHER = "other"


INSIDERS: Final = frozenset({Installer.OWN_ACCOUNT, Installer.PLATFORM})
EDIT_PERMISSION: Final = {
    Track.TECHNICAL: Permission.PARTNER_APPS_EDIT,
    Track.LISTING: Permission.PARTNER_LISTING_EDIT,
}


def content_of(version: Version, track: Track) -> TechnicalContent | ListingContent:
    """The content of one track."""
    return version.technical if track == Track.TECHNICAL else version.listing


def check_can(by: Member, app: App, permission: Permission) -> None:
    """Whether ``by`` may change something of ``app``.

    A stranger's app does not exist (NotFound); one's own needs the permission (Forbidden), and must not be retired.
    """
    if app.partner_id != by.partner_id or not by.is_active:
        raise NotFound
    if not by.can(permission):
        raise Forbidden
    check_not_retired(app)


def can(by: Member, app: App, permission: Permission) -> bool:
    """What pages ask before they offer something that :func:`check_can` would judge."""
    return app.partner_id == by.partner_id and by.can(permission) and not app.is_retired


def check_not_retired(app: App) -> None:
    """What is retired stays as it is."""
    if app.is_retired:
        raise AppRetired(app=app.name)


def check_can_edit(by: Member, version: Version, track: Track) -> None:
    """``by`` may edit this track and its content is open for changes, else a refusal that says why."""
    check_can(by, version.app, EDIT_PERMISSION[track])
    check_editable(content_of(version, track))


def check_revision(saved: Revised, revision: int | None) -> None:
    """Whoever began from another revision than the saved one has not seen what they would overwrite.

    None is what programs send that set a state and do not edit one.
    """
    if revision is not None and saved.revision != revision:
        raise RevisionConflict(name=saved.updated_by)


def check_editable(content: TrackContent) -> None:
    """Content is editable only as a draft or when rejected (DOMAIN 5.4)."""
    if not content.is_editable:
        raise ContentLocked(status=status_label(content.status))


def can_edit(by: Member, version: Version, track: Track) -> bool:
    """What pages ask before they offer to edit, to submit, or to change plans and screenshots."""
    return can(by, version.app, EDIT_PERMISSION[track]) and content_of(version, track).is_editable


def can_withdraw(by: Member, version: Version, track: Track) -> bool:
    """Whether ``by`` may take this track back from review."""
    is_in_review = content_of(version, track).status == TechnicalStatus.IN_REVIEW
    return can(by, version.app, EDIT_PERMISSION[track]) and is_in_review


def can_make_available(by: Member, version: Version) -> bool:
    """Whether ``by`` may publish this version now."""
    is_approved = version.technical.status == TechnicalStatus.APPROVED
    return can(by, version.app, Permission.PARTNER_PUBLISH) and is_approved


def can_unlist(by: Member, version: Version) -> bool:
    """Whether ``by`` may take this version out of the marketplace for a while."""
    return _is_offered_by(by, version) and not version.is_unlisted


def can_relist(by: Member, version: Version) -> bool:
    """Whether ``by`` may bring this version back into the marketplace."""
    return _is_offered_by(by, version) and version.is_unlisted


def _is_offered_by(by: Member, version: Version) -> bool:
    is_available = version.technical.status == TechnicalStatus.AVAILABLE
    return can(by, version.app, Permission.PARTNER_PUBLISH) and is_available


def check_can_withhold(by: Operator, app: App) -> None:
    """The operator's partner managers, but for apps of a partner that they belong to."""
    check_operator_can(by, Permission.OPERATOR_PARTNERS)
    if Member.objects.filter(partner_id=app.partner_id, person_id=by.pk, is_active=True).exists():
        raise Forbidden(_("You belong to this partner, so someone else has to decide. Nothing was changed."))


def can_be_withheld(version: Version) -> bool:
    """Whether there is something that customers find, or will find without another review."""
    passed = {TechnicalStatus.APPROVED, TechnicalStatus.AVAILABLE, ListingStatus.APPROVED, ListingStatus.ADVERTISED}
    is_over = version.technical.status == TechnicalStatus.DEPRECATED or version.is_retired
    return not is_over and not version.is_withheld and bool({version.technical.status, version.listing.status} & passed)


def can_deprecate(by: Member | Operator, version: Version) -> bool:
    """Whether ``by`` may take the version out of the marketplace, or change what was announced about that."""
    public = {TechnicalStatus.AVAILABLE, TechnicalStatus.DEPRECATED}
    return _may_deprecate(by, version) and not version.is_retired and version.technical.status in public


def can_retire_version(by: Member, version: Version) -> bool:
    """Whether ``by`` may end the version for good, once nobody has it any more."""
    is_deprecated = version.technical.status == TechnicalStatus.DEPRECATED
    return can(by, version.app, Permission.PARTNER_APPS_TRANSFER) and is_deprecated and version.retired_at is None


def check_can_deprecate(by: Member | Operator, version: Version) -> None:
    """The partner's publishers, and the operator's partner managers; a stranger's version does not exist."""
    if isinstance(by, Member):
        check_can(by, version.app, Permission.PARTNER_PUBLISH)
    elif not _may_deprecate(by, version):
        raise Forbidden
    check_not_retired(version.app)


def _may_deprecate(by: Member | Operator, version: Version) -> bool:
    if isinstance(by, Operator):
        return by.can(Permission.OPERATOR_PARTNERS)
    return version.app.partner_id == by.partner_id and by.can(Permission.PARTNER_PUBLISH)


def find_ahead(version: Version, track: Track) -> Version | None:
    """The other version of the app whose ``track`` is in review; this one waits for its decision.

    Reviewers read one version of an app at a time, so that what was asked of one is not lost in the next.
    """
    in_review = {f"{track.value}__status": TechnicalStatus.IN_REVIEW}
    return Version.objects.filter(app_id=version.app_id, **in_review).exclude(pk=version.pk).first()


def check_nothing_ahead(version: Version, track: Track) -> None:
    """At most one version of an app is in review on each track."""
    if ahead := find_ahead(version, track):
        raise AnotherInReview(track=track_label(track).lower(), name=ahead.name)


def is_icon_locked(app: App) -> bool:
    """The icon is reviewed with the first listing and stays from then on (DOMAIN 5.2)."""
    open_to_change = [ListingStatus.DRAFT, ListingStatus.REJECTED]
    return ListingContent.objects.filter(version__app=app).exclude(status__in=open_to_change).exists()


def is_slug_locked(app: App) -> bool:
    """The address is public once a version was made available."""
    public = [TechnicalStatus.AVAILABLE, TechnicalStatus.DEPRECATED]
    return TechnicalContent.objects.filter(version__app=app, status__in=public).exists()


def is_price_locked(version: Version) -> bool:
    """Prices never change under customers' feet (DOMAIN 5.5)."""
    return version.technical.status in {TechnicalStatus.AVAILABLE, TechnicalStatus.DEPRECATED}


def explain_installable(version: Version, account: Account, *, by_link: bool = False) -> Promise | str | None:
    """Why ``account`` cannot newly install ``version``, in plain words; None when it can (DOMAIN 5.6, T17).

    ``by_link`` says that its people came with the version's installation link.
    """
    # Then it does not matter who asks.
    is_public = version.technical.status == TechnicalStatus.AVAILABLE and not version.is_out
    return explain_for(version, Installer.OTHER if is_public else kind_of(version.app, account), by_link=by_link)


def explain_for(version: Version, installer: Installer, *, by_link: bool) -> Promise | str | None:
    """The same for a kind of account.

    Everybody may have what is available and, by the link, what is approved. The partner's own developer account and
    accounts of the platform may have any version whose technical content is complete; so may, by the link, accounts
    that agreed to test the app. What its partner or the platform took out of the marketplace only those may have, and
    what is deprecated or retired nobody may have anew.
    """
    status = version.technical.status
    if over := _explain_end(version):
        return over
    if installer in INSIDERS or (by_link and installer == Installer.TEST_ACCOUNT):
        if missing := missing_fields(version, Track.TECHNICAL):
            return _("The technical content is not complete yet: %(first)s") % {"first": next(iter(missing.values()))}
        return None
    if version.is_withheld:
        return _("The platform has taken this version out of the marketplace for now: “%(reason)s”") % {
            "reason": version.withheld_reason
        }
    if version.is_unlisted:
        return _("Its partner has taken this version out of the marketplace for now: “%(reason)s”") % {
            "reason": version.unlisted_reason
        }
    if status == TechnicalStatus.AVAILABLE or (by_link and status == TechnicalStatus.APPROVED):
        return None
    if by_link:
        return _(
            "The technical content of this version has not passed its review yet, so only its partner can install it, "
            "and accounts that the partner invited as test accounts and that agreed. Ask the partner for an invitation."
        )
    return _("The partner has not made this version available yet.")


def kind_of(app: App, account: Account) -> Installer:
    """What ``account`` is to ``app``."""
    if app.partner.developer_account_id == account.pk:
        return Installer.OWN_ACCOUNT
    if account.is_for_reviews:
        return Installer.PLATFORM
    accepted = AppTester.objects.filter(app=app, account=account, status=TesterStatus.ACCEPTED)
    return Installer.TEST_ACCOUNT if accepted.exists() else Installer.OTHER


def _explain_end(version: Version) -> Promise | str | None:
    if version.app.is_retired:
        return _("This app was retired by its partner and can no longer be installed.")
    if version.retired_at is not None:
        return _("This version was retired by its partner and can no longer be installed.")
    if version.technical.status == TechnicalStatus.DEPRECATED:
        return _("This version was withdrawn by its partner and can no longer be installed.")
    return None


def can_be_installed_by(version: Version, account: Account, *, by_link: bool = False) -> bool:
    """Whether ``account`` can newly install ``version``; see :func:`explain_installable`."""
    return explain_installable(version, account, by_link=by_link) is None
