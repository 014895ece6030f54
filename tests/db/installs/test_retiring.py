"""The end of an app, and of a version: only when nobody has it; what is left after the last day, staff removes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from tests.factories.accounts import SYSTEM, actor_for, make_account, make_operator, make_user
from tests.factories.catalog import make_app, make_published_version, make_version
from tests.factories.installs import make_completed, make_installing, order
from tests.factories.jobs import run_jobs
from tests.factories.lifecycle import accept, link_of, make_tester, make_transfer, owner_of
from tests.factories.mail import deliver
from tests.factories.partners import make_member

from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.audit.status import transition
from fondaco.catalog import actions as catalog
from fondaco.catalog.content import AppDetails
from fondaco.catalog.errors import AlreadyRetired, AppRetired, InTransfer, NotDeprecated, StillInReview
from fondaco.catalog.models import App, Version
from fondaco.catalog.queries import get_app, list_history, search_listings
from fondaco.catalog.states import ListingStatus, TechnicalStatus, Track
from fondaco.identity.models import CredentialSet, OAuthClient
from fondaco.installs.actions import clear_version, force_uninstall_app, retire_app, retire_version
from fondaco.installs.actions.clearing import CLEAR, CLEARER, clear_batch
from fondaco.installs.endings import get_ending, list_endings
from fondaco.installs.errors import ClearanceRunning, NotEnded, NothingLeft, NotInstallable, StillInstalled
from fondaco.installs.models import Clearance, Installation
from fondaco.kit import clock, deadlines
from fondaco.kit.errors import DomainError, Forbidden, Invalid, NotFound
from fondaco.notify.mails.version_ended import tell_customers
from fondaco.partners.models import Member, MemberRole

pytestmark = pytest.mark.django_db


def remove(installation: Installation) -> None:
    jon = make_operator(OperatorRole.SUPPORT)
    force_uninstall_app(actor=actor_for(jon.person), by=jon, installation=installation, reason="Moved on")


def refused(error: type[DomainError], app: App, by: Member | None = None) -> DomainError:
    """The app is not retired; the refusal changed nothing."""
    by = by or owner_of(app.partner)
    before = Event.objects.count()
    with pytest.raises(error) as refusal:
        retire_app(actor=actor_for(by.person), by=by, app=app)
    assert (App.objects.get(pk=app.pk).retired_at, Event.objects.count()) == (None, before)
    return refusal.value


def ended_version(*, installations: int = 0, days_ago: int = 1) -> Version:
    """A version that was deprecated, and whose last day was ``days_ago``."""
    version = make_published_version(make_app())
    for _number in range(installations):
        make_completed(version=version)
    by = owner_of(version.app.partner)
    ended = catalog.deprecate_version(
        actor=actor_for(by.person),
        by=by,
        version=version,
        reason="Use 2.0.0",
        ends_on=clock.now().date() + timedelta(40),
    )
    ended.ends_on = clock.now().date() - timedelta(days=days_ago)
    ended.save(update_fields=["ends_on"])
    return ended


def test_an_app_that_nobody_has_ends_for_good() -> None:
    app = make_app()
    version = make_published_version(app)
    make_version(app, name="2.0.0")
    installed = make_completed(version=version)
    link = link_of(version)
    remove(installed)
    by = owner_of(app.partner)
    retired = retire_app(actor=actor_for(by.person), by=by, app=app)
    assert retired.retired_at == App.objects.get(pk=app.pk).retired_at is not None
    fresh = Version.objects.select_related("app__partner", "technical", "listing").get(pk=version.pk)
    assert (fresh.technical.status, fresh.listing.status) == ("deprecated", "deprecated")
    assert not search_listings().exists()
    assert get_app(by, app.pk.hex) == app
    assert list_history(fresh, by=by)[0].kind == "app.retired"
    assert not OAuthClient.objects.filter(app=app).exclude(status="revoked").exists()
    assert not CredentialSet.objects.filter(client__app=app).exclude(status="revoked").exists()
    with pytest.raises(NotInstallable, match="This app was retired by its partner"):
        order(fresh, [make_user()], link=link)
    with pytest.raises(Invalid, match="Some entries"):  # its name stays taken
        catalog.register_app(actor=actor_for(by.person), by=by, name=app.name, icon=b"")


def test_nothing_of_a_retired_app_can_be_changed() -> None:
    app = make_app()
    draft = make_version(app)
    approved = make_version(app, name="2.0.0", technical=TechnicalStatus.APPROVED)
    by, account = owner_of(app.partner), make_account()
    stale_app, stale_draft, stale_approved = app, draft, approved  # as pages that were open before hold them
    retire_app(actor=actor_for(by.person), by=by, app=app)
    actor, facts = actor_for(by.person), Event.objects.count()
    for fresh in (False, True):
        if fresh:
            stale_app = App.objects.select_related("partner").get(pk=app.pk)
            loaded = Version.objects.select_related("app__partner", "technical", "listing")
            stale_draft, stale_approved = loaded.get(pk=draft.pk), loaded.get(pk=approved.pk)
        for change in (
            lambda: catalog.create_version(actor=actor, by=by, app=stale_app, name="3.0.0"),  # noqa: B023
            lambda: catalog.submit_track(actor=actor, by=by, version=stale_draft, track=Track.TECHNICAL),  # noqa: B023
            lambda: catalog.make_available(actor=actor, by=by, version=stale_approved),  # noqa: B023
            lambda: catalog.offer_app(actor=actor, by=by, app=stale_app, receiver="Northwind Labs"),  # noqa: B023
        ):
            with pytest.raises(AppRetired):
                change()
    with pytest.raises(AppRetired):
        catalog.change_app(actor=actor, by=by, app=stale_app, details=AppDetails("Other"))
    with pytest.raises(AppRetired):
        catalog.invite_tester(actor=actor, by=by, app=stale_app, account=account.name)
    with pytest.raises(AlreadyRetired):
        retire_app(actor=actor, by=by, app=stale_app)
    assert Event.objects.count() == facts


def test_what_keeps_an_app() -> None:
    app = make_app()
    version = make_published_version(app)
    installed = make_installing(version=version)
    assert "Ledgerline is still installed in 1 accounts" in str(refused(StillInstalled, app))
    remove(installed)
    transfer = make_transfer(app)
    refused(InTransfer, app)
    accept(transfer)
    refused(InTransfer, app)
    jon = make_operator(OperatorRole.PARTNER_MANAGER)
    catalog.refuse_transfer(actor=actor_for(jon.person), by=jon, transfer=transfer, reason="No")
    reviewed = make_version(app, name="2.0.0", listing=ListingStatus.IN_REVIEW)
    refused(StillInReview, app)
    with transaction.atomic():
        transition(reviewed.listing, ListingStatus.DRAFT, actor=SYSTEM)
    for role in set(MemberRole) - {MemberRole.OWNER}:
        refused(Forbidden, app, make_member(app.partner, role=role))
    refused(NotFound, app, make_member())
    by = owner_of(app.partner)
    assert retire_app(actor=actor_for(by.person), by=by, app=app).is_retired


def test_a_deprecated_version_ends_alone() -> None:
    app = make_app()
    version, by = make_published_version(app), owner_of(app.partner)
    make_tester(app)
    actor = actor_for(by.person)
    with pytest.raises(NotDeprecated):
        retire_version(actor=actor, by=by, version=version)
    installed = make_completed(version=version)
    catalog.deprecate_version(actor=actor, by=by, version=version, reason="Use 2.0.0")
    developer, stranger = make_member(app.partner, role=MemberRole.DEVELOPER), make_member()
    facts = Event.objects.count()
    for error, member in ((StillInstalled, by), (Forbidden, developer), (NotFound, stranger)):
        with pytest.raises(error):
            retire_version(actor=actor, by=member, version=version)
    assert (Version.objects.get(pk=version.pk).retired_at, Event.objects.count()) == (None, facts)
    remove(installed)
    retired = retire_version(actor=actor, by=by, version=version)
    assert (retired.is_retired, App.objects.get(pk=app.pk).is_retired) == (True, False)
    facts = Event.objects.count()
    with pytest.raises(AlreadyRetired):
        retire_version(actor=actor, by=by, version=version)
    with pytest.raises(AlreadyRetired):
        catalog.deprecate_version(actor=actor, by=by, version=version, reason="Again")
    assert Event.objects.count() == facts
    assert [str(letter.subject) for letter in deliver()][-1] == "Ledgerline 1.0.0 is retired"
    assert catalog.create_version(actor=actor, by=by, app=app, name="2.0.0").name == "2.0.0"


def test_the_last_day_is_told_to_all_and_what_is_left_goes_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fondaco.installs.actions.clearing.BATCH", 2)
    version = ended_version(installations=3)
    jon = make_operator(OperatorRole.SUPPORT)
    deliver()
    assert version.ends_on
    day = datetime.combine(version.ends_on, datetime.min.time(), UTC)
    deadlines.find_handler("version.ends")(version.pk.hex, day)
    tell_customers(version.pk.hex)
    told = [(str(letter.subject), letter.to) for letter in deliver()]
    assert sorted(subject for subject, _to in told) == sorted(
        [f"The last day of {version} has come"] * 4 + [f"{version} has ended and is still installed"]
    )
    assert [to for subject, to in told if subject.endswith("installed")] == [[jon.person.email]]
    (found,) = list_endings(jon)
    assert (found, found.left) == (version, 3)  # type: ignore[attr-defined]

    ending = get_ending(jon, version.pk.hex)
    assert (ending.has_come, ending.can_be_cleared, ending.removed) == (True, True, 0)
    clear_version(
        actor=actor_for(jon.person), by=jon, version=version, reason="It has ended.", confirmation="Ledgerline"
    )
    with pytest.raises(ClearanceRunning):
        clear_version(actor=actor_for(jon.person), by=jon, version=version, reason="Again", confirmation="Ledgerline")
    assert run_jobs(CLEAR) == 1
    ending = get_ending(jon, version.pk.hex)
    assert (ending.left, ending.removed, ending.is_clearing, ending.can_be_cleared) == (1, 2, True, False)
    clear_batch(actor=CLEARER, clearance_id=Clearance.objects.get().pk)  # a worker died and its job runs again
    assert run_jobs(CLEAR) == 1
    assert run_jobs(CLEAR) == 0
    assert get_ending(jon, version.pk.hex).is_clearing is False
    assert Clearance.objects.get().status == "finished"
    assert clear_batch(actor=CLEARER, clearance_id=Clearance.objects.get().pk) is False
    revoked = Event.objects.filter(kind="installation.revoked")
    assert [(one.data["reason"], one.data["is_by_staff"]) for one in revoked] == [("It has ended.", True)] * 3
    letters = [letter for letter in deliver() if str(letter.subject) == "Ledgerline was removed"]
    assert len(letters) == 3
    assert all(
        "The platform's own staff removed it" in str(one.body) and "It has ended." in str(one.body) for one in letters
    )
    with pytest.raises(NothingLeft):
        clear_version(
            actor=actor_for(jon.person), by=jon, version=version, reason="Once more", confirmation="Ledgerline"
        )


@pytest.mark.parametrize("role", OperatorRole)
def test_who_may_clear_and_force(role: OperatorRole) -> None:
    version = ended_version(installations=1)
    jon = make_operator(role)
    actor, installation = actor_for(jon.person), Installation.objects.get()
    if role in {OperatorRole.SUPPORT, OperatorRole.PARTNER_MANAGER}:
        assert clear_version(actor=actor, by=jon, version=version, reason="Over", confirmation="Ledgerline").is_running
        assert force_uninstall_app(actor=actor, by=jon, installation=installation, reason="Over").is_gone
        return
    facts = Event.objects.count()
    for work in (
        lambda: clear_version(actor=actor, by=jon, version=version, reason="Over", confirmation="Ledgerline"),
        lambda: force_uninstall_app(actor=actor, by=jon, installation=installation, reason="Over"),
        lambda: list_endings(jon),
        lambda: get_ending(jon, version.pk.hex),
    ):
        with pytest.raises(Forbidden):
            work()
    assert (Event.objects.count(), Clearance.objects.count()) == (facts, 0)


@pytest.mark.parametrize(
    ("reason", "confirmation", "days_ago", "error", "fields"),
    [
        ("", "Ledgerline", 0, Invalid, ["reason"]),
        ("x" * 1001, "Ledgerline", 0, Invalid, ["reason"]),
        ("Over", "ledgerline", 0, Invalid, ["confirmation"]),
        ("\0", "", 0, Invalid, ["confirmation", "reason"]),
        ("Over", "Ledgerline", -1, NotEnded, []),
    ],
)
def test_bad_input(reason: str, confirmation: str, days_ago: int, error: type[DomainError], fields: list[str]) -> None:
    version, jon = ended_version(installations=1, days_ago=days_ago), make_operator(OperatorRole.SUPPORT)
    facts = Event.objects.count()
    with pytest.raises(error) as refusal:
        clear_version(actor=actor_for(jon.person), by=jon, version=version, reason=reason, confirmation=confirmation)
    assert sorted(refusal.value.fields) == fields
    with pytest.raises(Invalid):
        force_uninstall_app(actor=actor_for(jon.person), by=jon, installation=Installation.objects.get(), reason=" ")
    assert (Event.objects.count(), Clearance.objects.count()) == (facts, 0)
