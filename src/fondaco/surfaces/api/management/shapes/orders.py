"""What an order would come to, and the operation that whoever ordered or changed something gets back."""

from __future__ import annotations

from collections.abc import Iterable

from fondaco.accounts.models import User
from fondaco.installs.models import Operation
from fondaco.installs.orders import OrderQuote
from fondaco.installs.policies import find_unable
from fondaco.surfaces.api.management.shapes.auto_install import AutoInstallBody
from fondaco.surfaces.api.management.shapes.fields import Body, Shape, ShortId, WireId
from fondaco.surfaces.api.management.shapes.installations import LinkToken, OperationShape, PriceShape


class OrderQuoteBody(Body):
    """An order to be, without the consent that it will need."""

    version_id: WireId | None = None
    t: LinkToken = ""
    plan_id: WireId
    user_ids: list[ShortId]
    auto_install: AutoInstallBody | None = None


class OrderQuoteShape(Shape):
    """What an order comes to. ``most`` and ``unable`` are as in the quote of a change."""

    total: PriceShape
    most: PriceShape | None
    unable: list[str]

    @classmethod
    def of(cls, quote: OrderQuote) -> OrderQuoteShape:
        return cls(
            total=PriceShape.of(quote.total),
            most=PriceShape.of(quote.most) if quote.most else None,
            unable=[user.pk for user in quote.unable],
        )


class OrderedShape(OperationShape):
    """The same for who asked for it. ``unable`` get a licence by it and have a role that may not open apps."""

    unable: list[str]

    @classmethod
    def ordered(cls, operation: Operation, newcomers: Iterable[User]) -> OrderedShape:
        unable = [user.pk for user in find_unable(newcomers)]
        return cls(**OperationShape.of(operation).model_dump(), unable=unable)
