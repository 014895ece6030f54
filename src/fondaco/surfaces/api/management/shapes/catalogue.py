"""What there is to choose from: shelves, scopes, data fields and events."""

from __future__ import annotations

from fondaco.catalog.data_fields import DataField
from fondaco.catalog.subscriptions import EventType
from fondaco.surfaces.api.management.shapes.fields import Shape, Slug


class CategoryShape(Shape):
    """A shelf of the marketplace."""

    slug: Slug
    name: str


class ScopeShape(Shape):
    """Something that a program may do: ``consent`` is what a customer reads, ``allows`` what a developer does.

    Apps name those that are ``is_requestable``; the others of an installation come by themselves.
    """

    name: str
    api: str
    consent: str
    allows: str
    endpoints: list[str]
    is_requestable: bool
    is_for_portal_clients: bool
    needs_reason: bool


class DataFieldShape(Shape):
    """A field of the data APIs. A version that says in ``data_fields`` that it reads it has to ask for ``scope``."""

    name: str
    scope: str
    description: str

    @classmethod
    def of(cls, field: DataField) -> DataFieldShape:
        return cls(name=field.name, scope=field.scope, description=str(field.words))


class EventTypeShape(Shape):
    """An event of the wire. ``field`` of the technical content asks for it, empty when it is always sent.

    ``needs_scope`` is what a version has to ask for as well, because of the fields of the event in ``reads``.
    """

    type: str
    description: str
    field: str
    needs_scope: str
    reads: list[str]

    @classmethod
    def of(cls, event: EventType) -> EventTypeShape:
        return cls(
            type=event.type,
            description=str(event.words),
            field=event.field,
            needs_scope=event.scope,
            reads=list(event.reads),
        )
