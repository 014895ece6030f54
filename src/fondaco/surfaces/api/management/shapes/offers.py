"""Plans and screenshots: what hangs on a listing and is edited piece by piece."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from fondaco.catalog.content import PlanFields
from fondaco.catalog.images import Crop
from fondaco.catalog.models import LicenceModel, Meter, Plan, Screenshot
from fondaco.kit.money import Money, UnitPrice
from fondaco.surfaces.api.management.shapes.fields import Body, Picture, Shape, WireId


class MeterBody(Body):
    """What a plan counts besides licences. ``price_micros`` is the price of one in millionths of a dollar."""

    unit: str
    price_micros: int
    included: int = 0
    cap_minor: int | None = None

    def meter(self) -> Meter:
        """For the action; what is below zero is left for it to refuse."""
        cap = None if self.cap_minor is None else Money(self.cap_minor)
        return Meter(self.unit, UnitPrice(max(self.price_micros, 0)), self.included, cap)


class PlanBody(Body):
    """A paid plan; ``price_minor`` is what one licence, or the account, costs in a month, in cents.

    ``revision`` is the one that you read, so that nobody's change is overwritten unseen; null sets the plan as it is.
    """

    revision: int | None = None

    name: str
    price_minor: int
    model: Literal["per_seat", "per_account"] = "per_seat"
    summary: str = ""
    description: str = ""
    min_licences: int = 1
    max_licences: int | None = None
    meter: MeterBody | None = None

    def fields(self) -> PlanFields:
        """For the action."""
        given = self.model_dump(exclude={"price_minor", "model", "meter", "revision"})
        meter = self.meter.meter() if self.meter else None
        return PlanFields(price=Money(self.price_minor), model=LicenceModel(self.model), meter=meter, **given)


class CropBody(Body):
    """The part of a picture to keep, in its own pixels from its upper left corner."""

    left: int
    top: int
    width: int
    height: int

    def crop(self) -> Crop:
        """For the action."""
        return Crop(self.left, self.top, self.width, self.height)


class ScreenshotBody(Body):
    """A picture of the app, and in words what it shows. Without ``crop`` the whole picture is kept."""

    image: Picture
    alternative_text: str
    crop: CropBody | None = None


class DescriptionBody(Body):
    """The words that stand for a picture."""

    alternative_text: str


class OrderBody(Body):
    """All pictures of a listing, each once, in the order in which they are shown."""

    screenshots: list[WireId]

    def ids(self) -> list[UUID]:
        """For the action."""
        return [UUID(hex=name) for name in self.screenshots]


class MeterShape(Shape):
    """What a plan counts: each unit beyond ``included`` has its price, all usage at most ``cap_minor``."""

    unit: str
    price_micros: int
    included: int
    cap_minor: int | None

    @classmethod
    def of(cls, meter: Meter) -> MeterShape:
        cap = None if meter.cap is None else meter.cap.minor
        return cls(unit=meter.unit, price_micros=meter.price.micros, included=meter.included, cap_minor=cap)


class PlanShape(Shape):
    """A plan; the monthly price in minor units."""

    id: str
    revision: int
    type: str
    model: str
    name: str
    summary: str
    description: str
    price_minor: int
    currency: str
    min_licences: int
    max_licences: int | None
    meter: MeterShape | None

    @classmethod
    def of(cls, plan: Plan) -> PlanShape:
        given = {name: getattr(plan, name) for name in set(cls.model_fields) - {"id", "meter"}}
        return cls(id=plan.pk.hex, meter=MeterShape.of(plan.meter) if plan.meter else None, **given)


class ScreenshotShape(Shape):
    """A picture on the listing. ``image_digest`` is the SHA-256 of the uploaded file, empty when it is not known."""

    id: str
    url: str
    image_digest: str
    alternative_text: str

    @classmethod
    def of(cls, screenshot: Screenshot) -> ScreenshotShape:
        return cls(
            id=screenshot.pk.hex,
            url=screenshot.url,
            image_digest=screenshot.image_digest,
            alternative_text=screenshot.alternative_text,
        )
