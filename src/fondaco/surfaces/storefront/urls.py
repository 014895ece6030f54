"""Addresses that anyone may open, and the way from a listing to an order."""

from django.urls import include, path

from fondaco.surfaces.storefront.views import installing, marketplace, previewing, statistics

app_name = "storefront"

urlpatterns = [
    path("", marketplace.browse, name="marketplace"),
    path("marketplace/<slug:slug>", marketplace.show_listing, name="listing"),
    path("marketplace/preview/<str:version_id>", previewing.preview, name="preview"),
    path("reviews/statistics", statistics.show, name="review_statistics"),
    path("install/<slug:slug>", installing.choose_account, name="install"),
    path("install/<slug:slug>/plan", installing.choose_plan, name="install_plan"),
    path("install/<slug:slug>/users", installing.choose_users, name="install_users"),
    path("install/<slug:slug>/later", installing.choose_later, name="install_later"),
    path("install/<slug:slug>/confirm", installing.confirm, name="install_confirm"),
    path("install/<str:app_id>/<str:version_id>", installing.open_link, name="install_by_link"),
    path("", include("fondaco.surfaces.storefront.urls_partners")),
]
