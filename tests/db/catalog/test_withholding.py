"""The platform takes a version out of the marketplace, and lets it in again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from tests.factories.accounts import actor_for, make_account, make_operator
from tests.factories.catalog import make_app, make_published_version, make_version
from tests.factories.mail import deliver
from tests.factories.partners import make_member
from tests.racing import at_once

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.catalog import actions
from fondaco.catalog.errors import AlreadyWithheld, NothingToWithhold, NotWithheld
from fondaco.catalog.models import Version
from fondaco.catalog.policies import can_be_installed_by, explain_installable
from fondaco.catalog.queries import Need, get_listing, latest_published, list_projects, search_listings
from fondaco.catalog.states import ListingStatus, TechnicalStatus
from fondaco.kit.errors import Forbidden, Invalid, NotFound
from fondaco.partners.models import Member

pytestmark = pytest.mark.django_db
WHY = "The listing promises HIPAA compliance without proof."


@pytest.fixture
def jon() -> Operator:
    return make_operator(OperatorRole.PARTNER_MANAGER)


def withhold(by: Operator, version: Version, reason: str = WHY) -> Version:
    return actions.withhold_version(actor=actor_for(by.person), by=by, version=version, reason=reason)


def readmit(by: Operator, version: Version) -> Version:
    return actions.readmit_version(actor=actor_for(by.person), by=by, version=version)


def fresh(version: Version) -> Version:
    return Version.objects.select_related("app__partner__developer_account", "technical", "listing").get(pk=version.pk)


def refused(error: type[Exception], work: Callable[[], object]) -> None:
    """Nothing was changed and nothing recorded."""

    def facts() -> tuple[list[tuple[object, ...]], int]:
        rows = Version.objects.values_list("withheld_at", "withheld_reason", "technical__status", "listing__status")
        return list(rows.order_by("pk")), Event.objects.count()

    before = facts()
    with pytest.raises(error):
        work()
    assert facts() == before


def test_out_and_in_again_with_installations_and_states_as_they_were(jon: Operator, mara: Member) -> None:
    older = make_published_version(make_app(mara.partner))
    version = make_published_version(older.app, name="2.0.0")
    customer, own = make_account("harbour"), mara.partner.developer_account
    withhold(jon, version)
    now = fresh(version)
    assert (now.technical.status, now.listing.status, now.is_published) == ("available", "advertised", False)
    assert (now.withheld_reason, now.withheld_by) == (WHY, jon.person.name)
    assert get_listing(older.app.slug) == older == latest_published(older.app)
    assert WHY in str(explain_installable(now, customer))
    assert can_be_installed_by(now, own)
    [letter] = deliver()
    assert letter.subject == "The platform took Ledgerline 2.0.0 out of the marketplace"
    assert WHY in letter.body
    assert "Customers find Ledgerline 1.0.0 instead." in letter.body
    assert list_projects(mara).get().need == Need.WITHHELD  # type: ignore[attr-defined]

    by_mara = {"actor": actor_for(mara.person), "by": mara, "version": version}
    actions.unlist_version(**by_mara, reason="We mend it")
    assert not readmit(jon, version).is_published  # its partner keeps it out as well
    deliver()
    withhold(jon, version)
    actions.relist_version(**by_mara)
    assert not fresh(version).is_published  # and the partner cannot undo what the platform did
    deliver()
    assert readmit(jon, version).is_published
    assert [str(one.subject) for one in deliver()] == ["Ledgerline 2.0.0 may be in the marketplace again"]
    assert {one.pk for one in search_listings()} == {version.pk}
    kinds = Event.objects.filter(kind__in=["version.withheld", "version.readmitted"]).order_by("id")
    assert [(one.kind, one.actor_label, one.partner_id) for one in kinds] == [
        (f"version.{what}", jon.person.name, mara.partner_id)
        for what in ("withheld", "readmitted", "withheld", "readmitted")
    ]


def test_what_is_approved_does_not_appear_while_it_is_withheld(jon: Operator, mara: Member) -> None:
    version = make_version(make_app(mara.partner), technical=TechnicalStatus.APPROVED, listing=ListingStatus.APPROVED)
    withhold(jon, version)
    out = actions.make_available(actor=actor_for(mara.person), by=mara, version=version)
    assert (out.technical.status, out.listing.status) == ("available", "approved")
    assert not search_listings().exists()
    assert readmit(jon, version).listing.status == "advertised"
    assert search_listings().exists()


def test_refusals_change_nothing(jon: Operator, mara: Member) -> None:
    version = make_published_version(make_app(mara.partner))
    draft = make_version(make_app(mara.partner, name="Draft"))
    refused(NothingToWithhold, lambda: withhold(jon, draft))
    refused(Invalid, lambda: withhold(jon, version, " "))
    refused(NotWithheld, lambda: readmit(jon, version))
    reviewer, own = make_operator(OperatorRole.MARKETING_REVIEWER), make_operator(OperatorRole.PARTNER_MANAGER)
    refused(Forbidden, lambda: withhold(reviewer, version))
    make_member(mara.partner, person=own.person)
    refused(Forbidden, lambda: withhold(own, version))
    withhold(jon, version)
    refused(AlreadyWithheld, lambda: withhold(jon, version, "Again"))
    refused(Forbidden, lambda: readmit(own, version))
    with pytest.raises(NotFound):
        get_listing(version.app.slug)


@pytest.mark.django_db(transaction=True)
def test_T25_of_two_at_once_one_wins_and_the_other_is_told(jon: Operator) -> None:
    version, other = make_published_version(), make_operator(OperatorRole.PARTNER_MANAGER)
    assert sorted(at_once(lambda: withhold(jon, version), lambda: withhold(other, version))) == [
        "already-withheld",
        "done",
    ]
    connection.close()
