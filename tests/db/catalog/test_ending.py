"""Taking a version out of the marketplace."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.factories.accounts import actor_for, make_operator
from tests.factories.catalog import make_app, make_published_version, make_version
from tests.factories.installs import make_completed
from tests.factories.mail import deliver
from tests.factories.partners import make_member

from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.catalog import actions
from fondaco.catalog.errors import NotPublished
from fondaco.catalog.models import Version
from fondaco.catalog.queries import search_listings
from fondaco.catalog.states import ListingStatus, TechnicalStatus
from fondaco.kit import clock, deadlines
from fondaco.kit.errors import Forbidden, Invalid, NotFound
from fondaco.kit.models import Deadline
from fondaco.notify.mails.version_deprecated import tell_customers
from fondaco.partners.models import Member, MemberRole

pytestmark = pytest.mark.django_db


def deprecate(by: Member, version: Version, days: int | None = None, reason: str = "Use 2.0.0") -> Version:
    ends_on = None if days is None else clock.now().date() + timedelta(days=days)
    return actions.deprecate_version(actor=actor_for(by.person), by=by, version=version, reason=reason, ends_on=ends_on)


def nothing_happened(version: Version) -> bool:
    fresh = Version.objects.select_related("technical", "listing").get(pk=version.pk)
    return (
        (fresh.technical.status, fresh.listing.status) == (version.technical.status, version.listing.status)
        and (fresh.deprecation_reason, fresh.ends_on) == ("", None)
        and not Event.objects.filter(kind__endswith="deprecated").exists()
        and not Deadline.objects.filter(kind="version.ends").exists()
    )


def test_it_leaves_the_marketplace_and_its_end_is_announced(mara: Member) -> None:
    version = make_published_version(make_app(mara.partner))
    ended = deprecate(mara, version, days=90)
    assert (ended.technical.status, ended.listing.status) == ("deprecated", "deprecated")
    assert ended.ends_on == clock.now().date() + timedelta(days=90)
    assert not search_listings().exists()
    assert [event.kind for event in Event.objects.filter(kind__endswith=".deprecated").order_by("id")] == [
        "technical_content.deprecated",
        "listing_content.deprecated",
        "version.deprecated",
    ]
    deadline = Deadline.objects.get(kind="version.ends")
    assert deadline.due_at == datetime(ended.ends_on.year, ended.ends_on.month, ended.ends_on.day, tzinfo=UTC)


def test_an_available_version_without_a_listing_can_go_too(mara: Member) -> None:
    version = make_version(make_app(mara.partner), technical=TechnicalStatus.AVAILABLE)
    ended = deprecate(mara, version)
    assert (ended.technical.status, ended.listing.status, ended.ends_on) == ("deprecated", "draft", None)
    assert not Deadline.objects.filter(kind="version.ends").exists()


def test_what_was_announced_can_be_changed(mara: Member) -> None:
    version = make_published_version(make_app(mara.partner))
    deprecate(mara, version, days=90)
    again = deprecate(mara, version, days=120, reason="Take your time")
    assert (again.deprecation_reason, again.ends_on) == ("Take your time", clock.now().date() + timedelta(days=120))
    assert Deadline.objects.filter(kind="version.ends").count() == 1
    assert Event.objects.filter(kind="technical_content.deprecated").count() == 1
    assert deprecate(mara, version).ends_on is None
    assert not Deadline.objects.filter(kind="version.ends").exists()


@pytest.mark.parametrize("technical", set(TechnicalStatus) - {TechnicalStatus.AVAILABLE, TechnicalStatus.DEPRECATED})
def test_only_what_is_available_can_be_taken_out(mara: Member, technical: TechnicalStatus) -> None:
    version = make_version(make_app(mara.partner), technical=technical, listing=ListingStatus.APPROVED)
    with pytest.raises(NotPublished):
        deprecate(mara, version)
    assert nothing_happened(version)


@pytest.mark.parametrize(
    ("days", "reason", "field"), [(29, "Why", "ends_on"), (731, "Why", "ends_on"), (90, " ", "reason")]
)
def test_bad_input(mara: Member, days: int, reason: str, field: str) -> None:
    version = make_published_version(make_app(mara.partner))
    with pytest.raises(Invalid) as refusal:
        deprecate(mara, version, days=days, reason=reason)
    assert list(refusal.value.fields) == [field]
    assert nothing_happened(version)


@pytest.mark.parametrize("days", [30, 730])
def test_the_limits_of_notice(mara: Member, days: int) -> None:
    assert deprecate(mara, make_published_version(make_app(mara.partner)), days=days).ends_on is not None


@pytest.mark.parametrize("role", set(MemberRole) - {MemberRole.OWNER, MemberRole.DEVELOPER})
def test_others_of_the_partner_may_not(mara: Member, role: MemberRole) -> None:
    version = make_published_version(make_app(mara.partner))
    with pytest.raises(Forbidden):
        deprecate(make_member(mara.partner, role=role), version)
    assert nothing_happened(version)


def test_a_stranger_finds_nothing(mara: Member) -> None:
    version = make_published_version(make_app(mara.partner))
    with pytest.raises(NotFound):
        deprecate(make_member(), version)
    assert nothing_happened(version)


@pytest.mark.parametrize("role", OperatorRole)
def test_the_operator_may_when_partners_are_their_work(mara: Member, role: OperatorRole) -> None:
    version = make_published_version(make_app(mara.partner))
    jon = make_operator(role)
    if role == OperatorRole.PARTNER_MANAGER:
        ended = actions.deprecate_version(actor=actor_for(jon.person), by=jon, version=version, reason="Unsafe")
        assert ended.technical.status == "deprecated"
        return
    with pytest.raises(Forbidden):
        actions.deprecate_version(actor=actor_for(jon.person), by=jon, version=version, reason="Unsafe")
    assert nothing_happened(version)


def test_the_last_day_is_told_once_and_only_if_it_still_holds(mara: Member) -> None:
    version = make_published_version(make_app(mara.partner))
    ended = deprecate(mara, version, days=30)
    assert ended.ends_on is not None
    moment = datetime(ended.ends_on.year, ended.ends_on.month, ended.ends_on.day, tzinfo=UTC)
    handler = deadlines.find_handler("version.ends")
    handler(version.pk.hex, moment - timedelta(days=1))  # a row of before the day was moved
    assert not Event.objects.filter(kind="version.ended").exists()
    handler(version.pk.hex, moment)
    assert Event.objects.get(kind="version.ended").subject_id == version.pk.hex
    assert [str(letter.subject) for letter in deliver()] == [
        f"{version} left the marketplace",
        f"The last day of {version} has come",
    ]


def test_everyone_concerned_gets_a_mail(mara: Member) -> None:
    installed = make_completed()
    version = installed.version
    owner = make_member(version.app.partner)
    deliver()  # what was said of the installation
    deprecate(owner, version, days=60, reason="Please move to 2.0.0.")
    tell_customers(version.pk.hex)
    letters = {str(letter.subject): letter for letter in deliver()}
    assert sorted(letters) == [f"{version} is no longer offered", f"{version} left the marketplace"]
    to_customer = letters[f"{version} is no longer offered"]
    assert to_customer.to == [installed.installed_by.person.email]
    for words in ("Please move to 2.0.0.", "Its announced last day is", f"/my-apps/{installed.pk.hex}"):
        assert words in str(to_customer.body)
    assert "Installations of it: 1" in str(letters[f"{version} left the marketplace"].body)
