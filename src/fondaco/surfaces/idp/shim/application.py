"""The layer itself. It says yes or nothing: whatever it does not answer with 200 goes to Django as it came."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Final

from django.db import Error as DatabaseError

from fondaco.identity.hot.directory import Directory
from fondaco.identity.hot.listening import directory
from fondaco.identity.hot.statements import Unavailable
from fondaco.surfaces.idp.shim.calls import read_call
from fondaco.surfaces.idp.shim.envelopes import Envelopes, Environment, StartResponse

logger = logging.getLogger(__name__)

Application = Callable[[Environment, StartResponse], Iterable[bytes]]
OK: Final = "200 OK"


class Shim:
    """``Shim(django)`` is a WSGI application that gives the same answers as ``django``, some of them sooner.

    ``clients`` is what the process knows of them.
    """

    def __init__(self, django: Application, *, clients: Directory = directory) -> None:
        self._django = django
        self._clients = clients
        self._envelopes = Envelopes()

    def __call__(self, environ: Environment, start_response: StartResponse) -> Iterable[bytes]:
        call = read_call(environ)
        if call is None:
            return self._django(environ, start_response)
        headers = self._envelopes.find(call.kind, environ)
        if headers is None:
            return self._django(environ, self._envelopes.watch(call.kind, environ, start_response))
        try:
            answer = call.answer(self._clients)
        except (Unavailable, DatabaseError):
            answer = None
        except Exception:  # our fault; Django may know better, and if not, says so in OAuth's own words
            logger.exception("the shim could not answer %s", environ.get("PATH_INFO", ""))
            answer = None
        if answer is None:
            return self._django(environ, start_response)
        start_response(OK, [*headers, ("Content-Length", str(len(answer)))])
        return [answer]
