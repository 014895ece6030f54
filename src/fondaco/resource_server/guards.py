"""Ways to put a verifier before an API: around a whole WSGI application, or before single functions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec, TypeVar

from fondaco.resource_server.errors import TokenError
from fondaco.resource_server.token import Token
from fondaco.resource_server.verifier import Verifier

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

P = ParamSpec("P")
R = TypeVar("R")

TOKEN: Final = "fondaco.token"  # noqa: S105 - the key of the WSGI environment under which the token is found


class RequireToken:
    """A WSGI application that hands on what shows a good token, with ``scope`` when one is named.

    The token is ``environ["fondaco.token"]``. Refusals raised inside, as by ``token.require``, are answered, too.
    """

    def __init__(self, app: WSGIApplication, verifier: Verifier, *, scope: str = "") -> None:
        self._app, self._verifier, self._scope = app, verifier, scope

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            token = environ[TOKEN] = self._verifier.authenticate(environ.get("HTTP_AUTHORIZATION"))
            if self._scope:
                token.require(self._scope)
            return self._app(environ, start_response)
        except TokenError as refusal:
            body = json.dumps(refusal.body).encode()
            headers = {**refusal.headers, "Content-Type": "application/json", "Content-Length": str(len(body))}
            status = HTTPStatus(refusal.status)
            start_response(f"{status.value} {status.phrase}", list(headers.items()))
            return [body]


class Guard:
    """Makes ``@guard("contacts:read")``: the function gets the token first, then its own arguments.

    ``header`` returns the ``Authorization`` header of the request at hand, such as
    ``lambda: flask.request.headers.get("Authorization")``. Refusals are raised as :class:`TokenError`.
    """

    def __init__(self, verifier: Verifier, *, header: Callable[[], str | None]) -> None:
        self._verifier, self._header = verifier, header

    def __call__(self, *scopes: str) -> Callable[[Callable[Concatenate[Token, P], R]], Callable[P, R]]:
        """Opens a function to tokens that carry all of ``scopes``."""

        def make(function: Callable[Concatenate[Token, P], R]) -> Callable[P, R]:
            @wraps(function)
            def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
                token = self._verifier.authenticate(self._header())
                for scope in scopes:
                    token.require(scope)
                return function(token, *args, **kwargs)

            return guarded

        return make
