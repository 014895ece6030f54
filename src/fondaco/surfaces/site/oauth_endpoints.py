"""What OAuth's endpoints do alike: which methods they take, how a form is read, and how they refuse (RFC 6749 §5.2)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from fondaco.kit.errors import DomainError
from fondaco.surfaces.site.access import ACCESS
from fondaco.surfaces.site.views.errors import Broken

logger = logging.getLogger(__name__)

P = ParamSpec("P")
Q = TypeVar("Q", bound=HttpRequest)
View = Callable[Concatenate[Q, P], HttpResponseBase]

FORM: Final = "application/x-www-form-urlencoded"
_PREFLIGHT_SECONDS: Final = 7200  # browsers keep the answer no longer


class Refused(Exception):
    """A request that OAuth has a word for. ``description`` keeps the characters that RFC 6749 §5.2 allows."""

    def __init__(
        self, error: str, description: str, http_status: int = 400, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(error, description)
        self.error = error
        self.description = "".join(each for each in description if " " <= each <= "~" and each not in '"\\')
        self.http_status = http_status
        self.headers = dict(headers or {})


def say_refusal(refusal: Refused) -> HttpResponse:
    """JSON with the two members that every client library reads."""
    body = {"error": refusal.error, "error_description": refusal.description}
    return unstored(JsonResponse(body, status=refusal.http_status, headers=refusal.headers))


def oauth_endpoint(
    *methods: str, refuse: Callable[[Refused], HttpResponse] = say_refusal, is_for_people: bool = False
) -> Callable[[View[Q, P]], View[Q, P]]:
    """Makes an endpoint that takes ``methods``, open to everyone and without a form token: callers prove themselves.

    A :class:`Refused` of the view, any other method, and what breaks in the view is answered as ``refuse`` says. What
    breaks in one that ``is_for_people`` is their page of errors' business.
    """

    def make(view: View[Q, P]) -> View[Q, P]:
        @csrf_exempt
        @wraps(view)
        def endpoint(request: Q, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.method not in methods:
                words = f"This address only answers {' and '.join(methods)}."
                return refuse(Refused("invalid_request", words, 405, headers={"Allow": ", ".join(methods)}))
            try:
                return view(request, *args, **kwargs)
            except Refused as refusal:
                return refuse(refusal)
            except DomainError:
                raise
            except Exception:
                if is_for_people:
                    raise
                return refuse(admit_fault(request))

        setattr(endpoint, ACCESS, "public")
        return endpoint

    return make


def admit_fault(request: HttpRequest) -> Refused:
    """Our own fault, in OAuth's word for it; what it was is in the log alone. For use where it was caught."""
    logger.exception("%s %s failed", request.method, request.path)
    return Refused("server_error", str(Broken()), Broken.status)


def open_to_browsers(*methods: str) -> Callable[[View[Q, P]], View[Q, P]]:
    """Lets programs in browsers, on pages of any origin, call the view and read its answers, refusals included (CORS).

    For addresses that take what the request itself shows and never a cookie: nobody's session is lent to a stranger.
    """
    preflight = {
        "Allow": ", ".join([*methods, "OPTIONS"]),
        "Access-Control-Allow-Methods": ", ".join(methods),
        "Access-Control-Allow-Headers": "Authorization, Content-Type",
        "Access-Control-Max-Age": str(_PREFLIGHT_SECONDS),
    }

    def make(view: View[Q, P]) -> View[Q, P]:
        @wraps(view)
        def opened(request: Q, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.method == "OPTIONS":
                response: HttpResponseBase = HttpResponse(status=204, headers=preflight)
            else:
                response = view(request, *args, **kwargs)
                response.headers["Access-Control-Expose-Headers"] = "Retry-After, WWW-Authenticate"
            return open_to_reading(response)

        return opened

    return make


def open_to_reading(response: HttpResponseBase) -> HttpResponseBase:
    """Pages of any origin may read this answer."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def read_form(request: HttpRequest) -> dict[str, Any]:
    """The fields with all values of each; raises :class:`Refused` when the body is no form that can be read."""
    if request.content_type != FORM:
        raise Refused("invalid_request", f"Send the form as {FORM}.")
    try:
        return dict(request.POST.lists())
    except (BadRequest, SuspiciousOperation):  # not UTF-8, too large, or too many fields
        raise Refused("invalid_request", "The form cannot be read.") from None


def unstored(response: HttpResponse) -> HttpResponse:
    """Codes and tokens are kept by no cache, and their address is told to no third page."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Pragma"] = "no-cache"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
