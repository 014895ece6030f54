"""An app goes to another partner: both agree, the operator confirms, and everything that hangs on it moves at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from tests.factories.accounts import SYSTEM, actor_for, make_operator, make_person
from tests.factories.catalog import make_app, make_published_version, make_version
from tests.factories.installs import make_completed
from tests.factories.lifecycle import accept, link_of, make_tester, make_transfer, owner_of
from tests.factories.mail import deliver
from tests.factories.partners import make_member, make_partner
from tests.http.world import undone

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.audit.status import transition
from fondaco.catalog import actions
from fondaco.catalog.actions.transfers import EXPIRES
from fondaco.catalog.errors import AppRetired, NotAnswered, OwnOffer, StillInReview, TransferOpen, TransferOver
from fondaco.catalog.lifecycle_states import TRANSFER, TransferStatus
from fondaco.catalog.models import App, AppTester, AppTransfer, InstallLink, TrackContent
from fondaco.catalog.queries import (
    get_app,
    get_transfer,
    get_version,
    list_apps,
    list_history,
    list_offered_apps,
    list_testers,
    list_transfers,
    search_listings,
)
from fondaco.catalog.states import TechnicalStatus, Track
from fondaco.identity.models import CredentialSet
from fondaco.installs.endings import weigh
from fondaco.installs.history import list_history as list_installation_history
from fondaco.kit import clock, deadlines
from fondaco.kit.errors import DomainError, Forbidden, Invalid, NotFound
from fondaco.kit.models import Deadline
from fondaco.notify.mails.app_transferred import tell_customers
from fondaco.partners.models import Member, MemberRole, Partner

pytestmark = pytest.mark.django_db
R = TransferStatus


def jon() -> Operator:
    return make_operator(OperatorRole.PARTNER_MANAGER)


def step(to: TransferStatus, by: Member | Operator, transfer: AppTransfer) -> AppTransfer:
    """Takes the step to ``to`` as ``by``, whatever comes of it."""
    actor = actor_for(by.person)
    steps: dict[TransferStatus, Callable[[], AppTransfer]] = {
        R.ACCEPTED: lambda: actions.accept_transfer(actor=actor, by=by, transfer=transfer),  # type: ignore[arg-type]
        R.DECLINED: lambda: actions.decline_transfer(actor=actor, by=by, transfer=transfer, reason="Too big for us."),  # type: ignore[arg-type]
        R.WITHDRAWN: lambda: actions.withdraw_transfer(actor=actor, by=by, transfer=transfer),  # type: ignore[arg-type]
        R.COMPLETED: lambda: actions.confirm_transfer(actor=actor, by=by, transfer=transfer),  # type: ignore[arg-type]
        R.REFUSED: lambda: actions.refuse_transfer(actor=actor, by=by, transfer=transfer, reason="Unclear contract."),  # type: ignore[arg-type]
    }
    return steps[to]()


def rightful(to: TransferStatus, transfer: AppTransfer) -> Member | Operator:
    if to in {R.ACCEPTED, R.DECLINED}:
        return owner_of(transfer.receiver)
    return owner_of(transfer.giver) if to == R.WITHDRAWN else jon()


def expire(transfer: AppTransfer) -> AppTransfer:
    deadlines.find_handler(EXPIRES)(transfer.pk.hex, transfer.expires_at)
    transfer.refresh_from_db()
    return transfer


def in_state(status: TransferStatus) -> AppTransfer:
    transfer = make_transfer()
    if status in {R.COMPLETED, R.REFUSED}:
        accept(transfer)
    if status == R.EXPIRED:
        return expire(transfer)
    return transfer if status == R.OFFERED else step(status, rightful(status, transfer), transfer)


def move(content: TrackContent, to: TechnicalStatus) -> None:
    with transaction.atomic():
        transition(content, to, actor=SYSTEM)


def standing(transfer: AppTransfer) -> tuple[Any, ...]:
    fresh = AppTransfer.objects.get(pk=transfer.pk)
    partner = App.objects.get(pk=transfer.app_id).partner_id
    return fresh.status, fresh.answered_by, fresh.decided_by, fresh.reason, partner, Event.objects.count()


@pytest.mark.parametrize("before", TransferStatus)
def test_every_cell_of_the_machine(before: TransferStatus) -> None:
    transfer, manager = in_state(before), jon()
    for to in (R.ACCEPTED, R.DECLINED, R.WITHDRAWN, R.COMPLETED, R.REFUSED):
        by = manager if to in {R.COMPLETED, R.REFUSED} else rightful(to, transfer)
        before_it = standing(transfer)
        if not TRANSFER.allows(before, to):
            with pytest.raises(NotAnswered if before == R.OFFERED else TransferOver):
                step(to, by, transfer)
            assert standing(transfer) == before_it
            continue
        with undone():
            assert step(to, by, transfer).status == to
            facts = Event.objects.filter(kind=f"app_transfer.{to}").values_list("partner_id", flat=True)
            assert sorted(facts) == sorted([transfer.giver_id, transfer.receiver_id])
            assert not Deadline.objects.filter(kind=EXPIRES).exists()
    assert expire(transfer).status == (R.EXPIRED if before == R.OFFERED else before)


# Who is refused a step that the rightful one may take, and how.
WRONG: dict[TransferStatus, dict[str, type[DomainError]]] = {
    R.ACCEPTED: {"giver": OwnOffer, "stranger": NotFound, "receiver's developer": Forbidden},
    R.DECLINED: {"giver": OwnOffer, "stranger": NotFound, "receiver's developer": Forbidden},
    R.WITHDRAWN: {"receiver": NotFound, "stranger": NotFound, "giver's developer": Forbidden},
    R.COMPLETED: {"support": Forbidden, "reviewer": Forbidden, "manager who belongs to one": Forbidden},
    R.REFUSED: {"support": Forbidden, "reviewer": Forbidden, "manager who belongs to one": Forbidden},
}


def somebody(name: str, transfer: AppTransfer) -> Member | Operator:
    if name == "stranger":
        return make_member(make_partner("Tempo Labs"))
    side = transfer.giver if name.startswith("giver") else transfer.receiver
    if name.endswith("developer"):
        return make_member(side, role=MemberRole.DEVELOPER)
    if name in {"giver", "receiver"}:
        return owner_of(side)
    if name.startswith("manager"):
        person = make_person("Jon Both")
        make_member(transfer.receiver, role=MemberRole.FINANCE, person=person)
        return make_operator(OperatorRole.PARTNER_MANAGER, person=person)
    return make_operator(OperatorRole.SUPPORT if name == "support" else OperatorRole.TECHNICAL_REVIEWER)


@pytest.mark.parametrize("to", WRONG)
def test_nobody_else_takes_a_step(to: TransferStatus) -> None:
    transfer = in_state(R.ACCEPTED if to in {R.COMPLETED, R.REFUSED} else R.OFFERED)
    for name, refusal in WRONG[to].items():
        by = somebody(name, transfer)
        before_it = standing(transfer)
        with pytest.raises(refusal):
            step(to, by, transfer)
        assert standing(transfer) == before_it


@pytest.mark.parametrize("role", MemberRole)
def test_only_owners_offer_and_see_transfers(role: MemberRole) -> None:
    app = make_app()
    owner_of(make_partner("Northwind Labs"))
    by = make_member(app.partner, role=role)

    def offer() -> AppTransfer:
        return actions.offer_app(actor=actor_for(by.person), by=by, app=app, receiver="northwind labs")

    if role == MemberRole.OWNER:
        assert (offer().status, list_transfers(by).count()) == ("offered", 1)
        return
    for work in (offer, lambda: list_transfers(by)):
        with pytest.raises(Forbidden):
            work()
    assert (AppTransfer.objects.count(), list_offered_apps(by)) == (0, [])


def test_a_partner_is_found_by_its_name_its_account_and_its_owner() -> None:
    receiver = make_partner("Northwind Labs")
    owner = owner_of(receiver)
    for words in (" NORTHWIND labs ", receiver.developer_account.name.upper(), owner.person.email.upper()):
        app = make_app()
        by = owner_of(app.partner)
        transfer = actions.offer_app(actor=actor_for(by.person), by=by, app=app, receiver=words)
        assert (transfer.receiver, transfer.expires_at - transfer.created_at >= timedelta(days=13)) == (receiver, True)
        assert Deadline.objects.get(kind=EXPIRES, subject_id=transfer.pk.hex).due_at == transfer.expires_at


@pytest.mark.parametrize(
    ("receiver", "note", "field", "words"),
    [
        ("", "", "receiver", "This is required."),
        ("x" * 255, "", "receiver", "Use at most 254 characters"),
        ("a\nb", "", "receiver", "cannot be shown"),
        ("Nobody Ltd", "", "receiver", "We found no such partner."),
        ("nobody@people.example", "", "receiver", "We found no such partner."),
        ("devi@northwind.example", "", "receiver", "We found no such partner."),
        ("Ledgerline GmbH", "", "receiver", "The app is yours already."),
        ("Empty Ltd", "", "receiver", "This partner has no owner who could accept it."),
        ("both@people.example", "", "receiver", "Several partners fit."),
        ("Northwind Labs", "x" * 2001, "note", "Use at most 2000 characters"),
    ],
)
def test_bad_input(receiver: str, note: str, field: str, words: str) -> None:
    app, northwind = make_app(), make_partner("Northwind Labs")
    make_partner("Empty Ltd")
    both = make_person("Bo Both", email="both@people.example")
    for partner in (northwind, make_partner("Tempo Labs")):
        make_member(partner, person=both, has_factor=False)
    devi = make_person("Devi Rao", email="devi@northwind.example")
    make_member(northwind, role=MemberRole.DEVELOPER, person=devi)
    by = owner_of(app.partner)
    with pytest.raises(Invalid) as refusal:
        actions.offer_app(actor=actor_for(by.person), by=by, app=app, receiver=receiver, note=note)
    assert (list(refusal.value.fields), words in refusal.value.fields[field][0]) == ([field], True)
    assert (AppTransfer.objects.count(), Deadline.objects.filter(kind=EXPIRES).count()) == (0, 0)


def test_one_offer_at_a_time_and_none_of_what_is_retired() -> None:
    transfer = make_transfer()
    by, other = owner_of(transfer.giver), owner_of(make_partner("Tempo Labs"))
    with pytest.raises(TransferOpen):
        actions.offer_app(actor=actor_for(by.person), by=by, app=transfer.app, receiver=other.partner.name)
    with pytest.raises(NotFound):
        actions.offer_app(actor=actor_for(other.person), by=other, app=transfer.app, receiver=transfer.receiver.name)
    step(R.WITHDRAWN, by, transfer)
    App.objects.filter(pk=transfer.app_id).update(retired_at=clock.now())
    with pytest.raises(AppRetired):
        actions.offer_app(actor=actor_for(by.person), by=by, app=transfer.app, receiver=other.partner.name)
    assert AppTransfer.objects.count() == 1


@pytest.mark.parametrize("track", Track)
def test_what_is_in_review_keeps_the_app_where_it_is(track: Track) -> None:
    transfer = make_transfer()
    version = make_version(transfer.app)
    content = version.technical if track == Track.TECHNICAL else version.listing
    move(content, TechnicalStatus.IN_REVIEW)
    before_it = standing(transfer)
    with pytest.raises(StillInReview, match=r"Version 1\.0\.0 is in review"):
        accept(transfer)
    assert standing(transfer) == before_it
    move(content, TechnicalStatus.DRAFT)
    accept(transfer)
    move(content, TechnicalStatus.IN_REVIEW)
    manager, before_it = jon(), standing(transfer)
    with pytest.raises(StillInReview):
        step(R.COMPLETED, manager, transfer)
    assert standing(transfer) == before_it


def test_everything_moves_and_the_old_partner_sees_nothing() -> None:
    giver, receiver = make_partner(), make_partner("Northwind Labs")
    app = make_app(giver)
    version = make_published_version(app)
    old, new = owner_of(giver), owner_of(receiver)
    actions.deprecate_version(
        actor=actor_for(old.person), by=old, version=make_published_version(app, name="0.9"), reason="Old"
    )
    installed = make_completed(version=version)
    tester = make_tester(app)
    link_of(version)
    sets = list(CredentialSet.objects.values_list("wire_client_id", "status"))
    assert (moves := weigh(app)).hosts == ("app.ledgerline.example",)
    assert (moves.versions, moves.plans, moves.installations, moves.credential_sets, moves.testers) == (2, 4, 1, 1, 1)
    transfer = accept(make_transfer(app, receiver))
    step(R.COMPLETED, jon(), transfer)

    app = App.objects.get(pk=app.pk)
    assert (app.partner, app.technical_email, app.support_email) == (receiver, "", "")
    for look in (lambda: get_app(old, app.pk.hex), lambda: get_version(old, version.pk.hex)):
        with pytest.raises(NotFound):
            look()
    assert (list(list_apps(old)), list(list_testers(old, app))) == ([], [])
    assert (get_app(new, app.pk.hex), get_version(new, version.pk.hex)) == (app, version)
    assert [event.kind for event in list_history(version, by=new)] == ["app.received"]
    assert len(list_history(version)) == 1  # the reviewers' own view: the link that was made, and nothing is lost
    assert (InstallLink.objects.count(), AppTester.objects.get(pk=tester.pk).status) == (0, "removed")
    assert list(CredentialSet.objects.values_list("wire_client_id", "status")) == sets
    assert [one.app.name for one in search_listings(text="Northwind")] == ["Ledgerline"]
    assert not search_listings(text="GmbH").exists()
    facts = {event.kind: event.partner_id for event in Event.objects.filter(kind__in=["app.given", "app.received"])}
    assert facts == {"app.given": giver.pk, "app.received": receiver.pk}
    assert list_installation_history(installed, [])[0].data == {
        "app": "Ledgerline", "from": "Ledgerline GmbH", "to": "Northwind Labs",
    }  # fmt: skip
    assert (get_transfer(old, transfer.pk.hex).status, get_transfer(new, transfer.pk.hex).status) == ("completed",) * 2


def test_an_installation_of_later_knows_nothing_of_it() -> None:
    app = make_app()
    version = make_published_version(app)
    step(R.COMPLETED, jon(), accept(make_transfer(app)))
    kinds = [event.kind for event in list_installation_history(make_completed(version=version), [])]
    assert "app.received" not in kinds


def test_the_old_partner_cannot_go_on_with_what_it_had_open() -> None:
    app = make_app()
    version, old = make_version(app), owner_of(app.partner)
    step(R.COMPLETED, jon(), accept(make_transfer(app)))
    stale = version  # as a page would still hold it
    facts = Event.objects.count()
    with pytest.raises(NotFound):
        actions.create_version(actor=actor_for(old.person), by=old, app=stale.app, name="9.0.0")
    with pytest.raises(NotFound):
        actions.submit_track(actor=actor_for(old.person), by=old, version=stale, track=Track.TECHNICAL)
    assert Event.objects.count() == facts


def test_the_mails() -> None:
    app = make_app()
    installed = make_completed(version=make_published_version(app))
    receiver = make_partner("Northwind Labs")
    old, new, manager = owner_of(app.partner), owner_of(receiver), jon()
    deliver()
    transfer = make_transfer(app, receiver)
    (offered,) = deliver()
    assert (offered.to, offered.subject) == ([new.person.email], "Ledgerline GmbH offers you Ledgerline")
    assert f"/portal/transfers/{transfer.pk.hex}" in str(offered.body)
    accept(transfer)
    accepted, to_confirm = deliver()
    assert (accepted.to, accepted.subject) == ([old.person.email], "Northwind Labs takes Ledgerline over")
    assert (to_confirm.to, to_confirm.subject) == (
        [manager.person.email],
        "To confirm: Ledgerline from Ledgerline GmbH to Northwind Labs",
    )
    step(R.COMPLETED, manager, transfer)
    tell_customers(app.pk.hex)
    done = {str(letter.subject): letter for letter in deliver()}
    assert sorted(done) == ["Ledgerline belongs to Northwind Labs now", "Ledgerline is yours now"]
    assert "It has a new webhook secret." in str(done["Ledgerline is yours now"].body)
    customer = done["Ledgerline belongs to Northwind Labs now"]
    assert customer.to == [installed.installed_by.person.email]
    assert "same people, same plan, same price" in str(customer.body)


@pytest.mark.parametrize(
    ("to", "subject", "readers"),
    [
        (R.DECLINED, "Northwind Labs does not take Ledgerline over", ("giver",)),
        (R.WITHDRAWN, "Ledgerline GmbH no longer offers Ledgerline", ("receiver",)),
        (R.EXPIRED, "The offer of Ledgerline has run out", ("giver", "receiver")),
        (R.REFUSED, "The transfer of Ledgerline was not confirmed", ("giver", "receiver")),
    ],
)
def test_mails_of_what_came_to_nothing(to: TransferStatus, subject: str, readers: tuple[str, ...]) -> None:
    transfer = in_state(R.ACCEPTED if to == R.REFUSED else R.OFFERED)
    deliver()
    if to == R.EXPIRED:
        expire(transfer)
    else:
        step(to, rightful(to, transfer), transfer)
    sides: dict[str, Partner] = {"giver": transfer.giver, "receiver": transfer.receiver}
    letters = deliver()
    assert {str(letter.subject) for letter in letters} == {subject}
    told = sorted(address for letter in letters for address in letter.to)
    assert told == sorted(owner_of(sides[reader]).person.email for reader in readers)
    if to in {R.DECLINED, R.REFUSED}:
        assert all(AppTransfer.objects.get(pk=transfer.pk).reason in str(letter.body) for letter in letters)
