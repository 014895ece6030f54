"""What a version costs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.db import models

from fondaco.catalog.models.revised import Revised
from fondaco.catalog.models.version import Version
from fondaco.kit.fields import IdField
from fondaco.kit.money import Money, UnitPrice


class PlanType(StrEnum):
    TRIAL = "trial"
    PAID = "paid"


class LicenceModel(StrEnum):
    """How a plan is counted. On the wire ``per_seat`` is ``individual`` and ``per_account`` is ``universal``."""

    PER_SEAT = "per_seat"
    PER_ACCOUNT = "per_account"


@dataclass(frozen=True, slots=True)
class Meter:
    """What a plan counts besides licences: so many units a month are included, each further one has its price.

    ``cap`` is the most that usage can cost an account in a month; None is no limit.
    """

    unit: str  # in the singular: “transcribed minute”
    price: UnitPrice
    included: int = 0
    cap: Money | None = None


class Plan(Revised):
    """A plan of one version; the monthly price is in minor units. Prices never change once the version is available."""

    id = IdField()
    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="plans")
    type = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in PlanType])
    model = models.CharField(max_length=12, choices=[(model.value, model.value) for model in LicenceModel])
    name = models.CharField(max_length=40)
    summary = models.CharField(max_length=140, blank=True)
    description = models.TextField(max_length=1000, blank=True)
    price_minor = models.PositiveBigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="USD")
    min_licences = models.PositiveIntegerField(default=1)
    max_licences = models.PositiveIntegerField(null=True, blank=True)
    meter_unit = models.CharField(max_length=30, blank=True)  # empty: the plan counts nothing
    meter_price_micros = models.PositiveBigIntegerField(default=0)
    meter_included = models.PositiveIntegerField(default=0)
    meter_cap_minor = models.PositiveBigIntegerField(null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(meter_unit="")
                | models.Q(meter_price_micros=0, meter_included=0, meter_cap_minor=None),
                name="plan_meter_is_whole",
            ),
            models.UniqueConstraint(fields=["version", "name"], name="plan_name_unique"),
            models.UniqueConstraint(
                fields=["version"], condition=models.Q(type="trial"), name="plan_one_trial_per_version"
            ),
            models.CheckConstraint(
                condition=models.Q(type="paid") | models.Q(price_minor=0), name="plan_trial_costs_nothing"
            ),
            models.CheckConstraint(
                condition=models.Q(max_licences__isnull=True) | models.Q(max_licences__gte=models.F("min_licences")),
                name="plan_licence_range",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def price(self) -> Money:
        """The monthly price of one licence, or of the account."""
        return Money(self.price_minor, self.currency)

    @property
    def is_trial(self) -> bool:
        return self.type == PlanType.TRIAL

    @property
    def is_per_seat(self) -> bool:
        return self.model == LicenceModel.PER_SEAT

    @property
    def meter(self) -> Meter | None:
        """What is counted, if anything is."""
        if not self.meter_unit:
            return None
        cap = None if self.meter_cap_minor is None else Money(self.meter_cap_minor, self.currency)
        price = UnitPrice(self.meter_price_micros, self.currency)
        return Meter(self.meter_unit, price, self.meter_included, cap)

    def monthly_most(self, licences: int) -> Money | None:
        """The most that ``licences`` can cost in a month, usage and all; None when usage has no limit."""
        if self.meter is None:
            return self.monthly_total(licences)
        return None if self.meter.cap is None else self.monthly_total(licences) + self.meter.cap

    def monthly_total(self, licences: int) -> Money:
        """What ``licences`` cost in a month (DOMAIN 5.5)."""
        return self.price * licences if self.is_per_seat else self.price
