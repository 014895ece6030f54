"""Who may install which version: by its state, by what the account is to the app, with and without the link."""

from __future__ import annotations

import pytest
from tests.factories.accounts import actor_for, make_account, make_user
from tests.factories.catalog import make_version
from tests.factories.lifecycle import admin_of, link_of, make_tester, owner_of
from tests.factories.partners import make_member

from fondaco.accounts.models import REVIEWS, Account
from fondaco.audit.models import Event
from fondaco.catalog import actions
from fondaco.catalog.errors import AlreadyRetired, AppRetired, LinkMissing
from fondaco.catalog.models import App, InstallLink, Version
from fondaco.catalog.policies import INSIDERS, Installer, explain_installable, kind_of
from fondaco.catalog.queries import get_linked_version, link_address, opens
from fondaco.catalog.states import ListingStatus, TechnicalStatus
from fondaco.installs.offers import get_offer
from fondaco.kit import clock
from fondaco.kit.errors import Forbidden, NotFound
from fondaco.partners.models import MemberRole

pytestmark = pytest.mark.django_db

OPEN = ""
UNAVAILABLE = "The partner has not made this version available yet."
UNREVIEWED = "so only its partner can install it, and accounts that the partner invited as test accounts"
WITHDRAWN = "This version was withdrawn by its partner and can no longer be installed."
INCOMPLETE = "The technical content is not complete yet: "
S = TechnicalStatus
UNFINISHED = (S.DRAFT, S.IN_REVIEW, S.REJECTED)

# For each kind of account: what it reads without the link, and with it, in every state.
RULES: dict[Installer, dict[TechnicalStatus, tuple[str, str]]] = {
    Installer.OWN_ACCOUNT: {
        **dict.fromkeys((*UNFINISHED, S.APPROVED, S.AVAILABLE), (OPEN, OPEN)),
        S.DEPRECATED: (WITHDRAWN, WITHDRAWN),
    },
    Installer.PLATFORM: {
        **dict.fromkeys((*UNFINISHED, S.APPROVED, S.AVAILABLE), (OPEN, OPEN)),
        S.DEPRECATED: (WITHDRAWN, WITHDRAWN),
    },
    Installer.TEST_ACCOUNT: {
        **dict.fromkeys((*UNFINISHED, S.APPROVED), (UNAVAILABLE, OPEN)),
        S.AVAILABLE: (OPEN, OPEN),
        S.DEPRECATED: (WITHDRAWN, WITHDRAWN),
    },
    Installer.OTHER: {
        **dict.fromkeys(UNFINISHED, (UNAVAILABLE, UNREVIEWED)),
        S.APPROVED: (UNAVAILABLE, OPEN),
        S.AVAILABLE: (OPEN, OPEN),
        S.DEPRECATED: (WITHDRAWN, WITHDRAWN),
    },
}


def account_as(installer: Installer, version: Version) -> Account:
    if installer == Installer.OWN_ACCOUNT:
        return version.app.partner.developer_account
    account = make_account()
    if installer == Installer.PLATFORM:
        account.features = [REVIEWS]
        account.save(update_fields=["features"])
    elif installer == Installer.TEST_ACCOUNT:
        make_tester(version.app, account)
    return account


def says(version: Version, account: Account, *, by_link: bool, words: str) -> bool:
    found = explain_installable(version, account, by_link=by_link)
    return found is None if words == OPEN else words in str(found)


@pytest.mark.parametrize("installer", Installer)
def test_T17_each_rule_in_every_state_with_and_without_the_link(installer: Installer) -> None:
    assert set(RULES[installer]) == set(TechnicalStatus)
    versions = {S.DRAFT: make_version(name="draft")}
    app = versions[S.DRAFT].app
    for status in set(TechnicalStatus) - {S.DRAFT}:
        versions[status] = make_version(app, name=status.value.replace("_", "-"), technical=status)
    account = account_as(installer, versions[S.DRAFT])
    assert kind_of(app, account) == installer
    wrong = [
        (status, by_link, explain_installable(versions[status], account, by_link=by_link))
        for status, rules in RULES[installer].items()
        for by_link, words in zip((False, True), rules, strict=True)
        if not says(versions[status], account, by_link=by_link, words=words)
    ]
    assert wrong == []


@pytest.mark.parametrize("installer", [Installer.OWN_ACCOUNT, Installer.PLATFORM, Installer.TEST_ACCOUNT])
def test_T17_insiders_need_complete_technical_content(installer: Installer) -> None:
    version = make_version(is_complete=False)
    assert says(version, account_as(installer, version), by_link=True, words=INCOMPLETE)


@pytest.mark.parametrize("installer", Installer)
def test_T17_what_is_retired_opens_to_nobody(installer: Installer) -> None:
    version = make_version(technical=S.AVAILABLE, listing=ListingStatus.ADVERTISED)
    account = account_as(installer, version)
    version.retired_at = clock.now()
    assert says(version, account, by_link=True, words="This version was retired by its partner")
    version.app.retired_at = clock.now()
    assert says(version, account, by_link=True, words="This app was retired by its partner")


def test_T17_what_is_out_for_a_while_opens_only_to_insiders() -> None:
    version = make_version(technical=S.AVAILABLE, listing=ListingStatus.ADVERTISED)
    accounts = {installer: account_as(installer, version) for installer in Installer}
    version.unlisted_at, version.unlisted_reason = clock.now(), "We mend it."
    for installer, account in accounts.items():
        words = "out of the marketplace for now: “We mend it.”"
        for by_link in (False, True):
            is_open = installer in INSIDERS or (by_link and installer == Installer.TEST_ACCOUNT)
            assert says(version, account, by_link=by_link, words=OPEN if is_open else words)


def test_an_invitation_that_was_not_accepted_opens_nothing() -> None:
    version, account = make_version(), make_account()
    tester = make_tester(version.app, account, accepts=False)
    assert says(version, account, by_link=True, words=UNREVIEWED)
    user = admin_of(account)
    actions.accept_test(actor=actor_for(user.person), by=user, tester=tester)
    assert says(version, account, by_link=True, words=OPEN)
    actions.leave_test(actor=actor_for(user.person), by=user, tester=tester)
    assert says(version, account, by_link=True, words=UNREVIEWED)


def test_the_link_is_sealed_and_a_new_one_ends_the_old_one() -> None:
    version = make_version()
    first = link_of(version)
    assert opens(version, first)
    link = InstallLink.objects.get(version=version)
    assert link_address(link).endswith(f"/install/{version.app_id.hex}/{version.pk.hex}?t={first}")
    raw = InstallLink.objects.filter(pk=version.pk).extra(select={"raw": "token"}).values_list("raw", flat=True)[0]
    assert first.encode() not in bytes(raw)
    second = link_of(version)
    assert (opens(version, first), opens(version, second)) == (False, True)
    assert [event.data["is_first"] for event in Event.objects.filter(kind="install_link.made").order_by("id")] == [
        True,
        False,
    ]
    assert all(first not in str(event.data) and second not in str(event.data) for event in Event.objects.all())


def test_a_wrong_or_old_link_leads_nowhere() -> None:
    version, other = make_version(), make_version(name="2.0.0")
    token = link_of(version)
    app_id, version_id = version.app_id.hex, version.pk.hex
    assert get_linked_version(app_id, version_id, token) == version
    wrong = [
        (app_id, version_id, ""), (app_id, version_id, token + "x"), (app_id, version_id, token.lower()),
        (app_id, version_id, "\0"), (app_id, other.pk.hex, token), (other.app_id.hex, version_id, token),
        ("nope", version_id, token), (app_id, "nope", token), (app_id, version_id, link_of(other)),
    ]  # fmt: skip
    for words in wrong:
        with pytest.raises(NotFound):
            get_linked_version(*words)
    by = owner_of(version.app.partner)
    actions.end_install_link(actor=actor_for(by.person), by=by, version=version)
    with pytest.raises(NotFound):
        get_linked_version(app_id, version_id, token)
    with pytest.raises(LinkMissing):
        actions.end_install_link(actor=actor_for(by.person), by=by, version=version)
    assert Event.objects.filter(kind="install_link.ended").count() == 1


def test_who_may_make_links() -> None:
    version = make_version()
    allowed = []
    for role in MemberRole:
        by = make_member(version.app.partner, role=role)
        try:
            actions.make_install_link(actor=actor_for(by.person), by=by, version=version)
            allowed.append(role)
        except Forbidden:
            assert Event.objects.filter(kind="install_link.made").count() == len(allowed)
    assert allowed == [MemberRole.OWNER, MemberRole.DEVELOPER]
    stranger = make_member()
    before = InstallLink.objects.get(version=version).made_at
    for change in (actions.make_install_link, actions.end_install_link):
        with pytest.raises(NotFound):
            change(actor=actor_for(stranger.person), by=stranger, version=version)
    assert InstallLink.objects.get(version=version).made_at == before


def test_what_is_retired_gets_no_link() -> None:
    version = make_version(technical=S.DEPRECATED)
    by = owner_of(version.app.partner)
    version.retired_at = clock.now()
    with pytest.raises(AlreadyRetired):
        actions.make_install_link(actor=actor_for(by.person), by=by, version=version)
    App.objects.filter(pk=version.app_id).update(retired_at=clock.now())
    version.app.refresh_from_db()
    with pytest.raises(AppRetired):
        actions.make_install_link(actor=actor_for(by.person), by=by, version=version)
    assert not InstallLink.objects.exists()


def test_an_unfinished_version_does_not_exist_without_its_link() -> None:
    version = make_version()
    user = make_user()
    token = link_of(version)
    with pytest.raises(NotFound):
        get_offer(user, version.app.slug, version.pk.hex)
    with pytest.raises(NotFound):
        get_offer(user, version.app.slug, version.pk.hex, "fdi_wrong")
    offer = get_offer(user, version.app.slug, version.pk.hex, token)
    assert (offer.is_private, offer.state, UNREVIEWED in str(offer.why_not)) == (True, "draft", True)
    make_tester(version.app, user.account)
    assert get_offer(user, version.app.slug, version.pk.hex, token).why_not is None
