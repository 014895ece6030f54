"""In host style: what the hosts of issuers answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect

from fondaco.identity.issuer import is_for_issuers


class AccountHostMiddleware:
    """An account's host is its issuer's and nothing else: whoever wants a page there is sent to the site.

    So are those who ask the identity host itself, or a name below it that is no account's: wildcards answer them, too.
    Else people could sign in there once more, with a cookie that the site never sees.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: Sequence[object], kwargs: Mapping[str, object]
    ) -> HttpResponseBase | None:
        """Lets through what the issuer answers; of the rest only what is read can be read elsewhere."""
        found = request.resolver_match
        is_the_issuers = found is not None and found.app_names == ["idp"] and "account" not in kwargs
        if is_the_issuers or not is_for_issuers(request.get_host()):
            return None
        if request.method not in {"GET", "HEAD"}:
            raise Http404
        return HttpResponseRedirect(settings.SITE_URL + request.get_full_path())
