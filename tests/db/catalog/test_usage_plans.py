"""Plans that count usage besides licences."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.factories.accounts import actor_for
from tests.factories.catalog import make_app, make_plan, make_version

from fondaco.catalog import actions
from fondaco.catalog.content import PlanFields
from fondaco.catalog.errors import PriceLocked
from fondaco.catalog.labels import describe_meter
from fondaco.catalog.models import Meter
from fondaco.catalog.states import TechnicalStatus
from fondaco.kit.errors import Invalid
from fondaco.kit.money import Money, UnitPrice
from fondaco.partners.models import Member

pytestmark = pytest.mark.django_db

TEAM = PlanFields(name="Pro", price=Money(2500), min_licences=1, max_licences=10)
MINUTES = Meter("transcribed minute", UnitPrice(12_500), included=500, cap=Money(200_00))


def test_a_plan_may_count_usage(mara: Member) -> None:
    version = make_version(make_app(mara.partner))
    plan = actions.add_plan(actor=actor_for(mara.person), by=mara, version=version, fields=replace(TEAM, meter=MINUTES))
    plan.refresh_from_db()
    assert plan.meter == MINUTES
    assert describe_meter(MINUTES) == (
        "$0.0125 per transcribed minute, 500 a month included, never more than $200 a month"
    )
    assert plan.monthly_most(2) == Money(2 * 2500 + 200_00)
    unlimited = actions.edit_plan(
        actor=actor_for(mara.person), by=mara, plan=plan, fields=replace(TEAM, meter=replace(MINUTES, cap=None))
    )
    assert unlimited.monthly_most(2) is None
    plain = actions.edit_plan(actor=actor_for(mara.person), by=mara, plan=plan, fields=TEAM)
    assert (plain.meter, plain.monthly_most(2)) == (None, Money(5000))


@pytest.mark.parametrize(
    ("meter", "field"),
    [
        (replace(MINUTES, unit=" "), "meter_unit"),
        (replace(MINUTES, price=UnitPrice(0)), "meter_price"),
        (replace(MINUTES, included=-1), "meter_included"),
        (replace(MINUTES, cap=Money(0)), "meter_cap"),
    ],
)
def test_what_cannot_be_counted(mara: Member, meter: Meter, field: str) -> None:
    version = make_version(make_app(mara.partner))
    with pytest.raises(Invalid) as refusal:
        actions.add_plan(actor=actor_for(mara.person), by=mara, version=version, fields=replace(TEAM, meter=meter))
    assert list(refusal.value.fields) == [field]
    assert version.plans.count() == 2


def test_usage_is_part_of_a_price_that_never_changes(mara: Member) -> None:
    version = make_version(make_app(mara.partner), technical=TechnicalStatus.AVAILABLE)
    plan = version.plans.get(type="paid")
    fields = PlanFields(
        name=plan.name, price=plan.price, min_licences=2, max_licences=50, summary=plan.summary, meter=MINUTES
    )
    with pytest.raises(PriceLocked):
        actions.edit_plan(actor=actor_for(mara.person), by=mara, plan=plan, fields=fields)
    plan.refresh_from_db()
    assert plan.meter is None


def test_the_next_version_counts_the_same(mara: Member) -> None:
    app = make_app(mara.partner)
    version = make_version(app)
    make_plan(version, name="Usage", meter_unit="message", meter_price_micros=4000, meter_included=10)
    copy = actions.create_version(actor=actor_for(mara.person), by=mara, app=app, name="2.0.0")
    assert copy.plans.get(name="Usage").meter == Meter("message", UnitPrice(4000), 10)
