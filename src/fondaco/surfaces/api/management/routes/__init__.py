"""Addresses by noun. Each function parses nothing and decides nothing: it calls the action that the page calls."""

from fondaco.surfaces.api.management.routes import (
    apps,
    house,
    installations,
    invitations,
    marketplace,
    me,
    offers,
    partner_applications,
    partners,
    people,
    reviews,
    roles,
    submissions,
    versions,
)

ALL = [
    me.routes,
    partner_applications.routes,
    partner_applications.operator_routes,
    invitations.routes,
    partners.routes,
    apps.routes,
    versions.routes,
    offers.routes,
    submissions.routes,
    reviews.routes,
    marketplace.routes,
    people.routes,
    roles.routes,
    installations.routes,
    house.routes,
]
