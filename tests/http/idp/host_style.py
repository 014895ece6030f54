"""The house's addresses as they are in host style."""

from django.urls import include, path

from fondaco.surfaces.idp.urls import addresses

urlpatterns = [path("", include((addresses("host"), "idp")))]
