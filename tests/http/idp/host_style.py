"""The house's addresses as they are in host style."""

from django.urls import URLPattern, URLResolver, include, path

from fondaco.config.urls import urlpatterns as every_address
from fondaco.surfaces.idp import urls as idp


def _is_idp(entry: URLPattern | URLResolver) -> bool:
    return getattr(entry, "urlconf_module", None) is idp


urlpatterns = [
    *(entry for entry in every_address if not _is_idp(entry)),
    path("", include((idp.addresses("host"), "idp"))),
]
