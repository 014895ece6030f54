"""Addresses of the partner portal."""

from django.urls import path

from fondaco.surfaces.portal import (
    urls_checks,
    urls_clients,
    urls_conversation,
    urls_editing,
    urls_events,
    urls_installations,
    urls_lifecycle,
    urls_members,
    urls_publishing,
    urls_support,
)
from fondaco.surfaces.portal.views import apps, comparing, content, offers, overview, publication, versions

app_name = "portal"

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("apps", apps.app_list, name="apps"),
    path("apps/new", apps.register, name="register"),
    path("apps/<str:app_id>", apps.app_page, name="app"),
    path("apps/<str:app_id>/edit", apps.edit, name="edit_app"),
    path("apps/<str:app_id>/compare", comparing.compare, name="compare"),
    path("apps/<str:app_id>/versions/new", versions.create, name="create_version"),
    path("versions/<str:version_id>", versions.version_page, name="version"),
    path("versions/<str:version_id>/technical", content.technical, name="technical"),
    path("versions/<str:version_id>/listing", content.listing, name="listing"),
    path("versions/<str:version_id>/plans", offers.plans, name="plans"),
    path("plans/<str:plan_id>", offers.plan, name="plan"),
    path("plans/<str:plan_id>/remove", offers.remove_plan, name="remove_plan"),
    path("versions/<str:version_id>/submit/<str:track>", publication.submit, name="submit"),
    path("versions/<str:version_id>/withdraw/<str:track>", publication.withdraw, name="withdraw"),
    path("versions/<str:version_id>/deprecate", publication.deprecate, name="deprecate"),
    *urls_checks.urlpatterns,
    *urls_editing.urlpatterns,
    *urls_clients.urlpatterns,
    *urls_events.urlpatterns,
    *urls_installations.urlpatterns,
    *urls_members.urlpatterns,
    *urls_conversation.urlpatterns,
    *urls_lifecycle.urlpatterns,
    *urls_publishing.urlpatterns,
    *urls_support.urlpatterns,
]
