"""The addresses of the house. The wire lives at the root because partners prefix every call with it (DOMAIN 1.3)."""

from django.urls import include, path

urlpatterns = [
    path("", include("fondaco.surfaces.site.urls")),
    path("account/", include("fondaco.surfaces.site.sign_in_urls")),
    path("", include("fondaco.surfaces.storefront.urls")),
    path("", include("fondaco.surfaces.console.urls")),
    path("portal/", include("fondaco.surfaces.portal.urls")),
    path("backoffice/", include("fondaco.surfaces.backoffice.urls")),
    path("", include("fondaco.surfaces.api.urls")),
    path("", include("fondaco.surfaces.idp.urls")),
]

handler400 = "fondaco.surfaces.site.views.errors.bad_request"
handler403 = "fondaco.surfaces.site.views.errors.forbidden"
handler404 = "fondaco.surfaces.site.views.errors.not_found"
handler500 = "fondaco.surfaces.site.views.errors.server_error"
